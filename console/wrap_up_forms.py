"""The wrap-up form: what was typed read into codes, and codes shown as choices."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData

from helpline.wrap_up import LONGEST_SUMMARY, MOST_ISSUES, Issue, Known, Vocabulary, WrapUp
from store.case_pages import CasePage

EMPTY_ROWS = 1
# Shown together, in the order of the form.
GROUPS = (
    ("person", ("age", "gender", "living", "place", "school", "vulnerable", "abuser")),
    ("done", ("actions", "rights_discussed", "problem_solved", "would_recommend")),
    ("after", ("keep_confidential", "call_back", "may_call")),
)


@dataclass(frozen=True)
class IssueRow:
    """A line of the form; `chosen` is `category` or `category.subcategory`."""

    number: int
    chosen: str
    about: str
    status: str


def typed_wrap_up(form: FormData, codes: Vocabulary) -> WrapUp:
    """Read a posted form. What is left empty is not there; codes are checked where the wrap-up is saved."""
    issues = [_issue(form, number) for number in range(MOST_ISSUES)]
    fields = {name: tuple(str(code) for code in form.getlist(name) if code) for name in codes.fields}
    return WrapUp(
        call_type=str(form.get("call_type", "")) or None,
        issues=tuple(issue for issue in issues if issue is not None),
        fields={name: chosen for name, chosen in fields.items() if chosen},
        summary=str(form.get("summary", "")).strip()[:LONGEST_SUMMARY],
    )


def _issue(form: FormData, number: int) -> Issue | None:
    chosen = str(form.get(f"issue_{number}", ""))
    if not chosen:
        return None
    category, _, subcategory = chosen.partition(".")
    about, status = str(form.get(f"about_{number}", "")), str(form.get(f"status_{number}", ""))
    return Issue(category, subcategory or None, about or None, status or None)


def issue_rows(wrap_up: WrapUp) -> list[IssueRow]:
    """The issues that are there and some empty lines, so that another one needs no script."""
    empty = max(EMPTY_ROWS, 2 - len(wrap_up.issues))
    found = [*wrap_up.issues, *[None] * empty][:MOST_ISSUES]
    return [_row(number, issue) for number, issue in enumerate(found)]


def _row(number: int, issue: Issue | None) -> IssueRow:
    if issue is None:
        return IssueRow(number, "", "", "")
    chosen = issue.category if issue.subcategory is None else f"{issue.category}.{issue.subcategory}"
    return IssueRow(number, chosen, issue.about or "", issue.status or "")


def typed_answers(form: FormData, codes: Vocabulary) -> dict[str, str]:
    """The safety checklist as it was answered."""
    return {question: str(form.get(f"check_{question}", "")) for question in codes.checklist}


def known_of(page: CasePage) -> Known:
    """What the transcript's annotations and the person's profile say already."""
    found = [line for line in page.lines if line.at >= page.row.case.opened_at or line.level.value > 0]
    risks = tuple(dict.fromkeys(risk for line in found for risk in line.risks))
    speaker = next((line.speaker for line in found if line.speaker != "unknown"), "unknown")
    guided = [event.detail.get("answers", ()) for event in page.events if event.what == "guided"]
    answers = tuple(str(code) for codes in guided if isinstance(codes, list) for code in codes)
    return Known(risks, speaker, page.row.audience, page.row.age_band, answers)
