"""What /health says of each thing that can be out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import structlog
from prometheus_client import REGISTRY
from starlette.testclient import TestClient

from gateway import logs
from gateway.health import HealthCheck
from gateway.private import private_app
from store.database import Database, open_engine
from tests.conftest import FrozenClock, test_vault


def _beat(database: Database, at: datetime, *parts: str) -> None:
    with database.unit() as unit:
        for part in parts:
            unit.beat(part, at)


WORKERS = ("turns", "sweep", "send:telegram")


@pytest.fixture
def look(database: Database, clock: FrozenClock) -> Callable[..., str]:
    def say(*, rasa: bool = True, encoder: bool = True) -> str:
        return HealthCheck(database, clock, lambda: rasa, encoder, ("telegram",)).look().status

    _beat(database, clock.now(), *WORKERS)
    return say


def test_health_is_ok_when_everything_beats(look: Callable[..., str]) -> None:
    assert look() == "ok"


def test_health_without_rasa_is_degraded(look: Callable[..., str]) -> None:
    assert look(rasa=False) == "degraded"


def test_health_without_encoder_is_degraded(look: Callable[..., str]) -> None:
    assert look(encoder=False) == "degraded"


def test_health_with_workers_gone_is_down(look: Callable[..., str], clock: FrozenClock) -> None:
    clock.pass_(seconds=31)
    assert look() == "down"


def test_health_after_a_failed_turn_is_degraded_until_one_is_answered(
    look: Callable[..., str], database: Database, clock: FrozenClock
) -> None:
    _beat(database, clock.now(), "rasa_failed")
    assert look() == "degraded"
    _beat(database, clock.now() + timedelta(seconds=1), "rasa_answered")
    assert look() == "ok"


def test_health_with_a_dead_database_is_down(clock: FrozenClock) -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:9/none")
    health = HealthCheck(Database(engine, test_vault()), clock, lambda: True, True, ()).look()
    assert (health.status, health.http_status) == ("down", 503)


def test_link_that_no_worker_has_bound_degrades(database: Database, clock: FrozenClock) -> None:
    check = HealthCheck(database, clock, lambda: True, True, ("telegram",), ("sms_smpp/one", "sms_smpp/two"))
    _beat(database, clock.now(), *WORKERS, "link:sms_smpp/one")
    looked = check.look()
    assert (looked.status, looked.http_status) == ("degraded", 200)
    assert (looked.parts["link:sms_smpp/one"], looked.parts["link:sms_smpp/two"]) == ("ok", "degraded")
    _beat(database, clock.now(), "link:sms_smpp/two")
    assert check.look().status == "ok"


def test_links_are_metrics_of_whoever_is_asked(database: Database, clock: FrozenClock) -> None:
    """The page is the console's, the links are the workers': what it says comes through the database."""
    check = HealthCheck(database, clock, lambda: True, True, (), ("sms_smpp/up", "sms_smpp/gone"))
    _beat(database, clock.now(), *WORKERS, "link:sms_smpp/up")
    shown = TestClient(private_app([], check)).get("/metrics").text
    assert 'helpline_link_up{route="sms_smpp/up"} 1.0' in shown
    assert 'helpline_link_up{route="sms_smpp/gone"} 0.0' in shown


def test_warnings_are_counted_by_name_and_notes_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    before = REGISTRY.get_sample_value("helpline_events_total", {"event": "throttled", "level": "warning"}) or 0
    logs.configure(verbose=True)
    try:
        structlog.get_logger().warning("throttled", link="operator")
        structlog.get_logger().info("swept")
    finally:
        structlog.reset_defaults()
    assert "throttled" in capsys.readouterr().err
    after = REGISTRY.get_sample_value("helpline_events_total", {"event": "throttled", "level": "warning"})
    assert after == before + 1
    assert REGISTRY.get_sample_value("helpline_events_total", {"event": "swept", "level": "info"}) is None
