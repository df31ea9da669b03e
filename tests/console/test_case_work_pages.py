"""A case's page: the first card, the rescue sheet, drafts, canned replies, who looks, what changed, how fast."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from helpline.conversations import Author, NewOut
from helpline.messages import Kind, SendFailed
from store import case_looks
from store.case_work_tables import case_drafts, rescues, reveals
from store.case_work_tables import case_looks as looks
from store.tables import conversations, messages
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "Salam. Atam məni döyür! Qorxuram."
NOW = "indi qapını sındırır, Nizami küçəsi 12"
NUMBER = "+994700000009"


@pytest.fixture
def emergency(console: Console) -> Console:
    helpline = console.helpline
    helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds(NOW, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    for text in (SAID, NOW):
        helpline.say(text, channel="sms_twilio", address=NUMBER)
    return console


@pytest.fixture
def holder(emergency: Console) -> Person:
    person = emergency.counsellor("counsellor-1").post("/cases/1/take")
    emergency.helpline.send_all()
    return person


def part(html: str, begins: str, ends: str = "</details>") -> str:
    return html[html.index(begins) :].partition(ends)[0]


# --- the first card


def test_first_card_quotes_what_the_case_stands_on(holder: Person) -> None:
    card = part(holder.html, 'id="claim"')
    assert re.findall(r'<q dir="auto">([^<]+)</q>', card) == [SAID, NOW]
    assert re.findall(r'href="#line-(\d+)"', card) == [str(number) for number in (1, 4)]
    assert "until 13:10" in card
    assert "police, rescue, ambulance" in card
    assert "This is the first case." in card


def test_case_without_a_finding_quotes_the_last_three_words(console: Console) -> None:
    console.helpline.finds("insan", finding(Level.CONCERN, Risk.HUMAN_REQUEST))
    for text in ("bir", "iki", "üç", "dörd"):
        console.helpline.say(text)
    with console.helpline.database.unit() as unit:
        unit.open_case(1, Level.CONCERN, console.helpline.clock.now(), console.helpline.clock.now(), "test")
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    assert re.findall(r'<q dir="auto">([^<]+)</q>', part(person.html, 'id="claim"')) == ["iki", "üç", "dörd"]


def test_first_word_is_offered_until_something_was_said(emergency: Console, holder: Person) -> None:
    assert 'id="say-here"' in holder.html
    holder.post("/cases/1/here").post("/cases/1/here")
    assert emergency.helpline.send_all() == emergency.helpline.text("here_now", channel="sms")
    assert 'id="say-here"' not in holder.html


def test_card_says_why_only_a_neutral_line_goes_out(emergency: Console, holder: Person) -> None:
    emergency.helpline.pass_(minutes=11)
    assert "Too late: more than 10 minutes" in holder.open("/cases/1").html
    emergency.helpline.say("çıx", channel="sms_twilio", address=NUMBER)
    assert "They left in a hurry" in holder.open("/cases/1").html


def test_earlier_cases_are_counted_with_their_levels(console: Console) -> None:
    for _ in range(2):
        console.helpline.finds("x", finding(Level.CONCERN, Risk.HUMAN_REQUEST))
        console.helpline.say("x")
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    with console.helpline.database.unit() as unit:
        unit.close_case(1, "helped", console.helpline.clock.now())
    console.helpline.say("x")
    person.open("/").post("/cases/2/take")
    card = part(person.html, 'id="claim"')
    assert "1, the last on 02.11.2026:" in card
    assert 'href="/cases/1"' in card


@pytest.mark.parametrize("action", ["here", "place", "reveal", "draft", "forget-draft"])
def test_form_without_the_sign_ins_secret_does_nothing(holder: Person, action: str) -> None:
    assert holder.post(f"/cases/1/{action}", csrf="x", place="x", reply="x").status == 403


@pytest.mark.parametrize(
    ("action", "status"), [("here", 403), ("place", 403), ("reveal", 403), ("draft", 409)], ids=lambda one: str(one)
)
def test_form_on_anothers_case_does_nothing(emergency: Console, holder: Person, action: str, status: int) -> None:
    fields = {"place": "x", "reason": "operator_asks", "why": "102 tapmır", "reply": "x"}
    other = emergency.counsellor("counsellor-2").open("/")
    answer = other.client.post(f"/cases/1/{action}", data={"csrf": other.secret(), **fields})
    assert answer.status_code == status
    assert NUMBER not in answer.text
    with emergency.helpline.database.reading() as db:
        assert [db.scalar(select(table.c.id)) for table in (rescues, reveals, case_drafts)] == [None] * 3


# --- the rescue sheet


def test_sheet_points_at_a_place_and_never_takes_it(holder: Person) -> None:
    sheet = part(holder.html, 'id="rescue-card"', "</section>")
    assert re.findall(r'A place may be named in these messages: <a href="#line-(\d+)">', sheet) == ["4"]
    assert "Nizami" not in sheet


def test_place_is_shown_and_read_out(holder: Person) -> None:
    holder.post("/cases/1/place", place="Nizami <b>12</b>")
    sheet = part(holder.html, 'id="rescue-card"', "</section>")
    assert sheet.count("Nizami &lt;b&gt;12&lt;/b&gt;") == 4
    assert "Ünvan: Nizami" in sheet


def test_sheet_says_what_is_verified(holder: Person) -> None:
    sheet = part(holder.html, 'class="desk"', "</ul>")
    assert re.findall(r"<strong>([^<]+)</strong>", sheet) == ["102", "103", "112", "116111"]
    assert sheet.count("not verified") == 4


def test_sheet_names_who_answers_in_the_district(emergency: Console, holder: Person) -> None:
    with emergency.helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(district="barda", audience="child", age_band="7-10"))
    sheet = part(holder.open("/cases/1").html, 'class="desk"', "</ul>")
    assert "Uşaq hüquqlarının müdafiəsi üzrə komissiya" in sheet
    assert "no number known" in sheet
    assert "Uşağın yaşı" in holder.html


def test_queue_brings_its_own_script(console: Console) -> None:
    assert '<script src="/static/queue.js" defer></script>' in console.counsellor("counsellor-1").open("/").html


def test_case_that_is_no_emergency_has_no_sheet(console: Console) -> None:
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    assert 'id="rescue-card"' not in person.html
    assert person.post("/cases/1/reveal", reason="operator_asks", why="102 tapmır").status == 409
    assert "The number is shown in an emergency only." in person.html


def test_number_is_shown_to_the_holder_for_a_quarter_of_an_hour(emergency: Console, holder: Person) -> None:
    assert NUMBER not in holder.html
    holder.post("/cases/1/reveal", reason="operator_asks", why="102 ünvanı tapmır")
    assert holder.html.count(NUMBER) == 1
    assert holder.client.get("/cases/1").headers["cache-control"] == "no-store"
    chief = emergency.counsellor("supervisor-1", "supervisor").open("/cases/1")
    assert (NUMBER in chief.html, "102 ünvanı tapmır" in chief.html) == (False, True)
    emergency.helpline.pass_(minutes=15)
    assert NUMBER not in holder.open("/cases/1").html


def test_number_that_is_refused_keeps_what_was_typed(holder: Person) -> None:
    holder.post("/cases/1/reveal", reason="", why="çünki <b>")
    assert holder.status == 400
    assert "çünki &lt;b&gt;</textarea>" in holder.html
    assert NUMBER not in holder.html


def test_telegram_has_a_chat_and_no_number(console: Console) -> None:
    console.helpline.finds(NOW, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    console.helpline.say(NOW)
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    assert "Telegram gives us no phone number" in person.html
    person.post("/cases/1/reveal", reason="operator_asks", why="102 ünvanı tapmır")
    assert "No phone number. Telegram chat id:" in person.html


def test_supervisor_does_not_see_the_number_without_holding_the_case(emergency: Console, holder: Person) -> None:
    chief = emergency.counsellor("supervisor-1", "supervisor").open("/cases/1")
    assert "Only the counsellor who holds the case can see the number." in chief.html
    chief.post("/cases/1/reveal", reason="operator_asks", why="102 ünvanı tapmır")
    assert (chief.status, NUMBER in chief.html) == (409, False)


# --- drafts


def test_draft_is_kept_as_typed_and_gone_once_sent(holder: Person) -> None:
    answer = holder.client.post("/cases/1/draft", data={"csrf": holder.secret(), "reply": "Sal", "note": "qeyd"})
    assert answer.status_code == 204
    assert ">Sal</textarea>" in holder.open("/cases/1").html
    assert 'data-note="qeyd"' in holder.html
    holder.post("/cases/1/reply", text="Salam", key=holder.key())
    assert ">Sal</textarea>" not in holder.html


def test_draft_is_shown_to_its_writer_alone(emergency: Console, holder: Person) -> None:
    holder.client.post("/cases/1/draft", data={"csrf": holder.secret(), "reply": "yarımçıq"})
    chief = emergency.counsellor("supervisor-1", "supervisor").open("/cases/1")
    assert "yarımçıq" not in chief.html


def test_draft_of_a_case_that_left_is_shown_to_copy_and_deleted(emergency: Console, holder: Person) -> None:
    holder.client.post("/cases/1/draft", data={"csrf": holder.secret(), "reply": "yarımçıq"})
    holder.post("/cases/1/hand-back").open("/cases/1")
    assert (holder.status, ">yarımçıq</textarea>" in holder.html) == (403, True)
    holder.post("/cases/1/forget-draft").open("/cases/1")
    assert "yarımçıq" not in holder.html


def test_draft_after_the_sign_in_ended_asks_to_sign_in(emergency: Console, holder: Person) -> None:
    secret = holder.secret()
    emergency.helpline.pass_(minutes=31)
    answer = holder.client.post("/cases/1/draft", data={"csrf": secret, "reply": "x"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


# --- canned replies


def test_canned_reply_is_put_into_the_box_and_not_sent(emergency: Console, holder: Person) -> None:
    holder.open("/cases/1?canned=police")
    box = part(holder.html, 'id="reply"', "</textarea>").partition(">")[2]
    assert box.startswith("İndi səni hədələyir və ya döyürlərsə, zəng et: 102")
    assert emergency.helpline.send_all() == []


def test_canned_reply_without_a_verified_record_cannot_be_used(holder: Person) -> None:
    holder.open("/cases/1?canned=child_line")
    assert "nothing verified in the directory for child line" in re.sub(r"\s+", " ", holder.html)
    assert part(holder.html, 'id="reply"', "</textarea>").partition(">")[2] == ""


def test_canned_replies_show_their_parts(holder: Person) -> None:
    assert len(re.findall(r"<small>SMS × [123]</small>", holder.html)) >= 30


# --- the transcript


@pytest.mark.parametrize(
    ("language", "says"),
    [("az", "Gəlməyən hissələr: 2"), ("ru", "Не дошло частей: 2"), ("en", "Parts that did not arrive: 2")],
)
def test_message_of_which_parts_are_missing_says_so(
    emergency: Console, holder: Person, language: str, says: str
) -> None:
    emergency.helpline.say("ev 12 […]", channel="sms_twilio", address=NUMBER, lacks=2)
    holder.post("/language", language=language, back="/cases/1")
    html = holder.open("/cases/1").html
    assert html.count(says) == 1


def test_changed_message_shows_the_earlier_wording(emergency: Console, holder: Person) -> None:
    sms = {"channel": "sms_twilio", "address": NUMBER, "thread_id": "77"}
    emergency.helpline.finds("ev 14, tez gəlin", finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    emergency.helpline.say("ev 12", **sms)
    emergency.helpline.say("ev 14, tez gəlin", kind=Kind.EDITED, **sms)
    html = holder.open("/cases/1").html
    assert html.count('<s dir="auto">ev 12</s>') == 1
    assert html.count("changed later") == 1
    with emergency.helpline.database.reading() as db:
        levels = db.scalars(select(messages.c.level).where(messages.c.kind == "edited")).all()
    assert levels == [int(Level.EMERGENCY)]


def test_failed_message_says_why_in_words(emergency: Console, holder: Person) -> None:
    emergency.helpline.channels["sms_twilio"].script += [SendFailed("30003", retryable=False)]
    holder.post("/cases/1/reply", text="Salam", key=holder.key())
    emergency.helpline.send_all()
    assert "failed: phone off or out of reach" in holder.open("/cases/1").html


def test_wiped_message_says_so(console: Console) -> None:
    console.helpline.finds(NOW, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    console.helpline.say(NOW, thread_id="501")
    console.helpline.say("çıx", thread_id="502")
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    line = part(person.html, 'id="line-1"', "</li>")
    assert "deleted in their thread by the panic word" in line
    assert NOW in line


def test_days_are_marked(emergency: Console, holder: Person) -> None:
    emergency.helpline.pass_(hours=26)
    emergency.helpline.say("sabah", channel="sms_twilio", address=NUMBER)
    person = emergency.person().sign_in("counsellor-1").open("/cases/1")
    assert re.findall(r'<li class="day"><span>([^<]+)</span>', person.html) == ["Yesterday", "Today"]


def test_what_came_since_the_last_look_is_marked_and_stays_while_the_page_renews(
    emergency: Console, holder: Person
) -> None:
    assert 'id="new"' not in holder.open("/cases/1").html
    emergency.helpline.say("burdayam", channel="sms_twilio", address=NUMBER)
    assert holder.open("/cases/1").html.count('id="new"') == 1
    renewed = holder.client.get("/cases/1", headers={"X-Fragment": "live"}).text
    assert renewed.index('id="new"') < renewed.index("burdayam")
    assert 'id="new"' not in holder.open("/cases/1").html


def test_who_else_looks_is_shown_and_told(emergency: Console, holder: Person) -> None:
    chief = emergency.counsellor("supervisor-1", "supervisor").open("/cases/1")
    assert "Also looking at this case: counsellor-1" in chief.html
    emergency.helpline.pass_(seconds=26)
    assert "Also looking" not in chief.open("/cases/1").html


def test_open_page_goes_on_being_here_and_a_stranger_never_begins_to(emergency: Console, holder: Person) -> None:
    database, clock = emergency.helpline.database, emergency.helpline.clock
    clock.pass_(seconds=20)
    for counsellor in (1, 2):
        case_looks.tell_here(database, 1, counsellor, clock.now())
    with database.reading() as db:
        assert [tuple(row) for row in db.execute(select(looks.c.counsellor_id, looks.c.at))] == [(1, clock.now())]


def test_two_thousand_messages_are_shown_in_half_a_second(emergency: Console, holder: Person) -> None:
    helpline = emergency.helpline
    with helpline.database.unit() as unit:
        for number in range(1000):
            outs = (
                NewOut("Buradayam, yazdıqlarını oxuyuram."),
                NewOut("Salam", author=Author.COUNSELLOR, counsellor=1),
            )
            unit.put_out(1, outs, helpline.clock.now(), f"test:{number}")
    with helpline.database.engine.begin() as db:
        db.execute(update(messages).where(messages.c.id % 2 == 1).values(author="person", level=1))
    assert "Earlier messages" in holder.open("/cases/1").html
    spent = [_seconds(lambda: holder.open("/cases/1?all=1")) for _ in range(3)]
    assert holder.html.count('<li class="line ') >= 2000
    assert min(spent) < 0.5


def _seconds(look: Callable[[], object]) -> float:
    """Of work, not of waiting: the machine of a test does other things beside."""
    began = time.process_time()
    look()
    return time.process_time() - began


def test_keys_of_the_page_are_each_there_once(holder: Person) -> None:
    keys = re.findall(r'data-key="(.)"', holder.html)
    assert sorted(keys) == sorted(set(keys))
    assert set("rcinpexztjkq") == set(keys)


def test_next_of_my_cases_is_a_key_away(console: Console) -> None:
    console.helpline.finds("x", finding(Level.URGENT, Risk.NEGLECT))
    for address in ("700000001", "700000002", "700000003"):
        console.helpline.say("x", address=address)
    person = console.counsellor("counsellor-1")
    for case in (1, 2, 3):
        person.open("/").post(f"/cases/{case}/take")
    person.open("/cases/2")
    assert re.findall(r'href="/cases/(\d)" id="mine-(\w+)"', person.html) == [("1", "previous"), ("3", "next")]


def test_case_told_by_telephone_has_nobody_to_write_to(console: Console) -> None:
    call = {"way": "phone", "direction": "they", "who": "person", "level": "emergency", "note": "təcili"}
    person = console.counsellor("counsellor-1").open("/contacts/new").post("/contacts/new", **call)
    assert ('id="claim"' in person.html, 'id="rescue-card"' in person.html) == (True, True)
    assert [word for word in ('id="say-here"', 'id="reveal"', "Replies go out at once") if word in person.html] == []
    assert person.post("/cases/1/reveal", reason="operator_asks", why="102 tapmır").status == 409
    person.post("/cases/1/here")
    assert console.helpline.send_all() == []
    answer = person.client.post("/cases/1/draft", data={"csrf": person.secret(), "note": "yarımçıq qeyd"})
    assert answer.status_code == 204
    assert 'data-note="yarımçıq qeyd"' in person.open("/cases/1").html
