"""Spellings that people use, made from a normal one: for training and tests. Seeded: the same seed, the same spelling."""

from __future__ import annotations

import random
from collections.abc import Callable

_ASCII = str.maketrans("əıöüşçğƏIİÖÜŞÇĞ", "eiouscgEIIOUSCG")
_DIGRAPHS = {"ş": "sh", "ç": "ch", "ğ": "gh", "ə": "e", "ı": "i", "ö": "o", "ü": "u"}
_OLD_CYRILLIC = dict(zip("abcçdeəfgğhxıijkqlmnoöprsştuüvyz", "абҹчдеәфҝғһхыижкглмноөпрсштуүвјз", strict=True))
_RUSSIAN_KEYBOARD = {**_OLD_CYRILLIC, "c": "дж", "ə": "е", "g": "г", "ğ": "г", "h": "х", "ö": "о", "ü": "у", "y": "й"}
_BASE = dict(zip("абвгдезийклмнопрстуфхцъыьэ", "abvgdeziyklmnoprstufhc_y_e", strict=True))
_HABITS: dict[str, dict[str, str]] = {
    "formal": {
        "ж": "zh",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "yu",
        "я": "ya",
        "ё": "yo",
        "х": "kh",
        "ц": "ts",
        "ь": "'",
    },
    "phone": {"ж": "j", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ё": "e", "х": "h", "ц": "c", "ь": ""},
    "digits": {"ж": "j", "ч": "4", "ш": "w", "щ": "w", "ю": "u", "я": "ya", "ё": "e", "х": "x", "ц": "c", "ь": ""},
    "sixes": {"ж": "zh", "ч": "4", "ш": "6", "щ": "sch", "ю": "ju", "я": "ja", "ё": "jo", "х": "x", "ц": "ts", "ь": ""},
}
HABITS = tuple(_HABITS)
_VOWELS = frozenset("aeiouəıöüаеиоуыэюя")
_NEIGHBOURS = "qwertyuiopasdfghjklzxcvbnm"


def ascii_(text: str) -> str:
    """Azerbaijani without diacritics."""
    return text.translate(_ASCII)


def digraphs(text: str) -> str:
    """Azerbaijani with sh, ch, gh."""
    return "".join(_DIGRAPHS.get(letter, letter) for letter in _lower(text))


def old_cyrillic(text: str) -> str:
    """Azerbaijani in the alphabet of before 1991."""
    return "".join(_OLD_CYRILLIC.get(letter, letter) for letter in _lower(text))


def russian_keyboard(text: str) -> str:
    """Azerbaijani typed with Russian letters alone."""
    return "".join(_RUSSIAN_KEYBOARD.get(letter, letter) for letter in _lower(text))


def translit(text: str, habit: str = "phone") -> str:
    """Russian in Latin letters, by one of HABITS."""
    letters = {**_BASE, "ъ": "", **_HABITS[habit]}
    return "".join(letters.get(letter, letter) for letter in text.lower())


def typos(text: str, rate: float, seed: int) -> str:
    """Letters lost, doubled, swapped or hit beside, each with probability `rate`."""
    chance = random.Random(seed)
    letters = list(text)
    made: list[str] = []
    while letters:
        letter = letters.pop(0)
        if letter.isalpha() and chance.random() < rate:
            kind = chance.randrange(4)
            swap = letters.pop(0) if kind == 0 and letters else ""
            made.append([swap + letter, "", letter * 2, chance.choice(_NEIGHBOURS)][kind])
        else:
            made.append(letter)
    return "".join(made)


def without_vowels(text: str, rate: float, seed: int) -> str:
    """Vowels inside words dropped with probability `rate`, as in hurried messages."""
    chance = random.Random(seed)
    inside = (index > 0 and text[index - 1].isalpha() for index in range(len(text)))
    kept = [
        letter
        for letter, within in zip(text, inside, strict=True)
        if not (within and letter in _VOWELS and chance.random() < rate)
    ]
    return "".join(kept)


def spellings(language: str) -> tuple[Callable[[str], str], ...]:
    """Return the whole-text spellings of a language, beside its normal one."""
    if language == "az":
        return (ascii_, digraphs, old_cyrillic, russian_keyboard)
    return tuple(_of_habit(habit) for habit in HABITS)


def _of_habit(habit: str) -> Callable[[str], str]:
    def spell(text: str) -> str:
        return translit(text, habit)

    spell.__name__ = f"translit_{habit}"
    return spell


def _lower(text: str) -> str:
    return text.replace("İ", "i").replace("I", "ı").lower()
