"""An SMSC that drops, throttles, reorders, repeats and corrupts, and a worker that is killed: nothing lost, nothing twice."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from gateway.clock import SystemClock
from helpline.conversations import Author, Lane, NewOut, OutState
from store.accounts import Accounts
from store.database import Database
from store.sms_tables import sms_sets
from store.tables import messages, outbox
from tests.emulators.smsc import PASSWORD, Smsc, sms
from tests.journeys.deployment import Deployment, deployed, until
from triage.taxonomy import Level

SEED = 20261126
PEOPLE, EACH = 100, 20
ROUTE = "sms_smpp/operator"
FAULTS = {
    "lost": 0.004,
    "mute": 0.006,
    "throttle": 0.004,
    "slow": 0.02,
    "cut": 0.001,
    "reorder": 0.3,
    "duplicate": 0.05,
    "corrupt": 0.02,
}
WORDS = "sabah məktəbdə kitab oxuyacağam axşam nənəm gələcək yağış yağanda evdə qalırıq bağçada çiçəklər açıb".split()  # noqa: SIM905


def number_of(person: int) -> str:
    return f"+99450{person:07}"


def text_of(kind: str, person: int, number: int) -> str:
    """Two or three parts that nobody else writes, of which nothing is a disclosure."""
    chance = random.Random(f"{kind}{person}{number}")
    words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(12, 18)))
    return f"{kind} {person} {number} ə {words}"


@dataclass
class Ground:
    """A deployment with its SMSC, and the conversations of everybody, each held by a counsellor so that the bot is silent."""

    deployment: Deployment
    smsc: Smsc
    database: Database
    talks: dict[int, int]

    def bring_all(self) -> list[int]:
        chance = random.Random(SEED)
        order = [(person, number) for number in range(EACH) for person in range(PEOPLE)]
        return [
            self.smsc.brings(
                number_of(person), sms(text_of("MO", person, number), number, chance.choice(("udh8", "udh16", "sar")))
            )
            for person, number in order
        ]

    def put_all(self) -> None:
        for number in range(EACH):
            for person, talk in self.talks.items():
                out = NewOut(text_of("MT", person, number), lane=Lane.REPLY, author=Author.COUNSELLOR)
                with self.database.unit() as unit:
                    unit.put_out(talk, (out,), self.now(), f"mt:{person}:{number}")

    @staticmethod
    def now() -> datetime:
        return SystemClock().now()

    def said(self) -> dict[int, list[str]]:
        """What each wrote as it is stored, in its order."""
        query = (
            select(messages.c.conversation_id, messages.c.body)
            .where(messages.c.author == Author.PERSON.value)
            .order_by(messages.c.id)
        )
        found: dict[int, list[str]] = defaultdict(list)
        with self.database.reading() as db:
            for row in db.execute(query):
                found[row.conversation_id].append(self.database.vault.texts.open(row.body))
        return found

    def heard(self, person: int) -> list[str]:
        return [text for text in self.smsc.texts(number_of(person)) if text.startswith("MT ")]

    def unsent(self) -> int:
        """Without alerts: the chat of duty takes one a second."""
        waiting = outbox.c.conversation_id.is_not(None) & outbox.c.state.in_(
            (OutState.WAITING.value, OutState.SENDING.value)
        )
        with self.database.reading() as db:
            return int(db.scalar(select(func.count()).where(waiting)) or 0)


def _talks(database: Database, now: datetime) -> dict[int, int]:
    counsellor = Accounts(database, SystemClock()).add("counsellor-1", "counsellor", "a long password", "az")
    found: dict[int, int] = {}
    for person in range(PEOPLE):
        with database.unit() as unit:
            talk = unit.open_conversation("sms_smpp", number_of(person), now, ROUTE)
            case = unit.open_case(talk.id, Level.CONCERN, now, now, "test")
            unit.take_case(case.id, counsellor, now)
            unit.answered(case.id, now)
            found[person] = talk.id
    return found


@pytest.fixture
def ground(tmp_path: Path, postgres_url: str) -> Iterator[Ground]:
    name = f"s_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    settings = {
        "HELPLINE_DATABASE_URL": postgres_url.replace("/postgres", f"/{name}"),
        "HELPLINE_RASA_URLS": "http://127.0.0.1:9",
        "SMPP_PASSWORD": PASSWORD,
    }
    with Smsc(seed=SEED) as smsc:
        settings["SMPP_URL"] = f"{smsc.url}&timeout=2"
        with deployed(tmp_path, ("worker", "console"), well="degraded", **settings) as deployment:
            smsc.until(lambda: smsc.bound == 1, what="the worker is bound")
            database = deployment.database()
            yield Ground(deployment, smsc, database, _talks(database, Ground.now()))
            database.engine.dispose()


def _kill_twice(ground: Ground, brought: list[int]) -> None:
    for share in (0.2, 0.6):
        ground.smsc.until(lambda share=share: len(ground.smsc.accepted) > share * len(brought), 240)  # type: ignore[misc]
        ground.deployment.kill("worker")
        time.sleep(0.3)
        ground.deployment.start("worker")


@pytest.mark.timeout(900)
def test_two_thousand_messages_each_way_survive_a_bad_smsc_and_two_kills(ground: Ground) -> None:
    began = time.monotonic()
    ground.smsc.do("faults", set=FAULTS)
    brought = ground.bring_all()
    putting = threading.Thread(target=ground.put_all)
    putting.start()
    _kill_twice(ground, brought)
    ground.smsc.until(lambda: len(ground.smsc.accepted) == len(brought), 400, "everything was accepted")
    putting.join(60)
    ground.smsc.do("faults", set=dict.fromkeys(FAULTS, 0))
    until(lambda: ground.unsent() == 0, 400, "everything was sent")
    with ground.database.reading() as db:
        until_open = db.scalar(select(func.count()).where(sms_sets.c.open))
    assert until_open == 0
    said = ground.said()
    for person, talk in ground.talks.items():
        assert said[talk] == [text_of("MO", person, number) for number in range(EACH)]
        assert ground.heard(person) == [text_of("MT", person, number) for number in range(EACH)]
    faults = {**ground.smsc.faults, "brought again": ground.smsc.counts["again"]}
    print(f"{len(brought)} each way in {time.monotonic() - began:.0f} s, two kills, faults {faults}")
