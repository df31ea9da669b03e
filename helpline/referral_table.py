"""What data/referrals.yml says: which role sees which fields, what may be asked for, and how long we wait. Read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parent.parent / "data" / "referrals.yml"
LISTS = ("needs", "override_reasons", "refusal_reasons", "revoke_reasons", "desks", "outcomes")
# What stands for a person: neither what they wrote nor how they are reached by us is a field, whatever the file says.
FIELDS = frozenset(
    {
        *("pseudonym", "who", "age_band", "language", "district", "level", "risks", "needs"),
        *("summary", "safe_contact", "place"),
    }
)


class BadTable(ValueError):
    """The file says something that cannot be followed; the message says what and where."""


@dataclass(frozen=True)
class Kind:
    """A kind of service. `names`, `what`: only of those that the directory does not have."""

    code: str
    role: str
    patience: timedelta
    by_district: bool
    names: Mapping[str, str]
    what: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    consent_version: str
    consent_counts: timedelta
    fields: tuple[str, ...]
    always: frozenset[str]
    never_ticked: frozenset[str]
    roles: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind]
    codes: Mapping[str, tuple[str, ...]]
    stale: timedelta
    ask_after: timedelta
    ask_tries: int
    answer_within: timedelta
    near: int

    @classmethod
    def read(cls, text: str) -> Table:
        """Raise BadTable."""
        tree = _tree(yaml.safe_load(text), "the file")
        fields = _codes(tree, "fields")
        if unknown := set(fields) - FIELDS:
            raise BadTable(f"fields: {', '.join(sorted(unknown))} is nothing that can be shared")
        roles = {role: _seen(role, seen, fields) for role, seen in _tree(tree.get("roles"), "roles").items()}
        kinds = {code: _kind(code, raw, roles) for code, raw in _tree(tree.get("kinds"), "kinds").items()}
        return cls(
            consent_version=str(tree.get("consent_version") or ""),
            consent_counts=timedelta(days=_number(tree, "consent_counts_days")),
            fields=fields,
            always=frozenset(_codes(tree, "always")),
            never_ticked=frozenset(_codes(tree, "never_ticked")),
            roles=roles,
            kinds=kinds,
            codes={name: _codes(tree, name) for name in LISTS},
            stale=timedelta(days=_number(tree, "stale_days")),
            ask_after=timedelta(hours=_number(tree, "ask_after_hours")),
            ask_tries=_number(tree, "ask_tries"),
            answer_within=timedelta(hours=_number(tree, "answer_within_hours")),
            near=_number(tree, "near"),
        )

    def seen_by(self, role: str) -> tuple[str, ...]:
        """The fields that a role may see at most, in the order in which they are shown."""
        allowed = self.roles.get(role, ())
        return tuple(name for name in self.fields if name in allowed)

    def ticked(self, role: str) -> tuple[str, ...]:
        return tuple(name for name in self.seen_by(role) if name not in self.never_ticked)


def _tree(raw: object, where: str) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise BadTable(f"{where} must have keys")
    return {str(key): value for key, value in raw.items()}


def _codes(tree: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = tree.get(key)
    if not isinstance(found, list) or not found:
        raise BadTable(f"{key} must be a list of codes")
    return tuple(str(code) for code in found)


def _number(tree: Mapping[str, object], key: str) -> int:
    found = tree.get(key)
    if not isinstance(found, int) or found < 1:
        raise BadTable(f"{key} must be a number above 0")
    return found


def _seen(role: str, raw: object, fields: tuple[str, ...]) -> tuple[str, ...]:
    seen = _codes({role: raw}, role)
    if unknown := set(seen) - set(fields):
        raise BadTable(f"{role}: there is no field {', '.join(sorted(unknown))}")
    return seen


def _kind(code: str, raw: object, roles: Mapping[str, tuple[str, ...]]) -> Kind:
    tree = _tree(raw, code)
    role, by_district = str(tree.get("role")), tree.get("by_district") is True
    if role not in roles:
        raise BadTable(f"{code}: there is no role {role}")
    names, what = (_both(tree.get(key)) for key in ("name", "what"))
    if by_district and not (names and what):
        raise BadTable(f"{code}: a kind that the directory does not have needs name and what, in az and ru")
    return Kind(code, role, timedelta(hours=_number(tree, "hours")), by_district, names, what)


def _both(raw: object) -> Mapping[str, str]:
    found = raw if isinstance(raw, dict) else {}
    return {language: str(found[language]) for language in ("az", "ru") if found.get(language)}


@cache
def table() -> Table:
    """The table of data/referrals.yml, read once: a change needs a restart."""
    return Table.read(FILE.read_text(encoding="utf-8"))
