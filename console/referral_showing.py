"""A referral in the reader's words: the same lines for us before it leaves and for the recipient afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from console.words import Words
from helpline.phrasebook import Phrasebook
from helpline.referral_services import Services

# The texts that a field's codes have: `risk.neglect`, `need.shelter`.
_WORDED = {
    "who": "audience",
    "age_band": "age",
    "language": "language",
    "level": "level",
    "risks": "risk",
    "needs": "need",
}


def fields_shown(shared: Mapping[str, object], words: Words, book: Phrasebook) -> list[tuple[str, str]]:
    """Each field that is there with its text, in order."""
    return [(name, _text(name, value, words, book)) for name, value in shared.items()]


def _text(name: str, value: object, words: Words, book: Phrasebook) -> str:
    if name == "district":
        return book.label(f"district:{value}", directory_language(words))
    codes = value if isinstance(value, list) else [value]
    if name in _WORDED:
        return ", ".join(words.maybe(f"{_WORDED[name]}.{code}") for code in codes)
    return str(value)


def directory_language(words: Words) -> str:
    """The directory knows az and ru; whoever reads English gets the names as they are in the country."""
    return "ru" if words.language == "ru" else "az"


def service_name(code: str, words: Words, services: Services) -> str:
    return services.name(code, directory_language(words))
