"""Every key and choice code that the bot may send; the service must have words for each (data/phrases)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.guides import guides

_KEYS = frozenset(
    {
        "about_service",
        "calm_support",
        "confidentiality",
        "delete_how",
        "did_you_mean",
        "district_unknown",
        "greeting",
        "insult",
        "language_how",
        "not_understood",
        "offer_person",
        "out_of_scope",
        "profile_saved",
        "start_how",
        "stop_how",
        "thanks_goodbye",
    }
)

# Beside these come `content:<topic>`, `item:<id>` and `near:<topic or id>`, which the service looks up in its library,
# `<matter>:<code>`, with which Rasa leads into a matter of the service (`menu:open`), and
# the choices `topic:<code>`, `item:<id>` and `more:<topic>`.
_CHOICES = frozenset(
    {
        "delete",
        "discreet:start",
        "guide:my_data",
        "help",
        "language:az",
        "language:ru",
        "menu",
        "misunderstood",
        "none_of_these",
        "person",
        "profile",
        "stop",
        "tips:how",
        "tips:on",
    }
)


def _asked() -> Iterator[tuple[str, tuple[str, ...]]]:
    for guide in guides().values():
        for question in guide.questions:
            yield question.ask, question.codes
        for end in guide.ends:
            yield from ((key, end.choices) for key in end.say)


# What the guides' own files say and offer.
KEYS = _KEYS | {key for key, _ in _asked() if ":" not in key}
CHOICES = _CHOICES | {code for _, codes in _asked() for code in codes if not code.startswith("topic:")}
