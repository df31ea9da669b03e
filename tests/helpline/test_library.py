"""The content library: what is read, what is told to whom, what an editor is told is wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from helpline.content_check import check_content, sms_parts
from helpline.library import LANGUAGES, BadItem, Library, read_item
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.telling import Listener, told
from tests.conftest import ROOT
from tests.fakes import finding, says
from tests.helpline.harness import Helpline
from triage.taxonomy import Level
from wire import Ask

DATA = ROOT / "data"
ITEM = (DATA / "content" / "P07.yml").read_text(encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of what the library needs."""
    for name in ("content", "phrases", "services", "style"):
        shutil.copytree(DATA / name, tmp_path / name)
    for name in ("taxonomy.yml", "menu.yml"):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


def change(data: Path, code: str, old: str, new: str) -> Path:
    path = data / "content" / f"{code}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9))  # saved within the same tick of the clock
    return path


def library(data: Path = DATA, *, drafts: bool = True) -> Library:
    return Phrasebook(data, drafts=drafts).library


def listener(**known: object) -> Listener:
    return Listener(
        **{"audience": "parent", "age": None, "language": "az", "channel": "telegram", "quiet": False} | known
    )


def test_content_of_the_project_is_clean() -> None:
    _, problems = check_content(DATA)
    assert problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sms_of_every_item_stays_in_its_parts(language: str) -> None:
    book = Phrasebook(DATA)
    parts = {item.id: sms_parts(book, item, language) for item in book.library.items()}
    assert {code for code, each in parts.items() if max(each) > 3} == set()
    firsts = sorted(each[0] for each in parts.values())
    assert firsts[len(firsts) // 2] <= 2


def test_every_topic_that_is_told_has_an_item_for_each_audience_that_may_ask() -> None:
    found = library()
    rules = (DATA / "rules.yml").read_text(encoding="utf-8").partition("action_tell_topic")[0]
    topics = [line.split(": ")[1] for line in rules.splitlines() if "- intent: " in line]
    assert len(topics) > 30
    for topic in topics:
        for audience in ("parent", "child"):
            assert found.answer(topic, audience, None, "az", "") is not None, topic


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("audience: parent", "audience: adults", "audience must be one of parent, child"),
        ("state: draft", "state: ready", "state must be one of draft, reviewed, published"),
        ("  sms:\n", "  texts:\n", "az.sms must be a list of texts"),
        ("ru:\n", "en:\n", "ru must have keys"),
        ("id: P07", "id: ", "id must be a text"),
        ("id: P07", 'id: "P07', "not readable as YAML: look for a missing quote or a wrong indentation"),
    ],
)
def test_file_that_is_no_item_says_which_key_is_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "P07.yml"
    path.write_text(ITEM.replace(old, new), encoding="utf-8")
    with pytest.raises(BadItem, match=f"^{said}$"):
        read_item(path)


def test_edited_text_is_told_without_a_restart(data: Path) -> None:
    book = Phrasebook(data)
    change(data, "P07", "Döymədən tərbiyə", "Vurmadan tərbiyə")
    assert book.reload()
    assert book.label("item:P07", "az") == "Vurmadan tərbiyə"
    assert not book.reload()


def test_editors_slip_keeps_the_last_good_text_until_it_is_repaired(data: Path) -> None:
    book = Phrasebook(data)
    change(data, "P07", "state: draft", "state: [")
    book.reload()
    assert book.library.unreadable == ("P07.yml",)
    assert book.label("item:P07", "az") == "Döymədən tərbiyə"
    change(data, "P07", "state: [", "state: draft")
    book.reload()
    assert book.library.unreadable == ()


def test_item_taken_away_is_not_told_any_more(data: Path) -> None:
    book = Phrasebook(data)
    (data / "content" / "P07.yml").unlink()
    book.reload()
    assert told(Say("item:P07"), book.library, listener(), "").key == "not_understood"


def test_item_that_names_a_withdrawn_number_is_not_told(data: Path) -> None:
    book = Phrasebook(data)
    assert book.library.get("B08") is not None
    numbers = data / "services" / "numbers.yml"
    numbers.write_text(numbers.read_text(encoding="utf-8").replace("show: true", "show: false"), encoding="utf-8")
    os.utime(numbers, ns=(0, numbers.stat().st_mtime_ns + 10**9))
    book.reload()
    assert book.library.get("B08") is None
    assert book.library.get("P07") is not None


def test_draft_is_not_there_where_only_published_texts_are_shown(data: Path) -> None:
    change(data, "P07", "state: draft", "state: published")
    found = library(data, drafts=False)
    assert [item.id for item in found.items()] == ["P07"]
    assert told(Say("content:positive_discipline"), found, listener(), "").key == "item:P07"
    assert told(Say("content:tantrums"), found, listener(), "") == Say(
        "topic_not_yet", ("person", "menu"), {"topic": "tantrums"}
    )


@pytest.mark.parametrize(
    ("text", "language", "known", "item"),
    [
        pytest.param("uşağı necə tərbiyə edim", "az", {}, "P07", id="a topic in general: its own item"),
        pytest.param("panika tutması olur məndə", "az", {"audience": "child"}, "C11", id="a word of an item"),
        pytest.param("PANIKA olur", "az", {"audience": "child"}, "C11", id="without diacritics and case"),
        pytest.param("у меня паника", "ru", {"audience": "child"}, "C11", id="in Russian"),
        pytest.param("u menya panika", "ru", {"audience": "child"}, "C11", id="in Latin letters"),
    ],
)
def test_message_gets_the_item_whose_words_it_has(text: str, language: str, known: dict[str, str], item: str) -> None:
    topic = "positive_discipline" if item == "P07" else "feelings_sad_anxious"
    found = library()
    assert told(Say(f"content:{topic}"), found, listener(language=language, **known), text).key == f"item:{item}"


def test_sms_goes_on_part_by_part_and_more_in_any_words_means_the_next() -> None:
    found = library()
    by_sms = listener(channel="sms_twilio")
    first = told(Say("item:P07"), found, by_sms, "")
    assert (first.key, first.choices) == ("item:P07:1", ("item:P07:2", "person"))
    ahead = listener(channel="sms_twilio", ahead="item:P07:2")
    assert told(Say("near:positive_discipline"), found, ahead, "").key == "item:P07:2"
    last = told(Say("item:P07:3"), found, by_sms, "")
    assert last.choices == ("item:P05", "item:P30", "person")
    assert told(Say("item:P07:99"), found, by_sms, "").key == "item:P07:3"


def test_after_a_disclosure_an_item_offers_nothing_but_a_person() -> None:
    found = library()
    assert told(Say("content:tantrums"), found, listener(quiet=True), "").choices == ("person",)


def test_more_of_a_topic_lists_its_other_items_by_their_short_names() -> None:
    book = Phrasebook(DATA)
    said = told(Say("near:feelings_sad_anxious"), book.library, listener(audience="child", age="15-17"), "")
    assert said.key == "more_topics"
    assert said.choices[0].startswith("item:C")  # the reader's age first
    outs = book.render(said, Reader("ru", "child", "telegram"))
    assert "Тревога и паника" in [label for _, label in outs[-1].choices]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("Bir dəfəyə bir tapşırıq.", "Zəng edin: 116111.", "116111: a telephone number is written as {code}"),
        ("Bir dəfəyə bir tapşırıq.", "Zəng edin: 012 480 22 80.", "a telephone number that is not in the directory"),
        ("Bir dəfəyə bir tapşırıq.", "Zəng edin: {child_line}.", "{child_line} is no number that may be shown"),
        ("Bir dəfəyə bir tapşırıq.", "Sən vurma.", "sən: the other form of address"),
        ("Bir dəfəyə bir tapşırıq.", "Hər şey yaxşı olacaq.", "hər şey yaxşı olacaq: must not be said"),
        ("Bir dəfəyə bir tapşırıq.", "O, qurban deyil.", "qurban: puts a label on people"),
        ("Bir dəfəyə bir tapşırıq.", "Bir " + "çox " * 30 + "söz.", "a sentence of 32 words, at most 20"),
        ("next: [", "next: [Z99, ", "Z99 is no item"),
        ("topics: [", "topics: [weather, ", "weather is no topic of data/taxonomy.yml"),
        ("state: draft", "state: published", "published needs reviewer and reviewed_on"),
        ('short: "Döymədən tərbiyə"', 'short: "Döymədən, qışqırmadan tərbiyə"', "29 characters, at most 22"),
        ("answers: [", "answers: [tantrums, ", "answers tantrums for the same readers already"),
    ],
    ids=lambda value: value[:40],
)
def test_check_finds_what_an_editor_must_not_leave(data: Path, old: str, new: str, what: str) -> None:
    change(data, "P07", old, new)
    _, problems = check_content(data)
    assert any(what in problem.what for problem in problems), problems


@pytest.mark.parametrize("more", ["1", "ardı", "ARDI", "davami", "ещё", "да"])
def test_more_by_sms_is_the_next_part_in_any_words_and_no_disclosure(helpline: Helpline, more: str) -> None:
    helpline.finds(more, finding(Level.CONCERN))
    helpline.dialogue.answer = lambda asked: says(asked.choice or "content:tantrums")
    helpline.say("uşaq ağlayır", channel="sms_twilio")
    helpline.say(more, channel="sms_twilio")
    assert helpline.dialogue.asked[-1].choice == "item:parent-tantrums:2"
    assert helpline.dialogue.asked[-1].level == "none"


@pytest.mark.parametrize(
    ("age", "told_as"), [("7-10", "A13"), ("11-14", "B15"), ("15-17", "B15"), (None, "B15")], ids=str
)
def test_words_of_another_age_do_not_win(data: Path, age: str | None, told_as: str) -> None:
    for code in ("A13", "B15"):
        change(data, code, "words: [", 'words: ["çox qəmginəm yenə", ')
    (data / "content" / "C11.yml").unlink()
    for path in (data / "content").glob("*.yml"):
        if "feelings_sad_anxious" in path.read_text(encoding="utf-8") and path.stem not in ("A13", "B15"):
            path.unlink()
    answered = library(data).answer("feelings_sad_anxious", "child", age, "az", "çox qəmginəm yenə")
    assert answered is not None
    assert answered.id == told_as


@pytest.mark.parametrize(
    ("topic", "audience"), [("exam_stress", "child"), ("tantrums", "parent"), ("reporting", "parent")]
)
def test_unknown_reader_is_told_what_is_written_for_the_topics_own_readers(topic: str, audience: str) -> None:
    item = library().answer(topic, None, None, "az", "")
    assert item is not None
    assert item.audience == audience


def test_reader_of_a_childs_text_is_spoken_to_like_a_child(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says("content:exam_stress")
    greeting, *_ = helpline.say("imtahandan qorxuram")
    assert greeting == helpline.text("greeting", register="child")[0]
    assert helpline.conversation().register == "child"


def test_numbers_go_alone_and_the_greeting_comes_with_the_next_answer(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says(asks=(Ask("help", {}),))
    assert helpline.say("hansı nömrəyə zəng edim") == helpline.text("help_card", register="adult")
    helpline.dialogue.answer = None
    assert helpline.say("menyu nədir")[0] == helpline.text("greeting", register="adult")[0]
