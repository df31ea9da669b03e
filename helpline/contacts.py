"""Contacts that came by telephone or in person: a case without an address, or a talk beside a case that is there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from helpline.closing import NotInThePast
from helpline.conversations import RECORDED, Case
from helpline.escalation import DUE
from helpline.ports import Bell, Clock, Store, Unit
from helpline.record_ports import Talk
from triage.taxonomy import Level
from wire import Profile

WAYS = ("phone", "in_person")
DIRECTIONS = ("they", "we")
WHO = ("person", "child", "caregiver", "relative", "school", "service", "other")


class NothingSaid(ValueError):
    """A contact without a word of what was said."""


@dataclass(frozen=True)
class NewContact:
    """What a counsellor writes down of a talk that no message came from."""

    talk: Talk = field(repr=False)
    level: Level
    language: str | None = None
    audience: str | None = None
    age_band: str | None = None
    district: str | None = None


class Contacts:
    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def record(self, counsellor: int, contact: NewContact) -> int:
        """Open a case that this counsellor holds at once; nothing can be sent to anybody from it. Return its number.

        Raise NothingSaid or NotInThePast.
        """
        now = self._clock.now()
        _check(contact.talk, now)
        with self._store.unit() as unit:
            conversation = unit.open_conversation(RECORDED, secrets.token_urlsafe(24), now)
            # Nobody greets, and nobody is asked for a language: the bot never meets this person.
            profile = Profile(contact.audience, contact.age_band, contact.district)
            told = replace(conversation, language=contact.language, profile=profile, level=contact.level)
            unit.save_conversation(replace(told, greeted=True, privacy_told=True, bulk_stopped=True))
            opened = unit.open_case(conversation.id, contact.level, now + DUE[contact.level], now, "recorded")
            unit.hold_recorded(opened.id, counsellor, contact.talk.way, now)
            self._add(unit, opened, counsellor, contact.talk, now)
        self._bell.ring("cases")
        return opened.id

    def talked(self, case: int, counsellor: int, talk: Talk) -> None:
        """Write down a talk beside a held case. Raise NotFound, NothingSaid or NotInThePast."""
        now = self._clock.now()
        _check(talk, now)
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            self._add(unit, held, counsellor, talk, now)
            if talk.who == "person":
                unit.answered(case, now)
        self._bell.ring("cases")

    def _add(self, unit: Unit, case: Case, counsellor: int, talk: Talk, now: datetime) -> None:
        unit.add_talk(case.id, counsellor, replace(talk, note=talk.note.strip()), now)
        unit.record(case.id, counsellor, "talked", now, {"way": talk.way, "direction": talk.direction})


def _check(talk: Talk, now: datetime) -> None:
    if not talk.note.strip():
        raise NothingSaid
    if talk.at > now:
        raise NotInThePast
