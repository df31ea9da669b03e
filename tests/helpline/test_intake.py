"""Intake: where somebody is goes no further than the names of districts."""

from __future__ import annotations

import pytest

from helpline.intake import receive
from helpline.messages import InboundMessage, Kind, Spot
from helpline.turns import LEASE
from store.database import Database
from tests.conftest import FrozenClock, SilentBell

HERE = Spot(40.37, 47.14)


def stored(database: Database, clock: FrozenClock, kind: Kind, codes: tuple[str, ...]) -> str | None:
    """The choice that a worker reads of a message with coordinates."""
    message = InboundMessage("telegram", "700000001", "u1", kind, spot=HERE)
    assert receive(message, database, clock, SilentBell(), lambda spot: codes if spot == HERE else ("wrong",))
    with database.unit() as unit:
        turn = unit.lease_turn("tester", clock.now(), LEASE)
    assert turn is not None
    return turn.choice


@pytest.mark.parametrize(
    ("kind", "codes", "choice"),
    [
        (Kind.LOCATION, ("barda",), "place:located:barda"),
        (Kind.LOCATION, ("barda", "tartar"), "place:located:barda+tartar"),
        (Kind.LOCATION, (), None),
        (Kind.PICTURE, ("barda",), None),
    ],
    ids=["one", "two", "none", "only of a location"],
)
def test_location_is_stored_as_the_names_of_districts(
    database: Database, clock: FrozenClock, kind: Kind, codes: tuple[str, ...], choice: str | None
) -> None:
    assert stored(database, clock, kind, codes) == choice
