"""A case as JSON for another system: named as Primero names its cases and services, with a part that is ours.

Never an address, never a message, never the name of anybody. Free texts of counsellors only when asked for. The schema is
docs/case-export.schema.json, what each name means docs/case-export.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from helpline.conversations import CaseState, JsonObject
from helpline.silence import Attempt
from helpline.starting import BAKU
from helpline.wrap_up import Issue, WrapUp
from triage.taxonomy import Level

SCHEMA = "helpline-case/1"
MODULE = "primeromodule-cp"
# Primero's usual look-ups; an installation may have others.
RISK_LEVEL = {Level.EMERGENCY: "high", Level.URGENT: "high", Level.CONCERN: "medium", Level.NONE: "low"}
SEX = {"girl": "female", "boy": "male"}


@dataclass(frozen=True)
class Service:
    """A referral as Primero's services section has it. Times are None where that has not happened."""

    id: str
    kind: str
    provider: str
    state: str
    consented: bool
    sent_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True)
class Told:
    """A free text of a counsellor: a note, or what was said in a talk."""

    by: int
    at: datetime
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class ToldTalk:
    way: str
    direction: str
    who: str
    told: Told


@dataclass(frozen=True)
class CaseFile:
    """All that an export is made of. People who work here are numbers."""

    id: int
    pseudonym: str
    level: Level
    state: CaseState
    source: str
    channel: str
    language: str | None
    audience: str | None
    age_band: str | None
    district: str | None
    opened_at: datetime
    closed_at: datetime | None
    close_reason: str | None
    signed_by: int | None
    holder: int | None
    holders: tuple[int, ...]
    reopened: tuple[tuple[datetime, int | None], ...]
    next_step: str | None = field(repr=False)
    next_step_at: datetime | None
    wrap_up: WrapUp = field(repr=False)
    attempts: tuple[Attempt, ...]
    talks: tuple[ToldTalk, ...]
    notes: tuple[Told, ...]
    services: tuple[Service, ...] = ()


def exported(case: CaseFile, now: datetime, *, texts: bool) -> JsonObject:
    """The export of a case. `texts`: with the summary, notes, talks and the next step in counsellors' own words."""
    return {
        "schema": SCHEMA,
        "exported_at": now.isoformat(),
        "case": {
            **_identity(case),
            **_ownership(case),
            **_consent(case),
            "protection_concerns": [_code(issue) for issue in case.wrap_up.issues],
            "services_section": [_service(one) for one in case.services],
            "followup_subform_section": _follow_up(case),
            "date_closure": _day(case.closed_at),
            "closure_reason": case.close_reason,
        },
        "helpline": _ours(case, texts=texts),
    }


def _identity(case: CaseFile) -> JsonObject:
    told = case.wrap_up.fields
    age = next((int(code) for code in told.get("age", ()) if code.isdigit()), None)
    return {
        "case_id": str(case.id),
        "case_id_display": case.pseudonym,
        "module_id": MODULE,
        "status": "closed" if case.state is CaseState.CLOSED else "open",
        "case_status_reopened": bool(case.reopened),
        "reopened_logs": [{"reopened_date": _day(at), "reopened_user": _worker(by)} for at, by in case.reopened],
        "registration_date": _day(case.opened_at),
        "sex": next((SEX[code] for code in told.get("gender", ()) if code in SEX), None),
        "age": age,
        "location_current": case.district,
        "risk_level": RISK_LEVEL[case.level],
    }


def _ownership(case: CaseFile) -> JsonObject:
    before = [number for number in case.holders if number != case.holder]
    return {
        "owned_by": _worker(case.holder),
        "previously_owned_by": _worker(before[-1]) if before else None,
        "assigned_user_names": [_worker(number) for number in dict.fromkeys(before)],
        "created_at": case.opened_at.isoformat(),
    }


def _consent(case: CaseFile) -> JsonObject:
    """Nobody consented to what nobody was asked: without a referral both are unknown."""
    consented = any(one.consented for one in case.services) if case.services else None
    return {"consent_for_services": consented, "disclosure_other_orgs": consented}


def _service(one: Service) -> JsonObject:
    return {
        "unique_id": one.id,
        "service_type": one.kind,
        "service_provider": one.provider,
        "service_response_type": "service_provision",
        "service_response_day_time": _moment(one.sent_at),
        "service_due": _moment(one.due_at),
        "service_implemented": "implemented" if one.done_at is not None else "not_implemented",
        "service_implemented_day_time": _moment(one.done_at),
        "service_status_referred": one.sent_at is not None,
        "referral_state": one.state,
    }


def _follow_up(case: CaseFile) -> list[JsonObject]:
    done: list[JsonObject] = [
        {"followup_type": f"attempt_{one.way}", "followup_needed_by_date": None, "followup_date": _day(one.at)}
        for one in case.attempts
    ]
    if case.next_step_at is not None:
        needed = _day(case.next_step_at)
        done.append({"followup_type": "next_step", "followup_needed_by_date": needed, "followup_date": None})
    return done


def _ours(case: CaseFile, *, texts: bool) -> JsonObject:
    wrap_up = case.wrap_up
    kept: JsonObject = {
        "level": case.level.name.lower(),
        "source": case.source,
        "channel": case.channel,
        "language": case.language,
        "audience": case.audience,
        "age_band": case.age_band,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": _moment(case.closed_at),
        "closing_signed_by": _worker(case.signed_by),
        "call_type": wrap_up.call_type,
        "issues": [_issue(issue) for issue in wrap_up.issues],
        "fields": {name: list(codes) for name, codes in sorted(wrap_up.fields.items())},
        "attempts": [{"way": one.way, "at": one.at.isoformat(), "inside_hours": one.inside} for one in case.attempts],
        "talks": [_talk(one) for one in case.talks],
    }
    return {**kept, "texts": _texts(case)} if texts else kept


def _texts(case: CaseFile) -> JsonObject:
    return {
        "summary": case.wrap_up.summary or None,
        "next_step": case.next_step,
        "notes": [_told(note) for note in case.notes],
        "talks": [_told(one.told) for one in case.talks],
    }


def _talk(one: ToldTalk) -> JsonObject:
    return {"way": one.way, "direction": one.direction, "who": one.who, "at": one.told.at.isoformat()}


def _told(one: Told) -> JsonObject:
    return {"by": _worker(one.by), "at": one.at.isoformat(), "text": one.text}


def _issue(issue: Issue) -> Mapping[str, str | None]:
    codes = {"category": issue.category, "subcategory": issue.subcategory}
    return {**codes, "about": issue.about, "status": issue.status}


def _code(issue: Issue) -> str:
    return issue.category if issue.subcategory is None else f"{issue.category}.{issue.subcategory}"


def _worker(number: int | None) -> str | None:
    """Who works here leaves the house as a number."""
    return None if number is None else f"worker-{number}"


def _day(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(BAKU).date().isoformat()


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
