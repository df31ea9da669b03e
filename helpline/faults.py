"""What is wrong with a text, as a code with its values, so that each reader is told in their own words.

As a string it is the line of the command line, in English.
"""

from __future__ import annotations

from collections.abc import Mapping

_LINES = {
    "other_address": "{word}: the other form of address",
    "forbidden": "{word}: must not be said",
    "stigma": "{word}: puts a label on people",
    "gendered": "{word}: guesses whether a boy or a girl reads",
    "sentence": "a sentence of {n} words, at most {most}",
    "no_amount": "{{{name}}} is no amount that is still valid (data/services/amounts.yml)",
    "no_number": "{{{name}}} is no number that may be shown (data/services/numbers.yml)",
    "bare_number": "{number}: a telephone number is written as {{code}}",
    "bare_amount": "{amount} manat: an amount is a record of data/services/amounts.yml, written as {{amount_…}}",
    "foreign_number": "a telephone number that is not in the directory",
    "characters": "{n} characters, at most {most}",
    "messages": "{n} messages, at most {most}",
    "texts": "{n} texts, at most {most}",
    "parts": "{n} parts with its choices, at most {most}",
    "missing": "is not there",
    "markup": "is marked up; people would see the signs",
    "braces": "a brace that is no placeholder",
    "placeholder": "{{{name}}} must stay",
    "unknown_placeholder": "{{{name}}} is filled by nobody here",
    "not_neutral": "{word}: tells what it is about",
    "not_for_everybody": "is not the same for everybody: use the register any",
    "field": "is no field of this text",
}


class Fault(str):
    """`code` is a key of the console's words `texts.fault.<code>`, `values` fill it."""

    code: str
    values: Mapping[str, object]

    def __new__(cls, code: str, **values: object) -> Fault:
        fault = super().__new__(cls, _LINES[code].format(**values))
        fault.code, fault.values = code, values
        return fault


CODES = tuple(_LINES)
