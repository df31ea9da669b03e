"""The content library: items of data/content, one file each, as editors write them.

An item says one thing to one kind of reader, in az and ru, for messengers and for SMS. Files are read again when they change;
a file that cannot be read keeps its last good text, so that an editor's slip takes nothing away from anybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpline.edited import Keys
from language.canonical import canonical

LANGUAGES = ("az", "ru")
PUBLISHED = "published"
STATES = ("draft", "reviewed", PUBLISHED)
AUDIENCES = ("parent", "child")
AGES = {"parent": ("any", "0-2", "3-9", "10-17"), "child": ("any", "7-10", "11-14", "15-17")}
MIDDLE_AGE = "11-14"
PLACEHOLDER = re.compile(r"{(\w*)}")


class BadItem(ValueError):
    """A content file that is no item. The message says which key is wrong, in words for an editor."""


@dataclass(frozen=True)
class ItemText:
    """An item in one language. `short` fits a button or a line of an SMS; `words` are what people ask for it with."""

    title: str
    short: str
    words: tuple[str, ...]
    telegram: tuple[str, ...]
    sms: tuple[str, ...]

    def of(self, form: str) -> tuple[str, ...]:
        """The messages for a channel's form, telegram | sms."""
        return self.sms if form == "sms" else self.telegram


@dataclass(frozen=True)
class Item:
    """A content item. `answers` are the topics that it is told for when nothing more precise was asked."""

    id: str
    audience: str
    age: str
    inspire: str
    topics: tuple[str, ...]
    answers: tuple[str, ...]
    next: tuple[str, ...]
    sources: tuple[str, ...]
    state: str
    launch: bool
    reviewer: str | None
    reviewed_on: str | None
    texts: Mapping[str, ItemText]
    placeholders: frozenset[str]  # the codes of the telephone numbers that its texts name

    @property
    def published(self) -> bool:
        return self.state == PUBLISHED


def read_item(path: Path) -> Item:
    """Return the item of a file. Raise BadItem for a file that is none."""
    return _item(Keys.read(path, BadItem))


def _item(keys: Keys) -> Item:
    texts = {language: _text(keys.below(language)) for language in LANGUAGES}
    said = [text for each in texts.values() for text in (*each.telegram, *each.sms)]
    audience = keys.one_of("audience", AUDIENCES)
    return Item(
        id=keys.text("id"),
        audience=audience,
        age=keys.one_of("age", AGES[audience]),
        inspire=keys.one_of("inspire", "INSPMRE"),
        topics=keys.texts("topics"),
        answers=keys.texts("answers", needed=False),
        next=keys.texts("next"),
        sources=keys.texts("sources"),
        state=keys.one_of("state", STATES),
        launch=keys.yes("launch"),
        reviewer=keys.told("reviewer"),
        reviewed_on=keys.told("reviewed_on"),
        texts=texts,
        placeholders=frozenset(name for text in said for name in PLACEHOLDER.findall(text)),
    )


def _text(keys: Keys) -> ItemText:
    return ItemText(
        keys.text("title"),
        keys.text("short"),
        keys.texts("words", needed=False),
        keys.texts("telegram"),
        keys.texts("sms"),
    )


def as_written(item: Item) -> Item:
    return item


class Library:
    """The items of a folder. Without `drafts`, what no editor has published is not there for readers.

    `numbers` are the codes of the telephone numbers that may be shown; an item that names another one is not there either.
    """

    def __init__(self, folder: Path, numbers: frozenset[str], *, drafts: bool = True) -> None:
        self._folder = folder
        self._drafts = drafts
        self._numbers = numbers
        self._seen: dict[Path, float] = {}
        self._items: dict[Path, Item] = {}
        self._shown: dict[str, Item] = {}
        self._lay: Callable[[Item], Item] = as_written
        self._laid: dict[str, Item] = {}
        self.unreadable: tuple[str, ...] = ()
        self.reload(numbers)

    def reload(self, numbers: frozenset[str], lay: Callable[[Item], Item] = as_written) -> bool:
        """Read the files that changed; return whether any did. `unreadable` names the files kept in their last state.

        `lay` makes of an item what was published of it since; another one counts as a change.
        """
        times = {path: path.stat().st_mtime for path in sorted(self._folder.glob("*.yml"))}
        if times == self._seen and numbers == self._numbers and lay == self._lay:
            return False
        bad = [path.name for path, time in times.items() if not self._read(path, changed=self._seen.get(path) != time)]
        self._items = {path: item for path, item in self._items.items() if path in times}
        self._seen, self._numbers, self._lay, self.unreadable = times, numbers, lay, tuple(bad)
        self._laid = {item.id: lay(item) for _, item in sorted(self._items.items())}
        self._shown = {code: item for code, item in self._laid.items() if self._may_be_shown(item)}
        return True

    def _may_be_shown(self, item: Item) -> bool:
        return (self._drafts or item.published) and item.placeholders <= self._numbers

    def _read(self, path: Path, *, changed: bool) -> bool:
        if not changed:
            return path.name not in self.unreadable
        try:
            self._items[path] = read_item(path)
        except BadItem:
            return False
        return True

    def every(self) -> list[Item]:
        """Every item that can be read, shown to readers or not."""
        return list(self._laid.values())

    def written(self, code: str) -> Item | None:
        """An item as its file says it."""
        return next((item for item in self._items.values() if item.id == code), None)

    def items(self) -> list[Item]:
        """What may be shown, in the order of the files."""
        return list(self._shown.values())

    def get(self, code: str) -> Item | None:
        return self._shown.get(code)

    def of_topic(self, topic: str, audience: str | None, age: str | None) -> list[Item]:
        """The items of a topic for a reader: their own audience's, else the other's; those of their age first.

        An unknown reader is the one whom the topic is written for: exams are a child's, a tantrum is a parent's.
        """
        found = [item for item in self._shown.values() if topic in item.topics]
        meant = audience or _written_for(topic, found)
        own = [item for item in found if item.audience == meant] or found
        return sorted(own, key=lambda item: (-_fits(item, age), topic not in item.answers, topic != item.topics[0]))

    def answer(self, topic: str, audience: str | None, age: str | None, language: str, text: str) -> Item | None:
        """The item that answers a message about a topic: the one whose words it has, else the topic's own.

        Words written for another age count only where nothing of the topic is for the reader's own.
        """
        found = self.of_topic(topic, audience, age)
        found = [item for item in found if _fits(item, age) > 0] or found
        folded = f" {canonical(text)}"
        named = [(_named(item, language, folded), item) for item in found]
        best = max((count for count, _ in named), default=0)
        if best:
            return next(item for count, item in named if count == best)
        return next((item for item in found if topic in item.answers), found[0] if found else None)


def _written_for(topic: str, found: Iterable[Item]) -> str:
    answering = {item.audience for item in found if topic in item.answers}
    return "child" if answering == {"child"} else "parent"


def _fits(item: Item, age: str | None) -> int:
    """3 for an item of the reader's age, 2 for one of any age, for another age the less the further it is: 0, -1.

    A reader of unknown age is in the middle: what is written for 11-14 talks down to nobody, and the rest counts less (1).
    """
    if age is None:
        return 2 if item.age in ("any", MIDDLE_AGE) else 1
    bands = AGES[item.audience]
    if item.age in (age, "any") or age not in bands:
        return 3 if item.age == age else 2
    return 1 - abs(bands.index(item.age) - bands.index(age))


def _named(item: Item, language: str, folded: str) -> int:
    """How many letters of the message are words of the item: a longer match is a more precise one."""
    return sum(len(word) for word in item.texts[language].words if f" {canonical(word)}" in folded)
