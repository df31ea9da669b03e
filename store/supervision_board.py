"""What the supervisor's board shows: counts, times and names of those who work. Never a word of a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Integer, func, select

from helpline.conversations import CaseState
from helpline.referrals import OPEN
from helpline.starting import BAKU
from helpline.sweep_limits import held_limit
from helpline.watches import TAKES_CASES, Watch
from store.database import Database
from store.record_tables import transfers
from store.referral_tables import referrals
from store.supervision_tables import takes
from store.tables import cases, conversations, counsellors
from store.unit import SqlUnit
from triage.taxonomy import Level

LATELY = timedelta(hours=1)
# A board is looked at from afar: what does not fit is counted.
MOST = 30


@dataclass(frozen=True)
class Colleague:
    """Somebody who is on. `hard`: hard cases taken on in this watch; `held`, of which `open` count against the capacity."""

    id: int
    name: str
    role: str
    speaks: tuple[str, ...]
    held: int
    capacity: int
    hard: int
    began_at: datetime
    rests_until: datetime | None


@dataclass(frozen=True)
class LevelWaiting:
    level: Level
    count: int
    oldest: datetime | None
    overdue: int


@dataclass(frozen=True)
class Unanswered:
    """A held case whose person waits. `late`: longer than the level allows."""

    case: int
    pseudonym: str
    level: Level
    holder: str
    since: datetime
    late: bool


@dataclass(frozen=True)
class Gone:
    """Somebody who holds cases and is not on."""

    id: int
    name: str
    held: int
    urgent: int


@dataclass(frozen=True)
class Board:
    people: tuple[Colleague, ...]
    waiting: tuple[LevelWaiting, ...]
    unanswered: tuple[Unanswered, ...]
    gone: tuple[Gone, ...]
    due_today: int
    contacts: int
    offered: int
    referrals: int


def board(database: Database, now: datetime) -> Board:
    """Read all of it: a fixed number of queries, however many cases there are."""
    with database.reading() as db:
        on = SqlUnit(db, database.vault).watches(now)
        held = _held(db)
        here = {watch.counsellor for watch in on}
        return Board(
            people=_people(db, on, held, now),
            waiting=_waiting(db, now),
            unanswered=_unanswered(db, now),
            gone=_gone(db, held, here),
            due_today=_due_today(db, now),
            contacts=_contacts(db, now),
            offered=_offered(db, now),
            referrals=_referrals_late(db, now),
        )


def _held(db: Connection) -> Mapping[int, tuple[int, int]]:
    """For everybody who holds cases: how many, and how many of them urgent and above."""
    urgent = func.sum((cases.c.level >= int(Level.URGENT)).cast(Integer))
    query = (
        select(cases.c.holder_id, func.count(), urgent)
        .where(cases.c.state == CaseState.HELD.value)
        .group_by(cases.c.holder_id)
    )
    return {int(holder): (int(count), int(pressing)) for holder, count, pressing in db.execute(query)}


def _people(
    db: Connection, on: tuple[Watch, ...], held: Mapping[int, tuple[int, int]], now: datetime
) -> tuple[Colleague, ...]:
    if not on:
        return ()
    by_id = {watch.counsellor: watch for watch in on}
    rows = db.execute(select(counsellors).where(counsellors.c.id.in_(by_id)).order_by(counsellors.c.name)).mappings()
    hard = _hard_since(db, min(watch.began_at for watch in on))
    return tuple(
        Colleague(
            id=row["id"],
            name=row["name"],
            role=row["role"],
            speaks=tuple(row["speaks"].split()),
            held=held.get(row["id"], (0, 0))[0],
            capacity=row["capacity"],
            hard=sum(at >= by_id[row["id"]].began_at for at in hard.get(row["id"], ())),
            began_at=by_id[row["id"]].began_at,
            rests_until=by_id[row["id"]].rests_until if by_id[row["id"]].rests(now) else None,
        )
        for row in rows
    )


def _hard_since(db: Connection, since: datetime) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    for who, at in db.execute(select(takes.c.counsellor_id, takes.c.at).where(takes.c.hard, takes.c.at >= since)):
        found.setdefault(int(who), []).append(at)
    return found


def _waiting(db: Connection, now: datetime) -> tuple[LevelWaiting, ...]:
    late = func.sum((cases.c.due_at < now).cast(Integer))
    oldest = func.min(cases.c.waiting_since, type_=cases.c.waiting_since.type)
    query = (
        select(cases.c.level, func.count(), oldest, late)
        .where(cases.c.state == CaseState.WAITING.value)
        .group_by(cases.c.level)
    )
    found = {Level(level): (int(count), first, int(overdue)) for level, count, first, overdue in db.execute(query)}
    levels = (Level.EMERGENCY, Level.URGENT, Level.CONCERN)
    return tuple(LevelWaiting(level, *found.get(level, (0, None, 0))) for level in levels)


def _unanswered(db: Connection, now: datetime) -> tuple[Unanswered, ...]:
    query = (
        select(cases.c.id, cases.c.level, cases.c.unanswered_since, conversations.c.pseudonym, counsellors.c.name)
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .join(counsellors, counsellors.c.id == cases.c.holder_id)
        .where(cases.c.state == CaseState.HELD.value, cases.c.unanswered_since.is_not(None))
        .order_by(cases.c.level.desc(), cases.c.unanswered_since)
        .limit(MOST)
    )
    return tuple(
        Unanswered(
            row.id,
            row.pseudonym,
            Level(row.level),
            row.name,
            row.unanswered_since,
            now - row.unanswered_since > held_limit(Level(row.level)),
        )
        for row in db.execute(query)
    )


def _gone(db: Connection, held: Mapping[int, tuple[int, int]], here: set[int]) -> tuple[Gone, ...]:
    away = held.keys() - here
    if not away:
        return ()
    names = select(counsellors.c.id, counsellors.c.name).where(counsellors.c.id.in_(away)).order_by(counsellors.c.name)
    return tuple(Gone(row.id, row.name, *held[row.id]) for row in db.execute(names))


def _due_today(db: Connection, now: datetime) -> int:
    """Cases whose next step, or whose rest, is due before the day in Baku is over."""
    tomorrow = now.astimezone(BAKU).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due = func.coalesce(cases.c.snoozed_until, cases.c.next_step_at, type_=cases.c.next_step_at.type) < tomorrow
    query = select(func.count()).select_from(cases).where(cases.c.state == CaseState.HELD.value, due)
    return int(db.execute(query).scalar_one())


def _contacts(db: Connection, now: datetime) -> int:
    """People who wrote within the hour."""
    lately = conversations.c.last_inbound_at > now - LATELY
    return int(db.execute(select(func.count()).select_from(conversations).where(lately)).scalar_one())


def _offered(db: Connection, now: datetime) -> int:
    """Cases that are offered to a colleague who has not answered."""
    stands = (transfers.c.state == "offered") & (transfers.c.lapses_at > now)
    return int(db.execute(select(func.count()).select_from(transfers).where(stands)).scalar_one())


def _referrals_late(db: Connection, now: datetime) -> int:
    """Referrals that a service should have answered by now."""
    late = referrals.c.state.in_([state.value for state in OPEN]) & (referrals.c.due_at < now)
    return int(db.execute(select(func.count()).select_from(referrals).where(late)).scalar_one())


@dataclass(frozen=True)
class Load:
    """Somebody's cases by day: all that they took on, and the hard ones among them."""

    name: str
    days: tuple[tuple[int, int], ...]

    @property
    def total(self) -> tuple[int, int]:
        return sum(taken for taken, _ in self.days), sum(hard for _, hard in self.days)


def load(database: Database, now: datetime, days: int) -> tuple[tuple[date, ...], tuple[Load, ...]]:
    """The days, the newest first, and everybody's counts on them."""
    today = now.astimezone(BAKU).date()
    shown = tuple(today - timedelta(days=back) for back in range(days))
    begins = datetime.combine(shown[-1], datetime.min.time(), BAKU)
    roles = counsellors.c.role.in_([role.value for role in TAKES_CASES])
    with database.reading() as db:
        names = {
            row.id: row.name
            for row in db.execute(
                select(counsellors.c.id, counsellors.c.name)
                .where(roles, counsellors.c.active.is_(True))
                .order_by(counsellors.c.name)
            )
        }
        counts: dict[tuple[int, date], list[bool]] = {}
        for who, hard, at in db.execute(
            select(takes.c.counsellor_id, takes.c.hard, takes.c.at).where(takes.c.at >= begins)
        ):
            counts.setdefault((who, at.astimezone(BAKU).date()), []).append(hard)
    by_day = {
        who: tuple((len(counts.get((who, day), ())), sum(counts.get((who, day), ()))) for day in shown) for who in names
    }
    return shown, tuple(Load(names[who], by_day[who]) for who in names)
