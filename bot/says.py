"""Every key and choice code that the bot may send; the service must have words for each (data/phrases)."""

from __future__ import annotations

KEYS = frozenset(
    {
        "about_service",
        "ask_age_child",
        "ask_age_parent",
        "ask_audience",
        "ask_district",
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
        "profile_skipped",
        "start_how",
        "stop_how",
        "thanks_goodbye",
    }
)

# Beside these come `content:<topic>`, `item:<id>` and `near:<topic or id>`, which the service looks up in its library,
# `<matter>:<code>`, with which Rasa leads into a matter of the service (`menu:open`), and
# the choices `topic:<code>`, `item:<id>` and `more:<topic>`.
CHOICES = frozenset(
    {
        "age:0-2",
        "age:10-17",
        "age:11-14",
        "age:15-17",
        "age:3-9",
        "age:7-10",
        "audience:child",
        "audience:parent",
        "delete",
        "discreet:start",
        "district:baku",
        "district:ganja",
        "district:sumgait",
        "help",
        "language:az",
        "language:ru",
        "menu",
        "misunderstood",
        "none_of_these",
        "person",
        "profile",
        "skip",
        "stop",
        "tips:how",
        "tips:on",
    }
)
