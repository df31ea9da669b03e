"""Letters as bytes and back, parts and their joining."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.alphabets import decode, encode
from helpline.messages import Alphabet
from helpline.segments import count, pieces

LETTERS = st.text(
    st.sampled_from("aAəƏıİşŞğĞçöüжЩё0 ,.?!\n@€{}[]~^|\\£§Ωñ😀🇦🇿👨‍👩‍👧abcdefghijklmnop"), min_size=1, max_size=700
)


@given(LETTERS)
def test_parts_joined_are_the_text(text: str) -> None:
    alphabet, bodies = pieces(text)
    assert decode(b"".join(bodies), alphabet) == text


@given(LETTERS)
def test_parts_fit_and_are_as_many_as_counted(text: str) -> None:
    alphabet, bodies = pieces(text)
    alone, joined = (160, 153) if alphabet is Alphabet.GSM7 else (140, 134)
    assert len(bodies) == count(text).parts
    assert all(len(body) <= (joined if len(bodies) > 1 else alone) for body in bodies)
    assert all(bodies)


@given(LETTERS)
def test_no_letter_is_cut(text: str) -> None:
    """Each part reads by itself: phones that show a part before the rest came show no half letters."""
    alphabet, bodies = pieces(text)
    assert "".join(decode(body, alphabet) for body in bodies) == text


@given(st.binary(max_size=300), st.sampled_from(Alphabet))
def test_any_bytes_can_be_read(body: bytes, alphabet: Alphabet) -> None:
    text = decode(body, alphabet)
    assert not [letter for letter in text if ord(letter) < 32 and letter not in "\n\t"]
    assert text.encode() is not None


@pytest.mark.parametrize(
    ("body", "alphabet", "text"),
    [
        (b"\x00", Alphabet.GSM7, "@"),
        (b"\x1b\x65", Alphabet.GSM7, "€"),
        (b"a\x1b", Alphabet.GSM7, "a"),
        (b"\xd0\xd1", Alphabet.CYRILLIC, "аб"),
        ("ş\ufeff".encode("utf-16-be"), Alphabet.UCS2, "ş"),
        (b"\x00a\x00", Alphabet.UCS2, "a\ufffd"),
        (b"\xd8\x3d", Alphabet.UCS2, "\ufffd"),
        (b"a\x00b", Alphabet.LATIN1, "ab"),
        (b"a\r\nb\rc", Alphabet.ASCII, "a\nb\nc"),
        (b"\xe9", Alphabet.LATIN1, "é"),
        (b"\xe9", Alphabet.ASCII, "\ufffd"),
    ],
)
def test_bytes_read_as(body: bytes, alphabet: Alphabet, text: str) -> None:
    assert decode(body, alphabet) == text


@pytest.mark.parametrize(
    ("text", "alphabet"), [("Salam {1}", Alphabet.GSM7), ("Salam ə", Alphabet.UCS2), ("да", Alphabet.UCS2)]
)
def test_shorter_alphabet_is_taken(text: str, alphabet: Alphabet) -> None:
    found, body = encode(text)
    assert found is alphabet
    assert decode(body, found) == text


def test_letter_cut_between_two_parts_is_read_whole() -> None:
    units = "a😀".encode("utf-16-be")
    assert decode(units[:4] + units[4:], Alphabet.UCS2) == "a😀"
