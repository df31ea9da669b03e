"""The plain work on a case: reply, note, verdict, code word, hand back, close."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal, UnknownAction
from console.parts import ConsoleParts
from helpline.accounts import SignedIn
from helpline.cases import CloseReason, ClosingNeedsCheck, EmptyText
from store.case_pages import CasePage
from triage.taxonomy import Level


class Basics:
    leaves = frozenset({"hand-back", "close"})
    refusals: Mapping[type[Exception], Refusal] = {
        EmptyText: Refusal("case.empty"),
        ClosingNeedsCheck: Refusal("case.close_needs"),
    }

    def __init__(self, parts: ConsoleParts) -> None:
        self._desk = parts.desk
        self.actions: Mapping[str, Act] = {
            "reply": self._reply,
            "note": self._note,
            "judge": self._judge,
            "reset-code-word": self._reset_code_word,
            "hand-back": self._hand_back,
            "close": self._close,
        }

    def back(self, action: str) -> str:
        return ""

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        return {"reasons": [reason.value for reason in CloseReason]}

    def _reply(self, posted: Posted) -> None:
        self._desk.reply(posted.case, posted.counsellor, posted.text(), posted.key)

    def _note(self, posted: Posted) -> None:
        self._desk.note(posted.case, posted.counsellor, posted.text())

    def _judge(self, posted: Posted) -> None:
        self._desk.judge(posted.case, posted.counsellor, posted.number("message"), _level(posted))

    def _reset_code_word(self, posted: Posted) -> None:
        self._desk.reset_code_word(posted.case, posted.counsellor)

    def _hand_back(self, posted: Posted) -> None:
        self._desk.hand_back(posted.case, posted.counsellor)

    def _close(self, posted: Posted) -> None:
        checked, second = posted.text("checked") == "yes", posted.text("second", 200)
        self._desk.close(posted.case, posted.counsellor, _reason(posted), checked=checked, second=second)


def _reason(posted: Posted) -> CloseReason:
    try:
        return CloseReason(posted.text("reason", 40))
    except ValueError:
        raise UnknownAction from None


def _level(posted: Posted) -> Level:
    try:
        return Level[posted.text("level", 20).upper()]
    except KeyError:
        raise UnknownAction from None
