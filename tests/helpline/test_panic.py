"""The panic word: what the thread shows is deleted, one harmless line is left, and nothing follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from channels.telegram import TelegramSettings, build
from channels.vendor import Vendor
from helpline.conversations import Lane, NewOut, OutState
from helpline.messages import SendFailed
from helpline.outbox import send_leased
from helpline.phrasebook import Reader, Say
from store.tables import case_events, conversations, messages, outbox
from tests.emulators.bot_api import TOKEN, BotApi, Fault, bot_api
from tests.fakes import finding, says
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SMS = {"channel": "sms_twilio", "address": "+994500000001"}
BEATEN = "atam məni döyür"
CHAT = 700000001


def line(helpline: Helpline, language: str = "az", channel: str = "telegram") -> list[str]:
    return [out.text for out in helpline.book.render(Say("panic_ack"), Reader(language, "adult", channel))]


def states(helpline: Helpline) -> dict[str, str]:
    opened = helpline.database.vault.texts.open
    with helpline.database.reading() as db:
        rows = db.execute(select(outbox.c.state, outbox.c.body).order_by(outbox.c.id)).all()
    return {opened(row.body): row.state for row in rows}


@pytest.mark.parametrize(("word", "language"), [("çıx", "az"), ("CIX", "az"), ("ВЫХОД", "ru"), ("скрыть", "ru")])
def test_panic_deletes_both_sides_and_leaves_the_line(helpline: Helpline, word: str, language: str) -> None:
    helpline.say("salam" if language == "az" else "привет", thread_id="11")
    assert helpline.say(word, thread_id="14") == line(helpline, language)
    telegram = helpline.channels["telegram"]
    assert telegram.wiped == [("11", "14", "vendor-1", "vendor-2")]
    assert telegram.sent[-1].text == line(helpline, language)[0]


def test_panic_deletes_what_is_at_most_two_days_old(helpline: Helpline) -> None:
    helpline.say("salam", thread_id="11")
    helpline.pass_(hours=47)
    helpline.say("salam", thread_id="12")
    helpline.pass_(hours=2)
    helpline.say("çıx", thread_id="13")
    assert helpline.channels["telegram"].wiped == [("12", "13", "vendor-3")]


@pytest.mark.parametrize(("word", "language"), [("çıx", "az"), ("выход", "ru")])
def test_panic_by_sms_deletes_nothing_and_tells_how(helpline: Helpline, word: str, language: str) -> None:
    helpline.say("salam" if language == "az" else "привет", **SMS)
    assert helpline.say(word, **SMS) == line(helpline, language, "sms")
    assert helpline.channels["sms_twilio"].wiped == []


def test_panic_forgets_what_was_open(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.dialogue.answer = lambda request: says("menu", choices=("menu",))
    helpline.say("salam")
    helpline.say(BEATEN)
    helpline.press("discreet:phone")
    helpline.say("çıx")
    left = helpline.conversation()
    assert (left.open_choices, left.asking, left.safety_asked_at, left.dialogue) == ((), None, None, None)


def test_panic_keeps_the_case_and_shows_in_it(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.say("çıx")
    case = helpline.case()
    assert case is not None
    assert case.level is Level.URGENT
    with helpline.database.reading() as db:
        assert list(db.execute(select(case_events.c.what).order_by(case_events.c.id)).scalars())[-1] == "panic"


def test_panic_keeps_back_what_waits_and_cancels_what_we_started(helpline: Helpline) -> None:
    helpline.say("salam")
    outs = (NewOut("dərs hazırdır", lane=Lane.BULK),)
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("gözləyən"),), helpline.clock.now(), "reply:1:1")
        unit.put_started(1, outs, helpline.clock.now(), "lesson:1", due_at=helpline.clock.now())
    helpline.receive("çıx")
    helpline.take()
    assert helpline.send_all() == line(helpline)
    found = states(helpline)
    assert found["gözləyən"] == OutState.WITHHELD.value
    assert found["dərs hazırdır"] == OutState.CANCELLED.value


def test_counsellors_reply_after_the_panic_word_waits_without_a_sound(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    helpline.say("çıx")
    helpline.desk.reply(1, counsellor, "Buradayam.", "1")
    assert helpline.send_all() == []
    assert helpline.say("nə hava") == []
    assert helpline.say("1") == ["Buradayam."]


def test_after_a_while_what_waits_is_announced_and_only_the_answer_to_that_brings_it(
    helpline: Helpline, counsellor: int
) -> None:
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    helpline.say("çıx")
    helpline.desk.reply(1, counsellor, "Buradayam.", "1")
    helpline.send_all()
    helpline.pass_(minutes=11)
    assert helpline.say("indi olar yazmaq") == helpline.text("waiting_neutral")
    assert helpline.say("kimdir bu") == helpline.text("waiting_neutral")
    assert helpline.say("çıx") == line(helpline)
    assert helpline.say("1") == ["Buradayam."]
    assert helpline.conversation().discretion.hidden_at is None


def test_new_disclosure_after_the_panic_word_is_answered_and_brings_nothing(
    helpline: Helpline, counsellor: int
) -> None:
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds("bıçaqla gəlir", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    helpline.say("çıx")
    helpline.desk.reply(1, counsellor, "Buradayam.", "1")
    assert helpline.send_all() == []
    helpline.pass_(minutes=1)
    assert helpline.say("bıçaqla gəlir") == helpline.text("emergency_violence")
    helpline.desk.reply(1, counsellor, "Qapını bağla.", "2")
    assert helpline.send_all() == ["Qapını bağla."]


def test_person_is_there_again_after_a_while_when_nothing_waits(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.say("çıx")
    helpline.pass_(minutes=11)
    helpline.say("indi olar yazmaq")
    assert helpline.conversation().discretion.hidden_at is None


def test_panic_word_locks_a_thread_that_has_a_code_word(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.say("çıx")
    innocent = helpline.text("code_innocent", register="adult")
    assert helpline.say("menyu") == innocent
    assert helpline.say("kimdir bu") == innocent
    assert helpline.say("qarpız") != innocent


# --- an outage, a kill


def test_panic_is_delayed_by_an_outage_and_never_lost(helpline: Helpline) -> None:
    helpline.say("salam", thread_id="11")
    telegram = helpline.channels["telegram"]
    telegram.script = [SendFailed("network", retryable=True)] * 3
    helpline.say("çıx", thread_id="12")
    for _ in range(3):
        helpline.pass_(minutes=14)
        helpline.send_all()
    assert telegram.wiped == [("11", "12", "vendor-1", "vendor-2")]
    assert telegram.sent[-1].text == line(helpline)[0]


def test_wipe_that_was_done_before_a_kill_is_done_again(helpline: Helpline) -> None:
    helpline.say("salam", thread_id="11")
    helpline.receive("çıx", thread_id="12")
    helpline.take()
    assert helpline.lease() is not None
    helpline.pass_(seconds=61)
    assert helpline.send_all() == line(helpline)


def test_message_on_its_way_at_the_panic_word_is_deleted_too(helpline: Helpline) -> None:
    helpline.say("salam", thread_id="11")
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("yolda"),), helpline.clock.now(), "reply:1:1")
    on_its_way = helpline.lease()
    assert on_its_way is not None
    helpline.receive("çıx", thread_id="12")
    helpline.take()
    helpline.pass_(seconds=1)
    asyncio.run(send_leased(on_its_way, helpline.sender))
    helpline.send_all()
    assert helpline.channels["telegram"].wiped == [("11", "12", "vendor-1", "vendor-2", "vendor-3")]


def test_message_whose_sending_failed_at_the_panic_word_is_kept_back(helpline: Helpline) -> None:
    helpline.say("salam")
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("yolda"),), helpline.clock.now(), "reply:1:1")
    on_its_way = helpline.lease()
    assert on_its_way is not None
    helpline.receive("çıx", thread_id="12")
    helpline.take()
    helpline.channels["telegram"].script = [SendFailed("network", retryable=True)]
    asyncio.run(send_leased(on_its_way, helpline.sender))
    assert helpline.send_all() == line(helpline)
    assert states(helpline)["yolda"] == OutState.WITHHELD.value


def test_ids_to_delete_are_sealed_and_erased(helpline: Helpline) -> None:
    helpline.say("salam", thread_id="11223344")
    helpline.say("çıx", thread_id="11223345")
    with helpline.database.reading() as db:
        assert b"11223344" not in db.execute(select(outbox.c.wipes).where(outbox.c.wipes.is_not(None))).scalar_one()
    helpline.say("sil")
    helpline.sweep()
    with helpline.database.reading() as db:
        assert db.execute(select(outbox.c.wipes).where(outbox.c.wipes.is_not(None))).all() == []
        assert db.execute(select(messages.c.thread_id).where(messages.c.thread_id.is_not(None))).all() == []
        assert db.execute(select(conversations.c.hidden_at)).scalar_one() is None


# --- with the vendor's own client


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as served:
        yield served


def vendor_of(api: BotApi) -> Vendor:
    return build(TelegramSettings(TOKEN, api_base=api.url))


def written(helpline: Helpline, api: BotApi, text: str) -> None:
    """A person writes on the phone that the emulator shows, and is answered there."""
    update = api.says(CHAT, text)
    number = update["message"]["message_id"]  # type: ignore[index]  # an emulated message
    helpline.receive(text, thread_id=str(number))
    while helpline.take() is not None:
        pass
    sent(helpline, api)


def sent(helpline: Helpline, api: BotApi) -> None:
    async def send() -> None:
        vendor = vendor_of(api)
        helpline.channels["telegram"] = vendor.channel  # type: ignore[assignment]  # the real one
        while (out := helpline.lease()) is not None:
            await send_leased(out, helpline.sender)
        assert vendor.stop is not None
        await vendor.stop()

    asyncio.run(send())


@pytest.mark.parametrize(("hello", "word", "language"), [("salam", "çıx", "az"), ("привет", "выход", "ru")])
def test_phone_shows_only_the_line_after_the_panic_word(
    helpline: Helpline, api: BotApi, hello: str, word: str, language: str
) -> None:
    written(helpline, api, hello)
    written(helpline, api, hello)
    assert len(api.threads[CHAT]) == 5
    written(helpline, api, word)
    assert len(api.threads[CHAT]) == 1
    assert api.texts(CHAT)[-1] == line(helpline, language)[0]
    assert max(api.threads[CHAT]) == 7


def test_phone_keeps_what_became_too_old_during_an_outage(helpline: Helpline, api: BotApi) -> None:
    written(helpline, api, "salam")
    first = set(api.threads[CHAT])
    helpline.pass_(hours=47)
    api.now += 47 * 3600
    written(helpline, api, "salam")
    api.fails("deleteMessages", Fault(502))
    written(helpline, api, "çıx")
    helpline.pass_(hours=2)
    api.now += 2 * 3600
    sent(helpline, api)
    assert set(api.threads[CHAT]) == {*first, max(api.threads[CHAT])}
    assert api.texts(CHAT)[-1] == line(helpline)[0]
