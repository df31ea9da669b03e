"""Who gets what at every route: tests/console/permissions*.yml, each row as each role, and as those who are not let in yet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import delete, func, select, update
from starlette.routing import BaseRoute, Mount, Route

from console.case_pages import CasePages
from console.door import Door
from console.showing import Showing
from helpline.accounts import Role
from store.database import Database, open_engine
from store.tables import cases, counsellors, messages, sign_ins
from tests.conftest import ROOT, FrozenClock, test_vault
from tests.console.conftest import Console, Person
from tests.console.test_second_factor import set_up
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

ROLES = tuple(role.value for role in Role)
OWN, ANOTHERS = 1, 2
SAID = "atam məni döyür"


@dataclass(frozen=True)
class Row:
    """One row of the file."""

    method: str
    route: str
    path: str
    expected: dict[str, int]
    other: dict[str, int] | None
    stages: dict[str, int]
    form: dict[str, str] = field(default_factory=dict)
    open: bool = False
    endless: bool = False

    def status(self, role: str, case: int = OWN) -> int:
        table = self.other if case == ANOTHERS and self.other is not None else self.expected
        return table.get(role, table.get("everyone", table.get("others", 403)))

    @property
    def about_cases(self) -> bool:
        return "CASE" in self.path


def read_row(written: dict[str, dict[str, object]]) -> Row:
    ((name, told),) = written.items()
    method, route = name.split(" ")
    words = (*ROLES, "everyone", "others")
    return Row(
        method=method,
        route=route,
        path=str(told.get("path", route)),
        expected={word: told[word] for word in words if word in told},  # type: ignore[misc]  # statuses
        other=told.get("other"),  # type: ignore[arg-type]  # statuses by role
        stages={stage: told[stage] for stage in ("locked", "second", "set_up") if stage in told},  # type: ignore[misc]  # statuses
        form=told.get("form", {}),  # type: ignore[arg-type]  # fields
        open=bool(told.get("open", False)),
        endless=bool(told.get("endless", False)),
    )


FILES = sorted(Path(__file__).parent.glob("permissions*.yml"))
ROWS = [read_row(row) for file in FILES for row in yaml.safe_load(file.read_text(encoding="utf-8"))]


@dataclass
class Situation:
    """A console with one person before it; every request finds the database as it was."""

    console: Console
    person: Person
    file: Path
    csrf: str

    def ask(self, row: Row, case: int = OWN, *, csrf: str | None = None) -> httpx.Response:
        """The answer to a row's request. What a form changed is undone."""
        secret = self.csrf if csrf is None else csrf
        path = row.path.replace("CASE", str(case))
        form = {name: self._filled(value, case) for name, value in row.form.items()}
        kept = dict(self.person.client.cookies)
        try:
            if row.method == "POST":
                return self.person.client.post(path, data={"csrf": secret, **form}, follow_redirects=False)
            return self._endless(path) if row.endless else self.person.client.get(path, follow_redirects=False)
        finally:
            self.person.client.cookies.clear()
            self.person.client.cookies.update(kept)
            if row.method == "POST" or row.endless:
                self._undo()

    def _undo(self) -> None:
        self.console.helpline.database.engine.dispose()
        for left in ("-wal", "-shm"):
            Path(f"{self.file}{left}").unlink(missing_ok=True)
        shutil.copy(f"{self.file}.kept", self.file)

    def _endless(self, path: str) -> httpx.Response:
        """Its beginning is enough; it ends with the sign-in."""
        with self.person.client.stream("GET", path, follow_redirects=False) as answer:
            with self.console.helpline.database.engine.begin() as db:
                db.execute(delete(sign_ins))
            answer.read()
            return answer

    def _filled(self, value: str, case: int) -> str:
        if value != "MESSAGE":
            return value
        with self.console.helpline.database.reading() as db:
            mine = select(cases.c.conversation_id).where(cases.c.id == case).scalar_subquery()
            return str(db.scalar(select(func.min(messages.c.id)).where(messages.c.conversation_id == mine)))


Make = Callable[..., Situation]


@pytest.fixture
def situation(sqlite_url: str, clock: FrozenClock) -> Iterator[Make]:
    """Makes the situation of a role: number 2 is a counsellor who holds case 2, this person holds case 1, case 3 waits."""
    with ExitStack() as stack:

        def make(role: str, *, production: bool = False, second: bool = False, signed_in: bool = True) -> Situation:
            engine = open_engine(sqlite_url)
            stack.callback(engine.dispose)
            helpline = Helpline(Database(engine, test_vault()), clock)
            console = Console(helpline, production=production)
            for number in (1, 2, 3):
                helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
                helpline.say(SAID, address=f"70000000{number}")
            person = set_up(console, "somebody-1", role) if second else console.counsellor("somebody-1", role)
            console.accounts.add("counsellor-2", "counsellor", "a long enough password", "en")
            if second:
                person = console.person().sign_in("somebody-1")
            if not signed_in:
                person = console.person()
            with engine.begin() as db:
                for case, holder in ((OWN, 1), (ANOTHERS, 2)):
                    held = {"state": "held", "holder_id": holder, "taken_at": clock.now()}
                    db.execute(update(cases).where(cases.c.id == case).values(**held))
                db.execute(update(counsellors).values(vetted_on="2026-01-01", grants="picker"))
                secret = db.scalar(select(sign_ins.c.csrf).order_by(sign_ins.c.id.desc()).limit(1)) or ""
            engine.dispose()
            file = Path(sqlite_url.removeprefix("sqlite:///"))
            shutil.copy(file, f"{file}.kept")
            return Situation(console, person, file, secret)

        yield make


def wrong(rows: list[str]) -> None:
    assert rows == [], "\n" + "\n".join(rows)


def flat(routes: list[BaseRoute], before: str = "") -> Iterator[str]:
    """Every `METHOD /path` of the app; files of /static are everybody's."""
    for route in routes:
        if isinstance(route, Mount) and route.path != "/static":
            yield from flat(route.routes, before + route.path)
        elif isinstance(route, Route):
            yield from (f"{method} {before}{route.path}" for method in (route.methods or ()) if method != "HEAD")


def test_every_route_has_a_row_and_every_row_a_route(situation: Make) -> None:
    console = situation("counsellor").console
    there = {name for name in flat(console.app.routes) if "/simulator" not in name}
    rows = {f"{row.method} {row.route}" for row in ROWS}
    wrong([f"no row: {name}" for name in sorted(there - rows)] + [f"no route: {name}" for name in sorted(rows - there)])


def test_every_action_on_a_case_has_a_row(situation: Make) -> None:
    parts = situation("counsellor").console.parts
    showing = Showing(parts, str(ROOT / "console" / "templates"))
    actions = CasePages(parts, showing, Door(parts, showing)).actions
    rows = {row.path.rpartition("/")[2] for row in ROWS if row.route.endswith("{action}")}
    wrong(
        [f"no row: {name}" for name in sorted(actions - rows)]
        + [f"no action: {name}" for name in sorted(rows - actions)]
    )


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_at_each_route_what_its_row_says(situation: Make, role: str) -> None:
    here = situation(role)
    asked = [(row, case) for row in ROWS for case in ((OWN, ANOTHERS) if row.about_cases else (OWN,))]
    found = [(row, case, here.ask(row, case)) for row, case in asked]
    wrong(
        [
            f"{row.method} {row.path} (case {case}): {answer.status_code}, not {row.status(role, case)}"
            for row, case, answer in found
            if answer.status_code != row.status(role, case)
            or (answer.is_redirect and row.route != "/sign-out" and answer.headers["location"] == "/sign-in")
        ]
    )


@pytest.mark.parametrize("role", ROLES)
def test_form_without_its_secret_does_nothing(situation: Make, role: str) -> None:
    here = situation(role)
    # A screen that waits for nothing leads elsewhere before it looks at a form.
    let_in = [row for row in ROWS if row.method == "POST" and row.status(role) != 403]
    answers = [(row, here.ask(row, csrf="guess").status_code) for row in let_in]
    wrong([f"{row.path}: {status}" for row, status in answers if status != 403 and row.status(role) != 423])


def test_stranger_is_led_to_the_sign_in_everywhere(situation: Make) -> None:
    here = situation("counsellor", signed_in=False)
    answers = [(row, here.ask(row)) for row in ROWS if not row.open]
    wrong(
        [
            f"{row.method} {row.path}: {answer.status_code}"
            for row, answer in answers
            if (answer.status_code, answer.headers.get("location")) != (303, "/sign-in")
        ]
    )


@pytest.mark.parametrize(
    ("stage", "leads_to"),
    [("locked", "/unlock"), ("second", "/second"), ("set_up", "/second/set-up")],
)
def test_sign_in_that_waits_for_something_gets_nothing_else(situation: Make, stage: str, leads_to: str) -> None:
    here = situation("supervisor", production=stage == "set_up", second=stage == "second")
    if stage == "locked":
        here.console.helpline.pass_(minutes=15)
    rows = [row for row in ROWS if not row.open]
    answers = [(row, row.stages.get(stage, 423 if row.method == "POST" else 303), here.ask(row)) for row in rows]
    wrong(
        [
            f"{row.method} {row.path}: {answer.status_code}, not {expected}"
            for row, expected, answer in answers
            if answer.status_code != expected
            or (stage not in row.stages and answer.is_redirect and not answer.headers["location"].startswith(leads_to))
        ]
    )


def test_no_part_of_a_page_comes_while_the_screen_is_locked(situation: Make) -> None:
    here = situation("supervisor")
    here.console.helpline.pass_(minutes=15)
    here.person.client.headers["x-fragment"] = "live"
    answers = [(row, here.ask(row)) for row in ROWS if not row.open and "locked" not in row.stages]
    wrong(
        [
            f"{row.path}: {answer.status_code}"
            for row, answer in answers
            if (answer.status_code, answer.text) != (423, "")
        ]
    )
