"""The plain work on a case: reply, note, verdict, code word, hand back."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal, UnknownAction
from console.parts import ConsoleParts
from helpline.accounts import SignedIn
from helpline.cases import EmptyText, NoWayToWrite
from store.case_pages import CasePage
from triage.taxonomy import Level


class Basics:
    leaves = frozenset({"hand-back"})
    refusals: Mapping[type[Exception], Refusal] = {
        EmptyText: Refusal("case.empty"),
        NoWayToWrite: Refusal("record.no_way", 409, draft=Posted.text),
    }

    def __init__(self, parts: ConsoleParts) -> None:
        self._desk = parts.desk
        self.actions: Mapping[str, Act] = {
            "reply": self._reply,
            "note": self._note,
            "judge": self._judge,
            "reset-code-word": self._reset_code_word,
            "hand-back": self._hand_back,
        }

    def back(self, action: str) -> str:
        return "#notes" if action == "note" else ""

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        return {}

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


def _level(posted: Posted) -> Level:
    try:
        return Level[posted.text("level", 20).upper()]
    except KeyError:
        raise UnknownAction from None
