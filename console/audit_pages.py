"""The audit for supervisors: who looked at what, who changed what; also as a table to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from console.words import HERE, Words
from helpline.access import May
from helpline.accounts import Role, SignedIn
from store.accounts import Accounts
from store.audit_pages import MOST, SHOWN, Asked, AuditLine, audit_lines, kinds, looks, people

People = Mapping[int, tuple[str, Role]]
# Codes that name an account; the one of the form, kept against a form that arrives twice, says nothing to a reader.
_ACCOUNTS = frozenset({"signed_by", "of", "from", "to", "person", "for"})
FORM = "key"
_KINDS = ("level", "role", "reason", "accounts", "audit.value", "rescue.reason")
_FILTERS = ("person", "case", "what", "from", "until")


class BadFilter(ValueError):
    """A day or a number that is none."""


class AuditPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._accounts = Accounts(parts.database, parts.clock, parts.passwords)
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/audit", guarded(May.READ_AUDIT, self.page), methods=["GET"]),
            Route("/audit.csv", guarded(May.READ_AUDIT, self.table), methods=["GET"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        typed = {name: request.query_params.get(name, "")[:40] for name in _FILTERS}
        try:
            asked, error = _asked(typed), None
        except BadFilter:
            asked, error = Asked(), "audit.bad"
        words = self._showing.words(request, who)
        fields = await to_thread.run_sync(self._fields, asked, words)
        shown = {
            **fields,
            **{"typed": typed, "asked": asked, "error": error, "most": SHOWN, "here": "/audit"},
            "said": said,
            "query": urlencode({name: value for name, value in typed.items() if value}),
        }
        return self._showing.page("audit.html", words, 400 if error else 200, who, **shown)

    def _fields(self, asked: Asked, words: Words) -> dict[str, object]:
        with self._parts.database.reading() as db:
            lines, known = audit_lines(db, asked), people(db)
            seen = looks(db, asked.case) if asked.case is not None else []
            every = kinds(db)
        return {
            "lines": [(line, spelt(line, words, known)) for line in lines],
            "people": known,
            "looks": seen,
            "kinds": sorted(((code, said(code, words)) for code in every), key=lambda row: row[1]),
        }

    async def table(self, request: Request, who: SignedIn) -> Response:
        """The same lines as a table; that it was taken is a line of the audit too."""
        words = self._showing.words(request, who)
        try:
            asked = _asked({name: request.query_params.get(name, "")[:40] for name in _FILTERS})
        except BadFilter:
            return Response("", 400)
        made = await to_thread.run_sync(self._table, asked, words, who.account.id)
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response(made, media_type="text/csv; charset=utf-8", headers=headers)

    def _table(self, asked: Asked, words: Words, reader: int) -> str:
        with self._parts.database.reading() as db:
            lines, known = audit_lines(db, asked, MOST), people(db)
        codes = {"rows": len(lines), "case": asked.case, "person": asked.person}
        self._accounts.note_audit(reader, "audit_exported", self._parts.clock.now(), codes)
        written = io.StringIO()
        table = csv.writer(written)
        table.writerow([words(f"audit.{name}") for name in ("when", "person", "what", "case", "about", "more")])
        for line in lines:
            table.writerow([_plain(cell) for cell in _cells(line, known, words)])
        return "\ufeff" + written.getvalue()


def said(what: str, words: Words) -> str:
    """A code of what happened in words: of accounts by its own, of cases as the case's page says it."""
    own = f"audit.what.{what}"
    return words(own) if words.has(own) else words.maybe(f"event.{what}")


def spelt(line: AuditLine, words: Words, known: People) -> str:
    """The codes of a line, as readable as they can be."""
    codes = ((key, value) for key, value in line.codes.items() if key != FORM and value not in (None, [], ""))
    told = ((key, _of(key, value, words, known)) for key, value in codes)
    return ", ".join(f"{words.maybe(f'audit.code.{key}')}: {value}" for key, value in told)


def _of(key: str, value: object, words: Words, known: People) -> str:
    if key in _ACCOUNTS and isinstance(value, int) and value in known:
        return known[value][0]
    if key == "until" and isinstance(value, str):
        return _exact(value, words)
    return _value(value, words)


def _exact(written: str, words: Words) -> str:
    """A moment as the page says every moment; a day stays as it is."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    return words.exact(at) if at.tzinfo is not None else written


def _value(value: object, words: Words) -> str:
    if isinstance(value, list):
        return ", ".join(_value(one, words) for one in value)
    said_as = str(value).lower() if isinstance(value, bool) else value
    keys = (f"{kind}.{said_as}" for kind in _KINDS)
    return next((words(key) for key in keys if words.has(key)), str(value))


def _cells(line: AuditLine, known: People, words: Words) -> list[str]:
    return [
        words.exact(line.at),
        words("audit.service") if line.actor is None else known[line.actor][0],
        said(line.what, words),
        "" if line.case is None else str(line.case),
        "" if line.about is None else known[line.about][0],
        spelt(line, words, known),
    ]


def _plain(cell: str) -> str:
    """A table's program must not take a name for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _asked(typed: Mapping[str, str]) -> Asked:
    """Raise BadFilter."""
    until = _day(typed["until"])
    return Asked(
        person=_number(typed["person"]),
        case=_number(typed["case"]),
        what=typed["what"] or None,
        since=_day(typed["from"]),
        until=until + timedelta(days=1) if until is not None else None,
    )


def _number(typed: str) -> int | None:
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 12):
        raise BadFilter
    return int(typed)


def _day(typed: str) -> datetime | None:
    """The beginning of a day in Baku."""
    try:
        return datetime.combine(date.fromisoformat(typed), time(), HERE) if typed else None
    except ValueError:
        raise BadFilter from None
