"""A referral: a case passed to a service, on the person's consent or on a reasoned decision of two people. Values and errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class ReferralState(Enum):
    DRAFT = "draft"
    WAITING = "waiting"  # for a second person's agreement to go without consent
    IN_PROGRESS = "in_progress"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DONE = "done"
    REVOKED = "revoked"


UNSENT = frozenset({ReferralState.DRAFT, ReferralState.WAITING})
# The recipient may see it.
OPEN = frozenset({ReferralState.IN_PROGRESS, ReferralState.ACCEPTED})
# It went out once, and its end says how.
ENDED = frozenset({ReferralState.REFUSED, ReferralState.DONE})


class Who(Enum):
    """Who agreed: a child's assent, an adult's consent about themselves, a caregiver's consent for a child."""

    CHILD = "child"
    ADULT = "adult"
    CAREGIVER = "caregiver"


class How(Enum):
    CHAT = "chat"
    PHONE = "phone"
    IN_PERSON = "in_person"


class Suspicion(Enum):
    """Whether a caregiver is the suspected person: then no caregiver is asked."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Told(Enum):
    """Of a referral without consent: whether the person was told of it."""

    OPEN = "open"
    TOLD = "told"
    NOT_SAFE = "not_safe"


class Loop(Enum):
    """Whether the service came: what the person said of it. Silence is not yes."""

    WAITING = "waiting"  # to be asked
    ASKED = "asked"
    YES = "yes"
    NO = "no"
    OTHER = "other"
    SILENT = "silent"
    NOT_SAFE = "not_safe"  # to write to them


class ConsentMissing(Exception):
    """No consent was recorded, nor a decision to go without."""


class ConsentInvalid(ValueError):
    """What was recorded is no consent. `why`: nobody | child | caregiver | when | version | said_no."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotShareable(ValueError):
    """A field that this recipient's role does not see, or one without what it needs."""


class NothingAsked(ValueError):
    """A referral that asks for nothing."""


class TextTooLong(ValueError):
    """A text of a referral that is longer than it may be."""


class QuotesThePerson(ValueError):
    """A description that repeats what the person wrote."""


class ReasonMissing(ValueError):
    """A decision that needs a reason came without one."""


class Unverified(Exception):
    """Nobody verified the contact, and that was not confirmed."""


class NoSuchService(Exception):
    """There is no such service, or it is not offered for this case."""


class NotNow(Exception):
    """The referral is in a state in which this is not done. `state`: where it is."""

    def __init__(self, state: ReferralState) -> None:
        super().__init__(state.value)
        self.state = state


class NeedsAnother(Exception):
    """The second person must be somebody else than the first."""


LONGEST = {"summary": 400, "safe_contact": 200, "place": 200}


@dataclass(frozen=True)
class Wanted:
    """What a referral asks for and shares. `texts`: summary, safe_contact, place, as typed."""

    needs: tuple[str, ...]
    fields: tuple[str, ...]
    risks: tuple[str, ...] = field(default=(), repr=False)
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Consent:
    """`may_ask`: they agreed to be asked later whether the service came. `version`: of the text that was read or sent."""

    who: frozenset[Who]
    how: How
    at: datetime
    version: str
    suspicion: Suspicion
    may_ask: bool = False


@dataclass(frozen=True)
class Override:
    """Without consent: why, asked by one and agreed to by another."""

    reason: str
    text: str | None = field(repr=False)
    asked_by: int
    asked_at: datetime
    agreed_by: int | None = None
    agreed_at: datetime | None = None


@dataclass(frozen=True)
class Referral:
    """`wanted` is None once erased. `shared`: what left, exactly, by field; None before. `answer`: what the person
    pressed when they were asked for consent. `ask_at`: when they are asked next, or their silence is written down.
    """

    id: int
    case: int
    conversation: int
    reference: str
    service: str
    kind: str
    role: str
    state: ReferralState
    created_by: int
    created_at: datetime
    changed_at: datetime
    wanted: Wanted | None = field(default=None, repr=False)
    shared: Mapping[str, object] | None = field(default=None, repr=False)
    unverified_agreed: bool = False
    asked_consent_at: datetime | None = None
    answer: bool | None = None
    answered_at: datetime | None = None
    consent: Consent | None = None
    consent_by: int | None = None
    override: Override | None = None
    told: Told | None = None
    told_text: str | None = field(default=None, repr=False)
    told_at: datetime | None = None
    sent_at: datetime | None = None
    due_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    end_text: str | None = field(default=None, repr=False)
    ask_at: datetime | None = None
    ask_tries: int = 0
    loop: Loop | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class NewReferral:
    """A draft that is to be kept."""

    case: int
    conversation: int
    service: str
    kind: str
    role: str
    wanted: Wanted
    unverified_agreed: bool


@dataclass(frozen=True)
class Call:
    """A call to the service. `desk`: the office of who answered, never a name. `place`: which desk it was, as told."""

    desk: str
    outcome: str
    at: datetime
    place: str = field(default="", repr=False)


def late(referral: Referral, now: datetime) -> bool:
    """Whether the service should have answered by now."""
    waits = referral.state is ReferralState.IN_PROGRESS
    return waits and referral.due_at is not None and referral.due_at < now
