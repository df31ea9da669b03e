"""The code word: asked for before a sensitive thread goes on, the same for everybody, and never in the way of a disclosure."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpline.conversations import OutState
from helpline.phrasebook import Reader, Say
from helpline.ports import NotFound
from store.tables import case_events, messages, outbox
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SMS = {"channel": "sms_twilio", "address": "+994500000001"}
ON_BOTH = pytest.mark.parametrize("channel", [{}, SMS], ids=["telegram", "sms"])
BEATEN = "atam məni döyür"


@pytest.fixture
def reply(helpline: Helpline, counsellor: int):  # type: ignore[no-untyped-def]  # a callable of this file
    """A case with a counsellor, who writes with each call."""
    count = iter(range(100))

    def write(text: str) -> None:
        helpline.on_shift(counsellor)
        helpline.desk.reply(1, counsellor, text, str(next(count)))

    return write


def disclosed(helpline: Helpline, counsellor: int, **channel: str) -> None:
    """A child with a code word that told of harm, and a counsellor who holds the case."""
    helpline.press("discreet:word", **channel)
    helpline.say("qarpız", **channel)
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN, **channel)
    helpline.say("1", **channel)
    helpline.desk.take(1, counsellor)
    helpline.send_all()


def asked(helpline: Helpline, channel: dict[str, str]) -> list[str]:
    return said(helpline, "code_ask", channel)


def said(helpline: Helpline, key: str, channel: dict[str, str] | None = None, language: str = "az") -> list[str]:
    reader = Reader(language, "child", (channel or {}).get("channel", "telegram"))
    return [out.text for out in helpline.book.render(Say(key), reader)]


def events(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.execute(select(case_events.c.what).order_by(case_events.c.id)).scalars())


def states(helpline: Helpline, text: str) -> list[str]:
    opened = helpline.database.vault.texts.open
    with helpline.database.reading() as db:
        rows = db.execute(select(outbox.c.state, outbox.c.body).order_by(outbox.c.id)).all()
    return [row.state for row in rows if opened(row.body) == text]


@ON_BOTH
def test_code_word_brings_what_waited(helpline: Helpline, counsellor: int, reply, channel: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    disclosed(helpline, counsellor, **channel)
    helpline.pass_(minutes=11)
    reply("Buradayam, danış.")
    assert helpline.send_all() == said(helpline, "waiting_neutral", channel)
    helpline.pass_(minutes=30)
    assert helpline.say("1", **channel) == asked(helpline, channel)
    assert states(helpline, "Buradayam, danış.") == [OutState.WITHHELD.value]
    assert helpline.say("QARPIZ", **channel) == ["Buradayam, danış."]
    assert events(helpline)[-2:] == ["code_asked", "code_given"]


@ON_BOTH
def test_wrong_code_word_brings_something_innocent(
    helpline: Helpline,
    counsellor: int,
    reply,
    channel: dict[str, str],  # type: ignore[no-untyped-def]
) -> None:
    disclosed(helpline, counsellor, **channel)
    helpline.pass_(minutes=11)
    reply("Buradayam, danış.")
    helpline.send_all()
    helpline.say("1", **channel)
    for text in ("armud", "1", "bura kimdir de görüm sən kimsən", "menyu", "0"):
        assert helpline.say(text, **channel) == said(helpline, "code_innocent", channel)
    assert states(helpline, "Buradayam, danış.") == [OutState.WITHHELD.value]
    assert helpline.dialogue.asked == []


def test_code_word_answers_the_message_that_it_was_asked_for(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("малина")
    helpline.finds("меня бьют", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("меня бьют")
    helpline.pass_(hours=2)
    assert helpline.say("а как мне быть дальше") == said(helpline, "code_ask", language="ru")
    helpline.say("Малина")
    assert [request.text for request in helpline.dialogue.asked] == ["а как мне быть дальше"]


def test_code_word_answers_the_button_that_it_was_asked_for(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.pass_(minutes=20)
    assert helpline.press("safety_plan") == said(helpline, "code_ask")
    assert helpline.say("qarpız") == helpline.text("safety_plan_home", register="adult")


def test_code_word_right_after_the_panic_word_hides_nothing_again(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.say("salam", thread_id="11")
    helpline.pass_(minutes=1)
    helpline.say("çıx", thread_id="12")
    helpline.pass_(minutes=1)
    assert helpline.say("qarpız") == said(helpline, "code_ok")
    assert len(helpline.channels["telegram"].wiped) == 1
    discretion = helpline.conversation().discretion
    assert (discretion.hidden_at, discretion.code_asked_at) == (None, None)


@pytest.mark.parametrize("word", ["kömək", "STOP", "insan", "2", "bıçaqla gəlir"])
def test_code_word_does_not_answer_again_what_was_answered(helpline: Helpline, word: str) -> None:
    helpline.on_shift(helpline.add_counsellor("counsellor-2"))
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds("bıçaqla gəlir", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.pass_(minutes=20)
    helpline.say(word)
    helpline.pass_(minutes=1)
    assert helpline.say("qarpız") == said(helpline, "code_ok")


def test_message_that_the_code_word_was_given_for_is_understood_with_what_came_before(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.pass_(minutes=20)
    helpline.say("mənə nə məsləhət")
    helpline.pass_(minutes=11)
    helpline.triage.seen.clear()
    helpline.say("qarpız")
    assert helpline.triage.seen == [("mənə nə məsləhət", 3)]  # the button, the disclosure, itself


def test_code_word_said_when_nothing_waits_is_met_kindly(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    assert helpline.say("qarpız") == said(helpline, "code_ok")


def test_code_word_is_not_asked_for_within_ten_minutes_nor_where_nothing_is_sensitive(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.pass_(days=1)
    assert helpline.say("menyu")[-1:] == helpline.text("menu", register="adult")
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.pass_(minutes=10)
    assert helpline.say("necə edim axı") == helpline.text("menu")


def test_code_word_is_asked_for_after_the_case_was_closed(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.close(1, counsellor)
    helpline.send_all()
    helpline.pass_(days=3)
    assert helpline.say("salam") == said(helpline, "code_ask")


def test_code_word_that_is_not_given_is_asked_for_again_after_a_pause(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    assert helpline.say("salam") == said(helpline, "code_ask")
    assert helpline.say("salam") == said(helpline, "code_innocent")
    helpline.pass_(minutes=20)
    assert helpline.say("salam") == said(helpline, "code_ask")


# --- what goes before the code word


def test_disclosure_is_answered_without_the_code_word_and_what_waited_stays(
    helpline: Helpline,
    counsellor: int,
    reply,  # type: ignore[no-untyped-def]
) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=11)
    reply("Buradayam, danış.")
    helpline.send_all()
    helpline.say("1")
    helpline.finds("bıçaqla gəlir", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    assert helpline.say("bıçaqla gəlir") == helpline.text("emergency_violence")
    assert states(helpline, "Buradayam, danış.") == [OutState.WITHHELD.value]
    reply("Qapını bağla.")
    assert helpline.send_all() == ["Qapını bağla."]
    assert helpline.say("armud") == []
    assert helpline.say("qarpız") == ["Buradayam, danış."]


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.EMERGENCY])
def test_disclosure_of_any_level_overrides_the_question(helpline: Helpline, counsellor: int, level: Level) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.pass_(hours=1)
    helpline.finds("yenə", finding(level, Risk.PHYSICAL_VIOLENCE))
    assert said(helpline, "code_ask")[0] not in helpline.say("yenə")
    assert helpline.conversation().discretion.code_waived is True


def test_not_safe_is_heard_without_the_code_word(helpline: Helpline, counsellor: int) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.pass_(minutes=12)
    helpline.on_shift(counsellor)
    assert helpline.say("2") == helpline.text("safe_no") + helpline.text("emergency_staffed")
    case = helpline.case()
    assert case is not None
    assert case.level is Level.EMERGENCY


@pytest.mark.parametrize(
    ("word", "key"), [("kömək", "help_card"), ("9", "help_card"), ("STOP", "stop_ack"), ("məxfilik", "confidentiality")]
)
def test_what_everybody_is_told_is_told_with_the_question(
    helpline: Helpline, counsellor: int, word: str, key: str
) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    assert helpline.say(word) == helpline.text(key) + said(helpline, "code_ask")
    assert helpline.say(word) == helpline.text(key)
    assert helpline.say("armud") == said(helpline, "code_innocent")


def test_wish_for_a_person_is_met_without_the_code_word(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.finds("nəsə", finding(Level.CONCERN, Risk.BULLYING))
    helpline.say("nəsə")
    helpline.say("nəsə")
    helpline.pass_(days=1)
    assert helpline.say("insan") == helpline.text("person_unstaffed") + said(helpline, "code_ask")


def test_counsellors_reply_does_not_reach_who_was_asked_and_did_not_answer(
    helpline: Helpline,
    counsellor: int,
    reply,  # type: ignore[no-untyped-def]
) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    helpline.say("salam kimdir bu")
    reply("Buradayam, danış.")
    assert helpline.send_all() == said(helpline, "waiting_neutral")
    assert helpline.say("qarpız") == ["Buradayam, danış."]


def test_reply_from_before_the_question_does_not_go_out_after_it(helpline: Helpline, counsellor: int) -> None:
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.receive(BEATEN)
    helpline.take()
    helpline.pass_(minutes=11)
    helpline.receive("kimdir bu")
    helpline.take()
    assert helpline.send_all() == [*said(helpline, "code_ask"), *said(helpline, "waiting_neutral")]


def test_code_word_is_not_removed_by_who_did_not_give_it(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.desk.hand_back(1, counsellor)
    helpline.send_all()
    helpline.pass_(minutes=20)
    helpline.finds("yalan", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("yalan")
    for code in ("discreet:word:remove", "discreet:clear", "discreet:word"):
        assert helpline.press(code) == said(helpline, "code_ask")
    assert helpline.conversation().discretion.code_word is True


# --- a flood of wrong words


def test_sixth_word_within_an_hour_is_not_heard_even_if_it_is_right(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    helpline.say("salam")
    for number in range(5):
        assert helpline.say(f"söz{number}") == said(helpline, "code_innocent")
    assert helpline.say("qarpız") == said(helpline, "code_innocent")
    helpline.pass_(minutes=59)
    assert helpline.say("qarpız") == said(helpline, "code_ask")
    helpline.pass_(minutes=2)
    assert helpline.say("qarpız") == said(helpline, "code_ok")


def test_long_message_is_no_guess(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    for _ in range(8):
        helpline.say("mən sözü unutmuşam axı nə edim")
    assert helpline.conversation().discretion.code_tries == 0
    assert helpline.say("qarpız") != said(helpline, "code_innocent")


def test_short_answers_after_a_new_disclosure_are_no_guesses(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    helpline.finds("yenə vurdu", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("yenə vurdu")
    for text in ("bəli", "yox", "hə", "yaxşı", "oldu"):
        helpline.say(text)
    assert helpline.conversation().discretion.code_tries == 0
    helpline.say("qarpız")
    assert helpline.conversation().discretion.code_given_at == helpline.clock.now()


# --- a forgotten word


def test_forgotten_word_is_removed_by_the_counsellor_of_the_case(
    helpline: Helpline,
    counsellor: int,
    reply,  # type: ignore[no-untyped-def]
) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=11)
    reply("Buradayam, danış.")
    helpline.send_all()
    helpline.say("unutmuşam sözü nə edim mən")
    helpline.desk.reset_code_word(1, counsellor)
    assert helpline.conversation().discretion.code_word is False
    assert events(helpline)[-1] == "code_word_reset"
    assert helpline.say("salam") == ["Buradayam, danış."]


def test_forgotten_word_is_not_removed_by_another_counsellor(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    with pytest.raises(NotFound):
        helpline.desk.reset_code_word(1, helpline.add_counsellor("counsellor-2"))
    assert helpline.conversation().discretion.code_word is True


def test_given_code_word_is_kept_nowhere(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.pass_(minutes=20)
    helpline.say("salam")
    helpline.say("qarpız")
    with helpline.database.reading() as db:
        newest = db.execute(select(messages.c.body).where(messages.c.author == "person").order_by(messages.c.id.desc()))
        assert newest.scalars().first() is None


# --- without a code word


def test_one_after_the_neutral_line_brings_what_waited_and_nothing_else(
    helpline: Helpline,
    counsellor: int,
    reply,  # type: ignore[no-untyped-def]
) -> None:
    helpline.finds(BEATEN, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(BEATEN)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    helpline.pass_(minutes=11)
    reply("Buradayam, danış.")
    helpline.send_all()
    assert helpline.say("1") == ["Buradayam, danış."]
    assert helpline.conversation().safety_asked_at is not None


def test_one_after_the_neutral_line_is_not_the_choice_offered_before(helpline: Helpline) -> None:
    helpline.finds("nəsə", finding(Level.CONCERN, Risk.BULLYING))
    helpline.receive("nəsə", **SMS)
    helpline.take()
    helpline.pass_(minutes=11)
    assert helpline.send_all() == said(helpline, "waiting_neutral", SMS)
    assert len(helpline.say("1", **SMS)) == 1
    assert helpline.case() is None
