"""What is read to an operator when life is at stake, and where in a transcript a place may have been told: data/rescue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpline.edited import Keys
from helpline.library import LANGUAGES

# The lines of the script, in the order in which they are read. Those with a fact in them are left out where it is not known.
SCRIPT = ("opening", "what", "age", "where", "no_place", "quiet", "number", "end")


class BadSheet(ValueError):
    """A file of data/rescue cannot be used; the message says why."""


@dataclass(frozen=True)
class Sheet:
    """One language's script, and words by which people tell places: whole ones, or with a * their beginnings."""

    script: Mapping[str, str]
    words: tuple[str, ...]

    def read_out(self, facts: Mapping[str, str]) -> tuple[str, ...]:
        """The lines for what is known: `what`, `age`, `where`, each only when it is there."""
        known = {name: text for name, text in facts.items() if text}
        left_out = {name for name in ("what", "age", "where") if name not in known}
        left_out.add("no_place" if "where" in known else "")
        return tuple(self.script[name].format_map(known) for name in SCRIPT if name not in left_out)


def read_sheets(folder: Path) -> dict[str, Sheet]:
    """By language. Raise BadSheet."""
    sheets = {}
    for language in LANGUAGES:
        keys = Keys.read(folder / f"{language}.yml", BadSheet)
        script = keys.by_name("script")
        if set(script) != set(SCRIPT):
            raise BadSheet(f"{language}: the script has the lines {', '.join(SCRIPT)}")
        sheets[language] = Sheet(script, tuple(word.casefold() for word in keys.texts("place_words")))
    return sheets


def may_tell_place(text: str, sheets: Mapping[str, Sheet]) -> bool:
    """Whether a counsellor should look here for an address. It is only pointed at: what it says is never taken from it."""
    words = set(re.findall(r"\w+", text.casefold()))
    known = {word for sheet in sheets.values() for word in sheet.words}
    begins = tuple(word[:-1] for word in known if word.endswith("*"))
    return bool(words & known) or any(word.startswith(begins) for word in words)
