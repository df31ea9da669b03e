"""The records' part of a case's page: issues, talks, attempts, rest, transfer, and who signs the closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal, UnknownAction
from console.parts import ConsoleParts
from console.typed_times import NoTime, shown_time, typed_time
from helpline.access import May, about_case, rules
from helpline.accounts import Account, SignedIn
from helpline.closing import Closing, NotInThePast
from helpline.contacts import DIRECTIONS, WHO, Contacts, NothingSaid
from helpline.contacts import WAYS as TALK_WAYS
from helpline.record_ports import Talk
from helpline.resting import NoNextStep, NotInTheFuture, PersonWaits, Resting
from helpline.silence import WAYS as ATTEMPT_WAYS
from helpline.transfers import NoHandingNote, NotAReceiver, Transfers
from store.asked_pages import last_offer, last_request, offers_to, to_sign
from store.case_pages import CasePage
from store.record_pages import records_of, working
from store.sealing import Vault

LONGEST_NOTE = 2000
# What may be posted into the record's own forms, and comes back when it could not be done.
TYPED = ("until", "next_step", "note_to", "to", "how", "talk_note", "talk_at", "at")
# Where the page opens again, so that what was done is seen.
_BACK = {
    "offer": "#transfer",
    "take-back": "#transfer",
    "talk": "#records",
    "attempt": "#records",
    "step-done": "#finish",
    "withdraw": "#finish",
}


class CaseRecords:
    leaves = frozenset({"snooze"})
    refusals: Mapping[type[Exception], Refusal] = {
        NoNextStep: Refusal("finish.no_step"),
        NotInTheFuture: Refusal("finish.no_future"),
        NoTime: Refusal("records.no_time"),
        PersonWaits: Refusal("finish.person_waits", 409),
        NoHandingNote: Refusal("transfer.no_note"),
        NotAReceiver: Refusal("transfer.no_receiver", 409),
        NotInThePast: Refusal("records.not_past"),
        NothingSaid: Refusal("records.nothing_said"),
    }

    def __init__(self, parts: ConsoleParts) -> None:
        shared = (parts.database, parts.book, parts.clock, parts.bell)
        self._parts = parts
        self._closing, self._transfers = Closing(*shared), Transfers(*shared)
        self._resting = Resting(parts.database, parts.clock, parts.bell)
        self._contacts = Contacts(parts.database, parts.clock, parts.bell)
        self.actions: Mapping[str, Act] = {
            "snooze": self._snooze,
            "step-done": lambda posted: self._resting.step_done(posted.case, posted.counsellor),
            "attempt": self._attempt,
            "talk": self._talk,
            "offer": self._offer,
            "take-back": lambda posted: self._transfers.take_back(posted.case, posted.counsellor),
            "withdraw": lambda posted: self._closing.withdraw(posted.case, posted.counsellor),
        }

    def back(self, action: str) -> str:
        return _BACK.get(action, "")

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        case, now, vault = page.row.case, self._parts.clock.now(), self._parts.database.vault
        facts = about_case(who.account, case)
        mine = case.holder == who.account.id and case.state.value == "held"
        colleagues = working(db, who.account.id, now) if mine else []
        return {
            "records": records_of(db, vault, case.id, who.account),
            **_asked(db, vault, who.account, case.id, mine=mine),
            "colleagues_at_work": [one for one in colleagues if one.supervisor or not case.sealed],
            "talk_ways": TALK_WAYS,
            "talk_directions": DIRECTIONS,
            "talk_who": WHO,
            "attempt_ways": ATTEMPT_WAYS,
            "moment": shown_time(now),
            "tomorrow": shown_time(now + timedelta(days=1)),
            "typed": {name: posted.text(name, LONGEST_NOTE) if posted else "" for name in TYPED},
            "writable": page.row.channel != "recorded",
            "may_reopen": rules().allows(May.REOPEN_CASE, facts) and case.state.value == "closed",
            "may_export": rules().allows(May.EXPORT_CASE, facts),
        }

    def _snooze(self, posted: Posted) -> None:
        until = typed_time(posted.text("until", 40))
        self._resting.snooze(posted.case, posted.counsellor, until, posted.text("next_step", LONGEST_NOTE))

    def _attempt(self, posted: Posted) -> None:
        at = typed_time(posted.text("at", 40), self._parts.clock.now())
        self._closing.tried(posted.case, posted.counsellor, _one_of(posted, "way", ATTEMPT_WAYS), at)

    def _talk(self, posted: Posted) -> None:
        talk = Talk(
            way=_one_of(posted, "way", TALK_WAYS),
            direction=_one_of(posted, "direction", DIRECTIONS),
            who=_one_of(posted, "talk_who", WHO),
            at=typed_time(posted.text("talk_at", 40), self._parts.clock.now()),
            note=posted.text("talk_note", LONGEST_NOTE),
        )
        self._contacts.talked(posted.case, posted.counsellor, talk)

    def _offer(self, posted: Posted) -> None:
        to = None if posted.text("to", 20) == "supervisor" else posted.number("to")
        warm = _one_of(posted, "how", ("warm", "cold")) == "warm"
        self._transfers.offer(posted.case, posted.counsellor, to, posted.text("note_to", LONGEST_NOTE), warm=warm)


def _asked(db: Connection, vault: Vault, account: Account, case: int, *, mine: bool) -> dict[str, object]:
    """The last offer and request of the case, and whether they wait for the one who looks."""
    offers, requests = ([], []) if mine else (offers_to(db, vault, account), to_sign(db, vault, account))
    return {
        "offer": last_offer(db, vault, case),
        "request": last_request(db, vault, case),
        "offer_mine": case in {one.case for one in offers},
        "request_mine": case in {one.case for one in requests},
    }


def _one_of(posted: Posted, name: str, codes: tuple[str, ...]) -> str:
    chosen = posted.text(name, 40)
    if chosen not in codes:
        raise UnknownAction
    return chosen
