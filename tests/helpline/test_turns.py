"""Turns from the message to the outbox, on a real database."""

from __future__ import annotations

import pytest

from helpline.conversations import CaseState
from helpline.messages import Kind
from helpline.ports import DialogueFailed
from tests.fakes import finding, says
from tests.helpline.harness import DUTY, Helpline
from triage.taxonomy import Level, Risk, Speaker
from wire import Ask


def test_turn_first_answer_says_a_bot_is_writing(helpline: Helpline) -> None:
    assert helpline.say("salam")[0] == helpline.text("greeting", register="adult")[0]


def test_turn_second_answer_does_not_introduce_again(helpline: Helpline) -> None:
    helpline.say("salam")
    assert helpline.say("menu nədir") == helpline.text("menu", register="adult")


def test_turn_redelivered_message_changes_nothing(helpline: Helpline) -> None:
    assert helpline.receive("salam", external_id="u7") is True
    assert helpline.receive("salam", external_id="u7") is False
    assert len(helpline.say("x", external_id="u8")) == 3
    assert len(helpline.dialogue.asked) == 2


def test_turn_state_goes_out_and_comes_back(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.say("salam yenə")
    assert helpline.dialogue.asked[0].state is None
    assert helpline.dialogue.asked[1].state == {"turns": 1, "model": "model-1"}


def test_emergency_opens_a_case_and_alerts_in_the_same_commit(helpline: Helpline) -> None:
    helpline.finds("kömək atam bıçaqla gəlir", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    replies = helpline.say("kömək atam bıçaqla gəlir")
    assert replies == helpline.text("emergency_violence") + helpline.text("emergency_unstaffed")
    case = helpline.case()
    assert case is not None
    assert (case.level, case.state) == (Level.EMERGENCY, CaseState.WAITING)
    assert [message.address for message in helpline.channels["telegram"].sent].count(DUTY) == 1
    assert helpline.dialogue.asked == []


def test_emergency_alert_has_no_word_of_the_person(helpline: Helpline) -> None:
    helpline.finds("gizli söz", finding(Level.EMERGENCY, Risk.SEXUAL_ABUSE))
    helpline.say("gizli söz")
    alert = next(message for message in helpline.channels["telegram"].sent if message.address == DUTY)
    assert "gizli" not in alert.text
    assert "700000001" not in alert.text


@pytest.mark.parametrize("speaker", list(Speaker), ids=lambda speaker: f"spoken by {speaker.value}")
def test_urgent_first_reply_is_for_who_speaks(helpline: Helpline, speaker: Speaker) -> None:
    helpline.finds("deyim", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE, speaker=speaker))
    register = "child" if speaker in (Speaker.CHILD_SELF, Speaker.CHILD_FRIEND) else "adult"
    expected = helpline.text(f"first_{speaker.value}_unstaffed", register=register)
    assert helpline.say("deyim") == expected + helpline.text("next_unstaffed", register=register)


def test_urgent_with_a_shift_asks_whether_they_are_safe(helpline: Helpline, counsellor: int) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    assert helpline.say("atam məni döyür") == helpline.text("first_child_self") + helpline.text("next_asking")
    assert helpline.conversation().safety_asked_at == helpline.clock.now()


@pytest.mark.parametrize(
    ("answer", "key", "level"),
    [("1", "safe_yes", Level.URGENT), ("xeyr", "safe_no", Level.EMERGENCY), ("3", "safe_unsure", Level.URGENT)],
    ids=["one keeps the level", "no raises to emergency", "three keeps the level and alerts"],
)
def test_safety_answer_means_what_was_asked(
    helpline: Helpline, counsellor: int, answer: str, key: str, level: Level
) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    assert helpline.say(answer)[0] == helpline.text(key)[0]
    case = helpline.case()
    assert case is not None
    assert case.level is level
    alerts = [message for message in helpline.channels["telegram"].sent if message.address == DUTY]
    assert len(alerts) == (1 if answer == "1" else 2)


def test_level_is_never_lowered_by_a_calm_message(helpline: Helpline) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    helpline.say("hər şey yaxşıdır")
    case = helpline.case()
    assert case is not None
    assert case.level is Level.URGENT
    assert helpline.conversation().level is Level.URGENT
    assert helpline.dialogue.asked[-1].quiet is True


def test_held_case_silences_the_bot_but_not_triage(helpline: Helpline, counsellor: int) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds("indi bıçaq götürdü", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    assert helpline.say("necəsən") == []
    assert helpline.say("indi bıçaq götürdü") == helpline.text("emergency_violence")
    assert helpline.say("indi bıçaq götürdü") == []


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("STOP", "stop_ack"),
        ("help", "help_card"),
        ("sil", "delete_ack"),
        ("9", "help_card"),
        ("Yanında", "help_card"),
        ("yaninda", "help_card"),
        ("məxfilik", "confidentiality"),
        ("çıx", "panic_ack"),
    ],
)
@pytest.mark.parametrize("held", [False, True], ids=["before a case", "while a case is held"])
def test_control_word_works_without_rasa(helpline: Helpline, counsellor: int, word: str, key: str, held: bool) -> None:
    helpline.dialogue.answer = DialogueFailed("down")
    if held:
        helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
        helpline.say("atam məni döyür")
        helpline.say("1")
        helpline.desk.take(1, counsellor)
        helpline.send_all()
    assert helpline.say(word) == helpline.text(key, register="child" if held else "adult")
    assert helpline.dialogue.asked == []


def test_control_word_inside_a_sentence_is_no_control(helpline: Helpline) -> None:
    helpline.say("stop deyirəm mənə vurma")
    assert helpline.conversation().bulk_stopped is False


def test_language_word_switches_and_stays(helpline: Helpline) -> None:
    assert helpline.say("Русский") == helpline.text("language_changed", "ru", "adult")
    helpline.say("mənə kömək lazımdır axı burada")
    assert helpline.conversation().language == "ru"


@pytest.mark.parametrize("reason", ["down", "slow", "crashed", "malformed"])
def test_rasa_failing_gives_a_safe_reply_and_one_hand_off(helpline: Helpline, reason: str) -> None:
    helpline.dialogue.answer = DialogueFailed(reason)
    assert helpline.say("sual var") == helpline.text("technical_unstaffed", register="adult")
    case = helpline.case()
    assert case is not None
    assert case.level is Level.CONCERN
    assert helpline.say("sual var yenə") == helpline.text("technical_unstaffed", register="adult")
    alerts = [message for message in helpline.channels["telegram"].sent if message.address == DUTY]
    assert len(alerts) == 1


def test_rasa_silence_is_a_failure(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says()
    assert helpline.say("sual var") == helpline.text("technical_unstaffed", register="adult")


def test_rasa_ask_is_remembered(helpline: Helpline) -> None:
    ask = Ask("remember", {"audience": "child", "age_band": "7-10", "nonsense": "x"})
    helpline.dialogue.answer = lambda request: says("profile_saved", asks=(ask,))
    helpline.say("uşağam")
    assert helpline.conversation().profile.audience == "child"
    assert helpline.conversation().profile.age_band == "7-10"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (Kind.PICTURE, "picture"),
        (Kind.VOICE, "voice_unsupported"),
        (Kind.STICKER, "sticker"),
        (Kind.LOCATION, "location"),
        (Kind.CONTACT, "contact"),
        (Kind.ATTACHMENT, "attachment"),
    ],
    ids=lambda value: value.value if isinstance(value, Kind) else value,
)
def test_kind_without_words_has_its_answer(helpline: Helpline, kind: Kind, key: str) -> None:
    assert helpline.say("", kind=kind) == helpline.text(key, register="adult")


def test_caption_of_a_picture_is_triaged(helpline: Helpline) -> None:
    helpline.finds("bax necə döyüb", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    replies = helpline.say("bax necə döyüb", kind=Kind.PICTURE)
    assert replies[0] == helpline.text("first_child_self_unstaffed")[0]
    assert replies[-1] == helpline.text("picture")[0]


def test_edited_message_that_says_nothing_new_is_not_answered(helpline: Helpline) -> None:
    helpline.say("salam")
    assert helpline.say("salam!", kind=Kind.EDITED) == []


def test_edited_message_that_discloses_is_answered(helpline: Helpline) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    assert helpline.say("atam məni döyür", kind=Kind.EDITED) != []


def test_blocked_bot_stops_the_sender(helpline: Helpline) -> None:
    helpline.receive("salam")
    helpline.take()
    helpline.receive("", kind=Kind.BLOCKED)
    assert helpline.take() is None
    assert helpline.send_all() == []


def test_concern_offers_a_person_and_opens_no_case(helpline: Helpline) -> None:
    helpline.finds("dostlarım məni ələ salır", finding(Level.CONCERN, Risk.BULLYING))
    assert helpline.say("dostlarım məni ələ salır") == helpline.text("concern_offer")
    assert helpline.case() is None
    helpline.press("person")
    case = helpline.case()
    assert case is not None
    assert case.level is Level.CONCERN


@pytest.mark.parametrize("why", ["second within seven days", "vague hint", "under twelve"])
def test_concern_opens_at_once(helpline: Helpline, why: str) -> None:
    helpline.finds("nəsə olur", finding(Level.CONCERN, *(() if why == "vague hint" else (Risk.EMOTIONAL_DISTRESS,))))
    if why == "under twelve":
        ask = Ask("remember", {"audience": "child", "age_band": "7-10"})
        helpline.dialogue.answer = lambda request: says("profile_saved", asks=(ask,))
        helpline.say("uşağam")
    if why == "second within seven days":
        helpline.say("nəsə olur")
        helpline.pass_(days=6)
    helpline.say("nəsə olur")
    assert helpline.case() is not None


def test_child_that_wants_a_person_is_due_in_fifteen_minutes(helpline: Helpline) -> None:
    helpline.finds("adamla danışım", finding(Level.CONCERN, Risk.HUMAN_REQUEST))
    helpline.say("adamla danışım")
    case = helpline.case()
    assert case is not None
    assert (case.due_at - helpline.clock.now()).total_seconds() == 15 * 60


def test_sms_digit_means_what_was_offered(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says("menu", choices=("topic:tantrums", "menu"))
    helpline.say("salam", channel="sms_twilio", address="+994500000001")
    helpline.say("1", channel="sms_twilio", address="+994500000001")
    assert helpline.dialogue.asked[-1].choice == "topic:tantrums"


def test_turn_of_a_dead_worker_is_taken_again_after_its_lease(helpline: Helpline) -> None:
    helpline.receive("salam")
    with helpline.database.unit() as unit:
        assert unit.lease_turn("dead", helpline.clock.now(), __import__("helpline.turns").turns.LEASE) is not None
    assert helpline.take() is None
    helpline.pass_(seconds=31)
    assert helpline.take() is not None
    assert len(helpline.send_all()) == 2


def test_turn_that_fails_again_and_again_goes_to_people(helpline: Helpline) -> None:
    def explode(_request: object) -> None:
        raise ZeroDivisionError

    helpline.dialogue.answer = explode  # type: ignore[assignment]
    helpline.receive("zəhərli mesaj")
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            helpline.take()
        helpline.pass_(seconds=31)
    taken = helpline.take()
    assert taken is not None
    assert taken.outcome == "unanswerable"
    assert helpline.send_all() == helpline.text("technical_unstaffed", register="adult")
    assert helpline.case() is not None


@pytest.mark.parametrize(
    ("word", "key"),
    [("9", "help_card"), ("menyu", "menu"), ("nəfəs", "breathing"), ("səhv başa düşdünüz", "misunderstood_ack")],
)
def test_control_word_after_a_disclosure_is_read_without_what_came_before(
    helpline: Helpline, word: str, key: str
) -> None:
    helpline.finds("məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("məni döyür")
    said = helpline.say(word)
    assert helpline.triage.seen[-1] == (word, 0)
    assert said == helpline.text(key)


def test_digit_after_another_offer_does_not_answer_the_safety_question(helpline: Helpline, counsellor: int) -> None:
    helpline.finds("məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    sms = {"channel": "sms_twilio", "address": "+994500000001"}
    helpline.say("məni döyür", **sms)
    helpline.say("9", **sms)
    assert helpline.say("1", **sms) == helpline.text("person_staffed", channel="sms_twilio")
    assert helpline.conversation().safety_asked_at is not None
    assert helpline.say("xeyr", **sms)[0] == helpline.text("safe_no", channel="sms_twilio")[0]


def test_bare_digit_is_read_without_what_was_told_before(helpline: Helpline) -> None:
    helpline.finds("məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("məni döyür")
    helpline.say("1")
    assert helpline.triage.seen[-1] == ("1", 0)


def test_name_of_a_pressed_button_is_no_message(helpline: Helpline) -> None:
    helpline.finds("Evdə məni döyürlər", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("Evdə məni döyürlər", kind=Kind.CHOICE, choice="item:B08")
    assert helpline.case() is None
    assert helpline.triage.seen == []
