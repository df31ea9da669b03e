"""Replies written beforehand, ready for this person: put into the reply box for editing, never sent by themselves."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal
from console.parts import ConsoleParts
from helpline.accounts import SignedIn
from helpline.canned import SITUATIONS, Ready, read_titles, ready, values_of
from helpline.canned_texts import canned_replies
from helpline.directory import day_of
from helpline.phrasebook import Reader
from store.case_pages import CasePage
from store.claim_pages import person_of


class CannedReplies:
    actions: Mapping[str, Act] = {}
    refusals: Mapping[type[Exception], Refusal] = {}
    leaves: frozenset[str] = frozenset()

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._titles = read_titles(parts.root / "canned")

    def back(self, action: str) -> str:
        return ""

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        found = self.for_person(db, page) if page.row.case.holder == who.account.id else ()
        groups = [(name, [one for one in found if one.situation == name]) for name in SITUATIONS]
        titles = {code: named[who.account.language] for code, named in self._titles.items()}
        return {"canned": [(name, replies) for name, replies in groups if replies], "canned_titles": titles}

    def for_person(self, db: Connection, page: CasePage) -> tuple[Ready, ...]:
        conversation = person_of(db, self._parts.database.vault, page.row.case.conversation)
        language = conversation.language or "az"
        reader = Reader(language, conversation.register, conversation.channel)
        on = day_of(self._parts.clock.now())
        values = values_of(self._parts.book.directory, conversation.profile.district, language, on)
        return tuple(ready(canned_replies(self._parts.book)[language], reader, values))
