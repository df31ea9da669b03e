"""Referrals as they are seen, and the days of a counsellor and of an agency's focal point by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from helpline.accounts import Account, Role
from helpline.referral_desk import ReferralDesk, ReferralRoom
from helpline.referral_table import table
from helpline.referrals import Consent, How, Suspicion, Wanted, Who
from store.tables import conversations, counsellors
from tests.browser.room import Room
from tests.console.conftest import PASSWORD
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"
COMMISSION = "commission_barda"
WANTED = Wanted(
    ("safety", "psychological"),
    ("pseudonym", "age_band", "language", "district", "level", "risks", "summary", "safe_contact"),
    ("physical_violence", "emotional_abuse"),
    {"summary": "Evdə davamlı zorakılıq, uşaq axşam saatlarında qorxur.", "safe_contact": "15-17 arası, məktəbdə"},
)


class House:
    """A child's case in the hands of counsellor-1."""

    def __init__(self, room: Room) -> None:
        self.room = room
        room.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
        room.helpline.say(SAID)
        with room.helpline.database.engine.begin() as db:
            db.execute(update(conversations).values(district="barda", audience="child", age_band="11-14"))
        self.page = room.sign_in("counsellor-1")
        self.page.keyboard.press("t")
        self.page.wait_for_selector("#reply")
        stands = ReferralRoom(
            room.helpline.database, room.helpline.book, room.helpline.clock, room.helpline.bell, table()
        )
        self.desk = ReferralDesk(stands)
        self.holder = Account(1, "counsellor-1", Role.COUNSELLOR, "en")

    def draft(self, service: str = COMMISSION) -> int:
        return self.desk.draft(1, self.holder, service, WANTED, unverified=True).id

    def sent(self, service: str = COMMISSION) -> int:
        number, now = self.draft(service), self.room.helpline.clock.now()
        consent = Consent(frozenset({Who.CHILD}), How.CHAT, now, table().consent_version, Suspicion.YES, True)
        self.desk.send(number, self.holder, consent)
        return number

    def agency(self, name: str, service: str) -> Page:
        """A focal point's window, signed in."""
        self.room.accounts.add(name, "focal_point", PASSWORD, "en")
        with self.room.helpline.database.engine.begin() as db:
            db.execute(update(counsellors).where(counsellors.c.name == name).values(agency=service))
        return enter(self.room, name)


def enter(room: Room, name: str) -> Page:
    """Sign in through the door, by keyboard."""
    page = room.browser.new_context(viewport={"width": 1440, "height": 900}, base_url=room.url).new_page()
    page.goto("/sign-in")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    page.goto("/referrals")
    return page


@pytest.fixture
def house(room: Room) -> House:
    return House(room)


def test_choosing_a_service_is_in_order_in_every_language_and_width(house: House) -> None:
    house.room.look(house.page, "/referrals/new/1", "referral-new")


def test_draft_is_in_order_in_every_language_and_width(house: House) -> None:
    house.room.look(house.page, f"/referrals/{house.draft()}", "referral-draft")


def test_sent_referral_is_in_order_in_every_language_and_width(house: House) -> None:
    house.room.look(house.page, f"/referrals/{house.sent()}", "referral-sent")


def test_list_is_in_order_in_every_language_and_width(house: House) -> None:
    house.sent()
    house.draft("support_centre_goranboy")
    house.room.look(house.page, "/referrals", "referral-list")


def test_case_with_referrals_is_in_order_in_every_language_and_width(house: House) -> None:
    house.sent()
    house.draft("support_centre_goranboy")
    house.room.look(house.page, "/cases/1", "referral-case")


def test_agencys_page_is_in_order_in_every_language_and_width(house: House) -> None:
    number = house.sent()
    house.room.look(house.agency("focal-1", COMMISSION), f"/referrals/{number}", "referral-agency")


def test_request_to_go_without_consent_is_in_order_in_every_language_and_width(house: House) -> None:
    number = house.draft()
    house.desk.ask_override(number, house.holder, "life_in_danger", "Bıçaqla hədələyir, uşaq evdən çıxa bilmir.")
    supervisor = house.room.sign_in("supervisor-1", "supervisor")
    house.room.look(supervisor, f"/referrals/{number}", "referral-override")


def test_counsellor_refers_by_keyboard_alone(house: House) -> None:
    page = house.page
    page.goto("/cases/1")
    _press(page, "a[href='/referrals/new/1']", "Enter")
    page.wait_for_url("**/referrals/new/1")
    _press(page, "input[name=needs][value=safety]", "Space")
    _press(page, f"#s-{COMMISSION}", "Space")
    _press(page, "input[name=unverified]", "Space")
    _press(page, "form.new button.primary", "Enter")
    page.wait_for_selector("#preview")
    _press(page, "form[action$='ask-consent'] button", "Enter")
    page.wait_for_selector("[role=status]")
    assert len(house.room.helpline.send_all()) >= 1
    house.room.helpline.press("referral:agree:1")
    page.reload()
    assert page.locator(".answer.yes strong").inner_text() == "The person answered: yes."
    for choice in ("[name=suspicion][value=yes]", "[name=who][value=child]", "[name=how][value=chat]"):
        _press(page, f".consent {choice}", "Space")
    _press(page, ".consent button.primary", "Enter")
    page.wait_for_selector(".letters")
    assert page.locator(".headline .state").inner_text() == "◐ Sent"


def test_focal_points_day_by_keyboard_with_two_agencies(house: House) -> None:
    number = house.sent()
    other = house.agency("focal-2", "commission_ganja")
    assert other.evaluate(f"fetch('/referrals/{number}').then((answer) => answer.status)") == 404
    agency = house.agency("focal-1", COMMISSION)
    _press(agency, f"a[href='/referrals/{number}']", "Enter")
    agency.wait_for_selector("#shared")
    assert agency.locator("nav.sections a").all_inner_texts() == ["Referrals"]
    _press(agency, "form[action$='accept'] button", "Enter")
    agency.wait_for_selector("form[action$='done']")
    _press(agency, "form[action$='done'] button", "Enter")
    agency.wait_for_selector("h1 + .headline .state.done")
    assert agency.locator("#shared").count() == 0


def _press(page: Page, selector: str, key: str) -> None:
    """Reach an element by keyboard, as whoever has no mouse: it takes the focus and the key."""
    page.locator(selector).focus()
    page.keyboard.press(key)
