"""The menu: by audience, by section, in pages; nothing of it after a disclosure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import yaml

from helpline import segments
from helpline.conversations import Conversation, TurnToTake
from helpline.matters import Visit
from helpline.menu import Menu
from helpline.phrasebook import Reader, Say
from tests.conftest import ROOT
from tests.fakes import says
from tests.helpline.harness import Helpline, book
from wire import Profile

TOPICS = set(yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text(encoding="utf-8"))["topics"])
# What is said to the bot, not asked of it.
CONVERSATIONAL = {"greeting", "thanks_goodbye", "menu_help", "insult", "out_of_scope"}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHANNELS = ("telegram", "sms_twilio")


def shown(code: str, channel: str = "telegram", *, audience: str | None = None, quiet: bool = False) -> Say | None:
    conversation = Conversation(1, channel, "AAAA", "az", profile=Profile(audience), quiet=quiet)
    turn = TurnToTake(1, "l", 1, "choice", "", f"menu:{code}", NOW, conversation, None)
    answer = Menu().choose(code, Visit(turn, book(), NOW))
    return None if answer is None else answer.decision.says[0]


def walk(audience: str, channel: str) -> list[Say]:
    """Every page that pressing sections and 'more' leads to."""
    waiting, pages = [audience], []
    while waiting:
        page = shown(waiting.pop(), channel)
        assert page is not None
        pages.append(page)
        waiting += [code.removeprefix("menu:") for code in page.choices if code.startswith("menu:")]
    return pages


@pytest.mark.parametrize("channel", CHANNELS)
def test_menu_leads_to_every_topic(channel: str) -> None:
    offered = {code for audience in ("child", "parent") for page in walk(audience, channel) for code in page.choices}
    assert {code.removeprefix("topic:") for code in offered if code.startswith("topic:")} == TOPICS - CONVERSATIONAL


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("audience", ["child", "parent"])
def test_every_page_of_an_sms_menu_stays_in_two_parts(audience: str, language: str) -> None:
    register = "child" if audience == "child" else "adult"
    for page in walk(audience, "sms_twilio"):
        outs = book().render(page, Reader(language, register, "sms_twilio"))
        assert sum(segments.count(out.text).parts for out in outs) <= 2, outs[0].text


@pytest.mark.parametrize("language", ["az", "ru"])
def test_every_entry_has_a_label_of_its_own(language: str) -> None:
    for audience in ("child", "parent"):
        for page in walk(audience, "telegram"):
            labels = [book().label(code, language) for code in page.choices]
            assert len(set(labels)) == len(labels)
            assert all(" " in label or label[0].isupper() for label in labels), labels


def test_unknown_reader_is_asked_for_whom_it_is() -> None:
    said = shown("open")
    assert said == Say("menu", ("guide:help_now", "audience:child", "audience:parent", "person", "help"))


@pytest.mark.parametrize("audience", ["child", "parent"])
def test_known_reader_sees_their_own_menu(audience: str) -> None:
    said = shown("open", audience=audience)
    assert said is not None
    assert said.key == f"menu_{audience}"


@pytest.mark.parametrize("code", ["open", "child", "parent:help"])
def test_after_a_disclosure_the_menu_is_calm_support(code: str) -> None:
    assert shown(code, quiet=True) == Say("calm_support", ("help", "person", "misunderstood"))


@pytest.mark.parametrize("code", ["nobody", "child:nothing", ""])
def test_unknown_code_is_not_the_menus(code: str) -> None:
    assert shown(code) is None


def test_page_that_is_gone_shows_the_first() -> None:
    assert shown("child:people:9") == shown("child:people")


def test_rasa_leads_into_the_menu_and_its_sections_need_no_rasa(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says("menu:parent")
    (first,) = helpline.say("menyu nədir", channel="sms_twilio", address="+994500000001")[1:]
    assert "\n5 yardım, müavinət" in first
    asked = len(helpline.dialogue.asked)
    (section,) = helpline.say("5", channel="sms_twilio", address="+994500000001")
    assert section.partition("\n")[0] == "Yardım, müavinət, qurum:"
    assert len(helpline.dialogue.asked) == asked
