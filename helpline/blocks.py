"""Time-limited blocks of those who write nothing, for fun, or for their own gratification (safety.md).

A block never blocks triage: every message is read, a disclosure opens or raises its case and gets its answer, and the second one
ends the block. Whatever else the person writes gets one neutral line a day, and no case, not even for a wish for a human. What is
everybody's right stays: STOP, deletion, the language, the panic word, the numbers, the answer to the safety question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from helpline.access import May, about_case, rules
from helpline.accounts import Account
from helpline.blocked import Block
from helpline.controls import Answer
from helpline.conversations import CaseState, TurnToTake
from helpline.escalation import Decision
from helpline.phrasebook import Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.supervising import supervision
from triage.assess import Finding
from triage.taxonomy import Level

SAID_EVERY = timedelta(days=1)


class BlockReason(Enum):
    """Why; the console has the words."""

    SILENT = "silent"
    PRANK = "prank"
    SEXUAL = "sexual_gratification"


class NoSuchTime(ValueError):
    """A block lasts as long as data/supervision.yml offers, and never without an end."""


@dataclass(frozen=True)
class BlockTold:
    """The line of the day was said."""

    block: int

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.block_told(self.block, now)


class Blocking:
    """A supervisor blocks the person of a case, or lifts the block. Raise NotFound for whoever may not."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def block(self, case: int, account: Account, reason: BlockReason, hours: int) -> None:
        """Block until so many hours from now; somebody who is blocked stays so until then, and not longer. Raise NoSuchTime."""
        now, lasts = self._clock.now(), timedelta(hours=hours)
        if lasts not in supervision().blocks:
            raise NoSuchTime
        with self._store.unit() as unit:
            conversation = self._allowed(unit, case, account)
            if unit.add_block(conversation, case, account.id, reason.value, now, now + lasts):
                unit.record(case, account.id, "blocked", now, {"reason": reason.value, "hours": hours})
        self._bell.ring("cases")

    def lift(self, case: int, account: Account) -> None:
        now = self._clock.now()
        with self._store.unit() as unit:
            block = unit.block_of(self._allowed(unit, case, account), now)
            if block is not None and unit.end_block(block.id, "lifted", now):
                unit.record(case, account.id, "block_lifted", now, {})
        self._bell.ring("cases")

    def _allowed(self, unit: Unit, case: int, account: Account) -> int:
        found = unit.case_to_change(case)
        if not rules().allows(May.BLOCK_PERSON, about_case(account, found)):
            raise NotFound
        return found.conversation


def instead(turn: TurnToTake, finding: Finding, decision: Decision, now: datetime) -> Answer | None:
    """What a blocked person gets instead of what everybody else would; None where the block changes nothing.

    While a disclosure's case is open, or a counsellor holds any, nobody is treated as blocked.
    """
    block, case = turn.block, turn.case
    if block is None or max(finding.level, decision.open_level or Level.NONE) >= Level.URGENT:
        return None
    if case is not None and (case.state is CaseState.HELD or case.level >= Level.URGENT):
        return None
    silent = block.told_at is not None and now - block.told_at < SAID_EVERY
    says = () if silent else (Say("blocked_neutral"),)
    told = () if silent else (BlockTold(block.id),)
    conversation = replace(turn.conversation, asking=None)
    return Answer(Decision(says=says, quiet=conversation.quiet, reason="blocked"), conversation, told)


def heard_disclosure(unit: Unit, block: Block | None, now: datetime) -> None:
    """Write a disclosure down, in its own commit; the second one ends the block."""
    if block is None:
        return
    if block.disclosed_at is None:
        unit.block_disclosed(block.id, now)
        unit.record(block.case, None, "block_disclosure", now, {})
    elif unit.end_block(block.id, "disclosed", now):
        unit.record(block.case, None, "block_ended", now, {"why": "disclosed"})


def end_blocks(unit: Unit, now: datetime) -> int:
    """End the blocks whose time is over; return how many."""
    over = [block for block in unit.blocks_over(now) if unit.end_block(block.id, "over", now)]
    for block in over:
        unit.record(block.case, None, "block_ended", now, {"why": "over"})
    return len(over)
