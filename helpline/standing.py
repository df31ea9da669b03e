"""Whether something that we started may go out now: the sender's last look before it leaves.

Hours pass between the moment that a lesson, a tip or a campaign is put into the outbox and the moment that it is sent. In
between a person may have said STOP, told of harm, or given the phone away. So nothing that was true at the first moment counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline.starting import ONE_A, Discretion, opens_at

# So long after a disclosure nobody gets a tip or a campaign.
DISCLOSED_FOR = timedelta(days=90)
# Somebody who wrote so lately is in the middle of something else; what they were offered stays what a digit means.
TALKING = timedelta(minutes=10)
# What waited longer is not news any more, and a long outage must not end in a flood.
STALE = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """A person as the sender sees them, and the row that is about to leave.

    `stopped`: STOP, or the end of the subscription that the row belongs to. `withdrawn`: its campaign was stopped. `rests`: its
    course was paused or left, or its lesson opened. `disclosed`: the conversation is quiet, or, for tips and campaigns, something
    was disclosed in the last 90 days. `other_started_at`: when the last other message that we started went out.
    """

    discretion: Discretion
    created_at: datetime
    stopped: bool = False
    withdrawn: bool = False
    rests: bool = False
    reachable: bool = True
    shared_agreed: bool = False
    open_case: bool = False
    disclosed: bool = False
    other_started_at: datetime | None = None
    last_inbound_at: datetime | None = None


@dataclass(frozen=True)
class Hold:
    """Why a row does not go now. `until`: when it is tried again; None: never."""

    code: str
    until: datetime | None = None


def hold(standing: Standing, now: datetime) -> Hold | None:
    """Return why the row must not go out now, or None when it may."""
    code = next((code for code, applies in _refusals(standing, now) if applies), None)
    if code is not None:
        return Hold(code)
    spoke = standing.last_inbound_at
    quiet_from = now if spoke is None else max(now, spoke + TALKING)
    opens = opens_at(quiet_from, standing.discretion)
    if opens <= now:
        return None
    return Hold("talking" if opens == quiet_from else "window", opens)


def _refusals(standing: Standing, now: datetime) -> Iterator[tuple[str, bool]]:
    """In the order in which a report names them."""
    discretion, other = standing.discretion, standing.other_started_at
    yield "withdrawn", standing.withdrawn
    yield "stopped", standing.stopped
    yield "rests", standing.rests
    yield "unreachable", not standing.reachable
    yield "phone", discretion.phone == "shared" and not standing.shared_agreed
    yield "hidden", discretion.hidden_at is not None or discretion.code_asked_at is not None
    yield "case", standing.open_case
    yield "disclosure", standing.disclosed
    yield "daily", other is not None and now - other < ONE_A
    yield "window", discretion.never_first
    yield "stale", now - standing.created_at > STALE
