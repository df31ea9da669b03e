"""Figures of small hand-made histories: what is right was counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from helpline.figures.counting import counted
from helpline.figures.facts import Person, ReferralFact
from helpline.figures.indicators import framework
from helpline.figures.periods import baku_day, containing, days
from helpline.figures.referring import referral_events
from helpline.figures.suppression import Event
from store.figure_facts import facts_of
from store.figure_numbers import by_day, closed_until, numbers
from store.figure_tables import held_back, tallies
from store.matter_tables import feedback
from store.referral_tables import referrals
from store.tables import conversations
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SAID = "MARKED atam məni döyür"
NOVEMBER = containing("month", date(2026, 11, 2))


def close(helpline: Helpline) -> None:
    """Midnight passes, and what is finished is counted."""
    while True:
        with helpline.database.unit() as unit:
            if unit.close_figure_days(helpline.clock.now(), framework().reaches) == 0:
                return


def events(helpline: Helpline) -> list[Event]:
    """What really happened on days that are over, before anything is held back."""
    today = baku_day(helpline.clock.now())
    found: list[Event] = []
    for month in (NOVEMBER, NOVEMBER.after()):
        over = [day for day in days(month.first, month.last) if day < today]
        if over:
            with helpline.database.reading() as db:
                facts = facts_of(db, helpline.database.vault, over[0], over[-1])
            found += counted(facts, over, framework().reaches)
    return found


def counts(helpline: Helpline, figure: str, district: str = "") -> dict[str, int]:
    found: dict[str, int] = {}
    for event in events(helpline):
        if event.figure == figure and district in ("", event.district):
            found[event.value] = found.get(event.value, 0) + event.count
    return found


def shown(helpline: Helpline, figure: str, district: str = "") -> dict[str, int | None]:
    with helpline.database.reading() as db:
        found = numbers(db, helpline.database.vault, NOVEMBER, district).get(figure, {})
    return {value: number.number for value, number in found.items()}


def people(helpline: Helpline, number: int, text: str = "salam", first: int = 0, **fields: object) -> None:
    for one in range(first, first + number):
        helpline.say(text, address=f"7000{one:05}", **fields)


def test_person_counts_once_a_month_and_heading(helpline: Helpline) -> None:
    helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(SAID)
    helpline.say(SAID)
    helpline.pass_(days=1)
    helpline.say(SAID)
    helpline.say("salam")
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "people") == {"new": 1}
    assert counts(helpline, "risk") == {"physical_violence": 1}
    assert counts(helpline, "level") == {"urgent": 1, "none": 1}
    assert counts(helpline, "received") == {"telegram": 4}


def test_person_who_comes_back_next_month_is_returning(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.pass_(days=30)
    helpline.say("salam")
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "people") == {"new": 1, "returning": 1}


def test_days_end_at_midnight_of_baku(helpline: Helpline) -> None:
    # 19:59 and 20:00 UTC are 23:59 and 00:00 in Baku.
    helpline.clock.time = datetime(2026, 11, 30, 19, 59, tzinfo=UTC)
    helpline.say("salam")
    helpline.pass_(minutes=1)
    helpline.say("salam", address="700000002")
    helpline.pass_(days=1)
    close(helpline)
    told = [(event.day.isoformat(), event.value) for event in events(helpline) if event.figure == "hour"]
    assert told == [("2026-11-30", "23"), ("2026-12-01", "00")]


def test_day_that_is_not_over_is_not_counted(helpline: Helpline) -> None:
    people(helpline, 8)
    close(helpline)
    assert shown(helpline, "people") == {}
    helpline.pass_(days=1)
    close(helpline)
    assert shown(helpline, "people") == {"new": 8}
    with helpline.database.reading() as db:
        assert closed_until(db) == date(2026, 11, 2)


def test_waiting_and_handling_are_told_by_level(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(SAID)
    helpline.pass_(minutes=4)
    helpline.desk.take(1, counsellor)
    helpline.pass_(minutes=3)
    helpline.desk.reply(1, counsellor, "eşidirəm", "k1")
    helpline.pass_(minutes=40)
    helpline.close(1, counsellor)
    helpline.say(SAID, address="700000002")
    helpline.pass_(minutes=20)
    helpline.desk.take(2, counsellor)
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "opened") == {"urgent": 2}
    assert counts(helpline, "taken") == {"urgent.in_time": 1, "urgent.late": 1}
    assert counts(helpline, "waiting") == {"urgent.5m": 1, "urgent.1h": 1}
    assert counts(helpline, "first_reply") == {"urgent.15m": 1}
    assert counts(helpline, "handling") == {"urgent.1h": 1}
    assert counts(helpline, "closed") == {"helped": 1}


JUDGED = [
    pytest.param(Level.URGENT, Level.URGENT, "agreed", id="both call it urgent"),
    pytest.param(Level.URGENT, Level.NONE, "too_high", id="triage called too much"),
    pytest.param(Level.CONCERN, Level.EMERGENCY, "missed", id="triage missed it"),
    pytest.param(Level.CONCERN, Level.NONE, "calm", id="neither called it urgent"),
]


@pytest.mark.parametrize(("called", "judged", "value"), JUDGED)
def test_verdict_is_told_from_triage(
    helpline: Helpline, counsellor: int, called: Level, judged: Level, value: str
) -> None:
    helpline.finds(SAID, finding(called))
    helpline.say(SAID)
    helpline.desk.take(1, counsellor)
    helpline.desk.judge(1, counsellor, 1, judged)
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "verdict") == {value: 1}


def test_night_without_a_shift_is_told(helpline: Helpline, counsellor: int) -> None:
    helpline.sweep()
    helpline.pass_(minutes=1)
    helpline.say("salam")
    helpline.pass_(minutes=1)
    helpline.on_shift(counsellor)
    helpline.pass_(hours=3)
    helpline.sweep()
    helpline.say("salam", address="700000002")
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "shift") == {"staffed": 1, "unstaffed": 1}


def test_course_is_told_step_by_step(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.lesson_waits()
    with helpline.database.unit() as unit:
        unit.pause_courses(1, helpline.clock.now())
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "course") == {"started": 1, "paused": 1}
    assert counts(helpline, "course_started") == {"feelings": 1}


def test_feedback_is_of_nobody(helpline: Helpline) -> None:
    helpline.say("salam")
    row = {"item": "A01", "language": "az", "form": "sms", "at": helpline.clock.now()}
    with helpline.database.engine.begin() as db:
        db.execute(insert(feedback), [{**row, "helped": True}] * 3 + [{**row, "helped": False}] * 2)
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "feedback") == {"helped": 3, "did_not_help": 2}
    assert counts(helpline, "feedback_item") == {"A01.helped": 3, "A01.did_not_help": 2}


def test_sms_parts_are_counted_as_sent(helpline: Helpline) -> None:
    sent = helpline.say("salam", channel="sms_twilio", address="+994500000001")
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "sent") == {"sms": len(sent)}
    assert counts(helpline, "parts")["sms"] >= len(sent)


def test_erasure_takes_nothing_from_days_that_are_counted(helpline: Helpline) -> None:
    helpline.finds(SAID, finding(Level.CONCERN, Risk.EMOTIONAL_DISTRESS))
    people(helpline, 8, SAID)
    helpline.pass_(days=1)
    with helpline.database.unit() as unit:
        unit.request_erasure(1, helpline.clock.now())
    assert helpline.sweep()["erased"] == 1
    close(helpline)
    assert counts(helpline, "risk") == {"emotional_distress": 7}
    assert shown(helpline, "risk") == {"emotional_distress": 8}


def test_four_people_are_fewer_than_five(helpline: Helpline) -> None:
    people(helpline, 4)
    helpline.pass_(days=1)
    close(helpline)
    assert shown(helpline, "people") == {}


def test_many_people_are_shown(helpline: Helpline) -> None:
    people(helpline, 9)
    helpline.pass_(days=1)
    close(helpline)
    assert shown(helpline, "people") == {"new": 9}


def test_many_messages_of_one_person_are_not_shown(helpline: Helpline) -> None:
    for _ in range(12):
        helpline.say("salam")
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "received") == {"telegram": 12}
    assert shown(helpline, "received") == {}


def test_what_is_held_back_is_shown_once_there_are_more(helpline: Helpline) -> None:
    people(helpline, 4)
    helpline.pass_(days=1)
    people(helpline, 7, first=4)
    helpline.pass_(days=1)
    close(helpline)
    with helpline.database.reading() as db:
        found = by_day(db, helpline.database.vault, "people", NOVEMBER)
    assert {day.day: number["new"].number for day, number in found.items()} == {3: 11}


def test_tables_of_figures_tell_nothing_of_a_few(helpline: Helpline) -> None:
    """Not even that there is somebody: what was found in a message is sealed, and stays so."""
    helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    people(helpline, 4, SAID)
    helpline.pass_(days=1)
    close(helpline)
    with helpline.database.reading() as db:
        kept = repr([tuple(row) for table in (tallies, held_back) for row in db.execute(select(table))])
    assert [word for word in ("MARKED", "violence", "urgent", "70000000", "[1,", "people") if word in kept] == []


def test_two_processes_count_a_day_once(helpline: Helpline) -> None:
    people(helpline, 8)
    helpline.pass_(days=1)
    close(helpline)
    with helpline.database.unit() as unit:
        assert unit.close_figure_days(helpline.clock.now(), framework().reaches) == 0
    assert shown(helpline, "people") == {"new": 8}


def test_long_history_is_counted_a_few_days_at_once(helpline: Helpline) -> None:
    """Never over the end of a month, from whose beginning people are told apart."""
    helpline.say("salam")
    helpline.clock.time += timedelta(days=34)
    closed = []
    while not closed or closed[-1]:
        with helpline.database.unit() as unit:
            closed.append(unit.close_figure_days(helpline.clock.now(), framework().reaches))
    assert closed == [5, 5, 5, 5, 5, 4, 5, 0]


def test_figures_of_a_district_are_its_own(helpline: Helpline) -> None:
    people(helpline, 16)
    with helpline.database.engine.begin() as db:
        here = conversations.c.id
        db.execute(update(conversations).where(here <= 8).values(district="barda"))
        db.execute(update(conversations).where(here > 8, here <= 11).values(district="tartar"))
    helpline.pass_(days=1)
    close(helpline)
    assert counts(helpline, "people", "tartar") == {"new": 3}
    assert shown(helpline, "people") == {"new": 16}
    assert shown(helpline, "people", "barda") == {"new": 8}
    assert shown(helpline, "people", "tartar") == {}


def test_referral_counts_station_by_station() -> None:
    """On the day of each station, by who agreed; what left without consent stands as two people's decision."""
    at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    person = Person(1, "telegram", district="barda")
    accepted = ReferralFact(
        person,
        "commission_barda",
        "commission",
        at,
        at,
        at + timedelta(hours=3),
        at + timedelta(days=2),
        "done",
        ("child", "adult"),
    )
    urgent = ReferralFact(person, "police", "police", at, at)
    told = Counter(
        (event.day.day, event.figure, event.value) for each in (accepted, urgent) for event in referral_events(each)
    )
    assert told == {
        (2, "referral", "sent"): 2,
        (2, "referral", "accepted"): 1,
        (4, "referral", "done"): 1,
        (2, "referral_kind", "commission"): 1,
        (2, "referral_kind", "police"): 1,
        (2, "referral_service", "commission_barda"): 1,
        (2, "referral_service", "police"): 1,
        (2, "referral_consent", "child"): 1,
        (2, "referral_consent", "adult"): 1,
        (2, "referral_consent", "override"): 1,
        (2, "referral_acceptance", "all.4h"): 1,
    }


def test_referrals_are_read_from_their_table(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(SAID)
    now = helpline.clock.now()
    row = {
        "case_id": 1,
        "conversation_id": 1,
        "service": "police",
        "kind": "police",
        "role": "full",
        "created_by": counsellor,
    }
    agreed = {"consent_who": "child", "consent_how": "chat", "consent_at": now, "consent_version": "1"}
    times = {"created_at": now, "changed_at": now}
    with helpline.database.engine.begin() as db:
        db.execute(
            insert(referrals).values(**row, **agreed, **times, reference="R1", state="done", sent_at=now, ended_at=now)
        )
        db.execute(insert(referrals).values(**row, **times, reference="R2", state="draft"))
    helpline.pass_(days=1)
    assert counts(helpline, "referral") == {"sent": 1, "done": 1}
    assert counts(helpline, "referral_consent") == {"child": 1}
