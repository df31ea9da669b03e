"""Courses as editors write them: what is read, what is shown to whom, what an editor is told is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from helpline import segments
from helpline.course_check import check_courses
from helpline.course_library import BadCourse, CourseLibrary, read_course
from helpline.courses import Courses
from helpline.phrasebook import Phrasebook, Reader, Say
from tests.conftest import ROOT
from tests.helpline.course_files import course, data_with, lesson, near, save, write

Tree = dict[str, object]
BOOK = Phrasebook(ROOT / "data")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return data_with(tmp_path, near())


def change(data: Path, mend: Callable[[Tree], None]) -> Path:
    path = data / "courses" / "near.yml"
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    mend(tree)
    save(path, yaml.safe_dump(tree, allow_unicode=True))
    return path


def first_lesson(tree: Tree) -> Tree:
    found: Tree = tree["modules"][0]["lessons"][0]  # type: ignore[index]  # a tree of a file
    return found


def library(data: Path, *, drafts: bool = True) -> CourseLibrary:
    return Phrasebook(data, drafts=drafts).courses


def test_courses_of_the_project_are_clean() -> None:
    _, problems = check_courses(ROOT / "data")
    assert problems == []


def test_course_is_read_whole(data: Path) -> None:
    found = read_course(data / "courses" / "near.yml")
    assert [each.id for each in found.lessons] == ["a", "b", "c"]
    assert found.lessons[0].texts["ru"].answers == ("a bir", "a iki")
    assert found.lessons[0].texts["az"].by_age == {"3-9": "az a üç"}
    ends = [module.id for code in "abc" if (module := found.module_ending_with(code)) is not None]
    assert ends == ["one", "two"]


def test_check_of_a_clean_course_is_silent(data: Path) -> None:
    courses, problems = check_courses(data)
    assert ([each.id for each in courses], problems) == (["near"], [])


def _set(key: str, value: object) -> Callable[[Tree], None]:
    return lambda tree: tree.update({key: value})


def _in_lesson(key: str, value: object) -> Callable[[Tree], None]:
    return lambda tree: first_lesson(tree)["az"].update({key: value})  # type: ignore[attr-defined]  # a tree of a file


BROKEN = [
    (_set("audience", "adults"), "audience must be one of parent, child"),
    (_set("ages", ["5-6"]), "ages must be some of 0-2, 3-9, 10-17"),
    (_set("state", "ready"), "state must be one of draft, reviewed, published"),
    (_set("modules", []), "modules must be a list"),
    (_set("az", {"title": "x"}), "az.short must be a text"),
    (_in_lesson("telegram", []), "one.a.az.telegram must be a list of texts"),
    (_in_lesson("quiz", None), "one.a.az.quiz must have keys"),
    (
        _in_lesson("quiz", {"question": "?", "answers": ["1", "2"], "right": 3, "because": "x"}),
        "one.a.az.quiz.right must be a number from 1 to 2",
    ),
    (
        _in_lesson("quiz", {"question": "?", "answers": ["1"], "right": 1, "because": "x"}),
        "az a title: a quiz has 2 or 3 answers",
    ),
    (_in_lesson("by_age", {"7-10": "x"}), "az a title: by_age has ages that the course is not for"),
    (_in_lesson("by_age", None), "a: quiz and by_age must be the same in az and ru"),
    (lambda tree: first_lesson(tree).update({"picture": "cat"}), "one.a.picture must be one of breathing"),
    (lambda tree: first_lesson(tree).update({"id": "b"}), "lesson b is there twice"),
]


@pytest.mark.parametrize(("mend", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_broken_course_is_named_in_an_editors_words(data: Path, mend: Callable[[Tree], None], said: str) -> None:
    path = change(data, mend)
    with pytest.raises(BadCourse) as bad:
        read_course(path)
    assert str(bad.value)[: len(said)] == said
    _, problems = check_courses(data)
    assert [(each.item, each.where) for each in problems] == [("near", "")]


@pytest.mark.parametrize("text", ["id: [", "- a list", "", "\x00"], ids=["half a list", "a list", "empty", "not text"])
def test_file_that_is_no_course_is_refused(data: Path, text: str) -> None:
    save(data / "courses" / "near.yml", text)
    with pytest.raises(BadCourse):
        read_course(data / "courses" / "near.yml")


LONG = "söz " * 40
TOLD = [
    (_in_lesson("practice", LONG.strip()), "near:a", "az.practice", "159 characters, at most 134"),
    (_in_lesson("telegram", ["Bir.", "İki.", "Üç."]), "near:a", "az.telegram", "3 texts, at most 2"),
    (_in_lesson("telegram", ["Sən bunu oxu."]), "near:a", "az.telegram 1", "sən: the other form of address"),
    (_in_lesson("sms", ["Zəng edin: 102."]), "near:a", "az.sms 1", "102: a telephone number is written as {code}"),
    (_set("reviewer", None), "near", "state", "published needs reviewer and reviewed_on"),
    (
        lambda tree: first_lesson(tree).update({"id": "x" * 21}),
        "near",
        "id",
        "x" * 21 + ": at most 20 letters, no colon",
    ),
]


@pytest.mark.parametrize(("mend", "item", "where", "what"), TOLD, ids=[what for *_, what in TOLD])
def test_check_says_what_must_not_be_sent(
    data: Path, mend: Callable[[Tree], None], item: str, where: str, what: str
) -> None:
    change(data, mend)
    _, problems = check_courses(data)
    assert (item, where, what) in [(each.item, each.where, each.what) for each in problems]


def test_check_counts_the_parts_with_the_choices(data: Path) -> None:
    """201 characters fill three parts; the line that brings the next text comes on top."""
    change(data, _in_lesson("sms", ["ə" * 195, "iki"]))
    _, problems = check_courses(data)
    told = {(each.item, each.where, each.what) for each in problems}
    assert ("near:a", "az.sms 1", "4 parts with its choices, at most 3") in told


def test_check_finds_two_courses_of_one_name(data: Path) -> None:
    twin = course(
        "twin", {"m": [lesson("z")]}, az={name: "az near short" for name in ("title", "short", "about", "done")}
    )
    write(data, twin)
    _, problems = check_courses(data)
    assert [(each.item, each.where, each.what) for each in problems] == [("twin", "az.short", "near is called so too")]


def test_library_reads_a_saved_file_without_a_restart(data: Path) -> None:
    book = Phrasebook(data)
    assert book.reload() is False
    change(data, lambda tree: tree["az"].update({"title": "Yeni ad"}))  # type: ignore[attr-defined]  # a tree of a file
    assert book.reload() is True
    found = book.courses.get("near")
    assert found is not None
    assert found.texts["az"].title == "Yeni ad"


def test_library_keeps_the_last_good_state_of_a_broken_file(data: Path) -> None:
    book = Phrasebook(data)
    save(data / "courses" / "near.yml", "id: [")
    book.reload()
    assert [each.id for each in book.courses.courses()] == ["near"]
    assert book.courses.unreadable == ("near.yml",)
    write(data, near())
    book.reload()
    assert book.courses.unreadable == ()


def test_library_forgets_a_file_that_is_gone(data: Path) -> None:
    book = Phrasebook(data)
    (data / "courses" / "near.yml").unlink()
    assert book.reload() is True
    assert book.courses.get("near") is None


def test_drafts_are_withheld_in_production(data: Path) -> None:
    change(data, _set("state", "draft"))
    assert library(data).get("near") is not None
    assert library(data, drafts=False).get("near") is None


def test_course_with_a_number_that_may_not_be_shown_is_withheld(data: Path) -> None:
    change(data, _in_lesson("practice", "{nobody}"))
    assert library(data).get("near") is None


def test_courses_are_chosen_by_audience_and_age(data: Path) -> None:
    write(data, course("late", {"m": [lesson("z")]}, ages=["10-17"]))
    write(data, course("own", {"m": [lesson("z")]}, audience="child", ages=["11-14"]))
    found = library(data)
    assert [each.id for each in found.for_whom("parent", None)] == ["late", "near"]
    assert [each.id for each in found.for_whom("parent", "3-9")] == ["near"]
    assert [each.id for each in found.for_whom("child", "7-10")] == []


def _phrases(language: str) -> Tree:
    tree: Tree = yaml.safe_load((ROOT / "data" / "phrases" / f"{language}-courses.yml").read_text(encoding="utf-8"))
    return tree


def test_phrases_are_the_same_in_both_languages() -> None:
    az, ru = _phrases("az"), _phrases("ru")
    assert list(az) == list(ru)
    for key in az:
        assert list(az[key]) == list(ru[key]), key  # type: ignore[call-overload]  # a tree of a file


# What is said around lessons, with the longest that fills it and the choices that it is offered with.
AROUND = {
    "course_waiting": ("course:next",),
    "course_for_whom": ("course:for:parent", "course:for:child"),
    "course_none": ("menu", "person"),
    "course_gone": ("course:list",),
    "course_already": ("course:resume:1", "course:mine"),
    "course_age": ("age:0-2", "age:3-9", "age:10-17", "skip"),
    "course_other_age": ("course:list", "course:anyway"),
    "course_hour": ("course:time:9", "course:time:13", "course:time:18", "course:time:20"),
    "course_hour_outside": (),
    "course_joined": ("course:first", "course:later:9"),
    "course_joined_unasked": ("course:first",),
    "course_later": ("course:mine",),
    "course_today": ("course:ahead:1", "course:quiz:1:a", "course:mine"),
    "course_today_unasked": ("course:ahead:1", "course:quiz:1:a", "course:mine"),
    "course_module": ("course:next", "course:pause:1"),
    "course_shown": ("course:open:1", "course:pause:1", "course:hour:1", "course:leave:1"),
    "course_shown_resting": ("course:resume:1", "course:leave:1"),
    "course_paused": ("course:resume:1",),
    "course_rests": ("course:resume:1",),
    "course_resumed": ("course:next",),
    "course_resumed_unasked": ("course:next",),
    "course_back": (),
    "course_paused_itself": (),
    "course_left": ("course:list", "course:again"),
    "course_moved": ("course:mine",),
    "course_phone": (),
}
FILLED = {
    **{"hour": "18:00", "from": "8", "until": "22", "ages": "0-2 yaş, 3-9 yaş", "module": "ə" * 40},
    **{"bar": "10/10", "title": "ə" * 24},
}


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
@pytest.mark.parametrize("key", list(AROUND))
def test_sms_around_a_lesson_takes_two_parts_at_most(key: str, register: str, language: str) -> None:
    outs = BOOK.render(Say(key, AROUND[key], FILLED), Reader(language, register, "sms"))
    assert [segments.count(out.text).parts for out in outs] in ([1], [2])


@pytest.mark.parametrize("language", ["az", "ru"])
def test_announcement_tells_nobody_what_it_is_about(language: str) -> None:
    """The same words for children and adults; none of the subject, the service or the age."""
    said = {
        out.text
        for register in ("child", "adult")
        for channel in ("telegram", "sms")
        for out in BOOK.render(Say("course_waiting", ("course:next",)), Reader(language, register, channel))
    }
    told = " ".join(said).casefold()
    assert len(said) == 2
    words = ("kurs", "dərs", "uşaq", "yanında", "valideyn", "курс", "урок", "реб", "рядом", "родител", "помощ", "kömək")
    assert [word for word in words if word in told] == []


# Pages whose choices are called by what they lead to: a course, an age, an hour, an answer.
NAMED_BY_OTHERS = ("about", "age", "at", "answer", "show", "moved", "for", "did")


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("page", [page for page in Courses()._pages if page not in NAMED_BY_OTHERS])
def test_every_choice_of_courses_has_a_name(page: str, language: str) -> None:
    assert BOOK.label(f"course:{page}:77", language) != "77"
