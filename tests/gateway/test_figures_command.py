"""`helpline figures month`, from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.test_commands import run


def test_report_of_a_month_is_written(sqlite_url: str, tmp_path: Path) -> None:
    out = tmp_path / "november.pdf"
    ended = run("figures", "month", "2026-11", "--language", "az", "--out", str(out), HELPLINE_DATABASE_URL=sqlite_url)
    assert ended.returncode == 0, ended.stderr
    assert out.read_bytes()[:5] == b"%PDF-"


WRONG = [
    pytest.param(("november",), "MONTH: such as 2026-11", id="no month"),
    pytest.param(("2026-13",), "MONTH: such as 2026-11", id="thirteenth month"),
    pytest.param(("2026-11", "--language", "tr"), "--language: one of az, ru, en", id="no such language"),
    pytest.param(
        ("2026-11", "--district", "paris"), "--district: a code of data/services/districts.yml", id="no such district"
    ),
]


@pytest.mark.parametrize(("asked", "line"), WRONG)
def test_wrong_question_ends_in_one_line(sqlite_url: str, tmp_path: Path, asked: tuple[str, ...], line: str) -> None:
    out = str(tmp_path / "x.pdf")
    ended = run("figures", "month", *asked, "--out", out, HELPLINE_DATABASE_URL=sqlite_url)
    assert (ended.returncode, ended.stderr.strip()) == (2, f"helpline: {line}")
