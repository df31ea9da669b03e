"""`helpline chat`: the helpline in a terminal, or by JSON lines."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console

from gateway import settings
from gateway.keys import write_development_keys
from gateway.own_rasa import own_rasa
from gateway.service import assemble
from gateway.settings import ROOT, Misconfigured, Settings
from gateway.talk import CHANNELS, Exchange, Talk

BAD_LINE = 2


def chat(channel: str, sender: str, jsonl: bool, database_url: str | None, source: TextIO, target: TextIO) -> int:
    """Talk until the source ends; return the exit code."""
    if channel not in CHANNELS:
        raise Misconfigured("--channel is sms or telegram")
    with talking(database_url) as talk:
        if jsonl:
            return _lines(talk, source, target)
        return _terminal(talk, channel, sender)


@contextlib.contextmanager
def talking(database_url: str | None = None) -> Iterator[Talk]:
    """A service on a fresh database (or the one given), with a Rasa of its own unless one is named."""
    write_development_keys(ROOT / ".env")
    with tempfile.TemporaryDirectory(prefix="helpline-") as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'talk.db'}"
        wanted = _settings(url)
        with contextlib.nullcontext(wanted) if wanted.rasa_urls else own_rasa(wanted) as ready:
            service = assemble(ready, vendors=())
            try:
                yield Talk(service)
            finally:
                service.rasa.close()
                service.database.engine.dispose()


def _settings(url: str) -> Settings:
    return settings.load(HELPLINE_DATABASE_URL=url, HELPLINE_ENV="development", HELPLINE_REDIS_URL=None)


def _lines(talk: Talk, source: TextIO, target: TextIO) -> int:
    """One JSON object a line in and out; a bad line is answered with an error and remembered in the exit code."""
    code = 0
    for line in source:
        if not line.strip():
            continue
        asked = _asked(line)
        if isinstance(asked, str):
            code = BAD_LINE
            answer: dict[str, object] = {"error": asked}
        else:
            sender, channel, say = asked
            answer = {"sender": sender, "say": say, **_shown(talk.say(sender, channel, say))}
        print(json.dumps(answer, ensure_ascii=False), file=target, flush=True)
    return code


def _asked(line: str) -> tuple[str, str, str] | str:
    """The line's sender, channel and text, or what is wrong with it."""
    try:
        raw = json.loads(line)
    except json.JSONDecodeError:
        return "not JSON"
    if not isinstance(raw, dict):
        return "not an object"
    sender, channel, say = raw.get("sender"), raw.get("channel", "telegram"), raw.get("say")
    if not isinstance(sender, str) or not sender:
        return "sender: expected text"
    if channel not in CHANNELS:
        return "channel: sms or telegram"
    return (sender, str(channel), say) if isinstance(say, str) else "say: expected text"


def _shown(exchange: Exchange) -> dict[str, object]:
    replies = [{"text": one.text, "buttons": list(one.buttons), "segments": one.segments} for one in exchange.replies]
    return {
        "replies": replies,
        "lang": exchange.language,
        "level": exchange.level,
        "risks": list(exchange.risks),
        "topics": list(exchange.topics),
        "referral": exchange.referral,
        "ms": round(exchange.milliseconds, 1),
    }


def _terminal(talk: Talk, channel: str, sender: str) -> int:
    screen = Console(highlight=False)
    screen.print("[dim]Write as a person would; an empty line ends.[/]")
    while text := _typed(screen):
        exchange = talk.say(sender, channel, text)
        for reply in exchange.replies:
            screen.print(reply.text, style="cyan", markup=False)
            if reply.buttons:
                screen.print("  ".join(f"[{label}]" for label in reply.buttons), style="blue", markup=False)
            if reply.segments:
                screen.print(f"({reply.segments} parts)", style="dim")
        case = "" if exchange.referral is None else f", case {exchange.referral['id']} {exchange.referral['state']}"
        screen.print(f"{exchange.level} {', '.join(exchange.risks)}{case}", style="dim", markup=False)
    return 0


def _typed(screen: Console) -> str:
    try:
        return screen.input("> ")
    except (EOFError, KeyboardInterrupt):
        return ""
