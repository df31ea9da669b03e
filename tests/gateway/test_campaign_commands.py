"""`helpline campaign`, from the shell."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console
from sqlalchemy import insert, select

from gateway.campaigns import Campaigns, Wish
from gateway.settings import Misconfigured, load
from helpline.starting import BAKU
from store.database import Database, migrate, open_engine
from store.matter_tables import campaigns
from store.tables import conversations, outbox, senders
from tests.conftest import FrozenClock, test_vault
from tests.gateway.test_commands import run

THEN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def subscribers(sqlite_url: str) -> Database:
    """Seven parents who subscribed, five of them by SMS from one district."""
    engine = open_engine(sqlite_url)
    migrate(engine)
    known = {"audience": "parent", "phone": "own", "language": "az", "tips_since": THEN, "created_at": THEN}
    with engine.begin() as db:
        for one in range(7):
            channel = "sms_simulator" if one < 5 else "telegram_simulator"
            made = {"channel": channel, "address": b"x", "lookup": bytes([one]), "created_at": THEN}
            sender = db.execute(insert(senders).values(**made).returning(senders.c.id)).scalar_one()
            where = "barda" if one < 5 else "ganja"
            db.execute(insert(conversations).values(**known, sender_id=sender, pseudonym=f"S{one}", district=where))
    return Database(engine, test_vault())


def _waiting(database: Database) -> int:
    with database.reading() as db:
        return len(db.scalars(select(outbox.c.id).where(outbox.c.state == "waiting")).all())


def test_new_says_whom_it_reaches_and_what_it_costs_and_makes_nothing(subscribers: Database, sqlite_url: str) -> None:
    ended = run("campaign", "new", "--item", "P07", "--dry-run", HELPLINE_DATABASE_URL=sqlite_url)
    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    assert line.startswith("P07 for parent: 7 people, 5 SMS parts, at most ")
    assert line.endswith("if all 5 by SMS open it. It is a draft: production would refuse it.")
    with subscribers.reading() as db:
        assert db.scalars(select(campaigns.c.id)).all() == []


@pytest.mark.parametrize(("answer", "made"), [("y\n", 7), ("n\n", 0), ("\n", 0)], ids=["yes", "no", "nothing"])
def test_new_asks_first(subscribers: Database, sqlite_url: str, answer: str, made: int) -> None:
    ended = run("campaign", "new", "--item", "P07", said=answer, HELPLINE_DATABASE_URL=sqlite_url)
    assert ended.returncode == 0, ended.stderr
    assert _waiting(subscribers) == made


def test_new_is_listed_reported_and_stopped(subscribers: Database, sqlite_url: str) -> None:
    settings = {"HELPLINE_DATABASE_URL": sqlite_url}
    made = run("campaign", "new", "--item", "P07", "--district", "barda", "--audience", "parent", "--yes", **settings)
    assert made.stdout.splitlines()[-1] == "campaign 1: 5 announcements are in the outbox"
    listed = run("campaign", "list", **settings).stdout.splitlines()[-2]
    assert [cell.strip() for cell in listed.split("│")[1:5]] == ["1", "P07", "parent, barda", "done"]
    stopped = run("campaign", "stop", "1", **settings)
    assert stopped.stdout == "campaign 1 is stopped; 5 announcements do not go out\n"
    report = json.loads(run("campaign", "report", "1", "--json", **settings).stdout)
    assert (report["announced"], report["waiting"], report["cancelled"]) == (5, 0, {"withdrawn": 5})
    assert (report["item"], report["district"], report["state"], report["districts"]) == ("P07", "barda", "stopped", [])
    told = run("campaign", "report", "1", **settings).stdout.splitlines()
    assert told[1:4] == [
        "announced 5: sent 0, waiting 0, stopped 0",
        "delivered 0 (as far as the vendor says), opened 0",
        "cancelled: withdrawn 5",
    ]
    assert _waiting(subscribers) == 0


def test_new_for_later_waits(subscribers: Database, sqlite_url: str) -> None:
    at = f"{(datetime.now(UTC) + timedelta(days=2)).astimezone(BAKU):%Y-%m-%dT%H:%M}"
    ended = run("campaign", "new", "--item", "P07", "--at", at, "--yes", HELPLINE_DATABASE_URL=sqlite_url)
    assert ended.stdout.splitlines()[-1].endswith(f"it begins {at.replace('T', ' ')} in Baku")
    assert _waiting(subscribers) == 0
    with subscribers.reading() as db:
        starts_at = db.scalar(select(campaigns.c.starts_at))
    assert starts_at == datetime.fromisoformat(at).replace(tzinfo=BAKU).astimezone(UTC)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Wish("P99"), "no item P99"),
        (Wish("P07", audience="child"), "written for a parent"),
        (Wish("P07", audience="all"), "--audience is one of"),
        (Wish("P07", language="en"), "--language is one of"),
        (Wish("P07", district="bard"), "no district bard"),
        (Wish("P07", at="soon"), "--at is a time of Baku"),
        (Wish("P07", at="2025-12-01T10:00"), "--at is past"),
    ],
    ids=["no item", "other readers", "no audience", "no language", "no district", "no time", "past"],
)
def test_campaign_that_cannot_be_is_refused(commands: Campaigns, wish: Wish, says: str) -> None:
    with pytest.raises(Misconfigured, match=says):
        commands.new(wish, dry_run=False, agreed=lambda: True)


@pytest.fixture
def commands(sqlite_url: str) -> Campaigns:
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    keys = {"HELPLINE_ADDRESS_KEYS": f"a1:{key}", "HELPLINE_TEXT_KEYS": f"t1:{key}", "HELPLINE_LOOKUP_KEY": key}
    return Campaigns(load(HELPLINE_DATABASE_URL=sqlite_url, **keys), FrozenClock(), Console(file=StringIO()))


def test_campaign_that_is_not_there_is_one_line(sqlite_url: str) -> None:
    ended = run("campaign", "stop", "7", HELPLINE_DATABASE_URL=sqlite_url)
    assert (ended.returncode, len(ended.stderr.strip().splitlines())) == (2, 1)
    assert "no campaign 7" in ended.stderr


def test_production_refuses_an_unpublished_item(sqlite_url: str) -> None:
    keys = {
        "HELPLINE_ENV": "production",
        "HELPLINE_SECRET_KEY": "a secret of its own",
        "HELPLINE_ADDRESS_KEYS": "a1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "HELPLINE_TEXT_KEYS": "t1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "HELPLINE_LOOKUP_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    }
    ended = run("campaign", "new", "--item", "P07", "--yes", HELPLINE_DATABASE_URL=sqlite_url, **keys)
    assert (ended.returncode, "no item P07 that may be shown" in ended.stderr) == (2, True)
