"""Lessons that we announce: when, to whom, how often, and what is said in front of whoever holds the phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from helpline.enrolments import Enrolment, EnrolmentState
from helpline.phrasebook import Phrasebook
from helpline.sweep import StepsFailed, sweep
from store.database import Database
from store.matter_tables import enrolments, lesson_events
from store.tables import conversations, outbox, senders
from store.unit import SqlUnit
from tests.conftest import FrozenClock
from tests.fakes import finding
from tests.helpline.course_files import course, data_with, lesson, near
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

NEUTRAL = {
    ("az", "telegram"): "Cavab hazırdır. Rahat vaxtda baxmaq olar.",
    ("ru", "telegram"): "Ответ готов. Посмотреть можно в удобное время.",
    ("az", "sms_twilio"): "Cavab hazırdır. Rahat vaxtda baxmaq olar:\n1 davam",
    ("ru", "sms_twilio"): "Ответ готов. Посмотреть можно в удобное время:\n1 дальше",
}


class Killed(Exception):
    """The process ended here."""


@dataclass(frozen=True)
class Dying:
    """A store whose transaction is lost just before its commit."""

    database: Database

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        with self.database.unit() as unit:
            yield unit
            raise Killed


def baku(text: str) -> datetime:
    """A time of Baku, four hours ahead of UTC all the year."""
    return (datetime.fromisoformat(text) - timedelta(hours=4)).replace(tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return data_with(tmp_path / "data", near(), course("other", {"m": [lesson("x"), lesson("y")]}))


@pytest.fixture
def helpline(database: Database, clock: FrozenClock, data: Path) -> Helpline:
    clock.time = baku("2026-11-02T13:00")
    return Helpline(database, clock, book=Phrasebook(data))


def join(helpline: Helpline, hour: int = 18, code: str = "near", child: int = 1, **fields: object) -> None:
    helpline.press(f"course:at:{code}:{child}:3-9:{hour}", **fields)


def own(helpline: Helpline) -> tuple[Enrolment, ...]:
    with helpline.database.unit() as unit:
        return unit.enrolments_of(1)


def at(helpline: Helpline, text: str) -> list[str]:
    """The sweep at a time of Baku, and what was sent then."""
    helpline.clock.time = baku(text)
    helpline.sweep()
    return helpline.send_all()


def announced(helpline: Helpline) -> int:
    with helpline.database.reading() as db:
        return len(db.execute(select(lesson_events).where(lesson_events.c.what == "announced")).all())


@pytest.mark.parametrize("channel", ["telegram", "sms_twilio"])
@pytest.mark.parametrize(("language", "word"), [("az", "azərbaycanca"), ("ru", "русский")])
def test_lesson_is_announced_at_its_hour_by_a_neutral_line(
    helpline: Helpline, channel: str, language: str, word: str
) -> None:
    helpline.say(word, channel=channel)
    join(helpline, channel=channel)
    assert at(helpline, "2026-11-02T17:59:59") == []
    assert at(helpline, "2026-11-02T18:00") == [NEUTRAL[language, channel]]
    assert at(helpline, "2026-11-02T18:01") == []
    opened = helpline.say("1", channel=channel) if channel != "telegram" else helpline.press("course:next")
    assert opened[0].split("\n")[-1].removeprefix("1 ") in (f"{language} a telegram 1", "ardı", "дальше")


def test_sweep_twice_announces_once(helpline: Helpline) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T18:00")
    assert [helpline.sweep(), helpline.sweep()] == [{"lessons_announced": 1}, {}]
    assert helpline.send_all() == [NEUTRAL["az", "telegram"]]


def test_sweep_killed_before_its_commit_announces_once(helpline: Helpline) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T18:00")

    for _ in range(2):
        with pytest.raises(StepsFailed):
            sweep(replace(helpline.parts, store=Dying(helpline.database)))
    assert (helpline.send_all(), announced(helpline)) == ([], 0)
    helpline.sweep()
    assert (helpline.send_all(), announced(helpline)) == ([NEUTRAL["az", "telegram"]], 1)


def test_origin_stops_a_second_line_of_the_same_day(helpline: Helpline) -> None:
    """A database restored to a moment before keeps the outbox's promise."""
    join(helpline)
    at(helpline, "2026-11-02T18:00")
    with helpline.database.engine.begin() as db:
        db.execute(update(enrolments).values(announced_at=None, due_at=baku("2026-11-02T18:00")))
        db.execute(update(conversations).values(started_at=None))
    assert at(helpline, "2026-11-02T18:01") == []


def test_two_courses_and_two_children_have_one_line_a_day(helpline: Helpline) -> None:
    join(helpline, 18)
    join(helpline, 20, "other")
    join(helpline, 21, "near", 2)
    sent = [line for hour in range(14, 22) for line in at(helpline, f"2026-11-02T{hour}:00")]
    assert sent == [NEUTRAL["az", "telegram"]]
    assert announced(helpline) == 3
    for course_id, code in ((1, "a"), (2, "x"), (3, "a")):
        helpline.press("course:next")
        assert helpline.press(f"course:answer:{course_id}:{code}:1") != []
    sent = [line for hour in range(8, 22) for line in at(helpline, f"2026-11-03T{hour:02d}:00")]
    assert sent == [NEUTRAL["az", "telegram"]]


def test_other_course_is_offered_after_the_quiz(helpline: Helpline) -> None:
    join(helpline, 18)
    join(helpline, 20, "other")
    at(helpline, "2026-11-02T18:00")
    helpline.press("course:next")
    helpline.press("course:answer:1:a:1")
    assert [choice.code for choice in helpline.channels["telegram"].sent[-1].choices] == ["course:next", "course:mine"]
    assert helpline.press("course:next")[0] == "▰▱ 1/2\naz x title\n\naz x telegram 1"


def test_something_else_started_today_moves_the_lesson_to_tomorrow(helpline: Helpline) -> None:
    join(helpline)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(started_at=baku("2026-11-02T12:00")))
    assert at(helpline, "2026-11-02T18:00") == []
    assert own(helpline)[0].due_at == baku("2026-11-03T18:00")
    assert at(helpline, "2026-11-03T18:00") == [NEUTRAL["az", "telegram"]]


def test_lesson_missed_by_hours_waits_for_the_next_day(helpline: Helpline) -> None:
    """We were away: at two in the morning nobody is written to, and at ten it is not their hour."""
    join(helpline)
    assert at(helpline, "2026-11-03T02:00") == []
    assert own(helpline)[0].due_at == baku("2026-11-03T18:00")
    assert at(helpline, "2026-11-03T10:00") == []
    assert at(helpline, "2026-11-03T18:00") == [NEUTRAL["az", "telegram"]]


def test_lesson_a_little_late_still_comes(helpline: Helpline) -> None:
    join(helpline)
    assert at(helpline, "2026-11-02T19:30") == [NEUTRAL["az", "telegram"]]


def test_last_hour_of_the_window_never_slips_past_it(helpline: Helpline) -> None:
    join(helpline, 21)
    assert at(helpline, "2026-11-02T22:00") == []
    assert own(helpline)[0].due_at == baku("2026-11-03T21:00")


def test_persons_own_window_binds(helpline: Helpline) -> None:
    join(helpline, 20)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(phone="shared", shared_agreed=True, write_from=9, write_until=12))
    assert at(helpline, "2026-11-02T20:00") == []
    assert own(helpline)[0].due_at == baku("2026-11-03T11:00")
    assert at(helpline, "2026-11-03T11:00") == [NEUTRAL["az", "telegram"]]


def test_baku_keeps_its_hour_when_others_change_their_clocks(helpline: Helpline) -> None:
    helpline.clock.time = baku("2026-03-28T13:00")
    join(helpline, 9)
    for day in ("2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"):
        with helpline.database.engine.begin() as db:
            db.execute(update(enrolments).values(due_at=baku(f"{day}T09:00"), announced_at=None))
        assert at(helpline, f"{day}T09:00") == [NEUTRAL["az", "telegram"]], day


SILENCED = {
    "who said stop": {"bulk_stopped": True},
    "after a disclosure": {"quiet": True},
    "on a phone of others without hours": {"phone": "shared"},
    "where there is no hour at all": {"write_from": 0, "write_until": 0},
}


@pytest.mark.parametrize("columns", list(SILENCED.values()), ids=list(SILENCED))
def test_nothing_is_announced(helpline: Helpline, columns: dict[str, object]) -> None:
    join(helpline)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(**columns))
    assert [at(helpline, f"2026-11-0{day}T18:00") for day in range(2, 7)] == [[]] * 5


def test_nothing_is_announced_to_who_cannot_be_reached(helpline: Helpline) -> None:
    join(helpline)
    with helpline.database.engine.begin() as db:
        db.execute(update(senders).values(reachable=False))
    assert at(helpline, "2026-11-02T18:00") == []


def test_nothing_is_announced_while_a_case_is_open(helpline: Helpline) -> None:
    """The course was resumed by the person while the case was open: it is theirs, and still we do not begin."""
    join(helpline)
    helpline.finds("ərim məni döyür", finding(Level.URGENT, Risk.DOMESTIC_VIOLENCE))
    helpline.say("ərim məni döyür")
    helpline.press("course:resume:1")
    assert own(helpline)[0].state is EnrolmentState.ACTIVE
    assert [at(helpline, f"2026-11-0{day}T18:00") for day in range(2, 5)] == [[]] * 3


def test_disclosure_takes_back_what_was_announced_and_not_sent(helpline: Helpline) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T18:00")
    helpline.sweep()
    helpline.finds("ərim məni döyür", finding(Level.URGENT, Risk.DOMESTIC_VIOLENCE))
    sent = helpline.say("ərim məni döyür")
    assert NEUTRAL["az", "telegram"] not in sent
    with helpline.database.reading() as db:
        lesson_row = db.execute(select(outbox).where(outbox.c.origin.like("lesson:%"))).one()
    assert lesson_row.state == "cancelled"


def test_stop_takes_back_what_was_announced_and_not_sent(helpline: Helpline) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T18:00")
    helpline.sweep()
    assert helpline.say("stop") == helpline.text("stop_ack", register="adult")


def test_lesson_not_opened_for_three_days_pauses_the_course_in_silence(helpline: Helpline) -> None:
    join(helpline)
    at(helpline, "2026-11-02T18:00")
    days = [at(helpline, f"2026-11-0{day}T18:00") for day in (3, 4, 5, 6, 7)]
    assert days == [[]] * 5
    assert own(helpline)[0].state is EnrolmentState.PAUSED
    told = helpline.say("salam necəsiniz")
    assert told[-1] == helpline.text("course_paused_itself", register="adult")[0]
    assert helpline.say("yenə salam")[-1:] != helpline.text("course_paused_itself", register="adult")
    assert own(helpline)[0].state is EnrolmentState.PAUSED


def test_old_announcement_opened_after_all_goes_on_at_once(helpline: Helpline) -> None:
    join(helpline)
    for day in range(2, 8):
        at(helpline, f"2026-11-0{day}T18:00")
    told = helpline.press("course:next")
    assert told[0] == helpline.text("course_back", register="adult")[0]
    assert told[1] == "▰▱▱ 1/3\naz a title\n\naz a telegram 1"
    assert own(helpline)[0].state is EnrolmentState.ACTIVE
    assert own(helpline)[0].due_at == baku("2026-11-08T18:00")


def test_course_that_paused_itself_waits_behind_one_that_goes_on(helpline: Helpline) -> None:
    join(helpline)
    for day in range(2, 8):
        at(helpline, f"2026-11-0{day}T18:00")
    join(helpline, 18, "other")
    assert helpline.press("course:next")[0] == "▰▱ 1/2\naz x title\n\naz x telegram 1"
    assert helpline.press("course:next")[0] == helpline.text("course_back", register="adult")[0]


def test_lesson_read_is_followed_by_one_announcement_a_day(helpline: Helpline) -> None:
    join(helpline)
    at(helpline, "2026-11-02T18:00")
    helpline.press("course:next")
    assert at(helpline, "2026-11-03T17:59") == []
    assert at(helpline, "2026-11-03T18:00") == [NEUTRAL["az", "telegram"]]
    assert helpline.press("course:next") == ["az a dünən?"]
    helpline.say("hə")
    helpline.press("course:next")
    assert at(helpline, "2026-11-04T18:00") == [NEUTRAL["az", "telegram"]]


def test_course_that_is_withdrawn_is_announced_when_it_is_back(helpline: Helpline, data: Path) -> None:
    join(helpline)
    path = data / "courses" / "near.yml"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    helpline.book.reload()
    assert at(helpline, "2026-11-02T18:00") == []
    path.write_text(text, encoding="utf-8")
    helpline.book.reload()
    assert at(helpline, "2026-11-03T18:00") == [NEUTRAL["az", "telegram"]]


def test_paused_and_left_courses_are_not_announced(helpline: Helpline) -> None:
    join(helpline)
    helpline.say("fasilə")
    assert at(helpline, "2026-11-02T18:00") == []
    helpline.clock.time = baku("2026-11-02T19:00")
    helpline.say("kursdan çıx")
    assert at(helpline, "2026-11-03T18:00") == []


# --- a phone that somebody else may hold


def test_nothing_is_announced_after_the_panic_word_until_the_person_is_there_again(helpline: Helpline) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T17:58")
    helpline.say("çıx")
    assert [at(helpline, f"2026-11-02T{time}") for time in ("18:00", "18:11", "19:30")] == [[]] * 3
    assert own(helpline)[0].announced_at is None
    helpline.say("salam")
    assert at(helpline, "2026-11-02T19:31") == []
    assert at(helpline, "2026-11-02T19:41") == [NEUTRAL["az", "telegram"]]


@pytest.mark.parametrize("column", ["hidden_at", "code_asked_at"])
def test_line_that_waits_is_not_sent_to_who_may_be_another(helpline: Helpline, column: str) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T18:00")
    helpline.sweep()
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values({column: baku("2026-11-02T18:00")}))
    assert helpline.send_all() == []
    assert lesson_row(helpline) == ("cancelled", "hidden")


def test_nothing_is_announced_while_the_code_word_is_asked_for(helpline: Helpline) -> None:
    join(helpline)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(code_asked_at=baku("2026-11-02T17:00")))
    assert at(helpline, "2026-11-02T18:00") == []
    assert own(helpline)[0].announced_at is None


def test_break_takes_back_what_was_announced_and_not_sent(helpline: Helpline) -> None:
    join(helpline)
    helpline.clock.time = baku("2026-11-02T18:00")
    helpline.sweep()
    assert NEUTRAL["az", "telegram"] not in helpline.say("fasilə")
    assert at(helpline, "2026-11-02T18:11") == []
    assert lesson_row(helpline) == ("cancelled", "rests")


def lesson_row(helpline: Helpline) -> tuple[str, str]:
    with helpline.database.reading() as db:
        row = db.execute(select(outbox).where(outbox.c.origin.like("lesson:%"))).one()
    return row.state, row.code
