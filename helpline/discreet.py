"""Discreet use, as a matter: whose phone it is, when we may write first, a code word, and how to leave in a hurry.

Each question can be passed over, and each answer changed or removed. `discreet:before:<code>` asks what has to be known before
we may start anything, and goes on to that choice.
"""

from __future__ import annotations

from dataclasses import replace

from helpline import hours
from helpline.code_word import ASKED_AFTER
from helpline.controls import Answer
from helpline.conversations import CaseState, Conversation
from helpline.effects import Effect, ForgetMessage, KeepCodeWord
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Say, channel_form
from helpline.starting import Discretion
from helpline.words import Words, bare

PHONES = ("own", "shared")
WINDOWS = {"day": (8, 22), "morning": (8, 12), "afternoon": (13, 18), "evening": (18, 22), "never": (0, 0)}
QUESTIONS = ("phone", "when", "word")
_PHONE_CHOICES = ("discreet:phone:own", "discreet:phone:shared", "discreet:skip")
_WHEN_CHOICES = (*(f"discreet:when:{name}" for name in WINDOWS), "discreet:skip")
_CHANGES = ("discreet:phone", "discreet:when", "discreet:word", "discreet:panic", "discreet:clear")
# Nobody gets rid of the code word who was asked for it and did not give it.
_OF_WHO_IS_KNOWN = frozenset({"word", "word:remove", "clear"})
# What follows an answer: the settings, the next question, or (any other) the choice that the questions were asked for.
SETTINGS, ALL = "", "all"
_AGAIN = "-again"
SHORTEST, LONGEST = 3, 32


class Discreet:
    name = "discreet"
    while_held = True

    def choose(self, code: str, visit: Visit) -> Answer | None:
        """Answer a button or digit. One of an older question counts, too, and leads back to the settings."""
        if code in _OF_WHO_IS_KNOWN and visit.conversation.discretion.code_asked_at is not None:
            return _answer(visit, Say("code_ask"))
        kind, _, rest = code.partition(":")
        question, then = _open_question(visit.conversation)
        if kind == "word" and not rest and _is_held(visit):
            return None  # what is typed now is the counsellor's to read, and would be no secret
        if kind in QUESTIONS and not rest:
            return _ask(kind, SETTINGS, visit)
        if kind == "phone" and rest in PHONES:
            return _phone(rest, then if question == "phone" else SETTINGS, visit)
        if kind == "when" and rest in WINDOWS:
            return _when(WINDOWS[rest], then if question == "when" else SETTINGS, visit)
        if kind == "before" and rest:
            return _before(rest, visit)
        return _skip(question, then, visit) if code == "skip" else _done(code, visit)

    def hear(self, question: str, visit: Visit) -> Answer | None:
        """Answer the open question in the person's own words; what is no answer goes to the dialogue."""
        asked, then = _parted(question)
        text, words = visit.turn.text, visit.book.words
        if words.skips(text):
            return _skip(asked, then, visit)
        if asked == "word":
            return _word(text, then, question, visit)
        code = words.answer(text, f"discreet:{asked}:")
        if code is not None:
            return self.choose(code.removeprefix("discreet:"), visit)
        told = hours.window(text, words) if asked == "when" else None
        return None if told is None else _when(told, then, visit)


def _is_held(visit: Visit) -> bool:
    """Free text is for the counsellor then."""
    return visit.turn.case is not None and visit.turn.case.state is CaseState.HELD


def _done(code: str, visit: Visit) -> Answer | None:
    """What is no answer to a question; None for a code that this version does not know."""
    match code:
        case "start":
            return _ask("phone", ALL, visit) if _is_fresh(visit.conversation.discretion) else _settings(visit)
        case "word:remove":
            return _settings(_with(visit, code_word=False, code_asked_at=None, code_given_at=None))
        case "panic":
            return _answer(visit, Say("discreet_panic", _CHANGES[:3]))
        case "clear":
            return _answer(_cleared(visit), Say("discreet_cleared", _menu(visit)))
    return None


def _before(code: str, visit: Visit) -> Answer:
    if visit.conversation.discretion.phone is not None:
        return _go_on(code, visit)
    return _ask("phone", code, visit)


def _phone(phone: str, then: str, visit: Visit) -> Answer:
    says = (Say("discreet_shared"),) if phone == "shared" else ()
    return _next("phone", then, _with(visit, phone=phone), says)


def _when(told: tuple[int, int], then: str, visit: Visit) -> Answer:
    visit = _with(visit, write_from=told[0], write_until=told[1])
    if visit.conversation.discretion.never_first and then not in (SETTINGS, ALL):
        return _answer(visit, Say("discreet_never", (then, *_menu(visit))))
    return _next("when", then, visit)


def _word(text: str, then: str, question: str, visit: Visit) -> Answer | None:
    """Only what comes right after the question is the word: a day later the same message would be about something else."""
    before = visit.turn.before_at
    late = before is None or visit.turn.received_at - before > ASKED_AFTER
    if late or "discreet:skip" not in visit.conversation.open_choices or len(text.split()) != 1 or "?" in text:
        return None
    if not is_code_word(text, visit.book.words):
        again = "word" if question.partition("/")[0].endswith(_AGAIN) else f"word{_AGAIN}"
        return _answer(visit, Say("discreet_word_bad", ("discreet:skip",)), asking=f"discreet:{again}/{then}")
    kept = _with(visit, code_word=True, code_given_at=visit.turn.received_at)
    answered = _next("word", then, kept, (Say("discreet_word_set"),))
    return replace(answered, effects=(KeepCodeWord(text), ForgetMessage()))


def is_code_word(text: str, words: Words) -> bool:
    """One word of letters that means nothing else here."""
    word = bare(text)
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and not words.means_something(text)


def _skip(question: str, then: str, visit: Visit) -> Answer:
    if question == "phone" and then not in (SETTINGS, ALL):
        return _answer(visit, Say("discreet_before_skipped", _menu(visit)))
    return _next(question, then, visit)


def _next(question: str, then: str, visit: Visit, says: tuple[Say, ...] = ()) -> Answer:
    """The next question of those that were to be asked, or what they were asked for."""
    last = "word" if then == ALL and not _is_held(visit) else "when"
    if then == SETTINGS or question not in QUESTIONS:
        return _settings(visit, says)
    if question != last and question != "word":
        return _ask(QUESTIONS[QUESTIONS.index(question) + 1], then, visit, says)
    return _go_on(then, visit) if then != ALL else _last_told(visit, says)


def _last_told(visit: Visit, says: tuple[Say, ...]) -> Answer:
    """How to leave in a hurry, and what was set; an SMS has room for the first alone, and offers to change the rest."""
    if channel_form(visit.conversation.channel) == "sms":
        return _answer(visit, *says, Say("discreet_panic", _CHANGES[:3]))
    return _settings(visit, (*says, Say("discreet_panic")))


def _ask(question: str, then: str, visit: Visit, says: tuple[Say, ...] = ()) -> Answer:
    set_already = ("discreet:word:remove",) if visit.conversation.discretion.code_word else ()
    choices = {"phone": _PHONE_CHOICES, "when": _WHEN_CHOICES, "word": (*set_already, "discreet:skip")}
    asked = Say(f"discreet_{question}", choices[question])
    return _answer(visit, *says, asked, asking=f"discreet:{question}/{then}")


def _settings(visit: Visit, says: tuple[Say, ...] = ()) -> Answer:
    discretion = visit.conversation.discretion

    def shown(code: str) -> str:
        return visit.book.label(f"discreet:is:{code}", visit.conversation.language or "az")

    spoken = f"{discretion.write_from}:00-{discretion.write_until}:00"
    values = {
        "phone": shown(discretion.phone or "untold"),
        "when": shown("never") if discretion.never_first else spoken,
        "word": shown("word" if discretion.code_word else "no_word"),
    }
    return _answer(visit, *says, Say("discreet_now", _CHANGES, values))


def _menu(visit: Visit) -> tuple[str, ...]:
    """On SMS the menu is always 0."""
    return () if channel_form(visit.conversation.channel) == "sms" else ("menu",)


def _go_on(code: str, visit: Visit) -> Answer:
    return replace(_answer(visit, Say("discreet_kept")), then=code)


def _answer(visit: Visit, *says: Say, asking: str | None = None, effects: tuple[Effect, ...] = ()) -> Answer:
    conversation = replace(visit.conversation, asking=asking)
    return Answer(Decision(says=says, quiet=conversation.quiet, reason="discreet"), conversation, effects)


def _cleared(visit: Visit) -> Visit:
    """As if nothing had been told; what was subscribed to, asked for, or hidden stays."""
    usual = Discretion()
    told = {name: getattr(usual, name) for name in ("phone", "write_from", "write_until", "code_word")}
    return _with(visit, **told, code_asked_at=None, code_given_at=None)


def _with(visit: Visit, **changes: object) -> Visit:
    discretion = replace(visit.conversation.discretion, **changes)  # type: ignore[arg-type]  # names are checked by replace
    conversation = replace(visit.conversation, discretion=discretion)
    return replace(visit, turn=replace(visit.turn, conversation=conversation))


def _is_fresh(discretion: Discretion) -> bool:
    usual = Discretion()
    told = (discretion.phone, discretion.write_from, discretion.write_until, discretion.code_word)
    return told == (usual.phone, usual.write_from, usual.write_until, usual.code_word)


def _open_question(conversation: Conversation) -> tuple[str, str]:
    """The open question and what follows it; empty when none of ours is open."""
    name, _, question = (conversation.asking or "").partition(":")
    return _parted(question) if name == Discreet.name else ("", SETTINGS)


def _parted(question: str) -> tuple[str, str]:
    asked, _, then = question.partition("/")
    return asked.removesuffix(_AGAIN), then
