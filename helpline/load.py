"""What a case weighs: values of the load of hard cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.taxonomy import Level, Risk

# Cases about these weigh on whoever reads them, whatever their level.
HEAVY = frozenset(
    {
        Risk.SUICIDE_SELF_HARM.value,
        Risk.SEXUAL_ABUSE.value,
        Risk.ONLINE_EXPLOITATION.value,
        Risk.PHYSICAL_VIOLENCE.value,
        Risk.DOMESTIC_VIOLENCE.value,
    }
)


@dataclass(frozen=True)
class Take:
    """Somebody took a case on: by the event that says so. `risks`: codes of what the person told of until then."""

    event: int
    case: int
    counsellor: int
    level: Level
    risks: frozenset[str]
    at: datetime

    @property
    def hard(self) -> bool:
        return self.level >= Level.URGENT or bool(self.risks & HEAVY)


@dataclass(frozen=True)
class Closed:
    """Somebody closed an emergency."""

    event: int
    counsellor: int
