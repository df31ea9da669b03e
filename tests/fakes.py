"""Fakes of what lies behind the ports: a dialogue, a reader, a triage, a channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from helpline.messages import OutgoingMessage, SendFailed
from helpline.ports import DialogueFailed
from language import Views
from triage.assess import Evidence, Finding
from triage.taxonomy import Level, Risk, Speaker
from wire import Ask, Reply, Topic, TurnRequest, TurnResult

CALM = Finding(Level.NONE, (), Speaker.UNKNOWN, 0.9, False, ())


def finding(level: Level, *risks: Risk, speaker: Speaker = Speaker.CHILD_SELF, unsure: bool = False) -> Finding:
    return Finding(level, risks, speaker, 0.9, unsure, (Evidence("words", "lexicon", level),))


@dataclass
class FakeReader:
    """Cyrillic is Russian, the rest Azerbaijani; 'english:' and 'turkish:' at the start say so."""

    encoder_available: bool = False

    def read(self, text: str, prior: str | None = None, *, encode: bool = True) -> Views:
        language = "ru" if any("а" <= letter <= "я" for letter in text.lower()) else "az"
        language = {"english:": "en", "turkish:": "tr"}.get(text.partition(" ")[0], language)
        if len(text.split()) < 2 and prior:
            language = prior
        return Views(text, text.lower(), text, language, 0.95, "latin", None, 0.0)


@dataclass
class FakeTriage:
    """Finds what a table says of a text, else nothing."""

    table: dict[str, Finding] = field(default_factory=dict)
    seen: list[tuple[str, int]] = field(default_factory=list)

    def assess(self, views: Views, recent: Sequence[Views] = ()) -> Finding:
        self.seen.append((views.raw, len(recent)))
        return self.table.get(views.raw, CALM)


@dataclass
class FakeDialogue:
    """Answers with a script; an exception in it is raised."""

    answer: Callable[[TurnRequest], TurnResult] | DialogueFailed | None = None
    asked: list[TurnRequest] = field(default_factory=list)

    def turn(self, request: TurnRequest) -> TurnResult:
        self.asked.append(request)
        if isinstance(self.answer, DialogueFailed):
            raise self.answer
        return says("menu") if self.answer is None else self.answer(request)


def says(*keys: str, choices: tuple[str, ...] = (), asks: tuple[Ask, ...] = ()) -> TurnResult:
    replies = tuple(Reply(key, {}, choices) for key in keys)
    return TurnResult(replies, asks, (Topic("menu_help", 0.9),), {"turns": 1}, "model-1")


@dataclass
class FakeChannel:
    """Accepts, or fails as the script says."""

    name: str = "telegram"
    script: list[SendFailed] = field(default_factory=list)
    sent: list[OutgoingMessage] = field(default_factory=list)
    wiped: list[tuple[str, ...]] = field(default_factory=list)

    async def send(self, message: OutgoingMessage) -> str:
        if self.script:
            raise self.script.pop(0)
        self.sent.append(message)
        return f"vendor-{len(self.sent)}"

    async def wipe(self, address: str, ids: tuple[str, ...]) -> None:
        if self.script:
            raise self.script.pop(0)
        self.wiped.append(ids)
