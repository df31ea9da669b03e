"""A referral between its value and its row: what is sealed, and what is a plain code or time."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping

from helpline.referrals import (
    Consent,
    How,
    Loop,
    Override,
    Referral,
    ReferralState,
    Suspicion,
    Told,
    Wanted,
    Who,
)
from store.sealing import Vault

_PLAIN = (
    *("reference", "service", "kind", "role", "unverified_agreed", "asked_consent_at", "answer", "answered_at"),
    *("consent_by", "told_at", "sent_at", "due_at", "accepted_at", "ended_at", "end_reason", "ask_at", "ask_tries"),
    *("created_by", "created_at", "changed_at"),
)


def values_of(referral: Referral, vault: Vault) -> dict[str, object]:
    """The columns of a referral but its id."""
    plain = {name: getattr(referral, name) for name in _PLAIN}
    return {
        **plain,
        "case_id": referral.case,
        "conversation_id": referral.conversation,
        "state": referral.state.value,
        "wanted": None if referral.wanted is None else vault.seal_json(_written(referral.wanted)),
        "shared": None if referral.shared is None else vault.seal_json(dict(referral.shared)),
        "told": None if referral.told is None else referral.told.value,
        "loop": None if referral.loop is None else referral.loop.value,
        "told_text": _sealed(referral.told_text, vault),
        "end_text": _sealed(referral.end_text, vault),
        **_consent_values(referral.consent),
        **_override_values(referral.override, vault),
    }


def referral_of(row: RowMapping, vault: Vault) -> Referral:
    shared = vault.open_json(row["shared"])
    return Referral(
        id=row["id"],
        case=row["case_id"],
        conversation=row["conversation_id"],
        state=ReferralState(row["state"]),
        wanted=_wanted(vault.open_json(row["wanted"])),
        shared=shared if isinstance(shared, dict) else None,
        consent=_consent(row),
        override=_override(row, vault),
        told=None if row["told"] is None else Told(row["told"]),
        loop=None if row["loop"] is None else Loop(row["loop"]),
        told_text=_opened(row["told_text"], vault),
        end_text=_opened(row["end_text"], vault),
        **{name: row[name] for name in _PLAIN},
    )


def _written(wanted: Wanted) -> dict[str, object]:
    return {
        "needs": list(wanted.needs),
        "fields": list(wanted.fields),
        "risks": list(wanted.risks),
        "texts": dict(wanted.texts),
    }


def _wanted(raw: object) -> Wanted | None:
    if not isinstance(raw, dict):
        return None
    needs, fields, risks = (tuple(map(str, raw.get(name, ()))) for name in ("needs", "fields", "risks"))
    texts = raw.get("texts")
    typed = {str(name): str(text) for name, text in texts.items()} if isinstance(texts, dict) else {}
    return Wanted(needs, fields, risks, typed)


def _consent_values(consent: Consent | None) -> dict[str, object]:
    if consent is None:
        names = ("consent_who", "consent_how", "consent_at", "consent_version", "suspicion")
        return {**dict.fromkeys(names), "may_ask": False}
    return {
        "consent_who": " ".join(sorted(who.value for who in consent.who)),
        "consent_how": consent.how.value,
        "consent_at": consent.at,
        "consent_version": consent.version,
        "suspicion": consent.suspicion.value,
        "may_ask": consent.may_ask,
    }


def _consent(row: RowMapping) -> Consent | None:
    if row["consent_at"] is None:
        return None
    return Consent(
        who=frozenset(Who(who) for who in row["consent_who"].split()),
        how=How(row["consent_how"]),
        at=row["consent_at"],
        version=row["consent_version"],
        suspicion=Suspicion(row["suspicion"]),
        may_ask=row["may_ask"],
    )


def _override_values(override: Override | None, vault: Vault) -> dict[str, object]:
    found: Mapping[str, object] = {} if override is None else vars(override)
    text = None if override is None else _sealed(override.text, vault)
    names = ("reason", "asked_by", "asked_at", "agreed_by", "agreed_at")
    return {**{f"override_{name}": found.get(name) for name in names}, "override_text": text}


def _override(row: RowMapping, vault: Vault) -> Override | None:
    if row["override_asked_by"] is None:
        return None
    return Override(
        reason=row["override_reason"],
        text=_opened(row["override_text"], vault),
        asked_by=row["override_asked_by"],
        asked_at=row["override_asked_at"],
        agreed_by=row["override_agreed_by"],
        agreed_at=row["override_agreed_at"],
    )


def _sealed(text: str | None, vault: Vault) -> bytes | None:
    return vault.texts.seal(text) if text else None


def _opened(sealed: bytes | None, vault: Vault) -> str | None:
    return None if sealed is None else vault.texts.open(sealed)
