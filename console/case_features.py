"""What a case's page is made of: each feature brings its forms' actions, what its part of the page shows, its errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection
from starlette.datastructures import FormData

from helpline.accounts import SignedIn
from store.case_pages import CasePage


class UnknownAction(ValueError):
    """A form posted to a case asks for what there is not."""


@dataclass(frozen=True)
class Posted:
    """A form that somebody signed in posted to a case."""

    case: int
    who: SignedIn
    form: FormData = field(repr=False)

    @property
    def counsellor(self) -> int:
        return self.who.account.id

    @property
    def key(self) -> str:
        """The form's own: the same form posted twice does its thing once."""
        return self.text("key", 40)

    def text(self, name: str = "text", most: int = 4000) -> str:
        return str(self.form.get(name, ""))[:most]

    def number(self, name: str) -> int:
        """Raise UnknownAction for what is no number."""
        try:
            return int(self.text(name, 20))
        except ValueError:
            raise UnknownAction from None


Act = Callable[[Posted], None]


@dataclass(frozen=True)
class Refusal:
    """How an error comes back: the text above the page, the status, and what was typed, so that it is not lost."""

    text: str
    status: int = 400
    draft: Callable[[Posted], str] = lambda posted: ""


class CaseFeature(Protocol):
    """`actions`: by the last part of the path that the form posts to; `leaves`: those after which the queue opens."""

    @property
    def actions(self) -> Mapping[str, Act]: ...

    @property
    def refusals(self) -> Mapping[type[Exception], Refusal]: ...

    @property
    def leaves(self) -> frozenset[str]: ...

    def back(self, action: str) -> str:
        """The place on the case's page that opens after this action: an anchor such as `#plan`, or nothing."""

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        """What the feature's part of the page shows; `posted`: the form that was refused just now."""
