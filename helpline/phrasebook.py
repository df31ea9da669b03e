"""The product's texts: phrases and content items, found by key, language, reader and channel.

Everything a person reads comes from here. Files are read again when they change, so that an editor needs no restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from helpline import splitting
from helpline.conversations import NewOut
from helpline.words import Words

Tree = Mapping[str, object]

LANGUAGES = ("az", "ru")
PUBLISHED = "published"
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    """Something to say, by key, with what fills its placeholders and the choice codes offered with it."""

    key: str
    choices: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def channel_form(channel: str) -> str:
    """Every SMS vendor shares the sms texts; other channels have their own."""
    return "sms" if channel.startswith("sms") else "telegram"


class Phrasebook:
    """Texts of a folder `data/`. Raise MissingText for what is not there.

    With `drafts`, content that no editor signed is shown too, tagged on messengers (an SMS has no room for a tag);
    without, it counts as not there. Phrases are always sent: safety does not wait for a signature.
    """

    def __init__(self, folder: Path, *, drafts: bool = True) -> None:
        self._folder = folder
        self._drafts = drafts
        self._stamp: float = -1.0
        self._phrases: dict[str, Tree] = {}
        self._content: dict[tuple[str, str], Tree] = {}
        self._numbers: dict[str, str] = {}
        self._districts: dict[str, Tree] = {}
        self._words = Words({}, {})
        self.reload()

    def reload(self) -> bool:
        """Read the files again if any changed; return whether that was so."""
        files = sorted(self._folder.glob("phrases/*.yml")) + sorted(self._folder.glob("content/*.yml"))
        files += sorted(self._folder.glob("services/*.yml"))
        stamp = max(file.stat().st_mtime for file in files)
        if stamp == self._stamp:
            return False
        self._phrases = {language: _merged(self._folder / "phrases", language) for language in LANGUAGES}
        self._content = _content(self._folder / "content", self._drafts)
        self._numbers = _numbers(self._folder / "services" / "numbers.yml")
        self._districts = _districts(self._folder / "services" / "districts.yml")
        self._words = Words.from_lists(_lists(_read(self._folder / "phrases" / "words.yml")))
        self._stamp = stamp
        return True

    @property
    def words(self) -> Words:
        return self._words

    def keys(self, language: str) -> frozenset[str]:
        return frozenset(self._phrases[language])

    def label(self, code: str, language: str) -> str:
        """The text of a button, or the name of a district; what has none shows its bare code."""
        labels = _tree(self._phrases[language].get("labels", {}))
        found = labels.get(code, self._districts.get(code, {}).get(language))
        return found if isinstance(found, str) else code.rpartition(":")[2].replace("_", " ")

    def has_content(self, topic: str, audience: str | None) -> bool:
        return self._item(topic, audience) is not None

    def render(self, say: Say, reader: Reader) -> list[NewOut]:
        """Return the messages for a key, placeholders filled, choices on the last, split to the channel's limits."""
        texts = self._texts(say, reader)
        choices = tuple((code, self.label(code, reader.language)) for code in say.choices)
        texts[-1] = _with_lines(texts[-1], choices, reader.channel)
        pieces = [piece for text in texts for piece in splitting.split(text, channel_form(reader.channel))]
        last = len(pieces) - 1
        return [NewOut(piece, choices if index == last else (), says=say.key) for index, piece in enumerate(pieces)]

    def split(self, out: NewOut, channel: str) -> tuple[NewOut, ...]:
        """Cut a text that a person wrote to the channel's limits."""
        return tuple(replace(out, text=piece) for piece in splitting.split(out.text, channel_form(channel)))

    def _texts(self, say: Say, reader: Reader) -> list[str]:
        values = {**self._numbers, **say.values}
        if say.key.startswith("content:"):
            return [text.format_map(values) for text in self._content_texts(say.key[8:], reader)]
        return [self._phrase(say.key, reader).format_map(values)]

    def _phrase(self, key: str, reader: Reader) -> str:
        entry = _tree(self._phrases[reader.language].get(key, {}))
        form = entry.get(reader.register, entry.get("any"))
        text = _tree(form).get(channel_form(reader.channel)) if isinstance(form, dict) else form
        if not isinstance(text, str):
            raise MissingText(key)
        return text

    def _item(self, topic: str, audience: str | None) -> Tree | None:
        order = ("child", "parent") if audience == "child" else ("parent", "child")
        return next((self._content[who, topic] for who in order if (who, topic) in self._content), None)

    def _content_texts(self, topic: str, reader: Reader) -> list[str]:
        item = self._item(topic, "child" if reader.register == "child" else "parent")
        if item is None:
            raise MissingText(f"content:{topic}")
        form = _tree(item.get(reader.language)).get(channel_form(reader.channel))
        texts = [str(text) for text in form] if isinstance(form, list) else [str(form)]
        if item.get("state") == PUBLISHED or channel_form(reader.channel) == "sms":
            return texts
        return [*texts[:-1], f"{texts[-1]}\n[{self.label('draft', reader.language)}]"]


def _with_lines(text: str, choices: tuple[tuple[str, str], ...], channel: str) -> str:
    """On SMS a choice is a numbered line; elsewhere it is a button."""
    if not choices or channel_form(channel) != "sms":
        return text
    lines = [f"{number} {label}" for number, (_, label) in enumerate(choices, start=1)]
    return "\n".join([text, *lines])


def _read(path: Path) -> object:
    # The C loader is as safe and ten times as fast; the files are read at every start.
    loaded: object = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # a safe loader
    return loaded


def _merged(folder: Path, language: str) -> Tree:
    """The files of one language together: az.yml and, where there are more, az-*.yml."""
    trees = [_tree(_read(path)) for path in sorted(folder.glob(f"{language}*.yml"))]
    return {key: entry for tree in trees for key, entry in tree.items()}


def _tree(raw: object) -> Tree:
    return {str(key): value for key, value in raw.items()} if isinstance(raw, dict) else {}


def _lists(raw: object) -> dict[str, list[str]]:
    return {name: [str(word) for word in words] for name, words in _tree(raw).items() if isinstance(words, list)}


def _content(folder: Path, drafts: bool) -> dict[tuple[str, str], Tree]:
    items = [_tree(_read(path)) for path in sorted(folder.glob("*.yml"))]
    shown = [item for item in items if drafts or item.get("state") == PUBLISHED]
    return {(str(item.get("audience")), str(item.get("topic"))): item for item in shown}


def _districts(path: Path) -> dict[str, Tree]:
    raw = _read(path)
    rows = [_tree(row) for row in raw.get("districts", [])] if isinstance(raw, dict) else []
    return {f"district:{row['code']}": row for row in rows}


def _numbers(path: Path) -> dict[str, str]:
    """Only numbers that may be shown; a text that names another one cannot be rendered."""
    raw = _read(path)
    records = raw.get("numbers", []) if isinstance(raw, dict) else raw
    rows = [_tree(record) for record in records] if isinstance(records, list) else []
    return {str(row["code"]): str(row["number"]) for row in rows if row.get("show") is True}
