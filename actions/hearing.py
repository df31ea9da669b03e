"""What a message answers: the open question of a guide, in words, by a button or by a number; or an earlier one, changed."""

from __future__ import annotations

from rasa_sdk import Tracker

from bot.guides import AGAIN, NEXT, SKIPPED, Guide, Question

# Which entity of the message a question of a kind is answered by.
_ENTITY = {"age": "age_band", "district": "district", "number": "number"}


def heard(guide: Guide, question: Question, tracker: Tracker) -> str | None:
    """Return `question:value`, or None when the message is no answer."""
    for value in tracker.get_latest_entity_values("answer"):
        name, _, said = str(value).rpartition(":")
        if name and guide.question(name) is not None:
            return str(value)
        if not name and said in question.values:
            return f"{question.id}:{said}"
    value = _by_entity(question, tracker) or _by_intent(question, tracker.latest_message["intent"]["name"])
    return None if value is None else f"{question.id}:{value}"


def _by_entity(question: Question, tracker: Tracker) -> str | None:
    name = _ENTITY.get(question.kind, question.keeps or "")
    return next(tracker.get_latest_entity_values(name), None) if name else None


def _by_intent(question: Question, intent: str) -> str | None:
    if question.kind == "step":
        return NEXT if intent in ("affirm", "skip", "more") else None
    if intent == "affirm" and "yes" in question.values:
        return "yes"
    if intent == "deny" and "no" in question.values:
        return "no"
    return SKIPPED if question.skip and intent in ("skip", "deny") else None


def fitting(question: Question, said: str) -> str | None:
    """Return the answer as it is kept, or None when it is none: an age beyond all bands, a number too large, "again"."""
    if said == SKIPPED:
        return SKIPPED if question.skip else None
    if question.kind == "district":
        return said
    if question.kind == "age":
        return band(said, question.values)
    if question.kind == "number" and said.isdecimal():
        smallest = 0 if "0" in question.values else 1
        return str(int(said)) if smallest <= int(said) <= question.most else None
    return said if said in question.values and said != AGAIN else None


def band(told: str, bands: tuple[str, ...]) -> str | None:
    """Return the band of a band or an age in years, or None when it fits none; the youngest band takes all below it."""
    if told in bands:
        return told
    if not told.isdecimal():
        return None
    return next((name for name in bands if int(told) <= int(name.partition("-")[2])), None)
