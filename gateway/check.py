"""`helpline check`: what is configured, reachable, stale, and what must be done before people rely on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from gateway.bell import RedisBell
from gateway.check_lines import Line, Mark
from gateway.check_sms import sms_lines
from gateway.clock import SystemClock
from gateway.directory import counted, pilot_of, today, unverified_numbers
from gateway.rasa import RasaClient
from gateway.service import open_triage
from gateway.settings import ROOT, Misconfigured, Settings
from gateway.vendors import configured_vendors, live_lines
from helpline.content_check import check_content
from helpline.course_check import check_courses
from helpline.directory_check import check_directory
from helpline.overlay import NOTHING, Overlay
from helpline.shift_file import BadShifts
from helpline.shift_file import read as read_shifts
from helpline.supervising import BadSupervision, review_plan, supervision
from language import Reader
from store.database import Database, migrate, open_engine
from store.editing_pages import OverlayReader


def check(settings: Settings, screen: Console) -> int:
    """Print a line for each thing looked at; return 1 when something needs doing, else 0."""
    lines = [
        *_database(settings),
        *_rasa(settings),
        *_redis(settings),
        *_models(),
        *_channels(settings),
        *_sms(settings),
        *_texts(settings),
        *_shifts(),
    ]
    for line in lines:
        screen.print(f"{line.mark.value} {line.what}")
    return 1 if any(line.mark is Mark.WRONG for line in lines) else 0


def _database(settings: Settings) -> Iterator[Line]:
    from gateway.keys import open_vault

    kind = settings.database_url.partition(":")[0]
    try:
        engine = open_engine(settings.database_url)
        migrate(engine)
        Database(engine, open_vault(settings)).ping()
    except (SQLAlchemyError, Misconfigured) as error:
        yield Line(Mark.WRONG, f"database ({kind}): {type(error).__name__}")
        return
    yield Line(Mark.OK, f"database ({kind}): reachable, schema up to date")


def _rasa(settings: Settings) -> Iterator[Line]:
    client = RasaClient(settings.rasa_addresses)
    ready = client.ready()
    client.close()
    where = ", ".join(settings.rasa_addresses)
    yield (
        Line(Mark.OK, f"Rasa: ready at {where}")
        if ready
        else Line(
            Mark.NOTE,
            f"Rasa: not running at {where}; `helpline run` starts it, without it safe replies and hand-offs go out",
        )
    )


def _redis(settings: Settings) -> Iterator[Line]:
    if settings.redis_url is None:
        yield Line(Mark.NOTE, "Redis: none; fine for one process")
    elif RedisBell(settings.redis_url).reachable():
        yield Line(Mark.OK, "Redis: reachable")
    else:
        yield Line(Mark.WRONG, "Redis: HELPLINE_REDIS_URL does not answer; wake-ups are slow until it does")


def _models() -> Iterator[Line]:
    reader = Reader.open(ROOT)
    if reader.encoder_available:
        yield Line(Mark.OK, "encoder: loaded, hash as recorded")
    else:
        yield Line(Mark.WRONG, "encoder: missing or changed; triage runs on words alone and finds less")
    try:
        stale = open_triage(reader).stale()
    except Misconfigured as error:
        yield Line(Mark.WRONG, f"triage: {error}")
        return
    yield Line(
        Mark.NOTE if stale else Mark.OK, "triage model: " + ("older than its messages" if stale else "up to date")
    )


def _channels(settings: Settings) -> Iterator[Line]:
    for line in live_lines(settings, configured_vendors(settings)):
        yield Line(Mark.NOTE if ": off" in line else Mark.OK, f"channel {line}")
    if settings.duty_chat is None:
        yield Line(
            Mark.WRONG if settings.production else Mark.NOTE, "alerts: no HELPLINE_DUTY_CHAT, the console alone rings"
        )
    if settings.duty_phone is None:
        yield Line(
            Mark.WRONG if settings.production else Mark.NOTE,
            "alerts: no HELPLINE_DUTY_PHONE, no phone rings at night when nobody takes a case",
        )


def _sms(settings: Settings) -> Iterator[Line]:
    """Links and parts; a database that does not answer is told above."""
    from gateway.keys import open_vault

    try:
        engine = open_engine(settings.database_url)
        yield from sms_lines(settings, Database(engine, open_vault(settings)), SystemClock().now())
    except (SQLAlchemyError, Misconfigured):
        return
    engine.dispose()


def _shifts() -> Iterator[Line]:
    """When we are there, and how long people may wait."""
    try:
        found = read_shifts(ROOT / "data")
    except BadShifts as bad:
        yield Line(Mark.WRONG, f"shifts: {bad} (data/shifts.yml)")
        return
    said = "people are told when they begin" if found.hours_are_staffed else "told only where a shift is planned"
    yield Line(Mark.OK, f"shifts: data/shifts.yml can be followed; working hours are {said}")


def _texts(settings: Settings) -> Iterator[Line]:
    """Which texts are unsigned and which numbers unverified: development shows them tagged, production withholds."""
    items, problems = check_content(ROOT / "data")
    drafts = sum(not item.published for item in items)
    courses, wrong = check_courses(ROOT / "data")
    problems = [*problems, *wrong]
    unsigned = sum(not course.published for course in courses)
    yield Line(Mark.NOTE, f"texts: {drafts} of {len(items)} content items are not signed by an editor")
    yield Line(Mark.NOTE, f"texts: {unsigned} of {len(courses)} courses are not signed by an editor")
    if problems:
        yield Line(Mark.WRONG, f"texts: {len(problems)} problems, see `helpline content check`")
    known = _known(settings)
    if unverified := unverified_numbers(today(), known=known):
        mark = Mark.WRONG if settings.production else Mark.NOTE
        yield Line(mark, f"numbers not verified by a call: {', '.join(unverified)} (data/services/numbers.yml)")
    report = check_directory(ROOT / "data", today(), pilot=pilot_of(settings), known=known)
    yield Line(Mark.NOTE if report.notes else Mark.OK, f"directory: {counted(report)}")
    if report.problems:
        yield Line(Mark.WRONG, f"directory: {len(report.problems)} problems, see `helpline directory check`")
    yield from _supervision()


def _supervision() -> Iterator[Line]:
    """What supervision goes by, which people who do not program may change."""
    try:
        limits, plan = supervision(), review_plan()
    except BadSupervision as bad:
        yield Line(Mark.WRONG, f"supervision: {bad} (data/supervision.yml, data/reviews.yml)")
        return
    asked = ", ".join(
        f"{level.name.lower()} after {after // timedelta(hours=1)} h" for level, after in limits.asked_after.items()
    )
    yield Line(Mark.OK, f"supervision: {len(plan.questions)} questions of a review; asked whether it helped: {asked}")


def _known(settings: Settings) -> Overlay:
    """What was verified in the console; nothing where the database does not answer, which is told above."""
    from gateway.keys import open_vault

    try:
        engine = open_engine(settings.database_url)
        found = OverlayReader(Database(engine, open_vault(settings)))()
    except (SQLAlchemyError, Misconfigured):
        return NOTHING
    engine.dispose()
    return found
