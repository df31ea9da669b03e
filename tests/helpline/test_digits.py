"""A digit typed as people dial."""

from __future__ import annotations

import pytest

from helpline.digits import plain_digits
from tests.helpline.harness import Helpline


@pytest.mark.parametrize("typed", ["1", "*1#", "1#", "#1", " 1. ", "*1", "1)", "**1##", "* 1 #"])
def test_one_is_one(typed: str) -> None:
    assert plain_digits(typed) == "1"


@pytest.mark.parametrize(
    "said", ["102", "*102#", "102#", "1 uşaq", "saat 1", "1.5", "*1*2#", "kömək", "", "*#", "1 2", "№1"]
)
def test_everything_else_stays_as_it_is(said: str) -> None:
    assert plain_digits(said) == said


@pytest.mark.parametrize("typed", ["*1#", "1."])
def test_dialled_digit_is_the_choice_that_was_shown(helpline: Helpline, typed: str) -> None:
    """As somebody without a smartphone answers a menu."""
    dialling, plain = ({"channel": "sms_twilio", "address": f"+99450000000{one}"} for one in (1, 2))
    for phone in (dialling, plain):
        helpline.say("kömək", **phone)
    expected = helpline.say("1", **plain)
    assert expected
    assert helpline.say(typed, **dialling) == expected
