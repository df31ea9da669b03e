"""The course matter from `kurs` to the end of a course, with real texts around small courses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from helpline.courses import Courses
from helpline.enrolments import Enrolment, EnrolmentState
from helpline.matters import Matters
from helpline.phrasebook import Phrasebook, Reader, Say
from store.database import Database
from store.matter_tables import lesson_events
from store.tables import conversations
from tests.conftest import FrozenClock
from tests.fakes import finding, says
from tests.helpline.course_files import course, data_with, lesson, near, save, write
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk
from wire import Ask

SMS = {"channel": "sms_twilio"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    own = course("own", {"m": [lesson("x")]}, audience="child", ages=["11-14", "15-17"])
    return data_with(tmp_path / "data", near(), own)


@pytest.fixture
def helpline(database: Database, clock: FrozenClock, data: Path) -> Helpline:
    return Helpline(database, clock, book=Phrasebook(data))


def phrase(helpline: Helpline, key: str, language: str = "az", register: str = "adult", **values: str) -> str:
    return helpline.book.render(Say(key, values=values), Reader(language, register, "telegram"))[0].text


def enrolments(helpline: Helpline) -> tuple[Enrolment, ...]:
    with helpline.database.unit() as unit:
        return unit.enrolments_of(1)


def events(helpline: Helpline) -> list[tuple[str, str]]:
    with helpline.database.reading() as db:
        of_lessons = select(lesson_events).where(lesson_events.c.lesson != "")
        rows = db.execute(of_lessons.order_by(lesson_events.c.id)).all()
    return [(row.lesson, row.what) for row in rows]


def join(helpline: Helpline, *, age: str = "3-9", hour: int = 18, child: int = 1, code: str = "near") -> None:
    helpline.press(f"course:at:{code}:{child}:{age}:{hour}")


def buttons(helpline: Helpline, channel: str = "telegram") -> list[str]:
    return [choice.code for choice in helpline.channels[channel].sent[-1].choices]


def parent(helpline: Helpline, age: str | None = None) -> None:
    told = {"audience": "parent"} | ({"age_band": age} if age else {})
    helpline.dialogue.answer = lambda request: says("profile_saved", asks=(Ask("remember", told),))
    helpline.say("valideynəm")
    helpline.dialogue.answer = None


JOINING = {
    "az": ["kurs", "1", "1", "1", "2", "saat 7"],
    "ru": ["курс", "1", "1", "1", "2", "в 7"],
}


@pytest.mark.parametrize("language", ["az", "ru"])
def test_parent_joins_by_sms_with_digits_and_an_hour_in_words(helpline: Helpline, language: str) -> None:
    for said in JOINING[language]:
        helpline.say(said, **SMS)
    (made,) = enrolments(helpline)
    assert (made.course, made.child, made.age_band, made.hour) == ("near", 1, "3-9", 19)
    assert made.state is EnrolmentState.ACTIVE
    assert made.due_at == datetime.fromisoformat("2026-11-02T15:00+00:00")
    assert helpline.conversation().profile.age_band == "3-9"


@pytest.mark.parametrize("language", ["az", "ru"])
def test_lesson_on_telegram_has_its_texts_its_age_and_its_practice(helpline: Helpline, language: str) -> None:
    helpline.say("kurs" if language == "az" else "курс")
    join(helpline)
    assert helpline.press("course:next") == [
        f"▰▱▱ 1/3\n{language} a title\n\n{language} a telegram 1",
        f"{language} a telegram 2\n\n{language} a üç",
        phrase(helpline, "course_practice", language, text=f"{language} a practice"),
    ]
    assert buttons(helpline) == ["course:quiz:1:a", "course:mine", "course:pause:1"]


def test_picture_of_a_lesson_goes_with_its_first_text_on_messengers_alone(helpline: Helpline, data: Path) -> None:
    write(data, course("near", {"one": [lesson("a", picture="clock")]}))
    helpline.book.reload()
    for channel, address in (("telegram", "700000001"), ("sms_twilio", "501234567")):
        helpline.press("course:at:near:1:3-9:18", channel=channel, address=address)
        helpline.press("course:next", channel=channel, address=address)
    pictures = {name: [out.picture for out in each.sent if out.picture] for name, each in helpline.channels.items()}
    assert pictures == {"telegram": ["clock"], "sms_twilio": []}


@pytest.mark.parametrize("more", ["1", "ardı", "davam"])
def test_lesson_on_sms_comes_text_by_text(helpline: Helpline, more: str) -> None:
    join(helpline)
    helpline.press("course:at:near:1:3-9:18", **SMS, address="501234567")
    told = [helpline.say(said, **SMS, address="501234567") for said in ("1", more, more, more)]
    assert told == [
        ["az a sms 1\n1 ardı"],
        ["az a sms 2\n1 ardı"],
        ["az a üç\n1 ardı"],
        ["az a practice\n1 sual\n2 fasilə"],
    ]


def test_quiz_says_why_after_any_answer(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    assert helpline.press("course:quiz:1:a") == ["az a?"]
    why = phrase(helpline, "course_because", text="az a because", hour="18:00")
    assert helpline.press("course:answer:1:a:1") == [why]
    helpline.press("course:quiz:1:a")
    assert helpline.say("A İki") == [why]
    assert events(helpline) == [("a", "opened"), ("a", "quiz"), ("a", "quiz")]


def test_question_in_the_middle_of_a_quiz_is_answered_and_the_quiz_stays_open(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    helpline.press("course:quiz:1:a")
    assert helpline.say("uşaq gecə yatmır nə edim") == helpline.text("menu", register="adult")
    assert helpline.say("a bir") == [phrase(helpline, "course_because", text="az a because", hour="18:00")]


@pytest.mark.parametrize(
    ("said", "text", "event"),
    [
        ("hə", "worked", "practice-yes"),
        ("qismən", "not_yet", "practice-partly"),
        ("yox", "not_yet", "practice-no"),
        ("не знаю", "not_yet", "practice-partly"),
    ],
)
def test_check_in_is_asked_the_next_day_and_leads_on(helpline: Helpline, said: str, text: str, event: str) -> None:
    join(helpline)
    helpline.press("course:next")
    helpline.pass_(days=1)
    assert helpline.press("course:next") == ["az a dünən?"]
    assert helpline.say(said)[0] == f"az a {text}"
    assert events(helpline) == [("a", "opened"), ("a", event)]
    assert buttons(helpline) == ["course:next", "course:pause:1"]
    assert helpline.press("course:next")[0] == "▰▰▱ 2/3\naz b title\n\naz b telegram 1"


def test_same_day_the_lesson_is_read_and_more_may_be_had(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    assert helpline.say("dərs") == [phrase(helpline, "course_today", hour="18:00")]
    assert helpline.press("course:ahead:1")[0] == "▰▰▱ 2/3\naz b title\n\naz b telegram 1"


def test_yesterday_begins_at_midnight_in_baku(helpline: Helpline) -> None:
    helpline.clock.time = datetime.fromisoformat("2026-11-02T19:50+00:00")  # 23:50 there
    join(helpline)
    helpline.press("course:next")
    helpline.pass_(minutes=9)
    assert helpline.press("course:next") == [phrase(helpline, "course_today", hour="18:00")]
    helpline.pass_(minutes=1)
    assert helpline.press("course:next") == ["az a dünən?"]


def test_module_and_course_end_warmly(helpline: Helpline) -> None:
    join(helpline)
    for code in "ab":
        helpline.press("course:next")
        helpline.pass_(days=1)
        helpline.press("course:next")
        last = helpline.press(f"course:did:1:{code}:yes")
    assert last == ["az b worked", phrase(helpline, "course_module", module="az one", bar="▰▰▱ 2/3")]
    helpline.press("course:next")
    helpline.pass_(days=1)
    helpline.press("course:next")
    done = phrase(helpline, "course_done", text="az near done", bar="▰▰▰ 3/3")
    assert helpline.press("course:did:1:c:no") == ["az c not_yet", done]
    assert enrolments(helpline)[0].state is EnrolmentState.FINISHED
    assert events(helpline)[-2:] == [("c", "practice-no"), ("c", "finished")]


def test_check_in_pressed_twice_moves_on_once(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    helpline.pass_(days=1)
    helpline.press("course:next")
    helpline.press("course:did:1:a:yes")
    helpline.press("course:did:1:a:yes")
    assert enrolments(helpline)[0].lesson == 1
    assert [what for _, what in events(helpline)].count("practice-yes") == 1


def test_second_child_has_an_enrolment_of_its_own(helpline: Helpline) -> None:
    parent(helpline, "3-9")
    helpline.press("course:join:near")
    helpline.say("axşam 8")
    helpline.press("course:join:near")
    assert buttons(helpline) == ["course:join:near:1", "course:join:near:2"]
    helpline.press("course:join:near:2")
    helpline.say("12 yaşı var")
    helpline.say("səhər")
    made = [(each.child, each.age_band, each.hour) for each in enrolments(helpline)]
    assert made == [(1, "3-9", 20), (2, "10-17", 9)]


def test_joining_the_same_course_again_offers_to_go_on(helpline: Helpline) -> None:
    join(helpline)
    assert helpline.press("course:join:near:1") == [phrase(helpline, "course_already")]
    assert len(enrolments(helpline)) == 1


def test_age_may_be_passed_over_in_words(helpline: Helpline) -> None:
    parent(helpline)
    helpline.press("course:join:near")
    assert helpline.say("keç") == [phrase(helpline, "course_hour")]
    helpline.say("1")
    assert helpline.press("course:at:near:1:skip:9") == [phrase(helpline, "course_joined", hour="09:00")]
    assert enrolments(helpline)[0].age_band is None


def test_course_for_another_age_says_so_and_may_be_taken_all_the_same(helpline: Helpline, data: Path) -> None:
    write(data, course("late", {"m": [lesson("z")]}, ages=["10-17"]))
    helpline.book.reload()
    parent(helpline, "0-2")
    assert helpline.press("course:join:late") == [phrase(helpline, "course_other_age", ages="10-17 yaş")]
    assert buttons(helpline) == ["course:list", "course:hours:late:1:0-2"]


def test_hour_outside_the_window_is_asked_again(helpline: Helpline) -> None:
    helpline.press("course:hours:near:1:3-9")
    outside = phrase(helpline, "course_hour_outside", **{"from": "8", "until": "22"})
    assert [helpline.say(said) for said in ("saat 23", "gecə 11", "gecə saat 3")] == [[outside]] * 3
    helpline.say("saat 21")
    assert enrolments(helpline)[0].hour == 21


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("saat 7", 19),
        ("səhər 10", 10),
        ("axşam 8-də", 20),
        ("19:30", 19),
        ("в 19:30", 19),
        ("в 7 вечера", 19),
        ("в 9 утра", 9),
        ("днём", 13),
        ("seher 9", 9),
        ("günorta 2", 14),
        ("saat 12", 12),
        ("в 12 дня", 12),
    ],
)
def test_hour_is_understood_as_people_type_it(helpline: Helpline, said: str, hour: int) -> None:
    helpline.press("course:hours:near:1:3-9")
    helpline.say(said)
    assert [each.hour for each in enrolments(helpline)] == [hour]


@pytest.mark.parametrize("said", ["uşaq 3 gündür yatmır", "saat 25", "9 10 11", "məni 2 dəfə vurdu", "19:75"])
def test_other_words_are_no_hour(helpline: Helpline, said: str) -> None:
    helpline.press("course:hours:near:1:3-9")
    helpline.say(said)
    assert enrolments(helpline) == ()


def test_child_is_asked_for_no_age_and_sees_its_own_courses(helpline: Helpline) -> None:
    helpline.press("course:for:child")
    assert buttons(helpline) == ["course:about:own"]
    assert helpline.press("course:join:own") == [phrase(helpline, "course_hour", register="child")]
    helpline.say("axşam")
    assert [(each.course, each.age_band) for each in enrolments(helpline)] == [("own", None)]


def test_list_has_pages_on_sms(helpline: Helpline, data: Path) -> None:
    write(data, *(course(f"more{number}", {"m": [lesson("z")]}) for number in range(5)))
    helpline.book.reload()
    helpline.press("course:for:parent", **SMS)
    assert buttons(helpline, "sms_twilio") == [
        *(f"course:about:more{number}" for number in range(4)),
        "course:list:2",
    ]
    helpline.say("5", **SMS)
    assert buttons(helpline, "sms_twilio") == ["course:about:more4", "course:about:near"]


def test_mine_shows_progress_and_what_can_be_done(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    helpline.say("kurslarım")
    shown = [(choice.code, choice.label) for choice in helpline.channels["telegram"].sent[-1].choices]
    assert shown[0] == ("course:show:1", "az near short 1/3")
    helpline.press("course:show:1")
    assert buttons(helpline) == ["course:open:1", "course:pause:1", "course:hour:1", "course:leave:1"]


def test_pause_resume_and_leave_keep_the_place(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    helpline.say("fasilə")
    (paused,) = enrolments(helpline)
    assert (paused.state, paused.due_at) == (EnrolmentState.PAUSED, None)
    assert helpline.say("dərs") == [phrase(helpline, "course_rests")]
    helpline.say("kursa davam")
    assert enrolments(helpline)[0].state is EnrolmentState.ACTIVE
    helpline.say("kursdan çıx")
    assert enrolments(helpline)[0].state is EnrolmentState.LEFT
    helpline.pass_(days=30)
    join(helpline)
    assert helpline.press("course:next") == ["az a dünən?"]


def test_word_for_one_of_several_courses_asks_which(helpline: Helpline) -> None:
    join(helpline)
    join(helpline, child=2)
    assert helpline.say("fasilə") == [phrase(helpline, "course_which")]
    assert buttons(helpline) == ["course:pause:1", "course:pause:2"]
    helpline.press("course:pause:2")
    assert [each.state.value for each in enrolments(helpline)] == ["active", "paused"]


def test_hour_is_changed(helpline: Helpline) -> None:
    join(helpline)
    helpline.say("dərsin vaxtı")
    assert helpline.say("saat 21") == [phrase(helpline, "course_moved", hour="21:00")]
    (moved,) = enrolments(helpline)
    assert (moved.hour, moved.due_at) == (21, datetime.fromisoformat("2026-11-02T17:00+00:00"))


def test_nobody_elses_course_is_reached(helpline: Helpline) -> None:
    join(helpline)
    for code in ("course:show:1", "course:leave:1", "course:quiz:1:a", "course:did:1:a:yes", "course:ahead:1"):
        helpline.press(code, address="700000002")
    assert enrolments(helpline)[0].state is EnrolmentState.ACTIVE
    assert events(helpline) == []


@pytest.mark.parametrize(
    "code",
    [
        *("course:", "course:nothing", "course:at:near", "course:at:near:x:3-9:9", "course:at:near:1:3-9:x"),
        *("course:about:gone", "course:join:gone", "course:part:1:a:99", "course:part:1:a:x", "course:list:-3"),
        *("course:did:1:a:maybe", "course:quiz:1:gone", "course:pause:99", "course:age:near:1:99", "course:list:99"),
        *("course:join:near:99", "course:for:nobody", "course:next:1:2:3", "course:later:x9"),
    ],
)
def test_old_or_forged_code_never_fails(helpline: Helpline, code: str) -> None:
    join(helpline)
    helpline.press(code)
    with helpline.database.unit() as unit:
        assert unit.pending_turns() == 0
    assert len(enrolments(helpline)) == 1


def test_restart_in_the_middle_of_a_lesson_loses_nothing(helpline: Helpline, data: Path) -> None:
    helpline.press("course:at:near:1:3-9:18", **SMS)
    helpline.say("1", **SMS)
    again = Helpline(helpline.database, helpline.clock, book=Phrasebook(data))
    again._number = 100
    assert again.say("1", **SMS) == ["az a sms 2\n1 ardı"]
    helpline.pass_(days=3)
    assert again.say("dərs", external_id="later", **SMS) == ["az a üç\n1 ardı"]


def test_lesson_that_an_editor_removed_is_followed_by_the_next(helpline: Helpline, data: Path) -> None:
    join(helpline)
    helpline.press("course:next")
    write(data, course("near", {"one": [lesson("b")], "two": [lesson("c")]}))
    helpline.book.reload()
    helpline.pass_(days=1)
    assert helpline.press("course:next")[0] == "▰▱ 1/2\naz b title\n\naz b telegram 1"
    assert helpline.press("course:quiz:1:a") == [phrase(helpline, "course_today", hour="18:00")]


def test_lesson_put_before_takes_nobody_back(helpline: Helpline, data: Path) -> None:
    join(helpline)
    helpline.press("course:next")
    write(data, course("near", {"one": [lesson("new"), lesson("a")], "two": [lesson("c")]}))
    helpline.book.reload()
    helpline.pass_(days=1)
    assert helpline.press("course:next") == ["az a dünən?"]
    helpline.press("course:did:1:a:yes")
    assert helpline.press("course:next")[0] == "▰▰▰ 3/3\naz c title\n\naz c telegram 1"


def test_course_whose_rest_was_removed_ends(helpline: Helpline, data: Path) -> None:
    join(helpline)
    helpline.press("course:next")
    helpline.press("course:ahead:1")
    write(data, course("near", {"one": [lesson("a")]}))
    helpline.book.reload()
    helpline.pass_(days=1)
    assert helpline.press("course:next") == [phrase(helpline, "course_done", text="az near done", bar="▰ 1/1")]


def test_course_that_is_withdrawn_is_not_told(helpline: Helpline, data: Path) -> None:
    join(helpline)
    (data / "courses" / "near.yml").unlink()
    save(data / "courses" / "own.yml", "id: [")
    helpline.book.reload()
    assert helpline.press("course:next") == [phrase(helpline, "course_for_whom")]
    assert helpline.press("course:about:near") == [phrase(helpline, "course_gone")]


@pytest.mark.parametrize("level", [Level.URGENT, Level.EMERGENCY], ids=["urgent", "emergency"])
def test_disclosure_suspends_every_course_in_the_same_commit(helpline: Helpline, level: Level) -> None:
    join(helpline)
    join(helpline, child=2)
    helpline.press("course:pause:2")
    helpline.press("course:quiz:1:a")
    helpline.finds("ərim məni döyür", finding(level, Risk.DOMESTIC_VIOLENCE))
    helpline.say("ərim məni döyür")
    assert [(each.state.value, each.due_at) for each in enrolments(helpline)] == [("suspended", None)] * 2


def test_wish_for_a_person_suspends_too(helpline: Helpline) -> None:
    join(helpline)
    helpline.say("insan")
    assert enrolments(helpline)[0].state is EnrolmentState.SUSPENDED


def test_fault_of_ours_suspends_nothing(helpline: Helpline) -> None:
    join(helpline)
    helpline.dialogue.answer = lambda request: says()
    helpline.say("sual var")
    assert helpline.case() is not None
    assert enrolments(helpline)[0].state is EnrolmentState.ACTIVE


def test_suspended_course_resumes_only_on_the_persons_wish(helpline: Helpline) -> None:
    join(helpline)
    helpline.finds("ərim məni döyür", finding(Level.URGENT, Risk.DOMESTIC_VIOLENCE))
    helpline.say("ərim məni döyür")
    helpline.say("salam")
    helpline.say("start")
    assert enrolments(helpline)[0].state is EnrolmentState.SUSPENDED
    assert helpline.say("dərs") == [phrase(helpline, "course_rests", register="child")]
    assert helpline.press("course:resume:1") == [phrase(helpline, "course_resumed_unasked", register="child")]
    assert helpline.conversation().quiet is True


def test_resuming_after_the_case_is_closed_ends_the_quiet(helpline: Helpline) -> None:
    join(helpline)
    with helpline.database.unit() as unit:
        unit.suspend_courses(1, helpline.clock.now())
        unit.save_conversation(replace(unit.conversation(1), quiet=True))
    assert helpline.press("course:resume:1") == [phrase(helpline, "course_resumed", hour="18:00")]
    assert helpline.conversation().quiet is False


def test_held_case_silences_courses(helpline: Helpline, counsellor: int) -> None:
    join(helpline)
    helpline.say("insan")
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    assert helpline.press("course:list") == []


def test_stop_pauses_and_start_resumes_nothing(helpline: Helpline) -> None:
    join(helpline)
    helpline.say("stop")
    assert enrolments(helpline)[0].state is EnrolmentState.PAUSED
    helpline.say("start")
    assert enrolments(helpline)[0].state is EnrolmentState.PAUSED


def test_joining_after_stop_says_that_nothing_comes_by_itself(helpline: Helpline) -> None:
    helpline.say("stop")
    told = helpline.press("course:at:near:1:3-9:18")
    assert told[-1] == phrase(helpline, "course_joined_unasked")


def test_erasure_forgets_the_courses_the_children_and_the_hours(helpline: Helpline) -> None:
    join(helpline)
    helpline.press("course:next")
    join(helpline, child=2)
    helpline.press("course:at:near:1:3-9:18", address="700000002")
    helpline.press("course:next", address="700000002")
    helpline.say("sil")
    helpline.sweep()
    assert enrolments(helpline) == ()
    assert events(helpline) == [("a", "opened")]


def test_rasa_leads_into_courses(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: says("course:list")
    helpline.say("valideynlər üçün kurs varmı sizdə")
    assert buttons(helpline) == ["course:for:parent", "course:for:child"]


def test_discreet_use_is_asked_about_first_where_there_is_such_a_matter(helpline: Helpline) -> None:
    helpline.parts = replace(helpline.parts, matters=Matters(Courses(before="discreet:before")))
    parent(helpline, "3-9")
    assert helpline.press("course:join:near") == [phrase(helpline, "course_phone")]
    assert buttons(helpline) == ["discreet:before:course:hours:near:1:3-9", "course:hours:near:1:3-9"]
    shown = [choice.label for choice in helpline.channels["telegram"].sent[-1].choices]
    assert shown == ["Telefon və saatlar", "Telefon mənimdir"]
    assert helpline.press("course:hours:near:1:3-9") == [phrase(helpline, "course_hour")]


def test_choice_codes_fit_telegrams_64_bytes() -> None:
    longest = f"course:answer:{10**9}:{'x' * 20}:3"
    joining = f"discreet:before:course:hours:{'x' * 20}:5:10-17"
    assert max(len(code.encode()) for code in (longest, joining)) <= 64


def test_phone_that_others_see_and_no_hours_given_is_told_so(helpline: Helpline) -> None:
    helpline.say("salam")
    with helpline.database.engine.begin() as db:
        db.execute(conversations.update().values(phone="shared"))
    assert helpline.press("course:at:near:1:3-9:18") == [phrase(helpline, "course_joined_unasked")]
