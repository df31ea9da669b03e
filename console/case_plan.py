"""The safety plan's part of a case's page: build it, look at it as it goes out, send it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal, UnknownAction
from console.parts import ConsoleParts
from console.plan_forms import LONGEST_STEP, Typed, plan_forms, previewed, typed_plan
from helpline.accounts import SignedIn
from helpline.safety_plans import EmptyPlan, StepTooLong
from store.case_pages import CasePage


class Plans:
    leaves: frozenset[str] = frozenset()
    refusals: Mapping[type[Exception], Refusal] = {
        EmptyPlan: Refusal("plan.empty"),
        StepTooLong: Refusal("plan.too_long"),
    }

    def __init__(self, parts: ConsoleParts) -> None:
        self._desk = parts.desk
        self._book = parts.book
        self.actions: Mapping[str, Act] = {"plan": self._save, "send-plan": self._send}

    def back(self, action: str) -> str:
        return "#plan"

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        plan = None if page.plan is None else page.plan.plan
        typed = _typed(posted) if posted is not None and "kind" in posted.form else None
        return {
            "plan_forms": plan_forms(plan, typed),
            "plan_preview": previewed(plan, self._book, page.row.language, page.row.channel),
            "longest_step": LONGEST_STEP,
        }

    def _save(self, posted: Posted) -> None:
        typed = _typed(posted)
        self._desk.save_plan(posted.case, posted.counsellor, typed.kind, typed.steps)

    def _send(self, posted: Posted) -> None:
        self._desk.send_plan(posted.case, posted.counsellor, posted.key)


def _typed(posted: Posted) -> Typed:
    try:
        return typed_plan(posted.form)
    except ValueError:
        raise UnknownAction from None


def typed_steps(posted: Posted) -> str:
    """What was typed into a plan that could not be saved any more, so that it is not lost."""
    try:
        return typed_plan(posted.form).text
    except ValueError:
        return ""
