"""The figures: what the helpline did in a period, for supervisors and analysts. Addresses hold codes and days only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door, Inside
from console.figure_book import FigureBook, FigureLibrary
from console.figure_charts import as_svg, has_chart
from console.figure_files import as_csv, as_xlsx
from console.figure_report import as_pdf
from console.figure_tiles import tiles
from console.figure_words import FigureWords
from console.parts import ConsoleParts
from console.showing import Showing
from console.words import Words
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.figures.catalogue import SECTIONS
from helpline.figures.periods import KINDS, BadPeriod, Period, asked_period, baku_day, containing

# A picture of finished days stays the same until the next day is over.
_KEPT = "private, max-age=300"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Asked:
    """`bad`: the address named no period, and this month is shown instead."""

    period: Period
    district: str
    bad: bool = False

    def query(self, period: Period | None = None) -> str:
        at = period or self.period
        days = {"from": at.first.isoformat(), **({"to": at.last.isoformat()} if at.kind == "own" else {})}
        return urlencode({"period": at.kind, **days, **({"district": self.district} if self.district else {})})


class FigurePages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._library = FigureLibrary(parts.database, parts.clock)

    def routes(self) -> list[BaseRoute]:
        see, export = May.SEE_FIGURES, May.EXPORT_FIGURES
        pages: tuple[tuple[str, May, Inside], ...] = (
            ("/figures", see, self.page),
            ("/figures/chart/{code}.svg", see, self.chart),
            ("/figures/table/{code}.csv", export, self.csv),
            ("/figures/tables.xlsx", export, self.xlsx),
            ("/figures/report.pdf", export, self.pdf),
        )
        return [Route(path, self._door.guarded(may, page), methods=["GET"]) for path, may, page in pages]

    async def page(self, request: Request, who: SignedIn) -> Response:
        asked, words = self._asked(request), self._showing.words(request, who)
        book, named = await self._book(asked), self._named(words)
        sections = [(code, [table for table in book.tables if table.section == code]) for code in SECTIONS]
        fields = {
            "here": "/figures",
            "asked": asked,
            "book": book,
            "named": named,
            "kinds": KINDS,
            "districts": self._districts(named),
            "sections": [(code, tables) for code, tables in sections if tables],
            "tiles": tiles(book, named),
            "has_chart": has_chart,
            "month": containing("month", asked.period.first),
        }
        return self._showing.page("figures/page.html", words, 200, who, **fields)

    async def chart(self, request: Request, who: SignedIn) -> Response:
        words = self._showing.words(request, who)
        book = await self._book(self._asked(request))
        table = book.table(str(request.path_params["code"]))
        if table is None or not has_chart(table):
            return PlainTextResponse("", 404)
        picture = await to_thread.run_sync(as_svg, table, self._named(words), words)
        return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": _KEPT})

    async def csv(self, request: Request, who: SignedIn) -> Response:
        book = await self._book(self._asked(request))
        table = book.table(str(request.path_params["code"]))
        if table is None:
            return PlainTextResponse("", 404)
        await self._note(who, "csv", book)
        written = as_csv(table, book, self._named(self._showing.words(request, who)))
        return _file(written, f"{table.code}-{book.period.code}.csv", "text/csv; charset=utf-8")

    async def xlsx(self, request: Request, who: SignedIn) -> Response:
        words, book = self._showing.words(request, who), await self._book(self._asked(request))
        await self._note(who, "xlsx", book)
        written = await to_thread.run_sync(as_xlsx, book, self._named(words), words)
        return _file(written, f"figures-{book.period.code}.xlsx", _XLSX)

    async def pdf(self, request: Request, who: SignedIn) -> Response:
        """Of a whole month: the one in which the period begins."""
        asked, words = self._asked(request), self._showing.words(request, who)
        month = Asked(containing("month", asked.period.first), asked.district)
        today = baku_day(self._parts.clock.now())
        book = await self._book(month)
        await self._note(who, "pdf", book)
        written = await to_thread.run_sync(as_pdf, book, self._named(words), words, today)
        return _file(written, f"figures-{month.period.code}.pdf", "application/pdf")

    async def _note(self, who: SignedIn, kind: str, book: FigureBook) -> None:
        """What leaves the house is written down: who, which file, which period."""
        await to_thread.run_sync(self._write_note, who.account.id, {"kind": kind, "period": book.period.code})

    def _write_note(self, account: int, codes: Mapping[str, str]) -> None:
        with self._parts.database.unit() as unit:
            unit.note_audit(account, "figures_exported", self._parts.clock.now(), codes)

    def _named(self, words: Words) -> FigureWords:
        return FigureWords(words, self._parts.book)

    async def _book(self, asked: Asked) -> FigureBook:
        return await to_thread.run_sync(self._library.book, asked.period, asked.district)

    def _asked(self, request: Request) -> Asked:
        query, today = request.query_params, baku_day(self._parts.clock.now())
        district = query.get("district", "")
        known = district if district in self._codes() else ""
        try:
            period = asked_period(query.get("period", "month"), query.get("from", ""), query.get("to", ""), today)
        except BadPeriod:
            return Asked(containing("month", today), known, bad=True)
        return Asked(period, known)

    def _codes(self) -> frozenset[str]:
        return frozenset(self._parts.book.directory.records.districts)

    def _districts(self, named: FigureWords) -> list[tuple[str, str]]:
        return sorted(((code, named.district(code)) for code in self._codes()), key=lambda pair: pair[1])


def _file(written: bytes, name: str, media_type: str) -> Response:
    return Response(written, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
