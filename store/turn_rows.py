"""Rows of turns: leasing, finishing, what was understood, dialogue state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import RowMapping, func, or_, select, update

from helpline.conversations import (
    Author,
    Case,
    CaseState,
    Conversation,
    Earlier,
    OutState,
    TurnState,
    TurnToTake,
    Used,
)
from helpline.ports import LeaseLost
from helpline.sparing import TOLD
from helpline.starting import BAKU
from store.discreet_rows import DiscreetRows, discretion_values
from store.enrolment_rows import EnrolmentRows
from store.past_rows import PastRows
from store.rows import case_of, conversation_of
from store.shift_rows import ShiftRows
from store.state_tables import beats, cursors
from store.supervision_blocks import BlockRows
from store.tables import cases, conversations, messages, outbox, senders, turns
from triage.assess import Finding
from triage.taxonomy import Level

CONTEXT_MESSAGES = 6
# What costs something today, sent or about to be.
_USED = (OutState.WAITING.value, OutState.SENDING.value, OutState.SENT.value)
CONTEXT_TIME = timedelta(days=1)


class TurnRows(DiscreetRows, EnrolmentRows, PastRows, ShiftRows, BlockRows):
    def lease_turn(self, owner: str, now: datetime, lease: timedelta) -> TurnToTake | None:
        """Lease the oldest pending turn of a conversation that nobody works on."""
        free = or_(conversations.c.leased_until.is_(None), conversations.c.leased_until < now)
        query = (
            select(turns, conversations.c.id.label("conversation"))
            .join(conversations, conversations.c.id == turns.c.conversation_id)
            .where(turns.c.state == TurnState.PENDING.value, free)
            .order_by(turns.c.id)
            .limit(1)
            .with_for_update(of=conversations, skip_locked=True)
        )
        row = self._db.execute(query).mappings().first()
        if row is None:
            return None
        token = f"{owner}:{uuid4().hex[:12]}"
        here = conversations.c.id == row["conversation"]
        self._db.execute(update(conversations).where(here).values(lease=token, leased_until=now + lease))
        self._db.execute(update(turns).where(turns.c.id == row["id"]).values(attempts=turns.c.attempts + 1))
        return self._turn(row, token, now)

    def _turn(self, row: RowMapping, token: str, now: datetime) -> TurnToTake:
        message = self._db.execute(select(messages).where(messages.c.id == row["message_id"])).mappings().one()
        opened = self._vault.texts.open
        case = self.open_case_of(row["conversation_id"])
        turn = TurnToTake(
            id=row["id"],
            lease=token,
            message=message["id"],
            kind=message["kind"],
            text="" if message["body"] is None else opened(message["body"]),
            choice=None if message["choice"] is None else opened(message["choice"]),
            received_at=message["at"],
            conversation=self.conversation(row["conversation_id"]),
            case=case,
            staffed=self.staffed(now),
            attempts=row["attempts"] + 1,
            enrolments=self.enrolments_of(row["conversation_id"]),
            earlier=tuple(self._earlier(row["conversation_id"], message["id"], now)),
            past=self.past_of(row["conversation_id"], message["id"], case),
            block=self.block_of(row["conversation_id"], now),
            lacks=message["lacks"],
            used=self._used_today(row["conversation_id"], now),
        )
        return self._with_before(turn)

    def conversation(self, conversation: int) -> Conversation:
        query = select(conversations, senders.c.channel).join(senders).where(conversations.c.id == conversation)
        return conversation_of(self._db.execute(query).mappings().one(), self._vault)

    def _used_today(self, conversation: int, now: datetime) -> Used:
        """What went or is going to this person today, where that is counted in parts."""
        today = now.astimezone(BAKU).replace(hour=0, minute=0, second=0, microsecond=0)
        here = (outbox.c.conversation_id == conversation) & (outbox.c.created_at >= today)
        parts = self._db.execute(select(func.sum(outbox.c.parts)).where(here, outbox.c.state.in_(_USED))).scalar()
        said = (messages.c.conversation_id == conversation) & (messages.c.says == TOLD) & (messages.c.at >= today)
        return Used(parts or 0, self._db.execute(select(messages.c.id).where(said).limit(1)).scalar() is not None)

    def open_case_of(self, conversation: int) -> Case | None:
        open_one = (cases.c.conversation_id == conversation) & (cases.c.state != CaseState.CLOSED.value)
        row = self._db.execute(select(cases).where(open_one)).mappings().first()
        return None if row is None else case_of(row)

    def _earlier(self, conversation: int, message: int, now: datetime) -> Iterator[Earlier]:
        """What a message is read together with: nothing from before a case was closed, or thanks would disclose it again."""
        closed_since = select(cases.c.id).where(
            cases.c.conversation_id == conversation, cases.c.closed_at >= messages.c.at
        )
        query = (
            select(messages.c.body, messages.c.choice, messages.c.at, messages.c.level)
            .where(
                messages.c.conversation_id == conversation,
                messages.c.id < message,
                messages.c.author == Author.PERSON.value,
                messages.c.at >= now - CONTEXT_TIME,
                messages.c.body.is_not(None),
                ~closed_since.exists(),
            )
            .order_by(messages.c.id.desc())
            .limit(CONTEXT_MESSAGES)
        )
        for row in reversed(self._db.execute(query).mappings().all()):
            choice = None if row["choice"] is None else self._vault.texts.open(row["choice"])
            yield Earlier(self._vault.texts.open(row["body"]), row["at"], Level(row["level"] or 0), choice)

    def finish_turn(self, turn: TurnToTake, state: TurnState, reason: str, at: datetime) -> None:
        """Mark the turn done and give its conversation free. Raise LeaseLost when another worker has it by now."""
        here = (conversations.c.id == turn.conversation.id) & (conversations.c.lease == turn.lease)
        freed = self._db.execute(update(conversations).where(here).values(lease=None, leased_until=None))
        pending = (turns.c.id == turn.id) & (turns.c.state == TurnState.PENDING.value)
        values = {"state": state.value, "reason": reason or None, "finished_at": at}
        finished = self._db.execute(update(turns).where(pending).values(**values))
        if freed.rowcount != 1 or finished.rowcount != 1:
            raise LeaseLost

    def free_turn(self, turn: TurnToTake) -> None:
        """Give a leased turn's conversation free, so that it is taken again at once. Who lost the lease changes nothing."""
        here = (conversations.c.id == turn.conversation.id) & (conversations.c.lease == turn.lease)
        self._db.execute(update(conversations).where(here).values(lease=None, leased_until=None))

    def annotate(self, message: int, finding: Finding, topics: tuple[str, ...], language: str) -> None:
        """Keep what was understood beside the message; the evidence quotes it, so it is sealed."""
        found = {
            "risks": [risk.value for risk in finding.risks],
            "speaker": finding.speaker.value,
            "confidence": round(finding.confidence, 3),
            "unsure": finding.unsure,
            "evidence": [[item.words, item.detector, item.level.name.lower()] for item in finding.evidence],
            "topics": list(topics),
        }
        values = {"level": int(finding.level), "finding": self._vault.seal_json(found), "language": language}
        self._db.execute(update(messages).where(messages.c.id == message).values(**values))

    def save_conversation(self, conversation: Conversation) -> None:
        """Write what a turn may change; leases and times of arrival are not among it."""
        seal, profile = self._vault.seal_json, conversation.profile
        values = {
            "language": conversation.language,
            "language_chosen": conversation.language_chosen,
            "audience": profile.audience,
            "age_band": profile.age_band,
            "district": profile.district,
            "level": int(conversation.level),
            "quiet": conversation.quiet,
            "greeted": conversation.greeted,
            "privacy_told": conversation.privacy_told,
            "bulk_stopped": conversation.bulk_stopped,
            "technical_handoff": conversation.technical_handoff,
            "sounds_young": conversation.sounds_young,
            "feedback_asked_at": conversation.feedback_asked_at,
            "asking": conversation.asking,
            "open_choices": seal(list(conversation.open_choices)) if conversation.open_choices else None,
            "dialogue": None if conversation.dialogue is None else seal(conversation.dialogue),
            "safety_asked_at": conversation.safety_asked_at,
            "last_concern_at": conversation.last_concern_at,
            **discretion_values(conversation.discretion),
        }
        self._db.execute(update(conversations).where(conversations.c.id == conversation.id).values(**values))

    def beat(self, part: str, at: datetime) -> None:
        changed = self._db.execute(update(beats).where(beats.c.part == part).values(at=at))
        if changed.rowcount == 0:
            self._db.execute(beats.insert().values(part=part, at=at))

    def cursor(self, name: str) -> int:
        return int(self._db.execute(select(cursors.c.value).where(cursors.c.name == name)).scalar() or 0)

    def set_cursor(self, name: str, value: int) -> None:
        changed = self._db.execute(update(cursors).where(cursors.c.name == name).values(value=value))
        if changed.rowcount == 0:
            self._db.execute(cursors.insert().values(name=name, value=value))

    def pending_turns(self) -> int:
        query = select(func.count()).select_from(turns).where(turns.c.state == TurnState.PENDING.value)
        return int(self._db.execute(query).scalar_one())


def detail(fields: dict[str, object]) -> str:
    return json.dumps(fields, separators=(",", ":"))
