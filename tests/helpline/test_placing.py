"""The matter `place`: where help is near, and whom one can call, in both languages and on both channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from helpline import segments
from helpline.messages import Kind, Spot
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.place_texts import Teller
from store.tables import messages
from tests.fakes import finding, says
from tests.helpline.harness import Helpline
from tests.helpline.services import add, change, copied, place, verified
from triage.taxonomy import Level, Risk
from wire import Ask

SMS = {"channel": "sms_twilio", "address": "+994500000001"}
BARDA = Spot(40.37, 47.14)
BETWEEN = Spot(40.355, 47.03)
ABROAD = Spot(55.75, 37.62)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture
def reopen(helpline: Helpline, data: Path) -> Callable[[], Helpline]:
    """The helpline with what the data folder says by now."""

    def with_data() -> Helpline:
        helpline.book = Phrasebook(data)
        helpline.parts = replace(helpline.parts, book=helpline.book)
        return helpline

    return with_data


def text(
    helpline: Helpline,
    key: str,
    language: str = "az",
    channel: str = "telegram",
    choices: tuple[str, ...] = (),
    **values: str,
) -> list[str]:
    reader = Reader(language, "adult", channel)
    return [out.text for out in helpline.book.render(Say(key, choices, values), reader)]


def offered(helpline: Helpline) -> tuple[str, ...]:
    return helpline.conversation().open_choices


@pytest.mark.parametrize(("word", "language"), [("yaxınlıqda kömək", "az"), ("где помогут рядом", "ru")])
def test_word_asks_for_the_district_once_it_is_told_who_reads(helpline: Helpline, word: str, language: str) -> None:
    assert helpline.say(word) == [
        *text(helpline, "confidentiality_short", language),
        *text(helpline, "ask_place", language),
    ]
    assert helpline.conversation().asking == "place:district"
    pilot = tuple(f"place:in:{code}" for code in helpline.book.directory.pilot)
    assert offered(helpline) == (*pilot, "place:everywhere", "person")


@pytest.mark.parametrize(
    ("word", "district", "language", "name"),
    [("yaxında kömək", "berdede", "az", "Bərdə"), ("помощь рядом", "из Барды", "ru", "Барда")],
    ids=["az", "ru"],
)
def test_district_without_a_verified_place_is_answered_with_the_truth(
    helpline: Helpline, word: str, district: str, language: str, name: str
) -> None:
    helpline.say(word)
    assert helpline.say(district) == text(helpline, "place_unverified", language, district=name)
    assert offered(helpline) == ("place:numbers", "place:other", "place:about", "person")
    assert helpline.conversation().profile.district == "barda"
    assert helpline.conversation().asking is None


def test_district_is_not_asked_for_twice(helpline: Helpline) -> None:
    helpline.press("place:in:barda")
    assert helpline.press("place:near") == text(helpline, "place_unverified", district="Bərdə")


@pytest.mark.parametrize("words", ["keç", "bilmirəm"])
def test_district_need_not_be_told(helpline: Helpline, words: str) -> None:
    helpline.press("place:near")
    assert helpline.say(words) == text(helpline, "place_everywhere")
    assert helpline.conversation().asking is None


def test_slip_of_the_hand_is_asked_about(helpline: Helpline) -> None:
    helpline.press("place:near")
    assert helpline.say("goramboy") == text(helpline, "place_is", district="Goranboy")
    assert offered(helpline) == ("place:in:goranboy", "place:other")
    assert helpline.say("hə") == text(helpline, "place_unverified", district="Goranboy")


def test_wrong_guess_is_taken_back(helpline: Helpline) -> None:
    helpline.press("place:near")
    helpline.say("goramboy")
    assert helpline.say("yox") == text(helpline, "ask_place")
    helpline.say("goramboy")
    assert helpline.say("Şəki") == text(helpline, "place_unverified", district="Şəki")


def test_name_of_several_is_asked_about(helpline: Helpline) -> None:
    helpline.press("place:near")
    assert helpline.say("Ağda") == text(helpline, "place_which")
    assert offered(helpline) == ("place:in:aghdam", "place:in:aghdash", "place:other")


def test_unknown_name_is_said_to_be_unknown_once(helpline: Helpline) -> None:
    helpline.press("place:near")
    assert helpline.say("Qlupqlup") == text(helpline, "place_unknown")
    helpline.say("Qlupqlup")
    assert len(helpline.dialogue.asked) == 1
    assert helpline.say("Qusar") == text(helpline, "place_unverified", district="Qusar")


@pytest.mark.parametrize("said", ["uşağım yatmır, neyləyim", "9", "menyu", "yox", "stop", "sil"])
def test_question_about_the_district_traps_nobody(helpline: Helpline, said: str) -> None:
    helpline.press("place:near")
    assert helpline.say(said) != text(helpline, "place_unknown")


def test_disclosure_closes_the_question_and_is_answered_as_one(helpline: Helpline) -> None:
    helpline.press("place:near")
    helpline.finds("atam məni Bərdədə döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    replies = helpline.say("atam məni Bərdədə döyür")
    assert replies[0] == helpline.text("first_child_self_unstaffed")[0]
    assert helpline.conversation().asking is None
    assert helpline.conversation().profile.district is None


def test_rasa_leads_here_with_the_district_that_the_message_names(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says("place:near")
    replies = helpline.say("Gəncədə ailələrə kömək mərkəzi haradadır")
    assert replies[-1:] == text(helpline, "place_unverified", district="Gəncə")


def test_bot_asks_nothing_else_beside_the_district(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says("place:near", "ask_age_parent")
    replies = helpline.say("yaxınlıqda psixoloq varmı")
    assert replies[-1:] == text(helpline, "ask_place")


def test_it_works_with_rasa_down_and_after_a_disclosure(helpline: Helpline) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    said = helpline.press("place:in:barda")
    reader = Reader("az", "child", "telegram")
    assert said == [
        out.text for out in helpline.book.render(Say("place_unverified", values={"district": "Bərdə"}), reader)
    ]
    assert offered(helpline) == ("place:numbers", "place:other", "person")
    assert helpline.dialogue.asked == []


def test_verified_places_are_listed_with_what_they_do_and_whether_they_are_open(
    reopen: Callable[[], Helpline], data: Path
) -> None:
    add(data, "places.yml", "places", place("here"))
    add(data, "places.yml", "places", place("dost", kind="dost", phone=None, address=None, hours=None))
    helpline = reopen()
    [said] = helpline.press("place:in:barda")
    assert said == (
        "Bərdə, yoxlanmış yerlər:\n\n"
        "Mərkəz here\npsixoloq, sosial işçi, hüquqşünas\nÜnvan: Bərdə şəhəri, Nizami küçəsi 1.\nTelefon: 020 205 00 00.\n"
        "İndi bağlıdır, açılır: 14:00.\n\n"
        "Mərkəz dost\nmüavinət, əlillik, məşğulluq, sosial xidmətlər\nTelefon yoxlanmayıb.\nİş saatı məlum deyil.\n\n"
        "Getməzdən əvvəl zəng etmək yaxşıdır. Təhlükə indidirsə: 102 (polis)."
    )


def test_place_whose_time_is_over_is_not_listed_the_day_after(reopen: Callable[[], Helpline], data: Path) -> None:
    add(data, "places.yml", "places", place("here", **verified(until="2026-11-02")))
    helpline = reopen()
    assert "Mərkəz here" in helpline.press("place:in:barda")[0]
    helpline.pass_(hours=11)
    assert helpline.press("place:show:here") == text(helpline, "place_unverified", district="Bərdə")


def test_sms_names_the_only_place_at_once_and_lists_several(reopen: Callable[[], Helpline], data: Path) -> None:
    add(data, "places.yml", "places", place("here"))
    helpline = reopen()
    record = "Dəstək mərkəzi. Bərdə şəhəri, Nizami küçəsi 1.\nTel. 020 205 00 00.\nİndi bağlıdır, açılır: 14:00."
    only = f"{record}\n1 nömrələr\n2 insan"
    assert segments.count(only).parts == 2
    assert helpline.press("place:in:barda", **SMS) == [only]
    add(data, "places.yml", "places", place("dost", kind="dost"))
    helpline = reopen()
    listed = "Bərdə, yoxlanmış yerlər. Ətraflısı üçün rəqəm:\n1 Dəstək mərkəzi\n2 DOST mərkəzi\n3 nömrələr"
    assert helpline.press("place:in:barda", **SMS) == [listed]
    assert helpline.say("1", **SMS) == [only]


# --- numbers ---


def test_numbers_of_the_first_day_are_the_help_card_and_each_can_be_asked_about(helpline: Helpline) -> None:
    assert helpline.press("place:numbers") == text(helpline, "help_card")
    first = tuple(f"place:number:{code}" for code in ("police", "rescue", "ambulance"))
    assert offered(helpline) == (*first, "place:near", "person")


def test_verified_number_is_listed_and_told_how_to_dial(reopen: Callable[[], Helpline], data: Path) -> None:
    change(data, "numbers.yml", "family_committee", show=True, free_from=["landline"], shows_on_bill=True, **verified())
    helpline = reopen()
    card, more = helpline.press("place:numbers")
    assert [card] == text(helpline, "help_card")
    about = "gender əsaslı və məişət zorakılığı üzrə məlumat və məsləhət"
    assert more == f"Yoxlanmış başqa nömrələr:\n860 (Ailə komitəsi): {about}. İş saatı məlum deyil."
    assert offered(helpline) == ("place:number:family_committee", "place:near", "person")
    assert helpline.press("place:number:family_committee") == [
        f"860 (Ailə komitəsi): {about}.\n\nİş saatı məlum deyil.\nPulsuzdur: şəhər telefonu.\nMobildən: (012) 860.\n"
        "Bakıda şəhər telefonundan: 860.\nRayonlardan: (012) 860.\n"
        "Zəng edəndə: Məlumat və məsləhət verirlər, komissiyaya və ya polisə yönləndirirlər.\nZəng telefon hesabında görünür."
    ]
    assert helpline.press("place:number:family_committee", **SMS)[0].startswith(f"(012) 860: {about}.")


def test_number_that_expired_is_named_with_what_answers_now(reopen: Callable[[], Helpline], data: Path) -> None:
    change(data, "numbers.yml", "child_line", show=True, **verified(until="2026-11-02"))
    helpline = reopen()
    assert helpline.press("place:number:child_line")[0].startswith("116111 (Uşaq xətti)")
    helpline.pass_(hours=11)
    assert helpline.press("place:number:child_line") == text(helpline, "place_number_withheld", name="Uşaq xətti")
    assert offered(helpline) == ("place:numbers", "person")


@pytest.mark.parametrize("channel", [{}, SMS], ids=["telegram", "sms"])
def test_ambulance_is_never_told_without_what_to_call_when_nobody_answers(
    helpline: Helpline, channel: dict[str, str]
) -> None:
    assert "Cavab yoxdursa: 112." in helpline.press("place:number:ambulance", **channel)[0]


@pytest.mark.parametrize("code", ["place:number:nobody", "place:in:atlantis", "place:unknown"])
def test_code_that_this_version_does_not_know_goes_to_rasa(helpline: Helpline, code: str) -> None:
    helpline.press(code)
    assert len(helpline.dialogue.asked) == 1


def test_numbers_asked_of_rasa_are_listed_by_the_directory(reopen: Callable[[], Helpline], data: Path) -> None:
    change(data, "numbers.yml", "child_line", show=True, **verified())
    helpline = reopen()
    helpline.dialogue.answer = lambda request: says(asks=(Ask("help", {}),))
    assert "116111" in helpline.say("hansı nömrəyə zəng edim")[-1]


# --- location ---


def test_location_is_asked_about_by_name_and_kept_nowhere(helpline: Helpline) -> None:
    assert helpline.say("", kind=Kind.LOCATION, spot=BARDA) == text(helpline, "place_located", district="Bərdə")
    assert offered(helpline) == ("place:in:barda", "place:other", "person")
    with helpline.database.engine.connect() as db:
        stored = dict(db.execute(select(messages).where(messages.c.author == "person")).mappings().one())
    texts = helpline.database.vault.texts
    assert (texts.open(stored["choice"]), texts.open(stored["body"])) == ("place:located:barda", "")
    assert helpline.say("bəli") == text(helpline, "place_unverified", district="Bərdə")


def test_location_near_a_border_offers_both(helpline: Helpline) -> None:
    assert helpline.say("", kind=Kind.LOCATION, spot=BETWEEN) == text(helpline, "place_located_between")
    assert offered(helpline) == ("place:in:barda", "place:in:tartar", "place:other", "person")


@pytest.mark.parametrize("spot", [ABROAD, None], ids=["abroad", "without coordinates"])
def test_location_of_no_district_is_answered_as_before(helpline: Helpline, spot: Spot | None) -> None:
    assert helpline.say("", kind=Kind.LOCATION, spot=spot) == text(helpline, "location")


def test_other_district_can_be_told_after_a_location(helpline: Helpline) -> None:
    helpline.say("", kind=Kind.LOCATION, spot=BARDA)
    assert helpline.say("yox")[-1:] == text(helpline, "ask_place")
    assert helpline.say("Yevlaxdan") == text(helpline, "place_unverified", district="Yevlax")


def test_forged_location_names_only_what_is_known(helpline: Helpline) -> None:
    assert helpline.press("place:located:atlantis+x") == text(helpline, "location")


def test_location_is_told_by_nothing_that_is_printed() -> None:
    assert repr(BARDA) == "Spot()"


def test_location_while_a_counsellor_holds_the_case_is_not_answered_by_the_matter(
    helpline: Helpline, counsellor: int
) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    case = helpline.case()
    assert case is not None
    helpline.desk.take(case.id, counsellor)
    helpline.send_all()
    assert helpline.say("", kind=Kind.LOCATION, spot=BARDA) == helpline.text("location")


# --- length ---


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
def test_sms_of_every_answer_stays_in_two_parts(data: Path, language: str, register: str) -> None:
    book = Phrasebook(data)
    reader = Reader(language, register, "sms")
    longest = max((row.name[language] for row in book.directory.records.districts.values()), key=len)
    onward = ("place:numbers", "place:other", "person")
    sent = [
        Say("ask_place", ("place:everywhere", "person")),
        Say("place_is", ("place:in:mingachevir", "place:other"), {"district": longest}),
        Say("place_which", ("place:in:aghdam", "place:in:aghdash", "place:other")),
        Say("place_unknown", ("place:everywhere", "person")),
        Say("place_unverified", onward, {"district": longest}),
        Say("place_everywhere", onward),
        Say("place_numbers", ("place:number:police", "place:number:rescue", "place:number:ambulance", "person")),
    ]
    parts = {say.key: [segments.count(out.text).parts for out in book.render(say, reader)] for say in sent}
    assert {key: counts for key, counts in parts.items() if counts not in ([1], [2])} == {}


@pytest.mark.parametrize("language", ["az", "ru"])
def test_sms_of_every_number_stays_in_two_parts(data: Path, language: str) -> None:
    book = Phrasebook(data)
    teller = Teller(book, Reader(language, "adult", "sms"), datetime(2026, 11, 2, 9, tzinfo=UTC))
    long = {}
    for code, number in book.directory.records.numbers.items():
        for key, choices in (
            ("place_number", (f"place:call:{code}", "person")),
            ("place_call", ("place:numbers", "person")),
        ):
            outs = book.render(Say(key, choices, teller.number(number)), teller.reader)
            parts = [segments.count(out.text).parts for out in outs]
            if parts not in ([1], [2]):
                long[code, key] = (parts, outs[0].text)
    assert long == {}
