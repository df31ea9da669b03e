"""What is wrong with the content library, in words for an editor: `helpline content check`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpline import segments
from helpline.faults import Fault
from helpline.library import LANGUAGES, PLACEHOLDER, BadItem, Item, ItemText, read_item
from helpline.phrasebook import AMOUNT, Phrasebook, Reader, Say
from helpline.telling import Listener, told
from triage.yaml_files import read_yaml

TELEGRAM_MESSAGES, TELEGRAM_CHARACTERS = 5, 600
SMS_TEXTS, SMS_PARTS = 3, 3
SHORT_CHARACTERS = 22
_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"")
_SENTENCE = re.compile(r"[.!?…;:]+\s|\n")
_WORD = re.compile(r"[\w'’-]+")
# Digits in the shape of a telephone number; years and amounts have other shapes.
_PHONE = re.compile(r"\b\d{3}[ -]\d{2,3}[ -]?\d{2,3}\b|\(0\d\d\)|\b0\d{8,9}\b|\+994")

# An amount of money as people write it.
_MONEY = re.compile(r"(\d[\d \u00a0\u202f]*)(?=[-\s]?(?:manat|манат|AZN|₼))", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """Where, and what to do about it."""

    item: str
    where: str
    what: str


@dataclass(frozen=True)
class Style:
    """The lists of data/style/<language>.yml, as patterns."""

    lists: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]
    sentence_words: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> Style:
        raw = read_yaml(path)
        lengths = raw.pop("sentence_words")
        return cls({name: tuple((word, _pattern(word)) for word in words) for name, words in raw.items()}, lengths)

    def found(self, name: str, text: str) -> list[str]:
        return [word for word, pattern in self.lists.get(name, ()) if pattern.search(text)]


def _pattern(word: str) -> re.Pattern[str]:
    bare = re.escape(word.strip("*").casefold())
    before = r"\w+" if word.startswith("*") else r"(?<!\w)"
    after = r"\w*" if word.endswith("*") else r"(?!\w)"
    return re.compile(before + bare + after)


class Wording:
    """What must not be said, and how long a sentence may be, for any text that people read."""

    def __init__(self, data: Path, book: Phrasebook) -> None:
        self._styles = {language: Style.read(data / "style" / f"{language}.yml") for language in LANGUAGES}
        self._book = book
        amounts = book.directory.amounts(book.today, drafts=True)
        self._amounts = {f"{AMOUNT}{amount.code}": f"{amount.value:g}" for amount in amounts}

    def problems(self, text: str, language: str, audience: str, age: str) -> Iterator[Fault]:
        """Say what is wrong with a text for an audience and an age (`any` for all)."""
        style = self._styles[language]
        own = _QUOTED.sub(" ", text).casefold()
        for word in style.found("not_to_children" if audience == "child" else "not_to_adults", own):
            yield Fault("other_address", word=word)
        for name in ("forbidden", "stigma"):
            for word in style.found(name, own):
                yield Fault(name, word=word)
        if audience == "child":
            for word in style.found("gendered", own):
                yield Fault("gendered", word=word)
        yield from self._numbers(text)
        longest = _longest_sentence(text)
        most = style.sentence_words.get(f"{audience} {age}", style.sentence_words[audience])
        if longest > most:
            yield Fault("sentence", n=longest, most=most)

    def _numbers(self, text: str) -> Iterator[Fault]:
        for name in PLACEHOLDER.findall(text):
            if name.startswith(AMOUNT) and name not in self._amounts:
                yield Fault("no_amount", name=name)
            elif not name.startswith(AMOUNT) and name not in self._book.numbers:
                yield Fault("no_number", name=name)
        bare = PLACEHOLDER.sub(" ", text)
        for number in self._book.all_numbers:
            if re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d.,]*\d)(?! (?:manat|манат|AZN))", bare):
                yield Fault("bare_number", number=number)
        for amount in _MONEY.findall(bare):
            if re.sub(r"\D", "", amount) not in self._amounts.values():
                yield Fault("bare_amount", amount=amount.strip())
        if _PHONE.search(bare):
            yield Fault("foreign_number")


def check_content(data: Path, on: date | None = None) -> tuple[list[Item], list[Problem]]:
    """Return every item that can be read, and what is wrong with them and with those that cannot.

    `on`: the day on which numbers and amounts must be told; without it numbers of every day and dated amounts count.
    """
    items, problems = [], []
    for path in sorted((data / "content").glob("*.yml")):
        try:
            item = read_item(path)
        except BadItem as error:
            problems.append(Problem(path.stem, "", str(error)))
            continue
        items.append(item)
        if item.id != path.stem:
            problems.append(Problem(path.stem, "id", f"is {item.id}, but the file is {path.name}"))
    if not problems:
        problems.extend(_Check(data, items, on).problems())
    return items, problems


class _Check:
    def __init__(self, data: Path, items: Sequence[Item], on: date | None) -> None:
        self._items = items
        self._known = {item.id for item in items}
        self._topics = set(read_yaml(data / "taxonomy.yml")["topics"])
        book = Phrasebook(data, today=lambda: on)
        self._texts = ItemCheck(book, Wording(data, book))

    def problems(self) -> Iterator[Problem]:
        for item in self._items:
            yield from self._links(item)
            yield from self._texts.problems(item)
        yield from self._answers()

    def _links(self, item: Item) -> Iterator[Problem]:
        for code in item.next:
            if code not in self._known:
                yield Problem(item.id, "next", f"{code} is no item")
            elif code == item.id:
                yield Problem(item.id, "next", "leads to itself")
        for topic in {*item.topics, *item.answers} - self._topics:
            yield Problem(item.id, "topics", f"{topic} is no topic of data/taxonomy.yml")
        if item.published and not (item.reviewer and item.reviewed_on):
            yield Problem(item.id, "state", "published needs reviewer and reviewed_on")

    def _answers(self) -> Iterator[Problem]:
        """Each topic that has items has, for each audience and age, at most one item told when nothing is said closer."""
        seen: dict[tuple[str, str, str], str] = {}
        for item in self._items:
            for topic in item.answers:
                other = seen.setdefault((topic, item.audience, item.age), item.id)
                if other != item.id:
                    yield Problem(item.id, "answers", f"{other} answers {topic} for the same readers already")


class ItemCheck:
    """What is wrong with the texts of an item, as the book would send them."""

    def __init__(self, book: Phrasebook, wording: Wording) -> None:
        self._book = book
        self._wording = wording

    def problems(self, item: Item) -> Iterator[Problem]:
        for language in LANGUAGES:
            yield from self._text(item, language, item.texts[language])

    def _text(self, item: Item, language: str, text: ItemText) -> Iterator[Problem]:
        if len(text.short) > SHORT_CHARACTERS:
            yield Problem(item.id, f"{language}.short", Fault("characters", n=len(text.short), most=SHORT_CHARACTERS))
        yield from self._telegram(item.id, f"{language}.telegram", text.telegram)
        if self._book.library.get(item.id) is not None:
            yield from self._sms(item, language, text.sms)
        for where, part in [("title", text.title), *_numbered("telegram", text.telegram), *_numbered("sms", text.sms)]:
            for what in self._wording.problems(part, language, item.audience, item.age):
                yield Problem(item.id, f"{language}.{where}", what)

    def _telegram(self, code: str, where: str, texts: Sequence[str]) -> Iterator[Problem]:
        if len(texts) > TELEGRAM_MESSAGES:
            yield Problem(code, where, Fault("messages", n=len(texts), most=TELEGRAM_MESSAGES))
        for number, text in enumerate(texts, 1):
            if len(text) > TELEGRAM_CHARACTERS:
                yield Problem(code, f"{where} {number}", Fault("characters", n=len(text), most=TELEGRAM_CHARACTERS))

    def _sms(self, item: Item, language: str, texts: Sequence[str]) -> Iterator[Problem]:
        """Each text as it is sent, with its choices."""
        if len(texts) > SMS_TEXTS:
            yield Problem(item.id, f"{language}.sms", Fault("texts", n=len(texts), most=SMS_TEXTS))
        for number, parts in enumerate(sms_parts(self._book, item, language), 1):
            if parts > SMS_PARTS:
                yield Problem(item.id, f"{language}.sms {number}", Fault("parts", n=parts, most=SMS_PARTS))


def sms_parts(book: Phrasebook, item: Item, language: str) -> list[int]:
    """How many parts each SMS of an item takes, as it is sent, with its choices."""
    register = "child" if item.audience == "child" else "adult"
    listener = Listener(item.audience, None, language, "sms", quiet=False, guides=book.guides)
    sent = []
    for number in range(1, len(item.texts[language].sms) + 1):
        outs = book.render(
            told(Say(f"item:{item.id}:{number}"), book.library, listener, ""), Reader(language, register, "sms")
        )
        sent.append(sum(segments.count(out.text).parts for out in outs))
    return sent


def _numbered(name: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{name} {number}", text) for number, text in enumerate(texts, 1)]


def _longest_sentence(text: str) -> int:
    return max(len(_WORD.findall(sentence)) for sentence in _SENTENCE.split(text))
