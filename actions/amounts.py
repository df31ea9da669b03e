"""Amounts of money by dated record, and what follows from them: told with their month, and not at all once they ran out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from bot.guides import ROOT, SKIPPED, Answers

FILE = ROOT / "data" / "services" / "amounts.yml"
Told = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True)
class Amount:
    """A number of manats, and the month from which it is known."""

    value: int
    month: str


def amount(code: str, today: date, file: Path = FILE) -> Amount | None:
    """Return the record of a code that holds on a day, or None. In production only a verified one holds."""
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))["amounts"]
    record = next((record for record in listed if record["code"] == code), None)
    if record is None or not _holds(record, today):
        return None
    year, _, month = str(record["as_of"]).partition("-")
    return Amount(int(record["value"]), f"{month}.{year}")


def _holds(record: Mapping[str, object], today: date) -> bool:
    begins, ends, verified = (record.get(name) for name in ("valid_from", "valid_until", "verified_on"))
    if os.environ.get("HELPLINE_ENV") == "production" and not (isinstance(verified, date) and verified <= today):
        return False
    begun = not isinstance(begins, date) or begins <= today
    return begun and not (isinstance(ends, date) and ends < today)


def estimate(answers: Answers, today: date) -> Told:
    """What assistance may come to: the need criterion for each member, less the family's income in a month."""
    need, members = amount("need_criterion", today), answers.get("members", SKIPPED)
    if need is None:
        return [("guide_estimate_no_criterion", {})]
    if members == SKIPPED:
        return [("guide_estimate_no_members", {"need": str(need.value), "month": need.month})]
    limit, income = need.value * int(members), answers.get("income", SKIPPED)
    values = {"need": str(need.value), "members": members, "limit": str(limit), "month": need.month}
    if income == SKIPPED:
        told: Told = [("guide_estimate_no_income", values)]
    elif int(income) >= limit:
        told = [("guide_estimate_above", values)]
    else:
        told = [("guide_estimate", {**values, "income": income, "amount": str(limit - int(income))})]
    return told if answers.get("condition") == "yes" else [*told, ("guide_estimate_condition", {})]


def _benefit(code: str) -> Callable[[Answers, date], Told]:
    def told(answers: Answers, today: date) -> Told:
        found = amount(code, today)
        if found is None:
            return unknown(answers, today)
        return [("guide_amount", {"amount": str(found.value), "month": found.month})]

    return told


def unknown(answers: Answers, today: date) -> Told:
    """An amount that changed and was not read anew: where to ask for it."""
    return [("guide_amount_unknown", {})]


TELLS: Mapping[str, Callable[[Answers, date], Told]] = {
    "estimate": estimate,
    "under_one": _benefit("infant_in_assisted_family"),
    "many_children": _benefit("many_children"),
    "unknown": unknown,
}
TOLD_KEYS = frozenset(
    {
        "guide_amount",
        "guide_amount_unknown",
        "guide_estimate",
        "guide_estimate_above",
        "guide_estimate_condition",
        "guide_estimate_no_criterion",
        "guide_estimate_no_income",
        "guide_estimate_no_members",
    }
)


def told(name: str, answers: Answers) -> Told:
    """What a guide's `tell` says today."""
    return TELLS[name](answers, datetime.now(UTC).date())
