"""The safety plan: built and sent by the counsellor who holds the case, seen again by the person whenever they ask."""

from __future__ import annotations

import pytest

from helpline import segments
from helpline.messages import Kind
from helpline.phrasebook import Reader, Say
from helpline.ports import DialogueFailed, NotFound
from helpline.safety_plans import LONGEST_STEP, STEPS, EmptyPlan, PlanKind, StepTooLong, made_plan
from helpline.showing_plans import step_by_step, whole
from store.matter_tables import safety_plans
from store.tables import case_events
from tests.fakes import finding
from tests.helpline.harness import Helpline, book
from triage.taxonomy import Level, Risk, Speaker

TYPED = {"signs": "yata bilmirəm", "tell": "nənəmə  deyirəm", "safer": "", "help": "bura yazıram"}
SHOWN = {
    "telegram": [
        "1. Necə başlayır: yata bilmirəm",
        "2. Kimə deyirəm: nənəmə deyirəm",
        "3. Kömək edənlər: bura yazıram",
    ],
    "sms": ["1/3 Necə başlayır: yata bilmirəm", "2/3 Kimə deyirəm: nənəmə deyirəm", "3/3 Kömək edənlər: bura yazıram"],
}
CHANNELS = pytest.mark.parametrize("channel", ["telegram", "sms_twilio"])


def disclosed(helpline: Helpline, counsellor: int, channel: str = "telegram") -> None:
    """A child told of thoughts of dying, and the counsellor holds the case."""
    helpline.finds("yaşamaq istəmirəm", finding(Level.URGENT, Risk.SUICIDE_SELF_HARM))
    helpline.say("yaşamaq istəmirəm", channel=channel)
    helpline.say("1", channel=channel)
    helpline.desk.take(1, counsellor)
    helpline.send_all()


def built(helpline: Helpline, counsellor: int, channel: str = "telegram") -> None:
    disclosed(helpline, counsellor, channel)
    helpline.desk.save_plan(1, counsellor, PlanKind.SUICIDE, TYPED)


def end_text(channel: str, *choices: str) -> str:
    return book().render(Say("plan_end_suicide", choices), Reader("az", "child", channel))[0].text


def whole_text(channel: str) -> list[str]:
    if channel == "sms_twilio":
        return [*SHOWN["sms"], end_text(channel)]
    reader, steps = Reader("az", "child", "telegram"), "\n".join(SHOWN["telegram"])
    return [book().render(Say("plan_own_suicide", values={"steps": steps}), reader)[0].text, end_text(channel)]


@CHANNELS
def test_plan_sent_is_what_was_written_in_the_persons_language(
    helpline: Helpline, counsellor: int, channel: str
) -> None:
    built(helpline, counsellor, channel)
    helpline.desk.send_plan(1, counsellor, "k1")
    assert helpline.send_all() == whole_text(channel)


def test_plan_sent_twice_by_one_form_goes_once(helpline: Helpline, counsellor: int) -> None:
    built(helpline, counsellor)
    helpline.desk.send_plan(1, counsellor, "k1")
    helpline.desk.send_plan(1, counsellor, "k1")
    assert len(helpline.send_all()) == 2


@CHANNELS
def test_plan_is_not_shown_to_who_asks_after_the_panic_word(helpline: Helpline, counsellor: int, channel: str) -> None:
    built(helpline, counsellor, channel)
    helpline.say("çıx", channel=channel)
    helpline.pass_(minutes=1)
    home = book().render(Say("safety_plan_home", ("person", "help")), Reader("az", "child", channel))[0].text
    assert helpline.say("plan", channel=channel) == [home]
    helpline.pass_(minutes=11)
    shown = helpline.say("plan", channel=channel)[0].split("\n")
    assert SHOWN["sms" if channel == "sms_twilio" else "telegram"][0] in shown


@pytest.mark.parametrize("rasa_down", [False, True], ids=["with Rasa", "with Rasa down"])
@pytest.mark.parametrize("held", [True, False], ids=["while held", "while waiting"])
def test_plan_is_shown_whenever_it_is_asked_for(
    helpline: Helpline, counsellor: int, held: bool, rasa_down: bool
) -> None:
    built(helpline, counsellor)
    if rasa_down:
        helpline.dialogue.answer = DialogueFailed("down")
    if not held:
        helpline.desk.hand_back(1, counsellor)
        helpline.send_all()
    for ask in ("planım", "Мой план", "plan"):
        assert helpline.say(ask) == whole_text("telegram")
    assert helpline.press("safety_plan") == whole_text("telegram")
    assert helpline.press("plan:show") == whole_text("telegram")


def test_plan_by_sms_goes_on_step_by_step(helpline: Helpline, counsellor: int) -> None:
    built(helpline, counsellor, "sms_twilio")
    assert helpline.say("planım", channel="sms_twilio") == [f"{SHOWN['sms'][0]}\n1 ardı\n2 insan"]
    assert helpline.say("1", channel="sms_twilio") == [f"{SHOWN['sms'][1]}\n1 ardı\n2 insan"]
    last = [SHOWN["sms"][2], end_text("sms_twilio", "person")]
    assert helpline.say("ardı", channel="sms_twilio") == last


@pytest.mark.parametrize(
    ("risk", "speaker", "key"),
    [
        (Risk.PHYSICAL_VIOLENCE, Speaker.CHILD_SELF, "safety_plan_home"),
        (Risk.SUICIDE_SELF_HARM, Speaker.CHILD_SELF, "safety_plan_suicide"),
        (Risk.SUICIDE_SELF_HARM, Speaker.UNKNOWN, "safety_plan_suicide"),
        (Risk.SUICIDE_SELF_HARM, Speaker.CHILD_FRIEND, "suicide_friend"),
        (Risk.SUICIDE_SELF_HARM, Speaker.ADULT_REPORT, "suicide_child"),
    ],
    ids=lambda value: getattr(value, "value", value),
)
@CHANNELS
def test_general_plan_is_for_what_was_told(
    helpline: Helpline, risk: Risk, speaker: Speaker, key: str, channel: str
) -> None:
    helpline.finds("deyim", finding(Level.URGENT, risk, speaker=speaker))
    helpline.say("deyim", channel=channel)
    helpline.say("planım", channel=channel)
    register = "child" if speaker in (Speaker.CHILD_SELF, Speaker.CHILD_FRIEND) else "adult"
    sent = helpline.channels[channel].sent[-1]
    codes = tuple(choice.code for choice in sent.choices)
    assert sent.text == book().render(Say(key, codes), Reader("az", register, channel))[0].text


def test_plan_of_nobody_who_told_anything_is_the_one_for_home(helpline: Helpline) -> None:
    assert helpline.say("план") == helpline.text("safety_plan_home", "ru", "adult")


def test_plan_is_sealed_replaced_and_erased(helpline: Helpline, counsellor: int) -> None:
    built(helpline, counsellor)
    helpline.desk.save_plan(1, counsellor, PlanKind.HOME, {"room": "qonaq otağı"})
    with helpline.database.engine.connect() as db:
        bodies = [row.body for row in db.execute(safety_plans.select())]
    assert len(bodies) == 1
    assert b"qonaq" not in bodies[0]
    with helpline.database.unit() as unit:
        kept = unit.plan_of(1)
        assert kept is not None
        assert (kept.kind, dict(kept.steps)) == (PlanKind.HOME, {"room": "qonaq otağı"})
        unit.erase(1, helpline.clock.now())
        assert unit.plan_of(1) is None


def test_plan_is_audited_without_a_word_of_it(helpline: Helpline, counsellor: int) -> None:
    built(helpline, counsellor)
    helpline.desk.send_plan(1, counsellor, "k1")
    with helpline.database.engine.connect() as db:
        rows = [(row.what, row.counsellor_id, row.detail) for row in db.execute(case_events.select())]
    assert rows[-2:] == [
        ("plan_saved", counsellor, '{"kind":"suicide","steps":3}'),
        ("plan_sent", counsellor, '{"kind":"suicide"}'),
    ]


def test_plan_is_nobodys_but_the_holders_to_write_or_send(helpline: Helpline, counsellor: int) -> None:
    built(helpline, counsellor)
    other = helpline.add_counsellor("counsellor-2")
    with pytest.raises(NotFound):
        helpline.desk.save_plan(1, other, PlanKind.HOME, {"room": "x"})
    with pytest.raises(NotFound):
        helpline.desk.send_plan(1, other, "k")


def test_plan_that_was_never_built_is_not_sent(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    with pytest.raises(NotFound):
        helpline.desk.send_plan(1, counsellor, "k")


@pytest.mark.parametrize(
    ("typed", "error"),
    [({}, EmptyPlan), ({"signs": "  "}, EmptyPlan), ({"signs": "x" * (LONGEST_STEP + 1)}, StepTooLong)],
    ids=["nothing", "blank", "too long"],
)
def test_plan_that_is_none_is_refused(typed: dict[str, str], error: type[ValueError]) -> None:
    with pytest.raises(error):
        made_plan(PlanKind.SUICIDE, "az", typed)


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("kind", list(PlanKind), ids=lambda kind: kind.value)
def test_longest_plan_keeps_each_step_within_two_parts(kind: PlanKind, language: str) -> None:
    plan = made_plan(kind, language, dict.fromkeys(STEPS[kind], "ş" * LONGEST_STEP))
    reader = Reader(language, "adult", "sms_twilio")
    shown = [step_by_step(plan, book(), "sms_twilio", number) for number in range(1, len(STEPS[kind]) + 1)]
    says = (*(say for one in shown for say in one), *whole(plan, book(), "sms_twilio"))
    outs = [out for say in says for out in book().render(say, reader)]
    assert [segments.count(out.text).parts for out in outs] == [2] * (2 * len(STEPS[kind]) + 2)
    assert len(book().render(whole(plan, book(), "telegram")[0], Reader(language, "adult", "telegram"))) == 1


def test_text_of_a_step_is_sent_as_written_whatever_signs_are_in_it(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline, counsellor)
    helpline.desk.save_plan(1, counsellor, PlanKind.SUICIDE, {"signs": "{police} {x} 100%"})
    shown = helpline.say("planım", kind=Kind.TEXT)
    assert "1. Necə başlayır: {police} {x} 100%" in shown[0].splitlines()
