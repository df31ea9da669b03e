"""A text's way to people through the console: three people, every rule, and back again."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from sqlalchemy import select, update

from helpline.canned_texts import canned_replies
from helpline.directory import day_of
from helpline.phrasebook import Phrasebook
from helpline.text_catalog import text_of
from store.account_tables import audit_events
from store.database import Database
from store.editing_pages import OverlayReader
from store.editing_tables import text_versions
from tests.conftest import ROOT, FrozenClock
from tests.console.conftest import Console, Person
from tests.helpline.harness import Helpline

NEW = "Vurmaq və qışqırmaq qorxudur, öyrətmir."


def own_book(database: Database, clock: FrozenClock, *, drafts: bool = True) -> Phrasebook:
    """A book of this test alone, as a process opens it."""

    def today() -> object:
        return day_of(clock.now())

    return Phrasebook(ROOT / "data", drafts=drafts, today=today, overlay=OverlayReader(database))  # type: ignore[arg-type]  # a day


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock, book=own_book(database, clock))


def form_of(console: Console, key: str, **changed: str) -> dict[str, str]:
    """The form as the page has it, with some fields changed; `__` stands for the dots of a name."""
    text = text_of(console.helpline.book, key)
    assert text is not None
    fields = {**text.told, **{name.replace("__", "."): value for name, value in changed.items()}}
    return {f"f.{name}": value for name, value in fields.items()}


def revision(person: Person) -> str:
    found = re.search(r'name="revision" value="(\d+)"', person.html)
    return found[1] if found else "0"


def save(console: Console, person: Person, key: str, then: str = "send", **changed: str) -> Person:
    person.open(f"/texts/{key}")
    return person.post(f"/texts/{key}/save", then=then, revision=revision(person), **form_of(console, key, **changed))


def step(person: Person, key: str, name: str, **fields: str) -> Person:
    person.open(f"/texts/{key}")
    return person.post(f"/texts/{key}/{name}", revision=revision(person), **fields)


def three(console: Console) -> tuple[Person, Person, Person]:
    return tuple(console.counsellor(f"editor-{number}", "editor") for number in (1, 2, 3))  # type: ignore[return-value]  # three


def published(console: Console, key: str, **changed: str) -> tuple[Person, Person, Person]:
    writer, reviewer, publisher = three(console)
    assert save(console, writer, key, **changed).status == 200
    assert step(reviewer, key, "review", decision="forward").status == 200
    assert step(publisher, key, "publish").status == 200
    return writer, reviewer, publisher


def test_text_that_three_people_passed_is_what_people_read(
    console: Console, database: Database, clock: FrozenClock
) -> None:
    other = own_book(database, clock, drafts=False)
    assert other.library.get("P07") is None
    published(console, "item:P07", az__sms__2=NEW)
    assert other.reload()
    item = other.library.get("P07")
    assert item is not None
    assert (item.texts["az"].sms[1], item.state, item.reviewer, item.reviewed_on) == (
        NEW,
        "published",
        "editor",
        "2026-11-02",
    )


def test_published_phrase_is_said_after_a_restart(console: Console, database: Database, clock: FrozenClock) -> None:
    text = text_of(console.helpline.book, "phrase:greeting")
    assert text is not None
    told = text.told["az.child.telegram"].replace("Salam.", "Salam!")
    published(console, "phrase:greeting", az__child__telegram=told)
    assert own_book(database, clock).phrase("greeting") == console.helpline.book.phrase("greeting")
    assert console.helpline.text("greeting")[0].startswith("Salam! ")


def test_lesson_that_was_published_is_taught(console: Console) -> None:
    course = console.helpline.book.courses.every()[0]
    key = f"lesson:{course.id}:{course.lessons[0].id}"
    published(console, key, az__practice="Bu gün bir dəfə yoxlayın.")
    shown = console.helpline.book.courses.get(course.id)
    assert shown is not None
    assert shown.lessons[0].texts["az"].practice == "Bu gün bir dəfə yoxlayın."


def test_published_reply_is_what_counsellors_get(console: Console) -> None:
    code = canned_replies(console.helpline.book)["az"][0].id
    published(console, f"canned:{code}", az__child="Salam. Mən buradayam.")
    assert canned_replies(console.helpline.book)["az"][0].texts["child"] == "Salam. Mən buradayam."


def test_draft_is_told_to_nobody(console: Console) -> None:
    save(console, three(console)[0], "item:P07", "keep", az__sms__2=NEW)
    item = console.helpline.book.library.get("P07")
    assert item is not None
    assert item.texts["az"].sms[1] != NEW


def test_writer_neither_reviews_nor_publishes(console: Console) -> None:
    writer, reviewer, _ = three(console)
    save(console, writer, "item:P07", az__sms__2=NEW)
    assert step(writer, "item:P07", "review", decision="forward").status == 403
    step(reviewer, "item:P07", "review", decision="forward")
    assert step(writer, "item:P07", "publish").status == 403


def test_reviewer_does_not_publish(console: Console) -> None:
    writer, reviewer, _ = three(console)
    save(console, writer, "item:P07", az__sms__2=NEW)
    step(reviewer, "item:P07", "review", decision="forward")
    assert step(reviewer, "item:P07", "publish").status == 403


def test_who_mended_a_text_counts_as_its_writer(console: Console) -> None:
    writer, second, _ = three(console)
    save(console, writer, "item:P07", "keep", az__sms__2=NEW)
    save(console, second, "item:P07", az__sms__2=NEW + " Bəli.")
    assert step(writer, "item:P07", "review", decision="forward").status == 403


def test_text_sent_back_says_why_and_is_a_draft_again(console: Console) -> None:
    writer, reviewer, _ = three(console)
    save(console, writer, "item:P07", az__sms__2=NEW)
    assert step(reviewer, "item:P07", "review", decision="back").status == 422
    step(reviewer, "item:P07", "review", decision="back", comment="Say what to do first")
    writer.open("/texts/item:P07")
    assert ("Say what to do first" in writer.html, 'class="state draft"' in writer.html) == (True, True)


def test_writing_at_a_reviewed_text_begins_the_review_anew(console: Console) -> None:
    writer, reviewer, publisher = three(console)
    save(console, writer, "item:P07", az__sms__2=NEW)
    step(reviewer, "item:P07", "review", decision="forward")
    save(console, writer, "item:P07", "keep", az__sms__2=NEW + " Bəli.")
    assert step(publisher, "item:P07", "publish").status == 409


def test_of_two_who_save_at_once_the_second_loses_nothing(console: Console) -> None:
    first, second, _ = three(console)
    first.open("/texts/item:P07")
    second.open("/texts/item:P07")
    form = form_of(console, "item:P07", az__sms__2=NEW)
    first.post("/texts/item:P07/save", revision="0", then="keep", **form)
    second.post("/texts/item:P07/save", revision="0", then="keep", **{**form, "f.az.sms.2": "Mənim mətnim."})
    assert (second.status, "Mənim mətnim." in second.html) == (409, True)


def test_form_posted_twice_is_one_step(console: Console) -> None:
    writer, reviewer, _ = three(console)
    save(console, writer, "item:P07", az__sms__2=NEW)
    reviewer.open("/texts/item:P07")
    sent = {"revision": revision(reviewer), "decision": "forward", "csrf": reviewer.secret()}
    statuses = [reviewer.post("/texts/item:P07/review", **sent).status for _ in range(2)]
    assert statuses == [200, 409]


def test_earlier_version_comes_back_with_a_number_of_its_own(console: Console) -> None:
    writer, reviewer, publisher = published(console, "item:P07", az__sms__2=NEW)
    save(console, writer, "item:P07", az__sms__2="Başqa mətn.")
    step(reviewer, "item:P07", "review", decision="forward")
    step(publisher, "item:P07", "publish")
    step(publisher, "item:P07", "roll-back", number="1", last="2")
    item = console.helpline.book.library.get("P07")
    assert item is not None
    assert item.texts["az"].sms[1] == NEW
    assert "version 3" in publisher.open("/texts/item:P07").html


def test_text_goes_back_to_what_the_files_say(console: Console) -> None:
    _, _, publisher = published(console, "item:P07", az__sms__2=NEW)
    step(publisher, "item:P07", "roll-back", number="0", last="1")
    book = console.helpline.book
    assert book.library.get("P07") == book.library.written("P07")


def test_draft_that_is_given_up_makes_room_for_another(console: Console) -> None:
    writer, *_ = three(console)
    save(console, writer, "item:P07", az__sms__2=NEW)
    step(writer, "item:P07", "drop")
    assert "original text" in writer.html
    assert save(console, writer, "item:P07", az__sms__2=NEW).status == 200


HOSTILE = [
    pytest.param("canned:greet", {"az__child": "Salam, {address}"}, "filled by nothing", id="a reply nobody fills"),
    pytest.param("item:P07", {"az__sms__1": "<script>alert(1)</script>"}, "has markup", id="a script"),
    pytest.param("item:P07", {"az__sms__1": "Uşağa vur. " * 60}, "SMS parts as sent, at most 3", id="too long"),
    pytest.param("item:P07", {"az__title": ""}, "is empty", id="a title that is gone"),
    pytest.param("item:P07", {"az__sms__1": "Zəng edin: {0.__class__}"}, "a brace", id="a way into the program"),
    pytest.param(
        "item:P07", {"az__sms__1": "Zəng edin: {nobody}"}, "no number that may be told", id="a made-up number"
    ),
    pytest.param("item:P07", {"az__sms__1": "Zəng edin: 050 123 45 67"}, "not in the directory", id="a foreign number"),
    pytest.param(
        "phrase:greeting_short", {"az__child__sms": "Salam {police}"}, "filled by nothing", id="a placeholder more"
    ),
    pytest.param(
        "phrase:waiting_neutral", {"az__any__sms": "Zorakılıq haqqında cavab."}, "gives the subject away", id="tells"
    ),
]


@pytest.mark.parametrize(("key", "changed", "fault"), HOSTILE)
def test_hostile_text_goes_nowhere_and_says_why(
    console: Console, key: str, changed: dict[str, str], fault: str
) -> None:
    writer = save(console, three(console)[0], key, **changed)
    assert (writer.status, fault in unescape(writer.html)) == (422, True)
    assert 'class="state draft"' in writer.html


def test_safety_text_keeps_the_numbers_of_the_first_day(console: Console) -> None:
    book = console.helpline.book
    key = next(f"phrase:{key}" for key in sorted(book.keys("az")) if "{police}" in str(book.phrase(key).get("az")))
    text = text_of(book, key)
    assert text is not None
    name = next(name for name, value in text.told.items() if "{police}" in value)
    changed = text.told[name].replace("{police}", "")
    writer = save(console, three(console)[0], key, **{name.replace(".", "__"): changed})
    assert (writer.status, "{police} must not be taken out" in writer.html, text.safety) == (422, True, True)


def test_field_that_is_none_is_not_kept(console: Console) -> None:
    writer = save(console, three(console)[0], "item:P07", "keep", az__other="x", az__sms__9="y")
    assert (writer.status, "az.other" in writer.html, "az.sms.9" in writer.html) == (200, False, False)


def test_what_is_typed_is_checked_without_being_kept(console: Console) -> None:
    writer = three(console)[0].open("/texts/item:P07")
    writer.post("/texts/item:P07/check", **form_of(console, "item:P07", az__short="x" * 30))
    told = json.loads(writer.html)
    assert (told["faults"]["az.short"], told["count"]) == (["30 characters, at most 22"], "To fix: 1")
    assert revision(writer.open("/texts/item:P07")) == "0"


def test_typed_markup_is_shown_as_letters(console: Console) -> None:
    writer = save(console, three(console)[0], "item:P07", "keep", az__title='"><img src=x onerror=alert(1)>')
    assert "<img src=x" not in writer.html


@pytest.mark.parametrize(
    ("role", "sees", "edits"), [("counsellor", 200, 403), ("focal_point", 403, 403), ("supervisor", 200, 200)]
)
def test_role_sees_and_edits_what_it_may(console: Console, role: str, sees: int, edits: int) -> None:
    person = console.counsellor("person-1", role)
    assert person.open("/texts/item:P07").status == sees
    secret = person.secret() or "none"
    form = form_of(console, "item:P07")
    assert person.post("/texts/item:P07/save", csrf=secret, revision="0", then="keep", **form).status == edits


def test_stranger_and_foreign_form_change_nothing(console: Console) -> None:
    assert console.person().open("/texts").path == "/sign-in"
    form = form_of(console, "item:P07")
    writer = three(console)[0].open("/texts/item:P07")
    assert writer.post("/texts/item:P07/save", csrf="forged", revision="0", **form).status == 403


@pytest.mark.parametrize("key", ["item:X99", "lesson:nothing:at-all", "phrase:labels", "passwd", "course:feelings:x"])
def test_unknown_text_is_not_there(console: Console, key: str) -> None:
    assert three(console)[0].open(f"/texts/{key}").status == 404


def test_file_that_a_release_changed_is_pointed_out(console: Console, database: Database) -> None:
    published(console, "item:P07", az__sms__2=NEW)
    with database.engine.begin() as db:
        db.execute(update(text_versions).values(base="of another release"))
    page = console.counsellor("editor-4", "editor").open("/texts/item:P07")
    assert "A new release has changed the file" in page.html


def test_list_finds_a_text_by_words_without_diacritics(console: Console) -> None:
    page = console.counsellor("counsellor-1").open("/texts?kind=item&q=xirda decelliye fikir")
    assert re.findall(r'href="/texts/(item:\w+)"', page.html) == ["item:P07"]


def test_steps_are_in_the_audit_without_a_word_of_the_text(console: Console, database: Database) -> None:
    published(console, "item:P07", az__sms__2=NEW)
    with database.reading() as db:
        rows = db.execute(select(audit_events.c.what, audit_events.c.detail).order_by(audit_events.c.id)).all()
    steps = [(what, json.loads(detail)) for what, detail in rows if what.startswith("text_")]
    codes = {"text": "item:P07", "version": 1}
    assert steps == [(f"text_{name}", codes) for name in ("written", "sent", "reviewed", "published")]
