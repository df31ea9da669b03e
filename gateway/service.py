"""Putting the parts together: the one place where all meets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from channels.vendor import Vendor
from console.app import ConsoleParts
from gateway.bell import LocalBell, RedisBell
from gateway.clock import SystemClock
from gateway.directory import open_book
from gateway.health import HealthCheck
from gateway.keys import open_vault
from gateway.rasa import RasaClient
from gateway.rates import Rates
from gateway.settings import ROOT, Misconfigured, Settings
from gateway.vendors import configured_vendors, duty, duty_phone
from helpline import intake
from helpline.afterwards import Afterwards
from helpline.cases import Desk
from helpline.complaining import Complaining
from helpline.courses import Courses
from helpline.discreet import Discreet
from helpline.feedback import Feedback
from helpline.matters import Matters
from helpline.menu import Menu
from helpline.messages import InboundMessage
from helpline.placing import Placing
from helpline.plan import Plan
from helpline.referral_matter import Referring
from helpline.shift_file import BadShifts
from helpline.shift_times import times
from helpline.supervising import BadSupervision, review_plan, supervision
from helpline.tips import Tips
from helpline.turns import Parts
from helpline.wishes import Wishes
from language import Reader
from store.database import Database, migrate, open_engine
from store.editing_pages import OverlayReader
from triage.assess import Triage
from triage.classifier import ModelMissing
from triage.lexicon import LexiconInvalid


@dataclass(frozen=True)
class Service:
    """One process's parts, opened but not running."""

    settings: Settings
    database: Database
    parts: Parts
    rasa: RasaClient
    vendors: tuple[Vendor, ...]
    bell: LocalBell
    rates: Rates
    health: HealthCheck

    def receive(self, message: InboundMessage) -> bool:
        parts = self.parts
        return intake.receive(message, parts.store, parts.clock, parts.bell, parts.book.directory.nearest)

    @cached_property
    def console_parts(self) -> ConsoleParts:
        parts = self.parts
        return ConsoleParts(
            database=self.database,
            desk=Desk(parts.store, parts.book, parts.clock, parts.bell),
            clock=parts.clock,
            bell=parts.bell,
            changes=self.bell,
            production=self.settings.production,
            book=parts.book,
            receive=self.receive,
            simulator=not self.settings.production,
            root=ROOT / "data",
            complaints_to=self.settings.complaints_to,
            duty=parts.duty,
        )


def assemble(settings: Settings, vendors: tuple[Vendor, ...] | None = None) -> Service:
    """Open everything that the settings name. Raise Misconfigured; a schema behind ours is brought up to date."""
    _check_shifts()
    engine = open_engine(settings.database_url)
    migrate(engine)
    database = Database(engine, open_vault(settings))
    bell = LocalBell() if settings.redis_url is None else RedisBell(settings.redis_url)
    rasa = RasaClient(settings.rasa_addresses)
    clock = SystemClock()
    reader = Reader.open(ROOT)
    chosen = configured_vendors(settings) if vendors is None else vendors
    parts = Parts(
        store=database,
        reader=reader,
        triage=open_triage(reader),
        dialogue=rasa,
        book=open_book(settings, clock, OverlayReader(database)),
        clock=clock,
        bell=bell,
        duty=duty(settings),
        phone=duty_phone(settings, chosen),
        parts_per_day=settings.sms_parts_per_day,
        matters=open_matters(settings.complaints_to),
        on_dialogue=_heard(database, clock.now),
    )
    names = tuple(vendor.name for vendor in chosen)
    links = tuple(route for vendor in chosen if vendor.links is not None for route in vendor.links())
    health = HealthCheck(database, clock, rasa.ready, reader.encoder_available, names, links)
    return Service(
        settings, database, parts, rasa, chosen, bell, Rates(settings.redis_url, settings.bulk_per_second), health
    )


def _check_shifts() -> None:
    """Without its times no case would be due."""
    try:
        times()
    except BadShifts as bad:
        raise Misconfigured(f"data/shifts.yml cannot be followed: {bad}") from None


def open_matters(complaints_to: str | None = None) -> Matters:
    """What the service carries on with people by itself. `complaints_to`: somebody outside, told to who complains.

    Raise Misconfigured for numbers that supervision cannot go by.
    """
    _check_supervision()
    return Matters(
        Menu(),
        Placing(),
        Tips(),
        Discreet(),
        Courses(before="discreet:before"),
        Plan(),
        Feedback(),
        Complaining(complaints_to),
        Wishes(),
        Referring(),
        Afterwards(),
    )


def _check_supervision() -> None:
    try:
        supervision(), review_plan()
    except BadSupervision as bad:
        raise Misconfigured(f"data/supervision.yml or data/reviews.yml cannot be followed: {bad}") from None


def open_triage(reader: Reader) -> Triage:
    """Raise Misconfigured when the lexicon or the model cannot be used: without them nobody would be heard."""
    try:
        return Triage.open(ROOT, reader)
    except LexiconInvalid as error:
        raise Misconfigured(f"the lexicon cannot be used: {error}") from None
    except ModelMissing as error:
        raise Misconfigured(f"the triage model cannot be read ({error}): run python -m triage.train") from None


def _heard(database: Database, now: Callable[[], datetime]) -> Callable[[str | None], None]:
    """Write when Rasa last answered and last failed, for the health page of every process."""

    def write(reason: str | None) -> None:
        with database.unit() as unit:
            unit.beat("rasa_answered" if reason is None else "rasa_failed", now())

    return write
