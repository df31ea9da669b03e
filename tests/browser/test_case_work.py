"""A case's page as a counsellor works on it: what is seen, and a way through it by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from helpline.messages import Kind, SendFailed
from tests.browser.room import Room
from tests.console.conftest import PASSWORD
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür. qorxuram evə getməyə"
NOW = "indi qapını sındırır, Nizami küçəsi ev 12"


def emergency(room: Room, **fields: object) -> None:
    helpline = room.helpline
    helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.finds(NOW, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    helpline.say(SAID, **fields)
    helpline.say(NOW, **fields)


def took(room: Room, name: str = "counsellor-1", language: str = "en", width: int = 1440) -> Page:
    page = room.sign_in(name, language=language, width=width)
    page.wait_for_load_state()  # scripts come after the page
    page.keyboard.press("t")
    page.wait_for_selector("#say-here")
    page.wait_for_load_state()
    return page


def test_emergency_is_in_order_in_every_language_and_width(room: Room) -> None:
    emergency(room)
    room.look(took(room), "/cases/1", "case-emergency")


def test_long_case_is_in_order_in_every_language_and_width(room: Room) -> None:
    """Replied, changed, failed, kept back, an SMS with its canned replies open, a colleague looking on."""
    sms = {"channel": "sms_twilio", "address": "+994700000009"}
    helpline = room.helpline
    helpline.pass_(hours=10, minutes=52)
    emergency(room, **sms)
    page = took(room)
    page.click("#say-here")
    page.wait_for_selector("#say-here", state="hidden")
    helpline.send_all()
    helpline.pass_(minutes=2)
    helpline.say("ev 12", thread_id="5", **sms)
    helpline.say("ev 14", kind=Kind.EDITED, thread_id="5", **sms)
    helpline.channels["sms_twilio"].script.append(SendFailed("30003", retryable=False))
    helpline.desk.reply(1, 1, "Salam, buradayam. Ev hansı küçədədir?", "k")
    helpline.send_all()
    helpline.pass_(minutes=12)
    helpline.desk.reply(1, 1, "Hələ buradayam.", "k2")
    helpline.send_all()
    colleague = room.sign_in("supervisor-1", role="supervisor")
    colleague.goto("/cases/1")
    opens = "document.getElementById('canned').open = true;"
    page.add_init_script(f"addEventListener('load', () => {{ if (location.pathname === '/cases/1') {opens} }})")
    room.look(page, "/cases/1", "case-long")


def test_case_is_worked_by_keyboard_alone(room: Room) -> None:
    """The first word, a canned reply changed and sent, a note, the sheet of keys, back to the queue."""
    emergency(room)
    page = took(room)
    page.keyboard.press("i")
    page.keyboard.press("Enter")
    page.wait_for_selector("#say-here", state="hidden")
    assert room.helpline.send_all()[-1:] == room.helpline.text("here_now")
    page.keyboard.press("c")
    expect(page.locator("#canned-search")).to_be_focused()
    page.keyboard.type("ünvan")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#reply")).to_be_focused()
    page.keyboard.type(" Tez yaz.")
    written = page.input_value("#reply")
    assert room.helpline.send_all() == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".line.counsellor >> text=Tez yaz.")
    assert room.helpline.send_all() == [written]
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("n? r q")
    assert page.input_value("#note") == "n? r q"


def test_sheet_of_keys_is_true_and_gives_the_focus_back(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.locator("#to-queue").focus()
    page.keyboard.press("?")
    shown = page.eval_on_selector_all("#keys [data-key]:not([hidden])", "rows => rows.map(row => row.dataset.key)")
    assert shown == ["r", "c", "i", "n", "p", "e", "x", "z", "q"]
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page.locator("#to-queue")).to_be_focused()
    for key, selector in (
        ("p", "#plan summary"),
        ("x", "#to"),
        ("z", "a[href$='/wrap-up']"),
        ("e", "#place"),
        ("r", "#reply"),
    ):
        page.locator("#to-queue").focus()
        page.keyboard.press(key)
        inside = (
            "one => one === document.activeElement || one.closest('section, form').contains(document.activeElement)"
        )
        assert page.locator(selector).first.evaluate(inside), key


def test_keys_work_in_another_layout_and_can_be_put_off(room: Room) -> None:
    emergency(room)
    page = took(room, language="ru")
    page.evaluate(PRESS, ["к", "KeyR"])
    expect(page.locator("#reply")).to_be_focused()
    page.locator("#to-queue").focus()
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator("#reply")).not_to_be_focused()


PRESS = """([key, code]) => document.body.dispatchEvent(new KeyboardEvent("keydown", {key, code, bubbles: true}))"""


def test_page_renews_around_what_is_typed_and_open(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.fill("#reply", "yarımçıq cavab")
    page.fill("#place", "Nizami 12")
    page.locator("#verdict-1 summary").click()
    page.locator("#verdict-1 summary").focus()
    page.evaluate("window.scrollTo(0, 0)")
    room.helpline.say("burdayam")
    page.wait_for_selector(".line.person >> text=burdayam")
    assert (page.input_value("#reply"), page.input_value("#place")) == ("yarımçıq cavab", "Nizami 12")
    assert page.locator("#verdict-1").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.closest('details').id") == "verdict-1"
    page.locator("#arrived button").click()
    expect(page.locator("#reply")).to_be_focused()
    expect(page.locator(".line").last).to_be_in_viewport()


def test_what_is_typed_outlives_the_page_and_is_gone_once_sent(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.fill("#reply", "yarımçıq cavab")
    page.fill("#note", "yarımçıq qeyd")
    page.wait_for_selector("#draft-kept:not([hidden])")
    page.reload()
    assert (page.input_value("#reply"), page.input_value("#note")) == ("yarımçıq cavab", "yarımçıq qeyd")
    page.click("#reply-form button")
    page.wait_for_selector(".line.counsellor >> text=yarımçıq cavab")
    assert page.input_value("#reply") == ""
    assert page.evaluate("Object.keys(localStorage)") == []


def test_typing_reaches_the_worker_and_reading_does_not(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.wait_for_timeout(2500)
    with room.helpline.database.unit() as unit:
        assert unit.lease_typing("telegram", room.helpline.clock.now()) is None
    page.locator("#reply").press_sequentially("Salam")
    page.wait_for_selector("#draft-kept:not([hidden])")
    with room.helpline.database.unit() as unit:
        assert unit.lease_typing("telegram", room.helpline.clock.now()) == "700000001"


def test_text_stays_when_the_sign_in_ended_and_goes_on_after_another(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.fill("#reply", "yarımçıq")
    page.wait_for_selector("#draft-kept:not([hidden])")
    page.fill("#reply", "yarımçıq cavab")
    page.context.clear_cookies()
    page.wait_for_selector("#signed-out:not([hidden])")
    page.click("#reply-form button")
    assert page.input_value("#reply") == "yarımçıq cavab"
    again = page.context.new_page()
    again.goto("/sign-in")
    again.fill("[name=name]", "counsellor-1")
    again.fill("[name=password]", PASSWORD)
    again.press("[name=password]", "Enter")
    again.wait_for_selector("header form[action='/sign-out']", state="attached")
    page.click("#signed-out button")
    page.wait_for_selector("#signed-out", state="hidden")
    page.click("#reply-form button")
    page.wait_for_selector(".line.counsellor >> text=yarımçıq cavab")


def test_number_is_asked_for_with_a_reason_and_shown(room: Room) -> None:
    emergency(room, channel="sms_twilio", address="+994700000009")
    page = took(room)
    page.locator("#reveal summary").click()
    page.select_option("#reveal-reason", "operator_asks")
    page.fill("#reveal-why", "102 ünvanı tapmır")
    page.click("#reveal button")
    expect(page.locator(".shown-number")).to_have_text("+994700000009")
    assert "994" not in page.title() + page.url


def test_text_is_there_to_copy_when_the_case_left(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.fill("#reply", "yarımçıq")
    page.wait_for_selector("#draft-kept:not([hidden])")
    page.fill("#reply", "yarımçıq cavab")
    room.helpline.desk.hand_back(1, 1)
    page.wait_for_selector("#kept-1")
    assert page.input_value("#kept-1") == "yarımçıq cavab"
    room.faults.clear()  # the browser's own word about the page that does not open any more


def test_escape_closes_the_replies_and_gives_the_focus_to_the_box(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.keyboard.press("c")
    page.keyboard.type("zzz")
    expect(page.locator("#canned .empty")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#canned-search")).to_be_hidden()
    expect(page.locator("#reply")).to_be_focused()


def test_rescue_sheet_comes_onto_the_open_page(room: Room) -> None:
    room.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    room.helpline.finds(NOW, finding(Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE))
    room.helpline.say(SAID)
    page = took(room)
    page.fill("#reply", "yarımçıq")
    expect(page.locator("#rescue-card")).to_have_count(0)
    room.helpline.say(NOW)
    page.wait_for_selector("#rescue-card")
    assert page.input_value("#reply") == "yarımçıq"


def test_sheet_of_the_queue_is_true(room: Room) -> None:
    emergency(room)
    page = room.sign_in("counsellor-1")
    page.wait_for_load_state()
    page.keyboard.press("?")
    shown = page.eval_on_selector_all("#keys [data-key]:not([hidden])", "rows => rows.map(row => row.dataset.key)")
    assert shown == ["t"]
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.wait_for_selector("#say-here")
    page.wait_for_load_state()  # keys work once the page's scripts are there
    page.keyboard.press("q")
    page.wait_for_selector("#take-next")
    page.wait_for_load_state()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/cases/1"


def test_note_is_seen_once_saved_and_the_reply_stays_in_sight(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.click("#say-here")
    page.wait_for_selector("#say-here", state="hidden")
    page.fill("#note", "qapı bağlıdır")
    page.locator("#notes button").click()
    expect(page.locator("#notes .one-note")).to_be_in_viewport()
    expect(page.locator("#reply")).to_be_in_viewport()
    expect(page.locator(".line").last).to_be_in_viewport()


def test_refusal_is_where_the_page_opens(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.click("#say-here")
    page.wait_for_selector("#say-here", state="hidden")
    page.locator("details:has(#next_step) summary").click()
    page.fill("#next_step", "zəng")
    page.fill("#until", "2020-01-01T10:00")
    page.locator("details:has(#next_step) button").click()
    expect(page.locator("#refusal")).to_be_focused()
    expect(page.locator("#refusal")).to_be_in_viewport()
    room.faults.clear()  # the browser's own word about a form that was refused


def test_sheet_of_keys_is_found_in_the_menu(room: Room) -> None:
    emergency(room)
    page = took(room)
    page.locator("header .own summary").click()
    page.locator("#show-keys").click()
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("header .own summary")).to_be_focused()
