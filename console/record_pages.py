"""The pages of records, together: wrap-up, what colleagues ask, contacts, opening again, export."""

from __future__ import annotations

from starlette.routing import BaseRoute

from console.asked_pages import AskedPages
from console.contact_pages import ContactPages
from console.door import Door
from console.export_pages import ExportPages
from console.parts import ConsoleParts
from console.reopen_pages import ReopenPages
from console.showing import Showing
from console.wrap_up_pages import WrapUpPages


class RecordPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        shared = (parts, showing, door)
        self._pages = (
            AskedPages(*shared),
            ContactPages(*shared),
            WrapUpPages(*shared),
            ReopenPages(*shared),
            ExportPages(*shared),
        )

    def routes(self) -> list[BaseRoute]:
        return [route for page in self._pages for route in page.routes()]
