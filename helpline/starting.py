"""What we start (lessons, tips, campaigns): when it may go out. Replies are another matter: helpline/outbox.py.

safety.md: neutral in wording, only in the window that the person gave, one a day, never after a disclosure or while a case is
open, never to a phone that is somebody else's. The sender asks again at the moment of sending, so that nothing goes out late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BAKU = ZoneInfo("Asia/Baku")
# Quiet hours are 22:00-08:00 unless the person gave a window of their own.
FIRST_HOUR, LAST_HOUR = 8, 22
ONE_A = timedelta(hours=20)


@dataclass(frozen=True)
class Discretion:
    """How discreet we have to be: whose phone it is, the hours of Baku in which we may write, whether a code word is set.

    `phone`: own | shared, None when it was not told. `write_from` <= hour < `write_until`.
    """

    phone: str | None = None
    write_from: int = FIRST_HOUR
    write_until: int = LAST_HOUR
    code_word: bool = False
    code_given_at: datetime | None = None
    tips_since: datetime | None = None
    started_at: datetime | None = None


def opens_at(now: datetime, discretion: Discretion, hour: int | None = None) -> datetime:
    """Return `now` when it is in the person's window, else the window's next beginning (both aware, UTC).

    With `hour`, the next time that this hour of Baku begins inside the window; an hour outside it becomes its first.
    """
    local = now.astimezone(BAKU)
    if hour is None and discretion.write_from <= local.hour < discretion.write_until:
        return now
    wanted = discretion.write_from if hour is None else hour
    wanted = min(max(wanted, discretion.write_from), discretion.write_until - 1)
    begins = local.replace(hour=wanted, minute=0, second=0, microsecond=0)
    if begins < local:
        begins += timedelta(days=1)
    return begins.astimezone(now.tzinfo)
