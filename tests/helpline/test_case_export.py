"""A case as JSON: in the documented shape, and with nothing of a person in it that nobody asked for."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.contacts import Contacts, NewContact
from helpline.ports import NotFound
from helpline.record_ports import Talk
from helpline.resting import Resting
from helpline.wrap_up import Issue, WrapUp
from store.case_files import export_case
from store.referral_tables import referrals
from store.tables import case_events
from tests.conftest import ROOT
from tests.fakes import finding
from tests.helpline.harness import WRAPPED_UP, Helpline
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür"
WORDS = ("summary-canary", "note-canary", "talk-canary", "step-canary")
SCHEMA = json.loads((ROOT / "docs" / "case-export.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def recorded(helpline: Helpline, counsellor: int) -> Helpline:
    """An urgent case with everything that a record may have."""
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "reply-canary", "k")
    helpline.send_all()
    helpline.pass_(minutes=1)
    helpline.desk.note(1, counsellor, WORDS[1])
    contacts = Contacts(helpline.database, helpline.clock, helpline.bell)
    contacts.talked(1, counsellor, Talk("phone", "we", "school", helpline.clock.now(), WORDS[2]))
    helpline.closing.tried(1, counsellor, "message", helpline.clock.now())
    fields = {"gender": ("girl",), "age": ("12",), "vulnerable": ("poverty", "displaced")}
    issues = (Issue("violence", "physical", "self", "open"), Issue("family"))
    helpline.closing.save(1, counsellor, WrapUp("child_about_self", issues, fields, WORDS[0]))
    resting = Resting(helpline.database, helpline.clock, helpline.bell)
    resting.snooze(1, counsellor, helpline.clock.now() + timedelta(days=1), WORDS[3])
    return helpline


def export(helpline: Helpline, *, texts: bool = False, case: int = 1) -> dict[str, object]:
    return export_case(helpline.database, case, 1, helpline.clock.now(), texts=texts)


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("texts", [False, True], ids=["codes alone", "with texts"])
def test_export_fits_its_schema(recorded: Helpline, texts: bool) -> None:
    made = json.loads(json.dumps(export(recorded, texts=texts)))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(made)] == []


def test_export_has_no_word_address_or_name(recorded: Helpline) -> None:
    written = json.dumps(export(recorded), ensure_ascii=False)
    secrets = (*WORDS, TOLD, "reply-canary", "700000001", "counsellor-1")
    assert [secret for secret in secrets if secret in written] == []


def test_export_with_texts_has_counsellors_words_and_no_message(recorded: Helpline) -> None:
    written = json.dumps(export(recorded, texts=True), ensure_ascii=False)
    assert [word for word in WORDS if word not in written] == []
    assert [secret for secret in (TOLD, "reply-canary", "700000001", "counsellor-1") if secret in written] == []


def test_export_says_the_case_in_primeros_names(recorded: Helpline) -> None:
    case = export(recorded)["case"]
    assert isinstance(case, dict)
    del case["case_id_display"], case["created_at"]
    assert case == {
        "case_id": "1",
        "module_id": "primeromodule-cp",
        "status": "open",
        "case_status_reopened": False,
        "reopened_logs": [],
        "registration_date": "2026-11-02",
        "sex": "female",
        "age": 12,
        "location_current": None,
        "risk_level": "high",
        "owned_by": "worker-1",
        "previously_owned_by": None,
        "assigned_user_names": [],
        "consent_for_services": None,
        "disclosure_other_orgs": None,
        "protection_concerns": ["violence.physical", "family"],
        "services_section": [],
        "followup_subform_section": [
            {"followup_type": "attempt_message", "followup_needed_by_date": None, "followup_date": "2026-11-02"},
            {"followup_type": "next_step", "followup_needed_by_date": "2026-11-03", "followup_date": None},
        ],
        "date_closure": None,
        "closure_reason": None,
    }


def test_export_of_a_closed_and_reopened_case_says_both(recorded: Helpline, counsellor: int) -> None:
    recorded.close(1, counsellor)
    closed = export(recorded)
    assert isinstance(closed["case"], dict)
    assert isinstance(closed["helpline"], dict)
    assert (closed["case"]["status"], closed["case"]["closure_reason"]) == ("closed", "helped")
    assert closed["helpline"]["closing_signed_by"] == "worker-2"
    boss = Account(recorded.add_counsellor("supervisor-1", "supervisor"), "s", Role.SUPERVISOR, "en")
    Resting(recorded.database, recorded.clock, recorded.bell).reopen(1, boss, "again")
    again = export(recorded)["case"]
    assert isinstance(again, dict)
    assert again["reopened_logs"] == [{"reopened_date": "2026-11-02", "reopened_user": "worker-3"}]
    assert (again["owned_by"], again["previously_owned_by"]) == ("worker-3", "worker-1")


@pytest.mark.parametrize(
    ("state", "consented", "implemented"),
    [("in_progress", True, "not_implemented"), ("done", True, "implemented"), ("accepted", False, "not_implemented")],
    ids=["on its way", "done", "without consent"],
)
def test_export_has_the_referrals_that_left(recorded: Helpline, state: str, consented: bool, implemented: str) -> None:
    now = recorded.clock.now()
    consent: dict[str, object] = (
        {"consent_at": now, "consent_who": "child", "consent_how": "chat", "consent_version": "1"}
        if consented
        else {"override_asked_by": 1, "override_reason": "danger", "override_agreed_by": recorded.add_counsellor("c-2")}
    )
    row = {
        "case_id": 1,
        "conversation_id": 1,
        "service": "centre-7",
        "kind": "shelter",
        "role": "social",
        "created_by": 1,
    }
    times = {"created_at": now, "changed_at": now, "due_at": now + timedelta(days=1), "ended_at": now}
    with recorded.database.engine.begin() as db:
        db.execute(referrals.insert().values(**row, **times, **consent, reference="R1", state=state, sent_at=now))
        db.execute(referrals.insert().values(**row, **times, reference="R2", state="draft"))
    made = json.loads(json.dumps(export(recorded)))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(made)] == []
    assert (made["case"]["consent_for_services"], made["case"]["disclosure_other_orgs"]) == (consented, consented)
    (service,) = made["case"]["services_section"]
    assert (service["unique_id"], service["service_type"], service["service_provider"]) == ("R1", "shelter", "centre-7")
    assert (service["service_implemented"], service["referral_state"]) == (implemented, state)


def test_export_is_written_down(recorded: Helpline) -> None:
    export(recorded, texts=True)
    with recorded.database.reading() as db:
        row = db.execute(select(case_events).order_by(case_events.c.id.desc())).mappings().first()
    assert row is not None
    assert (row["what"], row["counsellor_id"], row["detail"]) == ("exported", 1, '{"texts":true}')


def test_export_of_an_erased_case_has_nothing_left_to_tell(recorded: Helpline) -> None:
    with recorded.database.unit() as unit:
        unit.erase(1, recorded.clock.now())
    made = export(recorded, texts=True)
    assert isinstance(made["helpline"], dict)
    assert (made["helpline"]["fields"], made["helpline"]["call_type"]) == ({}, "child_about_self")
    assert [word for word in WORDS if word in json.dumps(made)] == []
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(made)))] == []


def test_export_of_a_recorded_contact_fits_too(helpline: Helpline, counsellor: int) -> None:
    talk = Talk("in_person", "they", "person", helpline.clock.now(), "came")
    Contacts(helpline.database, helpline.clock, helpline.bell).record(
        counsellor, NewContact(talk, Level.CONCERN, "ru", "parent")
    )
    helpline.closing.save(1, counsellor, WRAPPED_UP)
    made = json.loads(json.dumps(export(helpline)))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(made)] == []
    assert (made["helpline"]["source"], made["helpline"]["channel"]) == ("in_person", "recorded")


def test_export_of_no_case_is_refused(helpline: Helpline) -> None:
    with pytest.raises(NotFound):
        export(helpline)
