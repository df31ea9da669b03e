"""What both phones would show of a text, for those who write and start it; nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from helpline import segments
from helpline.announcing import announcement
from helpline.conversations import NewOut
from helpline.course_rehearsal import Rehearsal
from helpline.library import PLACEHOLDER, Item
from helpline.phrasebook import MissingText, Phrasebook, Reader, Say
from helpline.telling import Listener, told
from helpline.text_fields import phrase_fields

FORMS = ("telegram", "sms")


@dataclass(frozen=True)
class Bubble:
    """One message. `parts` and `units` of an SMS; None elsewhere. `choices` are buttons, or, on SMS, lines of the text."""

    text: str = field(repr=False)
    choices: tuple[str, ...] = ()
    parts: int | None = None
    units: int | None = None


def item_sent(book: Phrasebook, item: Item, language: str, form: str) -> Iterator[NewOut]:
    """Every message of an item as it is sent, with its choices."""
    reader = Reader(language, "child" if item.audience == "child" else "adult", form)
    listener = Listener(item.audience, None, language, form, quiet=False)
    parts = range(1, len(item.texts[language].sms) + 1) if form == "sms" else (1,)
    for part in parts:
        yield from book.render(told(Say(f"item:{item.id}:{part}"), book.library, listener, ""), reader)


def item_bubbles(book: Phrasebook, item: Item, language: str, form: str) -> list[Bubble]:
    return bubbles(item_sent(book, item, language, form), form)


def announced(book: Phrasebook, item: Item, language: str, form: str) -> list[Bubble]:
    """The neutral line with which a campaign comes, then the item for those who ask for it."""
    line = announcement(item.id, Reader(language, "adult", form), book)
    return [*bubbles([line], form), *item_bubbles(book, item, language, form)]


def course_bubbles(book: Phrasebook, course: str, lesson: str, language: str, form: str) -> list[Bubble]:
    """A lesson as it is sent, with quiz and check-in; without a lesson, what is said of the course."""
    found = book.courses.get(course)
    if found is None:
        return []
    rehearsal = Rehearsal(book, found, language, form, found.ages[0])
    sent = (
        [one for each in found.lessons if each.id == lesson for one in rehearsal.lesson(each)]
        if lesson
        else [rehearsal.about()]
    )
    return bubbles((out for one in sent for said in one.said for out in said), form)


def phrase_bubbles(book: Phrasebook, key: str, language: str, form: str) -> list[Bubble]:
    """A phrase to children and adults, with the numbers that are told today; what else is filled in stays as its name."""
    fields = phrase_fields(book.phrase(key))
    named = {name: f"[{name}]" for text in fields.values() for name in PLACEHOLDER.findall(text)}
    values = {name: shown for name, shown in named.items() if name not in {**book.directory.always, **book.numbers}}
    say = Say(key, values=values)
    registers = (
        ("any",) if f"{language}.any" in {name.rpartition(".")[0] or name for name in fields} else ("child", "adult")
    )
    shown = (_phrase(book, say, Reader(language, register, form)) for register in registers)
    return list(dict.fromkeys(one for each in shown for one in bubbles(each, form)))


def _phrase(book: Phrasebook, say: Say, reader: Reader) -> list[NewOut]:
    try:
        return book.render(say, reader)
    except MissingText:
        return []


def canned_bubbles(fields: Mapping[str, str], language: str, form: str) -> list[Bubble]:
    """A ready-made reply to children and adults; what the directory fills stays as its name."""
    own = {register: fields.get(f"{language}.{register}", "") for register in ("child", "adult")}
    if form == "sms":
        own = {register: fields.get(f"{language}.{register}.sms", text) for register, text in own.items()}
    texts = [PLACEHOLDER.sub(lambda name: f"[{name[1]}]", text) for text in own.values() if text]
    return bubbles((NewOut(text) for text in texts), form)


def bubbles(outs: Iterable[NewOut], form: str) -> list[Bubble]:
    return [_bubble(out, form) for out in outs]


def _bubble(out: NewOut, form: str) -> Bubble:
    labels = tuple(label for _, label in out.choices)
    if form != "sms":
        return Bubble(out.text, labels)
    size = segments.count(out.text)
    return Bubble(out.text, (), size.parts, size.units)
