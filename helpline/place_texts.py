"""How records of the directory are said: what is not known is said to be not known, never left out or guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from helpline.opening import State
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.records import DAY_ONE, Names, Number, Place
from helpline.starting import BAKU

_UNTIMED = {State.ALWAYS: "opening_always", State.UNKNOWN: "opening_unknown"}
_TIMED = {State.OPEN: ("opening_open", "opening_open_long"), State.CLOSED: ("opening_opens", "opening_closed")}
_DIALLED = (("dial_mobile", "dial_mobile"), ("dial_baku_landline", "dial_landline"), ("dial_region", "dial_region"))


@dataclass(frozen=True)
class Teller:
    """Says records to one reader at one moment."""

    book: Phrasebook
    reader: Reader
    now: datetime

    def say(self, key: str, values: Mapping[str, str] | None = None) -> str:
        return self.book.text(Say(key, values=values or {}), self.reader)

    def own(self, names: Names | None) -> str:
        return "" if names is None else names[self.reader.language]

    def opening(self, record: Place | Number) -> str:
        """Open now, closed now and when it opens, round the clock, or not known."""
        found = self.book.directory.opening(record, self.now)
        if found.state in _UNTIMED:
            return self.say(_UNTIMED[found.state])
        timed, untimed = _TIMED[found.state]
        return self.say(untimed) if found.at is None else self.say(timed, {"at": self._when(found.at)})

    def _when(self, at: datetime) -> str:
        """The hour; with the day before it when that is not today."""
        ahead = (at.date() - self.now.astimezone(BAKU).date()).days
        if ahead == 0:
            return f"{at:%H:%M}"
        day = "day:tomorrow" if ahead == 1 else f"day:{at.weekday()}"
        return f"{self.book.label(day, self.reader.language)} {at:%H:%M}"

    def place(self, place: Place) -> dict[str, str]:
        """The values of the phrases about one place."""
        kind = self.book.directory.records.kinds[place.kind]
        phone = self.say("place_phone", {"phone": place.phone}) if place.phone else self.say("place_no_phone")
        address = self.say("place_address", {"address": self.own(place.address)}) if place.address else ""
        contact = "\n".join(line for line in (address, phone) if line)
        told = {"name": self.own(place.name), "short": self.own(kind.short), "what": self.own(kind.what)}
        return {**told, "opening": self.opening(place), "contact": contact}

    def number(self, number: Number) -> dict[str, str]:
        """The values of the phrases about one number. `dialled` is how a mobile dials it."""
        told = {"number": number.number or "", "name": self.own(number.name), "what_for": self.own(number.what_for)}
        lines = [self.opening(number), self.cost(number), *self._dialling(number), *self._about(number)]
        return {
            **told,
            "dialled": number.dial_mobile or number.number or "",
            "opening": self.opening(number),
            "cost": self.cost(number),
            "fallback": self._fallback(number),
            "call": " ".join(told for told in (self.own(number.what_happens), self.cost(number)) if told),
            "lines": "\n".join(line for line in lines if line),
        }

    def cost(self, number: Number) -> str:
        """From where it is free, and whether the bill shows it: whoever pays may read it."""
        if number.free_from is None:
            return self.say("cost_unknown")
        free = ", ".join(self.book.label(f"free:{kind}", self.reader.language) for kind in number.free_from)
        return self.say("cost_free", {"from": free})

    def _dialling(self, number: Number) -> Iterator[str]:
        """One line where it is the same from everywhere, else one for each that is known."""
        dialled = {phrase: getattr(number, name) for name, phrase in _DIALLED}
        if set(dialled.values()) == {number.number}:
            yield self.say("dial_same", {"number": number.number or ""})
        else:
            yield from (self.say(phrase, {"number": how}) for phrase, how in dialled.items() if how)

    def _about(self, number: Number) -> Iterator[str]:
        if number.who_may_call:
            yield self.say("number_who", {"who": self.own(number.who_may_call)})
        if number.what_happens:
            yield self.say("number_happens", {"happens": self.own(number.what_happens)})
        if number.shows_on_bill is not None:
            yield self.say("bill_shows" if number.shows_on_bill else "bill_hides")
        yield self._fallback(number)

    def _fallback(self, number: Number) -> str:
        """What to call when nobody answers: the ambulance is never told without it."""
        other = self.book.directory.always.get(number.fallback or "") if number.code in DAY_ONE else None
        return "" if other is None else self.say("number_fallback", {"number": other})
