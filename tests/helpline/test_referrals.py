"""Referrals: nothing leaves without consent or two people, nobody sees more than their role, and the person is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from helpline.accounts import Account, Role
from helpline.conversations import CaseState
from helpline.ports import NotFound
from helpline.referral_answers import ReferralAnswers
from helpline.referral_desk import ReferralDesk, ReferralRoom
from helpline.referral_table import table
from helpline.referrals import (
    Call,
    Consent,
    ConsentInvalid,
    How,
    Loop,
    NeedsAnother,
    NoSuchService,
    NotNow,
    NotShareable,
    QuotesThePerson,
    ReasonMissing,
    Referral,
    ReferralState,
    Suspicion,
    Told,
    Unverified,
    Wanted,
    Who,
)
from store.referral_tables import referrals
from store.tables import case_events, cases, conversations, counsellors, outbox
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"
COMMISSION, CENTRE, SCHOOL = "commission_barda", "support_centre_goranboy", "school_barda"
EVERY = ("pseudonym", "age_band", "language", "district", "risks", "summary", "safe_contact", "place")
WANTED = Wanted(
    ("safety", "visit"), EVERY, ("physical_violence",), {"summary": "evdə zorakılıq", "safe_contact": "17-dən sonra"}
)


class House:
    """A child's case held by a counsellor, a supervisor, and a focal point of the commission of Bərdə."""

    def __init__(self, helpline: Helpline, **sender: str) -> None:
        self.helpline = helpline
        helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
        helpline.say(SAID, **sender)
        self.counsellor = self.account("counsellor-1", Role.COUNSELLOR)
        self.other = self.account("counsellor-2", Role.COUNSELLOR)
        self.supervisor = self.account("supervisor-1", Role.SUPERVISOR)
        self.focal = self.account("focal-1", Role.FOCAL_POINT, COMMISSION)
        helpline.desk.take(1, self.counsellor.id)
        helpline.desk.reply(1, self.counsellor.id, "buradayam", "k")
        self.set(district="barda", audience="child", age_band="11-14", phone="own")
        self.room = ReferralRoom(helpline.database, helpline.book, helpline.clock, helpline.bell, table())
        self.desk, self.answers = ReferralDesk(self.room), ReferralAnswers(self.room)
        helpline.send_all()

    def account(self, name: str, role: Role, agency: str | None = None) -> Account:
        number = self.helpline.add_counsellor(name)
        with self.helpline.database.engine.begin() as db:
            here = counsellors.c.id == number
            db.execute(update(counsellors).where(here).values(role=role.value, agency=agency))
        return Account(number, name, role, "en", agency=agency)

    def set(self, **values: object) -> None:
        with self.helpline.database.engine.begin() as db:
            db.execute(update(conversations).where(conversations.c.id == 1).values(**values))

    def draft(self, service: str = COMMISSION, wanted: Wanted = WANTED) -> int:
        return self.desk.draft(1, self.counsellor, service, wanted, unverified=True).id

    def consent(self, **changes: object) -> Consent:
        agreed = Consent(
            frozenset({Who.CHILD}), How.CHAT, self.helpline.clock.now(), table().consent_version, Suspicion.YES, True
        )
        return replace(agreed, **changes)  # type: ignore[arg-type]  # names are checked by replace

    def sent(self, service: str = COMMISSION) -> int:
        number = self.draft(service)
        self.desk.send(number, self.counsellor, self.consent())
        return number

    def now(self, number: int = 1) -> Referral:
        with self.helpline.database.unit() as unit:
            return unit.referral(number)

    def events(self) -> list[str]:
        with self.helpline.database.reading() as db:
            return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))

    def step(self) -> str | None:
        with self.helpline.database.reading() as db:
            sealed = db.scalar(select(cases.c.next_step).order_by(cases.c.id.desc()).limit(1))
        return None if sealed is None else self.helpline.database.vault.texts.open(sealed)


@pytest.fixture
def house(helpline: Helpline) -> House:
    return House(helpline)


# --- what may be shared


def test_draft_keeps_only_what_the_role_of_the_recipient_sees(house: House) -> None:
    with pytest.raises(NotShareable):
        house.draft(SCHOOL)
    house.draft(SCHOOL, Wanted(("school_support",), ("pseudonym", "age_band", "language", "safe_contact")))
    assert house.now().wanted == Wanted(
        ("school_support",), ("pseudonym", "age_band", "language", "needs", "safe_contact"), (), {"safe_contact": ""}
    )


def test_recipient_gets_exactly_the_agreed_fields_as_they_were_when_it_left(house: House) -> None:
    house.sent()
    house.set(district="ganja")
    pseudonym = house.helpline.conversation().pseudonym
    assert house.now().shared == {
        "pseudonym": pseudonym,
        "age_band": "11-14",
        "language": "az",
        "district": "barda",
        "risks": ["physical_violence"],
        "needs": ["safety", "visit"],
        "summary": "evdə zorakılıq",
        "safe_contact": "17-dən sonra",
    }


def test_what_was_typed_and_what_it_is_about_lie_sealed(house: House) -> None:
    house.sent()
    with house.helpline.database.reading() as db:
        row = db.execute(select(referrals)).mappings().one()
        told = [str(value) for value in db.scalars(select(case_events.c.detail))]
    assert all("evdə" not in str(value) and b"physical" not in bytes(str(value), "utf-8") for value in row.values())
    assert [detail for detail in told if "barda" in detail or "evdə" in detail] == []


def test_unverified_contact_needs_a_tick(house: House) -> None:
    with pytest.raises(Unverified):
        house.desk.draft(1, house.counsellor, COMMISSION, WANTED, unverified=False)


@pytest.mark.parametrize("service", ["nowhere", "umidli", "police_nowhere"])
def test_service_that_is_not_in_the_directory_is_none(house: House, service: str) -> None:
    with pytest.raises(NoSuchService):
        house.draft(service)


def test_only_the_holder_refers(house: House) -> None:
    for stranger in (house.other, house.supervisor, house.focal):
        with pytest.raises(NotFound):
            house.desk.draft(1, stranger, COMMISSION, WANTED, unverified=True)


def test_description_that_repeats_what_the_person_wrote_is_refused(house: House) -> None:
    house.helpline.say("dünən axşam yenə məni kəmərlə vurdu")
    number = house.draft()
    with pytest.raises(QuotesThePerson):
        house.desk.change(number, house.counsellor, _summary("Yazır: «Dünən axşam, yenə məni kəmərlə vurdu»."))
    house.desk.change(number, house.counsellor, _summary("Dünən axşam kəmərlə vurulub."))


# --- consent


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"who": frozenset()}, "nobody", id="nobody agreed"),
        pytest.param({"who": frozenset({Who.ADULT})}, "child", id="a child was not asked"),
        pytest.param({"who": frozenset({Who.CHILD, Who.CAREGIVER})}, "caregiver", id="a suspected caregiver was asked"),
        pytest.param(
            {"who": frozenset({Who.CHILD, Who.CAREGIVER}), "suspicion": Suspicion.UNKNOWN},
            "caregiver",
            id="nobody knows whether the caregiver is the suspected person",
        ),
        pytest.param({"version": "2020"}, "version", id="an older text was read"),
        pytest.param({"at": datetime.fromisoformat("2027-01-01T00:00:00+00:00")}, "when", id="in the future"),
        pytest.param({"at": datetime.fromisoformat("2026-09-01T00:00:00+00:00")}, "when", id="too long ago"),
    ],
)
def test_what_is_no_consent_lets_nothing_leave(house: House, changes: dict[str, object], why: str) -> None:
    number = house.draft()
    with pytest.raises(ConsentInvalid) as refused:
        house.desk.send(number, house.counsellor, house.consent(**changes))
    assert (refused.value.why, house.now().state) == (why, ReferralState.DRAFT)


def test_caregiver_beside_the_child_counts_when_none_is_suspected(house: House) -> None:
    number = house.draft()
    both = house.consent(who=frozenset({Who.CHILD, Who.CAREGIVER}), suspicion=Suspicion.NO)
    house.desk.send(number, house.counsellor, both)
    assert (house.now().state, house.now().consent) == (ReferralState.IN_PROGRESS, both)


def test_database_itself_refuses_what_rests_on_nothing(house: House) -> None:
    house.draft()
    with pytest.raises(IntegrityError), house.helpline.database.engine.begin() as db:
        db.execute(update(referrals).values(state="in_progress"))


def test_database_itself_refuses_one_person_in_both_places(house: House) -> None:
    house.draft()
    alone = {"override_reason": "life_in_danger", "override_asked_by": 1, "override_agreed_by": 1}
    with pytest.raises(IntegrityError), house.helpline.database.engine.begin() as db:
        db.execute(update(referrals).values(**alone))


def test_due_date_is_our_patience_where_the_directory_says_nothing(house: House) -> None:
    house.sent()
    assert house.now().due_at == house.helpline.clock.now() + timedelta(hours=24)


def test_consent_text_goes_to_the_person_and_the_answer_is_noted(house: House) -> None:
    number = house.draft()
    house.desk.ask_consent(number, house.counsellor, "k1")
    house.desk.ask_consent(number, house.counsellor, "k1")
    asked = house.helpline.send_all()
    assert len(asked) == 1
    assert "Uşaq hüquqlarının müdafiəsi üzrə komissiya, Bərdə" in asked[0]
    assert house.helpline.press(f"referral:agree:{number}") == house.helpline.text("referral_agreed")
    assert (house.now().answer, house.now().state) == (True, ReferralState.DRAFT)


def test_no_in_the_chat_is_no_consent_in_the_chat(house: House) -> None:
    number = house.draft()
    house.desk.ask_consent(number, house.counsellor, "k1")
    house.helpline.press(f"referral:disagree:{number}")
    with pytest.raises(ConsentInvalid) as refused:
        house.desk.send(number, house.counsellor, house.consent())
    assert refused.value.why == "said_no"
    house.desk.send(number, house.counsellor, house.consent(how=How.PHONE))
    assert house.now().state is ReferralState.IN_PROGRESS


def test_answer_to_a_draft_that_changed_is_asked_again(house: House) -> None:
    number = house.draft()
    house.desk.ask_consent(number, house.counsellor, "k1")
    house.helpline.press(f"referral:agree:{number}")
    house.desk.change(number, house.counsellor, replace(WANTED, fields=("needs",)))
    house.helpline.press(f"referral:agree:{number}")
    assert house.now().answer is None


def test_press_of_another_person_is_no_answer(house: House) -> None:
    number = house.draft()
    house.desk.ask_consent(number, house.counsellor, "k1")
    house.helpline.press(f"referral:agree:{number}", address="700000099")
    assert house.now().answer is None


# --- without consent


def test_two_people_let_it_go_without_consent_and_the_child_is_to_be_told(house: House) -> None:
    number = house.draft()
    house.desk.ask_override(number, house.counsellor, "life_in_danger", "bıçaqla hədələyir")
    assert house.now().state is ReferralState.WAITING
    with pytest.raises(NotFound):
        house.answers.viewed(number, house.focal)
    house.desk.agree_override(number, house.supervisor)
    assert (house.now().state, house.now().told) == (ReferralState.IN_PROGRESS, Told.OPEN)
    house.answers.told(number, house.counsellor, Told.TOLD)
    assert house.now().told is Told.TOLD


def test_who_asked_to_go_without_consent_does_not_agree_to_it(house: House) -> None:
    with house.helpline.database.engine.begin() as db:
        db.execute(update(cases).values(holder_id=house.supervisor.id))
    number = house.desk.draft(1, house.supervisor, COMMISSION, WANTED, unverified=True).id
    house.desk.ask_override(number, house.supervisor, "life_in_danger", "səbəb")
    with pytest.raises(NeedsAnother):
        house.desk.agree_override(number, house.supervisor)
    with pytest.raises(NotFound):
        house.desk.agree_override(number, house.other)
    assert house.now().state is ReferralState.WAITING


def test_override_needs_a_reason_and_can_be_declined(house: House) -> None:
    number = house.draft()
    for reason, text in (("because", "x"), ("life_in_danger", " ")):
        with pytest.raises(ReasonMissing):
            house.desk.ask_override(number, house.counsellor, reason, text)
    house.desk.ask_override(number, house.counsellor, "duty_to_report", "səbəb")
    house.desk.decline_override(number, house.supervisor)
    assert (house.now().state, house.now().override) == (ReferralState.DRAFT, None)


def test_duty_chat_hears_once_of_what_waits_for_a_decision_and_of_what_is_overdue(house: House) -> None:
    number = house.draft()
    house.desk.ask_override(number, house.counsellor, "duty_to_report", "səbəb")
    assert _alerts(house) == ["Hal 1: razılıqsız yönləndirmə ikinci şəxsin qərarını gözləyir."]
    house.desk.agree_override(number, house.supervisor)
    house.helpline.pass_(hours=25)
    assert _alerts(house)[1:] == ["Hal 1: qurum yönləndirməyə vaxtında cavab verməyib."]


def test_that_telling_is_not_safe_needs_a_reason(house: House) -> None:
    number = house.draft()
    house.desk.ask_override(number, house.counsellor, "life_in_danger", "səbəb")
    house.desk.agree_override(number, house.supervisor)
    with pytest.raises(ReasonMissing):
        house.answers.told(number, house.counsellor, Told.NOT_SAFE)
    house.answers.told(number, house.counsellor, Told.NOT_SAFE, "telefon atadadır")
    assert (house.now().told, house.now().told_text) == (Told.NOT_SAFE, "telefon atadadır")


# --- the agency


def test_agency_accepts_and_says_done_and_every_look_is_written_down(house: House) -> None:
    number = house.sent()
    for _ in range(2):
        house.answers.viewed(number, house.focal)
    house.answers.accept(number, house.focal)
    house.answers.done(number, house.focal)
    assert house.now().state is ReferralState.DONE
    assert house.events()[-4:] == ["referral_viewed", "referral_viewed", "referral_accepted", "referral_done"]


def test_another_agency_learns_nothing(house: House) -> None:
    number = house.sent()
    stranger = house.account("focal-2", Role.FOCAL_POINT, "commission_ganja")
    nobody = house.account("focal-3", Role.FOCAL_POINT, None)
    for account in (stranger, nobody, house.other):
        with pytest.raises(NotFound):
            house.answers.viewed(number, account)
        with pytest.raises(NotFound):
            house.answers.accept(number, account)


def test_draft_is_nothing_to_an_agency(house: House) -> None:
    number = house.draft()
    with pytest.raises(NotFound):
        house.answers.viewed(number, house.focal)


def test_revoked_referral_is_gone_from_the_agency_at_once(house: House) -> None:
    number = house.sent()
    house.answers.revoke(number, house.counsellor, "person_withdrew")
    with pytest.raises(NotFound):
        house.answers.viewed(number, house.focal)
    assert house.step() == house.helpline.book.text(*_step("Uşaq hüquqlarının müdafiəsi üzrə komissiya, Bərdə"))


def test_refusal_needs_a_reason_and_gives_the_case_a_next_step(house: House) -> None:
    number = house.sent()
    with pytest.raises(ReasonMissing):
        house.answers.refuse(number, house.focal, "we do not want to")
    house.answers.refuse(number, house.focal, "no_capacity", "psixoloq yoxdur")
    assert (house.now().state, house.now().end_reason) == (ReferralState.REFUSED, "no_capacity")
    assert house.step() is not None


def test_refusal_of_a_closed_case_brings_it_back(house: House) -> None:
    number = house.sent()
    _close(house)
    house.answers.refuse(number, house.focal, "not_competent")
    again = house.helpline.case()
    assert again is not None
    assert (again.id, again.state, again.level) == (2, CaseState.WAITING, Level.URGENT)


def test_two_answers_at_once_are_one(house: House) -> None:
    number = house.sent()
    house.answers.accept(number, house.focal)
    with pytest.raises(NotNow):
        house.answers.accept(number, house.focal)


def test_excluded_agency_is_not_offered_and_sees_nothing_of_what_it_was_sent(house: House) -> None:
    number = house.sent()
    house.answers.exclude(1, house.counsellor, COMMISSION)
    with pytest.raises(NotFound):
        house.answers.viewed(number, house.focal)
    with pytest.raises(NoSuchService):
        house.draft()
    offered = house.room.services.offered("barda", house.helpline.clock.now(), {COMMISSION})
    assert COMMISSION not in [service.code for service in offered.own]
    assert (house.now().state, house.now().end_reason) == (ReferralState.REVOKED, "agency_unsafe")
    house.answers.readmit(1, house.counsellor, COMMISSION)
    assert house.draft() == 2


def test_call_is_kept_with_the_office_of_who_answered(house: House) -> None:
    number = house.sent()
    house.answers.call(number, house.counsellor, Call("secretary", "will_answer", house.helpline.clock.now(), "qəbul"))
    with pytest.raises(ReasonMissing):
        house.answers.call(number, house.counsellor, Call("Mr X", "will_answer", house.helpline.clock.now()))
    with pytest.raises(NotFound):
        house.answers.call(number, house.focal, Call("secretary", "will_answer", house.helpline.clock.now()))


def test_whoever_holds_the_persons_new_case_goes_on_with_what_was_referred_before(house: House) -> None:
    number = house.sent()
    _close(house)
    house.answers.refuse(number, house.focal, "no_capacity")
    with pytest.raises(NotFound):
        house.answers.viewed(number, house.other)
    house.helpline.desk.take(2, house.other.id)
    assert house.answers.viewed(number, house.other).id == number


# --- erasure


def test_erasure_takes_the_words_and_waits_for_what_is_under_way(house: House) -> None:
    number = house.sent()
    _close(house)
    house.helpline.pass_(days=40)
    with house.helpline.database.unit() as unit:
        unit.request_erasure(1, house.helpline.clock.now())
    house.helpline.sweep()
    assert house.now().shared is not None
    house.answers.done(number, house.supervisor)
    house.helpline.sweep()
    erased = house.now()
    assert (erased.wanted, erased.shared, erased.service, erased.state) == (
        None,
        None,
        "commission",
        ReferralState.DONE,
    )
    assert erased.consent is not None
    assert erased.consent.suspicion is Suspicion.UNKNOWN


def _alerts(house: House) -> list[str]:
    """What the duty chat has about referrals, after two looks."""
    for _ in range(2):
        house.helpline.sweep()
    with house.helpline.database.reading() as db:
        mine = outbox.c.origin.startswith("alert:alert_referral")
        bodies = db.scalars(select(outbox.c.body).where(mine).order_by(outbox.c.id)).all()
    return [house.helpline.database.vault.texts.open(body) for body in bodies]


def _summary(text: str) -> Wanted:
    return replace(WANTED, texts={"summary": text})


def _step(service: str) -> tuple[object, object]:
    from helpline.phrasebook import Reader, Say

    return Say("referral_next_step", values={"service": service}), Reader("az", "adult", "telegram")


def _close(house: House) -> None:
    with house.helpline.database.engine.begin() as db:
        closed = {"state": "closed", "closed_at": house.helpline.clock.now(), "close_reason": "referred"}
        db.execute(update(cases).values(**closed))
        db.execute(update(conversations).values(quiet=False, level=0))


__all__ = ["House", "Loop"]
