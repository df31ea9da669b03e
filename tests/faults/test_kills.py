"""SIGKILL under load: every message is answered, none twice. The one exception is the window that docs/architecture.md names."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import func, select

from gateway.own_rasa import served
from helpline.conversations import Author, OutState, TurnState
from store.database import Database
from store.tables import conversations, messages, outbox, senders, turns
from tests import services
from tests.conftest import missing
from tests.journeys.deployment import WEBHOOK_SECRET, Deployment, deployed, until

PEOPLE = 40
EACH = 5
KILLS = 5
SAID = ("salam", "привет", "menyu", "меню", "как не кричать на ребёнка", "нет слов", "sağ ol")
# By few: the chat of duty takes an alert a second, and the test waits for the last of them.
TOLD = ("atam məni döyür", "меня бьёт отчим", "kömək")
TELLS = 5
# Longer than every lease, so that what a killed process held is free again.
SETTLES_WITHIN = 150.0


@dataclass
class Load:
    """People who write at once, over a vendor that delivers again until it hears 200."""

    deployment: Deployment
    delivered: int = 0

    def run(self) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._one, range(PEOPLE)))

    def _one(self, person: int) -> None:
        for number in range(EACH):
            words = SAID if person % TELLS else TOLD
            text = words[(person + number) % len(words)]
            update = self.deployment.telegram.says(780000000 + person, text)
            while not self._accepted(update):
                time.sleep(0.1)
            self.delivered += 1
            time.sleep(0.05)

    def _accepted(self, update: dict[str, object]) -> bool:
        url = f"{self.deployment.public}/telegram"
        try:
            return self.deployment.telegram.post(update, url, WEBHOOK_SECRET).status_code == 200
        except httpx.HTTPError:
            return False


def _unfinished(database: Database) -> int:
    with database.reading() as db:
        waiting = outbox.c.state.in_((OutState.WAITING.value, OutState.SENDING.value))
        pending = select(func.count()).where(turns.c.state == TurnState.PENDING.value)
        return int(db.scalar(pending) or 0) + int(db.scalar(select(func.count()).where(waiting)) or 0)


def _queued(database: Database) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """What was put out to each person, and how often more a row may have been tried (the documented window)."""
    query = (
        select(outbox.c.body, outbox.c.attempts, senders.c.address)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .where(outbox.c.state == OutState.SENT.value)
    )
    put, again = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    vault = database.vault
    with database.reading() as db:
        for row in db.execute(query):
            key = (vault.addresses.open(row.address), vault.texts.open(row.body))
            put[key] += 1
            again[key] += max(0, row.attempts - 1)
    return put, again


def _kill_five_times(deployment: Deployment, loading: threading.Thread) -> list[str]:
    chance = random.Random(20261123)
    killed = []
    for number in range(KILLS):
        time.sleep(chance.uniform(0.8, 1.8))
        victim = ("worker", "gateway")[number % 2]
        deployment.kill(victim)
        killed.append(victim if loading.is_alive() else f"{victim} after the load")
        deployment.start(victim)
    return killed


def _hold(deployment: Deployment) -> None:
    database = deployment.database()
    load = Load(deployment)
    loading = threading.Thread(target=load.run)
    loading.start()
    killed = _kill_five_times(deployment, loading)
    loading.join(120)
    assert load.delivered == PEOPLE * EACH
    assert "worker" in killed
    assert "gateway" in killed
    until(lambda: _unfinished(database) == 0, SETTLES_WITHIN, "every turn finished, every reply sent")
    with database.reading() as db:
        said = db.scalar(select(func.count()).where(messages.c.author == Author.PERSON.value))
        ended = dict(db.execute(select(turns.c.state, func.count()).group_by(turns.c.state)).all())  # type: ignore[arg-type]
    assert said == PEOPLE * EACH
    assert sum(ended.values()) == PEOPLE * EACH
    assert ended.keys() <= {TurnState.ANSWERED.value, TurnState.SILENT.value}
    put, again = _queued(database)
    got = Counter((str(one["chat_id"]), str(one["text"])) for one in deployment.telegram.sent)
    duty = {key for key in got if key[0].startswith("-")}
    assert {key: put[key] - got[key] for key in put if got[key] < put[key]} == {}, "queued and never sent"
    over = {key: got[key] - put[key] for key in got if key not in duty and got[key] > put[key] + again[key]}
    assert over == {}, "sent more often than put out and tried"
    twice = sum((got - put)[key] for key in put)
    print(f"{said} messages, {sum(put.values())} replies, killed {killed}, sent twice in the window: {twice}")
    database.engine.dispose()


@pytest.fixture(scope="module")
def rasa_url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.mark.timeout(420)
def test_five_kills_under_load_lose_nothing_and_answer_nobody_twice_on_sqlite(tmp_path: Path, rasa_url: str) -> None:
    settings = {"HELPLINE_DATABASE_URL": f"sqlite:///{tmp_path}/helpline.db", "HELPLINE_RASA_URLS": rasa_url}
    with deployed(tmp_path, ("gateway", "worker", "console"), **settings) as deployment:
        _hold(deployment)


@pytest.mark.timeout(420)
def test_five_kills_under_load_lose_nothing_and_answer_nobody_twice_on_postgresql(
    tmp_path: Path, rasa_url: str, postgres_url: str, redis_url: str
) -> None:
    name = f"k_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    settings = {
        "HELPLINE_DATABASE_URL": postgres_url.replace("/postgres", f"/{name}"),
        "HELPLINE_REDIS_URL": redis_url,
        "HELPLINE_RASA_URLS": rasa_url,
    }
    with deployed(tmp_path, ("gateway", "worker", "console"), **settings) as deployment:
        _hold(deployment)


@pytest.fixture
def cluster() -> Iterator[services.Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="helpline-pg-"))
    try:
        made = services.Cluster(folder)
    except services.ServiceMissing as error:
        missing(str(error))
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_dead_database_refuses_messages_and_loses_none(
    tmp_path: Path, rasa_url: str, cluster: services.Cluster
) -> None:
    settings = {"HELPLINE_DATABASE_URL": cluster.url, "HELPLINE_RASA_URLS": rasa_url}
    with deployed(tmp_path, ("gateway", "worker", "console"), **settings) as deployment:
        person = deployment.on_telegram(790000001)
        person.says("salam", "bot")
        cluster.stop()
        update = deployment.telegram.says(person.chat, "kömək")
        url = f"{deployment.public}/telegram"
        assert deployment.telegram.post(update, url, WEBHOOK_SECRET).status_code == 503
        until(lambda: deployment.health().get("status") == "down", what="an alarm in the health page")
        cluster.start()
        until(lambda: deployment.telegram.post(update, url, WEBHOOK_SECRET).status_code == 200)
        person.hears("102")
        until(lambda: deployment.health().get("status") == "ok", 40)


def test_lost_redis_loses_no_message(tmp_path: Path, rasa_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    database = {"HELPLINE_DATABASE_URL": f"sqlite:///{tmp_path}/helpline.db", "HELPLINE_RASA_URLS": rasa_url}
    with services.redis_server(tmp_path_factory.mktemp("redis")) as url:
        entered = deployed(tmp_path, ("gateway", "worker", "console"), **database, HELPLINE_REDIS_URL=url)
        deployment = entered.__enter__()
        person = deployment.on_telegram(790000002)
        person.says("salam", "bot")
    try:
        person.says("kömək", "102")
        deployment.on_telegram(790000003).says("atam məni döyür", "102")
    finally:
        entered.__exit__(None, None, None)
