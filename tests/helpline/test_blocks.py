"""A block ends by itself, and never stands between a disclosure and its answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.blocks import Blocking, BlockReason, NoSuchTime
from helpline.cases import CloseReason
from helpline.conversations import CaseState
from helpline.ports import NotFound
from store.supervision_tables import blocks
from store.tables import case_events, cases
from tests.fakes import finding
from tests.helpline.closed_cases import close
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

PRANK, URGENT, MORE, EMERGENCY, WORRY = "haha", "atam məni döyür", "yenə döyür", "bıçaqla gəlir", "kefim yoxdur"
LINE = ["Mesaj gəldi. Belə mesajlara hələlik cavab yazılmır. Təcili hallarda: 112."]


@pytest.fixture
def supervisor(helpline: Helpline) -> Account:
    number = helpline.add_counsellor("supervisor-1", role="supervisor")
    helpline.on_shift(number)
    return Account(number, "supervisor-1", Role.SUPERVISOR, "az")


@pytest.fixture
def blocked(helpline: Helpline, supervisor: Account) -> Helpline:
    """A prank caller's case was closed, and they are blocked for a day."""
    helpline.finds("insan", finding(Level.NONE))
    helpline.finds(URGENT, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds(MORE, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds(EMERGENCY, finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    helpline.finds(WORRY, finding(Level.CONCERN))
    helpline.say("insan")
    helpline.desk.take(1, supervisor.id)
    blocking(helpline).block(1, supervisor, BlockReason.PRANK, 24)
    close(helpline, 1, supervisor.id, CloseReason.TEST)
    helpline.send_all()
    return helpline


def blocking(helpline: Helpline) -> Blocking:
    return Blocking(helpline.database, helpline.clock, helpline.bell)


def ended(helpline: Helpline) -> list[str | None]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(blocks.c.ended).order_by(blocks.c.id)))


def events(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))


def open_level(helpline: Helpline) -> Level | None:
    case = helpline.case()
    return None if case is None else case.level


@pytest.mark.parametrize("text", [PRANK, WORRY, "insan", "menyu"], ids=["calm", "concern", "a human", "menu"])
def test_blocked_person_gets_one_line_and_no_case(blocked: Helpline, text: str) -> None:
    assert blocked.say(text) == LINE
    assert open_level(blocked) is None


def test_line_is_said_once_a_day(blocked: Helpline, supervisor: Account) -> None:
    assert [blocked.say(PRANK), blocked.say(PRANK), blocked.say("insan")] == [LINE, [], []]
    assert open_level(blocked) is None


def test_blocked_messages_are_all_triaged(blocked: Helpline) -> None:
    blocked.say(PRANK)
    blocked.say(WORRY)
    assert [text for text, _ in blocked.triage.seen][-2:] == [PRANK, WORRY]


@pytest.mark.parametrize(
    ("text", "level"), [(URGENT, Level.URGENT), (EMERGENCY, Level.EMERGENCY)], ids=["urgent", "emergency"]
)
def test_disclosure_of_a_blocked_person_is_answered_as_everybodys(blocked: Helpline, text: str, level: Level) -> None:
    answered = blocked.say(text)
    free = blocked.say(text, address="700000777")
    assert (answered, open_level(blocked)) == (free, level)


def test_told_not_safe_is_an_emergency_though_blocked(blocked: Helpline) -> None:
    blocked.say(URGENT)
    blocked.press("safe:no")
    assert open_level(blocked) is Level.EMERGENCY


def test_case_of_a_disclosure_is_talked_about_as_everybodys(blocked: Helpline) -> None:
    blocked.say(URGENT)
    assert blocked.say(WORRY) != LINE


def test_second_disclosure_ends_the_block(blocked: Helpline) -> None:
    blocked.say(URGENT)
    assert ended(blocked) == [None]
    blocked.say(MORE)
    assert ended(blocked) == ["disclosed"]
    assert [what for what in events(blocked) if what.startswith("block")] == [
        "blocked",
        "block_disclosure",
        "block_ended",
    ]


def test_block_ends_by_itself(blocked: Helpline) -> None:
    blocked.pass_(hours=24)
    assert blocked.say("insan") != LINE
    assert blocked.sweep()["blocks_over"] == 1
    assert (ended(blocked), open_level(blocked)) == (["over"], Level.CONCERN)


def test_lifted_block_is_over_at_once(blocked: Helpline, supervisor: Account) -> None:
    blocking(blocked).lift(1, supervisor)
    blocking(blocked).lift(1, supervisor)
    assert blocked.say("insan") != LINE
    assert (ended(blocked), events(blocked).count("block_lifted")) == (["lifted"], 1)


@pytest.mark.parametrize("word", ["stop", "sil", "çıx", "русский"], ids=["stop", "erasure", "panic word", "language"])
def test_what_is_everybodys_right_stays_the_blocked_persons(blocked: Helpline, word: str) -> None:
    assert blocked.say(word) != LINE


def test_held_case_of_a_blocked_person_is_the_counsellors(helpline: Helpline, supervisor: Account) -> None:
    helpline.say("insan")
    helpline.desk.take(1, supervisor.id)
    blocking(helpline).block(1, supervisor, BlockReason.SILENT, 24)
    helpline.send_all()
    assert helpline.say(PRANK) == []
    with helpline.database.reading() as db:
        assert db.scalar(select(cases.c.state)) == CaseState.HELD.value


@pytest.mark.parametrize("hours", [0, 25, 721, -24, 10**6])
def test_block_lasts_only_as_long_as_is_offered(helpline: Helpline, supervisor: Account, hours: int) -> None:
    helpline.say("insan")
    with pytest.raises(NoSuchTime):
        blocking(helpline).block(1, supervisor, BlockReason.PRANK, hours)
    assert ended(helpline) == []


def test_block_is_not_made_longer_by_another(blocked: Helpline, supervisor: Account) -> None:
    blocking(blocked).block(1, supervisor, BlockReason.PRANK, 720)
    with blocked.database.reading() as db:
        rows = db.execute(select(blocks.c.began_at, blocks.c.until)).all()
    assert [row.until - row.began_at for row in rows] == [timedelta(hours=24)]
    assert events(blocked).count("blocked") == 1


def test_counsellor_blocks_nobody(helpline: Helpline, counsellor: int) -> None:
    helpline.say("insan")
    helpline.desk.take(1, counsellor)
    with pytest.raises(NotFound):
        blocking(helpline).block(1, Account(counsellor, "c", Role.COUNSELLOR, "az"), BlockReason.PRANK, 24)
    assert ended(helpline) == []


def test_erasure_leaves_a_block_without_what_was_thought_of_the_person(blocked: Helpline) -> None:
    with blocked.database.unit() as unit:
        unit.erase(1, blocked.clock.now())
    with blocked.database.reading() as db:
        kept = db.scalars(select(case_events.c.detail).where(case_events.c.what == "blocked")).one()
        assert (db.scalar(select(blocks.c.reason)), kept) == ("erased", "{}")
