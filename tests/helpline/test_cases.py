"""A counsellor's work on a case, and what happens when nobody does it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from helpline.cases import EmptyText
from helpline.conversations import Author, CaseState
from helpline.ports import CaseAlreadyTaken, NotFound
from language import Reader
from store.labels import read_verdicts
from store.tables import case_events, messages, notes
from tests.conftest import ROOT
from tests.fakes import finding
from tests.helpline.harness import DUTY, Helpline
from triage.assess import Triage
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür"


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    return helpline


@pytest.fixture(scope="module")
def shipped() -> tuple[Reader, Triage]:
    """The reader and the triage that people meet."""
    reader = Reader.open(ROOT)
    return reader, Triage.open(ROOT, reader)


def _events(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))


def test_case_is_taken_by_one_of_many_at_once(urgent: Helpline) -> None:
    counsellors = [urgent.add_counsellor(f"counsellor-{number}") for number in range(2, 8)]

    def attempt(counsellor: int) -> bool:
        try:
            urgent.desk.take(1, counsellor)
        except CaseAlreadyTaken:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(attempt, counsellors))
    assert sorted(taken) == [False] * 5 + [True]


def test_case_reply_reaches_the_person_once(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.send_all()
    urgent.desk.reply(1, counsellor, "  Buradayam. ", "form-1")
    urgent.desk.reply(1, counsellor, "Buradayam.", "form-1")
    assert urgent.send_all() == ["Buradayam."]


def test_case_reply_of_somebody_else_is_refused(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    other = urgent.add_counsellor("counsellor-2")
    with pytest.raises(NotFound):
        urgent.desk.reply(1, other, "Salam", "form-1")
    with pytest.raises(EmptyText):
        urgent.desk.reply(1, counsellor, "   ", "form-2")


def test_case_note_is_never_sent(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.send_all()
    urgent.desk.note(1, counsellor, "qohumu ilə danışmaq")
    assert urgent.send_all() == []
    with urgent.database.reading() as db:
        bodies = [urgent.database.vault.texts.open(body) for body in db.scalars(select(messages.c.body))]
    assert "qohumu ilə danışmaq" not in bodies


def test_case_handed_back_waits_again_and_the_person_is_told(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.send_all()
    urgent.desk.hand_back(1, counsellor)
    assert urgent.send_all() == urgent.text("handed_back")
    case = urgent.case()
    assert case is not None
    assert case.state is CaseState.WAITING


def test_case_closed_lets_the_bot_begin_anew(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.close(1, counsellor)
    conversation = urgent.conversation()
    assert (conversation.level, conversation.quiet, conversation.dialogue) == (Level.NONE, False, None)
    urgent.say("sual")
    assert urgent.dialogue.asked[-1].state is None


def test_case_events_tell_what_happened(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.desk.reply(1, counsellor, "Salam", "form-1")
    urgent.desk.hand_back(1, counsellor)
    assert _events(urgent) == ["opened", "taken", "replied", "handed_back"]


def test_message_after_a_closed_case_is_read_without_what_was_told_before_it(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.close(1, counsellor)
    urgent.pass_(minutes=30)
    urgent.say("çox sağ ol")
    urgent.say("bir də sualım var")
    assert urgent.triage.seen[-2:] == [("çox sağ ol", 0), ("bir də sualım var", 1)]


def test_thanks_after_a_closed_case_open_none(
    urgent: Helpline, counsellor: int, shipped: tuple[Reader, Triage]
) -> None:
    reader, triage = shipped
    urgent.parts = replace(urgent.parts, reader=reader, triage=triage)
    urgent.desk.take(1, counsellor)
    urgent.close(1, counsellor)
    urgent.pass_(minutes=30)
    urgent.say("çox sağ ol")
    assert (urgent.case(), urgent.conversation().level) == (None, Level.NONE)


@pytest.mark.parametrize(
    ("level", "minutes", "goes_back"),
    [
        (Level.URGENT, 4.9, False),
        (Level.URGENT, 5.1, True),
        (Level.EMERGENCY, 1.9, False),
        (Level.EMERGENCY, 2.1, True),
    ],
    ids=["urgent before five", "urgent after five", "emergency before two", "emergency after two"],
)
def test_held_case_left_unanswered_goes_back(
    helpline: Helpline, counsellor: int, level: Level, minutes: float, goes_back: bool
) -> None:
    helpline.finds(TOLD, finding(level, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "Salam", "form-1")
    helpline.send_all()
    helpline.say("burdasan?")
    helpline.pass_(minutes=minutes)
    helpline.sweep()
    case = helpline.case()
    assert case is not None
    assert (case.state is CaseState.WAITING) is goes_back
    assert (helpline.send_all() == helpline.text("holding")) is goes_back
    assert helpline.sweep().get("held_unanswered") is None


def test_held_case_answered_in_time_stays(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.desk.reply(1, counsellor, "Salam", "form-1")
    urgent.say("burdasan?")
    urgent.pass_(minutes=4)
    urgent.desk.reply(1, counsellor, "Buradayam", "form-2")
    urgent.pass_(minutes=4)
    assert urgent.sweep() == {}


def test_claim_without_a_first_word_goes_back(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.pass_(minutes=6)
    assert urgent.sweep() == {"claim_lapsed": 1}


def test_waiting_case_rings_again_when_overdue(urgent: Helpline) -> None:
    urgent.pass_(minutes=14)
    assert urgent.sweep() == {}
    urgent.pass_(minutes=2)
    assert urgent.sweep()["overdue"] == 1
    assert "overdue" not in urgent.sweep()
    urgent.send_all()
    alerts = [message for message in urgent.channels["telegram"].sent if message.address == DUTY]
    assert len(alerts) == 3  # the disclosure, the overdue case, the silence after the question


def test_silence_after_the_safety_question_alerts_once(urgent: Helpline) -> None:
    urgent.pass_(minutes=16)
    assert urgent.sweep()["silent"] == 1
    urgent.pass_(hours=2)
    assert "silent" not in urgent.sweep()


def test_erasure_waits_for_the_case_and_for_thirty_days(urgent: Helpline, counsellor: int) -> None:
    urgent.say("sil")
    assert urgent.sweep() == {}
    urgent.desk.take(1, counsellor)
    urgent.desk.note(1, counsellor, "said that father beats")
    urgent.close(1, counsellor)
    urgent.send_all()
    assert urgent.sweep() == {}
    urgent.pass_(days=31)
    urgent.send_all()
    assert urgent.sweep() == {"erased": 1}
    with urgent.database.reading() as db:
        assert set(db.scalars(select(messages.c.body))) == {None}
        assert set(db.scalars(select(notes.c.body))) == {None}


def test_erasure_without_a_disclosure_is_done_at_once(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.say("sil")
    assert helpline.sweep() == {"erased": 1}


def _told(helpline: Helpline, author: Author = Author.PERSON) -> int:
    with helpline.database.reading() as db:
        return int(db.scalars(select(messages.c.id).where(messages.c.author == author.value)).first() or 0)


def test_verdict_is_a_label_without_who_or_when(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.desk.judge(1, counsellor, _told(urgent), Level.NONE)
    urgent.desk.judge(1, counsellor, _told(urgent), Level.EMERGENCY)
    (label,) = read_verdicts(urgent.database)
    assert (label.text, label.found, label.level, label.channel) == (TOLD, Level.URGENT, Level.EMERGENCY, "telegram")
    assert label.risks == ("physical_violence",)
    case = urgent.case()
    assert case is not None
    assert case.level is Level.URGENT
    assert _events(urgent).count("judged") == 2


def test_verdict_needs_the_case_and_a_message_of_its_person(urgent: Helpline, counsellor: int) -> None:
    other = urgent.add_counsellor("counsellor-2")
    urgent.desk.take(1, counsellor)
    urgent.say("salam", address="700000002")
    with urgent.database.reading() as db:
        elsewhere = max(db.scalars(select(messages.c.id).where(messages.c.author == Author.PERSON.value)))
    for who, message in ((other, _told(urgent)), (counsellor, elsewhere), (counsellor, _told(urgent, Author.BOT))):
        with pytest.raises(NotFound):
            urgent.desk.judge(1, who, message, Level.NONE)
    assert list(read_verdicts(urgent.database)) == []


def test_verdict_of_an_erased_message_is_no_label(urgent: Helpline, counsellor: int) -> None:
    urgent.desk.take(1, counsellor)
    urgent.desk.judge(1, counsellor, _told(urgent), Level.CONCERN)
    with urgent.database.unit() as unit:
        unit.erase(1, urgent.clock.now())
    assert list(read_verdicts(urgent.database)) == []
