"""Sealed values: opened by their key alone, never across purposes, and keys can be changed."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from store.columns import metadata
from store.database import Database
from store.sealing import BadKeys, Keyring, Unsealable
from tests.conftest import FrozenClock
from tests.helpline.harness import Helpline

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@given(st.text())
def test_sealed_text_opens_to_itself(words: str) -> None:
    ring = Keyring.parse("text", f"t1:{OLD}")
    assert ring.open(ring.seal(words)) == words


def test_sealed_twice_is_not_the_same() -> None:
    ring = Keyring.parse("text", f"t1:{OLD}")
    assert ring.seal("salam") != ring.seal("salam")


def test_old_key_still_reads_and_the_new_one_writes() -> None:
    sealed = Keyring.parse("text", f"t1:{OLD}").seal("salam")
    both = Keyring.parse("text", f"t2:{NEW},t1:{OLD}")
    assert both.open(sealed) == "salam"
    assert both.seal("salam").startswith(b"t2:")


def test_address_key_does_not_open_a_text() -> None:
    sealed = Keyring.parse("text", f"t1:{OLD}").seal("salam")
    with pytest.raises(Unsealable):
        Keyring.parse("address", f"t1:{OLD}").open(sealed)


def test_tampered_value_does_not_open() -> None:
    ring = Keyring.parse("text", f"t1:{OLD}")
    sealed = bytearray(ring.seal("salam"))
    sealed[-1] ^= 1
    with pytest.raises(Unsealable):
        ring.open(bytes(sealed))


@pytest.mark.parametrize(
    "listed",
    ["", "t1:", f":{OLD}", "t1:not base64!", "t1:c2hvcnQ="],
    ids=["none", "no key", "no id", "garbage", "short"],
)
def test_unusable_key_is_refused(listed: str) -> None:
    with pytest.raises(BadKeys):
        Keyring.parse("text", listed)


def test_no_table_holds_a_word_or_address_in_the_clear(database: Database, clock: FrozenClock) -> None:
    helpline = Helpline(database, clock)
    helpline.say("gizlisöz mənə deyirlər", address="700000777")
    helpline.say("1", address="700000777")
    with helpline.database.reading() as db:
        for table in metadata.sorted_tables:
            for row in db.execute(text(f"SELECT * FROM {table.name}")):
                shown = repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
                assert "gizlis" not in shown
                assert "700000777" not in shown
