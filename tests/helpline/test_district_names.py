"""Districts by name, however spelt, and by location."""

from __future__ import annotations

import random

import pytest

from helpline.directory import Directory
from helpline.district_names import NO_MATCH, Match
from helpline.messages import Spot
from language import variants
from tests.conftest import ROOT

DIRECTORY = Directory(ROOT / "data" / "services")
NAMES = DIRECTORY.names
DISTRICTS = DIRECTORY.records.districts

SPELLINGS = {
    "barda": ["Bərdə", "berde", "BERDE", "Bərdədən", "berdeden", "Bərdədəyəm", "men Berdede yasayiram", "Барда", "из Барды",
              "в Барде", "бардинский район", "бәрдә", "barda", "Bərdə rayonu", "Bərdədənəm"],
    "aghjabadi": ["Ağcabədi", "agcabedi", "Agcabediden", "aghjabadi", "Агджабеди", "агджабединский"],
    "ganja": ["Gəncə", "gence", "gəncədə", "Гянджа", "из Гянджи", "Гяндже", "ganja", "gandja", "город Гянджа", "Gəncəliyəm"],
    "aghdam": ["Ağdam", "agdamda", "Агдам", "из Агдама", "aghdam"],
    "tartar": ["Tərtər", "terter", "Тертер", "из Тертера", "Tərtərdən"],
    "goranboy": ["Goranboy", "goranboyda", "Геранбой", "в Геранбое"],
    "mingachevir": ["Mingəçevir", "mingecevir", "Мингечевир", "mingachevir", "из Мингечевира"],
    "nakhchivan": ["Naxçıvan", "naxcivan", "Нахчыван", "Нахичевань", "Naxçıvan MR"],
    "sumgait": ["Sumqayıt", "sumqayitda", "Сумгаит", "в Сумгаите", "sumgait"],
    "baku": ["Bakı", "bakida", "Баку", "baku", "Bakıda yaşayıram"],
    "nizami": ["Nizami rayonu", "Bakı, Nizami rayonu", "Низаминский район"],
    "binagadi": ["Binəqədi", "bineqedi, baki", "Бинагади"],
    "absheron": ["Abşeron", "Xırdalan", "Хырдалан", "apsheron"],
    "shaki": ["Şəki", "seki", "sheki", "в Шеки"],
    "lankaran": ["Lənkəran", "lenkoran", "Ленкорань", "из Ленкорани"],
    "zagatala": ["Zaqatala", "Загатала", "в Загатале", "Закаталы"],
    "gazakh": ["Qazax", "Газах", "из Газаха"],
    "fuzuli": ["Füzuli", "fizuli", "Физули"],
    "ismayilli": ["İsmayıllı", "ismayilli", "Исмаиллы"],
}  # fmt: skip
SLIPS = {"agcabdi": "aghjabadi", "mingəçvir": "mingachevir", "Хачмасский": "khachmaz", "sabirabat": "sabirabad",
         "goramboy": "goranboy", "сумгоит": "sumgait"}  # fmt: skip
NONE = ["salam", "kömək", "bilmirəm", "mən uşağam", "atam məni döyür", "məktəb", "сегодня", "не знаю", "привет", "мама",
        "да", "xeyr", "12", "", "   ", "😀", "stress", "uşağım yatmır", "где помощь", "axşam"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"), [(text, code) for code, texts in SPELLINGS.items() for text in texts], ids=str
)
def test_district_is_found_however_it_is_spelt(text: str, code: str) -> None:
    assert NAMES.match(text) == Match((code,), sure=True)


@pytest.mark.parametrize("code", DISTRICTS)
def test_district_is_found_by_its_own_names_in_every_spelling(code: str) -> None:
    row = DISTRICTS[code]
    spelt = [spell(row.name["az"]) for spell in (str, variants.ascii_, variants.digraphs, variants.old_cyrillic)]
    assert {NAMES.match(text) for text in (*spelt, row.name["ru"])} == {Match((code,), sure=True)}


@pytest.mark.parametrize(("text", "code"), SLIPS.items(), ids=str)
def test_slip_of_the_hand_is_asked_about(text: str, code: str) -> None:
    assert NAMES.match(text) == Match((code,), sure=False)
    assert NAMES.match(text, forgiving=False) == NO_MATCH


@pytest.mark.parametrize("text", NONE, ids=repr)
def test_other_words_are_no_district(text: str) -> None:
    assert NAMES.match(text) == NO_MATCH


def test_name_cut_short_is_asked_about() -> None:
    assert NAMES.match("Ağda") == Match(("aghdam", "aghdash"), sure=False)


def test_two_districts_in_one_answer_are_asked_about() -> None:
    assert NAMES.match("Bərdə ya Tərtər") == Match(("barda", "tartar"), sure=False)


def test_story_with_a_district_in_it_is_no_answer() -> None:
    assert NAMES.match("dünən Bərdədə bazara getdik və sonra evə qayıdıb yemək bişirdik") == NO_MATCH


def test_no_text_breaks_the_names() -> None:
    chance = random.Random(7)
    letters = "abcçdeəfgğhxıijkqlmnoöprsştuüvyzабвгдеёжзийклмнопрстуфхцчшщъыьэюяәғҝөүһҹј"
    letters += " 0123456789.,-'’«»!?\u0307\u200b😀\n\t\u202e"
    for _ in range(2000):
        found = NAMES.match("".join(chance.choice(letters) for _ in range(chance.randrange(40))))
        assert len(found.codes) <= 3
        assert len(found.codes) == 1 or not found.sure


@pytest.mark.parametrize("code", [code for code in DISTRICTS if code != "baku"])
def test_centre_of_a_district_is_in_it(code: str) -> None:
    row = DISTRICTS[code]
    assert DIRECTORY.nearest(Spot(row.lat, row.lon))[0] == code


@pytest.mark.parametrize(
    ("latitude", "longitude", "codes"),
    [
        (40.355, 47.03, ("barda", "tartar")),
        (40.37, 47.14, ("barda",)),
        (40.39, 49.83, ("nasimi",)),
        (41.72, 44.78, ()),
        (55.75, 37.62, ()),
        (0.0, 0.0, ()),
        (95.0, 47.0, ()),
        (float("nan"), 47.0, ()),
    ],
    ids=["between two", "in a town", "in the capital", "Tbilisi", "Moscow", "nowhere", "off the earth", "no number"],
)
def test_location_names_the_nearest(latitude: float, longitude: float, codes: tuple[str, ...]) -> None:
    assert DIRECTORY.nearest(Spot(latitude, longitude)) == codes
