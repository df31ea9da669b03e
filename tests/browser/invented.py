"""A day of a helpline that never was: people without names, for pictures of the console."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import update

from helpline.accounts import Account, Role
from helpline.referral_desk import ReferralDesk, ReferralRoom
from helpline.referral_table import table
from helpline.referrals import Wanted
from store.tables import conversations
from tests.browser.room import Room
from tests.fakes import finding
from triage.taxonomy import Level, Risk

# What is said, how pressing it is, and what it is about: in the order of cases.
SAID = (
    ("atam məni döyür, evə getməyə qorxuram", Level.URGENT, Risk.PHYSICAL_VIOLENCE),
    ("indi qapını sındırır, Bağ küçəsi ev 12", Level.EMERGENCY, Risk.DOMESTIC_VIOLENCE),
    ("evdən getmişəm, qayıtmaq istəmirəm", Level.URGENT, Risk.RUNAWAY_MISSING),
    ("я больше так не могу", Level.URGENT, Risk.SUICIDE_SELF_HARM),
    ("sinifdə hamı mənə gülür, məni vururlar", Level.URGENT, Risk.BULLYING),
)
OF_COUNSELLOR, OF_COLLEAGUE = (1, 2), 4
WANTED = Wanted(
    ("safety", "psychological"),
    ("pseudonym", "age_band", "language", "district", "level", "risks", "summary", "safe_contact"),
    ("physical_violence",),
    {"summary": "Evdə davamlı zorakılıq, uşaq axşam saatlarında qorxur.", "safe_contact": "15-17 arası, məktəbdə"},
)


class Invented:
    """Fills a room; afterwards cases 1 and 2 are with counsellor-1, the others wait or are with a colleague."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._helpline = room.helpline

    def windows(self) -> dict[str, Page]:
        """Everybody's window, by role."""
        room = self._room
        windows = {
            role: room.sign_in(f"{role}-1", role=role)
            for role in ("counsellor", "supervisor", "editor", "administrator")
        }
        colleague = self._helpline.add_counsellor("counsellor-2")
        self._helpline.on_shift(colleague)
        self._told()
        for case in OF_COUNSELLOR:
            self._helpline.desk.take(case, 1)
        self._helpline.desk.take(OF_COLLEAGUE, colleague)
        self._helpline.sweep()
        self._referred()
        with self._helpline.database.unit() as unit:
            unit.add_review(OF_COLLEAGUE, colleague, "2026-W44", "urgent", self._helpline.clock.now())
        return windows

    def _told(self) -> None:
        helpline = self._helpline
        for number, (said, level, risk) in enumerate(SAID, start=1):
            helpline.finds(said, finding(level, risk))
            helpline.say("salam", address=f"70000010{number}")
            helpline.say(said, address=f"70000010{number}")
        helpline.say("insan", address="700000109")
        with helpline.database.engine.begin() as db:
            db.execute(update(conversations).where(conversations.c.id == 1).values(audience="child", age_band="11-14"))
            db.execute(update(conversations).where(conversations.c.id <= 2).values(district="barda"))

    def _referred(self) -> None:
        helpline = self._helpline
        stands = ReferralRoom(helpline.database, helpline.book, helpline.clock, helpline.bell, table())
        holder = Account(1, "counsellor-1", Role.COUNSELLOR, "en")
        ReferralDesk(stands).draft(1, holder, "commission_barda", WANTED, unverified=True)
