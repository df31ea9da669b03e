"""What the forms of referrals bring, read strictly: a code that there is not is no form of ours."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TypeVar

from starlette.datastructures import FormData

from console.words import HERE
from helpline.referral_table import Table
from helpline.referrals import LONGEST, Call, Consent, ConsentInvalid, How, Suspicion, Wanted, Who

# More than a text holds, so that what is too long is said and not cut.
_LONGEST_TYPED = 1000
Code = TypeVar("Code", bound=Enum)


class UnknownForm(ValueError):
    """A form that asks for what there is not."""


def several(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(str(value)[:40] for value in form.getlist(name)[:40] if value)


def text(form: FormData, name: str, most: int = _LONGEST_TYPED) -> str:
    return str(form.get(name, ""))[:most]


def code_of(kind: type[Code], written: str) -> Code:
    """Raise UnknownForm."""
    try:
        return kind(written)
    except ValueError:
        raise UnknownForm from None


def wanted(form: FormData) -> Wanted:
    texts = {name: text(form, name) for name in LONGEST}
    return Wanted(several(form, "needs"), several(form, "fields"), several(form, "risks"), texts)


def consent(form: FormData, table: Table, now: datetime) -> Consent:
    """Raise UnknownForm, and ConsentInvalid where no time or way was told."""
    how, suspicion = text(form, "how", 20), text(form, "suspicion", 20)
    if not how or not suspicion:
        raise ConsentInvalid("nobody")
    return Consent(
        who=frozenset(code_of(Who, who) for who in several(form, "who")),
        how=code_of(How, how),
        at=moment(text(form, "at", 20), now),
        # The page says which version it shows; an older page's consent is to an older text.
        version=text(form, "version", 32),
        suspicion=code_of(Suspicion, suspicion),
        may_ask=text(form, "may_ask", 5) == "yes",
    )


def call(form: FormData, now: datetime) -> Call:
    place = text(form, "place", 80)
    return Call(text(form, "desk", 20), text(form, "outcome", 20), moment(text(form, "at", 20), now), place)


def moment(written: str, now: datetime) -> datetime:
    """A time of Baku as a browser writes it (2026-11-02T13:05); without one, now. A minute that has begun is now."""
    if not written:
        return now
    try:
        told = datetime.fromisoformat(written)
    except ValueError:
        raise UnknownForm from None
    at = (told.replace(tzinfo=HERE) if told.tzinfo is None else told).astimezone(now.tzinfo)
    return now if 0 <= (at - now).total_seconds() < 60 else at


def written(at: datetime) -> str:
    """As a browser's field of a time wants it."""
    return at.astimezone(HERE).strftime("%Y-%m-%dT%H:%M")
