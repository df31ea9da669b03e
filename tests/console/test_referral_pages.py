"""The pages of referrals: for the holder, the supervisor and the agency; and what nobody else learns."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from store.referral_tables import referrals
from store.tables import case_events, conversations, counsellors
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"
COMMISSION = "commission_barda"
HOSTILE = "<b>&'\"--"
SHOWN = 'class="referral"'
FIELDS = ["pseudonym", "age_band", "language", "risks", "summary", "safe_contact"]


class Room:
    """A child's case with counsellor-1; drafts and referrals are made through the pages."""

    def __init__(self, console: Console) -> None:
        self.console = console
        console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
        console.helpline.say(SAID)
        with console.helpline.database.engine.begin() as db:
            db.execute(update(conversations).values(district="barda", audience="child", age_band="11-14"))
        self.holder = console.counsellor("counsellor-1").post("/cases/1/take")

    def agency(self, name: str, service: str | None) -> Person:
        person = self.console.counsellor(name, "focal_point")
        with self.console.helpline.database.engine.begin() as db:
            db.execute(update(counsellors).where(counsellors.c.name == name).values(agency=service))
        return person.open("/referrals")

    def drafted(self, service: str = COMMISSION, **fields: str) -> Person:
        form = {"service": service, "needs": "safety", "unverified": "yes", **fields}
        return self.holder.open("/referrals/new/1").post("/referrals/new/1", **form)

    def sent(self) -> Person:
        self.drafted()
        return self.holder.post("/referrals/1/send", **self.consent())

    def consent(self) -> dict[str, str]:
        version = re.search(r'name="version" value="([^"]+)"', self.holder.html)
        assert version is not None
        return {"who": "child", "how": "chat", "suspicion": "yes", "version": version[1]}

    def state(self, number: int = 1) -> str:
        with self.console.helpline.database.reading() as db:
            return str(db.scalar(select(referrals.c.state).where(referrals.c.id == number)))

    def looks(self) -> list[str]:
        with self.console.helpline.database.reading() as db:
            query = select(case_events.c.what).where(case_events.c.what.startswith("referral_"))
            return list(db.scalars(query.order_by(case_events.c.id)))


@pytest.fixture
def room(console: Console) -> Room:
    return Room(console)


def shared(html: str) -> list[tuple[str, str]]:
    found = re.search(r'<dl class="shared".*?</dl>', html, re.S)
    return [] if found is None else re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", found[0])


def test_service_of_the_district_is_offered_first_and_said_to_be_unverified(room: Room) -> None:
    html = room.holder.open("/referrals/new/1").html
    first = re.search(r'name="service" value="([^"]+)".*?class="checked not">', html, re.S)
    assert first is not None
    assert first[1] == COMMISSION


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"unverified": ""}, "This contact is not verified", id="an unverified contact without the tick"),
        pytest.param({"needs": ""}, "Tick what is needed", id="nothing is asked for"),
        pytest.param({"service": ""}, "Choose a service", id="no service"),
        pytest.param({"service": "nowhere"}, "Choose a service", id="a service that there is not"),
    ],
)
def test_draft_that_cannot_be_comes_back_with_what_was_chosen(room: Room, fields: dict[str, str], error: str) -> None:
    person = room.drafted(**fields)
    assert (person.status, error in person.html) == (400, True)


def test_preview_is_what_the_agency_sees(room: Room) -> None:
    preview = shared(room.drafted().html)
    room.holder.post("/referrals/1/send", **room.consent())
    agency = room.agency("focal-1", COMMISSION).open("/referrals/1")
    assert (agency.status, shared(agency.html)) == (200, preview)
    assert [name for name, _ in preview] == [
        "Pseudonym",
        "Who writes",
        "Child’s age, roughly",
        "Language",
        "District",
        "Level",
        "What it is about",
        "What is needed",
    ]


def test_hostile_text_is_shown_as_text(room: Room) -> None:
    room.drafted()
    fields = {"needs": "safety", "fields": "summary", "summary": HOSTILE}
    html = room.holder.post("/referrals/1/change", **fields).html
    assert shared(html) == [
        ("What is needed", "a check of safety"),
        ("Short description", "&lt;b&gt;&amp;&#39;&#34;--"),
    ]


def test_without_consent_nothing_leaves(room: Room) -> None:
    room.drafted()
    person = room.holder.post("/referrals/1/send", **{**room.consent(), "who": "adult"})
    assert (person.status, "their own assent" in person.html, room.state()) == (400, True, "draft")


def test_consent_to_an_older_text_is_none(room: Room) -> None:
    room.drafted()
    person = room.holder.post("/referrals/1/send", **{**room.consent(), "version": "older"})
    assert (person.status, room.state()) == (400, "draft")


def test_form_posted_twice_sends_once(room: Room) -> None:
    room.drafted()
    consent = room.consent()
    room.holder.post("/referrals/1/send", **consent)
    assert (room.holder.post("/referrals/1/send", **consent).status, room.looks().count("referral_sent")) == (400, 1)


@pytest.mark.parametrize("path", ["/referrals/1", "/referrals/1/letter/az", "/referrals/99"])
def test_another_agency_and_another_counsellor_find_nothing(room: Room, path: str) -> None:
    room.sent()
    other = room.console.counsellor("counsellor-2")
    stranger = room.agency("focal-2", "commission_ganja")
    assert [person.open(path).status for person in (other, stranger)] == [404, 404]
    assert SHOWN not in stranger.open("/referrals?state=all").html


@pytest.mark.parametrize("action", ["accept", "refuse", "done", "revoke", "call", "told", "send", "change", "agree"])
def test_form_of_a_stranger_does_nothing(room: Room, action: str) -> None:
    room.sent()
    strangers = [room.agency("focal-2", "commission_ganja"), room.console.counsellor("counsellor-2").open("/referrals")]
    fields = {"reason": "other", "told": "told", "desk": "chair", "outcome": "other", "version": "x", "how": "chat"}
    answers = {person.post(f"/referrals/1/{action}", suspicion="no", **fields).status for person in strangers}
    assert answers <= {403, 404}
    assert room.state() == "in_progress"


def test_form_without_the_sign_ins_secret_does_nothing(room: Room) -> None:
    room.sent()
    assert room.holder.post("/referrals/1/revoke", csrf="x", reason="other").status == 403


@pytest.mark.parametrize("path", ["/cases/1", "/referrals/new/1", "/shifts", "/audit", "/accounts"])
def test_agency_opens_nothing_else(room: Room, path: str) -> None:
    room.sent()
    agency = room.agency("focal-1", COMMISSION)
    assert (agency.open(path).status, agency.open("/").path) == (403, "/referrals")


def test_agency_accepts_says_done_and_then_sees_no_more(room: Room) -> None:
    room.sent()
    agency = room.agency("focal-1", COMMISSION).open("/referrals/1")
    agency.post("/referrals/1/accept")
    done = agency.post("/referrals/1/done")
    assert (room.state(), shared(done.html)) == ("done", [])
    assert agency.open("/referrals/1/letter/az").status == 404
    assert room.holder.open("/referrals/1").status == 200


def test_agency_that_is_excluded_does_not_even_see_that_it_exists(room: Room) -> None:
    room.sent()
    agency = room.agency("focal-1", COMMISSION)
    assert SHOWN in agency.open("/referrals?state=all").html
    room.holder.open("/referrals/new/1").post("/referrals/new/1/exclude", service=COMMISSION)
    assert (agency.open("/referrals/1").status, SHOWN in agency.open("/referrals?state=all").html) == (404, False)
    assert f'name="service" value="{COMMISSION}" id' not in room.holder.html


def test_every_look_of_an_agency_is_written_down(room: Room) -> None:
    room.sent()
    agency = room.agency("focal-1", COMMISSION)
    for _ in range(3):
        agency.open("/referrals/1")
    agency.open("/referrals/1/letter/ru")
    assert room.looks()[-4:] == ["referral_viewed", "referral_viewed", "referral_viewed", "referral_letter"]


def test_supervisor_lets_it_go_without_consent_and_the_holder_is_to_tell(room: Room) -> None:
    room.drafted()
    room.holder.post("/referrals/1/override", reason="life_in_danger", text="təhlükə var")
    assert (room.state(), room.holder.post("/referrals/1/agree").status) == ("waiting", 403)
    supervisor = room.console.counsellor("supervisor-1", "supervisor").open("/referrals/1")
    assert "təhlükə var" in supervisor.html
    supervisor.post("/referrals/1/agree")
    page = room.holder.open("/referrals/1")
    assert (room.state(), "Tell the person that it was passed on" in page.html) == ("in_progress", True)
    assert "Tell the person" not in page.post("/referrals/1/told", told="told").html


def test_letter_is_named_by_its_reference_alone(room: Room) -> None:
    room.sent()
    with room.console.helpline.database.reading() as db:
        reference = db.scalar(select(referrals.c.reference))
    for language in ("az", "ru"):
        shown = room.holder.client.get(f"/referrals/1/letter/{language}")
        kept = room.holder.client.get(f"/referrals/1/letter/{language}?save=1")
        assert shown.headers["content-disposition"] == f'inline; filename="{reference}.pdf"'
        assert kept.headers["content-disposition"] == f'attachment; filename="{reference}.pdf"'
        assert (shown.content[:5], shown.headers["content-type"]) == (b"%PDF-", "application/pdf")
    assert room.holder.open("/referrals/1/letter/en").status == 404


def test_draft_has_no_letter(room: Room) -> None:
    room.drafted()
    assert room.holder.open("/referrals/1/letter/az").status == 404


def test_list_has_the_overdue_first(room: Room) -> None:
    room.drafted("support_centre_goranboy")
    room.holder.post("/referrals/1/send", **room.consent())
    room.drafted()
    room.holder.post("/referrals/2/send", **room.consent())
    room.console.helpline.pass_(hours=25)
    holder = room.console.person().sign_in("counsellor-1").open("/referrals")
    assert re.findall(r'href="/referrals/(\d+)"', holder.html) == ["2", "1"]
    assert "answer overdue" in holder.html
    assert "answer overdue" in room.console.person().sign_in("counsellor-1").open("/cases/1").html


def test_what_did_not_move_for_three_days_is_said_to_be_stale(room: Room) -> None:
    room.sent()
    room.holder.post("/referrals/1/accept")
    room.console.helpline.pass_(days=3, minutes=1)
    holder = room.console.person().sign_in("counsellor-1")
    pages = [holder.open(path).html for path in ("/referrals", "/referrals/1", "/cases/1")]
    assert ["no movement for 3 days" in html for html in pages] == [True, True, True]


def test_case_page_shows_what_was_referred_and_where_to_refer(room: Room) -> None:
    assert 'href="/referrals/new/1"' in room.holder.open("/cases/1").html
    room.sent()
    assert 'href="/referrals/1"' in room.holder.open("/cases/1").html
