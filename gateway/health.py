"""What works and what does not, as people and monitors read it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from helpline.conversations import CaseState, OutState, TurnState
from helpline.ports import Clock
from store.database import Database
from store.state_tables import beats
from store.tables import cases, outbox, turns

OK, DEGRADED, DOWN = "ok", "degraded", "down"
# A part that is a link to an operator begins with it.
LINK = "link:"
_BEAT_LIMIT = timedelta(seconds=30)
# A reply that the vendor refuses to take for longer than this is an alarm: a wrong token, a vendor that is down.
_STALLED_AFTER = timedelta(minutes=2)
# A failure that no later turn took back stops being news after a while.
_FAILED_LATELY = timedelta(minutes=10)
_ESSENTIAL = ("turns", "sweep")
_PROBE_FOR = 2.0


@dataclass(frozen=True)
class Health:
    """`status` is ok, degraded (safe replies still go out) or down. `parts` may be shown to anybody, `figures` not."""

    status: str
    parts: Mapping[str, str]
    figures: Mapping[str, int] = field(default_factory=dict)

    @property
    def http_status(self) -> int:
        return 503 if self.status == DOWN else 200


class HealthCheck:
    """Looks at the database, the workers' beats, Rasa and the encoder."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        rasa_ready: Callable[[], bool],
        encoder: bool,
        channels: tuple[str, ...],
        links: tuple[str, ...] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._rasa_ready = rasa_ready
        self._encoder = encoder
        self._channels = channels
        self._links = links
        self._probed: tuple[float, bool] = (0.0, False)

    def look(self) -> Health:
        try:
            seen, figures, stalled = self._read()
        except SQLAlchemyError:
            return Health(DOWN, {"database": DOWN, "workers": "unknown"})
        now = self._clock.now()
        parts = {"database": OK, **self._workers(seen, now), "rasa": self._rasa(seen, now)}
        parts["encoder"] = OK if self._encoder else DEGRADED
        parts |= {f"send:{channel}": DEGRADED for channel in stalled if parts.get(f"send:{channel}") == OK}
        return Health(_worst(parts), parts, figures)

    def _read(self) -> tuple[dict[str, datetime], dict[str, int], list[str]]:
        refused = (outbox.c.state == OutState.WAITING.value) & (outbox.c.attempts > 0)
        late = outbox.c.created_at < self._clock.now() - _STALLED_AFTER
        with self._database.reading() as db:
            seen = {str(row.part): row.at for row in db.execute(select(beats))}
            figures = {
                "pending_turns": db.scalar(_count(turns.c.state == TurnState.PENDING.value)),
                "outbox_waiting": db.scalar(_count(outbox.c.state == OutState.WAITING.value)),
                "outbox_failed": db.scalar(_count(outbox.c.state == OutState.FAILED.value)),
                "cases_waiting": db.scalar(_count(cases.c.state == CaseState.WAITING.value)),
                "cases_held": db.scalar(_count(cases.c.state == CaseState.HELD.value)),
            }
            stalled = list(db.scalars(select(outbox.c.channel).where(refused, late).distinct()))
        return seen, {name: value or 0 for name, value in figures.items()}, stalled

    def _workers(self, seen: Mapping[str, datetime], now: datetime) -> dict[str, str]:
        fresh = {part for part, at in seen.items() if now - at < _BEAT_LIMIT}
        states = {part: OK if part in fresh else DOWN for part in _ESSENTIAL}
        for channel in self._channels:
            states[f"send:{channel}"] = OK if f"send:{channel}" in fresh else DOWN
        for link in self._links:
            states[f"{LINK}{link}"] = OK if f"{LINK}{link}" in fresh else DEGRADED
        polled = [part for part in seen if part.startswith("poll:") and part[5:] in self._channels]
        return states | {part: OK if now - seen[part] < 4 * _BEAT_LIMIT else DEGRADED for part in polled}

    def _rasa(self, seen: Mapping[str, datetime], now: datetime) -> str:
        """Out when no server is ready, or when the last turn that needed it lately got no answer."""
        failed, answered = seen.get("rasa_failed"), seen.get("rasa_answered")
        lately = failed is not None and now - failed < _FAILED_LATELY and (answered is None or failed > answered)
        return DEGRADED if lately or not self._ready() else OK

    def _ready(self) -> bool:
        at, ready = self._probed
        if time.monotonic() - at > _PROBE_FOR:
            ready = self._rasa_ready()
            self._probed = (time.monotonic(), ready)
        return ready


def _count(where: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).where(where)


def _worst(parts: Mapping[str, str]) -> str:
    states = set(parts.values())
    return DOWN if DOWN in states else DEGRADED if DEGRADED in states else OK
