"""Campaigns: whom they reach, that nobody is reached twice whatever is killed, and what the report says."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from helpline import segments
from helpline.announcing import Announced, announcement
from helpline.campaign import Aim, CampaignState
from helpline.campaigns import BATCH, aim_of, go_on, put_all, put_batch, reach
from helpline.messages import DeliveryReport, DeliveryState, SendFailed
from helpline.phrasebook import Reader, Say
from helpline.ports import DialogueFailed
from helpline.routes import network
from helpline.telling import Listener, told
from store.campaign_pages import OTHERS, District, Report, list_campaigns, read_report, without_small_groups
from store.tables import cases, conversations, messages, outbox, senders
from tests.fakes import finding, says
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

NOON = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # 12:00 in Baku
PARENTS = Aim("P07", "parent")


@pytest.fixture
def noon(helpline: Helpline) -> Helpline:
    helpline.clock.time = NOON
    return helpline


def _people(helpline: Helpline, number: int, channel: str = "telegram", **values: object) -> list[int]:
    """So many subscribers, parents of unknown age with a phone of their own unless `values` say otherwise."""
    vault = helpline.database.vault
    with helpline.database.engine.begin() as db:
        first = len(db.execute(select(senders.c.id)).all())
        rows = [
            {
                "channel": network(channel),
                "route": channel if channel != network(channel) else None,
                "address": vault.addresses.seal(f"+99450{first + one:07}"),
                "lookup": vault.lookup(network(channel), f"+99450{first + one:07}"),
                "created_at": NOON,
            }
            for one in range(number)
        ]
        added = db.execute(insert(senders).returning(senders.c.id, sort_by_parameter_order=True), rows).scalars().all()
        known = {"language": "az", "audience": "parent", "phone": "own", "tips_since": NOON, "created_at": NOON}
        talks = [{**known, **values, "sender_id": one, "pseudonym": f"S{one:07}"} for one in added]
        return list(db.execute(insert(conversations).returning(conversations.c.id), talks).scalars())


def _campaign(helpline: Helpline, aim: Aim = PARENTS, starts_at: datetime | None = None) -> int:
    now = helpline.clock.now()
    with helpline.database.unit() as unit:
        return unit.new_campaign(aim, starts_at or now, now)


def _put_all(helpline: Helpline, campaign: int) -> int:
    return put_all(campaign, helpline.database, helpline.book, helpline.clock.now)


def _reached(helpline: Helpline, aim: Aim = PARENTS) -> list[int]:
    with helpline.database.unit() as unit:
        return [one.conversation for one in unit.recipients(aim, 0, 1000, helpline.clock.now())]


def _report(helpline: Helpline, campaign: int) -> Report:
    report = read_report(helpline.database, campaign)
    assert report is not None
    return report


def _rows(helpline: Helpline) -> list[tuple[int, str, str | None]]:
    with helpline.database.reading() as db:
        query = select(outbox.c.conversation_id, outbox.c.state, outbox.c.code).where(outbox.c.lane == 2)
        return [tuple(row) for row in db.execute(query.order_by(outbox.c.id))]


@pytest.mark.parametrize(
    ("values", "aim"),
    [
        ({"tips_since": None}, PARENTS),
        ({"bulk_stopped": True}, PARENTS),
        ({"quiet": True}, PARENTS),
        ({"phone": None}, PARENTS),
        ({"phone": "shared"}, PARENTS),
        ({"write_from": 9, "write_until": 9}, PARENTS),
        ({"erasure_requested_at": NOON}, PARENTS),
        ({"audience": "child"}, PARENTS),
        ({"audience": None}, PARENTS),
        ({"language": "ru"}, Aim("P07", "parent", language="az")),
        ({"district": "ganja"}, Aim("P07", "parent", district="barda")),
        ({"district": None}, Aim("P07", "parent", district="barda")),
        ({"age_band": "10-17"}, Aim("P07", "parent", age_band="3-9")),
    ],
    ids=[
        "no subscriber",
        "stopped",
        "quiet",
        "phone not told",
        "phone of others",
        "never write first",
        "wants to be forgotten",
        "child",
        "audience not told",
        "other language",
        "other district",
        "district not told",
        "child of another age",
    ],
)
def test_campaign_leaves_out(noon: Helpline, values: Mapping[str, object], aim: Aim) -> None:
    meant = _people(noon, 1, district="barda", age_band="3-9")
    _people(noon, 1, **{"district": "barda", "age_band": "3-9", **values})
    assert _reached(noon, aim) == meant


@pytest.mark.parametrize(
    "values",
    [{"phone": "shared", "shared_agreed": True}, {"age_band": None}, {"language": None}, {"write_from": 17}],
    ids=["a shared phone that agreed", "age not told", "language not told", "half a window"],
)
def test_campaign_reaches(noon: Helpline, values: Mapping[str, object]) -> None:
    meant = _people(noon, 1, **{"age_band": "3-9", **values})
    assert _reached(noon, Aim("P07", "parent", age_band="3-9", language="az")) == meant


def test_campaign_leaves_out_who_cannot_be_reached(noon: Helpline) -> None:
    (one,) = _people(noon, 1)
    with noon.database.unit() as unit:
        unit.set_reachable(one, False, noon.clock.now())
    assert _reached(noon) == []


def test_campaign_leaves_out_an_open_case_and_a_disclosure_of_ninety_days(noon: Helpline) -> None:
    told, older, calm, case, closed = _people(noon, 5)
    known = {"author": "person", "channel": "telegram", "kind": "text"}
    opened = {"level": 1, "reason": "x", "opened_at": NOON, "waiting_since": NOON, "due_at": NOON, "alert_due_at": NOON}
    with noon.database.engine.begin() as db:
        for person, level, days in ((told, Level.CONCERN, 89), (older, Level.URGENT, 91), (calm, Level.NONE, 1)):
            at = NOON - timedelta(days=days)
            db.execute(insert(messages).values(**known, conversation_id=person, level=int(level), at=at))
        for person, state in ((case, "waiting"), (closed, "closed")):
            db.execute(insert(cases).values(**opened, conversation_id=person, state=state))
    assert _reached(noon) == [older, calm, closed]


def test_campaign_announces_neutrally_and_the_item_is_one_answer_away(noon: Helpline) -> None:
    _people(noon, 1, channel="sms_twilio")
    _people(noon, 1, language="ru")
    _put_all(noon, _campaign(noon))
    expected = noon.text("tip_neutral", "ru") + noon.text("tip_neutral", channel="sms_twilio")
    assert noon.send_all() == expected
    telegram, sms = noon.channels["telegram"].sent[0], noon.channels["sms_twilio"].sent[0]
    assert [(one.code, one.label) for one in telegram.choices] == [("item:P07", "Прочитать")]
    assert segments.count(sms.text).parts == 1
    noon.dialogue.answer = lambda request: says(str(request.choice))
    noon.pass_(minutes=5)
    opened = noon.say("1", channel="sms_twilio", address="+994500000000")
    assert opened[-1].startswith(noon.book.library.get("P07").texts["az"].sms[0])  # type: ignore[union-attr]


def test_item_of_a_campaign_is_told_with_rasa_down_and_opens_no_case(noon: Helpline) -> None:
    _people(noon, 1, channel="sms_twilio")
    _put_all(noon, _campaign(noon))
    noon.send_all()
    noon.dialogue.answer = DialogueFailed("down")
    noon.pass_(minutes=5)
    opened = noon.say("1", channel="sms_twilio", address="+994500000000")
    assert opened[-1].startswith(noon.book.library.get("P07").texts["az"].sms[0])  # type: ignore[union-attr]
    assert noon.case() is None


def test_campaign_killed_in_the_middle_goes_on_and_reaches_everybody_once(noon: Helpline) -> None:
    people = _people(noon, BATCH + 20)
    campaign = _campaign(noon)
    noon.sweep()
    assert len(_rows(noon)) == BATCH
    with pytest.raises(KeyboardInterrupt):
        _put_and_be_killed(noon, campaign, people[BATCH:])
    assert len(_rows(noon)) == BATCH
    assert noon.sweep() == {"announced": 20}
    assert noon.sweep() == {}
    assert Counter(person for person, _, _ in _rows(noon)) == Counter(people)
    ((ended, states),) = list_campaigns(noon.database)
    assert states == {"waiting": BATCH + 20}
    assert (ended.state, ended.finished_at) == (CampaignState.DONE, noon.clock.now())


def _put_and_be_killed(helpline: Helpline, campaign: int, people: list[int]) -> None:
    now, out = helpline.clock.now(), announcement("P07", Reader("az", "adult", "telegram"), helpline.book)
    with helpline.database.unit() as unit:
        unit.put_announced(campaign, [Announced(one, "telegram", out, now) for one in people], now)
        raise KeyboardInterrupt


def test_campaign_that_several_put_in_at_once_reaches_everybody_once(noon: Helpline) -> None:
    people = _people(noon, BATCH + 20)
    campaign = _campaign(noon)
    with ThreadPoolExecutor(3) as pool:
        put = list(pool.map(lambda _: _put_all(noon, campaign), range(3)))
    assert sum(put) == len(people)
    assert Counter(person for person, _, _ in _rows(noon)) == Counter(people)


def test_campaign_of_five_thousand_is_put_in_batches(sqlite_helpline: Helpline) -> None:
    people = _people(sqlite_helpline, 5000, channel="sms_twilio")
    campaign = _campaign(sqlite_helpline)
    started = time.monotonic()
    assert _put_all(sqlite_helpline, campaign) == 5000
    for _ in range(100):
        sqlite_helpline.send_one("sms_twilio")
    assert time.monotonic() - started < 20
    report = _report(sqlite_helpline, campaign)
    assert (report.announced, report.sent, report.waiting, report.parts) == (5000, 100, 4900, 100)
    assert len({person for person, _, _ in _rows(sqlite_helpline)}) == len(people)


@pytest.fixture
def sqlite_helpline(sqlite_url: str, open_helpline: Callable[[str], Helpline]) -> Helpline:
    helpline = open_helpline(sqlite_url)
    helpline.clock.time = NOON
    return helpline


def test_campaign_of_tomorrow_waits(noon: Helpline) -> None:
    _people(noon, 1)
    _campaign(noon, starts_at=NOON + timedelta(days=1))
    assert noon.sweep() == {}
    noon.pass_(days=1)
    assert noon.sweep() == {"announced": 1}


def test_campaign_at_night_is_due_in_everybodys_own_window(noon: Helpline) -> None:
    noon.clock.time = datetime(2026, 11, 2, 20, 30, tzinfo=UTC)  # 0:30 in Baku
    _people(noon, 1)
    _people(noon, 1, write_from=17, write_until=20)
    _put_all(noon, _campaign(noon))
    with noon.database.reading() as db:
        due = db.scalars(select(outbox.c.due_at).order_by(outbox.c.id)).all()
    assert due == [datetime(2026, 11, 3, 4, 0, tzinfo=UTC), datetime(2026, 11, 3, 13, 0, tzinfo=UTC)]


def test_campaign_second_of_the_day_is_cancelled(noon: Helpline) -> None:
    _people(noon, 1)
    first, second = _campaign(noon), _campaign(noon, Aim("P08", "parent"))
    noon.sweep()
    assert len(noon.send_all()) == 1
    assert (_report(noon, first).sent, _report(noon, second).cancelled) == (1, {"daily": 1})


def test_campaign_stopped_withdraws_what_waits_and_what_is_already_leased(noon: Helpline) -> None:
    _people(noon, 3)
    campaign = _campaign(noon)
    _put_all(noon, campaign)
    noon.send_one()
    leased = noon.lease()
    assert leased is not None
    with noon.database.unit() as unit:
        assert unit.stop_campaign(campaign, noon.clock.now()) == 1
    noon.pass_(seconds=61)
    assert noon.send_all() == []
    assert (_report(noon, campaign).sent, _report(noon, campaign).cancelled) == (1, {"withdrawn": 2})
    assert noon.sweep() == {}


def test_campaign_whose_item_was_withdrawn_ends(noon: Helpline) -> None:
    _people(noon, 1)
    campaign = _campaign(noon, Aim("P99", "parent"))
    assert put_batch(campaign, noon.database, noon.book, noon.clock.now()) == 0
    assert [one.state for one, _ in list_campaigns(noon.database)] == [CampaignState.STOPPED]
    assert go_on(noon.database, noon.book, noon.clock.now()) == Counter()


def test_report_counts_exactly(noon: Helpline) -> None:
    _people(noon, 7, channel="sms_twilio", district="barda")
    campaign = _campaign(noon)
    _put_all(noon, campaign)
    noon.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    for person, text in ((0, "STOP"), (1, "atam məni döyür")):
        noon.receive(text, channel="sms_twilio", address=f"+99450{person:07}")
        noon.take()
    noon.pass_(minutes=15)
    noon.channels["sms_twilio"].script = [SendFailed("30006", retryable=False)]
    with noon.database.engine.begin() as db:  # replies first would take the script's failure
        db.execute(update(outbox).where(outbox.c.lane == 1).values(state="sent", finished_at=NOON))
    noon.send_all()
    vendor_ids = ("vendor-1", "vendor-2", "vendor-3")
    states = (DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.UNDELIVERED)
    with noon.database.unit() as unit:
        for vendor_id, state in zip(vendor_ids, states, strict=True):
            unit.record_delivery(DeliveryReport("sms_twilio", vendor_id, state, "30003"), noon.clock.now())
    noon.dialogue.answer = lambda request: says(str(request.choice))
    noon.pass_(minutes=5)
    noon.say("1", channel="sms_twilio", address="+994500000003")
    report = _report(noon, campaign)
    assert (report.announced, report.sent, report.delivered, report.waiting) == (7, 4, 2, 0)
    assert (report.stopped, report.cancelled) == (1, {"case": 1})
    assert report.failed == {"30003": 1, "30006": 1}
    assert (report.opened, report.parts) == (1, 4)
    with noon.database.reading() as db:
        query = select(outbox.c.parts).join(messages, messages.c.id == outbox.c.message_id)
        assert report.parts_read == db.scalar(query.where(messages.c.says.startswith("item:P07")))
    assert report.districts == ()
    assert read_report(noon.database, 99) is None


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([District("barda", 9, 6), District("ganja", 5, 0)], (District("barda", 9, 6), District("ganja", 5, 0))),
        ([District("barda", 9, 6), District("ganja", 4, 4)], (District(OTHERS, 13, 10),)),
        (
            [District("barda", 9, 6), District("ganja", 3, 3), District("baku", 3, 2)],
            (District("barda", 9, 6), District(OTHERS, 6, 5)),
        ),
        ([District("barda", 9, 2), District("baku", 8, 8)], (District("barda", 9, None), District("baku", 8, None))),
        ([District("barda", 4, 1)], ()),
        ([], ()),
    ],
    ids=[
        "large ones are shown",
        "one small one is joined to the next",
        "small ones together",
        "few openings are not told of anybody",
        "only a small one",
        "nothing",
    ],
)
def test_report_shows_no_small_group(found: list[District], shown: tuple[District, ...]) -> None:
    assert without_small_groups(found) == shown


def test_reach_counts_people_and_what_their_sms_cost(noon: Helpline) -> None:
    _people(noon, 3, channel="sms_twilio")
    _people(noon, 2)
    item = noon.book.library.get("P07")
    assert item is not None
    with noon.database.unit() as unit:
        counted = unit.counted(aim_of(item, None, None), noon.clock.now())
    assert counted == {("sms", "az"): 3, ("telegram", "az"): 2}
    found = reach(counted, item, noon.book)
    assert (found.people, found.by_sms, found.announcing) == (5, 3, 3)
    assert found.at_most == 3 + 3 * sum(_sms(noon, text) for text in item.texts["az"].sms)


def _sms(helpline: Helpline, text: str) -> int:
    item = helpline.book.library.get("P07")
    assert item is not None
    part = item.texts["az"].sms.index(text) + 1
    listener = Listener("parent", None, "az", "sms", quiet=False)
    say = told(Say(f"item:P07:{part}"), helpline.book.library, listener, "")
    return sum(segments.count(out.text).parts for out in helpline.book.render(say, Reader("az", "adult", "sms")))


def test_aim_of_an_item_is_whom_it_is_written_for(noon: Helpline) -> None:
    items = noon.book.library.items()
    aged = next(item for item in items if item.age == "7-10")
    anybody = next(item for item in items if item.age == "any")
    assert aim_of(aged, "ru", None) == Aim(aged.id, "child", "7-10", "ru", None)
    assert aim_of(anybody, None, "barda") == Aim(anybody.id, anybody.audience, None, None, "barda")
