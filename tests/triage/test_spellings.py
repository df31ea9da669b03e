"""Spellings that training never saw: the ways to write are made here, with seeds of their own, and used nowhere else."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from language import Reader
from tests.conftest import ROOT
from triage.assess import Triage
from triage.evaluate import read_rows
from triage.taxonomy import Level

Spell = Callable[[str, random.Random], str]
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_BESIDE = {letter: near for row in _ROWS for letter, near in itertools.pairwise(row + row[0])}


def _swapped(pairs: str) -> Spell:
    """Other letters for some: `a>b c>d` writes b for a, d for c."""
    table = dict(pair.split(">") for pair in pairs.split())
    return lambda text, chance: "".join(table.get(letter, letter) for letter in text.lower())


def _drawn_out(text: str, chance: random.Random) -> str:
    """Pomogiiiite: a vowel of a word is held."""
    return " ".join(_held(word) if len(word) > 3 and chance.random() < 0.4 else word for word in text.split())


def _held(word: str) -> str:
    places = [place for place, letter in enumerate(word) if letter.lower() in "aeiouəıöüаеиоуыэюя"]
    return word if not places else word[: places[-1]] + word[places[-1]] * 4 + word[places[-1] + 1 :]


def _run_together(text: str, chance: random.Random) -> str:
    """Some spaces are lost."""
    words = text.split()
    return words[0] + "".join(("" if chance.random() < 0.12 else " ") + word for word in words[1:])


def _beside(text: str, chance: random.Random) -> str:
    """The key beside is hit, once in thirty letters."""
    return "".join(_BESIDE.get(letter, letter) if chance.random() < 0.033 else letter for letter in text)


def _shouted(text: str, chance: random.Random) -> str:
    return text.replace("i", "İ").upper() + "!!!"


def _without_signs(text: str, chance: random.Random) -> str:
    """No capital, no full stop, no comma, no question mark."""
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter.isspace())


WITHHELD: dict[str, dict[str, Spell]] = {
    "az": {
        "w for sh, 4 for ch": _swapped("ş>w ç>4 ə>e ı>i ö>o ü>u ğ>g"),
        "a for schwa": _swapped("ə>a ı>i ö>o ü>u ğ>g ş>s ç>c"),
        "kh and gh, y for i": _swapped("x>kh ğ>gh ə>e ı>y ş>sh ç>ch ö>o ü>u"),
        "Russian letters, softened": _swapped(
            "a>а b>б c>дж ç>ч d>д e>э ə>я f>ф g>г ğ>г h>х x>х ı>ы i>и j>ж k>к "
            "q>г l>л m>м n>н o>о ö>ё p>п r>р s>с ş>ш t>т u>у ü>ю v>в y>й z>з"
        ),
        "drawn out": _drawn_out,
        "run together": _run_together,
        "the key beside": _beside,
        "shouted": _shouted,
        "no signs": _without_signs,
    },
    "ru": {
        "Latin, ia for ya": _swapped(
            "а>a б>b в>v г>g д>d е>e ё>e ж>zh з>z и>i й>i к>k л>l м>m н>n о>o "
            "п>p р>r с>s т>t у>u ф>f х>h ц>c ч>ch ш>sh щ>sch ъ>' ы>i ь>' э>e ю>u я>ia"
        ),
        "Latin by Azerbaijani habit": _swapped(
            "а>a б>b в>v г>q д>d е>e ё>yo ж>j з>z и>i й>y к>k л>l м>m н>n о>o "
            "п>p р>r с>s т>t у>u ф>f х>x ц>s ч>ç ш>ş щ>ş ъ>' ы>ı ь>' э>e ю>yu я>ya"
        ),
        "ie for e, i for short i": _swapped("ё>е й>и щ>ш ъ>ь"),
        "drawn out": _drawn_out,
        "run together": _run_together,
        "the key beside": _beside,
        "shouted": _shouted,
        "no signs": _without_signs,
    },
}
CASES = [(language, name) for language, ways in WITHHELD.items() for name in ways]
# Below the measured figures (docs/model-card.md), so that only a broken reading falls through.
HEARD, ALARMED = 0.80, 0.12


@pytest.mark.parametrize(("language", "name"), CASES)
def test_unseen_spelling_is_heard_and_raises_few_alarms(
    triage: Triage, reader: Reader, language: str, name: str
) -> None:
    chance, spell = random.Random(f"withheld {language} {name}"), WITHHELD[language][name]
    rows = read_rows(ROOT / "data" / "held-out" / f"{language}.jsonl")
    picked = [row for row in rows if "cyr" not in row.style and "translit" not in row.style][::3]
    found = [(row.level, triage.assess(reader.read(spell(row.text, chance), language)).level) for row in picked]
    heard = [level >= Level.URGENT for said, level in found if said in ("urgent", "emergency")]
    alarmed = [level >= Level.URGENT for said, level in found if said == "none"]
    print(f"{language} {name}: heard {sum(heard)} of {len(heard)}, false {sum(alarmed)} of {len(alarmed)}")
    assert sum(heard) / len(heard) >= HEARD
    assert sum(alarmed) / len(alarmed) <= ALARMED
