"""The simulator's phone deletes its bubbles when the panic word is said, as a real one does."""

from __future__ import annotations

import asyncio

import pytest

from channels.simulator import build_simulator
from helpline.outbox import LEASE, Sender, send_leased
from helpline.turns import take
from store.phone_pages import phone_of
from tests.helpline.harness import Helpline

ADDRESS = "sim-abcdef"


def says(helpline: Helpline, channel: str, text: str, number: int) -> list[str]:
    """What the phone shows after a message."""
    thread_id = f"sim-in-{number}" if channel == "telegram_simulator" else None
    helpline.receive(text, channel=channel, address=ADDRESS, thread_id=thread_id)
    while take("tester", helpline.parts) is not None:
        pass
    sender = Sender(
        helpline.database, {vendor.name: vendor.channel for vendor in build_simulator()}, helpline.book, helpline.clock
    )
    while True:
        with helpline.database.unit() as unit:
            out = unit.lease_out("tester", channel, helpline.clock.now(), LEASE)
        if out is None:
            break
        asyncio.run(send_leased(out, sender))
    helpline.pass_(seconds=1)
    return [bubble.text for bubble in phone_of(helpline.database, channel, ADDRESS)[0]]


@pytest.mark.parametrize(("hello", "word", "language"), [("salam", "çıx", "az"), ("привет", "выход", "ru")])
def test_telegram_phone_shows_only_the_line(helpline: Helpline, hello: str, word: str, language: str) -> None:
    assert len(says(helpline, "telegram_simulator", hello, 1)) == 3
    assert says(helpline, "telegram_simulator", word, 2) == helpline.text("panic_ack", language, "adult")
    assert len(says(helpline, "telegram_simulator", hello, 3)) == 3


def test_sms_phone_keeps_its_messages(helpline: Helpline) -> None:
    says(helpline, "sms_simulator", "salam", 1)
    shown = says(helpline, "sms_simulator", "çıx", 2)
    assert shown[-2:] == ["çıx", *helpline.text("panic_ack", "az", "adult", "sms_twilio")]
    assert shown[0] == "salam"
