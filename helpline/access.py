"""Who may do what: data/access.yml, read strictly. What it does not say is denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import yaml

from helpline.accounts import Account, Role
from helpline.conversations import Case, CaseState

FILE = Path(__file__).resolve().parent.parent / "data" / "access.yml"
ROLES = frozenset(role.value for role in Role)
FACTS = frozenset(
    {
        *("picker", "waiting", "held", "closed", "holds", "held_it", "holds_person", "sealed", "own_agency", "another"),
        "asked",
    }
)


class May(Enum):
    """Every action that a person may be allowed. The file says to whom; neither has one that the other has not."""

    SEE_QUEUE = "see_queue"
    FIND_CASES = "find_cases"
    TAKE_NEXT = "take_next"
    TAKE_ANY = "take_any"
    SEE_SEALED = "see_sealed"
    OPEN_CASE = "open_case"
    ACT_ON_CASE = "act_on_case"
    REVEAL_ADDRESS = "reveal_address"
    TRANSFER_CASE = "transfer_case"
    ANSWER_TRANSFER = "answer_transfer"
    SIGN_CLOSING = "sign_closing"
    REOPEN_CASE = "reopen_case"
    RECORD_CONTACT = "record_contact"
    EXPORT_CASE = "export_case"
    SEE_REFERRALS = "see_referrals"
    OPEN_REFERRAL = "open_referral"
    REFER = "refer"
    OVERRIDE_CONSENT = "override_consent"
    ANSWER_REFERRAL = "answer_referral"
    REVOKE_REFERRAL = "revoke_referral"
    WORK_SHIFT = "work_shift"
    PLAN_SHIFTS = "plan_shifts"
    SEE_BOARD = "see_board"
    REASSIGN_CASE = "reassign_case"
    SEAL_CASE = "seal_case"
    BLOCK_PERSON = "block_person"
    REVIEW_CASE = "review_case"
    READ_AUDIT = "read_audit"
    READ_COMPLAINTS = "read_complaints"
    SEE_TEXTS = "see_texts"
    EDIT_TEXTS = "edit_texts"
    REVIEW_TEXTS = "review_texts"
    PUBLISH_TEXTS = "publish_texts"
    SEE_DIRECTORY = "see_directory"
    VERIFY_RECORD = "verify_record"
    RUN_CAMPAIGNS = "run_campaigns"
    SEE_FIGURES = "see_figures"
    EXPORT_FIGURES = "export_figures"
    MANAGE_ACCOUNTS = "manage_accounts"
    END_SIGN_INS = "end_sign_ins"
    OWN_ACCOUNT = "own_account"
    READ_GUIDE = "read_guide"


class BadRules(ValueError):
    """The file of rules says something that cannot be followed; the message says what and where."""


@dataclass(frozen=True)
class Term:
    """A word of a line: it holds when `word` is among the facts, or, negated, when it is not."""

    word: str
    negated: bool

    def holds(self, facts: frozenset[str]) -> bool:
        return (self.word in facts) is not self.negated


@dataclass(frozen=True)
class Rules:
    """For each action the lines of which one has to hold in full."""

    lines: Mapping[May, tuple[tuple[Term, ...], ...]]

    @classmethod
    def read(cls, text: str) -> Rules:
        """Raise BadRules for an unknown action or word, an empty line, or an action that is missing."""
        loaded = yaml.safe_load(text)
        if not isinstance(loaded, dict):
            raise BadRules("the file lists actions")
        missing = {may.value for may in May} - set(loaded)
        if missing:
            raise BadRules(f"not listed: {', '.join(sorted(missing))}")
        return cls({_action(name): _lines(name, lines) for name, lines in loaded.items()})

    def allows(self, action: May, facts: Iterable[str]) -> bool:
        """Whether somebody about whom exactly these facts hold may do this. `facts` are words of the file."""
        known = frozenset(facts)
        return any(all(term.holds(known) for term in line) for line in self.lines.get(action, ()))

    def ever(self, action: May, role: Role) -> bool:
        """Whether a role may do this at all, on the right case: what a page's door asks before it looks at a case."""
        return any(_of_role(line) in (None, role.value) for line in self.lines.get(action, ()))


def _action(name: object) -> May:
    try:
        return May(str(name))
    except ValueError:
        raise BadRules(f"there is no action {name}") from None


def _lines(name: object, lines: object) -> tuple[tuple[Term, ...], ...]:
    if not isinstance(lines, list) or not all(isinstance(line, list) and line for line in lines):
        raise BadRules(f"{name}: a list of lines, each a list of words")
    return tuple(tuple(_term(name, str(word)) for word in line) for line in lines)


def _term(name: object, written: str) -> Term:
    negated = written.startswith("not ")
    word = written.removeprefix("not ").strip()
    if word not in ROLES | FACTS:
        raise BadRules(f"{name}: there is no word {word}")
    if negated and word in ROLES:
        raise BadRules(f"{name}: a role is never turned round, or a new role would be let in")
    return Term(word, negated)


def _of_role(line: tuple[Term, ...]) -> str | None:
    return next((term.word for term in line if term.word in ROLES), None)


@cache
def rules() -> Rules:
    """The rules of data/access.yml, read once: a change of who may do what needs a restart."""
    return Rules.read(FILE.read_text(encoding="utf-8"))


def about(account: Account) -> frozenset[str]:
    """What holds about an account wherever it is."""
    return frozenset({account.role.value, *(word for word in account.grants if word in FACTS)})


def sees_sealed(account: Account) -> bool:
    """Whether sealed cases that others hold, or nobody, are more than a count to this reader."""
    return rules().allows(May.SEE_SEALED, about(account))


def about_case(account: Account, case: Case, *, holds_person: bool = False, asked: bool = False) -> frozenset[str]:
    """What holds about an account and a case.

    `holds_person`: they hold the open case of the same person; `asked`: they are asked to take it over or to sign its closing.
    """
    mine = case.holder == account.id
    facts = {
        case.state.value: True,
        "holds": mine and case.state is CaseState.HELD,
        "held_it": mine and case.state is CaseState.CLOSED,
        "holds_person": holds_person,
        "asked": asked,
        "sealed": case.sealed,
    }
    return about(account) | {word for word, true in facts.items() if true}
