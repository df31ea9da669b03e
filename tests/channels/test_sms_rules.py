"""What nobody wrote by hand: each rule, and what no rule touches."""

from __future__ import annotations

import pytest

from channels.sms_rules import Marks, alphabet_of, ignored_as
from helpline.messages import Alphabet


@pytest.mark.parametrize(
    ("marks", "rule"),
    [
        (Marks(coding=0x10), "flash"),
        (Marks(coding=0x18), "flash"),
        (Marks(coding=0xF0), "flash"),
        (Marks(coding=0x00, protocol=0x40), "silent"),
        (Marks(coding=0x08, protocol=0x40), "silent"),
        (Marks(coding=0x04), "binary"),
        (Marks(coding=0x02), "binary"),
        (Marks(coding=0xF5), "binary"),
        (Marks(coding=0x14), "flash"),
        (Marks(coding=0x15), "binary"),
        (Marks(coding=0xC8), "voice-mail"),
        (Marks(coding=0xD0), "voice-mail"),
        (Marks(coding=0xE0), "voice-mail"),
        (Marks(to_port=True), "port"),
        (Marks(coding=0x08, to_port=True), "port"),
    ],
)
def test_is_ignored_by_its_rule(marks: Marks, rule: str) -> None:
    assert ignored_as(marks) == rule


@pytest.mark.parametrize("coding", [0x00, 0x01, 0x03, 0x06, 0x08, 0x05, 0x07, 0x11, 0x19, 0x1A, 0xF1, 0xF3])
def test_words_are_taken(coding: int) -> None:
    assert ignored_as(Marks(coding)) is None


@pytest.mark.parametrize(
    ("coding", "alphabet"),
    [
        (0x00, Alphabet.GSM7),
        (0x01, Alphabet.ASCII),
        (0x03, Alphabet.LATIN1),
        (0x06, Alphabet.CYRILLIC),
        (0x08, Alphabet.UCS2),
        (0x19, Alphabet.UCS2),
        (0x11, Alphabet.GSM7),
        (0xF1, Alphabet.GSM7),
        (0x0E, Alphabet.LATIN1),
    ],
)
def test_coding_has_its_alphabet(coding: int, alphabet: Alphabet) -> None:
    assert alphabet_of(coding) is alphabet


def test_every_value_of_a_byte_has_an_answer() -> None:
    assert all(ignored_as(Marks(coding)) or alphabet_of(coding) for coding in range(256))
