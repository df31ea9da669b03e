"""A simulated SMSC for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.smsc import Smsc


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    with Smsc() as made:
        yield made
