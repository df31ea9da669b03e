"""What the audit outside cases needs of the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class AuditUnit(Protocol):
    def note_audit(
        self, actor: int | None, what: str, at: datetime, codes: Mapping[str, object], *, about: int | None = None
    ) -> None:
        """Write down what an account did outside a case: codes and ids, never text. `about`: the account it was done to.

        What happens to a case is written with `record`.
        """
