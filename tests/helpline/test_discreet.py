"""Discreet use: whose phone it is, when we may write first, a code word; every step can be passed over and changed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from helpline import segments
from helpline.discreet import is_code_word
from helpline.hours import window
from helpline.messages import Kind
from helpline.phrasebook import Reader, Say
from helpline.starting import NEVER, Discretion, opens_at
from helpline.words import bare
from store.tables import conversations, messages
from tests.fakes import finding, says
from tests.helpline.harness import Helpline, book
from triage.taxonomy import Level, Risk

SMS = {"channel": "sms_twilio", "address": "+994500000001"}
CHANNELS = [{}, SMS]
ON_BOTH = pytest.mark.parametrize("channel", CHANNELS, ids=["telegram", "sms"])


def discretion(helpline: Helpline) -> Discretion:
    return helpline.conversation().discretion


def texts(helpline: Helpline, *keys: str, language: str = "az", channel: str = "telegram", **values: str) -> list[str]:
    reader = Reader(language, "adult", channel)
    return [out.text for key in keys for out in helpline.book.render(Say(key, values=values), reader)]


# --- the dialogue


@pytest.mark.parametrize(
    ("word", "language"), [("gizli", "az"), ("Təhlükəsiz yazışma!", "az"), ("чужой телефон", "ru"), ("скрытно", "ru")]
)
def test_discreet_is_begun_by_a_word(helpline: Helpline, word: str, language: str) -> None:
    assert helpline.say(word) == texts(helpline, "discreet_phone", language=language)
    assert helpline.conversation().asking == "discreet:phone/all"
    assert helpline.dialogue.asked == []


def test_discreet_walks_through_its_three_questions_in_buttons(helpline: Helpline) -> None:
    helpline.press("discreet:start")
    assert helpline.press("discreet:phone:shared") == texts(helpline, "discreet_shared", "discreet_when")
    assert helpline.press("discreet:when:evening") == texts(helpline, "discreet_word")
    helpline.say("Qarpız")
    assert discretion(helpline) == Discretion("shared", 18, 22, code_word=True, code_given_at=helpline.clock.now())
    assert helpline.conversation().asking is None


def test_discreet_walks_through_its_questions_in_words_and_russian(helpline: Helpline) -> None:
    helpline.say("скрытая переписка")
    helpline.say("мамин")
    helpline.say("с 17 до 20")
    helpline.say("Малина")
    assert discretion(helpline) == Discretion("shared", 17, 20, code_word=True, code_given_at=helpline.clock.now())


def test_discreet_walks_through_its_questions_in_digits_by_sms(helpline: Helpline) -> None:
    say = partial(helpline.say, **SMS)
    say("gizli")
    say("1")
    say("5")
    ended = say("1")
    assert [text.splitlines()[0] for text in ended] == texts(helpline, "discreet_panic", channel="sms_twilio")
    assert discretion(helpline) == Discretion("own", 0, 0)


@ON_BOTH
def test_discreet_step_can_be_passed_over_by_word_or_choice(helpline: Helpline, channel: dict[str, str]) -> None:
    helpline.say("gizli", **channel)
    helpline.say("keç", **channel)
    helpline.press("discreet:skip", **channel)
    helpline.say("keç", **channel)
    assert discretion(helpline) == Discretion()
    assert helpline.conversation().asking is None


def test_discreet_question_in_the_middle_is_answered_and_stays_open(helpline: Helpline) -> None:
    helpline.say("gizli")
    helpline.dialogue.answer = lambda request: says("about_service", choices=("menu",))
    assert helpline.say("bu nə üçündür axı")[-1:] == texts(helpline, "about_service")
    helpline.say("mənimdir")
    assert discretion(helpline).phone == "own"


def test_discreet_word_is_only_what_comes_right_after_the_question(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("bunu kim görür axı")
    helpline.say("ləpir")
    assert discretion(helpline).code_word is False
    helpline.press("discreet:word")
    helpline.pass_(minutes=11)
    helpline.say("ləpir")
    assert discretion(helpline).code_word is False


def test_discreet_is_left_by_a_control(helpline: Helpline) -> None:
    helpline.say("gizli")
    helpline.say("STOP")
    assert helpline.conversation().asking is None


def test_discreet_disclosure_is_no_answer(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.finds("döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    assert helpline.say("döyür")[0] == helpline.text("first_child_self_unstaffed")[0]
    assert discretion(helpline).code_word is False


def test_discreet_words_are_about_nobodys_day(helpline: Helpline) -> None:
    helpline.finds("чужой телефон", finding(Level.CONCERN, Risk.EMOTIONAL_DISTRESS))
    helpline.finds("мамин", finding(Level.CONCERN, Risk.EMOTIONAL_DISTRESS))
    helpline.say("чужой телефон")
    helpline.say("мамин")
    assert helpline.triage.seen == []
    assert discretion(helpline).phone == "shared"


def test_discreet_works_with_rasa_down_while_quiet_and_while_held(helpline: Helpline, counsellor: int) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    helpline.say("1")
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    assert helpline.say("gizli") == helpline.text("discreet_phone")
    assert helpline.press("discreet:phone:own") == helpline.text("discreet_when")
    ended = helpline.press("discreet:when:never")
    assert ended[:-1] == helpline.text("discreet_panic")
    assert discretion(helpline) == Discretion("own", 0, 0)


def test_discreet_settings_are_changed_one_by_one_and_removed(helpline: Helpline) -> None:
    for code in ("discreet:start", "discreet:phone:own", "discreet:when:day"):
        helpline.press(code)
    helpline.say("Qarpız")
    shown = {"phone": "başqası baxmır", "when": "8:00-22:00", "word": "var"}
    assert helpline.say("gizli") == texts(helpline, "discreet_now", **shown)
    helpline.press("discreet:phone")
    changed = helpline.press("discreet:phone:shared")
    assert changed == texts(helpline, "discreet_shared", "discreet_now", **{**shown, "phone": "başqası da baxır"})
    helpline.press("discreet:word:remove")
    assert discretion(helpline) == Discretion("shared")
    helpline.press("discreet:clear")
    assert discretion(helpline) == Discretion()


def test_discreet_code_of_an_older_version_goes_to_the_dialogue(helpline: Helpline) -> None:
    helpline.press("discreet:telepathy")
    assert helpline.dialogue.asked[0].choice == "discreet:telepathy"


# --- before something that we start


def test_before_asks_two_questions_and_goes_on(helpline: Helpline) -> None:
    assert helpline.press("discreet:before:tips:on") == texts(helpline, "discreet_phone")
    assert helpline.say("общий") == texts(helpline, "discreet_shared", "discreet_when")
    assert helpline.say("17-20") == texts(helpline, "discreet_kept", "tips_shared")
    assert discretion(helpline) == Discretion("shared", 17, 20)


def test_before_goes_on_at_once_when_the_phone_is_known(helpline: Helpline) -> None:
    for code in ("discreet:phone", "discreet:phone:own"):
        helpline.press(code)
    assert helpline.press("discreet:before:tips:on") == texts(helpline, "discreet_kept", "tips_on")


def test_before_goes_on_with_the_usual_hours_when_they_are_passed_over(helpline: Helpline) -> None:
    helpline.press("discreet:before:tips:on")
    helpline.press("discreet:phone:own")
    assert helpline.say("keç") == texts(helpline, "discreet_kept", "tips_on")


def test_before_starts_nothing_on_a_phone_that_was_not_told(helpline: Helpline) -> None:
    helpline.press("discreet:before:tips:on")
    assert helpline.say("keç") == texts(helpline, "discreet_before_skipped")
    assert helpline.conversation().asking is None


def test_before_offers_but_does_not_start_for_who_wants_nothing_first(helpline: Helpline) -> None:
    helpline.press("discreet:before:tips:on")
    helpline.press("discreet:phone:own")
    assert helpline.press("discreet:when:never") == texts(helpline, "discreet_never")
    assert helpline.conversation().open_choices == ("tips:on", "menu")


def test_menu_is_no_line_of_an_sms(helpline: Helpline) -> None:
    for code in ("discreet:before:tips:on", "discreet:phone:own", "discreet:when:never"):
        helpline.press(code, **SMS)
    assert helpline.conversation().open_choices == ("tips:on",)


def test_before_offers_a_choice_that_no_matter_owns(helpline: Helpline) -> None:
    for code in ("discreet:before:topic:tantrums", "discreet:phone:own", "discreet:when:day"):
        said = helpline.press(code)
    assert said == texts(helpline, "discreet_kept")
    assert helpline.conversation().open_choices == ("topic:tantrums",)


# --- the code word is kept nowhere


def test_code_word_is_kept_as_a_hash_alone(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    helpline.say("Qarpız")
    with helpline.database.reading() as db:
        kept = db.execute(select(conversations.c.code_word)).scalar_one()
        bodies = db.execute(select(messages.c.body, messages.c.finding).order_by(messages.c.id)).all()
    assert kept == helpline.database.vault.lookup("code:1", bare("qarpiz"))
    assert (bodies[2].body, bodies[2].finding) == (None, None)
    assert all(b"arp" not in bytes(row.body) for row in bodies if row.body)


@pytest.mark.parametrize(
    "text",
    ["ab", "17", "12345", "STOP", "kömək", "Yanında", "gizli", "bəli", "keç", "salam", "ev2", "a" * 33, "axşam", "?!"],
    ids=lambda text: f"not {text}"[:20],
)
def test_code_word_is_no_word_of_the_service(text: str) -> None:
    assert is_code_word(text, book().words) is False


@pytest.mark.parametrize("text", ["qarpız", "Малина", "ƏJDAHA", "göyqurşağı"])
def test_code_word_is_any_other_word(text: str) -> None:
    assert is_code_word(text, book().words) is True


def test_code_word_that_cannot_be_one_is_asked_for_again(helpline: Helpline) -> None:
    helpline.press("discreet:word")
    for _ in range(3):
        assert helpline.say("ab") == texts(helpline, "discreet_word_bad")
    helpline.say("qarpız")
    assert discretion(helpline).code_word is True


def test_erasure_clears_the_settings(helpline: Helpline) -> None:
    for code in ("discreet:start", "discreet:phone:shared", "discreet:when:evening"):
        helpline.press(code)
    helpline.say("qarpız")
    helpline.say("sil")
    helpline.sweep()
    assert discretion(helpline) == Discretion()
    with helpline.database.reading() as db:
        kept = db.execute(select(conversations.c.code_word, conversations.c.phone, conversations.c.write_from)).one()
    assert tuple(kept) == (None, None, None)


# --- hours and windows

HOURS = {
    "17-20": (17, 20),
    "17:00-20:00": (17, 20),
    "saat 5-dən 8-ə": (17, 20),
    "axşam 6-9": (18, 21),
    "səhər 6-8": (6, 8),
    "с 17 до 20": (17, 20),
    "с 5 до 8 вечера": (17, 20),
    "после 18": (18, 22),
    "17-dən sonra": (17, 22),
    "saat 6-ya qədər": (8, 18),
    "22-1": (22, 1),
    "9-11": (9, 11),
    "0-24": (0, 24),
    "8-8": None,
    "25-30": None,
    "20": None,
    "salam": None,
    "5 uşağım var, 3 qızdır": None,
    "мне 15 а брату 17": None,
}


@pytest.mark.parametrize(("text", "expected"), HOURS.items(), ids=HOURS)
def test_hours_are_read_as_people_type_them(text: str, expected: tuple[int, int] | None) -> None:
    assert window(text, book().words) == expected


def baku(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).replace(hour=hour - 4) if hour >= 4 else _night(day, hour)


def _night(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day - 1, hour + 20, tzinfo=UTC)


OVER_MIDNIGHT = Discretion(write_from=22, write_until=1)


@pytest.mark.parametrize(
    ("now", "told", "hour", "expected"),
    [
        (baku(2, 12), Discretion(), None, baku(2, 12)),
        (baku(2, 23), Discretion(), None, baku(3, 8)),
        (baku(2, 3), Discretion(), None, baku(2, 8)),
        (baku(2, 22), Discretion(), 9, baku(3, 9)),
        (baku(2, 9), Discretion(), 23, baku(2, 21)),
        (baku(2, 23), OVER_MIDNIGHT, None, baku(2, 23)),
        (baku(2, 0), OVER_MIDNIGHT, None, baku(2, 0)),
        (baku(2, 1), OVER_MIDNIGHT, None, baku(2, 22)),
        (baku(2, 12), OVER_MIDNIGHT, 9, baku(2, 22)),
        (baku(2, 12), Discretion(write_from=0, write_until=0), None, NEVER),
        (baku(2, 12), Discretion(write_from=0, write_until=0), 9, NEVER),
        (baku(2, 23), Discretion(write_from=0, write_until=24), None, baku(2, 23)),
    ],
    ids=[
        "inside: now",
        "late in the evening: next morning",
        "at night: this morning",
        "an hour that is over: tomorrow",
        "an hour outside: the nearest inside",
        "over midnight, before it",
        "over midnight, after it",
        "over midnight, when it has ended",
        "over midnight, an hour outside",
        "nothing first: never",
        "nothing first, with an hour: never",
        "the whole day",
    ],
)
def test_window_opens_at(now: datetime, told: Discretion, hour: int | None, expected: datetime) -> None:
    assert opens_at(now, told, hour) == expected


# --- texts


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
def test_discreet_sms_takes_two_parts_at_most(language: str, register: str) -> None:
    choices = {
        "discreet_phone": ("discreet:phone:own", "discreet:phone:shared", "discreet:skip"),
        "discreet_when": (
            *(f"discreet:when:{one}" for one in ("day", "morning", "afternoon", "evening", "never")),
            "discreet:skip",
        ),
        "discreet_word": ("discreet:word:remove", "discreet:skip"),
        "discreet_panic": ("discreet:phone", "discreet:when", "discreet:word"),
        "discreet_now": ("discreet:phone", "discreet:when", "discreet:word", "discreet:panic", "discreet:clear"),
        "discreet_never": ("topic:tantrums", "menu"),
    }
    keys = [key for key in book().keys(language) if key.startswith(("discreet_", "code_")) or key == "panic_ack"]
    values = {"phone": book().label("discreet:is:shared", language), "when": "13:00-18:00", "word": "yoxdur"}
    reader = Reader(language, register, "sms")
    sent = {key: book().render(Say(key, choices.get(key, ()), values), reader) for key in keys}
    assert {key: len(outs) for key, outs in sent.items() if len(outs) != 1} == {}
    assert {key: outs[0].text for key, outs in sent.items() if segments.count(outs[0].text).parts > 2} == {}


def test_button_of_the_panic_word_is_a_choice_too(helpline: Helpline) -> None:
    assert helpline.say("", kind=Kind.CHOICE, choice="panic") == texts(helpline, "panic_ack")


@pytest.mark.parametrize("cry", ["спаси", "больно", "təhlükədəyəm", "öldürəcək"])
def test_cry_is_no_code_word(helpline: Helpline, cry: str) -> None:
    helpline.press("discreet:word")
    assert helpline.say(cry)[0] in (
        helpline.text("help_card", language="az", register="adult")[0],
        helpline.text("help_card", language="ru", register="adult")[0],
    )
    assert helpline.conversation().discretion.code_word is False


def test_what_the_bot_offered_is_over_when_a_counsellor_takes_the_case(helpline: Helpline, counsellor: int) -> None:
    helpline.say("insan")
    helpline.press("discreet:start")
    case = helpline.case()
    assert case is not None
    helpline.desk.take(case.id, counsellor)
    assert (helpline.conversation().open_choices, helpline.conversation().asking) == ((), None)
    helpline.send_all()
    assert helpline.press("discreet:word") == []
