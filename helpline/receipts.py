"""The receipt of a hand-off: what to expect, truthfully, and a word when it did not come true.

Where it is known, the answer's own text is replaced by one that says it, so that no message is added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpline.answering import Plan
from helpline.cases import reader_of
from helpline.conversations import Conversation, TurnToTake
from helpline.expecting import expected
from helpline.handing_over import Night, night_of
from helpline.phrasebook import Phrasebook, Say, channel_form
from helpline.ports import Store, Unit
from helpline.shift_times import times
from helpline.starting import BAKU
from helpline.wishes import offered
from helpline.withholding import NEUTRAL_AFTER
from triage.taxonomy import Level

# What is said with a shift, and what instead of it when the wait is known.
_EXPECTED = {
    "person_staffed": "person_expected",
    "handed_staffed": "handed_expected",
    "next_staffed": "next_expected",
    "next_asking": "next_asking_expected",
    "concern_case_staffed": "concern_case_expected",
}
# The same without one, when it is known when the next begins.
_BEGINS = {
    "person_unstaffed": "person_begins",
    "handed_unstaffed": "handed_begins",
    "next_unstaffed": "next_begins",
    "concern_case_unstaffed": "concern_case_begins",
}
# A plan for the night, one tap away, where the answer offers nothing else; an SMS has no room for it.
_FOR_THE_NIGHT = ("safety_plan", "breathing")
_DAYS_AHEAD = 7


@dataclass(frozen=True)
class Expect:
    """Keep what the person was told to expect."""

    at: datetime

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        if turn.case is not None:
            unit.expect(turn.case.id, self.at)


def with_receipt(made: Plan, turn: TurnToTake, store: Store, book: Phrasebook, now: datetime) -> Plan:
    """The plan of a turn that hands somebody over, with what they may expect; any other plan as it is."""
    level, due = made.decision.open_level, made.decision.due
    if level is None or level is Level.EMERGENCY or due is None or turn.case is not None:
        return made
    with store.unit() as unit:
        load = unit.load_for(turn.conversation.id, level, now)
        night = night_of(unit, now, staffed=turn.staffed)
        told = told_begin(unit, night, now)
    made = replace(made, says=tuple(offered(say, load, made.conversation) for say in made.says))
    if turn.staffed:
        return _expecting(made, expected(load, due), book, now)
    return _beginning(made, told, book, now) if night.is_on else made


def told_begin(unit: Unit, night: Night, now: datetime) -> datetime | None:
    """When the next shift begins, where somebody planned it or the working hours are known to be staffed."""
    if not night.is_on:
        return None
    hours = times().opens(now) if times().hours_are_staffed else None
    known = [at for at in (unit.next_shift(now), hours) if at is not None]
    return min(known, default=None)


def _expecting(made: Plan, wait: timedelta | None, book: Phrasebook, now: datetime) -> Plan:
    if wait is None or not any(say.key in _EXPECTED for say in made.says):
        return made
    values = {"wait": book.text(_span(wait), reader_of(made.conversation))}
    effects = (*made.effects, Expect(now + wait))
    return replace(made, says=_replaced(made.says, _EXPECTED, values), effects=effects)


def _beginning(made: Plan, begins: datetime | None, book: Phrasebook, now: datetime) -> Plan:
    reader = reader_of(made.conversation)
    says = tuple(_for_the_night(say, made.conversation) for say in made.says)
    if begins is None or (when := _when(begins, now)) is None:
        return replace(made, says=says)
    values = {"when": book.text(when, reader)}
    return replace(made, says=_replaced(says, _BEGINS, values))


def _for_the_night(say: Say, conversation: Conversation) -> Say:
    bare = say.key in _BEGINS and not say.choices and channel_form(conversation.channel) != "sms"
    return replace(say, choices=_FOR_THE_NIGHT) if bare else say


def _replaced(says: tuple[Say, ...], keys: Mapping[str, str], values: Mapping[str, str]) -> tuple[Say, ...]:
    return tuple(
        replace(say, key=keys[say.key], values={**say.values, **values}) if say.key in keys else say for say in says
    )


def _span(wait: timedelta) -> Say:
    minutes = int(wait.total_seconds() // 60)
    if minutes < 60:
        return Say("span_minutes", values={"n": str(minutes)})
    return Say("span_hour" if minutes == 60 else "span_hours", values={"n": str(minutes // 60)})


def _when(begins: datetime, now: datetime) -> Say | None:
    """A day and an hour of Baku as people say them; what is further than a week away is not said."""
    local, today = begins.astimezone(BAKU), now.astimezone(BAKU).date()
    days = (local.date() - today).days
    if days >= _DAYS_AHEAD:
        return None
    key = {0: "when_today", 1: "when_tomorrow"}.get(days, f"when_{local.weekday()}")
    return Say(key, values={"clock": f"{local:%H:%M}"})


def tell_missed(unit: Unit, book: Phrasebook, now: datetime) -> Counter[str]:
    """Say once that it takes longer than was said; late, or where another may read, a line that tells nothing."""
    done: Counter[str] = Counter()
    for case in unit.missed_waits(now):
        unit.told_missed(case.id, now)
        conversation = unit.conversation_of(case.id)
        # After the panic word nothing follows, and who does not want to be written to is not.
        if conversation.discretion.hidden_at is not None or case.declined:
            continue
        neutral = _read_by_others(conversation, now)
        outs = book.render(Say("wait_missed_neutral" if neutral else "wait_missed"), reader_of(conversation))
        marked = tuple(replace(out, neutral=neutral) for out in outs)
        unit.put_out(conversation.id, marked, now, f"missed:{case.id}")
        unit.record(case.id, None, "wait_missed", now, {})
        done["wait_missed"] += 1
    return done


def _read_by_others(conversation: Conversation, now: datetime) -> bool:
    wrote = conversation.last_inbound_at
    return wrote is None or now - wrote > NEUTRAL_AFTER or conversation.discretion.code_asked_at is not None
