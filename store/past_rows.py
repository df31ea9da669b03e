"""What lies before a turn's message: earlier disclosures, the case that was closed, the safety plan; and what helped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, func, select, update

from helpline.conversations import Case, CaseState, ClosedCase, Disclosure, Past
from helpline.safety_plans import STEPS, PlanKind, SafetyPlan
from store.matter_tables import feedback, safety_plans
from store.rows import Rows
from store.sealing import Vault
from store.tables import case_events, cases, messages
from triage.taxonomy import Level, Risk, Speaker

TOLD_MESSAGES = 20
# Written down once a case; asked again only after another one.
ASKED_AGAIN = "asked_again"
_NOTHING_WAS = ("false_alarm", "test")


class PastRows(Rows):
    def past_of(self, conversation: int, message: int, case: Case | None) -> Past:
        """What the turn of `message` may know of what was before it."""
        return Past(
            told=self._told_before(conversation, message),
            read=case is not None and self._was_read(case.id),
            closed=self._closed_case(conversation),
            plan=self.plan_of(conversation),
        )

    def _told_before(self, conversation: int, message: int) -> tuple[Disclosure, ...]:
        query = (
            select(messages.c.finding, messages.c.at)
            .where(
                messages.c.conversation_id == conversation,
                messages.c.id < message,
                messages.c.level >= int(Level.URGENT),
                messages.c.finding.is_not(None),
            )
            .order_by(messages.c.id.desc())
            .limit(TOLD_MESSAGES)
        )
        return tuple(_disclosure(row, self._vault) for row in self._db.execute(query).mappings())

    def _was_read(self, case: int) -> bool:
        opened = (case_events.c.case_id == case) & case_events.c.what.in_(("taken", "viewed"))
        return self._db.execute(select(case_events.c.id).where(opened).limit(1)).scalar() is not None

    def _closed_case(self, conversation: int) -> ClosedCase | None:
        """The newest closed case, unless it turned out to be none."""
        here = (cases.c.conversation_id == conversation) & (cases.c.state == CaseState.CLOSED.value)
        asked = (case_events.c.case_id == cases.c.id) & (case_events.c.what == ASKED_AGAIN)
        asked_again = select(func.count()).select_from(case_events).where(asked).correlate(cases).scalar_subquery()
        columns = (cases.c.id, cases.c.level, cases.c.closed_at, cases.c.close_reason, asked_again.label("asked"))
        row = self._db.execute(select(*columns).where(here).order_by(cases.c.id.desc()).limit(1)).first()
        if row is None or row.close_reason in _NOTHING_WAS:
            return None
        return ClosedCase(row.id, Level(row.level), row.closed_at, row.asked > 0)

    def plan_of(self, conversation: int) -> SafetyPlan | None:
        here = safety_plans.c.conversation_id == conversation
        body = self._db.execute(select(safety_plans.c.body).where(here)).scalar()
        return opened_plan(body, self._vault)

    def save_plan(self, conversation: int, counsellor: int, plan: SafetyPlan, at: datetime) -> None:
        """Keep the person's plan, sealed; it replaces the one before."""
        sealed = self._vault.seal_json({"kind": plan.kind.value, "language": plan.language, "steps": dict(plan.steps)})
        here = safety_plans.c.conversation_id == conversation
        values = {"counsellor_id": counsellor, "body": sealed, "changed_at": at}
        if self._db.execute(update(safety_plans).where(here).values(**values)).rowcount == 0:
            self._insert(safety_plans, {"conversation_id": conversation, "made_at": at, **values})

    def add_feedback(self, item: str, language: str, form: str, helped: bool, day: datetime) -> None:
        """Count an answer about a text; it belongs to nobody."""
        values = {"item": item, "language": language, "form": form, "helped": helped, "at": day}
        self._insert(feedback, values)


def opened_plan(body: bytes | None, vault: Vault) -> SafetyPlan | None:
    """The plan of a sealed body; None where there is none, or no more."""
    found = vault.open_json(body)
    if not isinstance(found, dict):
        return None
    kind, steps = PlanKind(found["kind"]), found["steps"]
    return SafetyPlan(kind, str(found["language"]), {step: str(steps[step]) for step in STEPS[kind] if step in steps})


def _disclosure(row: RowMapping, vault: Vault) -> Disclosure:
    found = vault.open_json(row["finding"])
    told = found if isinstance(found, dict) else {}
    known = {risk.value for risk in Risk}
    risks = frozenset(Risk(risk) for risk in told.get("risks", ()) if risk in known)
    return Disclosure(risks, Speaker(told.get("speaker", Speaker.UNKNOWN.value)), row["at"])
