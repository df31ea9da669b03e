"""The indicators of data/indicators.yml: each can be counted, has words, and adds up."""

from __future__ import annotations

import pytest
import yaml

from console.words import LANGUAGES, texts
from helpline.figures.catalogue import FIGURES, TIMINGS
from helpline.figures.indicators import BadIndicators, Framework, Share, framework, share, together
from helpline.figures.suppression import HIDDEN, Shown
from helpline.figures.tables import Target, indicator_table
from tests.conftest import ROOT

COUNTED = {figure.code for figure in FIGURES} | {"reach", "taken", "course_finished_by"}
REACH = "reaches: {r: {topics: [stop]}}\nindicators:\n"


def test_indicators_are_of_figures_that_are_counted() -> None:
    assert [one.code for one in framework().indicators if one.figure not in COUNTED] == []


def test_topics_of_reaches_are_topics() -> None:
    known = set(yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text())["topics"])
    assert [topic for reach in framework().reaches.values() for topic in reach.topics if topic not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_and_indicator_has_its_words(language: str) -> None:
    known = texts(ROOT / "data", language)
    wanted = [f"indicator.{one.code}" for one in framework().indicators]
    for figure in FIGURES:
        wanted += [
            f"figure.{figure.code}",
            f"figure.{figure.code}.what",
            f"unit.{figure.unit}",
            f"column.{figure.unit}",
        ]
        named = () if figure.names in ("hour", "district", "agency", "agency_kind") else figure.values
        wanted += [f"{figure.names}.{value}" for value in named]
    wanted += [f"figure.{timing.code}" for timing in TIMINGS]
    assert [key for key in wanted if key not in known] == []


def test_topics_and_risks_have_their_words() -> None:
    taxonomy = yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text())
    wanted = [*(f"topic.{code}" for code in taxonomy["topics"]), *(f"risk.{code}" for code in taxonomy["risks"])]
    assert [
        (language, key) for language in LANGUAGES for key in wanted if key not in texts(ROOT / "data", language)
    ] == []


def test_files_of_words_have_the_same_keys() -> None:
    az, ru, en = (
        set(yaml.safe_load((ROOT / "data" / "console" / one / "figures.yml").read_text())) for one in LANGUAGES
    )
    assert az == ru == en


WRONG = [
    pytest.param("reaches: {}", id="no indicators"),
    pytest.param("reaches: {r: {risks: [sorrow]}}\nindicators: []", id="no such risk"),
    pytest.param(REACH + "  - {code: a, figure: reach, values: [other], target: 1}", id="no such reach"),
    pytest.param(REACH + "  - {code: a, figure: people, values: [], target: 1}", id="nothing to count"),
    pytest.param(REACH + "  - {code: a, figure: people, values: [new], target: many}", id="target is no number"),
    pytest.param(REACH + "  - {code: a, figure: people, values: [new], by: age}", id="no such disaggregation"),
]


@pytest.mark.parametrize("text", WRONG)
def test_file_that_cannot_be_counted_is_refused(text: str) -> None:
    with pytest.raises(BadIndicators):
        Framework.read(text)


def test_actual_is_the_sum_or_share_of_what_is_shown() -> None:
    numbers = {
        "people": {"new": Shown(41)},
        "taken": {"urgent.in_time": Shown(18), "urgent.late": Shown(6), "emergency.in_time": HIDDEN},
    }
    lines = {line.label.code: line.values for line in indicator_table(framework(), numbers).lines}
    assert lines["people_reached"] == (Shown(41), Target(5000))
    assert lines["disclosures_in_time"] == (Share(75), Target(90, True))
    assert lines["family_care"] == (HIDDEN, Target(200))


def test_share_with_a_hidden_part_says_that_it_is_rough() -> None:
    found = {"helped": Shown(20), "did_not_help": HIDDEN}
    assert share(found, ("helped",), ("did_not_help",)) == Share(100, rough=True)
    assert share({}, ("helped",), ("did_not_help",)) == Share(None)
    assert together(found, ("did_not_help",)) == HIDDEN
