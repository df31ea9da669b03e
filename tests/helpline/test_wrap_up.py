"""What is kept of a case: codes, a summary under seal, and what has to be there before it ends."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpline.cases import CloseReason
from helpline.wrap_up import Issue, Known, UnknownCode, WrapUp, WrapUpIncomplete, vocabulary
from store.record_tables import wrap_ups
from tests.helpline.harness import Helpline
from tests.helpline.held_cases import held_at, state
from triage.taxonomy import Level, Risk, Speaker


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.URGENT)


@pytest.fixture
def concern(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.CONCERN)


@pytest.mark.parametrize(
    ("known", "call_type", "found"),
    [
        (
            Known(("physical_violence", "suicide_self_harm"), "child_self"),
            "child_about_self",
            (Issue("violence", "physical", "self", "open"), Issue("mental_health", "suicide", "self", "open")),
        ),
        (
            Known(("neglect",), "adult_report"),
            "someone_about_child",
            (Issue("violence", "neglect", "other_child", "open"),),
        ),
        (Known(("human_request",), "unknown", audience="child"), "child_about_self", ()),
        (
            Known(("neglect",), "unknown", answers=("who:my_child", "danger:no")),
            "someone_about_child",
            (Issue("violence", "neglect", "own_child", "open"),),
        ),
        (Known(), None, ()),
    ],
    ids=[
        "a child about itself",
        "an adult about another child",
        "only wants a person",
        "answered a guide",
        "nothing known",
    ],
)
def test_wrap_up_begins_with_what_is_known(known: Known, call_type: str | None, found: tuple[Issue, ...]) -> None:
    begun = vocabulary().prefilled(known)
    assert (begun.call_type, begun.issues) == (call_type, found)


def test_wrap_up_has_an_issue_for_every_risk_and_a_call_type_for_every_speaker() -> None:
    codes = vocabulary()
    assert set(codes.risks) == {risk.value for risk in Risk}
    assert {*codes.speakers, "unknown"} == {speaker.value for speaker in Speaker}
    for pair in codes.risks.values():
        codes.check(WrapUp(None, (Issue(*pair),) if pair else ()))


@pytest.mark.parametrize(
    "wrap_up",
    [
        WrapUp("prank"),
        WrapUp(None, (Issue("violence", "covid"),)),
        WrapUp(None, (Issue("weather"),)),
        WrapUp(None, (Issue("violence", None, "neighbour"),)),
        WrapUp(None, (), {"gender": ("girl", "boy")}),
        WrapUp(None, (), {"name": ("girl",)}),
    ],
    ids=["call type", "another category's", "no category", "whom", "two of one", "no field"],
)
def test_wrap_up_with_a_code_that_is_none_is_not_saved(urgent: Helpline, counsellor: int, wrap_up: WrapUp) -> None:
    with pytest.raises(UnknownCode):
        urgent.closing.save(1, counsellor, wrap_up)
    with urgent.database.unit() as unit:
        assert unit.wrap_up_of(1) is None


def test_wrap_up_saved_again_replaces_the_draft(urgent: Helpline, counsellor: int) -> None:
    urgent.closing.save(1, counsellor, WrapUp())
    whole = WrapUp(
        "child_about_self", (Issue("violence", "physical"), Issue("family")), {"gender": ("girl",)}, "what she said"
    )
    urgent.closing.save(1, counsellor, whole)
    with urgent.database.unit() as unit:
        assert unit.wrap_up_of(1) == whole
    with urgent.database.reading() as db:
        (row,) = db.execute(select(wrap_ups)).mappings()
    assert b"what she said" not in row["summary"]


@pytest.mark.parametrize(
    ("wrap_up", "missing"),
    [
        (None, ("call_type",)),
        (WrapUp(None, (Issue("violence"),)), ("call_type",)),
        (WrapUp("child_about_self"), ("issue",)),
        (WrapUp("child_about_self", (Issue("violence"),)), None),
        (WrapUp("silent"), None),
    ],
    ids=["nothing", "no call type", "no issue", "both", "not about anybody"],
)
def test_case_closes_with_call_type_and_issue(
    concern: Helpline, counsellor: int, wrap_up: WrapUp | None, missing: tuple[str, ...] | None
) -> None:
    if wrap_up is not None:
        concern.closing.save(1, counsellor, wrap_up)
    if missing is None:
        concern.closing.close(1, counsellor, CloseReason.HELPED)
        assert (state(concern), concern.send_all()) == ("closed", concern.text("case_closed"))
        return
    with pytest.raises(WrapUpIncomplete) as refused:
        concern.closing.close(1, counsellor, CloseReason.HELPED)
    assert refused.value.missing == missing
