"""Triage with the shipped model and lexicon: what it finds, what it must not find, and that it never falls over."""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from language import Reader
from tests.conftest import ROOT
from tests.language.test_reader import HOSTILE
from triage.assess import Triage
from triage.evaluate import Row, calibration_error, read_rows
from triage.intervals import wilson
from triage.lexicon import Lexicon, LexiconInvalid, Pattern, Text
from triage.messages import Labelled, calm_conversations, read_messages
from triage.taxonomy import Level, Risk, Speaker


def test_taxonomy_types_are_those_of_the_file() -> None:
    told = yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text(encoding="utf-8"))
    assert {level.name.lower() for level in Level} == set(told["levels"])
    assert {risk.value for risk in Risk} == set(told["risks"])
    assert Level.NONE < Level.CONCERN < Level.URGENT < Level.EMERGENCY


PRESSING = {
    "az knife at the door, typed bare": "komek edin atam bicaqla qapini sindirir",
    "az beaten, plain": "atam məni kəmərlə döyür",
    "az beaten, old Cyrillic": "атам мәни кәмәрлә дөјүр",
    "az wish to die": "yaşamaq istəmirəm, özümü öldürmək istəyirəm",
    "ru stepfather strangles": "pomogite otchim dushit mamu",
    "ru beaten": "папа бьёт меня ремнём каждый день",
    "ru wants to die": "не хочу жить, хочу умереть",
    "ru touched at night": "отчим трогает меня ночью, я боюсь",
}


@pytest.mark.parametrize("text", PRESSING.values(), ids=PRESSING)
def test_disclosure_is_urgent_or_more(triage: Triage, reader: Reader, text: str) -> None:
    found = triage.assess(reader.read(text))
    assert found.level >= Level.URGENT
    assert found.evidence
    assert found.risks


CALM = {
    "az idiom": "gülməkdən öldüm, çox gülməli idi",
    "az homework": "məktəb üçün inşa yazıram, mövzu məişət zorakılığı",
    "az parenting": "uşağı vurmadan necə tərbiyə edim",
    "ru idiom": "чуть не умер со смеху, смешной фильм",
    "ru homework": "пишу реферат про виды насилия, помогите с планом",
    "ru parenting": "как перестать кричать на ребёнка",
    "greeting": "salam",
    "thanks": "спасибо большое",
}


@pytest.mark.parametrize("text", CALM.values(), ids=CALM)
def test_calm_message_is_not_urgent(triage: Triage, reader: Reader, text: str) -> None:
    assert triage.assess(reader.read(text)).level < Level.URGENT


@pytest.mark.parametrize(
    "text",
    ["insanla danışmaq istəyirəm", "operatoru çağırın", "позовите живого человека", "xochu pogovorit s psixologom"],
)
def test_wish_for_a_person_is_heard(triage: Triage, reader: Reader, text: str) -> None:
    found = triage.assess(reader.read(text))
    assert found.level is Level.CONCERN
    assert Risk.HUMAN_REQUEST in found.risks


def test_several_messages_together_can_raise(triage: Triage, reader: Reader) -> None:
    said = [reader.read(text) for text in ("salam", "atam axşam içib gəlir", "yenə əl qaldırır anama")]
    last = reader.read("məni də vurur")
    assert triage.assess(last, said).level >= triage.assess(last).level
    assert triage.assess(last, said).level >= Level.URGENT


def test_earlier_messages_never_lower(triage: Triage, reader: Reader) -> None:
    pressing = reader.read("atam məni kəmərlə döyür")
    calm = [reader.read(text) for text in ("salam", "hava yaxşıdır", "futbola baxırıq")]
    assert triage.assess(pressing, calm).level >= triage.assess(pressing).level


def test_speaker_is_told_for_a_caregiver(triage: Triage, reader: Reader) -> None:
    found = triage.assess(reader.read("uşağımı vurdum, özümü saxlaya bilmirəm, ona zərər verməkdən qorxuram"))
    assert found.speaker is Speaker.CAREGIVER


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_assessed(triage: Triage, reader: Reader, text: str) -> None:
    views = reader.read(text.encode("utf-8", "replace").decode())
    assert triage.assess(views, [views]).level in Level


def test_triage_without_vectors_still_hears_plain_words(triage: Triage, reader: Reader) -> None:
    for text in ("atam məni kəmərlə döyür", "папа бьёт меня ремнём каждый день"):
        assert triage.assess(reader.read(text, encode=False)).level >= Level.URGENT


def test_model_was_trained_on_the_messages_that_are_here(triage: Triage) -> None:
    assert triage.stale() is False


PATTERNS = {
    "words in order": ("atam döyür", "atam döyür", True),
    "words with another between": ("atam döyür", "atam məni döyür", False),
    "a gap takes up to four": ("atam .. döyür", "atam məni hər gün bərk döyür", True),
    "a gap takes no more": ("atam .. döyür", "atam bu gün də məni evdə döyür", False),
    "a beginning": ("döy*", "döyəcək", True),
    "not inside a word": ("döy*", "gördöy", False),
    "folded spelling": ("döyür", "DOYUR", True),
    "order matters": ("atam döyür", "döyür atam", False),
}


@pytest.mark.parametrize(("written", "text", "matches"), PATTERNS.values(), ids=PATTERNS)
def test_pattern(written: str, text: str, matches: bool) -> None:
    from language import canonical

    assert bool(Pattern.parse(written).spans(Text(canonical(text)))) is matches


BROKEN = {
    "no file": (None, "No such file"),
    "empty": ("", "holds no phrases"),
    "no phrases": ("words: {a: [b]}\n", "holds no phrases"),
    "not YAML": ("phrases:\n  - level: urgent\n   all: [x\n", "line"),
    "unknown level": ("phrases: [{level: pressing, all: [x]}]\n", "PRESSING"),
    "unknown list": ("phrases: [{level: urgent, all: [<nobody> x]}]\n", "<nobody>"),
}


@pytest.mark.parametrize(("written", "said"), BROKEN.values(), ids=BROKEN)
def test_broken_lexicon_is_refused_with_its_reason(tmp_path: Path, written: str | None, said: str) -> None:
    shutil.copy(ROOT / "data" / "lexicon" / "ru.yml", tmp_path)
    if written is not None:
        (tmp_path / "az.yml").write_text(written)
    with pytest.raises(LexiconInvalid, match=re.escape(said)) as refused:
        Lexicon.load(tmp_path)
    assert "az.yml" in str(refused.value)


FILLER = {
    "az": (
        "bu gün hava yaxşıdır və məktəbdə dərslər çox idi",
        "axşam uşaqlarla həyətdə futbol oynayacağıq",
        "nənəm bizə qonaq gələcək, plov bişirəcək",
        "riyaziyyatdan tapşırıq bir az çətin idi",
        "bazar günü muzeyə getmək istəyirik",
        "pişiyimiz balkonda yatmağı xoşlayır",
        "yeni kitab oxuyuram, dəniz haqqındadır",
    ),
    "ru": (
        "сегодня погода хорошая и уроков было много",
        "вечером пойдём во двор играть в футбол",
        "бабушка приедет к нам в гости и приготовит плов",
        "по математике задали задачу, немного трудную",
        "в воскресенье хотим сходить в музей",
        "наша кошка любит спать на балконе",
        "читаю новую книгу про море",
    ),
}


def letter(language: str, told: str = "", place: int = 0) -> str:
    """A hundred harmless sentences, and one that is not."""
    sentences = list(itertools.islice(itertools.cycle(FILLER[language]), 100))
    return ". ".join([*sentences[:place], *([told] if told else []), *sentences[place:]])


@pytest.mark.parametrize("place", [0, 50, 100], ids=["at the start", "in the middle", "at the end"])
@pytest.mark.parametrize(
    ("language", "told"), [("az", "atam məni hər gün kəmərlə döyür"), ("ru", "отчим каждый день бьёт меня ремнём")]
)
def test_one_sentence_in_a_long_letter_is_heard(
    triage: Triage, reader: Reader, language: str, told: str, place: int
) -> None:
    assert triage.assess(reader.read(letter(language, told, place), language)).level >= Level.URGENT


@pytest.mark.parametrize("language", ["az", "ru"])
def test_long_letter_about_nothing_is_no_alarm(triage: Triage, reader: Reader, language: str) -> None:
    assert triage.assess(reader.read(letter(language), language)).level is Level.NONE


# --- the training messages themselves


@pytest.mark.parametrize("language", ["az", "ru"])
def test_training_messages_are_many(language: str) -> None:
    told = [one for one in read_messages(ROOT / "data") if one.language == language]
    assert len(told) >= 6000
    assert min(Counter(one.level for one in told).values()) >= 600


def _alike(ones: Sequence[str], others: Sequence[str]) -> NDArray[np.uint8]:
    """How alike each two are above 85 of 100, whatever the order of their words; 0 for those that are not.

    As `token_sort_ratio`, which would sort the words again for each pair.
    """
    return process.cdist(_sorted(ones), _sorted(others), scorer=fuzz.ratio, score_cutoff=85.01, dtype=np.uint8)


def _sorted(texts: Sequence[str]) -> list[str]:
    return [" ".join(sorted(text.split())) for text in texts]


def _taught(language: str) -> list[str]:
    """Of three words or more: two people may write the same two words."""
    return [one.text for one in read_messages(ROOT / "data") if one.language == language and len(one.text.split()) > 2]


@pytest.mark.parametrize("language", ["az", "ru"])
def test_training_messages_are_not_near_duplicates_of_each_other(language: str) -> None:
    texts, alike = _taught(language), []
    for start in range(0, len(texts), 500):
        scores = np.triu(_alike(texts[start : start + 500], texts[start:]), k=1)
        alike += [(texts[start + one], texts[start + other]) for one, other in np.argwhere(scores)]
    assert alike == []


@pytest.mark.parametrize("language", ["az", "ru"])
def test_training_messages_are_not_those_of_the_evaluation(language: str, shared: Path) -> None:
    judged = [row.text for row in read_rows(shared / "eval" / f"examples-{language}.jsonl")]
    assert not _alike(judged, _taught(language)).any()


def test_evaluation_messages_are_mostly_heard(triage: Triage, reader: Reader, shared: Path) -> None:
    """A floor that a broken model would fall through, well below what is measured."""
    rows = [row for language in ("az", "ru") for row in read_rows(shared / "eval" / f"examples-{language}.jsonl")]
    pressing = [row for row in rows if row.level in ("urgent", "emergency")]
    heard = [row for row in pressing if triage.assess(reader.read(row.text)).level >= Level.URGENT]
    assert len(heard) / len(pressing) >= 0.85


def test_settings_name_no_text() -> None:
    settings = json.loads((ROOT / "triage" / "model" / "settings.json").read_text())
    assert set(settings) == {"format", "messages"}


def test_random_bytes_as_text_are_assessed(triage: Triage, reader: Reader) -> None:
    chance = random.Random(5)
    for _ in range(50):
        text = bytes(chance.randrange(256) for _ in range(80)).decode("utf-8", "replace")
        assert triage.assess(reader.read(text)).level in Level


def test_interval_of_a_share() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    # Computed by hand from the formula: 8 of 10.
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    assert calibration_error([]) is None
    assert calibration_error([(0.9, True)] * 9 + [(0.9, False)]) == pytest.approx(0.0)
    assert calibration_error([(0.9, True)] * 5 + [(0.9, False)] * 5) == pytest.approx(0.4)
    assert calibration_error([(0.95, False), (0.05, True)]) == pytest.approx(0.95)


def test_calm_conversations_are_made_of_calm_messages_of_one_language() -> None:
    known = [
        Labelled(f"{language} {number}", language, Level.NONE) for language in ("az", "ru") for number in range(20)
    ]
    made = calm_conversations([*known, Labelled("az bad", "az", Level.URGENT)], 3)
    assert len(made) == 8
    assert made == calm_conversations([*known, Labelled("az bad", "az", Level.URGENT)], 3)
    for one in made:
        said = one.text.split("\n")
        assert 2 <= len(said) == len(set(said)) <= 5
        assert {text.split()[0] for text in said} == {one.language}
        assert "az bad" not in said


def test_messages_of_a_conversation_are_read_together(tmp_path: Path) -> None:
    for language in ("az", "ru"):
        (tmp_path / "triage" / language).mkdir(parents=True)
    group = {
        "level": "urgent",
        "risks": ["neglect"],
        "speaker": "child_self",
        "conversations": [["a", "b"], ["c", "d"]],
    }
    (tmp_path / "triage" / "ru" / "conversations.yml").write_text(yaml.safe_dump([group]), encoding="utf-8")
    assert [one.text for one in read_messages(tmp_path)] == ["a\nb", "c\nd"]


def test_evidence_is_quoted_as_it_was_written(triage: Triage, reader: Reader) -> None:
    found = triage.assess(reader.read("Salam. Atam MƏNİ hər gün döyür, qorxuram"))
    assert "MƏNİ hər gün döyür" in " | ".join(item.words for item in found.evidence)


# --- the messages that only measure


def _held_out(language: str) -> list[Row]:
    return read_rows(ROOT / "data" / "held-out" / f"{language}.jsonl")


@pytest.mark.parametrize("language", ["az", "ru"])
def test_held_out_messages_are_not_trained_on(language: str) -> None:
    held = [row.text for row in _held_out(language) if len(row.text.split()) > 2]
    assert [held[place] for place in _alike(held, _taught(language)).any(axis=1).nonzero()[0]] == []


@pytest.mark.parametrize("language", ["az", "ru"])
def test_held_out_messages_are_heard_and_few_alarm(triage: Triage, reader: Reader, language: str) -> None:
    """Floors below what docs/model-card.md states, that a broken model falls through."""
    found = [(row, triage.assess(reader.read(row.text)).level) for row in _held_out(language)]
    pressing = [level >= Level.URGENT for row, level in found if row.level in ("urgent", "emergency")]
    calm = [level >= Level.URGENT for row, level in found if row.level == "none"]
    assert sum(pressing) / len(pressing) >= 0.88
    assert sum(calm) / len(calm) <= 0.08


# Answers to "whose phone is it?" and "when may we write?", heard only while that question is open; alone they sound alarming.
HEARD_ONLY_WHILE_ASKED = {"anam da baxır", "atam da baxır", "özüm yazacam"}


def test_no_word_that_stands_for_a_choice_is_a_disclosure(triage: Triage, reader: Reader) -> None:
    """Such a word is taken for the choice without triage: nothing that tells of harm may be among them."""
    words = yaml.safe_load((ROOT / "data" / "phrases" / "words.yml").read_text(encoding="utf-8"))
    said = [word for name in ("choices", "answers") for listed in words[name].values() for word in listed]
    alarming = {word for word in said if triage.assess(reader.read(word)).level >= Level.URGENT}
    assert alarming - HEARD_ONLY_WHILE_ASKED == set()
