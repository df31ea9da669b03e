"""The public listener: what a vendor is answered, and that nothing is acknowledged before it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from channels.vendor import Posted, Rate, Route, Vendor
from gateway.health import HealthCheck
from gateway.public import LARGEST_BODY, public_app
from helpline.messages import ForgedUpdate, InboundMessage, MalformedUpdate, UnsupportedUpdate, Update
from store.database import Database
from store.tables import messages
from tests.conftest import FrozenClock
from tests.fakes import FakeChannel
from tests.helpline.harness import Helpline


@dataclass
class Script:
    """A vendor that answers every post with what the test put in."""

    outcome: Sequence[Update] | Exception = ()
    posted: Posted | None = None

    def decode(self, posted: Posted) -> Sequence[Update]:
        self.posted = posted
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def client(database: Database, clock: FrozenClock, script: Script) -> TestClient:
    helpline = Helpline(database, clock)
    vendor = Vendor(FakeChannel("telegram"), Rate(30), (Route("/telegram", script.decode),))
    health = HealthCheck(database, clock, lambda: True, True, ("telegram",))
    return TestClient(public_app((vendor,), helpline.parts, health, "https://helpline.example.org/"))


def _stored(database: Database) -> int:
    with database.reading() as db:
        return int(db.scalar(select(func.count()).select_from(messages)) or 0)


MESSAGE = InboundMessage("telegram", "700000001", "u1", text="salam")


def test_webhook_stores_before_it_acknowledges(client: TestClient, script: Script, database: Database) -> None:
    script.outcome = [MESSAGE]
    assert client.post("/telegram", content=b"{}").status_code == 200
    assert _stored(database) == 1


def test_webhook_redelivery_is_acknowledged_and_stored_once(
    client: TestClient, script: Script, database: Database
) -> None:
    script.outcome = [MESSAGE]
    assert [client.post("/telegram", content=b"{}").status_code for _ in range(3)] == [200, 200, 200]
    assert _stored(database) == 1


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(ForgedUpdate("secret"), 403), (MalformedUpdate("json"), 400), (UnsupportedUpdate("poll"), 200)],
    ids=["forged", "malformed", "unsupported"],
)
def test_webhook_refusal_is_answered(
    client: TestClient, script: Script, database: Database, refusal: Exception, status: int
) -> None:
    script.outcome = refusal
    answer = client.post("/telegram", content=b"{}")
    assert (answer.status_code, answer.text) == (status, "")
    assert _stored(database) == 0


def test_webhook_oversized_body_is_413_and_not_decoded(client: TestClient, script: Script) -> None:
    assert client.post("/telegram", content=b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert script.posted is None


def test_webhook_url_is_the_configured_one_whatever_host_is_claimed(client: TestClient, script: Script) -> None:
    client.post("/telegram?a=1", content=b"{}", headers={"host": "evil.example.org"})
    assert script.posted is not None
    assert script.posted.url == "https://helpline.example.org/telegram?a=1"


def test_webhook_with_a_dead_database_is_503(client: TestClient, script: Script) -> None:
    script.outcome = OperationalError("", {}, Exception())
    assert client.post("/telegram", content=b"{}").status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/telegram", 405),
        ("GET", "/", 404),
        ("GET", "/metrics", 404),
        ("GET", "/simulator", 404),
        ("POST", "/sms/twilio", 404),
        ("GET", "/docs", 404),
    ],
)
def test_public_listener_has_nothing_else(client: TestClient, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


def test_public_health_shows_no_figures(client: TestClient) -> None:
    assert set(client.get("/health").json()) == {"status", "parts"}
