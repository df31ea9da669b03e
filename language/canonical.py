"""The canonical form: one spelling for a word however it was typed.

Azerbaijani with and without diacritics, with digraphs, in old Cyrillic or from a Russian keyboard, and Russian in Cyrillic or
in Latin letters of several habits, all fold to one ASCII skeleton. It is for comparing and counting, not for reading.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that only the old Azerbaijani Cyrillic alphabet has.
OLD_AZERBAIJANI = frozenset("әғҝөүһҹјӘҒҜӨҮҺҸЈ")

_SINGLE = str.maketrans(
    {
        # Azerbaijani and Turkish Latin
        "ə": "e", "ı": "i", "ö": "o", "ü": "u", "ş": "s", "ç": "c", "ğ": "g", "â": "a", "î": "i", "û": "u", "ä": "e", "é": "e",
        # Cyrillic, Russian and old Azerbaijani
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "j", "з": "z", "и": "i", "й": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
        "ә": "e", "ғ": "g", "ҝ": "g", "ө": "o", "ү": "u", "һ": "h", "ҹ": "c", "ј": "i", "і": "i", "ї": "i", "є": "e",
        # habits of hand
        "ß": "s", "$": "s", "@": "a", "€": "e", "’": "'", "ʼ": "'", "`": "'", "´": "'", "‘": "'",
    }
)  # fmt: skip
# Longer ones first. They are read only in words typed in Latin letters.
_GROUPS = (
    ("shch", "s"), ("sch", "s"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("sh", "s"), ("ch", "c"), ("ts", "c"), ("ph", "f"),
)  # fmt: skip
_LETTERS = str.maketrans({"q": "g", "x": "h", "y": "i", "j": "i", "w": "s"})
# ё is typed е, yo, jo or e; ю is typed yu, ju or u.
_SOFT_E = re.compile(r"(?<=[bcdfgkmnpstvxz])[yj](?=[eo])[eo]")
_SOFT_U = re.compile(r"(?<=[bcdfghklmnprstvz])iu")
# Letters of the other alphabet that look the same: typed by mistake or to hide a word.
_LATIN_LOOK = str.maketrans("асеорхуіјкмтнвь", "aceopxyijkmthbb")
_CYRILLIC_LOOK = str.maketrans("aceopxyijkmthb", "асеорхуіјкмтнв")
_DIGIT_LETTER = re.compile(r"(?<=[a-z])4|4(?=[a-z]{2})")
_SIX = re.compile(r"(?<=[a-z])6(?=[a-z])")
_ZERO = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])")
_RUN = re.compile(r"([a-z])\1+")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff]")
_SPELT_OUT = re.compile(r"\b(?:[^\W\d_][\s.\-*_]){3,}[^\W\d_]\b")
_WORD = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")


def canonical(text: str) -> str:
    """Return the skeleton of `text`: ASCII words, numbers and emoji, single spaces between. Doing it twice changes nothing."""
    folded = _fold(_joined(_INVISIBLE.sub("", text)))
    while (again := _fold(_joined(folded))) != folded:
        folded = again
    return folded


def lower(text: str) -> str:
    """Lower case without the traps of the two i's: İ is i, and the dot that Unicode adds is dropped."""
    return text.replace("İ", "i").lower().replace("i\u0307", "i")


def _joined(text: str) -> str:
    """Letters spelt apart to hide a word ("d ö y ü r") are put together."""
    return _SPELT_OUT.sub(lambda match: re.sub(r"[\s.\-*_]", "", match.group()), text)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", lower(text))
    words = [_fold_word(word) for word in plain.split()]
    return " ".join(part for word in words for part in _parts(word))


def _fold_word(word: str) -> str:
    word = _one_alphabet(_ZERO.sub("o", word))
    latin = not any(_is_cyrillic(letter) for letter in word)
    # дж is how a Russian keyboard writes the Azerbaijani c
    word = word.replace("дж", "c").translate(_SINGLE).replace("'", "")
    word = "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))
    if latin:
        for group, single in _GROUPS:
            word = word.replace(group, single)
        word = _SOFT_E.sub("e", _SIX.sub("s", _DIGIT_LETTER.sub("c", word)))
    return _RUN.sub(r"\1", _SOFT_U.sub("u", word.translate(_LETTERS)))


def _one_alphabet(word: str) -> str:
    """A word of two alphabets, in one when the fewer letters all look like letters of the other."""
    cyrillic = [letter for letter in word if _is_cyrillic(letter)]
    latin = [letter for letter in word if "a" <= letter <= "z"]
    if not cyrillic or not latin:
        return word
    fewer, looks = (cyrillic, _LATIN_LOOK) if len(cyrillic) < len(latin) else (latin, _CYRILLIC_LOOK)
    return word.translate(looks) if all(ord(letter) in looks for letter in fewer) else word


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u04ff"


def _parts(word: str) -> list[str]:
    """Words, numbers and emoji; punctuation is dropped."""
    return [part for part in _WORD.findall(word) if (part.isascii() and part.isalnum()) or _is_emoji(part)]


def _is_emoji(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Sk") and not letter.isascii()
