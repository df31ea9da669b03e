"""What we start (lessons, tips, campaigns): when it may go out. Replies are another matter: helpline/outbox.py.

safety.md: neutral in wording, only in the window that the person gave, one a day, never after a disclosure or while a case is
open, never to a phone that is somebody else's. The sender asks again at the moment of sending, so that nothing goes out late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

BAKU = ZoneInfo("Asia/Baku")
# Quiet hours are 22:00-08:00 unless the person gave a window of their own.
FIRST_HOUR, LAST_HOUR = 8, 22
ONE_A = timedelta(hours=20)
# When a window opens for a person who wants nothing to be started.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Discretion:
    """How discreet we have to be: whose phone it is, the hours of Baku in which we may write, whether a code word is set.

    `phone`: own | shared, None when it was not told. `write_from` <= hour < `write_until`; a window whose end is before its
    beginning goes over midnight, and one without an hour means that we never write first. `code_tries` wrong words since
    `code_tried_at`. `code_waived`: a new disclosure came while the word was asked for. `hidden_at`: the panic word was said.
    """

    phone: str | None = None
    write_from: int = FIRST_HOUR
    write_until: int = LAST_HOUR
    code_word: bool = False
    code_asked_at: datetime | None = None
    code_given_at: datetime | None = None
    code_waived: bool = False
    code_tries: int = 0
    code_tried_at: datetime | None = None
    hidden_at: datetime | None = None
    tips_since: datetime | None = None
    started_at: datetime | None = None
    shared_agreed: bool = False

    @property
    def never(self) -> bool:
        """Whether we may not write first: there is no hour for it, or the phone is others' too and that was not agreed."""
        return self.never_first or (self.phone == "shared" and not self.shared_agreed)

    @property
    def never_first(self) -> bool:
        return self.write_from == self.write_until

    def includes(self, hour: int) -> bool:
        """Whether we may write at this hour of Baku."""
        if self.write_from <= self.write_until:
            return self.write_from <= hour < self.write_until
        return hour >= self.write_from or hour < self.write_until


def opens_at(now: datetime, discretion: Discretion, hour: int | None = None) -> datetime:
    """Return `now` when it is in the person's window, else the window's next beginning (both aware, UTC).

    With `hour`, the next time that this hour of Baku begins inside the window; for an hour outside it, the nearest one inside
    (over midnight: the first). NEVER for a person who wants nothing to be started.
    """
    if discretion.never_first:
        return NEVER
    local = now.astimezone(BAKU)
    if hour is None and discretion.includes(local.hour):
        return now
    wanted = _inside(discretion, discretion.write_from if hour is None else hour)
    begins = local.replace(hour=wanted, minute=0, second=0, microsecond=0)
    if begins < local:
        begins += timedelta(days=1)
    return begins.astimezone(now.tzinfo)


def _inside(discretion: Discretion, hour: int) -> int:
    if discretion.includes(hour):
        return hour
    if discretion.write_from > discretion.write_until:
        return discretion.write_from
    return min(max(hour, discretion.write_from), discretion.write_until - 1)
