"""What an open page is told, and the texts of the console."""

from __future__ import annotations

import re
import string

import pytest
import yaml

from helpline.cases import CloseReason
from helpline.conversations import NewOut, OutState
from helpline.messages import DeliveryState, Kind
from helpline.outbox import LEASE
from helpline.pictures import draw
from store import live
from tests.conftest import ROOT
from tests.console.conftest import Console
from tests.fakes import finding
from triage.taxonomy import Level, Risk, Speaker

LANGUAGES = ("az", "ru", "en")


def version(console: Console, case: int | None = None) -> str:
    with console.helpline.database.reading() as db:
        return live.lists_of(db, 1).version if case is None else live.case_version(db, case)


@pytest.fixture
def held(console: Console) -> Console:
    console.helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say("atam məni döyür")
    console.counsellor("counsellor-1").post("/cases/1/take")
    console.helpline.send_all()
    return console


def test_case_page_changes_with_a_new_message(held: Console) -> None:
    before = version(held, 1)
    assert version(held, 1) == before
    held.helpline.say("burdayam")
    assert version(held, 1) != before


def test_case_page_changes_when_a_reply_is_delivered(held: Console) -> None:
    held.helpline.desk.reply(1, 1, "buradayam", "k")
    before = version(held, 1)
    held.helpline.send_all()
    assert version(held, 1) != before


def test_queue_changes_when_somebody_comes_and_is_taken(console: Console) -> None:
    empty = version(console)
    console.helpline.finds("x", finding(Level.URGENT, Risk.NEGLECT))
    console.helpline.say("x")
    waiting = version(console)
    console.counsellor("counsellor-1").post("/cases/1/take")
    assert len({empty, waiting, version(console)}) == 3


def test_urgent_case_rings_and_a_concern_does_not(console: Console) -> None:
    console.helpline.finds("x", finding(Level.CONCERN, Risk.HUMAN_REQUEST))
    console.helpline.say("x")
    with console.helpline.database.reading() as db:
        assert live.lists_of(db, 1).alarms == ()
    console.helpline.finds("y", finding(Level.EMERGENCY, Risk.NEGLECT))
    console.helpline.say("y")
    with console.helpline.database.reading() as db:
        assert live.lists_of(db, 1).alarms == ("1:3",)


def test_events_say_the_state_and_end_with_the_sign_in(held: Console) -> None:
    person = held.person().sign_in("counsellor-1")
    lines: list[str] = []
    with person.client.stream("GET", "/events?case=1") as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if len(lines) == 3:
                held.helpline.pass_(minutes=31)
            if line == "event: over":
                break
    assert lines[0].startswith('data: {"lists": ')
    assert "döyür" not in "".join(lines)


# --- texts


def texts(language: str) -> dict[str, str]:
    """All files of a language together; a key in two of them would hide one."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "console" / language).glob("*.yml")):
        loaded: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert not found.keys() & loaded.keys(), path.name
        found |= loaded
    return found


def placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} | set(re.findall("%[pcn]", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_its_placeholders(language: str) -> None:
    here, english = texts(language), texts("en")
    assert here.keys() == english.keys()
    assert [key for key in here if placeholders(here[key]) != placeholders(english[key])] == []
    assert [key for key in here if not here[key].strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_a_page_may_show_has_a_word(language: str) -> None:
    codes = [
        *(f"level.{level.name.lower()}" for level in Level),
        *(f"risk.{risk.value}" for risk in Risk),
        *(f"speaker.{speaker.value}" for speaker in Speaker if speaker is not Speaker.UNKNOWN),
        *(f"delivery.{state.value}" for state in (*OutState, *DeliveryState)),
        *(f"kind.{kind.value}" for kind in Kind if kind not in (Kind.TEXT, Kind.CHOICE)),
        *(f"reason.{reason.value}" for reason in CloseReason),
        *(f"channel.{name}" for name in ("telegram", "sms", "telegram_simulator", "sms_simulator")),
    ]
    assert [code for code in codes if code not in texts(language)] == []


def test_every_key_a_template_names_is_there() -> None:
    known = texts("en")
    for path in (ROOT / "console" / "templates").rglob("*.html"):
        named = re.findall(r"\bt\('([a-z_.]+[a-z_])'", path.read_text(encoding="utf-8"))
        assert [key for key in named if key not in known] == [], path.name


# --- the simulator


def test_phone_shows_its_own_messages_only(console: Console) -> None:
    person = console.person().open("/simulator")
    person.client.post("/simulator/telegram/say", data={"text": "salam"})
    message = console.received[0]
    assert (message.channel, message.text) == ("telegram_simulator", "salam")
    console.helpline.receive("salam", channel=message.channel, address=message.address)
    assert 'class="bubble me"' in person.open("/simulator/telegram").html
    assert 'class="bubble' not in console.person().open("/simulator").html


@pytest.mark.parametrize(("phone", "kept"), [("telegram", True), ("sms", False)])
def test_phone_gives_a_message_an_id_only_where_it_can_be_deleted(console: Console, phone: str, kept: bool) -> None:
    person = console.person().open("/simulator")
    person.client.post(f"/simulator/{phone}/say", data={"text": "salam"})
    assert (console.received[0].thread_id == console.received[0].external_id) is kept


def test_new_person_is_another_address(console: Console) -> None:
    person = console.person().open("/simulator")
    for _ in range(2):
        person.client.post("/simulator/sms/say", data={"text": "salam"})
        person.client.post("/simulator/sms/new")
        person.open("/simulator")
    first, second = console.received
    assert first.address != second.address


@pytest.mark.parametrize("cookie", ["", "x", "../../etc", "700000001'--"], ids=["none", "short", "a path", "hostile"])
def test_strange_address_brings_nothing_in(console: Console, cookie: str) -> None:
    person = console.person()
    person.client.cookies.set("helpline_phone_sms", cookie)
    person.client.post("/simulator/sms/say", data={"text": "salam"})
    assert console.received == []


def test_unknown_phone_is_404(console: Console) -> None:
    assert console.person().open("/simulator/fax").status == 404


def test_drawing_is_shown_above_its_text(console: Console) -> None:
    person = console.person().open("/simulator")
    person.client.post("/simulator/telegram/say", data={"text": "salam"})
    message, now = console.received[0], console.helpline.clock.now()
    console.helpline.receive("salam", channel=message.channel, address=message.address)
    with console.helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("on dəqiqə", picture="clock"),), now, "test")
        out = unit.lease_out("tester", message.channel, now, LEASE)
        assert out is not None
        unit.finish_out(out, OutState.SENT, now)
    assert person.open("/simulator/telegram").html.count('<img src="/simulator/picture/clock"') == 1


def test_drawing_is_a_png_and_no_other_is_there(console: Console) -> None:
    person = console.person()
    answer = person.client.get("/simulator/picture/progress:3:10")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == draw("progress:3:10")
    assert person.open("/simulator/picture/cat").status == 404
