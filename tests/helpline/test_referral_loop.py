"""Two days after a referral the person is asked whether the service came: only where it is safe, and silence is not yes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from helpline.conversations import CaseState, OutState
from helpline.referrals import Loop, ReferralState, Told
from store.tables import case_events, cases, outbox
from tests.helpline.harness import Helpline
from tests.helpline.test_referrals import House
from triage.taxonomy import Level

NOON = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # 12:00 in Baku
COMMISSION = "commission_barda"


@pytest.fixture
def house(helpline: Helpline) -> House:
    helpline.clock.time = NOON
    return House(helpline)


def asked(house: House) -> list[str]:
    """Two days pass; return what goes out."""
    house.helpline.pass_(hours=48)
    house.helpline.sweep()
    return house.helpline.send_all()


def line(house: House) -> list[str]:
    return house.helpline.text("referral_neutral")


def _state(house: House) -> tuple[str, str | None]:
    with house.helpline.database.reading() as db:
        row = db.execute(select(outbox).where(outbox.c.origin.startswith("referral:"))).one()
    return row.state, row.code


def test_neutral_line_comes_after_two_days_and_the_question_when_it_is_answered(house: House) -> None:
    house.sent()
    house.helpline.pass_(hours=47)
    house.helpline.sweep()
    assert house.helpline.send_all() == []
    house.helpline.pass_(hours=1)
    house.helpline.sweep()
    house.helpline.sweep()
    assert house.helpline.send_all() == line(house)
    assert house.helpline.say("1") == house.helpline.text("referral_contacted")
    assert house.helpline.conversation().open_choices == (
        "referral:contacted:yes:1",
        "referral:contacted:no:1",
        "referral:contacted:other:1",
    )


def test_yes_closes_the_loop(house: House) -> None:
    house.sent()
    asked(house)
    house.helpline.say("1")
    assert house.helpline.say("1") == house.helpline.text("referral_came")
    assert (house.now().loop, house.now().ask_at) == (Loop.YES, None)


@pytest.mark.parametrize(("digit", "loop"), [("2", Loop.NO), ("3", Loop.OTHER)])
def test_no_brings_a_closed_case_back_with_the_reason(house: House, digit: str, loop: Loop) -> None:
    house.sent()
    _close(house)
    asked(house)
    house.helpline.say("1")
    house.helpline.say(digit)
    again = house.helpline.case()
    assert again is not None
    assert (again.id, again.state, again.level, house.now().loop) == (2, CaseState.WAITING, Level.URGENT, loop)
    with house.helpline.database.reading() as db:
        assert db.scalar(select(cases.c.reason).where(cases.c.id == 2)) == "referral_not_contacted"
        told = case_events.c.what == f"referral_contact_{loop.value}"
        assert list(db.scalars(select(case_events.c.case_id).where(told).order_by(case_events.c.id))) == [1, 2]
    assert house.step() is not None


def test_by_sms_every_step_is_a_digit(helpline: Helpline) -> None:
    helpline.clock.time = NOON
    sender = {"channel": "sms_twilio", "address": "+994500000001"}
    house = House(helpline, **sender)
    house.sent()
    assert asked(house) == helpline.text("referral_neutral", channel="sms_twilio")
    question = helpline.text("referral_contacted", channel="sms_twilio")[0]
    assert helpline.say("1", **sender) == [f"{question}\n1 Bəli\n2 Xeyr\n3 başqa cür"]
    assert helpline.say("2", **sender) == helpline.text("referral_did_not_come", channel="sms_twilio")
    assert house.now().loop is Loop.NO


def test_with_a_code_word_the_question_waits_for_the_word(house: House) -> None:
    house.sent()
    with house.helpline.database.unit() as unit:
        unit.set_code_word(1, "alma")
    asked(house)
    assert house.helpline.say("1") == house.helpline.text("code_ask")
    assert house.helpline.say("alma") == house.helpline.text("referral_contacted")


def test_no_hastens_the_open_case(house: House) -> None:
    house.sent()
    asked(house)
    with house.helpline.database.engine.begin() as db:
        db.execute(update(cases).values(state="waiting", holder_id=None, due_at=NOON.replace(day=20)))
    house.helpline.say("1")
    house.helpline.say("2")
    case = house.helpline.case()
    assert case is not None
    assert (case.id, case.due_at) == (1, NOON.replace(day=4, hour=10))


def test_silence_is_not_yes(house: House) -> None:
    house.sent()
    asked(house)
    house.helpline.pass_(hours=6)
    house.helpline.sweep()
    assert house.now().loop is Loop.ASKED
    house.helpline.pass_(hours=72)
    house.helpline.sweep()
    assert house.now().loop is Loop.SILENT
    assert "referral_silent" in house.events()


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"bulk_stopped": True}, id="STOP"),
        pytest.param({"hidden_at": NOON}, id="the panic word"),
        pytest.param({"write_from": 9, "write_until": 9}, id="we never write first"),
        pytest.param({"erasure_requested_at": NOON}, id="asked to be forgotten"),
    ],
)
def test_nobody_is_asked_to_whom_it_is_not_safe_to_write(house: House, values: dict[str, object]) -> None:
    house.sent()
    house.set(**values)
    assert asked(house) == []
    assert house.now().loop is Loop.NOT_SAFE


@pytest.mark.parametrize("phone", ["shared", None])
def test_phone_that_is_not_theirs_alone_needs_their_agreement(house: House, phone: str | None) -> None:
    house.set(phone=phone)
    number = house.draft()
    house.desk.send(number, house.counsellor, house.consent(may_ask=False))
    assert asked(house) == []
    assert house.now().loop is Loop.NOT_SAFE


def test_agreed_on_a_shared_phone_the_line_comes(house: House) -> None:
    house.set(phone="shared")
    house.sent()
    assert asked(house) == line(house)


def test_whoever_asked_not_to_be_written_to_is_not(house: House) -> None:
    house.sent()
    with house.helpline.database.engine.begin() as db:
        db.execute(update(cases).values(declined=True))
    assert asked(house) == []


def test_whoever_was_not_told_of_a_referral_is_not_asked_about_it(house: House) -> None:
    number = house.draft()
    house.desk.ask_override(number, house.counsellor, "life_in_danger", "səbəb")
    house.desk.agree_override(number, house.supervisor)
    assert asked(house) == []
    assert house.now().loop is Loop.WAITING
    house.answers.told(number, house.counsellor, Told.NOT_SAFE, "telefon atadadır")
    house.helpline.pass_(hours=24)
    house.helpline.sweep()
    assert house.now().loop is Loop.NOT_SAFE


def test_what_was_taken_back_is_not_asked_about(house: House) -> None:
    number = house.sent()
    house.answers.revoke(number, house.counsellor, "wrong_agency")
    assert asked(house) == []
    assert (house.now().state, house.now().loop) == (ReferralState.REVOKED, None)


def test_acceptance_moves_the_question_to_two_days_after_it(house: House) -> None:
    number = house.sent()
    house.helpline.pass_(hours=24)
    house.answers.accept(number, house.focal)
    house.helpline.pass_(hours=24)
    house.helpline.sweep()
    assert house.helpline.send_all() == []
    house.helpline.pass_(hours=24)
    house.helpline.sweep()
    assert house.helpline.send_all() == line(house)


def test_line_waits_for_the_persons_hours(house: House) -> None:
    house.set(write_from=17, write_until=19)
    house.sent()
    assert asked(house) == []
    house.helpline.pass_(hours=5)
    assert house.helpline.send_all() == line(house)


def test_said_stop_meanwhile_the_line_does_not_go(house: House) -> None:
    house.set(write_from=17, write_until=19)
    house.sent()
    asked(house)
    house.set(bulk_stopped=True)
    house.helpline.pass_(hours=5)
    assert house.helpline.send_all() == []
    assert _state(house) == (OutState.CANCELLED.value, "stopped")


def test_another_persons_press_is_no_answer(house: House) -> None:
    house.sent()
    asked(house)
    house.helpline.press("referral:contacted:yes:1", address="700000099")
    assert house.now().loop is Loop.WAITING


def _close(house: House) -> None:
    with house.helpline.database.engine.begin() as db:
        db.execute(update(cases).values(state="closed", closed_at=house.helpline.clock.now(), close_reason="referred"))
    house.set(quiet=False, level=0)
