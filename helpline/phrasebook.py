"""The product's texts: phrases and content items, found by key, language, reader and channel.

Everything a person reads comes from here. Files are read again when they change, so that an editor needs no restart.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Lock

from helpline import splitting
from helpline.conversations import NewOut
from helpline.course_library import CourseLibrary
from helpline.directory import Directory
from helpline.laying import Laying
from helpline.library import LANGUAGES, Library
from helpline.overlay import NOTHING, LaidText, Source, nothing, with_text
from helpline.phrase_files import Tree, guides, lists, merged, sections, tree_of
from helpline.records import Amount
from helpline.words import Words
from triage.yaml_files import read_yaml

_PAGE_AT = 3  # the page of a menu's section is the fourth part of its code
AMOUNT = "amount_"


class MissingText(KeyError):
    """A key or item that the texts do not have."""


@dataclass(frozen=True)
class Reader:
    """Who reads: language az | ru, register child (sən/ты) | adult (siz/вы), channel telegram | sms."""

    language: str
    register: str
    channel: str


@dataclass(frozen=True)
class Say:
    """Something to say, by key, with what fills its placeholders and the choice codes offered with it.

    `labels` are what choices are called here, where their names are no phrases: a course, an answer of a quiz.
    `picture` names a drawing (helpline/pictures.py) that goes with its first message where a channel has pictures.
    """

    key: str
    choices: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    picture: str | None = None


def channel_form(channel: str) -> str:
    """Every SMS vendor shares the sms texts; other channels have their own."""
    return "sms" if channel.startswith("sms") else "telegram"


class Phrasebook:
    """Texts of a folder `data/`. Raise MissingText for what is not there.

    With `drafts`, content that no editor signed is shown too, tagged on messengers (an SMS has no room for a tag);
    without, it counts as not there. Phrases are always sent: safety does not wait for a signature.

    `numbers` are those that texts may name, by code: with `today`, the day in Baku, the verified ones whose time is not over,
    found again at each `reload`; without it only what is told on every day. `pilot`: as for Directory, whose errors are raised.
    `overlay`: what was verified and published since the files were written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        drafts: bool = True,
        today: Callable[[], date | None] = lambda: None,
        pilot: frozenset[str] | None = None,
        overlay: Source = nothing,
    ) -> None:
        self._folder = folder
        self._source = overlay
        self._overlay = NOTHING
        self._reading = Lock()  # workers and pages read again from threads of their own
        self._laying = Laying({})
        self._drafts = drafts
        self._today = today
        self._stamp: float = -1.0
        self._written: dict[str, Tree] = {}
        self._phrases: dict[str, Tree] = {}
        self.directory = Directory(folder / "services", pilot=pilot)
        self.numbers: dict[str, str] = {}
        self._amounts: dict[str, Amount] = {}
        self.guides: Mapping[str, str] = {}
        self._words = Words({}, {})
        self.menu: dict[str, dict[str, tuple[str, ...]]] = {}
        self.library = Library(folder / "content", frozenset(), drafts=drafts)
        self.courses = CourseLibrary(folder / "courses", frozenset(), drafts=drafts)
        self.reload()

    def reload(self) -> bool:
        """Read the files again if any changed, and see what may be told today; return whether anything changed."""
        with self._reading:
            return self._reload()

    def _reload(self) -> bool:
        before, self._overlay = self._overlay, self._source()
        laid = before.texts != self._overlay.texts
        if laid:
            self._laying = Laying(self._overlay.texts)
        changed = [self._reload_phrases(), laid, self.directory.reload(self._overlay.records)]
        self._phrases = self._laying.phrases(self._written)
        today = self._today()
        self.numbers = {number.code: number.number for number in self.directory.numbers(today) if number.number}
        told = self.directory.amounts(today, drafts=self._drafts)
        self._amounts = {f"{AMOUNT}{amount.code}": amount for amount in told}
        told_by_name = frozenset(self.numbers) | self._amounts.keys()
        changed += [self.library.reload(told_by_name, self._laying.item)]
        return any([*changed, self.courses.reload(told_by_name, self._laying.course)])

    def trying(self, key: str, text: LaidText) -> Phrasebook:
        """A book in which this text is published, to look at it; this one stays as it is."""
        other, overlay = copy.copy(self), with_text(self._overlay, key, text)
        other._source = lambda: overlay
        for part in ("directory", "library", "courses"):
            setattr(other, part, copy.copy(getattr(self, part)))
        other.reload()
        return other

    def phrase(self, key: str, *, written: bool = False) -> dict[str, object]:
        """A phrase in each language as it is said, or as the files say it."""
        trees = self._written if written else self._phrases
        return {language: tree[key] for language, tree in trees.items() if key in tree}

    @property
    def published(self) -> Mapping[str, LaidText]:
        """What was published since the files were written, by key of the text."""
        return self._overlay.texts

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def today(self) -> date | None:
        """The day on which it is decided what may be told."""
        return self._today()

    @property
    def all_numbers(self) -> frozenset[str]:
        """Every number that the directory knows, told or not."""
        return frozenset(row.number for row in self.directory.records.numbers.values() if row.number)

    def _reload_phrases(self) -> bool:
        folders = ("phrases", "guides")
        files = [file for name in folders for file in self._folder.glob(f"{name}/*.yml")] + [self._folder / "menu.yml"]
        stamp = max(file.stat().st_mtime for file in files)
        if stamp == self._stamp:
            return False
        self._written = {language: merged(self._folder / "phrases", language) for language in LANGUAGES}
        self.guides = guides(self._folder / "guides")
        words = tree_of(read_yaml(self._folder / "phrases" / "words.yml"))
        self._words = Words.from_lists(lists(words), lists(words.get("choices")), lists(words.get("answers")))
        self.menu = sections(tree_of(read_yaml(self._folder / "menu.yml")))
        self._stamp = stamp
        return True

    @property
    def words(self) -> Words:
        return self._words

    def keys(self, language: str) -> frozenset[str]:
        return frozenset(self._phrases[language])

    def label(self, code: str, language: str, form: str = "telegram") -> str:
        """The text of a button or of a line of an SMS, or the name of a record; what has none shows its bare code."""
        kind, _, rest = code.partition(":")
        if kind == "item" and ":" not in rest and (item := self.library.get(rest)) is not None:
            return item.texts[language].short
        labels = tree_of(self._phrases[language].get("labels", {}))
        if kind == "menu" and code.count(":") == _PAGE_AT:
            code = "more"
        if kind == "feedback":
            code = ":".join(code.split(":")[:2])
        if kind in ("item", "more"):
            code = "more" if kind == "item" else code if code in labels else "more:topic"
        short = tree_of(self._phrases[language].get("sms_labels", {})) if form == "sms" else {}
        if kind == "answer" and code not in short and code not in labels:
            code = f"answer:{code.rpartition(':')[2]}"
        found = short.get(code, labels.get(code, self.directory.label(code, language)))
        # `course:pause:7` is called as `course:pause` is
        groups = () if found is not None else (code.rpartition(":")[0], ":".join(code.split(":")[:2]))
        for group in groups:
            found = found or short.get(group, labels.get(group))
        return found if isinstance(found, str) else code.rpartition(":")[2].replace("_", " ")

    def render(self, say: Say, reader: Reader) -> list[NewOut]:
        """Return the messages for a key, placeholders filled, choices on the last, split to the channel's limits."""
        texts = self._texts(say, reader)
        form = channel_form(reader.channel)
        choices = tuple((code, self._called(code, say, reader.language, form)) for code in say.choices)
        texts[-1] = _with_lines(texts[-1], choices, reader.channel)
        pieces = [piece for text in texts for piece in splitting.split(text, form)]
        last = len(pieces) - 1
        outs = [NewOut(piece, choices if index == last else (), says=say.key) for index, piece in enumerate(pieces)]
        return [replace(outs[0], picture=say.picture if form != "sms" else None), *outs[1:]]

    def _called(self, code: str, say: Say, language: str, form: str) -> str:
        return say.labels[code] if code in say.labels else self.label(code, language, form)

    def split(self, out: NewOut, channel: str) -> tuple[NewOut, ...]:
        """Cut a text that a person wrote to the channel's limits."""
        return tuple(replace(out, text=piece) for piece in splitting.split(out.text, channel_form(channel)))

    def text(self, say: Say, reader: Reader) -> str:
        """A phrase as one text, to stand inside another one: not split, without choices."""
        return "\n".join(self._texts(say, reader))

    def _texts(self, say: Say, reader: Reader) -> list[str]:
        if not say.key.startswith("item:"):
            values = {**self.directory.always, **self.numbers, **say.values}
            return [self._phrase(say.key, reader).format_map(values).strip()]  # a value may be empty
        amounts = {name: self._dated(amount, reader) for name, amount in self._amounts.items()}
        return [
            text.format_map({**self.numbers, **amounts, **say.values}) for text in self._item_texts(say.key, reader)
        ]

    def _dated(self, amount: Amount, reader: Reader) -> str:
        """An amount is never said without the month that it is from."""
        year, _, month = amount.as_of.partition("-")
        phrase = self._phrase("amount_dated", reader)
        return phrase.format(amount=amount.shown[reader.language], month=f"{month}.{year}")

    def _phrase(self, key: str, reader: Reader) -> str:
        entry = tree_of(self._phrases[reader.language].get(key, {}))
        form = entry.get(reader.register, entry.get("any"))
        text = tree_of(form).get(channel_form(reader.channel)) if isinstance(form, dict) else form
        if not isinstance(text, str):
            raise MissingText(key)
        return text

    def _item_texts(self, key: str, reader: Reader) -> list[str]:
        """All messages of an item, or on SMS the one part that the key names."""
        _, code, *part = key.split(":")
        item = self.library.get(code)
        if item is None:
            raise MissingText(key)
        form = channel_form(reader.channel)
        texts = list(item.texts[reader.language].of(form))
        if form == "sms":
            return [texts[int(part[0]) - 1]] if part else texts
        if item.placeholders & self._amounts.keys():
            texts[-1] = f"{texts[-1]}\n{self._phrase('amounts_change', reader)}"
        return texts if item.published else [*texts[:-1], f"{texts[-1]}\n[{self.label('draft', reader.language)}]"]


def _with_lines(text: str, choices: tuple[tuple[str, str], ...], channel: str) -> str:
    """On SMS a choice is a numbered line; elsewhere it is a button."""
    if not choices or channel_form(channel) != "sms":
        return text
    lines = [f"{number} {label}" for number, (_, label) in enumerate(choices, start=1)]
    return "\n".join([text, *lines])
