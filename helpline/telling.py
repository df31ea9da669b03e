"""What is told from the content library: which item, which part of it, and what is offered beside it.

Rasa names a topic (`content:<topic>`), an item (`item:<id>`, on SMS `item:<id>:<part>`) or asks what else there is
(`near:<topic or id>`); the texts, their states and who they are for are known here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpline.library import Item, Library
from helpline.phrasebook import Say, channel_form

KINDS = frozenset({"content", "item", "near"})
_BESIDE = 2
_LISTED = {"telegram": 8, "sms": 4}


@dataclass(frozen=True)
class Listener:
    """Who is told: audience child | parent or None when unknown, age band or None, language, channel, and whether a
    disclosure came before.

    `ahead` is the part of an item that an SMS offered last: "more" in any words means it. `guides` are the guided dialogues
    that are offered with a topic's texts.
    """

    audience: str | None
    age: str | None
    language: str
    channel: str
    quiet: bool
    ahead: str | None = None
    guides: Mapping[str, str] = field(default_factory=dict)


def tells(say: Say) -> bool:
    """Whether a key is one of the library's."""
    return say.key.partition(":")[0] in KINDS


def told(say: Say, library: Library, listener: Listener, text: str) -> Say:
    """Return what to say for a key of the library; `text` is the message, which may ask for one item of a topic.

    What is not there (not written, withheld, a code of an older model) is answered with where to turn instead.
    """
    kind, _, code = say.key.partition(":")
    if kind == "near" and listener.ahead is None:
        return _listed(code, library, listener)
    if kind == "near":
        kind, _, code = str(listener.ahead).partition(":")
    if kind == "item":
        code, _, part = code.partition(":")
        item = library.get(code)
        return _not_there("") if item is None else _part(item, int(part) if part.isdigit() else 1, library, listener)
    item = library.answer(code, listener.audience, listener.age, listener.language, text)
    return _not_there(code) if item is None else _part(item, 1, library, listener)


def _not_there(topic: str) -> Say:
    return (
        Say("topic_not_yet", ("person", "menu"), {"topic": topic})
        if topic
        else Say("not_understood", ("menu", "person"))
    )


def _part(item: Item, part: int, library: Library, listener: Listener) -> Say:
    if channel_form(listener.channel) != "sms":
        return Say(f"item:{item.id}", _beside(item, library, listener))
    last = len(item.texts[listener.language].sms)
    part = min(max(part, 1), last)
    # A guide is offered with the last text: with the first it would cost a third part.
    choices = (f"item:{item.id}:{part + 1}", "person") if part < last else _beside(item, library, listener)
    return Say(f"item:{item.id}:{part}", choices)


def _beside(item: Item, library: Library, listener: Listener) -> tuple[str, ...]:
    """After a disclosure nothing but a person; else what goes on from here. On SMS the menu is always 0."""
    if listener.quiet:
        return ("person",)
    near = [found for code in item.next if (found := library.get(code)) is not None and _suits(found, listener)]
    guide = _guide(item, listener)
    offered = [*guide, *(f"item:{found.id}" for found in near[: _BESIDE - len(guide)])]
    if channel_form(listener.channel) == "sms":
        return (*offered, "person")
    return (*offered, f"more:{item.topics[0]}", "menu", "person")


def _guide(item: Item, listener: Listener) -> tuple[str, ...]:
    """The guided dialogue of the topic where an item belongs; after a disclosure none is begun."""
    found = None if listener.quiet else listener.guides.get(item.topics[0])
    return () if found is None else (f"guide:{found}",)


def _suits(item: Item, listener: Listener) -> bool:
    return listener.audience in (None, item.audience) and (listener.age is None or item.age in ("any", listener.age))


def _listed(code: str, library: Library, listener: Listener) -> Say:
    item = library.get(code)
    topic = code if item is None else item.topics[0]
    found = library.of_topic(topic, listener.audience, listener.age)
    form = channel_form(listener.channel)
    listed = tuple(f"item:{other.id}" for other in found if other.id != code)[: _LISTED[form]]
    if listener.quiet:
        return Say("more_topics" if listed else "calm_support", (*listed[:_BESIDE], "person"))
    if not listed:
        return Say("not_understood", ("menu", "person"))
    return Say("more_topics", (*listed, *(() if form == "sms" else ("menu",)), "person"))
