"""Control words: whole messages that the service itself answers, before Rasa and without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from language.canonical import canonical


class Control(Enum):
    """What a whole message, a digit or a button asks of the service. The value is the choice code."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    MENU = "menu"
    PERSON = "person"
    DELETE = "delete"
    AZERBAIJANI = "language:az"
    RUSSIAN = "language:ru"
    PRIVACY = "privacy"
    PANIC = "panic"
    DECLINE = "decline"
    MISUNDERSTOOD = "misunderstood"
    BREATHING = "breathing"
    SAFETY_PLAN = "safety_plan"
    SAFE = "safe:yes"
    UNSAFE = "safe:no"
    UNSURE = "safe:unsure"


_OF_LIST = {
    "stop": Control.STOP,
    "start": Control.START,
    "help": Control.HELP,
    "menu": Control.MENU,
    "person": Control.PERSON,
    "delete": Control.DELETE,
    "language_az": Control.AZERBAIJANI,
    "language_ru": Control.RUSSIAN,
    "privacy": Control.PRIVACY,
    "panic": Control.PANIC,
    "decline": Control.DECLINE,
    "misunderstood": Control.MISUNDERSTOOD,
    "breathing": Control.BREATHING,
}
# Beginnings of words in which people tell hours.
HOUR_LISTS = ("hours_morning", "hours_evening", "hours_after", "hours_before", "hours_beside")
_SPOKEN = ("yes", "no", "unsure", "any_language", "no_code_words")
_SAFETY = {"safe_yes": Control.SAFE, "safe_no": Control.UNSAFE, "safe_unsure": Control.UNSURE}
_REPLIES = ("unsure", "partly", "yes", "no")
_TIMES = ("hour", "morning", "noon", "evening")
_BY_CODE = {control.value: control for control in Control}


def control_of_choice(code: str) -> Control | None:
    """Return the control a choice code stands for, or None when the code is Rasa's."""
    return _BY_CODE.get(code)


def bare(text: str) -> str:
    """A whole message without the slash of a command, punctuation around it, or case and spelling."""
    return canonical(text.strip().lstrip("/").strip(" .,!?…\"'«»()*_-"))


def same_words(text: str, label: str) -> bool:
    """Whether a whole message is a label, however it is spelt."""
    return bare(text) == bare(label) != ""


@dataclass(frozen=True)
class Words:
    """The lists of data/phrases/words.yml, in canonical form."""

    controls: Mapping[str, Control]
    safety: Mapping[str, Control]
    skip: frozenset[str] = field(default_factory=frozenset)
    any_language: frozenset[str] = field(default_factory=frozenset)
    more: frozenset[str] = field(default_factory=frozenset)
    choices: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    no_code_words: frozenset[str] = field(default_factory=frozenset)
    replies: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=dict)
    ages: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def from_lists(
        cls,
        lists: Mapping[str, Sequence[str]],
        choices: Mapping[str, Sequence[str]] | None = None,
        answers: Mapping[str, Sequence[str]] | None = None,
    ) -> Words:
        return cls(
            controls={bare(word): _OF_LIST[name] for name in _OF_LIST for word in lists.get(name, ())},
            safety={bare(word): _SAFETY[name] for name in _SAFETY for word in lists.get(name, ())},
            skip=frozenset(bare(word) for word in lists.get("skip", ())),
            any_language=frozenset(bare(word) for word in lists.get("any_language", ())),
            more=frozenset(bare(word) for word in lists.get("more", ())) - {""},
            choices={bare(word): code for code, words in (choices or {}).items() for word in words},
            answers={code: frozenset(map(bare, words)) for code, words in (answers or {}).items()},
            hours={name: tuple(map(bare, lists.get(name, ()))) for name in HOUR_LISTS},
            no_code_words=frozenset(bare(word) for name in _SPOKEN for word in lists.get(name, ())),
            replies={bare(word): name for name in _REPLIES for word in lists.get(name, ())},
            times={canonical(word): name for name in _TIMES for word in lists.get(name, ())},
            ages=frozenset(canonical(word) for word in lists.get("age", ())),
        )

    def control(self, text: str) -> Control | None:
        """Only an exact whole message counts: a sentence with such a word in it is for triage and Rasa."""
        return self.controls.get(bare(text))

    def tells_language(self, text: str) -> bool:
        """False for what people of every language type: `start` is nobody's language."""
        return bare(text) not in self.any_language

    def goes_on(self, text: str) -> bool:
        """Whether the whole message asks for the next part of a text."""
        return bare(text) in self.more

    def choice(self, text: str) -> str | None:
        """The choice code that a whole message stands for: `kurs` is `course:list`."""
        return self.choices.get(bare(text))

    def answer(self, text: str, question: str) -> str | None:
        """The choice code of a matter's open question that a whole message stands for; `question` is how it begins."""
        word = bare(text)
        return next((code for code, words in self.answers.items() if code.startswith(question) and word in words), None)

    def skips(self, text: str) -> bool:
        """Whether the whole message passes a question over."""
        return bare(text) in self.skip

    def means_something(self, text: str) -> bool:
        """Whether the whole message has a meaning of its own here, or is a word that anybody would say."""
        word, known = bare(text), (self.controls, self.safety, self.skip, self.more, self.choices, self.no_code_words)
        return any(word in words for words in known) or any(word in words for words in self.answers.values())

    def reply(self, text: str) -> str | None:
        """yes | no | unsure | partly, when the whole message is such an answer."""
        return self.replies.get(bare(text))

    def safety_answer(self, text: str) -> Control | None:
        """An answer to the open safety question, by digit or word."""
        return self.safety.get(bare(text))
