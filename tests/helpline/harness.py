"""A helpline without the network: real database and texts, fakes behind the ports, and one call per thing that happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

from sqlalchemy import update

from helpline import intake, turns
from helpline.afterwards import Afterwards
from helpline.cases import CloseReason, Desk
from helpline.closing import Closing
from helpline.complaining import Complaining
from helpline.conversations import Case, Conversation, Lane, OutToSend
from helpline.courses import Courses
from helpline.discreet import Discreet
from helpline.feedback import Feedback
from helpline.matters import Matters
from helpline.menu import Menu
from helpline.messages import InboundMessage, Kind
from helpline.outbox import LEASE, Sender, Sent, send_leased
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.placing import Placing
from helpline.plan import Plan
from helpline.referral_matter import Referring
from helpline.sweep import sweep
from helpline.tips import Tips
from helpline.turns import Duty, Parts, Taken
from helpline.wishes import Wishes
from helpline.wrap_up import Issue, WrapUp, vocabulary
from store.database import Database
from store.tables import counsellors
from tests.conftest import ROOT, FrozenClock, SilentBell
from tests.fakes import FakeChannel, FakeDialogue, FakeReader, FakeTriage
from triage.assess import Finding
from triage.taxonomy import Level

DUTY = "-100700000009"
WRAPPED_UP = WrapUp("child_about_self", (Issue("violence", "physical", "self", "open"),))


@cache
def book() -> Phrasebook:
    """The real texts, read once."""
    return Phrasebook(ROOT / "data")


@dataclass
class Helpline:
    database: Database
    clock: FrozenClock
    triage: FakeTriage = field(default_factory=FakeTriage)
    dialogue: FakeDialogue = field(default_factory=FakeDialogue)
    channels: dict[str, FakeChannel] = field(default_factory=dict)
    bell: SilentBell = field(default_factory=SilentBell)
    book: Phrasebook = field(default_factory=book)

    def __post_init__(self) -> None:
        self.channels = {name: FakeChannel(name) for name in ("telegram", "sms_twilio")}
        self.parts = Parts(
            self.database,
            FakeReader(),  # type: ignore[arg-type]  # a fake reader
            self.triage,  # type: ignore[arg-type]  # a fake triage
            self.dialogue,
            self.book,
            self.clock,
            self.bell,
            Duty("telegram", DUTY),
            Matters(
                Menu(),
                Placing(),
                Tips(),
                Discreet(),
                Courses(),
                Plan(),
                Feedback(),
                Complaining(),
                Wishes(),
                Referring(),
                Afterwards(),
            ),
        )
        self.desk = Desk(self.database, self.book, self.clock, self.bell)
        self.closing = Closing(self.database, self.book, self.clock, self.bell)
        self.sender = Sender(self.database, self.channels, self.book, self.clock)
        self._number = 0

    def finds(self, text: str, finding: Finding) -> None:
        self.triage.table[text] = finding

    def receive(self, text: str, **fields: object) -> bool:
        self._number += 1
        values = {"channel": "telegram", "address": "700000001", "external_id": f"u{self._number}", **fields}
        message = InboundMessage(text=text, **values)  # type: ignore[arg-type]
        return intake.receive(message, self.database, self.clock, self.bell, self.book.directory.nearest)

    def take(self) -> Taken | None:
        return turns.take("tester", self.parts)

    def say(self, text: str, **fields: object) -> list[str]:
        """Bring a message in, answer it, send; return what the person got."""
        self.receive(text, **fields)
        while self.take() is not None:
            pass
        return self.send_all()

    def press(self, code: str, **fields: object) -> list[str]:
        return self.say("", kind=Kind.CHOICE, choice=code, **fields)

    def send_all(self) -> list[str]:
        """Send everything due; return the texts that went to persons."""
        sent: list[str] = []
        for name in self.channels:
            while (out := self.lease(name)) is not None:
                outcome = _run(send_leased(out, self.sender)).outcome
                if out.lane is not Lane.ALERT and outcome == "sent":
                    sent.append(out.text)
        return sent

    def lease(self, channel: str = "telegram") -> OutToSend | None:
        with self.database.unit() as unit:
            return unit.lease_out("tester", channel, self.clock.now(), LEASE)

    def send_one(self, channel: str = "telegram") -> Sent:
        out = self.lease(channel)
        assert out is not None
        return _run(send_leased(out, self.sender))

    def sweep(self) -> dict[str, int]:
        return dict(sweep(self.parts))

    def text(self, key: str, language: str = "az", register: str = "child", channel: str = "telegram") -> list[str]:
        """What a key says, as sent."""
        return [out.text for out in self.book.render(Say(key), Reader(language, register, channel))]

    def on_shift(self, counsellor: int) -> None:
        with self.database.engine.begin() as db:
            db.execute(update(counsellors).where(counsellors.c.id == counsellor).values(seen_at=self.clock.now()))

    def close(self, case: int, counsellor: int, reason: CloseReason = CloseReason.HELPED) -> None:
        """Wrap a held case up and close it, with the second person where one is needed."""
        self.closing.save(case, counsellor, WRAPPED_UP)
        with self.database.unit() as unit:
            level = unit.case_held_by(case, counsellor).level
        if level < Level.URGENT:
            self.closing.close(case, counsellor, reason)
            return
        second = self.add_counsellor(f"second-{case}-{self.clock.now().timestamp()}")
        answers = dict.fromkeys(vocabulary().checklist, "yes")
        self.closing.sign(self.closing.ask(case, counsellor, reason, answers, second), second)

    def add_counsellor(self, name: str, role: str = "counsellor") -> int:
        values = {"name": name, "role": role, "password": "x", "created_at": self.clock.now()}
        with self.database.engine.begin() as db:
            return int(db.execute(counsellors.insert().values(**values).returning(counsellors.c.id)).scalar_one())

    def case(self) -> Case | None:
        """The open case of the first conversation."""
        with self.database.unit() as unit:
            return unit.open_case_of(1)

    def conversation(self, number: int = 1) -> Conversation:
        with self.database.unit() as unit:
            return unit.conversation(number)

    def lesson_waits(self) -> None:
        """The first conversation takes a course, whose lesson was announced and not opened."""
        now = self.clock.now()
        with self.database.unit() as unit:
            unit.enrol(1, "feelings", 1, None, 18, now, now)
            for enrolment in unit.enrolments_of(1):
                unit.save_enrolment(replace(enrolment, announced_at=now), now)

    def pass_(self, **parts: float) -> None:
        self.clock.time += timedelta(**parts)


def _run(sending: Coroutine[object, object, Sent]) -> Sent:
    """Run to the end; beside a browser, whose driver keeps this thread's loop, on a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(sending)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, sending).result()


Maker = Callable[[], Helpline]
