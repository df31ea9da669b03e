"""A case that is held and answered, for what is done with it then."""

from __future__ import annotations

from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.wrap_up import vocabulary
from store.tables import case_events, cases
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür"
SAFE = dict.fromkeys(vocabulary().checklist, "yes")


def account(number: int, role: Role = Role.COUNSELLOR) -> Account:
    return Account(number, f"counsellor-{number}", role, "en")


def held_at(helpline: Helpline, counsellor: int, level: Level) -> Helpline:
    helpline.finds(TOLD, finding(level, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD, choice=None)
    if helpline.case() is None:  # a concern opens only when the person wants it
        with helpline.database.unit() as unit:
            unit.open_case(1, level, helpline.clock.now(), helpline.clock.now(), "asked")
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "Buradayam", "first")
    helpline.send_all()
    helpline.pass_(minutes=1)
    return helpline


def events(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))


def state(helpline: Helpline, case: int = 1) -> str:
    with helpline.database.reading() as db:
        return str(db.scalar(select(cases.c.state).where(cases.c.id == case)))
