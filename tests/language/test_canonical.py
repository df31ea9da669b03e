"""One spelling for a word however it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.canonical import canonical

AZ = "Atam məni hər gün döyür"
RU = "Отчим каждый день бьёт маму"
SAME = {
    "az without diacritics": ("Atam meni her gun doyur", AZ),
    "az in capitals": ("ATAM MƏNİ HƏR GÜN DÖYÜR", AZ),
    "az in old Cyrillic": ("Атам мәни һәр ҝүн дөјүр", AZ),
    "az from a Russian keyboard": ("Атам мени хер гюн доюр".replace("гюн", "гун"), AZ),
    "az with digraphs": ("ushaq chox aghlayir", "uşaq çox ağlayır"),
    "az with w for ş": ("uwaq", "uşaq"),
    "az q and g": ("qorxuram", "gorxuram"),
    "az x and h": ("qorxuram", "qorhuram"),
    "az capital dotted i": ("İSTƏMİRƏM", "istəmirəm"),
    "az capital dotless i": ("IŞIQ", "ışıq"),
    "az old Cyrillic of a word with j": ("јох", "yox"),
    "ru in capitals": ("ОТЧИМ КАЖДЫЙ ДЕНЬ БЬЁТ МАМУ", RU),
    "ru with 4 for ч": ("ot4im", "отчим"),
    "ru with zh": ("zhit ne hochu", "жить не хочу"),
    "ru with j": ("jit ne hochu", "жить не хочу"),
    "ru with kh": ("zhit ne khochu", "жить не хочу"),
    "ru with x": ("jit ne xo4u", "жить не хочу"),
    "ru with 6 for ш": ("ma6ina", "машина"),
    "ru with w for ш": ("mawina", "машина"),
    "ru with shch": ("zashchita", "защита"),
    "ru with sch": ("zaschita", "защита"),
    "ru with ya": ("ya boyus", "я боюсь"),
    "ru with a soft sign": ("pozhit'", "пожить"),
    "ru with ts": ("tsvet", "цвет"),
    "ru with c": ("cvet", "цвет"),
    "letters drawn out": ("помогииииите", "помогите"),
    "letters spelt apart": ("п о м о г и т е", "помогите"),
    "letters with dots between": ("п.о.м.о.г.и.т.е", "помогите"),
    "invisible letters inside": ("дө\u200bјүр", "döyür"),
    "a direction mark": ("\u202eубьёт", "убьёт"),
    "typographic apostrophe": ("zhit’", "жить"),
    "full width letters": ("ｋｏｍｅｋ", "kömək"),
    "composed and decomposed": ("do\u0308yu\u0308r", "döyür"),
    "punctuation": ("yox!!! / YOX?", "yox yox"),
    "line breaks": ("yox\n\nyox", "yox yox"),
}


@pytest.mark.parametrize(("typed", "normal"), SAME.values(), ids=SAME)
def test_canonical_is_the_same_for(typed: str, normal: str) -> None:
    assert canonical(typed) == canonical(normal)


DIFFERENT = {
    "negation": ("istəyirəm", "istəmirəm"),
    "who does it": ("atam məni döyür", "mən atamı döyürəm"),
    "ru negation": ("хочу жить", "не хочу жить"),
    "numbers": ("4 yaş", "14 yaş"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_canonical_differs_for(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ""), (" \n\t", ""), ("...", ""), ("😭😭 ağla", "😭 😭 agla"), ("112", "112"), ("4 yaşım var", "4 iasim var")],
    ids=["nothing", "white space", "dots", "emoji stay", "numbers stay", "a lone digit is no letter"],
)
def test_canonical_of(text: str, expected: str) -> None:
    assert canonical(text) == expected


@given(st.text(max_size=300))
def test_canonical_twice_is_canonical_once(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
