"""The one door into Rasa: POST /turns takes a TurnRequest and answers a TurnResult; GET /ready names the model."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import dialogue
from bot.choices import meaning_of
from bot.components.known import entities_of
from bot.quiet_logs import watch_turn
from bot.replies import asks, ranked_topics, replies
from bot.trackers import hold
from wire import TurnRequest, TurnResult, WireError

logger = logging.getLogger("bot.turns")


class TurnCrashed(RuntimeError):
    """An action or Rasa itself crashed in this turn; carries the class of the first exception."""


class Collected(OutputChannel):
    """Keeps what actions and responses send, in order."""

    def __init__(self) -> None:
        self.sent: list[Mapping[str, object]] = []

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        if isinstance(message.get("custom"), Mapping):
            self.sent.append(message["custom"])


class Turns(InputChannel):
    """Named in credentials.yml. It answers nothing of its own: a crash is 500 with a class name, a bad request 422."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    @classmethod
    def name(cls) -> str:
        return "turns"

    def url_prefix(self) -> str:
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        doors = Blueprint("turns")

        @doors.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            return self._ready(request)

        @doors.route("/turns", methods=["POST"])
        async def turns(request: Request) -> HTTPResponse:
            return await self._turn(request)

        return doors

    def _ready(self, request: Request) -> HTTPResponse:
        """Answer 503 until a model is loaded."""
        processor = _processor(request)
        if processor is None:
            return response.json({"status": "loading"}, status=503)
        return response.json({"status": "ready", "model": _fingerprint(processor)})

    async def _turn(self, request: Request) -> HTTPResponse:
        """Run one turn. Nothing of it stays here."""
        processor = _processor(request)
        if processor is None:
            return response.json({"error": "ModelNotLoaded"}, status=503)
        try:
            asked = TurnRequest.from_json(json.loads(request.body))
        except (WireError, ValueError, RecursionError) as malformed:
            return response.json({"error": type(malformed).__name__}, status=422)
        try:
            result = await self._run(processor, asked)
        except Exception as crashed:  # the edge: the service hears of it, and nobody's words are logged
            name = str(crashed) if isinstance(crashed, TurnCrashed) else type(crashed).__name__
            logger.error("turn_crashed error=%s", name)
            return response.json({"error": name}, status=500)
        return response.json(result.to_json())

    async def _run(self, processor: MessageProcessor, asked: TurnRequest) -> TurnResult:
        crashes, model = watch_turn(), _fingerprint(processor)
        turn = f"turn-{next(self._numbers)}"
        tracker = dialogue.resume(turn, asked.state, model, asked.quiet, asked.profile, processor.domain)
        hold(tracker)
        parsed = await _parse(processor, asked)
        collected = Collected()
        # From here on there is no text: policies, actions and their crashes see intents, entities and slots only.
        await processor.handle_message(UserMessage(None, collected, turn, parsed, self.name(), message_id="0"))
        if crashes:
            raise TurnCrashed(crashes[0])
        return TurnResult(
            replies=replies(collected.sent),
            asks=asks(collected.sent),
            topics=ranked_topics(_ranking(parsed)),
            state=dialogue.remember(tracker, model),
            model=model,
        )


def _processor(request: Request) -> MessageProcessor | None:
    agent: Agent | None = getattr(request.app.ctx, "agent", None)
    return agent.processor if agent is not None and agent.is_ready() else None


def _fingerprint(processor: MessageProcessor) -> str:
    """Return the <fingerprint> of var/models/rasa-<fingerprint>.tar.gz."""
    return Path(processor.model_filename).name.removesuffix(".tar.gz").removeprefix("rasa-")


async def _parse(processor: MessageProcessor, asked: TurnRequest) -> dict[str, Any]:
    """Understand the text, or take a choice for what it is. A choice unknown to this version is read as its label."""
    known = asked.to_json()
    meaning = None if asked.choice is None else meaning_of(asked.choice)
    if meaning is not None:
        parsed: dict[str, Any] = meaning.as_parse()
        return {**parsed, "entities": [*entities_of(known), *parsed["entities"]]}
    # Rasa reads a text that begins with a slash as a command to the dialogue; a person may not give one.
    text = asked.text.lstrip("/ \t\n") or "."
    parsed = await processor.parse_message(UserMessage(text, None, "", message_id="0", metadata=known))
    kept = {name: parsed.get(name) for name in ("intent", "entities", "intent_ranking")}
    return {"text": None, **kept}


def _ranking(parsed: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return parsed.get("intent_ranking") or []
