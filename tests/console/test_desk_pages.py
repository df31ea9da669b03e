"""The counsellors' pages: who gets in, what each may open, and that nothing is done twice or by two."""

from __future__ import annotations

import re

import pytest

from helpline.conversations import CaseState
from store.tables import case_events
from tests.console.conftest import PASSWORD, Console, Person
from tests.fakes import finding, says
from triage.taxonomy import Level, Risk, Speaker
from wire import Ask

SAID = "atam məni döyür <b>&"
EVERY_PAGE = ["/", "/cases/1", "/events"]
EVERY_FORM = [
    "/take-next",
    "/cases/1/take",
    "/cases/1/reply",
    "/cases/1/note",
    "/cases/1/hand-back",
    "/cases/1/judge",
    "/cases/1/reset-code-word",
    "/cases/1/plan",
    "/cases/1/send-plan",
    "/sign-out",
]


@pytest.fixture
def urgent(console: Console) -> Console:
    """A child has told of harm; its case is number 1."""
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)
    return console


def events(console: Console) -> list[str]:
    with console.helpline.database.reading() as db:
        return [row.what for row in db.execute(case_events.select().order_by(case_events.c.id))]


# --- getting in


def test_right_password_opens_the_queue(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    assert (person.status, person.path) == (200, "/")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("counsellor-1", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("counsellor-1'--", PASSWORD),
        ("counsellor-1", "x" * 9999),
    ],
    ids=["wrong password", "unknown name", "nothing", "hostile name", "overlong password"],
)
def test_wrong_sign_in_is_refused_alike(console: Console, name: str, password: str) -> None:
    console.counsellor("counsellor-1")
    person = console.person().open("/sign-in").post("/language", language="en", back="/sign-in").sign_in(name, password)
    assert person.status == 401
    assert "The name or password is wrong." in person.html


def test_sixth_attempt_on_a_name_is_refused_even_with_the_password(console: Console) -> None:
    console.counsellor("counsellor-1")
    for _ in range(5):
        assert console.person().sign_in("counsellor-1", "wrong").status == 401
    assert console.person().sign_in("counsellor-1").status == 429
    console.helpline.pass_(minutes=16)
    assert console.person().sign_in("counsellor-1").path == "/"


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_page_leads_a_stranger_to_the_sign_in(urgent: Console, path: str) -> None:
    assert urgent.person().open(path).path == "/sign-in"


@pytest.mark.parametrize("path", EVERY_FORM)
def test_form_of_a_stranger_does_nothing(urgent: Console, path: str) -> None:
    before = events(urgent)
    assert urgent.person().post(path, csrf="guess", text="x").path == "/sign-in"
    assert events(urgent) == before


@pytest.mark.parametrize("secret", ["", "guess", "0" * 43], ids=["missing", "guessed", "another's"])
@pytest.mark.parametrize("path", EVERY_FORM)
def test_form_without_the_sign_ins_secret_does_nothing(urgent: Console, path: str, secret: str) -> None:
    person = urgent.counsellor("counsellor-1")
    before = events(urgent)
    assert person.post(path, csrf=secret, text="x").status == 403
    assert events(urgent) == before
    assert person.open("/").path == "/"


def test_sign_in_form_of_another_site_is_refused(console: Console) -> None:
    console.counsellor("counsellor-1")
    assert console.person().post("/sign-in", csrf="", name="counsellor-1", password=PASSWORD).status == 403


def test_sign_in_ends_after_half_an_hour_without_doing_anything(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    console.helpline.pass_(minutes=14)
    assert person.open("/").path == "/"
    console.helpline.pass_(minutes=31)
    assert person.open("/").path == "/sign-in"


def test_page_that_renews_itself_does_not_keep_the_sign_in_alive(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    console.helpline.pass_(minutes=20)
    person.client.get("/", headers={"X-Fragment": "live"})
    console.helpline.pass_(minutes=15)
    assert person.open("/").path == "/sign-in"


def test_sign_in_ends_after_twelve_hours_whatever_is_done(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    for _ in range(52):
        console.helpline.pass_(minutes=14)
        person.open("/")
    assert person.path == "/sign-in"


def test_signing_out_ends_it_for_the_cookie_too(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    token = person.client.cookies["helpline"]
    person.post("/sign-out")
    assert console.accounts.signed_in(token) is None


def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(console: Console) -> None:
    console.accounts.add("counsellor-1", "counsellor", PASSWORD, "en")
    person = console.person().open("/sign-in")
    answer = person.client.post(
        "/sign-in",
        data={"csrf": person.secret(), "name": "counsellor-1", "password": PASSWORD},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_cookie_goes_over_tls_only_in_production(helpline: object) -> None:
    console = Console(helpline, production=True)  # type: ignore[arg-type]
    answer = console.person().client.get("/sign-in")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert console.person().open("/simulator").path == "/sign-in"  # in production an address like any that is not there


@pytest.mark.parametrize("path", ["/sign-in", "/", "/simulator"])
def test_page_is_kept_by_nobody_and_framed_by_nobody(console: Console, path: str) -> None:
    headers = console.counsellor("counsellor-1").client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_oversized_form_is_not_read(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    assert person.post("/take-next", text="x" * 70_000).status == 413


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_language_switch_leads_nowhere_else(console: Console, back: str) -> None:
    person = console.counsellor("counsellor-1")
    assert person.post("/language", language="ru", back=back).path == "/"
    assert "Взять" in person.open("/").html or "Никто не ждёт" in person.html


# --- queue and case


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Answered to the bot", "a child they know", "not sure", "Bərdə", "skipped"]),
        ("az", ["Bota cavabları", "tanıdığı uşağa", "bilmir", "Bərdə", "keçilib"]),
        ("ru", ["Ответы боту", "знакомому ребёнку", "нет уверенности", "Барда", "вопрос пропущен"]),
    ],
)
def test_answers_to_a_guide_are_shown_in_the_counsellors_words(
    console: Console, language: str, words: list[str]
) -> None:
    answers = "who:child danger:unsure place_of_child:barda child_age:skipped"
    asked = Ask("hand_off", {"reason": "help_now", "level": "concern", "due": "15", "answers": answers})
    console.helpline.dialogue.answer = lambda request: says("guide_help_now_end", asks=(asked,))
    console.helpline.say("salam")
    page = console.counsellor("counsellor-1", language=language).post("/take-next").html
    assert [word for word in words if word not in page] == []


def test_answers_to_a_guide_are_shown_no_more_once_erased(console: Console) -> None:
    asked = Ask("hand_off", {"reason": "help_now", "level": "concern", "due": "15", "answers": "who:child"})
    console.helpline.dialogue.answer = lambda request: says("guide_help_now_end", asks=(asked,))
    console.helpline.say("salam")
    with console.helpline.database.unit() as unit:
        unit.erase(1, console.helpline.clock.now())
    page = console.counsellor("counsellor-1").post("/take-next")
    assert (page.status, "Answered to the bot" in page.html) == (200, False)


def test_most_pressing_case_is_taken_first_then_the_oldest(console: Console) -> None:
    found = {"a": Level.URGENT, "b": Level.CONCERN, "c": Level.EMERGENCY, "d": Level.URGENT}
    for number, (said, level) in enumerate(found.items()):
        console.helpline.finds(said, finding(level, Risk.HUMAN_REQUEST if level is Level.CONCERN else Risk.NEGLECT))
        console.helpline.say(said, address=f"70000000{number}")
        console.helpline.pass_(seconds=30)
    person = console.counsellor("counsellor-1")
    taken = [person.open("/").post("/take-next").path for _ in range(4)]
    assert taken == ["/cases/3", "/cases/1", "/cases/4", "/cases/2"]


def test_two_counsellors_cannot_take_the_same_case(urgent: Console) -> None:
    first, second = urgent.counsellor("counsellor-1"), urgent.counsellor("counsellor-2")
    assert first.post("/cases/1/take").path == "/cases/1"
    late = second.post("/cases/1/take")
    assert late.status == 409
    assert "Another counsellor has already taken this case." in late.html
    assert events(urgent).count("taken") == 1


def test_waiting_case_opens_by_taking_it_only(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1")
    shut = person.open("/cases/1")
    assert shut.status == 403
    assert SAID not in shut.html
    assert "atam" in person.post("/cases/1/take").html


def test_colleagues_case_stays_shut_and_a_supervisor_may_look(urgent: Console) -> None:
    urgent.counsellor("counsellor-1").post("/cases/1/take")
    other = urgent.counsellor("counsellor-2").open("/cases/1")
    assert (other.status, "atam" in other.html) == (403, False)
    boss = urgent.counsellor("supervisor-1", "supervisor").open("/cases/1")
    assert (boss.status, "atam" in boss.html) == (200, True)
    assert events(urgent).count("viewed") == 2


def test_text_of_a_person_is_shown_as_text(urgent: Console) -> None:
    page = urgent.counsellor("counsellor-1").post("/cases/1/take")
    assert "atam məni döyür &lt;b&gt;&amp;" in page.html
    assert "<b>&" not in page.html


def test_reply_posted_twice_is_sent_once(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    urgent.helpline.send_all()
    secret, key = person.secret(), person.key()
    for _ in range(2):
        person.post("/cases/1/reply", csrf=secret, key=key, text="Buradayam")
    assert urgent.helpline.send_all() == ["Buradayam"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t"], ids=["empty", "spaces", "blank lines"])
@pytest.mark.parametrize("action", ["reply", "note"])
def test_text_without_words_is_not_sent(urgent: Console, action: str, text: str) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    urgent.helpline.send_all()
    assert person.post(f"/cases/1/{action}", text=text, key="k").status == 400
    assert urgent.helpline.send_all() == []


def test_reply_to_a_case_that_went_back_to_the_queue_is_kept_on_the_page(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    urgent.helpline.send_all()
    urgent.helpline.pass_(minutes=6)
    urgent.helpline.sweep()
    urgent.helpline.send_all()
    late = person.post("/cases/1/reply", key="k", text="Uzun cavabım")
    assert late.status == 403
    assert "Uzun cavabım" in late.html
    assert "was not sent" in late.html
    assert urgent.helpline.send_all() == []


def test_note_is_seen_by_counsellors_and_sent_to_nobody(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    urgent.helpline.send_all()
    assert "remember this" in person.post("/cases/1/note", text="remember this").html
    assert urgent.helpline.send_all() == []


def test_verdict_is_given_beside_the_message_and_shown(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    message = re.search(r'name="message" value="(\d+)"', person.html)
    assert message is not None
    assert "How pressing was this really?" in person.html
    assert "Judged: None" not in person.html
    judged = person.post("/cases/1/judge", message=message[1], level="concern")
    assert judged.path == "/cases/1"
    assert "Judged: Concern" in judged.html


@pytest.mark.parametrize(
    "form",
    [{}, {"message": "x", "level": "none"}, {"message": "1", "level": "high"}, {"message": "999", "level": "none"}],
)
def test_verdict_that_is_none_is_refused(urgent: Console, form: dict[str, str]) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    assert person.post("/cases/1/judge", **form).status in (404, 409)


@pytest.fixture
def with_code_word(console: Console) -> Console:
    """A child with a code word has told of harm."""
    console.helpline.press("discreet:word")
    console.helpline.say("qarpız")
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)
    return console


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Remove the code word"), ("az", "Şifrə sözünü ləğv et"), ("ru", "Снять кодовое слово")],
)
def test_forgotten_code_word_is_removed_on_the_case_page(with_code_word: Console, language: str, words: str) -> None:
    person = with_code_word.counsellor("counsellor-1", language=language).post("/cases/1/take")
    assert words in person.html
    removed = person.post("/cases/1/reset-code-word")
    assert (removed.path, words in removed.html) == ("/cases/1", False)
    assert with_code_word.helpline.conversation().discretion.code_word is False
    assert events(with_code_word)[-1] == "code_word_reset"


def test_code_word_is_not_removed_by_who_does_not_hold_the_case(with_code_word: Console) -> None:
    with_code_word.counsellor("counsellor-1").post("/cases/1/take")
    with_code_word.counsellor("counsellor-2").open("/").post("/cases/1/reset-code-word")
    assert with_code_word.helpline.conversation().discretion.code_word is True


def test_case_without_a_code_word_offers_no_removal(urgent: Console) -> None:
    assert "reset-code-word" not in urgent.counsellor("counsellor-1").post("/cases/1/take").html


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the panic word"), ("az", "tez çıxış"), ("ru", "быстрого выхода")]
)
def test_panic_word_is_seen_in_the_case_which_stays(urgent: Console, language: str, words: str) -> None:
    urgent.helpline.say("çıx")
    person = urgent.counsellor("counsellor-1", language=language).post("/cases/1/take")
    assert words in person.html
    assert SAID.split(" <")[0] in person.html


def test_hand_back_puts_the_case_into_the_queue(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    assert person.post("/cases/1/hand-back").path == "/"
    case = urgent.helpline.case()
    assert case is not None
    assert case.state is CaseState.WAITING


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/cases/1/burn", {}, 404),
        ("/cases/99/take", {}, 404),
        ("/cases/99/reply", {"text": "x", "key": "k"}, 404),
    ],
    ids=["unknown action", "take of no case", "reply to no case"],
)
def test_form_that_asks_for_what_there_is_not_is_404(
    urgent: Console, path: str, fields: dict[str, str], status: int
) -> None:
    person = urgent.counsellor("counsellor-1").post("/cases/1/take")
    assert person.post(path, **fields).status == status


def test_counsellor_does_nothing_to_a_colleagues_case(urgent: Console) -> None:
    urgent.counsellor("counsellor-1").post("/cases/1/take")
    urgent.helpline.send_all()
    other: Person = urgent.counsellor("counsellor-2").open("/")
    for action in ("reply", "note", "hand-back"):
        page = other.post(f"/cases/1/{action}", csrf=other.secret(), text="x", key="k")
        assert page.status == 403
        other.open("/")
    assert urgent.helpline.send_all() == []
    assert events(urgent)[-1] in ("taken", "viewed")


def test_adults_report_and_evidence_are_shown(console: Console) -> None:
    console.helpline.finds("qonşu", finding(Level.URGENT, Risk.NEGLECT, speaker=Speaker.ADULT_REPORT))
    console.helpline.say("qonşu")
    page = console.counsellor("counsellor-1").post("/take-next").html
    assert "neglect" in page
    assert "an adult reporting" in page
    assert "words" in page


def test_erased_text_is_said_to_be_erased(urgent: Console) -> None:
    with urgent.helpline.database.unit() as unit:
        unit.erase(1, urgent.helpline.clock.now())
    page = urgent.counsellor("supervisor-1", "supervisor").open("/cases/1").html
    assert "The text was erased" in page
    assert "atam" not in page


def test_ten_thousand_messages_show_the_newest(urgent: Console) -> None:
    for number in range(230):
        urgent.helpline.receive(f"m{number}")
    page = urgent.counsellor("supervisor-1", "supervisor").open("/cases/1").html
    assert "m229" in page
    assert ">m0<" not in page
    assert ">m0<" in urgent.counsellor("supervisor-2", "supervisor").open("/cases/1?all=1").html
