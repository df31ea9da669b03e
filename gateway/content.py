"""`helpline content check`, `preview` and `feedback`: for editors; the first two need no database, none needs Rasa."""

from __future__ import annotations

import statistics

from rich.columns import Columns
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.directory import today
from gateway.settings import ROOT, Misconfigured, Settings
from helpline import segments
from helpline.canned import check_canned
from helpline.content_check import check_content, sms_parts
from helpline.conversations import NewOut
from helpline.course_check import check_courses
from helpline.course_library import Course, Lesson
from helpline.course_rehearsal import Rehearsal
from helpline.library import LANGUAGES, Item
from helpline.neutral_check import check_neutral
from helpline.phrasebook import Phrasebook
from helpline.previewing import item_sent
from store.database import migrate, open_engine
from store.feedback_counts import FeedbackCount, feedback_counts

DATA = ROOT / "data"
# Fewer answers than this say more about who gave them than about the text.
FEWEST_ANSWERS = 5
_PHONE_WIDTH = {"telegram": 52, "sms": 34}


def check(screen: Console) -> int:
    """Print what is wrong, one line each, and how much there is; return 1 when something is wrong."""
    items, problems = check_content(DATA, today())
    courses, wrong = check_courses(DATA)
    book = Phrasebook(DATA, today=today)
    problems = [*problems, *wrong, *check_neutral(DATA, book), *check_canned(DATA, book)]
    for problem in problems:
        screen.print(f"[red]wrong[/] {problem.item} {problem.where}: {problem.what}".replace("  ", " "), markup=True)
    if items and not problems:
        screen.print(_counted(items))
    lessons = sum(len(course.lessons) for course in courses)
    screen.print(f"{len(items)} items, {len(courses)} courses with {lessons} lessons, {len(problems)} problems")
    return 1 if problems else 0


def _counted(items: list[Item]) -> Table:
    book = Phrasebook(DATA, today=today)
    first = [sms_parts(book, item, language)[0] for item in items for language in LANGUAGES]
    table = Table("for", "items", "published", "launch set", "az and ru, Telegram and SMS")
    for audience in ("parent", "child"):
        own = [item for item in items if item.audience == audience]
        published, launch = sum(item.published for item in own), sum(item.launch for item in own)
        table.add_row(audience, str(len(own)), str(published), str(launch), "complete")
    table.caption = f"first answer by SMS: {statistics.median(first):g} parts at the median, {max(first)} at most"
    return table


def preview(code: str, screen: Console) -> None:
    """Show an item, a course or one of its lessons as both phones show it. Raise Misconfigured for an unknown one."""
    book = Phrasebook(DATA, today=today)
    course = book.courses.get(code.partition(":")[0])
    if course is not None:
        preview_course(book, course, code.partition(":")[2], screen)
        return
    item = book.library.get(code)
    if item is None:
        near = ", ".join(other.id for other in book.library.items() if other.id.lower().startswith(code.lower()[:1]))
        raise Misconfigured(f"no content item {code}; there are {near or 'others: see data/content'}")
    about = f"{item.audience}, {item.age} · {', '.join(item.topics)} · {item.state}"
    screen.print(f"[bold]{item.id}[/] {about} · next: {', '.join(item.next)}")
    for language in LANGUAGES:
        screen.print(Columns([_phone(book, item, language, form) for form in ("telegram", "sms")]))


def preview_course(book: Phrasebook, course: Course, lesson: str, screen: Console) -> None:
    """Show every lesson of a course, or all that belongs to one. Raise Misconfigured for an unknown lesson."""
    found = [each for each in course.lessons if lesson in ("", each.id)]
    if not found:
        raise Misconfigured(f"no lesson {lesson}; there are {', '.join(each.id for each in course.lessons)}")
    screen.print(f"[bold]{course.id}[/] {course.audience}, {', '.join(course.ages)} · {course.state}")
    age = course.ages[0]
    for language in LANGUAGES:
        for each in found:
            phones = [
                _lesson_phone(book, course, each, language, form, age, whole=bool(lesson)) for form in _PHONE_WIDTH
            ]
            screen.print(Columns(phones))


def _lesson_phone(
    book: Phrasebook, course: Course, lesson: Lesson, language: str, form: str, age: str, *, whole: bool
) -> Panel:
    sent = list(Rehearsal(book, course, language, form, age).lesson(lesson))
    shown = sent if whole else sent[:1]
    outs = [out for each in shown for said in each.said for out in said]
    bubbles = [Panel(_bubble(out, form), width=_PHONE_WIDTH[form] - 4) for out in outs]
    return Panel(Group(*bubbles), title=f"{lesson.id} · {form} · {language}", width=_PHONE_WIDTH[form])


def _phone(book: Phrasebook, item: Item, language: str, form: str) -> Panel:
    bubbles = [Panel(_bubble(out, form), width=_PHONE_WIDTH[form] - 4) for out in item_sent(book, item, language, form)]
    return Panel(Group(*bubbles), title=f"{form} · {language}", width=_PHONE_WIDTH[form])


def _bubble(out: NewOut, form: str) -> Text:
    text = Text(out.text)
    if form == "sms":
        text.append(f"\n{segments.count(out.text).parts} part(s), {len(out.text)} characters", style="dim")
    else:
        for _, label in out.choices:
            text.append(f"\n[ {label} ]", style="bold blue")
    return text


def feedback(settings: Settings, screen: Console) -> None:
    """Print what readers said of each item, by language and channel."""
    engine = open_engine(settings.database_url)
    migrate(engine)
    table = Table("item", "title", "language", "channel", "answers", "helped", "did not")
    book = Phrasebook(DATA)
    with engine.connect() as db:
        for count in feedback_counts(db):
            item = book.library.get(count.item)
            title = "" if item is None else item.texts[count.language].title
            table.add_row(count.item, title, count.language, count.form, *_shown(count))
    engine.dispose()
    table.caption = f"fewer than {FEWEST_ANSWERS} answers are not shown"
    screen.print(table)


def _shown(count: FeedbackCount) -> tuple[str, str, str]:
    if count.answers < FEWEST_ANSWERS:
        return f"<{FEWEST_ANSWERS}", "", ""
    return str(count.answers), str(count.helped), str(count.answers - count.helped)
