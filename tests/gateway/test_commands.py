"""The command line, as others build on it: `chat --jsonl`, `evaluate`, `check`, `user add`."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpline import segments
from store.database import migrate, open_engine
from store.matter_tables import feedback
from tests.conftest import ROOT
from tests.journeys.deployment import HELPLINE


def run(*arguments: str, said: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("HELPLINE_", "TELEGRAM_"))}
    return subprocess.run(
        [HELPLINE, *arguments],
        cwd=ROOT,
        env={**known, **settings, "COLUMNS": "300"},
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def chatted() -> subprocess.CompletedProcess[str]:
    lines = [
        '{"sender":"a","channel":"sms","say":"komek edin atam bicaqla qapini sindirir"}',
        '{"sender":"b","channel":"telegram","say":"/start"}',
        '{"sender":"b","channel":"telegram","say":"Русский"}',
        "not json",
        '{"sender":"c","channel":"fax","say":"salam"}',
        '{"sender":"c","channel":"sms"}',
        '{"sender":"d","channel":"sms","say":"отчим каждый день бьёт меня ремнём"}',
    ]
    return run("chat", "--jsonl", said="\n".join(lines) + "\n")


def test_chat_answers_every_line_with_one_object(chatted: subprocess.CompletedProcess[str]) -> None:
    answers = [json.loads(line) for line in chatted.stdout.splitlines()]
    assert [sorted(answer) == ["error"] for answer in answers] == [False, False, False, True, True, True, False]
    assert chatted.returncode == 2
    keys = {"sender", "say", "replies", "lang", "level", "risks", "topics", "referral", "ms"}
    assert all(set(answer) == keys for answer in answers if "error" not in answer)


def test_chat_meets_an_emergency_without_diacritics(chatted: subprocess.CompletedProcess[str]) -> None:
    answer = json.loads(chatted.stdout.splitlines()[0])
    assert (answer["lang"], answer["level"]) == ("az", "emergency")
    assert answer["referral"] == {"id": 1, "level": "emergency", "state": "waiting"}
    assert "102" in answer["replies"][0]["text"]
    parts = [segments.count(reply["text"]).parts for reply in answer["replies"]]
    assert parts == [reply["segments"] for reply in answer["replies"]]
    assert max(parts) <= 3
    assert sum(parts) <= 5


def test_chat_presses_a_button_by_its_label(chatted: subprocess.CompletedProcess[str]) -> None:
    start, chosen = (json.loads(line) for line in chatted.stdout.splitlines()[1:3])
    assert (start["lang"], "Русский" in start["replies"][0]["buttons"]) == ("az", True)
    assert chosen["lang"] == "ru"


def test_chat_finds_who_is_urgent(chatted: subprocess.CompletedProcess[str]) -> None:
    answer = json.loads(chatted.stdout.splitlines()[-1])
    assert (answer["lang"], answer["level"], answer["referral"]["level"]) == ("ru", "urgent", "urgent")
    assert "physical_violence" in answer["risks"]


def test_evaluate_counts_what_was_found_and_missed(tmp_path: Path) -> None:
    rows = [
        {"text": "atam məni hər gün kəmərlə döyür", "lang": "az", "level": "urgent", "risks": ["physical_violence"]},
        {"text": "привет", "lang": "ru", "level": "urgent", "risks": ["neglect"]},
        {"text": "salam", "lang": "az", "level": "none", "risks": [], "topics": ["greeting"]},
    ]
    common = {"channel": "telegram", "persona": "child", "hard": False, "style": ["std"], "topics": []}
    file, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    written = [{"id": f"r{number}", **common, **row} for number, row in enumerate(rows)]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in written), encoding="utf-8")
    ended = run("evaluate", str(file), "--json", "--predictions", str(out))
    assert ended.returncode == 0, ended.stderr
    overall = json.loads(ended.stdout)["overall"]
    assert (overall["n"], overall["urgent_recall"], overall["false_urgent"]) == (3, 0.5, 0.0)
    assert [json.loads(line)["level"] for line in out.read_text(encoding="utf-8").splitlines()] == [
        "urgent",
        "none",
        "none",
    ]


def row(number: int, text: str, level: str, **more: object) -> str:
    empty: dict[str, object] = {"style": ["std"], "risks": [], "topics": [], "hard": False, "persona": "adult"}
    return (
        json.dumps(empty | {"id": f"r{number}", "text": text, "lang": "ru", "channel": "sms", "level": level} | more)
        + "\n"
    )


def test_evaluate_hears_what_was_said_before_and_counts_calm_conversations(tmp_path: Path) -> None:
    calm = ["здравствуйте", "спасибо", "меню", "какая погода завтра", "как сделать уроки вместе", "до свидания"]
    file = tmp_path / "rows.jsonl"
    rows = [row(number, text, "none") for number, text in enumerate(calm)]
    rows.append(row(9, "ладно, неважно", "urgent", before=["отчим каждый день бьёт меня ремнём"]))
    file.write_text("".join(rows), encoding="utf-8")
    report = json.loads(run("evaluate", str(file), "--json", "--together", "3").stdout)
    assert report["overall"]["urgent_recall"] == 1.0
    assert report["calm_conversations"] == {
        "n": 2,
        "size": 3,
        "any_urgent": 0.0,
        "interval": pytest.approx([0.0, 0.6576], abs=1e-4),
    }


def test_bench_nlu_names_what_it_misses(tmp_path: Path) -> None:
    ended = run("bench", "nlu", "--massive", str(tmp_path))
    assert (ended.returncode, len(ended.stderr.strip().splitlines())) == (2, 1)
    assert "az-AZ.jsonl" in ended.stderr
    ended = run("bench", "nlu", "--massive", str(tmp_path), "--only", "guess")
    assert "ours, rasa_diet" in ended.stderr


def test_bench_understanding_measures_with_and_without_the_encoder(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(row(number, f"сын {number} часов играет", "none") for number in range(4)), encoding="utf-8")
    ended = run("bench", "understanding", str(file), "--json")
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    arms = [report["with_encoder"], report["without_encoder"]]
    assert report["n"] == 4
    assert all(0 < arm["p50_ms"] <= arm["p95_ms"] and arm["memory_mb"] > 0 for arm in arms)
    assert report["ratio"] == pytest.approx(arms[0]["p50_ms"] / arms[1]["p50_ms"], rel=0.05)


def test_bench_understanding_names_a_missing_file(tmp_path: Path) -> None:
    ended = run("bench", "understanding", str(tmp_path / "none.jsonl"))
    assert (ended.returncode, len(ended.stderr.strip().splitlines())) == (2, 1)


def test_evaluate_names_the_line_that_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("{}\n", encoding="utf-8")
    ended = run("evaluate", str(file))
    assert ended.returncode == 2
    assert ended.stderr.strip().count("\n") == 0


def test_check_says_what_is_unverified_and_unsigned(tmp_path: Path) -> None:
    ended = run("check", HELPLINE_DATABASE_URL=f"sqlite:///{tmp_path}/helpline.db")
    assert ended.returncode == 0, ended.stderr
    said = ended.stdout + ended.stderr
    assert "numbers not verified by a call: police, rescue, child_line, ambulance" in said
    assert "directory: 3 of 13 numbers may be told, 0 of 28 places may be told, 0 of 14 amounts may be told" in said
    assert "encoder" in said
    assert str(tmp_path) not in said


@pytest.mark.parametrize(
    ("arguments", "password", "says"),
    [
        (("someone", "--role", "king"), "a long password", "--role"),
        (("someone",), "short", "characters"),
        (("taken",), "a long password", "there is an account"),
        (("someone", "--speaks", "en"), "a long password", "--speaks is az or ru, or both with a space"),
        (("someone", "--gender", "other"), "a long password", "--gender is woman or man"),
        (("someone", "--capacity", "0"), "a long password", "--capacity is a number from 1 to 20"),
        (("someone", "--grant", "everything"), "a long password", "--grant is picker"),
    ],
    ids=["unknown role", "short password", "name in use", "unknown language", "gender", "capacity", "unknown grant"],
)
def test_user_that_cannot_be_added_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], password: str, says: str
) -> None:
    database = f"sqlite:///{tmp_path}/helpline.db"
    added = run("user", "add", "taken", "--password-stdin", said="a long password\n", HELPLINE_DATABASE_URL=database)
    assert added.returncode == 0, added.stderr
    ended = run("user", "add", *arguments, "--password-stdin", said=f"{password}\n", HELPLINE_DATABASE_URL=database)
    assert ended.returncode == 2
    assert says in ended.stderr
    assert password not in ended.stderr


def test_accounts_are_listed_reset_and_ended(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/helpline.db"
    for name, role in (("the-first", "administrator"), ("an-editor", "editor")):
        said = "a long password\n"
        run("user", "add", name, "--role", role, "--password-stdin", said=said, HELPLINE_DATABASE_URL=database)
    listed = run("user", "list", HELPLINE_DATABASE_URL=database).stdout
    assert "an-editor · editor · active · no second factor · check missing" in listed
    reset = run("user", "reset", "an-editor", "--second-factor", HELPLINE_DATABASE_URL=database)
    assert (reset.returncode, "Password for one sign-in" in reset.stderr) == (0, True)
    assert run("user", "end", "an-editor", HELPLINE_DATABASE_URL=database).returncode == 0
    last = run("user", "end", "the-first", HELPLINE_DATABASE_URL=database)
    assert (last.returncode, "last administrator" in last.stderr) == (2, True)


def test_export_labels_writes_a_file_of_its_owner_and_no_second_one(tmp_path: Path) -> None:
    out, database = tmp_path / "labels.jsonl", f"sqlite:///{tmp_path}/helpline.db"
    ended = run("export", "labels", str(out), HELPLINE_DATABASE_URL=database)
    assert ended.returncode == 0, ended.stderr
    assert (out.read_text(), out.stat().st_mode & 0o077) == ("", 0)
    again = run("export", "labels", str(out), HELPLINE_DATABASE_URL=database)
    assert (again.returncode, "File exists" in again.stderr) == (2, True)


def test_feedback_counts_texts_and_hides_few_answers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/helpline.db"
    engine = open_engine(url)
    migrate(engine)
    given = (
        [("P07", "az", "sms", True)] * 4 + [("P07", "az", "sms", False)] * 2 + [("P07", "ru", "telegram", False)] * 4
    )
    names = ("item", "language", "form", "helped")
    rows = [{**dict(zip(names, one, strict=True)), "at": datetime(2026, 11, 2, tzinfo=UTC)} for one in given]
    with engine.begin() as db:
        db.execute(feedback.insert(), rows)
    engine.dispose()
    shown = run("content", "feedback", HELPLINE_DATABASE_URL=url)
    assert shown.returncode == 0, shown.stderr
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.stdout.splitlines() if "│" in line]
    assert [[row[0], *row[2:]] for row in cells] == [
        ["P07", "az", "sms", "6", "4", "2"],
        ["P07", "ru", "telegram", "<5", "", ""],
    ]


def test_directory_check_lists_what_is_unverified_and_finds_nothing_wrong() -> None:
    ended = run("directory", "check", HELPLINE_PILOT_DISTRICTS="shaki")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stdout
    assert lines[-1].endswith("87 districts; 0 problems")
    assert [line for line in lines if "pilot" in line] == ["note  pilot district shaki: no verified place"]


def test_directory_check_names_a_pilot_district_that_is_none() -> None:
    ended = run("directory", "check", HELPLINE_PILOT_DISTRICTS="shaki, atlantis")
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (1, "wrong no such district: atlantis")


@pytest.mark.parametrize(
    ("code", "on", "until", "says"),
    [
        ("nobody", "2026-10-01", "2999-01-01", "no record nobody"),
        ("child_line", "yesterday", "2999-01-01", "--on and --until must be dates such as 2026-12-01"),
        ("child_line", "2026-10-01", "2026-10-02", "--until is over already"),
    ],
    ids=["unknown record", "no date", "over already"],
)
def test_directory_verify_that_cannot_be_is_one_line(code: str, on: str, until: str, says: str) -> None:
    ended = run("directory", "verify", code, "--by", "A", "--on", on, "--until", until)
    assert (ended.returncode, ended.stderr.strip().count("\n")) == (2, 0)
    assert says in ended.stderr
