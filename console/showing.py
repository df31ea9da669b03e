"""Turning a template into a page: the reader's language, and what every page may ask for."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.guide import contents
from console.navigation import FIRST_PLACES, home, places
from console.parts import ConsoleParts
from console.words import LANGUAGES, Words
from helpline.access import May, rules
from helpline.accounts import SignedIn
from store.pages import CaseRow
from triage.taxonomy import Level

LANGUAGE_COOKIE = "helpline_language"
SHAPES = {Level.EMERGENCY: "▲", Level.URGENT: "◆", Level.CONCERN: "●", Level.NONE: "○"}


@cache
def _environment(templates: str) -> Environment:
    """Escapes everything, and fails on a name that is not there. One a process: what it compiled serves everybody."""
    return Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


class Showing:
    def __init__(self, parts: ConsoleParts, templates: str) -> None:
        self._parts = parts
        self._templates = _environment(templates)

    def words(self, request: Request, who: SignedIn | None = None) -> Words:
        """The texts in the account's language, before signing in in the browser's choice."""
        chosen = who.account.language if who is not None else request.cookies.get(LANGUAGE_COOKIE, "az")
        return Words(self._parts.root, chosen)

    def page(
        self,
        template: str,
        words: Words,
        status: int = 200,
        who: SignedIn | None = None,
        **fields: object,
    ) -> HTMLResponse:
        """Render a page. The field `here` is the path of the section that it belongs to, marked in the header.

        The field `waiting`: somebody whose sign-in is not open (locked, a code missing), so that no section is shown.
        """
        known = {**self._known(who), "t": words, "guide_path": self._guide_path(template, who)}
        return HTMLResponse(self._templates.get_template(template).render({**known, **fields}), status)

    def _known(self, who: SignedIn | None) -> dict[str, object]:
        """What every template may name."""
        return {
            "who": who,
            "waiting": None,
            "shapes": SHAPES,
            "now": self._parts.clock.now(),
            "languages": LANGUAGES,
            "simulator": self._parts.simulator,
            "place": self._place,
            "answered": self._answered,
            "places": places(who.account) if who else [],
            "first_places": FIRST_PLACES,
            "home": home(who.account) if who else "/",
            "rings": who is not None and rules().ever(May.SEE_QUEUE, who.account.role),
            "here": "/",
        }

    def _guide_path(self, template: str, who: SignedIn | None) -> str:
        """Where the header's "?" leads: to the page of the guide that is about this one, else to its list."""
        role = who.account.role.value if who is not None else ""
        code = contents(self._parts.root).page_for(template, role)
        return f"/guide/{code}" if code else "/guide"

    def _place(self, row: CaseRow, words: Words) -> str:
        """A district by its name in the reader's language."""
        language = "ru" if words.language == "ru" else "az"
        return self._parts.book.label(f"district:{row.district}", language) if row.district else ""

    def _answered(self, question: str, value: str, words: Words) -> str:
        """An answer to a guide's question: by its own word, else the word of its value, else a district's name."""
        own, shared = f"answer.{question}.{value}", f"answer.{value}"
        if words.has(own) or words.has(shared):
            return words.maybe(own if words.has(own) else shared)
        language = "ru" if words.language == "ru" else "az"
        return self._parts.book.label(f"district:{value}", language)
