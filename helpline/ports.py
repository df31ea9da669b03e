"""What the domain needs of the outside, as the domain says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from helpline.conversations import (
    Case,
    Conversation,
    JsonObject,
    NewOut,
    OutState,
    OutToSend,
    TurnState,
    TurnToTake,
)
from helpline.messages import DeliveryReport, InboundMessage, OutgoingMessage
from triage.assess import Finding
from triage.taxonomy import Level
from wire import TurnRequest, TurnResult


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the time, aware, in UTC."""


class DialogueFailed(Exception):
    """Rasa gave no usable answer. `reason`: down | slow | crashed | silent | malformed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Dialogue(Protocol):
    def turn(self, request: TurnRequest) -> TurnResult:
        """Return Rasa's answer within its time limit, or raise DialogueFailed."""


class Channel(Protocol):
    """A vendor's sending side. `name` is what its messages, senders and outbox rows carry."""

    @property
    def name(self) -> str: ...

    async def send(self, message: OutgoingMessage) -> str:
        """Return the vendor's id once it accepted the message, or raise SendFailed."""


class Bell(Protocol):
    """Wakes those who wait for work. Losing a ring costs seconds, never a message."""

    def ring(self, name: str) -> None:
        """`name`: turns | outbox | cases."""


class NotFound(Exception):
    """No such row, or not one that this person may see."""


class AlreadyReceived(Exception):
    """An update with this external id is stored already."""


class LeaseLost(Exception):
    """Another worker took over; what was computed here must not be committed."""


class CaseAlreadyTaken(Exception):
    """Another counsellor took the case first."""


class Unit(Protocol):
    """One transaction. Leaving it without an error commits; an error rolls everything back."""

    # intake
    def open_conversation(self, channel: str, address: str, at: datetime) -> Conversation: ...
    def add_inbound(self, conversation: Conversation, message: InboundMessage, at: datetime) -> int: ...
    def add_turn(self, conversation: int, message: int, at: datetime) -> None: ...
    def set_reachable(self, conversation: int, reachable: bool, at: datetime) -> None: ...
    def record_delivery(self, report: DeliveryReport, at: datetime) -> bool: ...

    # turns
    def lease_turn(self, owner: str, now: datetime, lease: timedelta) -> TurnToTake | None: ...
    def finish_turn(self, turn: TurnToTake, state: TurnState, reason: str, at: datetime) -> None: ...
    def annotate(self, message: int, finding: Finding, topics: tuple[str, ...], language: str) -> None: ...
    def save_conversation(self, conversation: Conversation) -> None: ...
    def release_withheld(self, conversation: int, now: datetime) -> int: ...
    def request_erasure(self, conversation: int, at: datetime) -> None: ...

    # outbox
    def put_out(self, conversation: int, outs: tuple[NewOut, ...], at: datetime, origin: str) -> None: ...
    def put_started(
        self,
        conversation: int,
        outs: tuple[NewOut, ...],
        at: datetime,
        origin: str,
        *,
        due_at: datetime,
        campaign: int | None = None,
    ) -> None: ...
    def put_alert(self, channel: str, address: str, text: str, at: datetime, origin: str) -> None: ...
    def lease_out(self, owner: str, channel: str, now: datetime, lease: timedelta) -> OutToSend | None: ...
    def finish_out(
        self, out: OutToSend, state: OutState, at: datetime, *, vendor_id: str | None = None, code: str | None = None
    ) -> None: ...
    def retry_out(self, out: OutToSend, due_at: datetime, code: str, at: datetime) -> None: ...
    def put_neutral(self, conversation: int, outs: tuple[NewOut, ...], at: datetime) -> None: ...
    def flag_undelivered(self, conversation: int, code: str, at: datetime) -> None: ...
    def cancel_bulk(self, conversation: int, at: datetime) -> int: ...

    # cases
    def open_case(self, conversation: int, level: Level, due_at: datetime, at: datetime, reason: str) -> Case: ...
    def raise_case(self, case: int, level: Level, due_at: datetime, at: datetime, reason: str) -> None: ...
    def record(self, case: int, actor: int | None, what: str, at: datetime, detail: JsonObject) -> None: ...
    def staffed(self, now: datetime) -> bool: ...
    def take_case(self, case: int, counsellor: int, at: datetime) -> Case: ...
    def case_held_by(self, case: int, counsellor: int) -> Case: ...
    def conversation_of(self, case: int) -> Conversation: ...
    def set_waiting(self, case: int, due_at: datetime, at: datetime) -> None: ...
    def close_case(self, case: int, reason: str, at: datetime) -> None: ...
    def add_note(self, case: int, counsellor: int, text: str, at: datetime) -> None: ...
    def judge(self, case: int, counsellor: int, message: int, level: Level, at: datetime) -> None: ...
    def mark_case(self, case: int, *, declined: bool | None = None, quick_look: bool | None = None) -> None: ...
    def answered(self, case: int, at: datetime) -> None: ...
    def alerted_again(self, case: int, due_at: datetime, at: datetime) -> None: ...
    def safety_silence(self, case: int, at: datetime) -> None: ...
    def overdue_held(self, now: datetime) -> Iterator[Case]: ...
    def overdue_waiting(self, now: datetime) -> Iterator[Case]: ...
    def silent_after_safety_question(self, before: datetime) -> Iterator[Case]: ...
    def due_erasures(self, now: datetime) -> Iterator[int]: ...
    def erase(self, conversation: int, at: datetime) -> None: ...

    # state of the parts
    def beat(self, part: str, at: datetime) -> None: ...
    def set_cursor(self, name: str, value: int) -> None: ...
    def cursor(self, name: str) -> int: ...


class Store(Protocol):
    def unit(self) -> AbstractContextManager[Unit]:
        """Open a transaction that may write."""
