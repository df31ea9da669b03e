"""The guided dialogues of data/guides: one form asks whatever their files ask. Every question can be left at any time."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.amounts import told
from actions.asking import ask, remember, say, utter
from actions.hearing import fitting, heard
from actions.profile import told_about_self
from actions.topics import is_child, is_worried
from bot.guides import SKIPPED, Answers, End, Guide, Question, guide_asking, guides, holds

PROFILE = "profile"
DONE = "done"


class StartGuide(Action):
    """Begins the guide that was asked for, or the one whose question an old button answers."""

    def name(self) -> str:
        return "action_start_guide"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        guide, answers = _asked_for(tracker)
        opened = guide.open_question(answers, facts(tracker, answers)) is not None
        kept = {question.keeps: answers[question.id] for question in guide.questions if _told(question, answers)}
        remember(out, {str(name): value for name, value in kept.items()})
        slots = {"guide": guide.id, "answers": answers, "answer": None, "guide_open": opened, **kept}
        return [SlotSet(str(name), value) for name, value in slots.items()]


class AnswerWhenQuiet(Action):
    """After a disclosure no guide goes on; an answer that calls for a person at once still does."""

    def name(self) -> str:
        return "action_answer_when_quiet"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        guide, answers = _asked_for(tracker)
        known = facts(tracker, answers)
        end = guide.end(answers, known)
        if guide.open_question(answers, known) is None and end.hand_off is not None:
            return _finish(out, guide, answers, known)
        utter(out, "utter_calm_support")
        return []


class AskGuide(Action):
    """Asks the next question of the guide."""

    def name(self) -> str:
        return "action_ask_guide_form_answer"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        guide, answers = current(tracker)
        question = guide.open_question(answers, facts(tracker, answers))
        if question is None:
            return [SlotSet("answer", DONE)]
        if question.tell is not None:
            _tell(out, question.tell, answers)
        say(out, question.ask, question.codes)
        return []


class ValidateGuide(FormValidationAction):
    """Takes an answer that fits, asks again for one that does not; what belongs to the profile is kept as soon as it is told."""

    def name(self) -> str:
        return "validate_guide_form"

    def extract_answer(self, out: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, object]:
        """Return `question:value` when the message answers the open question, or changes an earlier answer."""
        if tracker.get_slot("requested_slot") is None:
            return {}
        guide, answers = current(tracker)
        question = guide.open_question(answers, facts(tracker, answers))
        answer = None if question is None else heard(guide, question, tracker)
        return {} if answer is None else {"answer": answer}

    def validate_answer(
        self, value: Any, out: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, object]:
        """Keep the answer; nothing more to ask ends the form."""
        guide, answers = current(tracker)
        name, _, said = str(value).partition(":")
        question = guide.question(name)
        fits = None if question is None else fitting(question, said)
        if question is None or fits is None:
            return {"answer": None}
        answers = {**answers, name: fits}
        remaining = guide.open_question(answers, facts(tracker, answers))
        slots: dict[str, object] = {"answers": answers, "answer": DONE if remaining is None else None}
        if question.keeps is not None:
            remember(out, {question.keeps: fits})
            if fits != SKIPPED or tracker.get_slot(question.keeps) is None:
                slots[question.keeps] = fits
        return slots


class EndGuide(Action):
    """Says what follows from the answers and, where the guide says so, hands over to a person."""

    def name(self) -> str:
        return "action_end_guide"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        guide, answers = current(tracker)
        return _finish(out, guide, answers, facts(tracker, answers))


class UnclearInForm(Action):
    """Says that the answer was not understood; the form asks again. What a button told is kept all the same."""

    def name(self) -> str:
        return "action_unclear_in_form"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        guide, answers = current(tracker)
        question = guide.open_question(answers, facts(tracker, answers))
        kept = told_about_self(tracker) if tracker.latest_message["intent"]["name"] == "inform" else {}
        remember(out, kept)
        if is_worried(tracker):
            utter(out, "utter_none_of_these")
        elif not kept:
            place = question is not None and question.kind == "district"
            say(out, "district_unknown" if place else "not_understood")
        return [SlotSet(name, value) for name, value in kept.items()]


def current(tracker: Tracker) -> tuple[Guide, Answers]:
    """Return the guide that is under way and what was answered so far."""
    known = guides()
    return known.get(str(tracker.get_slot("guide")), known[PROFILE]), dict(tracker.get_slot("answers") or {})


def facts(tracker: Tracker, answers: Answers) -> Answers:
    """What conditions may name beside the answers: who listens, whether anything was told, the district of the profile."""
    district = tracker.get_slot("district")
    told_any = any(value != SKIPPED for value in answers.values())
    known = {"listener": "child" if is_child(tracker) else "adult", "told": "yes" if told_any else "no"}
    return known if district is None else {**known, "district": str(district)}


def _asked_for(tracker: Tracker) -> tuple[Guide, Answers]:
    known, intent = guides(), tracker.latest_message["intent"]["name"]
    named = next(tracker.get_latest_entity_values("guide"), None)
    if named in known:
        return known[named], {}
    if intent == "answer":
        name, _, value = str(next(tracker.get_latest_entity_values("answer"), "")).partition(":")
        guide = guide_asking(name) or known[PROFILE]
        question = guide.question(name)
        fits = None if question is None else fitting(question, value)
        return guide, {} if fits is None else {name: fits}
    if intent == "change_district":
        return known[PROFILE], _district_alone(next(tracker.get_latest_entity_values("district"), None))
    return next((guide for guide in known.values() if intent in guide.intents), known[PROFILE]), {}


def _told(question: Question, answers: Answers) -> bool:
    return question.keeps is not None and answers.get(question.id, SKIPPED) != SKIPPED


def _district_alone(named: str | None) -> Answers:
    """Asks for the district alone: the rest counts as skipped."""
    untold = {"audience": SKIPPED, "age_child": SKIPPED, "age_parent": SKIPPED}
    return untold if named is None else {**untold, "district": named}


def _finish(out: CollectingDispatcher, guide: Guide, answers: Answers, known: Answers) -> list[EventType]:
    end = guide.end(answers, known)
    for key in end.say[:-1]:
        say(out, key)
    for key in end.say[-1:]:
        say(out, key, () if end.tell else end.choices)
    if end.tell is not None:
        _tell(out, end.tell, answers, end.choices)
    _hand_off(out, guide, end, answers, known)
    return [SlotSet(name, None) for name in ("guide", "answers", "answer")]


def _tell(out: CollectingDispatcher, name: str, answers: Answers, choices: tuple[str, ...] = ()) -> None:
    says = told(name, answers)
    for key, values in says[:-1]:
        say(out, key, (), values)
    for key, values in says[-1:]:
        say(out, key, choices, values)


def _hand_off(out: CollectingDispatcher, guide: Guide, end: End, answers: Answers, known: Answers) -> None:
    if end.hand_off is None:
        return
    asked = [question for question in guide.questions if holds(question.when, {**known, **answers})]
    codes = [(question.id, answers.get(question.id) or question.told(known)) for question in asked]
    values = {
        "reason": guide.id,
        "level": end.hand_off.level,
        "due": str(end.hand_off.due),
        "answers": " ".join(f"{name}:{value}" for name, value in codes if value is not None),
    }
    if end.hand_off.declined_by and holds(end.hand_off.declined_by, answers):
        values["declined"] = "yes"
    ask(out, "hand_off", values)
