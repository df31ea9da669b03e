"""From a phone to a counsellor's screen and back, through real processes, in both languages and on both channels."""

from __future__ import annotations

import re

import pytest

from helpline import segments
from tests.journeys.conftest import CANARY, Desk, Running
from tests.journeys.deployment import DUTY_CHAT, WEBHOOK_SECRET, until

AZ_URGENT = f"atam meni her gun kemerle doyur qorxuram {CANARY}"
RU_URGENT = f"отчим каждый день бьёт меня ремнём, мне страшно {CANARY}"
AZ_EMERGENCY = "komek edin atam bicaqla qapini sindirir"
RU_EMERGENCY = "помогите папа с ножом ломает дверь"


def pseudonyms(running: Running, desk: Desk) -> set[str]:
    return set(desk.queue().waiting())


@pytest.fixture
def newest(running: Running, counsellor: Desk):  # type: ignore[no-untyped-def]  # a callable of this file
    """Tell the pseudonym of the case that comes after now."""
    before = pseudonyms(running, counsellor)

    def name() -> str:
        until(lambda: pseudonyms(running, counsellor) - before, what="a new case in the queue")
        return (pseudonyms(running, counsellor) - before).pop()

    return name


@pytest.mark.parametrize(
    ("said", "thanks", "written"),
    [
        (AZ_URGENT, "inanırıq", f"Yaxşı, gözləyirəm {CANARY}"),
        (RU_URGENT, "верим", f"Спасибо, я жду {CANARY}"),
    ],
    ids=["az", "ru"],
)
def test_disclosure_on_telegram_reaches_a_counsellor_and_comes_back(
    running: Running,
    counsellor: Desk,
    supervisor: Desk,
    newest,
    said: str,
    thanks: str,
    written: str,  # type: ignore[no-untyped-def]
) -> None:
    child, page = running.telegram(), counsellor.page
    first = child.says(said, thanks, "102")
    assert len(first) <= 2
    counsellor.take(newest())
    child.hears("102")
    assert CANARY in counsellor.lines()

    page.fill("#reply", f"I am here {CANARY}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    child.hears("I am here")
    # A new message comes onto the open page by itself, and the bot keeps silent.
    page.locator(".line.counsellor p", has_text="I am here").wait_for()
    heard = len(child.heard())
    page.evaluate("window.same = true")
    child.says(written)
    page.locator(".line.person p", has_text=written).wait_for(timeout=15_000)
    assert page.evaluate("window.same") is True
    until(lambda: running.deployment.figure("pending_turns") == 0, what="the message was understood")
    assert len(child.heard()) == heard

    page.fill("#note", f"private {CANARY}")
    page.locator("form[action$='/note'] button").click()
    page.get_by_text(f"private {CANARY}").wait_for()
    # Nobody closes what is urgent alone: the second person says so on a screen of their own.
    page.locator("a[href$='/wrap-up']").click()
    page.locator("[name=call_type]").wait_for()
    for answer in page.locator("[type=radio][value=yes]").all():
        answer.check()
    page.select_option("[name=call_type]", "child_about_self")
    page.select_option("[name=issue_0]", "violence.physical")
    page.select_option("[name=reason]", "referred")
    page.locator("button[value=ask]").click()
    supervisor.queue().page.locator(".asked a.button").click()
    supervisor.page.locator("form[action$='/sign'] button").click()
    supervisor.page.wait_for_selector("#take-next")
    until(lambda: len(child.heard()) > heard, what="the person is told of the end")
    assert not any("private" in text for text in child.heard())


@pytest.mark.parametrize(
    ("said", "words"), [(AZ_EMERGENCY, ["Zəng"]), (RU_EMERGENCY, ["звони"])], ids=["az without diacritics", "ru"]
)
def test_emergency_by_sms_gets_the_number_and_one_step_at_once(running: Running, said: str, words: list[str]) -> None:
    child = running.sms()
    heard = child.says(said, "102")
    assert len(heard) <= 2
    assert all(segments.count(text).parts <= 3 for text in heard)
    assert sum(segments.count(text).parts for text in heard) <= 5
    assert any(word.lower() in heard[0].lower() for word in words)


def test_first_talk_on_telegram_greets_offers_and_answers(running: Running) -> None:
    child = running.telegram()
    greeting = child.says("/start", "bot")
    assert len(greeting) == 1
    assert list(child.buttons()) == ["Русский", "Menyu", "İnsanla yazışmaq", "Kömək nömrələri"]
    child.presses("Menyu", "kimin üçün")
    child.presses("Uşaq, yeniyetmə", "")
    until(lambda: len(child.heard()) >= 3)
    child.presses(_first(child.buttons(), "menu:child:"))
    until(lambda: len(child.heard()) >= 4)
    child.presses(_first(child.buttons(), "topic:"))
    until(lambda: len(child.heard()) >= 5)
    child.presses("Русский", "рус")
    # Chosen, so a word of the other language does not switch it back.
    child.says("salam", "бот")


def _first(buttons: dict[str, str], kind: str) -> str:
    """The label of the first button of a kind."""
    return next(label for label, code in buttons.items() if code.startswith(kind))


def test_first_talk_by_sms_takes_digits_in_russian(running: Running) -> None:
    parent = running.sms()
    greeting = parent.says("Здравствуйте, как не кричать на ребенка", "бот")
    assert all(segments.count(text).parts <= 3 for text in greeting)
    since = len(parent.heard())
    parent.says("9", "102")
    assert len(parent.heard()) > since


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("STOP", "START"),
        ("стоп", "START"),
        ("START", ""),
        ("HELP", "102"),
        ("помощь", "102"),
        ("kömək", "102"),
        ("русский", "рус"),
        ("azərbaycanca", "az"),
        ("sil", ""),
        ("məxfilik", "komanda"),
    ],
)
def test_control_word_by_sms_is_answered_from_the_first_message(running: Running, said: str, answer: str) -> None:
    person = running.sms()
    person.says(said, answer)
    until(lambda: len(person.heard()) == 1)


@pytest.mark.parametrize(
    "content",
    [
        {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], "caption": CANARY},
        {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 1}},
        {"sticker": {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "type": "regular"}},
        {"location": {"latitude": 40.1, "longitude": 49.1}},
        {"contact": {"phone_number": "+994507770000", "first_name": CANARY}},
    ],
    ids=["picture", "voice", "sticker", "location", "contact"],
)
def test_what_is_no_text_is_answered_kindly(running: Running, content: dict[str, object]) -> None:
    person = running.telegram()
    person.sends("", **content)
    until(lambda: len(person.heard()) >= 1)


@pytest.mark.parametrize(
    ("hello", "bot", "word", "left"),
    [("salam", "bot", "çıx", "Hava"), ("привет", "бот", "выход", "погоде")],
    ids=["az", "ru"],
)
def test_panic_word_leaves_one_harmless_line_on_the_phone(
    running: Running, hello: str, bot: str, word: str, left: str
) -> None:
    person, api = running.telegram(), running.deployment.telegram
    person.says(hello, bot)
    person.says(f"{hello} {CANARY}", "")
    until(lambda: len(api.threads[person.chat]) >= 4, what="a thread of both sides")
    person.says(word, left)
    until(lambda: len(api.threads[person.chat]) == 1, what="an empty thread but for the line")
    assert left in person.heard()[-1]


def test_redelivered_update_is_answered_once(running: Running) -> None:
    person, deployment = running.telegram(), running.deployment
    update = deployment.telegram.says(person.chat, "salam")
    for _ in range(3):
        assert deployment.telegram.post(update, f"{deployment.public}/telegram", WEBHOOK_SECRET).status_code == 200
    person.hears("bot")
    person.says("kömək", "102")
    assert len(person.heard()) == 2


def test_forged_update_reaches_nobody(running: Running) -> None:
    person, deployment = running.telegram(), running.deployment
    forged = deployment.telegram.says(person.chat, f"forged {CANARY}")
    assert deployment.telegram.post(forged, f"{deployment.public}/telegram", "wrong").status_code == 403
    person.says("salam", "bot")
    assert len(person.heard()) == 1


def test_alert_to_the_duty_chat_has_no_word_of_the_person(running: Running) -> None:
    duty = running.deployment.on_telegram(DUTY_CHAT)
    since = len(duty.heard())
    running.telegram().says(AZ_URGENT, "102")
    until(lambda: len(duty.heard()) > since, what="an alert")
    assert not any(CANARY in text for text in duty.heard())


def test_message_that_a_vendor_refuses_for_good_is_shown_in_the_case(
    running: Running,
    counsellor: Desk,
    newest,  # type: ignore[no-untyped-def]
) -> None:
    child = running.sms()
    running.deployment.twilio.unsubscribed.add(child.number)
    url = f"{running.deployment.public}/sms/twilio"
    assert running.deployment.twilio.post_inbound(url, AZ_URGENT, child.number).status_code == 200
    name = newest()
    until(lambda: "cannot be reached" in counsellor.queue().page.locator("li.case", has_text=name).inner_text())


def test_console_and_phones_fit_a_narrow_screen_in_every_language(running: Running, counsellor: Desk) -> None:
    """Every page in every language at two widths is looked at in tests/browser; this is the deployment's own."""
    page = counsellor.queue().page
    page.set_viewport_size({"width": 360, "height": 740})
    for language in ("az", "ru", "en"):
        page.goto(counsellor.private)
        page.locator("header .own summary").click()
        page.locator(f"button[name=language][value={language}]").click()
        page.wait_for_selector(f"html[lang={language}]")
        for path in ("/", "/simulator"):
            page.goto(counsellor.private + path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True


def test_case_is_taken_and_answered_by_keyboard_alone(running: Running, counsellor: Desk) -> None:
    child, page = running.telegram(), counsellor.queue().page
    child.says(RU_URGENT, "102")
    page.reload()
    page.keyboard.press("t")
    page.wait_for_selector("#reply")
    page.keyboard.press("r")
    page.keyboard.type("typed")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Send"
    page.keyboard.press("Enter")
    page.locator(".line.counsellor", has_text="typed").wait_for()
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    page.wait_for_selector("#h-waiting")


def test_queue_in_use_does_not_move_and_says_what_is_new(running: Running, counsellor: Desk) -> None:
    page = counsellor.queue().page
    page.locator("#live").hover()
    shown = page.locator("#live").inner_text()
    running.telegram().says(AZ_URGENT, "102")
    page.locator("#news").wait_for(timeout=15_000)
    # Hovered: nothing moved under the cursor; one press shows it.
    assert page.locator("section[aria-labelledby=h-waiting] li.case").count() == shown.count("Take\n") + shown.endswith(
        "Take"
    )
    assert re.match(r"\(\d+\)", page.title())
    assert int(page.evaluate("document.body.dataset.rang") or 0) >= 1
    before = len(counsellor.waiting())
    page.locator("#refresh").click()
    until(lambda: len(counsellor.waiting()) == before + 1)


@pytest.mark.parametrize("width", [360, 1440])
def test_safety_plan_is_built_looked_at_sent_and_asked_for_again(
    running: Running,
    counsellor: Desk,
    newest,  # type: ignore[no-untyped-def]
    width: int,
) -> None:
    child, page = running.sms(), counsellor.page
    child.says(f"yaşamaq istəmirəm, hər şeydən bezmişəm {CANARY}", "103")
    counsellor.take(newest())
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("#plan summary").first.click()
    page.fill("#plan-suicide-signs", f"gecə yata bilmirəm {CANARY}")
    page.fill("#plan-suicide-tell", "nənəmə")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    page.locator("#plan form[action$='/plan'] button").first.click()
    page.locator("#plan .preview").wait_for()
    shown = page.locator("#plan .preview p").all_inner_texts()
    assert shown[:-1] == [f"1/2 Necə başlayır: gecə yata bilmirəm {CANARY}", "2/2 Kimə deyirəm: nənəmə"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
    page.locator("form[action$='/send-plan'] button").click()
    child.hears(*shown)
    since = len(child.heard())
    child.says("planım", shown[0])
    assert child.hears("ardı", since=since) == [f"{shown[0]}\n1 ardı\n2 insan"]
    # The page still renews itself; what it asks for must not meet a case that was given away meanwhile.
    counsellor.queue()
