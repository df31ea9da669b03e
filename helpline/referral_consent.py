"""When a referral may leave: what counts as consent, what is shared on it, and what stands instead. Pure decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from helpline.referral_table import Table
from helpline.referrals import (
    LONGEST,
    Consent,
    ConsentInvalid,
    NothingAsked,
    NotShareable,
    Suspicion,
    TextTooLong,
    Wanted,
    Who,
)
from triage.taxonomy import Risk

# So many words in a row are the person's own: what they wrote is never passed on, not by hand either.
_QUOTED = 5
_WORD = re.compile(r"\w+")
_RISKS = frozenset(risk.value for risk in Risk)


@dataclass(frozen=True)
class About:
    """What is known of a person that a referral may share, as codes."""

    pseudonym: str
    who: str | None
    age_band: str | None
    language: str | None
    district: str | None
    level: str


def checked(wanted: Wanted, role: str, table: Table) -> Wanted:
    """Return what is wanted in the order of the table, texts trimmed.

    Raise NothingAsked, NotShareable for what this role does not see, and TextTooLong.
    """
    allowed = table.seen_by(role)
    if set(wanted.fields) - set(allowed):
        raise NotShareable
    if set(wanted.risks) - _RISKS or set(wanted.needs) - set(table.codes["needs"]):
        raise NotShareable
    if not wanted.needs:
        raise NothingAsked
    texts = {name: " ".join(wanted.texts.get(name, "").split()) for name in LONGEST if name in allowed}
    if any(len(text) > LONGEST[name] for name, text in texts.items()):
        raise TextTooLong
    fields = tuple(name for name in allowed if name in wanted.fields or name in table.always)
    needs = tuple(code for code in table.codes["needs"] if code in wanted.needs)
    risks = tuple(risk.value for risk in Risk if risk.value in wanted.risks)
    return replace(wanted, fields=fields, needs=needs, risks=risks, texts=texts)


def quotes(text: str, said: Iterable[str]) -> bool:
    """Whether a text repeats the person's messages word for word."""
    runs = set(_runs(text))
    return bool(runs) and any(run in runs for one in said for run in _runs(one))


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return [tuple(words[at : at + _QUOTED]) for at in range(len(words) - _QUOTED + 1)]


def shared(wanted: Wanted, role: str, table: Table, about: About) -> dict[str, object]:
    """What the recipient sees, by field in order: a code, a text, or a list of codes. What is not known is left out.

    The role is asked again: whatever a draft holds, nobody sees more than their role.
    """
    known: Mapping[str, object] = {
        "pseudonym": about.pseudonym,
        "who": about.who,
        "age_band": about.age_band,
        "language": about.language,
        "district": about.district,
        "level": about.level,
        "risks": list(wanted.risks),
        "needs": list(wanted.needs),
        **wanted.texts,
    }
    seen = (name for name in table.seen_by(role) if name in wanted.fields)
    return {name: known[name] for name in seen if known.get(name)}


def valid(consent: Consent, register: str, table: Table, now: datetime) -> Consent:
    """Return a consent that counts. Raise ConsentInvalid with why it does not.

    A child's own assent is asked at every age. A caregiver is asked only when none is the suspected person.
    """
    if not consent.who:
        raise ConsentInvalid("nobody")
    if register == "child" and Who.CHILD not in consent.who:
        raise ConsentInvalid("child")
    if Who.CAREGIVER in consent.who and consent.suspicion is not Suspicion.NO:
        raise ConsentInvalid("caregiver")
    if not now - table.consent_counts <= consent.at <= now:
        raise ConsentInvalid("when")
    if consent.version != table.consent_version:
        raise ConsentInvalid("version")
    return consent
