"""The records on a case's pages: wrap-up and closing, rest, transfer, talks, recorded contacts, opening again."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from helpline.wrap_up import vocabulary
from store import live
from store.record_tables import sign_offs, talks, transfers
from store.tables import case_events, cases
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"
FORMS = [
    "/cases/1/wrap-up",
    "/cases/1/snooze",
    "/cases/1/step-done",
    "/cases/1/attempt",
    "/cases/1/talk",
    "/cases/1/offer",
    "/cases/1/take-back",
    "/cases/1/withdraw",
    "/cases/1/reopen",
    "/cases/1/export",
    "/contacts/new",
    "/transfers/1/accept",
    "/transfers/1/refuse",
    "/sign-offs/1/sign",
    "/sign-offs/1/refuse",
]
WRAPPED = {"call_type": "child_about_self", "issue_0": "violence.physical"}
SAFE = {f"check_{question}": "yes" for question in vocabulary().checklist}


@pytest.fixture
def urgent(console: Console) -> Console:
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)
    return console


@pytest.fixture
def holder(urgent: Console) -> Person:
    """Counsellor 1 holds the case and has answered; nobody waits."""
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    person.post("/cases/1/reply", key="k", text="Buradayam")
    urgent.helpline.send_all()
    return person.open("/cases/1")


def state(console: Console, case: int = 1) -> tuple[str, int | None]:
    with console.helpline.database.reading() as db:
        row = db.execute(select(cases.c.state, cases.c.holder_id).where(cases.c.id == case)).one()
    return row.state, row.holder_id


def events(console: Console) -> list[str]:
    with console.helpline.database.reading() as db:
        return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))


# --- the door


@pytest.mark.parametrize("path", FORMS)
def test_form_of_a_stranger_does_nothing(urgent: Console, path: str) -> None:
    before = events(urgent)
    assert urgent.person().post(path, csrf="guess", why="x").path == "/sign-in"
    assert events(urgent) == before


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("secret", ["", "guess"], ids=["missing", "guessed"])
def test_form_without_the_sign_ins_secret_does_nothing(urgent: Console, path: str, secret: str) -> None:
    person = urgent.counsellor("supervisor-1", "supervisor")
    before = events(urgent)
    assert person.post(path, csrf=secret, why="x").status == 403
    assert events(urgent) == before


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("role", ["editor", "analyst", "administrator", "focal_point"])
def test_form_is_not_for_who_does_not_work_cases(urgent: Console, role: str, path: str) -> None:
    person = urgent.counsellor("somebody", role)
    assert person.post(path, why="x").status == 403


@pytest.mark.parametrize("path", ["/cases/1/wrap-up", "/cases/1/snooze", "/cases/1/offer", "/cases/1/talk"])
def test_form_on_another_counsellors_case_changes_nothing(urgent: Console, holder: Person, path: str) -> None:
    other = urgent.counsellor("counsellor-2")
    before = [what for what in events(urgent) if what != "viewed"]
    other.post(
        path,
        **WRAPPED,
        do="draft",
        until="2026-11-05T10:00",
        next_step="x",
        to="supervisor",
        how="warm",
        note_to="x",
        way="phone",
        direction="we",
        talk_who="person",
        talk_note="x",
    )
    assert [what for what in events(urgent) if what != "viewed"] == before


# --- wrap-up


def test_wrap_up_is_filled_in_from_what_triage_found(urgent: Console, holder: Person) -> None:
    page = holder.open("/cases/1/wrap-up").html
    assert re.findall(r'<option value="([\w.]+)" selected>', page) == [
        "child_about_self",
        "violence.physical",
        "self",
        "open",
    ]


def test_draft_is_saved_and_shown_on_the_case(urgent: Console, holder: Person) -> None:
    holder.open("/cases/1/wrap-up").post(
        "/cases/1/wrap-up", **WRAPPED, about_0="self", gender="girl", summary="<b>short</b>", do="draft"
    )
    assert (holder.status, holder.path) == (200, "/cases/1/wrap-up")
    assert "The draft is saved." in holder.html
    assert "&lt;b&gt;short&lt;/b&gt;</textarea>" in holder.html
    assert '<option value="girl" selected>' in holder.html
    page = holder.open("/cases/1").html
    assert "Violence: Physical violence" in page
    assert "<b>short</b>" not in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "choose the kind of contact"),
        ({"call_type": "child_about_self"}, "choose at least one issue"),
        ({**WRAPPED}, "have no answer"),
        ({**WRAPPED, **SAFE, "reason": "no_answer"}, "Silence is no reason yet"),
        ({**WRAPPED, **SAFE, "second": "1"}, "This colleague cannot agree"),
    ],
    ids=["nothing", "no issue", "unanswered", "silence", "oneself"],
)
def test_closing_comes_back_with_what_is_missing(
    urgent: Console, holder: Person, form: dict[str, str], told: str
) -> None:
    fields = {"reason": "helped", "second": "supervisor", "summary": "as typed", **form}
    page = holder.open("/cases/1/wrap-up").post("/cases/1/wrap-up", do="ask", **fields)
    assert (page.status, told in page.html) == (400, True)
    assert "as typed</textarea>" in page.html
    assert state(urgent) == ("held", 1)


@pytest.mark.parametrize(
    "form",
    [
        {"call_type": "prank", "do": "draft"},
        {"issue_0": "violence.covid", "do": "draft"},
        {"issue_0": "<script>", "do": "draft"},
        {"gender": "both", "do": "draft"},
        {**WRAPPED, **SAFE, "do": "ask", "reason": "because", "second": "supervisor"},
        {**WRAPPED, **SAFE, "do": "ask", "reason": "helped", "second": "everybody"},
        {**WRAPPED, **SAFE, "check_safe_now": "maybe", "do": "ask", "reason": "helped", "second": "supervisor"},
    ],
    ids=["call type", "sub-category", "markup", "field", "reason", "second", "answer"],
)
def test_form_with_what_it_does_not_offer_is_404(urgent: Console, holder: Person, form: dict[str, str]) -> None:
    assert holder.open("/cases/1/wrap-up").post("/cases/1/wrap-up", **form).status == 404
    assert state(urgent) == ("held", 1)


def test_concern_is_closed_by_its_holder_alone(console: Console) -> None:
    console.helpline.finds(SAID, finding(Level.CONCERN, Risk.HUMAN_REQUEST))
    console.helpline.say(SAID)
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    page = person.open("/cases/1/wrap-up")
    assert 'name="second"' not in page.html
    page.post("/cases/1/wrap-up", call_type="silent", reason="false_alarm", do="close")
    assert (page.path, state(console)[0]) == ("/", "closed")


def test_urgent_case_is_not_closed_by_a_hand_made_form(urgent: Console, holder: Person) -> None:
    page = holder.open("/cases/1/wrap-up").post("/cases/1/wrap-up", **WRAPPED, **SAFE, do="close", reason="helped")
    assert (page.status, state(urgent)) == (400, ("held", 1))


def asked(holder: Person, second: str) -> Person:
    return holder.open("/cases/1/wrap-up").post(
        "/cases/1/wrap-up", **WRAPPED, **SAFE, do="ask", reason="helped", second=second
    )


def test_second_person_signs_on_their_own_screen(urgent: Console, holder: Person) -> None:
    second = urgent.counsellor("counsellor-2")
    assert second.open("/cases/1").status == 403
    assert "Waiting for a second person to agree to the closing: counsellor-2" in asked(holder, "2").html
    assert "counsellor-1 asks you to agree to the closing" in second.open("/").html
    page = second.open("/cases/1")
    assert (page.status, SAID in page.html, 'id="reply"' in page.html) == (200, True, False)
    assert "Are they safe tonight?" in page.html
    page.post("/sign-offs/1/sign")
    assert (page.path, state(urgent)[0]) == ("/", "closed")
    assert second.open("/cases/1").status == 403


def test_second_person_refuses_with_a_reason(urgent: Console, holder: Person) -> None:
    second = urgent.counsellor("counsellor-2")
    asked(holder, "2")
    assert second.open("/cases/1").post("/sign-offs/1/refuse", why=" ").status == 400
    second.open("/cases/1").post("/sign-offs/1/refuse", why="<i>where</i> does she sleep")
    page = holder.open("/cases/1").html
    assert "Did not agree to the closing: counsellor-2." in page
    assert "&lt;i&gt;where&lt;/i&gt; does she sleep" in page
    assert state(urgent) == ("held", 1)


def test_request_does_not_open_the_case_to_others(urgent: Console, holder: Person) -> None:
    asked(holder, "supervisor")
    assert urgent.counsellor("counsellor-2").open("/cases/1").status == 403
    third = urgent.person().sign_in("counsellor-2")
    assert third.post("/sign-offs/1/sign").status == 409
    assert holder.open("/").post("/sign-offs/1/sign").status == 409
    assert state(urgent) == ("held", 1)


def test_signing_after_the_person_wrote_is_refused(urgent: Console, holder: Person) -> None:
    second = urgent.counsellor("counsellor-2")
    asked(holder, "2")
    urgent.helpline.pass_(seconds=10)
    urgent.helpline.say("o gəldi")
    page = second.open("/cases/1").post("/sign-offs/1/sign")
    assert (page.status, "The person wrote meanwhile" in page.html) == (409, True)
    assert state(urgent) == ("held", 1)


def test_request_is_withdrawn_by_its_holder(urgent: Console, holder: Person) -> None:
    asked(holder, "supervisor").post("/cases/1/withdraw")
    with urgent.helpline.database.reading() as db:
        assert db.scalar(select(sign_offs.c.state)) == "withdrawn"


# --- rest


def test_case_that_rests_is_last_and_comes_first_when_its_time_came(urgent: Console, holder: Person) -> None:
    urgent.helpline.finds("y", finding(Level.CONCERN, Risk.HUMAN_REQUEST))
    urgent.helpline.say("y", address="700000002")
    holder.open("/").post("/cases/2/take")
    holder.post("/cases/2/reply", key="k", text="salam")
    holder.open("/cases/1").post("/cases/1/snooze", until="2026-11-02T14:00", next_step="ask about school")
    assert holder.path == "/"
    assert mine(holder) == ["2", "1"]
    assert "rests until 02.11.2026 14:00" in holder.html
    assert "ask about school" in holder.open("/cases/1").html
    urgent.helpline.pass_(hours=1, minutes=1)
    assert woken(urgent) == []
    urgent.helpline.sweep()
    assert len(woken(urgent)) == 1
    assert mine(holder.sign_in("counsellor-1").open("/")) == ["1", "2"]
    assert "next step is due" in holder.html


def woken(console: Console) -> list[str]:
    with console.helpline.database.reading() as db:
        return [alarm for alarm in live.lists_of(db, 1).alarms if "-woke-" in alarm]


def mine(person: Person) -> list[str]:
    return re.findall(r'class="button" href="/cases/(\d+)"', person.html)


@pytest.mark.parametrize(
    ("until", "step", "told"),
    [
        ("2026-11-01T10:00", "call", "The time must be in the future"),
        ("soon", "call", "The time is missing"),
        ("2026-11-03T10:00", "  ", "write the next step"),
    ],
    ids=["past", "no time", "no step"],
)
def test_rest_that_is_refused_keeps_what_was_typed(
    urgent: Console, holder: Person, until: str, step: str, told: str
) -> None:
    page = holder.post("/cases/1/snooze", until=until, next_step=step)
    assert (page.status, told in page.html) == (400, True)
    assert f'name="next_step" rows="2" required maxlength="2000">{step}</textarea>' in page.html


# --- transfer


def test_warm_transfer_lets_the_receiver_read_first(urgent: Console, holder: Person) -> None:
    other = urgent.counsellor("counsellor-2")
    holder.post("/cases/1/offer", to="2", how="warm", note_to="speaks <b>Russian</b>")
    assert "Offered to counsellor-2." in holder.html
    assert "counsellor-1 wants to pass this to you" in other.open("/").html
    page = other.open("/cases/1")
    assert (page.status, SAID in page.html, "speaks &lt;b&gt;Russian" in page.html) == (200, True, True)
    assert 'id="reply"' not in page.html
    page.post("/transfers/1/accept")
    assert (page.path, state(urgent)) == ("/cases/1", ("held", 2))
    assert 'id="reply"' in page.html
    assert holder.open("/cases/1").status == 403


def test_cold_transfer_is_accepted_from_the_queue_unread(urgent: Console, holder: Person) -> None:
    other = urgent.counsellor("counsellor-2")
    holder.post("/cases/1/offer", to="2", how="cold", note_to="shift ends")
    assert other.open("/cases/1").status == 403
    page = other.open("/")
    assert ("shift ends" in page.html, 'action="/transfers/1/accept"' in page.html) == (True, True)
    assert page.post("/transfers/1/accept").path == "/cases/1"


def test_offer_rings_where_it_is_meant(urgent: Console, holder: Person) -> None:
    urgent.counsellor("counsellor-2")
    urgent.counsellor("counsellor-3")
    holder.post("/cases/1/offer", to="2", how="warm", note_to="shift ends")
    with urgent.helpline.database.reading() as db:
        assert "offered-1" in live.lists_of(db, 2).alarms
        assert "offered-1" not in live.lists_of(db, 3).alarms


def test_refused_transfer_comes_back_with_the_reason(urgent: Console, holder: Person) -> None:
    other = urgent.counsellor("counsellor-2")
    holder.post("/cases/1/offer", to="2", how="cold", note_to="shift ends")
    other.open("/").post("/transfers/1/refuse", why="I know the family")
    assert 'Declined by counsellor-2. <span dir="auto">I know the family' in holder.open("/cases/1").html


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"to": "2", "how": "warm", "note_to": " "}, 400),
        ({"to": "1", "how": "warm", "note_to": "x"}, 409),
        ({"to": "everybody", "how": "warm", "note_to": "x"}, 404),
        ({"to": "2", "how": "hot", "note_to": "x"}, 404),
    ],
    ids=["no note", "oneself", "nobody", "no way"],
)
def test_offer_is_refused(urgent: Console, holder: Person, form: dict[str, str], status: int) -> None:
    urgent.counsellor("counsellor-2")
    assert holder.post("/cases/1/offer", **form).status == status
    with urgent.helpline.database.reading() as db:
        assert db.execute(select(transfers)).all() == []


# --- talks, recorded contacts, opening again

CALL = {"way": "phone", "direction": "they", "who": "person", "level": "urgent", "note": "said <b>no</b>"}


def test_recorded_contact_opens_a_case_without_a_reply_box(console: Console) -> None:
    person = console.counsellor("counsellor-1").open("/contacts/new")
    person.post("/contacts/new", **CALL, audience="child", age="11-14", district="barda", language="ru")
    assert (person.status, person.path) == (200, "/cases/1")
    assert "said &lt;b&gt;no&lt;/b&gt;" in person.html
    assert ('id="reply"' in person.html, "nothing can be sent from here" in person.html) == (False, True)
    assert person.post("/cases/1/reply", key="k", text="Salam").status == 409
    assert "Salam" in person.html
    assert console.helpline.send_all() == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"note": "  "}, 400),
        ({"at": "2026-11-03T10:00"}, 400),
        ({"at": "yesterday"}, 400),
        ({"level": "none"}, 404),
        ({"way": "letter"}, 404),
        ({"district": "<b>"}, 404),
    ],
    ids=["no word", "to come", "no time", "no level", "no way", "no district"],
)
def test_contact_that_cannot_be_recorded_comes_back(console: Console, form: dict[str, str], status: int) -> None:
    person = console.counsellor("counsellor-1").open("/contacts/new")
    page = person.post("/contacts/new", **{**CALL, **form})
    assert page.status == status
    if status == 400:
        assert '<option value="urgent" selected>' in page.html


def test_talk_is_written_beside_the_case(urgent: Console, holder: Person) -> None:
    page = holder.post(
        "/cases/1/talk", way="phone", direction="we", talk_who="school", talk_note="teacher <b>saw</b>", talk_at=""
    )
    assert "teacher &lt;b&gt;saw&lt;/b&gt;" in page.html
    with urgent.helpline.database.reading() as db:
        assert db.scalar(select(talks.c.who)) == "school"


def test_closed_case_is_opened_again_with_a_reason(urgent: Console, holder: Person) -> None:
    urgent.helpline.close(1, 1)
    page = holder.open("/cases/1")
    assert page.post("/cases/1/reopen", why=" ").status == 400
    page = holder.open("/cases/1").post("/cases/1/reopen", why="the school called")
    assert (page.path, state(urgent)) == ("/cases/1", ("held", 1))
    assert "the school called" in page.html


def test_case_is_not_opened_again_beside_another_which_is_named(urgent: Console, holder: Person) -> None:
    urgent.helpline.close(1, 1)
    urgent.helpline.pass_(minutes=1)
    urgent.helpline.say(SAID)
    page = holder.open("/cases/1").post("/cases/1/reopen", why="again")
    assert (page.status, 'href="/cases/2"' in page.html, "again" in page.html) == (409, True, True)


def test_earlier_contact_is_shown_with_its_issues(urgent: Console, holder: Person) -> None:
    urgent.helpline.close(1, 1)
    urgent.helpline.pass_(minutes=1)
    urgent.helpline.say(SAID)
    page = holder.open("/").post("/cases/2/take").html
    assert "Earlier contacts of this person" in page
    assert "Violence: Physical violence" in page


# --- export


def test_supervisor_gets_a_case_as_a_file_and_it_is_written_down(urgent: Console, holder: Person) -> None:
    boss = urgent.counsellor("supervisor-1", "supervisor").open("/cases/1")
    answer = boss.client.post("/cases/1/export", data={"csrf": boss.secret()})
    assert answer.headers["content-disposition"] == 'attachment; filename="case-1.json"'
    assert answer.json()["schema"] == "helpline-case/1"
    assert "texts" not in answer.json()["helpline"]
    assert (
        "texts" in boss.client.post("/cases/1/export", data={"csrf": boss.secret(), "texts": "yes"}).json()["helpline"]
    )
    assert events(urgent).count("exported") == 2


def test_counsellor_exports_no_case(urgent: Console, holder: Person) -> None:
    assert "/export" not in holder.html
    assert holder.post("/cases/1/export").status == 403
    assert "exported" not in events(urgent)


def test_case_that_is_not_there_is_not_exported(urgent: Console) -> None:
    boss = urgent.counsellor("supervisor-1", "supervisor").open("/")
    assert boss.post("/cases/99/export").status == 404
