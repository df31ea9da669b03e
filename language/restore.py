"""The restored view: a message in its language's own spelling, for the encoder, which was never taught the others."""

from __future__ import annotations

import re
from pathlib import Path

from language.canonical import canonical, lower

_DIACRITICS = frozenset("əıöüşçğ")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_OLD_CYRILLIC = str.maketrans("абвгғдеәжзийјкҝлмноөпрстуүфхһчҹшыёэ", "abvqğdeəjziyykglmnoöprstuüfxhçcşıoe")
_RUSSIAN_GROUPS = (
    ("shch", "щ"), ("sch", "щ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("yu", "ю"), ("ju", "ю"),
    ("ya", "я"), ("ja", "я"), ("yo", "ё"), ("jo", "ё"), ("ye", "е"), ("je", "е"),
)  # fmt: skip
_RUSSIAN = str.maketrans("abvgdezijklmnoprstufhcwxyq46'", "абвгдезижклмнопрстуфхцшхыкчшь")
_AFTER_VOWEL = re.compile(r"(?<=[аеёиоуыэюяaeiou])[yj](?=\b|[^аеёиоуыэюяaeiou])")


class Restorer:
    """Forms by their skeleton, from `forms-az.txt` and `forms-ru.txt` (setup/make_language.py)."""

    def __init__(self, azerbaijani: dict[str, str], russian: dict[str, str]) -> None:
        self._azerbaijani = azerbaijani
        self._russian = russian

    @classmethod
    def load(cls, folder: Path) -> Restorer:
        return cls(_forms(folder / "forms-az.txt"), _forms(folder / "forms-ru.txt"))

    def restore(self, text: str, language: str | None, script: str) -> str:
        """Return `text` with diacritics and script put back, shouting in small letters; else as it is."""
        text = lower(text) if _shouted(text) else text
        if language == "az" and not _DIACRITICS & set(lower(text)):
            return _WORD.sub(lambda match: self._azerbaijani_word(match.group()), text)
        if language == "ru" and script == "latin":
            return _WORD.sub(lambda match: self._russian_word(match.group()), text)
        return text

    def _azerbaijani_word(self, word: str) -> str:
        """The commonest form of the skeleton; a word that is not known keeps its letters."""
        return self._azerbaijani.get(canonical(word)) or lower(word).translate(_OLD_CYRILLIC)

    def _russian_word(self, word: str) -> str:
        return self._russian.get(canonical(word)) or _spelt(lower(word))


def _shouted(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return len(letters) > 3 and sum(letter.isupper() for letter in letters) > len(letters) / 2


def _spelt(word: str) -> str:
    for group, letter in _RUSSIAN_GROUPS:
        word = word.replace(group, letter)
    return _AFTER_VOWEL.sub("й", word).translate(_RUSSIAN)


def _forms(path: Path) -> dict[str, str]:
    pairs = (line.split(" ", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return dict((key, form) for key, form in pairs)
