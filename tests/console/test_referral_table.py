"""What data/referrals.yml may say, where a case may be referred, and the letter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from console.referral_letter import Letter, LetterTexts, pdf
from helpline.directory import read_records
from helpline.referral_consent import About, shared
from helpline.referral_services import Services
from helpline.referral_table import FILE, BadTable, Table, table
from helpline.referrals import Consent, How, Override, Referral, ReferralState, Suspicion, Wanted, Who
from tests.conftest import ROOT
from tests.helpline.harness import book
from triage.taxonomy import Risk

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ABOUT = About("K7Q2MXAB", "child", "11-14", "az", "barda", "urgent")


def services() -> Services:
    return Services(book().directory, table())


def changed(**changes: object) -> str:
    return yaml.safe_dump({**yaml.safe_load(FILE.read_text(encoding="utf-8")), **changes})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"fields": ["pseudonym", "transcript"]}, id="a field for what the person wrote"),
        pytest.param({"fields": ["pseudonym", "phone"]}, id="a field for their number"),
        pytest.param({"roles": {"police": ["secret"]}}, id="a role that sees what there is not"),
        pytest.param({"kinds": {"dost": {"role": "nobody", "hours": 1}}}, id="a kind of an unknown role"),
        pytest.param({"kinds": {"dost": {"role": "police", "hours": 0}}}, id="no patience"),
        pytest.param({"needs": []}, id="nothing to ask for"),
        pytest.param({"stale_days": "three"}, id="a word for a number"),
        pytest.param({"kinds": {"x": {"role": "police", "hours": 1, "by_district": True}}}, id="a kind without a name"),
    ],
)
def test_table_with_a_slip_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadTable):
        Table.read(changed(**changes))


@pytest.mark.parametrize("role", sorted(table().roles))
def test_recipient_sees_no_field_beyond_their_role(role: str) -> None:
    texts = {"summary": "x", "safe_contact": "y", "place": "z"}
    wanted = Wanted(("safety",), table().fields, ("neglect",), texts)
    assert set(shared(wanted, role, table(), ABOUT)) == set(table().seen_by(role))


def test_place_of_the_person_is_for_those_who_have_to_go_there() -> None:
    assert {role for role in table().roles if "place" in table().seen_by(role)} == {"police", "commission", "clinic"}
    assert [role for role in table().roles if "place" in table().ticked(role)] == []


def test_services_of_the_district_come_first_then_those_near_then_the_wide() -> None:
    offered = services().offered("barda", NOW)
    assert {service.district for service in offered.own} == {"barda"}
    assert next(service.code for service in offered.near) == "support_centre_goranboy"
    assert {service.district for service in offered.wide} == {None}


def test_person_of_unknown_district_is_offered_what_is_for_the_whole_country() -> None:
    offered = services().offered(None, NOW)
    assert (offered.own, offered.near) == ((), ())
    assert offered.wide != ()


def test_shelter_is_never_offered() -> None:
    shelters = {place.code for place in book().directory.records.places.values() if place.shelter}
    assert shelters & set(services().codes()) == set()
    assert shelters != set()


def test_unverified_record_gives_no_telephone_and_no_response_time(tmp_path: Path) -> None:
    offered = services().offered("aghdam", NOW).own
    assert {(service.verified, service.phone, service.promised) for service in offered} == {(False, None, False)}


def test_response_time_is_read_from_a_record(tmp_path: Path) -> None:
    for file in (ROOT / "data" / "services").glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    places = (tmp_path / "places.yml").read_text(encoding="utf-8")
    told = places.replace("code: support_centre_aghdam\n", "code: support_centre_aghdam\n    response_hours: 36\n")
    (tmp_path / "places.yml").write_text(told, encoding="utf-8")
    records = read_records(tmp_path)
    assert (records.places["support_centre_aghdam"].response_hours, records.places["dost_ganja"].response_hours) == (
        36,
        None,
    )


# --- the letter


def letter(**changes: object) -> Letter:
    to = services().find("commission_barda", NOW)
    wanted = Wanted(table().codes["needs"][:3], table().fields, ("neglect",), {"summary": "x" * 400, "place": "Bərdə"})
    values: dict[str, object] = {
        "shared": shared(wanted, "commission", table(), ABOUT),
        "consent": Consent(frozenset({Who.CHILD}), How.CHAT, NOW, table().consent_version, Suspicion.YES),
        "sent_at": NOW,
        "due_at": NOW + timedelta(hours=24),
        **changes,
    }
    referral = Referral(
        1, 1, 1, "R-7KQ2MXA", to.code, to.kind, to.role, ReferralState.IN_PROGRESS, 1, NOW, NOW, **values
    )  # type: ignore[arg-type]
    return Letter(referral, to)


def texts(language: str) -> LetterTexts:
    return LetterTexts.read(ROOT / "data" / "letters" / f"{language}.yml")


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("basis", ["consent", "override"])
def test_letter_with_every_field_fits_one_page_and_is_the_same_whenever_it_is_printed(
    language: str, basis: str
) -> None:
    override = Override("life_in_danger", None, 1, NOW, 2, NOW)
    one = letter() if basis == "consent" else letter(consent=None, override=override)
    made = pdf(one, texts(language), book())
    assert made.count(b"/Type /Page\n") == 1
    assert made == pdf(one, texts(language), book())


@pytest.mark.parametrize("language", ["az", "ru"])
def test_every_code_of_a_letter_has_a_word(language: str) -> None:
    known = texts(language).texts
    codes = [
        *(f"field.{name}" for name in table().fields),
        *(f"need.{code}" for code in table().codes["needs"]),
        *(f"override.{code}" for code in table().codes["override_reasons"]),
        *(f"risk.{risk.value}" for risk in Risk),
        *(f"agreed.{who.value}" for who in Who),
        *(f"how.{how.value}" for how in How),
    ]
    assert [code for code in codes if code not in known] == []
    assert known.keys() == texts("az").texts.keys()


@pytest.mark.parametrize("language", ["az", "ru", "en"])
def test_every_code_of_the_table_has_a_word_on_the_console(language: str) -> None:
    file = ROOT / "data" / "console" / language / "referrals.yml"
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    codes = [
        *(f"need.{code}" for code in table().codes["needs"]),
        *(f"referral.field.{name}" for name in table().fields),
        *(f"referral.override.{code}" for code in table().codes["override_reasons"]),
        *(f"referral.refusal.{code}" for code in table().codes["refusal_reasons"]),
        *(f"referral.revocation.{code}" for code in table().codes["revoke_reasons"]),
        *(f"referral.desk.{code}" for code in table().codes["desks"]),
        *(f"referral.outcome.{code}" for code in table().codes["outcomes"]),
        *(f"referral.state.{state.value}" for state in ReferralState),
    ]
    assert [code for code in codes if code not in known] == []
