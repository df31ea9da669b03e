"""The guide inside the console: the pages of data/guide, with buttons named as the console names them, and a search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from console.words import Words
from triage.yaml_files import read_yaml

LABEL = re.compile(r"\[\[([a-z0-9_.]+)\]\]")
_PARTED = "\n---\n"
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
# Letters that are typed without their marks by people in a hurry.
_PLAIN = str.maketrans("əıöüşçğё", "eiouscge")
# Endings change in both languages: a word is found by its beginning.
_SHORTEST, _LONG, _ENDING, _LONG_ENDING = 4, 8, 2, 3


@dataclass(frozen=True)
class GuidePage:
    """One page as data/guide/pages.yml lists it."""

    code: str
    group: str
    roles: tuple[str, ...]
    templates: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    also: tuple[str, ...]
    picture: bool


@dataclass(frozen=True)
class Contents:
    groups: tuple[str, ...]
    pages: Mapping[str, GuidePage]
    first_shift: Mapping[str, str]

    def page_for(self, template: str, role: str) -> str | None:
        """The code of the page about a page of the console: one for the reader's role before one for others."""
        found = [page for page in self.pages.values() if template in page.templates]
        return next((page.code for page in found if role in page.roles), found[0].code if found else None)


@dataclass(frozen=True)
class GuideText:
    """A page in one language, as HTML. A page without steps is all in `purpose`."""

    title: str
    purpose: str
    steps: str
    wrong: str
    searched: tuple[str, ...]
    titled: tuple[str, ...]


@cache
def contents(root: Path) -> Contents:
    loaded = read_yaml(root / "guide" / "pages.yml")
    pages = {code: _page(code, told) for code, told in loaded["pages"].items()}
    return Contents(tuple(loaded["groups"]), pages, dict(loaded["first_shift"]))


def _page(code: str, told: Mapping[str, object]) -> GuidePage:
    def listed(name: str) -> tuple[str, ...]:
        found = told.get(name, ())
        return tuple(str(one) for one in found) if isinstance(found, list) else ()

    keys = told.get("keys", {})
    pairs = tuple((str(key), str(says)) for key, says in keys.items()) if isinstance(keys, dict) else ()
    group = str(told["group"])
    return GuidePage(
        code, group, listed("roles"), listed("templates"), pairs, listed("also"), bool(told.get("picture", False))
    )


@cache
def guide_texts(root: Path, language: str) -> Mapping[str, GuideText]:
    """Every page of the guide in a language."""
    words = Words(root, language)
    return {code: _text((root / "guide" / language / f"{code}.md"), words) for code in contents(root).pages}


def _text(file: Path, words: Words) -> GuideText:
    heading, _, body = file.read_text(encoding="utf-8").partition("\n")
    labelled = LABEL.sub(lambda key: "**" + _MARKS.sub(r"\\\1", words(key[1])) + "**", body)
    parts = [*labelled.split(_PARTED), "", ""][:3]
    # What looks like a tag or a link is shown as it stands.
    plain = MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink"])
    purpose, steps, wrong = (plain.render(part) for part in parts)
    title = heading.removeprefix("#").strip()
    return GuideText(title, purpose, steps, wrong, _split(f"{title} {labelled}"), _split(title))


def _split(text: str) -> tuple[str, ...]:
    """The words of a text, without the marks of their letters."""
    folded = text.lower().replace("i̇", "i").translate(_PLAIN)
    return tuple(re.findall(r"\w+", folded))


def found(root: Path, language: str, asked: str) -> list[str]:
    """The codes of the pages that have every word of `asked`, those with them in the title first."""
    wanted = [_beginning(word) for word in _split(asked)]
    if not wanted:
        return []
    texts = guide_texts(root, language)
    hits = [code for code, text in texts.items() if _has_all(text.searched, wanted)]
    return sorted(hits, key=lambda code: not _has_all(texts[code].titled, wanted))


def _beginning(word: str) -> str:
    return word[: max(_SHORTEST, len(word) - (_LONG_ENDING if len(word) >= _LONG else _ENDING))]


def _has_all(words: tuple[str, ...], wanted: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in wanted)
