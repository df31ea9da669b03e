"""The queue with teeth: taking what fits, claims that lapse, the alarm that climbs, what the person is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpline.accounts import Account, Role
from helpline.alerts import Duty
from helpline.conversations import CaseState
from helpline.messages import Kind
from helpline.queueing import Turned
from helpline.shift_planning import ShiftPlanning
from helpline.taking import Taking
from store.accounts import Accounts
from store.database import Database
from store.tables import case_events, cases, conversations, counsellors
from tests.conftest import FrozenClock
from tests.fakes import finding, says
from tests.helpline.harness import DUTY, Helpline
from triage.taxonomy import Level, Risk, Speaker
from wire import Ask

TOLD = "atam məni döyür"
WISH = "insanla danışmaq istəyirəm"
PHONE = "+994500000001"
NIGHT = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)  # 21:00 in Baku
SMS = {"channel": "sms_twilio", "address": "+994500000009"}


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    made = Helpline(database, clock)
    made.parts = replace(made.parts, phone=Duty("sms_twilio", PHONE))
    made.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    made.finds("kömək", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    made.finds(WISH, finding(Level.NONE, Risk.HUMAN_REQUEST, speaker=Speaker.CHILD_SELF))
    return made


def colleague(helpline: Helpline, name: str = "first", **about: object) -> Account:
    """Somebody who is on."""
    number = Accounts(helpline.database, helpline.clock).add(name, "counsellor", "a long password", "az", **about)
    helpline.on_shift(number)
    fields = {"speaks": "az ru", "gender": None, "capacity": 4, **about}
    return Account(
        number,
        name,
        Role.COUNSELLOR,
        "az",
        speaks=tuple(str(fields["speaks"]).split()),
        gender=fields["gender"],  # type: ignore[arg-type]
        capacity=int(str(fields["capacity"])),
    )


def take_next(helpline: Helpline, account: Account, key: str = "") -> int | Turned:
    return Taking(helpline.database, helpline.book, helpline.clock, helpline.bell).next(account, key)


def events(helpline: Helpline, case: int = 1) -> list[str]:
    with helpline.database.reading() as db:
        query = select(case_events.c.what).where(case_events.c.case_id == case).order_by(case_events.c.id)
        return list(db.scalars(query))


def alerts(helpline: Helpline, channel: str, to: str) -> list[str]:
    helpline.send_all()
    return [message.text for message in helpline.channels[channel].sent if message.address == to]


def measured(helpline: Helpline, minutes: float, level: Level = Level.URGENT, many: int = 5) -> None:
    """So many cases of the last days waited so long for a first word."""
    now = helpline.clock.now() - timedelta(days=1)
    for number in range(many):
        helpline.say("salam", address=f"71000000{number}")
        with helpline.database.unit() as unit:
            person = unit.open_conversation("telegram", f"71000000{number}", now).id
            case = unit.open_case(person, level, now, now, "urgent").id
            unit.answered(case, now + timedelta(minutes=minutes))
            unit.close_case(case, "helped", now)


# --- taking


def test_next_case_is_in_a_language_that_the_counsellor_speaks(helpline: Helpline) -> None:
    russian = colleague(helpline, "russian", speaks="ru")
    azerbaijani = colleague(helpline, "azerbaijani", speaks="az")
    helpline.say(TOLD)
    assert take_next(helpline, russian) == Turned.FOR_OTHERS
    assert take_next(helpline, azerbaijani) == 1


def test_case_that_nobody_on_shift_fits_goes_to_anybody_after_a_while(helpline: Helpline) -> None:
    russian = colleague(helpline, "russian", speaks="ru")
    helpline.say(TOLD)
    assert take_next(helpline, russian) == Turned.FOR_OTHERS
    helpline.pass_(minutes=5)
    helpline.on_shift(russian.id)
    assert take_next(helpline, russian) == 1


def test_nobody_takes_more_than_they_may_hold_but_an_emergency(helpline: Helpline) -> None:
    busy = colleague(helpline, capacity=1)
    for address, said in (("1", TOLD), ("2", TOLD), ("3", "kömək")):
        helpline.say(said, address=address)
    assert [take_next(helpline, busy) for _ in range(2)] == [3, Turned.FULL]


def test_who_rests_takes_nothing(helpline: Helpline) -> None:
    tired = colleague(helpline)
    helpline.say("kömək")
    with helpline.database.unit() as unit:
        unit.rest(tired.id, helpline.clock.now() + timedelta(minutes=15))
    assert take_next(helpline, tired) == Turned.RESTING


def test_form_posted_twice_takes_one_case(helpline: Helpline) -> None:
    account = colleague(helpline)
    helpline.say(TOLD)
    helpline.say(TOLD, address="2")
    assert [take_next(helpline, account, "form-1") for _ in range(2)] == [1, 1]
    assert take_next(helpline, account, "form-2") == 2


def test_many_at_once_take_each_case_once(helpline: Helpline) -> None:
    accounts = [colleague(helpline, f"colleague {number}") for number in range(6)]
    for number in range(4):
        helpline.say(TOLD, address=str(number))
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda account: take_next(helpline, account), accounts))
    assert sorted(each for each in found if isinstance(each, int)) == [1, 2, 3, 4]
    assert found.count(Turned.EMPTY) == 2


# --- a claim without a word


def test_claim_without_a_first_word_lapses_and_everybody_is_told(helpline: Helpline) -> None:
    account = colleague(helpline)
    helpline.say("kömək")
    take_next(helpline, account)
    helpline.send_all()
    helpline.pass_(minutes=2.9)
    assert helpline.sweep() == {}
    helpline.pass_(minutes=0.2)
    assert helpline.sweep() == {"claim_lapsed": 1}
    case = helpline.case()
    assert case is not None
    assert case.state is CaseState.WAITING
    assert helpline.send_all() == helpline.text("holding")
    assert alerts(helpline, "telegram", DUTY)[-1].startswith("Hal 1 götürülüb")
    assert events(helpline)[-1] == "claim_lapsed"


def test_message_to_who_took_an_emergency_waits_two_minutes_though_the_claim_lasts_three(helpline: Helpline) -> None:
    account = colleague(helpline)
    helpline.say("kömək")
    take_next(helpline, account)
    helpline.pass_(seconds=10)
    helpline.say("burdasan?")
    helpline.pass_(seconds=121)
    assert helpline.sweep() == {"held_unanswered": 1}


def test_first_word_is_kept_and_ends_the_claim(helpline: Helpline) -> None:
    account = colleague(helpline)
    helpline.say(TOLD)
    take_next(helpline, account)
    helpline.pass_(minutes=1)
    first = helpline.clock.now()
    helpline.desk.reply(1, account.id, "Salam", "form-1")
    helpline.pass_(minutes=1)
    helpline.desk.reply(1, account.id, "Buradayam", "form-2")
    helpline.pass_(minutes=6)
    assert helpline.sweep() == {}
    with helpline.database.reading() as db:
        assert db.scalars(select(cases.c.first_reply_at)).all() == [first]


# --- nobody took it


def test_alarm_climbs_by_day_each_rung_once(helpline: Helpline) -> None:
    account = colleague(helpline)
    helpline.say(TOLD)
    heard = []
    for minutes in (15.1, 0.1, 10, 0.1, 10, 0.1):
        helpline.pass_(minutes=minutes)
        helpline.on_shift(account.id)
        heard.append(helpline.sweep().get("overdue", 0))
    assert heard == [1, 0, 1, 0, 1, 0]
    told = [text for text in alerts(helpline, "telegram", DUTY) if text.startswith("Hal 1")]
    assert [
        text.split(". ")[0].removeprefix("Hal 1 ") for text in told if "götürülməyib" in text or "götürməyib" in text
    ] == [
        "vaxtında götürülməyib",
        "hələ götürülməyib",
        "gözləyir, heç kim götürməyib",
    ]
    assert alerts(helpline, "sms_twilio", PHONE) == ["Hal 1 gözləyir, heç kim götürməyib. Konsolu açın."]


def test_alarm_goes_on_where_it_was_after_a_stop(helpline: Helpline) -> None:
    account = colleague(helpline)
    helpline.say(TOLD)
    helpline.pass_(minutes=15.1)
    helpline.on_shift(account.id)
    helpline.sweep()
    helpline.pass_(minutes=40)
    helpline.on_shift(account.id)
    assert (helpline.sweep()["overdue"], helpline.sweep().get("overdue")) == (1, None)
    assert len(alerts(helpline, "sms_twilio", PHONE)) == 1


def test_phone_rings_at_once_when_nobody_is_there(helpline: Helpline) -> None:
    helpline.clock.time = NIGHT
    helpline.say(TOLD)
    assert len(alerts(helpline, "sms_twilio", PHONE)) == 1
    helpline.pass_(minutes=15.1)
    helpline.sweep()
    assert len(alerts(helpline, "sms_twilio", PHONE)) == 1
    helpline.pass_(minutes=60)
    helpline.sweep()
    helpline.pass_(minutes=60)
    helpline.sweep()
    assert len(alerts(helpline, "sms_twilio", PHONE)) > 1


def test_alarm_has_no_word_of_the_person(helpline: Helpline) -> None:
    helpline.clock.time = NIGHT
    helpline.say(TOLD)
    for minutes in (16, 20, 60):
        helpline.pass_(minutes=minutes)
        helpline.sweep()
    helpline.send_all()
    sent = [message for channel in helpline.channels.values() for message in channel.sent]
    assert [message.text for message in sent if message.address in (DUTY, PHONE) and "döy" in message.text] == []


# --- what the person is told


def test_receipt_tells_the_wait_that_was_measured(helpline: Helpline) -> None:
    measured(helpline, 7)
    colleague(helpline)
    _first, second = helpline.say(TOLD)
    assert second.startswith("Bunu məsləhətçi görəcək, o, insandır. Son günlər cavab adətən 10 dəqiqəyə gəlir")
    with helpline.database.reading() as db:
        expected_at = db.scalars(select(cases.c.expected_at).where(cases.c.state == "waiting")).one()
    assert expected_at == helpline.clock.now() + timedelta(minutes=10)


def test_receipt_says_nothing_of_a_wait_that_nobody_knows(helpline: Helpline) -> None:
    colleague(helpline)
    assert helpline.say(TOLD)[1] == helpline.text("next_asking")[0]
    with helpline.database.reading() as db:
        assert db.scalars(select(cases.c.expected_at)).all() == [None]


def test_emergency_gets_no_receipt_and_no_choice(helpline: Helpline) -> None:
    measured(helpline, 1, Level.EMERGENCY)
    colleague(helpline, "woman", gender="woman")
    colleague(helpline, "man", gender="man")
    assert helpline.say("kömək") == helpline.text("emergency_violence") + helpline.text("emergency_staffed")


@pytest.mark.parametrize(("minutes", "key"), [(9, "wait_missed"), (11, "wait_missed_neutral")])
def test_missed_wait_is_told_once_and_late_without_telling_anything(
    helpline: Helpline, minutes: float, key: str
) -> None:
    measured(helpline, 4)
    account = colleague(helpline)
    helpline.say(TOLD)
    helpline.pass_(minutes=minutes)
    helpline.on_shift(account.id)
    assert helpline.sweep()["wait_missed"] == 1
    assert helpline.send_all() == helpline.text(key)
    helpline.pass_(hours=1)
    assert "wait_missed" not in helpline.sweep()


def test_missed_wait_is_not_told_after_the_panic_word(helpline: Helpline) -> None:
    measured(helpline, 4)
    colleague(helpline)
    helpline.say(TOLD)
    helpline.say("çıx")
    helpline.pass_(minutes=9)
    assert "wait_missed" not in helpline.sweep()
    assert helpline.send_all() == []


def test_taken_case_is_told_nothing_of_waiting(helpline: Helpline) -> None:
    measured(helpline, 4)
    account = colleague(helpline)
    helpline.say(TOLD)
    case = take_next(helpline, account)
    assert isinstance(case, int)
    helpline.desk.reply(case, account.id, "Salam", "form-1")
    helpline.pass_(minutes=9)
    assert "wait_missed" not in helpline.sweep()


def planned(helpline: Helpline, day: str, begins: str, ends: str) -> Account:
    """A shift of somebody who is not on yet."""
    account = colleague(helpline, "tomorrow's")
    with helpline.database.engine.begin() as db:
        db.execute(update(counsellors).where(counsellors.c.id == account.id).values(seen_at=None))
    ShiftPlanning(helpline.database, helpline.clock, helpline.bell).add(account.id, day, begins, ends)
    return account


def test_night_is_told_when_the_planned_shift_begins_with_numbers_and_a_plan(helpline: Helpline) -> None:
    helpline.clock.time = NIGHT
    planned(helpline, "2026-11-03", "08:30", "14:00")
    helpline.say(TOLD)
    said = [message for message in helpline.channels["telegram"].sent if message.address != DUTY]
    assert "102" in said[0].text
    assert said[1].text.startswith("İndi növbədə heç kim yoxdur. Növbə plan üzrə başlayır: sabah, saat 08:30.")
    assert [choice.code for choice in said[1].choices] == ["safety_plan", "breathing"]
    assert "after_hours" in events(helpline)


def test_night_without_a_planned_shift_names_no_hour(helpline: Helpline) -> None:
    helpline.clock.time = NIGHT
    assert helpline.say(TOLD)[1] == helpline.text("next_unstaffed")[0]


def test_child_who_wished_for_a_person_at_night_is_first_and_due_when_the_shift_begins(helpline: Helpline) -> None:
    helpline.clock.time = NIGHT
    account = planned(helpline, "2026-11-03", "08:30", "14:00")
    helpline.say(WISH)
    helpline.clock.time = datetime(2026, 11, 3, 4, 31, tzinfo=UTC)
    helpline.on_shift(account.id)
    helpline.say(WISH, address="2")
    with helpline.database.unit() as unit:
        due_at = unit.case(1).due_at
    assert due_at == datetime(2026, 11, 3, 4, 45, tzinfo=UTC)
    assert take_next(helpline, account) == 1


# --- a woman or a man


def both(helpline: Helpline) -> tuple[Account, Account]:
    return colleague(helpline, "woman", gender="woman"), colleague(helpline, "man", gender="man")


def test_choice_of_a_woman_or_a_man_leads_to_her_or_him(helpline: Helpline) -> None:
    woman, man = both(helpline)
    helpline.say(WISH)
    said = [message for message in helpline.channels["telegram"].sent if message.address != DUTY]
    assert [choice.code for choice in said[-1].choices] == ["wants:woman", "wants:man"]
    assert helpline.press("wants:woman") == helpline.text("wish_woman")
    assert take_next(helpline, man) == Turned.FOR_OTHERS
    assert take_next(helpline, woman) == 1


def test_choice_is_not_offered_where_there_is_only_one_of_them(helpline: Helpline) -> None:
    colleague(helpline, "woman", gender="woman")
    helpline.say(WISH)
    assert [message.choices for message in helpline.channels["telegram"].sent if message.address != DUTY] == [()]


def test_choice_may_be_taken_back(helpline: Helpline) -> None:
    _woman, man = both(helpline)
    helpline.say(WISH)
    helpline.press("wants:woman")
    assert helpline.press("wants:any") == helpline.text("wish_any")
    assert take_next(helpline, man) == 1


def test_unknown_choice_changes_nothing(helpline: Helpline) -> None:
    both(helpline)
    helpline.say(WISH)
    helpline.say("", kind=Kind.CHOICE, choice="wants:nobody' --")
    with helpline.database.reading() as db:
        assert db.scalars(select(conversations.c.wants_counsellor)).all() == [None]


def test_choice_by_sms_stays_within_two_parts(helpline: Helpline) -> None:
    both(helpline)
    measured(helpline, 4, Level.CONCERN)
    helpline.say(WISH, **SMS)
    sent = [message.text for message in helpline.channels["sms_twilio"].sent if message.address == SMS["address"]]
    assert sent[-1].splitlines()[-2:] == ["1 qadın yazsın", "2 kişi yazsın"]
    assert len(sent) == 1
    assert len(sent[0]) <= 134


def test_erasure_forgets_the_choice(helpline: Helpline) -> None:
    both(helpline)
    helpline.say(WISH)
    helpline.press("wants:man")
    with helpline.database.unit() as unit:
        unit.erase(1, helpline.clock.now())
    with helpline.database.reading() as db:
        assert db.scalars(select(conversations.c.wants_counsellor)).all() == [None]


def test_night_time_of_a_guide_counts_from_when_the_shift_begins(helpline: Helpline) -> None:
    helpline.clock.time = NIGHT
    planned(helpline, "2026-11-03", "08:30", "14:00")
    asked = Ask("hand_off", {"reason": "report", "level": "concern", "due": "120", "answers": ""})
    helpline.dialogue.answer = lambda request: says("guide_help_now_end", asks=(asked,))
    helpline.say("salam")
    with helpline.database.unit() as unit:
        assert unit.case(1).due_at == datetime(2026, 11, 3, 6, 30, tzinfo=UTC)
