"""Parts of an SMS, in every order that a network knows, become the message that was written."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from helpline import joining
from helpline.conversations import Author
from helpline.joining import GAP, LIMIT, PATIENCE
from helpline.messages import Alphabet, InboundPart
from store.database import Database
from store.sms_tables import sms_deliveries, sms_parts, sms_sets
from store.tables import cases, conversations, messages, senders, turns
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

PERSON = "+994500000001"
TOLD = "Atam hər gün məni kəmərlə döyür, qorxuram, evə getmək istəmirəm, heç kimə deyə bilmirəm. "
DISCLOSURE = TOLD * 4


def cut(text: str, reference: int | None = 7, size: int = 67, person: str = PERSON) -> list[InboundPart]:
    """The parts of a text as a phone sends them."""
    units = text.encode("utf-16-be")
    bodies = [units[place : place + 2 * size] for place in range(0, len(units), 2 * size)]
    return [
        InboundPart(
            "sms_smpp",
            "sms_smpp/operator",
            person,
            "9010",
            body,
            Alphabet.UCS2,
            reference if len(bodies) > 1 else None,
            number,
            len(bodies),
        )
        for number, body in enumerate(bodies, 1)
    ]


def bring(helpline: Helpline, *parts: InboundPart) -> list[int]:
    return [joining.receive_part(part, helpline.database, helpline.clock, helpline.bell) for part in parts]


def told(database: Database) -> list[tuple[str, int]]:
    """What people wrote, in its order, and how many parts each lacks."""
    query = select(messages.c.body, messages.c.lacks).where(messages.c.author == Author.PERSON.value)
    with database.reading() as db:
        rows = db.execute(query.order_by(messages.c.id)).all()
    return [(database.vault.texts.open(row.body), row.lacks) for row in rows]


def number_of(database: Database, table: object) -> int:
    with database.reading() as db:
        return int(db.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


# --- a disclosure in parts


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3), (1, 4, 0, 3, 2)])
def test_disclosure_in_five_parts_is_triaged_as_one_message(helpline: Helpline, order: tuple[int, ...]) -> None:
    text = DISCLOSURE[: 67 * 5 - 3]
    helpline.finds(text, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    parts = cut(text)
    assert len(parts) == 5
    bring(helpline, *(parts[place] for place in order))
    taken = helpline.take()
    assert taken is not None
    assert taken.level == "urgent"
    assert helpline.take() is None
    assert told(helpline.database) == [(text, 0)]
    assert number_of(helpline.database, cases) == 1


def test_first_part_alone_is_triaged_when_the_rest_does_not_come(helpline: Helpline) -> None:
    first, *_ = cut(DISCLOSURE[:330])
    kept = f"{DISCLOSURE[:67]} {GAP}"
    helpline.finds(kept, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    bring(helpline, first)
    assert helpline.take() is None
    helpline.clock.time += LIMIT
    helpline.sweep()
    taken = helpline.take()
    assert taken is not None
    assert taken.level == "urgent"
    assert told(helpline.database) == [(kept, 4)]
    assert number_of(helpline.database, cases) == 1


def test_rest_that_comes_late_brings_the_whole(helpline: Helpline) -> None:
    parts = cut(DISCLOSURE[:200])
    bring(helpline, parts[0], parts[2])
    helpline.clock.time += LIMIT
    helpline.sweep()
    bring(helpline, parts[1])
    [(half, lacked), whole] = told(helpline.database)
    assert (GAP in half, lacked) == (True, 1)
    assert whole == (DISCLOSURE[:200], 0)


def test_calm_message_with_a_gap_is_asked_for_again(helpline: Helpline) -> None:
    parts = cut("Sabah məktəbdə iclas var, nə geyinsin deyə fikirləşirəm, " * 3)
    bring(helpline, *parts[:-1])
    helpline.clock.time += LIMIT
    helpline.sweep()
    while helpline.take() is not None:
        pass
    helpline.channels["sms_smpp"] = helpline.channels["sms_twilio"]
    assert helpline.send_all() == helpline.text("sms_incomplete", register="adult", channel="sms")


# --- what networks do


def test_parts_brought_twice_count_once(helpline: Helpline) -> None:
    parts = cut(DISCLOSURE[:200])
    first = bring(helpline, *parts)
    assert bring(helpline, *reversed(parts)) == list(reversed(first))
    assert told(helpline.database) == [(DISCLOSURE[:200], 0)]


def test_ten_parts_and_more_keep_their_places(helpline: Helpline) -> None:
    text = "".join(f"{number:03} " for number in range(300))[: 67 * 14]
    parts = cut(text)
    assert len(parts) == 14
    random.Random(1).shuffle(parts)
    bring(helpline, *parts)
    assert told(helpline.database) == [(text, 0)]


def test_letter_cut_between_two_parts_is_whole(helpline: Helpline) -> None:
    text = "a" * 66 + "😀" + "b" * 20
    bring(helpline, *cut(text))
    assert told(helpline.database) == [(text, 0)]


def test_same_reference_again_is_another_message(helpline: Helpline) -> None:
    """Phones that number every message alike."""
    one, two = (cut(text * 9, reference=0) for text in ("birinci. ", "ikinci.. "))
    bring(helpline, *one, *two)
    assert [text for text, _ in told(helpline.database)] == ["birinci. " * 9, "ikinci.. " * 9]


def test_same_reference_of_two_people_or_widths_is_kept_apart(helpline: Helpline) -> None:
    one, two = cut(TOLD), cut(TOLD.upper(), person="+994500000002")
    wide = cut(TOLD.title(), reference=(1 << 16) + 7)
    for parts in zip(one, two, wide, strict=True):
        bring(helpline, *parts)
    assert sorted(text for text, _ in told(helpline.database)) == sorted([TOLD, TOLD.upper(), TOLD.title()])


@pytest.mark.parametrize(
    ("marked", "confirmed", "later", "again"),
    [
        (False, False, timedelta(minutes=30), True),
        (False, False, timedelta(hours=2), False),
        (False, True, timedelta(seconds=1), True),
        (False, True, timedelta(seconds=20), False),
        (True, False, timedelta(hours=20), True),
        (True, True, timedelta(minutes=5), True),
        (True, True, timedelta(minutes=20), False),
    ],
    ids=[
        "what the network did not hear of comes again",
        "hours later it is written again",
        "at once it is the same",
        "a person answers 1 twice",
        "a marked one that was not heard of comes again within a day",
        "a marked one is the same for ten minutes",
        "references come round",
    ],
)
def test_delivery_is_the_same(helpline: Helpline, marked: bool, confirmed: bool, later: timedelta, again: bool) -> None:
    [part] = cut("1")
    if marked:
        part = InboundPart(*(part.channel, part.route, part.address, part.to, part.body, part.alphabet), smsc_id="a1")
    first = bring(helpline, part)
    if confirmed:
        joining.confirm(first, helpline.database)
    helpline.clock.time += later
    bring(helpline, part)
    assert len(told(helpline.database)) == (1 if again else 2)


def test_order_is_kept_for_a_while_and_then_nobody_waits(helpline: Helpline) -> None:
    parts, [after] = cut(DISCLOSURE[:200]), cut("salam")
    bring(helpline, parts[0], after)
    assert told(helpline.database) == []
    helpline.clock.time += PATIENCE
    helpline.sweep()
    assert told(helpline.database) == [("salam", 0)]
    bring(helpline, *parts[1:])
    assert told(helpline.database) == [("salam", 0), (DISCLOSURE[:200], 0)]


def test_order_is_kept_when_the_rest_comes_soon(helpline: Helpline) -> None:
    parts, [after] = cut(DISCLOSURE[:200]), cut("salam")
    bring(helpline, parts[0], after, *parts[1:])
    assert [text for text, _ in told(helpline.database)] == [DISCLOSURE[:200], "salam"]


# --- what must not happen


def test_two_processes_with_a_part_each_make_one_message(helpline: Helpline) -> None:
    for reference in range(10):
        parts = cut(f"{reference} {TOLD}", reference)
        threads = [threading.Thread(target=bring, args=(helpline, part)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert sorted(text for text, _ in told(helpline.database)) == [f"{number} {TOLD}" for number in range(10)]


def test_commit_that_fails_leaves_nothing_behind(helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = cut(TOLD)
    bring(helpline, parts[0])
    with helpline.database.unit() as unit:
        kind = type(unit)

    def dies(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    with monkeypatch.context() as broken:
        broken.setattr(kind, "close_set", dies)
        with pytest.raises(OperationalError):
            bring(helpline, parts[1])
    assert (told(helpline.database), number_of(helpline.database, sms_parts)) == ([], 1)
    bring(helpline, parts[1])
    assert told(helpline.database) == [(TOLD, 0)]


def test_words_of_parts_are_sealed_and_gone_once_joined(helpline: Helpline) -> None:
    parts = cut(TOLD)
    bring(helpline, parts[0])
    with helpline.database.reading() as db:
        [waiting] = db.scalars(select(sms_parts.c.body)).all()
    assert parts[0].body not in waiting
    bring(helpline, parts[1])
    with helpline.database.reading() as db:
        assert db.scalars(select(sms_parts.c.body)).all() == [None, None]


def test_what_is_long_over_is_forgotten_and_the_next_messages_are_taken(helpline: Helpline) -> None:
    bring(helpline, *cut(TOLD), *cut("salam"))
    helpline.clock.time += timedelta(days=3)
    helpline.sweep()
    assert [number_of(helpline.database, table) for table in (sms_deliveries, sms_sets, sms_parts)] == [0, 0, 0]
    bring(helpline, *cut(TOLD), *cut("salam"))
    assert [text for text, _ in told(helpline.database)] == [TOLD, "salam"] * 2


def test_erasure_takes_parts_that_wait(helpline: Helpline) -> None:
    bring(helpline, cut(TOLD)[0])
    with helpline.database.unit() as unit:
        unit.erase(1, helpline.clock.now())
    assert [number_of(helpline.database, table) for table in (sms_sets, sms_parts)] == [0, 0]


# --- whatever is written, however it comes


@pytest.fixture
def sqlite_helpline(sqlite_url: str, open_helpline: Callable[[str], Helpline]) -> Helpline:
    return open_helpline(sqlite_url)


TEXTS = st.text(st.sampled_from("aəışğçжщё 1😀\n"), min_size=1, max_size=90)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(TEXTS, min_size=1, max_size=4, unique=True), st.integers(4, 20), st.randoms(use_true_random=False))
def test_any_texts_in_any_order_come_out_once(
    sqlite_helpline: Helpline, written: list[str], size: int, chance: random.Random
) -> None:
    helpline, rounds = sqlite_helpline, _rounds()
    people = [f"+99451{rounds:04}{number:03}" for number in range(len(written))]
    brought = [part for person, text in zip(people, written, strict=True) for part in cut(text, 3, size, person)]
    brought += [part for part in brought if chance.random() < 0.3]
    chance.shuffle(brought)
    bring(helpline, *brought)
    helpline.clock.time += LIMIT
    helpline.sweep()
    assert {person: _of(helpline, person) for person in people} == {
        person: [text] for person, text in zip(people, written, strict=True)
    }


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(TEXTS, st.sets(st.integers(1, 30)))
def test_whatever_came_is_delivered_though_parts_are_lost(sqlite_helpline: Helpline, text: str, lost: set[int]) -> None:
    helpline, person = sqlite_helpline, f"+99455{_rounds():07}"
    parts = cut(text, 3, 5, person)
    came = [part for part in parts if part.number not in lost]
    bring(helpline, *came)
    helpline.clock.time += LIMIT
    helpline.sweep()
    found = _of(helpline, person)
    assert len(found) == (1 if came else 0)
    for run in (list(group) for kept, group in itertools.groupby(parts, lambda part: part in came) if kept):
        assert b"".join(part.body for part in run).decode("utf-16-be", "replace") in found[0]


_counter = itertools.count()


def _rounds() -> int:
    return next(_counter)


def _of(helpline: Helpline, person: str) -> list[str]:
    lookup = helpline.database.vault.lookup("sms", person)
    query = (
        select(messages.c.body)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .where(senders.c.lookup == lookup, messages.c.author == Author.PERSON.value)
        .order_by(messages.c.id)
    )
    with helpline.database.reading() as db:
        return [helpline.database.vault.texts.open(body) for body in db.scalars(query)]


def test_every_message_has_its_turn(helpline: Helpline) -> None:
    bring(helpline, *cut(TOLD), *cut("salam"))
    assert number_of(helpline.database, turns) == 2
