"""An operator's SMSC on loopback: npm smpp behind a script that drops, throttles, reorders, repeats and corrupts by a seed.

It is another implementation of SMPP than ours. Phones join parts as phones do: a part that came already is ignored.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from tests.conftest import missing

FOLDER = Path(__file__).parent / "smsc"
USER, PASSWORD = "helpline", "smscpass"  # of the emulator alone
SHORT_CODE = "9010"
TRY_AGAIN = 0x64


@dataclass
class Message:
    """What a phone makes of the parts that it got."""

    key: tuple[int, int] | None
    total: int
    parts: dict[int, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return len(self.parts) == self.total

    @property
    def text(self) -> str:
        return "".join(self.parts[number] for number in sorted(self.parts))


@dataclass
class Phone:
    messages: list[Message] = field(default_factory=list)

    def gets(self, part: Mapping[str, object]) -> None:
        reference, total = part["reference"], int(str(part["total"]))
        number, text = int(str(part["number"])), str(part["text"])
        if reference is None:
            self.messages.append(Message(None, 1, {1: text}))
            return
        key = (int(str(reference)), total)
        for message in reversed(self.messages[-30:]):
            if message.key == key and number not in message.parts:
                message.parts[number] = text
                return
            if message.key == key and message.parts[number] == text:
                return
        self.messages.append(Message(key, total, {number: text}))

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages if message.whole]


def sms(text: str, reference: int | None = None, form: str = "udh8") -> list[dict[str, object]]:
    """A text as the parts that a phone sends, in UCS-2: `udh8`, `udh16`, `sar` or `payload`."""
    units = text.encode("utf-16-be")
    if form == "payload" or (len(units) <= 140 and reference is None):
        return [{"data_coding": 8, "payload" if form == "payload" else "body": units.hex()}]
    size = 132 if form == "udh16" else 134
    bodies = [units[place : place + size] for place in range(0, len(units), size)]
    return [_part(body, reference or 0, len(bodies), number, form) for number, body in enumerate(bodies, 1)]


def _part(body: bytes, reference: int, total: int, number: int, form: str) -> dict[str, object]:
    if form == "sar":
        named = {"sar_msg_ref_num": reference, "sar_total_segments": total, "sar_segment_seqnum": number}
        return {"data_coding": 8, "body": body.hex(), **named}
    narrow = bytes((5, 0, 3, reference % 256, total, number))
    header = narrow if form == "udh8" else bytes((6, 8, 4, *divmod(reference, 256), total, number))
    return {"data_coding": 8, "esm_class": 0x40, "body": (header + body).hex()}


class Smsc:
    """`with Smsc() as smsc:` serves until the block ends. `faults`: a chance from 0 to 1 for each name."""

    def __init__(
        self,
        *,
        seed: int = 1,
        port: int = 0,
        receipts: str = "text",
        states: Sequence[str] = ("DELIVRD",),
        hex_ids: bool = False,
        refuse: Mapping[str, int] | None = None,
        receipt_after: int = 20,
        **faults: float,
    ) -> None:
        self._config = {
            "port": port,
            "user": USER,
            "password": PASSWORD,
            "seed": seed,
            "faults": faults,
            "receipts": receipts,
            "states": list(states),
            "hexIds": hex_ids,
            "refuse": dict(refuse or {}),
            "receiptAfter": receipt_after,
            "answerWithin": 4000,
            "window": 20,
            "againAfter": 100,
            "temporary": [TRY_AGAIN, 0x08, 0x14, 0x58],
        }
        self._changed = threading.Condition()
        self.port = port
        self.sent: list[dict[str, object]] = []
        self.phones: dict[str, Phone] = {}
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.accepted: set[object] = set()
        self._ids = 0

    def __enter__(self) -> Self:
        node = shutil.which("node")
        if node is None or not (FOLDER / "node_modules" / "smpp").is_dir():
            missing("the simulated SMSC needs node and `npm ci --prefix tests/emulators/smsc`")
        pipe = subprocess.PIPE
        command = [str(node), str(FOLDER / "index.js"), json.dumps(self._config)]
        self._node = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.until(lambda: self.port > 0, 20, "the SMSC listens")
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe(self._node.stdin).close()
        try:
            self._node.wait(5)
        except subprocess.TimeoutExpired:
            self._node.kill()
            self._node.wait(5)
        self._listener.join(5)
        self._pipe(self._node.stdout).close()

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    @property
    def url(self) -> str:
        return f"smpp://{USER}@127.0.0.1:{self.port}?name=operator&sender={SHORT_CODE}&per_second=500&window=20"

    @property
    def bound(self) -> int:
        return self.counts["bound"] - self.counts["gone"] - self.counts["unbound"]

    def _listen(self) -> None:
        for line in self._pipe(self._node.stdout):
            said = json.loads(line)
            with self._changed:
                self._note(str(said["event"]), said)
                self._changed.notify_all()

    def _note(self, event: str, said: dict[str, object]) -> None:
        self.counts[event] += 1
        if event == "listening":
            self.port = int(str(said["port"]))
        elif event == "sent":
            self.sent.append(said)
            self.phones.setdefault(str(said["to"]), Phone()).gets(said)
        elif event == "fault":
            self.faults[str(said["name"])] += 1
        elif event == "accepted":
            self.accepted.add(said["id"])

    def until(self, true: Callable[[], bool], seconds: float = 30.0, what: str = "") -> None:
        """Wait for something that the SMSC's own events bring about."""
        over = time.monotonic() + seconds
        with self._changed:
            while not true():
                left = over - time.monotonic()
                assert left > 0, f"not within {seconds} s: {what or 'what was waited for'} {dict(self.counts)}"
                self._changed.wait(min(left, 0.5))

    def do(self, what: str, **about: object) -> None:
        stdin = self._pipe(self._node.stdin)
        stdin.write(json.dumps({"do": what, **about}) + "\n")
        stdin.flush()

    def brings(self, number: str, parts: Sequence[Mapping[str, object]], **fields: object) -> int:
        """Bring the parts of a message of `number` (+994…), in the order given; return its id for `accepted`."""
        self._ids += 1
        usual = {"source_addr": number.removeprefix("+"), "source_addr_ton": 1, "source_addr_npi": 1}
        made = [{**usual, "destination_addr": SHORT_CODE, "esm_class": 0, **part, **fields} for part in parts]
        self.do("deliver", sender=number, id=self._ids, parts=made)
        return self._ids

    def says(self, number: str, text: str, **fields: object) -> None:
        """Bring a text whole, and wait until it is accepted."""
        one = self.brings(number, sms(text), **fields)
        self.until(lambda: one in self.accepted, what="the message is accepted")

    def texts(self, number: str) -> list[str]:
        with self._changed:
            phone = self.phones.get(number.removeprefix("+"))
            return [] if phone is None else phone.texts
