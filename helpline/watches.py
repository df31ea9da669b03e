"""Who is really on: a watch lasts while the console is open, and nobody has to remember a switch (decision 0005)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline.accounts import Role

# The roles that take cases; an editor with the console open is no shift.
TAKES_CASES = (Role.COUNSELLOR, Role.SUPERVISOR)
# A page says this often enough that it is open.
PRESENT_FOR = timedelta(seconds=90)
# A watch whose console was closed this long is over, though nobody said so.
FADES_AFTER = timedelta(minutes=10)
REST = timedelta(minutes=15)


@dataclass(frozen=True)
class Watch:
    """Somebody who is on now. `rests_until`: off the queue until then; past or None, they take cases."""

    counsellor: int
    began_at: datetime
    rests_until: datetime | None = None

    def rests(self, now: datetime) -> bool:
        return self.rests_until is not None and self.rests_until > now
