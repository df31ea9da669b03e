"""A made-up month of a helpline, written straight into the tables: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table

from store.database import Database
from store.matter_tables import enrolments, feedback, lesson_events
from store.sealing import Vault
from store.shift_tables import watches
from store.tables import case_events, cases, conversations, counsellors, messages, outbox, senders, verdicts

DISTRICTS = ("ganja", "barda", "tartar", "goranboy", "baku", None)
TOPICS = (
    "positive_discipline",
    "tantrums",
    "feelings_sad_anxious",
    "online_safety",
    "social_assistance",
    "foster_care",
)
RISKS = ("physical_violence", "emotional_distress", "bullying", "conflict_distress", "sexual_abuse")
COURSES = ("feelings", "behaviour", "online")
SAID = "MARKED a told story"
_ROWS = 2_000


def write_history(
    database: Database, began: datetime, days: int = 30, people: int = 240, said: int = 1500, seed: int = 1
) -> None:
    """So many people say so many things, in so many days from `began`."""
    chance = random.Random(seed)
    with database.engine.begin() as db:
        _put(db, counsellors, [_counsellor(began)])
        _put(db, senders, [_sender(number, began) for number in range(1, people + 1)])
        _put(db, conversations, [_person(number, began, days, chance) for number in range(1, people + 1)])
        _put(db, messages, list(_messages(database.vault, began, days, people, said, chance)))
        _put(db, outbox, list(_sent(began, days, people, said, chance)))
        _put(db, watches, [_watch(began + timedelta(days=day, hours=5)) for day in range(days)])
        _cases(db, began, days, people, chance)
        _put(db, verdicts, [_verdict(number, began, chance) for number in range(1, said // 10)])
        _courses(db, began, days, people, chance)


def _put(db: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    for first in range(0, len(rows), _ROWS):
        db.execute(table.insert(), rows[first : first + _ROWS])


def _counsellor(at: datetime) -> dict[str, object]:
    return {"name": "history", "role": "counsellor", "password": "x", "created_at": at}


def _sender(number: int, at: datetime) -> dict[str, object]:
    channel = "sms_twilio" if number % 3 == 0 else "telegram"
    return {"channel": channel, "address": b"MARKED", "lookup": str(number).encode(), "created_at": at}


def _person(number: int, began: datetime, days: int, chance: random.Random) -> dict[str, object]:
    child = number % 2 == 0
    bands = ("7-10", "11-14", "15-17") if child else ("0-2", "3-9", "10-17")
    return {
        "sender_id": number,
        "pseudonym": f"MARKED {number}",
        "language": chance.choice(("az", "az", "az", "ru")),
        "audience": "child" if child else "parent",
        "age_band": chance.choice(bands),
        "district": chance.choice(DISTRICTS),
        "created_at": began + timedelta(days=chance.randrange(-10, days)),
    }


def _messages(
    vault: Vault, began: datetime, days: int, people: int, said: int, chance: random.Random
) -> Iterator[dict[str, object]]:
    body = vault.texts.seal(SAID)
    for number in range(said):
        level = chance.choice((0, 0, 0, 0, 1, 1, 2, 3))
        found = {"risks": [chance.choice(RISKS)] if level else [], "topics": [chance.choice(TOPICS)]}
        yield {
            "conversation_id": chance.randrange(1, people + 1),
            "author": "person",
            "channel": "telegram",
            "external_id": f"h{number}",
            "kind": "text",
            "body": body,
            "level": level,
            "finding": vault.seal_json({**found, "evidence": [[SAID, "lexicon", "urgent"]]}),
            "language": "az",
            "at": _moment(began, days, chance),
        }


def _moment(began: datetime, days: int, chance: random.Random) -> datetime:
    """More in the evening than at night."""
    hour = chance.choice((*range(24), *range(8, 19), 14, 15, 16, 17))
    return began + timedelta(days=chance.randrange(days), hours=hour, minutes=chance.randrange(60))


def _sent(began: datetime, days: int, people: int, said: int, chance: random.Random) -> Iterator[dict[str, object]]:
    for number in range(said):
        conversation, at = chance.randrange(1, people + 1), _moment(began, days, chance)
        sms = conversation % 3 == 0
        yield {
            "conversation_id": conversation,
            "origin": f"h{number}",
            "channel": "sms_twilio" if sms else "telegram",
            "lane": 1,
            "state": "sent",
            "due_at": at,
            "created_at": at,
            "finished_at": at,
            "parts": chance.randrange(1, 3) if sms else None,
        }


def _watch(at: datetime) -> dict[str, object]:
    return {"counsellor_id": 1, "began_at": at, "ended_at": at + timedelta(hours=9), "said_so": True}


def _cases(db: Connection, began: datetime, days: int, people: int, chance: random.Random) -> None:
    reasons = ("helped", "referred", "safe_after_check", "no_answer", "false_alarm")
    opened = [_moment(began, days, chance) for _ in range(people // 2)]
    rows = [
        _case(number, at, chance.choice((1, 1, 2, 2, 3)), chance.choice(reasons)) for number, at in enumerate(opened, 1)
    ]
    _put(db, cases, rows)
    for number, at in enumerate(opened, 1):
        taken = at + timedelta(minutes=chance.choice((1, 2, 4, 8, 14, 30)))
        told = {"case_id": number, "counsellor_id": 1, "detail": "{}"}
        _put(db, case_events, [{**told, "what": "taken", "at": taken}])
        _put(db, case_events, [{**told, "what": "replied", "at": taken + timedelta(minutes=chance.randrange(1, 9))}])


def _case(number: int, at: datetime, level: int, reason: str) -> dict[str, object]:
    due = at + {1: timedelta(hours=24), 2: timedelta(minutes=15), 3: timedelta(minutes=2)}[level]
    times = {"opened_at": at, "waiting_since": at, "due_at": due, "alert_due_at": due}
    ended = {"state": "closed", "closed_at": at + timedelta(hours=number % 40 + 1), "close_reason": reason}
    return {"conversation_id": number, "level": level, "reason": "urgent", **times, **ended}


def _verdict(number: int, began: datetime, chance: random.Random) -> dict[str, object]:
    at = began + timedelta(days=number % 28, hours=8)
    return {"message_id": number, "counsellor_id": 1, "level": chance.choice((0, 1, 2, 2, 3)), "at": at}


def _courses(db: Connection, began: datetime, days: int, people: int, chance: random.Random) -> None:
    rows = [
        {
            "conversation_id": number,
            "course": COURSES[number % 3],
            "state": "active",
            "step": "lesson",
            "hour": 18,
            "started_at": began + timedelta(days=number % 15, hours=9),
        }
        for number in range(1, people + 1, 2)
    ]
    _put(db, enrolments, rows)
    whats = ("announced", "opened", "finished")
    events = [
        {"enrolment_id": number, "lesson": f"lesson-{lesson}", "what": what, "at": began + timedelta(days=16, hours=9)}
        for number in range(1, len(rows) + 1)
        for lesson in range(1, 4)
        for place, what in enumerate(whats)
        if chance.random() > 0.15 * (place + lesson)
    ]
    ended = [
        {
            "enrolment_id": number,
            "lesson": "",
            "what": chance.choice(("finished", "paused", "left")),
            "at": events[0]["at"],
        }
        for number in range(1, len(rows) + 1)
    ]
    _put(db, lesson_events, events + ended)
    said = [{"item": "A01", "language": "az", "form": "sms", "helped": n % 4 > 0, "at": began} for n in range(40)]
    _put(db, feedback, said)
