"""Where a case may be referred: the services of the person's district first, then what is near, verified or said not to be."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpline.directory import CAPITAL, Directory, day_of
from helpline.opening import Opening, State
from helpline.records import District, Place
from helpline.referral_table import Kind, Table
from helpline.referrals import NoSuchService


@dataclass(frozen=True)
class Service:
    """A service as it is offered. `respond_within`: the directory's own word when `promised`, else our patience.

    `phone`, `address`: only of a verified record; nobody is sent by us to what nobody checked.
    """

    code: str
    kind: str
    role: str
    name: Mapping[str, str]
    what: Mapping[str, str]
    district: str | None
    verified: bool
    respond_within: timedelta
    promised: bool = False
    phone: str | None = None
    address: Mapping[str, str] | None = None
    opening: Opening = field(default_factory=lambda: Opening(State.UNKNOWN))


@dataclass(frozen=True)
class Offered:
    """`own`: of the district, those that are found everywhere included; `near`: of others; `wide`: of no one district."""

    own: tuple[Service, ...]
    near: tuple[Service, ...]
    wide: tuple[Service, ...]


class Services:
    def __init__(self, directory: Directory, table: Table) -> None:
        self._directory = directory
        self._table = table

    def offered(self, district: str | None, now: datetime, excluded: Collection[str] = ()) -> Offered:
        """What to choose from, without the agencies that this case must not reach."""
        every = [service for service in self._all(now) if service.code not in excluded]
        own = [each for each in every if district is not None and self._serves(each, district)]
        wide = [each for each in every if each.district is None]
        rest = [each for each in every if each.district is not None and each not in own and self._travels(each)]
        near = sorted(rest, key=lambda each: self._far(district, each.district)) if district is not None else []
        return Offered(_ordered(own), tuple(near[: self._table.near]), _ordered(wide))

    def find(self, code: str, now: datetime) -> Service:
        """Return a service by its code. Raise NoSuchService."""
        found = next((each for each in self._all(now) if each.code == code), None)
        if found is None:
            raise NoSuchService(code)
        return found

    def name(self, code: str, language: str) -> str:
        """What a service is called, also when the directory has it no more: then by its bare code."""
        place = self._directory.records.places.get(code)
        kind = self._table.kinds.get(code.partition("_")[0])
        if place is not None:
            return self._with_district(place.name[language], place.district, language, place.by_rule)
        if kind is not None and kind.by_district:
            return self._with_district(kind.names[language], code.partition("_")[2], language, True)
        return code.replace("_", " ")

    def codes(self) -> tuple[str, ...]:
        """Every code to which an account of an agency may belong."""
        places = self._directory.records.places.values()
        known = (place.code for place in places if not place.shelter and place.kind in self._table.kinds)
        return (*known, *(f"{kind.code}_{district}" for kind in self._ours() for district in self._districts()))

    def _with_district(self, name: str, district: str | None, language: str, add: bool) -> str:
        row = self._districts().get(district or "")
        return f"{name}, {row.name[language]}" if add and row is not None else name

    def _all(self, now: datetime) -> Iterator[Service]:
        for place in self._directory.records.places.values():
            kind = self._table.kinds.get(place.kind)
            # Where a shelter is must be known to nobody: the way there is a counsellor's call.
            if kind is not None and not place.shelter:
                yield self._of_place(place, kind, now)
        for kind in self._ours():
            for district in self._districts():
                yield self._of_kind(kind, district)

    def _of_place(self, place: Place, kind: Kind, now: datetime) -> Service:
        told = place.verification.holds(day_of(now))
        sort = self._directory.records.kinds[place.kind]
        hours = place.response_hours if told and place.response_hours is not None else None
        names = {language: self.name(place.code, language) for language in place.name}
        return Service(
            code=place.code,
            kind=kind.code,
            role=kind.role,
            name=names,
            what=sort.what,
            district=place.district,
            verified=told,
            respond_within=kind.patience if hours is None else timedelta(hours=hours),
            promised=hours is not None,
            phone=place.phone if told else None,
            address=place.address if told else None,
            opening=self._directory.opening(place, now) if told else Opening(State.UNKNOWN),
        )

    def _of_kind(self, kind: Kind, district: str) -> Service:
        code = f"{kind.code}_{district}"
        names = {language: self.name(code, language) for language in kind.names}
        return Service(code, kind.code, kind.role, names, kind.what, district, False, kind.patience)

    def _ours(self) -> list[Kind]:
        return [kind for kind in self._table.kinds.values() if kind.by_district]

    def _districts(self) -> Mapping[str, District]:
        return self._directory.records.districts

    def _serves(self, service: Service, district: str) -> bool:
        """The capital's own serve its districts too."""
        here, there = self._districts().get(district), self._districts().get(service.district or "")
        inside = here is not None and there is not None and here.region == there.region == CAPITAL
        return service.district == district or (inside and service.district == CAPITAL)

    def _travels(self, service: Service) -> bool:
        """Whether it helps people of another district: not what each district has of its own."""
        sort = self._directory.records.kinds.get(service.kind)
        return sort is not None and not sort.everywhere

    def _far(self, here: str | None, there: str | None) -> float:
        one, other = self._districts().get(here or ""), self._districts().get(there or "")
        if one is None or other is None:
            return math.inf
        across = (one.lon - other.lon) * math.cos(math.radians(one.lat))
        return math.hypot(one.lat - other.lat, across)


def _ordered(services: list[Service]) -> tuple[Service, ...]:
    """What was verified first; otherwise as the files have them."""
    return tuple(sorted(services, key=lambda service: not service.verified))
