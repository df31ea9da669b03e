"""What the forms of a referral's page do, each behind the action that data/access.yml knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from console import referral_forms as forms
from helpline.access import May
from helpline.accounts import Account
from helpline.ports import Clock
from helpline.referral_answers import ReferralAnswers
from helpline.referral_desk import ReferralDesk, ReferralRoom
from helpline.referrals import (
    ConsentInvalid,
    NeedsAnother,
    NoSuchService,
    NothingAsked,
    NotNow,
    NotShareable,
    QuotesThePerson,
    ReasonMissing,
    TextTooLong,
    Told,
)


@dataclass(frozen=True)
class Posted:
    referral: int
    account: Account
    form: FormData = field(repr=False)


@dataclass(frozen=True)
class Action:
    may: May
    act: Callable[[Posted], None]
    back: str = ""  # where its page opens again, so that what was done is seen


# The text above the page, by what happened.
REFUSALS: Mapping[type[Exception], str] = {
    NothingAsked: "referral.error.nothing",
    NotShareable: "referral.error.field",
    TextTooLong: "referral.error.long",
    QuotesThePerson: "referral.error.quotes",
    ReasonMissing: "referral.error.reason",
    NeedsAnother: "referral.error.another",
    NoSuchService: "referral.error.service",
    NotNow: "referral.error.late",
}


def refusal(error: Exception) -> str:
    if isinstance(error, ConsentInvalid):
        return f"referral.error.consent_{error.why}"
    return REFUSALS[type(error)]


REFUSED: tuple[type[Exception], ...] = (*REFUSALS, ConsentInvalid)


class ReferralActions:
    def __init__(self, room: ReferralRoom) -> None:
        self._desk = ReferralDesk(room)
        self._answers = ReferralAnswers(room)
        self._table = room.table
        self._clock: Clock = room.clock
        self.by_name: Mapping[str, Action] = {
            "change": Action(May.REFER, self._change, "#h-preview"),
            "ask-consent": Action(May.REFER, self._ask_consent, "#consent"),
            "send": Action(May.REFER, self._send),
            "override": Action(May.REFER, self._override),
            "agree": Action(May.OVERRIDE_CONSENT, self._agree),
            "decline": Action(May.OVERRIDE_CONSENT, self._decline),
            "call": Action(May.REVOKE_REFERRAL, self._call),
            "told": Action(May.REVOKE_REFERRAL, self._told),
            "accept": Action(May.ANSWER_REFERRAL, self._accept),
            "refuse": Action(May.ANSWER_REFERRAL, self._refuse),
            "done": Action(May.ANSWER_REFERRAL, self._done),
            "revoke": Action(May.REVOKE_REFERRAL, self._revoke),
        }

    def _change(self, posted: Posted) -> None:
        self._desk.change(posted.referral, posted.account, forms.wanted(posted.form))

    def _ask_consent(self, posted: Posted) -> None:
        self._desk.ask_consent(posted.referral, posted.account, forms.text(posted.form, "key", 40))

    def _send(self, posted: Posted) -> None:
        consent = forms.consent(posted.form, self._table, self._clock.now())
        self._desk.send(posted.referral, posted.account, consent)

    def _override(self, posted: Posted) -> None:
        reason, text = forms.text(posted.form, "reason", 40), forms.text(posted.form, "text")
        self._desk.ask_override(posted.referral, posted.account, reason, text)

    def _agree(self, posted: Posted) -> None:
        self._desk.agree_override(posted.referral, posted.account)

    def _decline(self, posted: Posted) -> None:
        self._desk.decline_override(posted.referral, posted.account)

    def _call(self, posted: Posted) -> None:
        self._answers.call(posted.referral, posted.account, forms.call(posted.form, self._clock.now()))

    def _told(self, posted: Posted) -> None:
        told = forms.code_of(Told, forms.text(posted.form, "told", 20))
        self._answers.told(posted.referral, posted.account, told, forms.text(posted.form, "text"))

    def _accept(self, posted: Posted) -> None:
        self._answers.accept(posted.referral, posted.account)

    def _refuse(self, posted: Posted) -> None:
        reason, text = forms.text(posted.form, "reason", 40), forms.text(posted.form, "text")
        self._answers.refuse(posted.referral, posted.account, reason, text)

    def _done(self, posted: Posted) -> None:
        self._answers.done(posted.referral, posted.account)

    def _revoke(self, posted: Posted) -> None:
        reason, text = forms.text(posted.form, "reason", 40), forms.text(posted.form, "text")
        self._answers.revoke(posted.referral, posted.account, reason, text)
