"""The measurement of the console measures: every console sees every case, and the pages are those that were asked for."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.journeys.deployment import HELPLINE


@pytest.mark.slow
def test_benchmark_of_the_console_measures_both_ways() -> None:
    few = ("--consoles", "2", "--messages", "5", "--cases", "20", "--lines", "20", "--json")
    ran = subprocess.run([HELPLINE, "bench", "console", *few], capture_output=True, text=True, check=True, timeout=200)
    report = json.loads(ran.stdout)
    assert (report["live"]["n"], report["reloading"]["n"]) == (10, 10)
    assert set(report["pages"]) == {"queue of 20", "queue of 20, a query a row", "transcript of 20"}
    assert report["ratio_of_p95"] > 1
