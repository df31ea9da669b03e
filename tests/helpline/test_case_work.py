"""Work on a case besides replying: the first word, drafts, showing that somebody types, the rescue sheet, the number."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.alerts import Alerts
from helpline.case_work import CaseWork
from helpline.cases import EmptyText
from helpline.claim import Promise, promised, sentence_with
from helpline.ports import NotFound
from helpline.rescue import NoEmergency, ReasonMissing, Rescue
from helpline.safe_writing import Writing, writing
from helpline.turns import Duty
from store import rescue_pages
from store.case_work_tables import case_drafts, case_looks, rescues, reveals, typing
from store.draft_pages import drafts_of
from store.tables import case_events, cases
from tests.fakes import finding
from tests.helpline.harness import DUTY, Helpline
from triage.taxonomy import Level, Risk

SAID = "indi qapını sındırır"
ALERTED = "Hal 1: məsləhətçiyə göndərənin nömrəsi göstərildi. Səbəb konsolda yazılıb, baxın."


@pytest.fixture
def held(helpline: Helpline, counsellor: int) -> Helpline:
    """An emergency that the counsellor holds."""
    helpline.finds(SAID, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    helpline.say(SAID)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    return helpline


def work(helpline: Helpline) -> CaseWork:
    return CaseWork(helpline.database, helpline.book, helpline.clock, helpline.bell)


def rescue(helpline: Helpline, duty: Duty | None = Duty("telegram", DUTY)) -> Rescue:
    return Rescue(helpline.database, Alerts(helpline.book, duty), helpline.clock, helpline.bell)


def events(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))


def drafts(helpline: Helpline, counsellor: int, case: int = 1) -> dict[str, str]:
    with helpline.database.reading() as db:
        return dict(drafts_of(db, helpline.database.vault, case, counsellor))


# --- the first word


def test_first_word_goes_out_once_and_the_wait_is_measured_from_it(held: Helpline, counsellor: int) -> None:
    held.pass_(minutes=1)
    work(held).say_here(1, counsellor)
    work(held).say_here(1, counsellor)
    assert held.send_all() == held.text("here_now")
    assert events(held).count("here_said") == 1
    with held.database.reading() as db:
        row = db.execute(select(cases.c.unanswered_since, cases.c.first_reply_at)).one()
    assert tuple(row) == (held.clock.now(), held.clock.now())


def test_first_word_after_ten_minutes_is_kept_back(held: Helpline, counsellor: int) -> None:
    held.pass_(minutes=11)
    work(held).say_here(1, counsellor)
    assert held.send_all() == held.text("waiting_neutral", register="adult")


def test_first_word_is_the_holders(held: Helpline) -> None:
    other = held.add_counsellor("counsellor-2")
    with pytest.raises(NotFound):
        work(held).say_here(1, other)
    assert held.send_all() == []


# --- until when it is safe to write


def test_writing_is_safe_for_ten_minutes_after_they_wrote(held: Helpline) -> None:
    allowed = writing(held.conversation())
    assert allowed == Writing(held.clock.now() + timedelta(minutes=10))
    assert (allowed.open_at(held.clock.now()), allowed.open_at(held.clock.now() + timedelta(minutes=11))) == (
        True,
        False,
    )


def test_writing_is_barred_after_the_panic_word(held: Helpline) -> None:
    held.say("çıx")
    assert writing(held.conversation()) == Writing(None, "hidden")


# --- what was promised, what it stands on


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((), Promise(None, (), False)),
        ((("emergency_staffed", "zəng et: 102"),), Promise(True, ("police",), False)),
        ((("emergency_unstaffed", "103, cavab yoxdursa 112"),), Promise(False, ("rescue", "ambulance"), False)),
        ((("first_unknown_unstaffed", ""), ("next_staffed", "")), Promise(True, (), False)),
        ((("handed_back", "102"),), Promise(None, (), False)),
        ((("menu", "1102 manat"),), Promise(None, (), False)),
    ],
    ids=["nothing", "somebody reads", "nobody is there", "the later one counts", "not the counsellor's", "no number"],
)
def test_promise_is_what_the_bot_said(said: tuple[tuple[str, str], ...], expected: Promise) -> None:
    numbers = {"police": "102", "rescue": "112", "ambulance": "103"}
    assert promised(said, numbers, question_open=False) == expected


@pytest.mark.parametrize(
    ("text", "evidence", "sentence"),
    [
        ("Salam. Atam məni döyür. Sağ ol.", ("məni döyür",), "Atam məni döyür."),
        ("Salam. ATAM məni döyür!", ("atam meni doyur",), "ATAM məni döyür!"),
        ("Salam. Atam məni döyür.", ("başqa",), "Salam. Atam məni döyür."),
        ("döyür", (), "döyür"),
        ("a" * 50 + " " + "b" * 150, (), "a" * 50 + "…"),
    ],
    ids=[
        "the one with the evidence",
        "however it is spelt",
        "all of it where it is in none",
        "a single word",
        "a long one is cut at a word",
    ],
)
def test_quote_is_the_sentence_that_it_rests_on(text: str, evidence: tuple[str, ...], sentence: str) -> None:
    assert sentence_with(text, evidence) == sentence


# --- drafts


def test_draft_is_kept_replaced_and_forgotten_when_it_was_sent(held: Helpline, counsellor: int) -> None:
    for text in ("Sal", "Salam"):
        work(held).keep_draft(1, counsellor, "reply", text, "k")
    work(held).keep_draft(1, counsellor, "note", "qeyd", "k")
    assert drafts(held, counsellor) == {"reply": "Salam", "note": "qeyd"}
    held.desk.reply(1, counsellor, "Salam", "k")
    held.desk.note(1, counsellor, "qeyd")
    assert drafts(held, counsellor) == {}


def test_draft_that_comes_after_its_reply_is_none(held: Helpline, counsellor: int) -> None:
    held.desk.reply(1, counsellor, "Salam", "k")
    work(held).keep_draft(1, counsellor, "reply", "Salam", "k")
    assert drafts(held, counsellor) == {}


def test_emptied_draft_is_forgotten(held: Helpline, counsellor: int) -> None:
    work(held).keep_draft(1, counsellor, "reply", "Salam", "k")
    work(held).keep_draft(1, counsellor, "reply", "  ", "k")
    assert drafts(held, counsellor) == {}


def test_draft_lies_sealed(held: Helpline, counsellor: int) -> None:
    work(held).keep_draft(1, counsellor, "reply", "Salam", "k")
    with held.database.reading() as db:
        assert b"Salam" not in db.scalar(select(case_drafts.c.body))


def test_draft_is_finished_after_the_case_left_and_begun_by_nobody_else(held: Helpline, counsellor: int) -> None:
    other = held.add_counsellor("counsellor-2")
    with pytest.raises(NotFound):
        work(held).keep_draft(1, other, "reply", "Salam", "k")
    work(held).keep_draft(1, counsellor, "reply", "Sal", "k")
    held.desk.hand_back(1, counsellor)
    work(held).keep_draft(1, counsellor, "reply", "Salam", "k")
    assert (drafts(held, counsellor), drafts(held, other)) == ({"reply": "Salam"}, {})


def test_old_draft_is_swept_away(held: Helpline, counsellor: int) -> None:
    work(held).keep_draft(1, counsellor, "reply", "Salam", "k")
    held.pass_(days=2)
    assert "drafts_forgotten" not in held.sweep()
    held.pass_(days=2)
    assert held.sweep()["drafts_forgotten"] == 1
    assert drafts(held, counsellor) == {}


def test_page_that_is_opened_twice_at_once_is_one_look(held: Helpline, counsellor: int) -> None:
    def opens(_number: int) -> None:
        with held.database.unit() as unit:
            unit.opened_page(1, counsellor, 5, held.clock.now())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(opens, range(8)))
    with held.database.reading() as db:
        assert db.execute(select(case_looks.c.read_to, case_looks.c.read_before)).all() == [(5, 5)]


# --- showing that somebody types


def typed_to(helpline: Helpline, channel: str = "telegram") -> str | None:
    with helpline.database.unit() as unit:
        return unit.lease_typing(channel, helpline.clock.now())


def test_typing_is_shown_once_in_four_seconds(held: Helpline, counsellor: int) -> None:
    shown = []
    for _ in range(4):
        work(held).show_typing(1, counsellor)
        shown.append((typed_to(held), typed_to(held)))
        held.pass_(seconds=2)
    assert shown == [("700000001", None), (None, None), ("700000001", None), (None, None)]


def test_typing_of_long_ago_is_not_shown(held: Helpline, counsellor: int) -> None:
    work(held).show_typing(1, counsellor)
    held.pass_(seconds=7)
    assert typed_to(held) is None


def _late(helpline: Helpline) -> None:
    helpline.pass_(minutes=11)


def _panic(helpline: Helpline) -> None:
    helpline.say("çıx")


@pytest.mark.parametrize("meanwhile", [_late, _panic], ids=["ten minutes passed", "they left in a hurry"])
def test_typing_is_not_shown_when(held: Helpline, counsellor: int, meanwhile: Callable[[Helpline], None]) -> None:
    meanwhile(held)
    work(held).show_typing(1, counsellor)
    assert typed_to(held) is None


def test_typing_is_nothing_to_an_sms(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(SAID, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    helpline.say(SAID, channel="sms_twilio", address="+994700000009")
    helpline.desk.take(1, counsellor)
    work(helpline).show_typing(1, counsellor)
    with helpline.database.reading() as db:
        assert db.scalar(select(typing.c.id)) is None


# --- the rescue sheet and the number


def number(helpline: Helpline, counsellor: int) -> str | None:
    with helpline.database.reading() as db:
        found = rescue_pages.number_shown_to(db, helpline.database.vault, 1, counsellor, helpline.clock.now())
    return None if found is None else found.address


def test_place_is_kept_sealed_and_changed(held: Helpline, counsellor: int) -> None:
    rescue(held).save_place(1, counsellor, " Nizami 12 ")
    rescue(held).save_place(1, counsellor, "Nizami 14")
    with held.database.reading() as db:
        place = rescue_pages.place_of(db, held.database.vault, 1)
        assert b"Nizami" not in db.scalar(select(rescues.c.place))
    assert place is not None
    assert place.text == "Nizami 14"
    with pytest.raises(EmptyText):
        rescue(held).save_place(1, counsellor, "  ")


def test_number_is_shown_for_fifteen_minutes_to_its_holder_alone(held: Helpline, counsellor: int) -> None:
    other = held.add_counsellor("counsellor-2")
    assert number(held, counsellor) is None
    rescue(held).reveal(1, counsellor, "operator_asks", "102 ünvanı tapmır")
    assert (number(held, counsellor), number(held, other)) == ("700000001", None)
    held.pass_(minutes=15)
    assert number(held, counsellor) is None
    rescue(held).reveal(1, counsellor, "no_answer", "cavab vermir daha")
    assert number(held, counsellor) == "700000001"
    assert events(held).count("number_shown") == 2


def test_number_goes_with_the_case(held: Helpline, counsellor: int) -> None:
    rescue(held).reveal(1, counsellor, "operator_asks", "102 ünvanı tapmır")
    held.desk.hand_back(1, counsellor)
    assert number(held, counsellor) is None


def test_who_is_in_charge_is_told_at_once_and_without_the_number(held: Helpline, counsellor: int) -> None:
    rescue(held).reveal(1, counsellor, "operator_asks", "102 ünvanı tapmır")
    held.send_all()
    told = held.channels["telegram"].sent[-1]
    assert (told.address, told.text) == (DUTY, ALERTED)
    with held.database.reading() as db:
        detail = db.scalars(select(case_events.c.detail).where(case_events.c.what == "number_shown")).one()
        why = db.scalar(select(reveals.c.why))
    assert detail == '{"reason":"operator_asks"}'
    assert "tapmır".encode() not in why


def test_number_is_shown_where_nobody_set_a_duty_chat(held: Helpline, counsellor: int) -> None:
    rescue(held, None).reveal(1, counsellor, "operator_asks", "102 ünvanı tapmır")
    assert number(held, counsellor) == "700000001"


@pytest.mark.parametrize(
    ("reason", "why"),
    [("", "102 ünvanı tapmır"), ("curious", "102 ünvanı tapmır"), ("operator_asks", " x  "), ("operator_asks", "")],
    ids=["no reason", "a reason of nobody's", "a word too short", "no words"],
)
def test_number_is_not_shown_with(held: Helpline, counsellor: int, reason: str, why: str) -> None:
    with pytest.raises(ReasonMissing):
        rescue(held).reveal(1, counsellor, reason, why)
    assert number(held, counsellor) is None


def test_number_is_not_shown_without_an_emergency(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(SAID, finding(Level.URGENT, Risk.DOMESTIC_VIOLENCE))
    helpline.say(SAID)
    helpline.desk.take(1, counsellor)
    with pytest.raises(NoEmergency):
        rescue(helpline).reveal(1, counsellor, "operator_asks", "102 ünvanı tapmır")
    assert number(helpline, counsellor) is None


def test_number_is_not_shown_to_who_does_not_hold_the_case(held: Helpline) -> None:
    other = held.add_counsellor("counsellor-2")
    with pytest.raises(NotFound):
        rescue(held).reveal(1, other, "operator_asks", "102 ünvanı tapmır")
    with held.database.reading() as db:
        assert db.scalar(select(reveals.c.id)) is None


def test_erasure_takes_what_was_typed_and_told(held: Helpline, counsellor: int) -> None:
    work(held).keep_draft(1, counsellor, "reply", "Salam", "k")
    work(held).show_typing(1, counsellor)
    rescue(held).save_place(1, counsellor, "Nizami 12")
    rescue(held).reveal(1, counsellor, "operator_asks", "102 ünvanı tapmır")
    with held.database.unit() as unit:
        unit.erase(1, held.clock.now())
    with held.database.reading() as db:
        assert (db.scalar(select(case_drafts.c.id)), db.scalar(select(typing.c.id))) == (None, None)
        assert db.scalars(select(rescues.c.place)).all() == [None]
        assert db.execute(select(reveals.c.why, reveals.c.reason)).one() == (None, "operator_asks")
