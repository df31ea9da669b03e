"""Giving a held case to a colleague: offered, then accepted, refused, taken back, or lapsed to who holds it all along."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from helpline.cases import notice
from helpline.closing import NoReasonGiven
from helpline.conversations import Case
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.record_ports import Transfer
from helpline.turns import Parts

LAPSES_AFTER = timedelta(minutes=10)


class NoHandingNote(ValueError):
    """Whoever takes over has to know why: a transfer comes with a note."""


class NotAReceiver(Exception):
    """This colleague cannot take the case: they hold it, do not work here, or may not read it."""


class Transfers:
    """Every method raises NotFound for a case or offer that this counsellor may not act on."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def offer(self, case: int, counsellor: int, to: int | None, note: str, *, warm: bool) -> int:
        """Offer a held case to a colleague, `to` None to any supervisor; an offer before this one is over.

        Return its number. Raise NoHandingNote or NotAReceiver.
        """
        now, words = self._clock.now(), note.strip()
        if not words:
            raise NoHandingNote
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            if to is not None:
                _check_receiver(unit, held, to, now)
            if (before := unit.transfer_of(case)) is not None:
                unit.end_transfer(before.id, "withdrawn", counsellor, "", now)
            offered = Transfer(0, case, counsellor, to, warm, now, now + LAPSES_AFTER)
            number = unit.offer_transfer(offered, words)
            unit.record(case, counsellor, "transfer_offered", now, {"to": to or "supervisor", "warm": warm})
        self._bell.ring("cases")
        return number

    def take_back(self, case: int, counsellor: int) -> None:
        """Keep the case."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            if (offered := unit.transfer_of(case)) is None:
                raise NotFound
            unit.end_transfer(offered.id, "withdrawn", counsellor, "", now)
            unit.record(case, counsellor, "transfer_withdrawn", now, {})
        self._bell.ring("cases")

    def accept(self, number: int, receiver: int) -> int:
        """Take over; the person is told once that another counsellor writes now. Return the case."""
        now = self._clock.now()
        with self._store.unit() as unit:
            offered, held = self._offered(unit, number, receiver, now)
            unit.end_transfer(number, "accepted", receiver, "", now)
            unit.give_case(held.id, receiver, now)
            unit.record(held.id, receiver, "transferred", now, {"from": offered.from_, "warm": offered.warm})
            conversation = unit.conversation_of(held.id)
            outs = notice(self._book, Say("other_counsellor"), held, conversation)
            unit.put_out(conversation.id, outs, now, f"transfer:{number}")
        self._bell.ring("cases")
        self._bell.ring("outbox")
        return held.id

    def refuse(self, number: int, receiver: int, why: str) -> int:
        """Leave the case where it is, with a reason that its holder reads. Return the case."""
        now, words = self._clock.now(), why.strip()
        if not words:
            raise NoReasonGiven
        with self._store.unit() as unit:
            _, held = self._offered(unit, number, receiver, now)
            unit.end_transfer(number, "refused", receiver, words, now)
            unit.record(held.id, receiver, "transfer_refused", now, {})
        self._bell.ring("cases")
        return held.id

    def _offered(self, unit: Unit, number: int, receiver: int, now: datetime) -> tuple[Transfer, Case]:
        """The offer, as long as it stands and who made it still holds the case."""
        offered = unit.open_transfer(number)
        held = unit.case_held_by(offered.case, offered.from_)
        _check_receiver(unit, held, receiver, now)
        meant = receiver == offered.to or (offered.to is None and unit.colleague(receiver, now).supervisor)
        if offered.lapses_at <= now or not meant:
            raise NotFound
        return offered, held


def _check_receiver(unit: Unit, held: Case, to: int, now: datetime) -> None:
    colleague = unit.colleague(to, now)
    if to == held.holder or (held.sealed and not colleague.supervisor):
        raise NotAReceiver


def lapse_transfers(unit: Unit, _parts: Parts, now: datetime) -> Counter[str]:
    """Offers that nobody answered: the case was its holder's all the time, and they are told on their page."""
    done: Counter[str] = Counter()
    for offered in unit.lapsed_transfers(now):
        unit.end_transfer(offered.id, "lapsed", None, "", now)
        unit.record(offered.case, None, "transfer_lapsed", now, {})
        done["transfer_lapsed"] += 1
    return done
