"""A helpline as it is run: real processes, real Rasa, and the vendors' emulators around it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from gateway.keys import open_vault
from gateway.settings import Settings
from store.database import Database, open_engine
from tests.conftest import ROOT
from tests.emulators import twilio as twilio_emulator
from tests.emulators.bot_api import TOKEN, BotApi, bot_api
from tests.emulators.twilio import TwilioEmulator
from tests.services import free_port

HELPLINE = str(Path(sys.executable).parent / "helpline")
WEBHOOK_SECRET = "webhook-secret-for-tests"  # of an emulator
DUTY_CHAT = -100700000009
STARTS_WITHIN = 90.0
ANSWERS_WITHIN = 20.0


def until(true: Callable[[], object], seconds: float = ANSWERS_WITHIN, what: str = "") -> None:
    """Wait until `true()` holds; fail with `what` when it never does."""
    over = time.monotonic() + seconds
    while not true():
        if time.monotonic() > over:
            raise AssertionError(f"not within {seconds:.0f} s: {what or true}")
        time.sleep(0.05)


@dataclass
class Deployment:
    """Its addresses, its emulators, and the logs of its processes."""

    folder: Path
    telegram: BotApi
    twilio: TwilioEmulator
    public: str
    private: str
    env: dict[str, str]
    polling: bool = False
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    # --- processes

    def start(self, command: str) -> None:
        """Start one of helpline's processes; its output goes to a file of its own."""
        with (self.folder / f"{command}.log").open("ab") as output:
            self.processes[command] = subprocess.Popen(
                [HELPLINE, command, "--verbose"],
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def kill(self, command: str) -> None:
        """As a fault does it: at once and without a word."""
        process = self.processes.pop(command)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGINT)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def command(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [HELPLINE, *arguments], cwd=ROOT, env=self.env, input=said, capture_output=True, text=True, check=False
        )

    def database(self) -> Database:
        """Its database with its keys; who opens it disposes of its engine."""
        settings = Settings(**self.env)  # type: ignore[arg-type]  # aliases are the environment's names
        return Database(open_engine(settings.database_url), open_vault(settings))

    def health(self) -> dict[str, object]:
        try:
            answer: dict[str, object] = httpx.get(f"{self.private}/health", timeout=5, trust_env=False).json()
        except httpx.HTTPError:
            return {}
        return answer

    def part(self, name: str) -> object:
        parts = self.health().get("parts")
        return parts.get(name) if isinstance(parts, dict) else None

    def figure(self, name: str) -> int:
        figures = self.health().get("figures")
        return int(figures.get(name, -1)) if isinstance(figures, dict) else -1

    def written(self) -> str:
        """All that its processes wrote."""
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in self.folder.glob("*.log"))

    # --- people

    def on_telegram(self, chat: int) -> TelegramPerson:
        return TelegramPerson(self, chat)

    def by_sms(self, number: str) -> SmsPerson:
        return SmsPerson(self, number)


class Person:
    """Says something and hears what comes back since."""

    def heard(self) -> list[str]:
        raise NotImplementedError

    def hears(self, *words: str, since: int = 0) -> list[str]:
        """Wait until each of `words` was in something heard after the first `since` messages; return those."""
        until(
            lambda: all(any(word in text for text in self.heard()[since:]) for word in words),
            what=f"{words} in {len(self.heard()) - since} messages of {type(self).__name__}",
        )
        return self.heard()[since:]


@dataclass
class TelegramPerson(Person):
    deployment: Deployment
    chat: int

    def heard(self) -> list[str]:
        return self.deployment.telegram.texts(self.chat)

    def _bring(self, update: dict[str, object]) -> None:
        if not self.deployment.polling:
            answer = self.deployment.telegram.post(update, f"{self.deployment.public}/telegram", WEBHOOK_SECRET)
            assert answer.status_code == 200

    def says(self, text: str, *words: str) -> list[str]:
        since = len(self.heard())
        self._bring(self.deployment.telegram.says(self.chat, text))
        return self.hears(*words, since=since)

    def sends(self, *words: str, **content: object) -> list[str]:
        since = len(self.heard())
        self._bring(self.deployment.telegram.sends(self.chat, **content))
        return self.hears(*words, since=since)

    def presses(self, label: str, *words: str) -> list[str]:
        """Press the newest button of that label, as the app does: by its code."""
        since = len(self.heard())
        self._bring(self.deployment.telegram.presses(self.chat, self.buttons()[label]))
        return self.hears(*words, since=since)

    def buttons(self) -> dict[str, str]:
        """The labels offered so far with their codes; a newer one of the same label counts."""
        found: dict[str, str] = {}
        for one in self.deployment.telegram.sent:
            markup: object = one.get("reply_markup")
            if str(one["chat_id"]) == str(self.chat) and markup:
                shown = json.loads(markup) if isinstance(markup, str) else markup
                for row in shown["inline_keyboard"]:
                    found.update({button["text"]: button["callback_data"] for button in row})
        return found


@dataclass
class SmsPerson(Person):
    deployment: Deployment
    number: str

    def heard(self) -> list[str]:
        return [taken.form["Body"] for taken in self.deployment.twilio.messages if taken.form["To"] == self.number]

    def says(self, text: str, *words: str, **more: str) -> list[str]:
        since = len(self.heard())
        answer = self.deployment.twilio.post_inbound(f"{self.deployment.public}/sms/twilio", text, self.number, **more)
        assert answer.status_code == 200
        return self.hears(*words, since=since)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _environment(folder: Path, api: BotApi, twilio: TwilioEmulator, ports: dict[str, int]) -> dict[str, str]:
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HELPLINE_", "TELEGRAM_", "TWILIO_", "SMPP_", "SMS_HTTP_"))
        },
        "HELPLINE_ENV": "development",
        "HELPLINE_SECRET_KEY": "development-" + secrets.token_urlsafe(32),
        "HELPLINE_ADDRESS_KEYS": f"development-a1:{_key()}",
        "HELPLINE_TEXT_KEYS": f"development-t1:{_key()}",
        "HELPLINE_LOOKUP_KEY": "development-" + _key(),
        "HELPLINE_DUTY_CHAT": str(DUTY_CHAT),
        "HELPLINE_GATEWAY_PORT": str(ports["gateway"]),
        "HELPLINE_CONSOLE_PORT": str(ports["console"]),
        "HELPLINE_RASA_PORT": str(ports["rasa"]),
        "HELPLINE_ACTIONS_PORT": str(ports["actions"]),
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_BASE": api.url,
        "TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "TWILIO_ACCOUNT_SID": twilio_emulator.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": twilio_emulator.AUTH_TOKEN,
        "TWILIO_FROM": twilio_emulator.NUMBER,
        "TWILIO_API_BASE": twilio.origin,
        "TWILIO_PER_SECOND": "50",
    }


@contextlib.contextmanager
def deployed(
    folder: Path, commands: tuple[str, ...], *, polling: bool = False, well: str = "ok", **settings: str
) -> Iterator[Deployment]:
    """Start `commands` with their emulators and wait until all is well; end everything with the block.

    `well`: the health that is enough, `degraded` where no Rasa is wanted.
    """
    ports = {name: free_port() for name in ("gateway", "console", "rasa", "actions")}
    with bot_api() as api, TwilioEmulator() as twilio:
        env = {**_environment(folder, api, twilio, ports), **settings}
        public, private = (f"http://127.0.0.1:{ports[name]}" for name in ("gateway", "console"))
        if polling:
            env = {name: value for name, value in env.items() if not name.startswith("TWILIO_")}
        else:
            env["HELPLINE_PUBLIC_URL"] = public
        made = Deployment(folder, api, twilio, public, private, env, polling)
        try:
            for command in commands:
                made.start(command)
            until(lambda: made.health().get("status") == well, STARTS_WITHIN, f"every part is {well}")
            yield made
        finally:
            made.stop()
