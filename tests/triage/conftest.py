"""The shipped reader and model, opened once."""

from __future__ import annotations

import pytest

from language import Reader
from tests.conftest import ROOT
from triage.assess import Triage


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.open(ROOT)


@pytest.fixture(scope="session")
def triage(reader: Reader) -> Triage:
    return Triage.open(ROOT, reader)
