"""From a phone without internet to a counsellor's queue and back: a real worker, a real Rasa, an SMSC that is not ours."""

from __future__ import annotations

import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.own_rasa import served
from helpline.conversations import Author
from helpline.joining import LIMIT
from store.sms_tables import sent_parts
from store.tables import cases, conversations, messages, outbox, senders
from tests.emulators.smsc import PASSWORD, Smsc, sms
from tests.journeys.deployment import Deployment, deployed, until

CANARY = "kanareyka" + uuid.uuid4().hex[:8]
CHILD, HALF, RUSSIAN, BOTH, SILENT = (f"+99450700000{number}" for number in range(1, 6))
TOLD = (
    f"atam meni her gun kemerle doyur qorxuram {CANARY} hec kime deye bilmirem. anam da gorur amma susur. bu gun yene "
    "mektebden gec geldim deye vurdu, qolum goyerib, eve getmek istemirem, bilmirem ne edim, kome lazimdi mene"
)


@dataclass
class Ground:
    deployment: Deployment
    smsc: Smsc
    began: float = field(default_factory=time.monotonic)

    def count(self, table: object, *where: object) -> int:
        database = self.deployment.database()
        with database.reading() as db:
            found = db.scalar(select(func.count()).select_from(table).where(*where))  # type: ignore[arg-type]
        database.engine.dispose()
        return int(found or 0)

    def talk_of(self, number: str) -> int:
        database = self.deployment.database()
        lookup = database.vault.lookup("sms", number)
        query = select(conversations.c.id).join(senders, senders.c.id == conversations.c.sender_id)
        with database.reading() as db:
            found = db.scalars(query.where(senders.c.lookup == lookup)).all()
        database.engine.dispose()
        assert len(found) == 1
        return found[0]

    def says(self, number: str, text: str, *words: str, **fields: object) -> list[str]:
        """Write, and wait until each of `words` was in something that came back since."""
        since = len(self.smsc.texts(number))
        self.smsc.says(number, text, **fields)
        return self.hears(number, *words, since=since)

    def hears(self, number: str, *words: str, since: int = 0, seconds: float = 30) -> list[str]:
        self.smsc.until(
            lambda: all(any(word in text for text in self.smsc.texts(number)[since:]) for word in words),
            seconds,
            f"{words} at the phone",
        )
        return self.smsc.texts(number)[since:]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp("smpp")
    with served() as rasa, Smsc() as smsc:
        settings = {
            "HELPLINE_DATABASE_URL": f"sqlite:///{folder}/helpline.db",
            "HELPLINE_RASA_URLS": rasa,
            "SMPP_URL": f"{smsc.url}&enquire=1",
            "SMPP_PASSWORD": PASSWORD,
        }
        with deployed(folder, ("gateway", "worker", "console"), **settings) as deployment:
            smsc.until(lambda: smsc.bound == 1, what="the worker is bound")
            made = Ground(deployment, smsc)
            # Of this message no more will come; the last but one test looks at what became of it.
            smsc.brings(HALF, sms(TOLD, 9)[:1])
            yield made


def test_disclosure_in_five_parts_in_any_order_is_one_message_and_one_case(ground: Ground) -> None:
    parts = sms(TOLD + " " * (67 * 5 - len(TOLD) - 1), 7)
    assert len(parts) == 5
    ground.smsc.brings(CHILD, [parts[place] for place in (3, 0, 4, 1, 2)])
    heard = ground.hears(CHILD, "inanırıq", "102")
    assert all(len(text) <= 67 * 3 for text in heard)
    talk = ground.talk_of(CHILD)
    said = (messages.c.conversation_id == talk) & (messages.c.author == Author.PERSON.value)
    assert (ground.count(messages, said), ground.count(cases, cases.c.conversation_id == talk)) == (1, 1)


def test_parts_of_the_answer_have_receipts(ground: Ground) -> None:
    own = outbox.c.conversation_id == ground.talk_of(CHILD)
    until(lambda: ground.count(outbox, own, outbox.c.delivery == "delivered") > 0, what="the answer was delivered")
    assert ground.count(sent_parts, sent_parts.c.out_id.is_(None)) == 0


def test_russian_goes_through_the_menu_by_dialled_digits_and_stops(ground: Ground) -> None:
    ground.says(RUSSIAN, "привет", "бот")
    assert ground.says(RUSSIAN, "меню", "1 ")
    assert ground.says(RUSSIAN, "*1#", "1 ")
    assert ground.says(RUSSIAN, "СТОП", "")


def test_one_number_is_one_conversation_on_two_routes_and_is_answered_by_the_last(ground: Ground) -> None:
    ground.says(BOTH, "salam", "bot")
    before = len(ground.smsc.texts(BOTH))
    ground.deployment.by_sms(BOTH).says("menyu", "1 ")
    assert len(ground.smsc.texts(BOTH)) == before
    ground.says(BOTH, "menyu", "1 ")
    assert ground.talk_of(BOTH)


@pytest.mark.parametrize(
    "fields",
    [
        {"data_coding": 0x18},
        {"protocol_id": 0x40},
        {"source_addr": "BANK", "source_addr_ton": 5},
        {"source_addr": "9020"},
    ],
    ids=["flash", "silent", "a name", "a short code"],
)
def test_what_nobody_wrote_leaves_no_trace(ground: Ground, fields: dict[str, object]) -> None:
    before = ground.count(senders)
    ground.smsc.says(SILENT, "Reklam", **fields)
    ground.says(RUSSIAN, f"меню {sorted(fields)[0]} {len(str(fields))}", "")
    assert ground.count(senders) == before


def test_link_that_is_down_shows_and_what_waited_goes_when_it_is_back(ground: Ground) -> None:
    part = "link:sms_smpp/operator"
    ground.smsc.do("refuse", on=True)
    ground.smsc.do("cut")
    until(lambda: ground.deployment.part(part) == "degraded", 60, "the link shows as down")
    assert ground.deployment.health()["status"] == "degraded"
    ground.smsc.do("refuse", on=False)
    until(lambda: ground.deployment.part(part) == "ok", 90, "the link shows as up")
    ground.says(RUSSIAN, "меню ещё раз", "")


def test_first_part_alone_was_triaged_when_the_rest_did_not_come(ground: Ground) -> None:
    left = LIMIT.total_seconds() + 10 - (time.monotonic() - ground.began)
    assert ground.hears(HALF, "inanırıq", "102", seconds=max(10.0, left))
    assert ground.count(cases, cases.c.conversation_id == ground.talk_of(HALF)) == 1


def test_worker_that_stops_takes_its_leave(ground: Ground) -> None:
    left = ground.smsc.counts["unbound"]
    worker = ground.deployment.processes.pop("worker")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    ground.smsc.until(lambda: ground.smsc.counts["unbound"] == left + 1, what="unbind")
    written = ground.deployment.written()
    assert [word for word in (CANARY, "99450700000", PASSWORD) if word in written] == []
