"""The domain's values: conversations, cases, turns, outbox rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from helpline.blocked import Block
from helpline.enrolments import Enrolment
from helpline.safety_plans import SafetyPlan
from helpline.starting import Discretion
from triage.taxonomy import Level, Risk, Speaker
from wire import Profile

JsonObject = dict[str, object]
# The channel of who called or came: no vendor has it, so that nothing can be sent there.
RECORDED = "recorded"


class Author(Enum):
    PERSON = "person"
    BOT = "bot"
    COUNSELLOR = "counsellor"


class CaseState(Enum):
    WAITING = "waiting"
    HELD = "held"
    CLOSED = "closed"


class TurnState(Enum):
    PENDING = "pending"
    ANSWERED = "answered"  # a reply was queued in the same commit
    SILENT = "silent"  # nothing to say, with a recorded reason


class OutState(Enum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHHELD = "withheld"  # too late to arrive unannounced: a neutral line went instead
    CANCELLED = "cancelled"


class Lane(Enum):
    """Lower goes first."""

    ALERT = 0
    REPLY = 1
    BULK = 2


@dataclass(frozen=True)
class Conversation:
    """A sender's one conversation. `level` is the highest of the open case and only a counsellor lowers it.

    `sounds_young`: a disclosure sounded like a child's, and nothing was told. `open_choices` are the codes last offered,
    in order, so that a digit on SMS means what was shown.
    """

    id: int
    channel: str
    pseudonym: str
    language: str | None = None
    language_chosen: bool = False
    language_hint: str | None = None
    profile: Profile = field(default_factory=Profile)
    level: Level = Level.NONE
    quiet: bool = False
    greeted: bool = False
    privacy_told: bool = False
    bulk_stopped: bool = False
    open_choices: tuple[str, ...] = ()
    safety_asked_at: datetime | None = None
    last_inbound_at: datetime | None = None
    last_concern_at: datetime | None = None
    technical_handoff: bool = False
    sounds_young: bool = False
    feedback_asked_at: datetime | None = None  # when "did this help?" stood beside a text
    asking: str | None = None  # the open question of a matter: `<matter>:<question>`
    discretion: Discretion = field(default_factory=Discretion)
    dialogue: JsonObject | None = field(default=None, repr=False)

    @property
    def register(self) -> str:
        """child (sən/ты) for a person who says or sounds so, else adult (siz/вы)."""
        if self.profile.audience is not None:
            return "child" if self.profile.audience == "child" else "adult"
        return "child" if self.sounds_young else "adult"


@dataclass(frozen=True)
class Case:
    id: int
    conversation: int
    level: Level
    state: CaseState
    opened_at: datetime
    due_at: datetime
    holder: int | None = None
    declined: bool = False
    sealed: bool = False
    step: int = 0  # whom the alarm called (helpline/ladder.py)


@dataclass(frozen=True)
class Earlier:
    """A message that came before: text only for triage's context."""

    text: str = field(repr=False)
    at: datetime
    level: Level = Level.NONE
    choice: str | None = None


@dataclass(frozen=True)
class Disclosure:
    """That an earlier message told of harm, urgent or above: about what, by whom. Never a word of it."""

    risks: frozenset[Risk]
    speaker: Speaker
    at: datetime


@dataclass(frozen=True)
class ClosedCase:
    """The newest closed case. `asked_again`: whether the person was asked, since, if it is safer now."""

    id: int
    level: Level
    closed_at: datetime
    asked_again: bool


@dataclass(frozen=True)
class Past:
    """What lies before a turn's message.

    `told`: the person's disclosures, newest first; `read`: whether somebody of ours opened the open case.
    """

    told: tuple[Disclosure, ...] = ()
    read: bool = False
    closed: ClosedCase | None = None
    plan: SafetyPlan | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Used:
    """What an SMS person was sent on this day of Baku: parts, and whether they heard that it is enough for today."""

    parts: int = 0
    told: bool = False


@dataclass(frozen=True)
class TurnToTake:
    """A leased turn with what is needed to answer it.

    `before_at`: when the person's message before this one came. `withheld`: something kept back waits for them. `had_case`:
    there is or was a case. `lacks`: parts of the message that did not come. `says_code_word`: the text is the code word, which
    nobody but the store can tell.
    """

    id: int
    lease: str
    message: int
    kind: str
    text: str = field(repr=False)
    choice: str | None
    received_at: datetime
    conversation: Conversation
    case: Case | None
    staffed: bool = False
    attempts: int = 0
    earlier: tuple[Earlier, ...] = ()
    before_at: datetime | None = None
    withheld: bool = False
    had_case: bool = False
    says_code_word: bool = False
    enrolments: tuple[Enrolment, ...] = ()
    past: Past = field(default_factory=Past)
    block: Block | None = None
    lacks: int = 0
    used: Used = field(default_factory=Used)

    @property
    def own_plan(self) -> SafetyPlan | None:
        """The plan that was built with this person. It is shown through here alone: whatever guards it stands here.

        After the panic word nobody has one, until the person is there again.
        """
        return None if self.conversation.discretion.hidden_at is not None else self.past.plan


@dataclass(frozen=True)
class NewOut:
    """A message to put into the outbox. `says` is the phrase key it came from, for the transcript and figures.

    `neutral`: whoever reads it learns nothing, so it may come late. `wipes`: ids in the person's thread that are deleted first.
    """

    text: str = field(repr=False)
    choices: tuple[tuple[str, str], ...] = ()
    says: str = ""
    lane: Lane = Lane.REPLY
    author: Author = Author.BOT
    counsellor: int | None = None
    neutral: bool = False
    wipes: tuple[str, ...] = ()
    picture: str | None = None  # a drawing of helpline/pictures.py


@dataclass(frozen=True)
class OutToSend:
    """A leased outbox row. `conversation` is None for an alert to the duty chat."""

    id: int
    lease: str
    channel: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    choices: tuple[tuple[str, str], ...]
    lane: Lane
    attempts: int
    created_at: datetime
    conversation: int | None
    language: str | None
    last_inbound_at: datetime | None
    neutral: bool
    origin: str = ""
    wipes: tuple[str, ...] = field(default=(), repr=False)
    discretion: Discretion = field(default_factory=Discretion)
    first_leased_at: datetime | None = None
    picture: str | None = None
    route: str | None = None
    reference: int = 0
