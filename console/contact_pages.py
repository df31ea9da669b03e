"""Writing down a contact that came by telephone or in person."""

from __future__ import annotations

from collections.abc import Mapping

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from console.typed_times import NoTime, shown_time, typed_time
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.closing import NotInThePast
from helpline.contacts import DIRECTIONS, WAYS, WHO, Contacts, NewContact, NothingSaid
from helpline.library import AGES
from helpline.record_ports import Talk
from triage.taxonomy import Level

LONGEST_NOTE = 4000
LEVELS = ("concern", "urgent", "emergency")
_ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
NAMES = ("way", "direction", "who", "at", "level", "language", "audience", "age", "district", "note")
_TOLD: Mapping[type[Exception], str] = {
    NothingSaid: "records.nothing_said",
    NotInThePast: "records.not_past",
    NoTime: "records.no_time",
}


class UnknownChoice(ValueError):
    """The form was posted with something that it does not offer."""


class ContactPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._contacts = Contacts(parts.database, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/contacts/new", guarded(May.RECORD_CONTACT, self.page), methods=["GET"]),
            Route("/contacts/new", guarded(May.RECORD_CONTACT, self.post), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        return self._page(request, who, {name: "" for name in NAMES})

    def _page(self, request: Request, who: SignedIn, typed: Mapping[str, str], error: str | None = None) -> Response:
        words = self._showing.words(request, who)
        language = "ru" if words.language == "ru" else "az"
        book, status = self._parts.book, 200 if error is None else 400
        districts = [(code, book.label(f"district:{code}", language)) for code in book.directory.districts()]
        return self._showing.page(
            "new_contact.html",
            words,
            status,
            who,
            here="/contacts/new",
            error=error,
            typed=typed,
            ways=WAYS,
            directions=DIRECTIONS,
            people=WHO,
            levels=LEVELS,
            ages=AGES["child"][1:],
            districts=sorted(districts, key=lambda one: _in_order(one[1])),
            moment=shown_time(self._parts.clock.now()),
        )

    async def post(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        try:
            contact = self._contact(form)
            case = await to_thread.run_sync(self._contacts.record, who.account.id, contact)
        except UnknownChoice:
            return PlainTextResponse("", 404)
        except (NothingSaid, NotInThePast, NoTime) as error:
            typed = {name: str(form.get(name, ""))[:LONGEST_NOTE] for name in NAMES}
            return self._page(request, who, typed, _TOLD[type(error)])
        return RedirectResponse(f"/cases/{case}", 303)

    def _contact(self, form: FormData) -> NewContact:
        way = _one_of(form, "way", WAYS)
        at = typed_time(str(form.get("at", ""))[:40], self._parts.clock.now())
        note = str(form.get("note", ""))[:LONGEST_NOTE]
        talk = Talk(way, _one_of(form, "direction", DIRECTIONS), _one_of(form, "who", WHO), at, note)
        audience = _maybe(form, "audience", ("child", "parent"))
        age = _maybe(form, "age", AGES["child"]) if audience == "child" else None
        district = _maybe(form, "district", self._parts.book.directory.districts())
        level = Level[_one_of(form, "level", LEVELS).upper()]
        return NewContact(talk, level, _maybe(form, "language", ("az", "ru")), audience, age, district)


def _one_of(form: FormData, name: str, codes: tuple[str, ...]) -> str:
    chosen = str(form.get(name, ""))
    if chosen not in codes:
        raise UnknownChoice
    return chosen


def _maybe(form: FormData, name: str, codes: tuple[str, ...]) -> str | None:
    return _one_of(form, name, codes) if form.get(name) else None


def _in_order(name: str) -> list[int]:
    """The places of its letters in the alphabet; Russian letters are in order as they are."""
    lower = name.replace("İ", "i").replace("I", "ı").lower()
    return [_ALPHABET.find(letter) if letter in _ALPHABET else ord(letter) for letter in lower]
