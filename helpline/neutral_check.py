"""Whether the texts that somebody else may read give anything away: `helpline content check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from helpline.content_check import Problem, Style
from helpline.faults import Fault
from helpline.library import LANGUAGES
from helpline.phrasebook import MissingText, Phrasebook, Reader, Say
from triage.yaml_files import read_yaml

_ENDING = "_neutral"
# A text for one of them alone would tell who is thought to hold the phone.
_READERS = tuple((register, channel) for register in ("child", "adult") for channel in ("telegram", "sms"))


def check_neutral(data: Path, book: Phrasebook | None = None) -> list[Problem]:
    """Return what is not neutral among the keys and choices of data/style/neutral.yml, and the keys ending in _neutral."""
    book = book or Phrasebook(data)
    listed = read_yaml(data / "style" / "neutral.yml")
    return [
        Problem(problem.item, f"{language}{problem.where}", problem.what)
        for language in LANGUAGES
        for problem in _of_language(book, listed, language, Style.read(data / "style" / f"{language}.yml"))
    ]


def neutral_keys(book: Phrasebook, listed: Mapping[str, list[str]], language: str) -> list[str]:
    return sorted({*listed["keys"], *(key for key in book.keys(language) if key.endswith(_ENDING))})


def _of_language(book: Phrasebook, listed: Mapping[str, list[str]], language: str, style: Style) -> Iterator[Problem]:
    for key in neutral_keys(book, listed, language):
        yield from _of_key(book, key, language, style)
    for code in listed["choices"]:
        for form in ("telegram", "sms"):
            for word in style.found("not_neutral", book.label(code, language, form).casefold()):
                yield Problem(code, "", Fault("not_neutral", word=word))


def _of_key(book: Phrasebook, key: str, language: str, style: Style) -> Iterator[Problem]:
    texts: dict[str, set[str]] = {}
    for register, channel in _READERS:
        try:
            outs = book.render(Say(key), Reader(language, register, channel))
        except MissingText:
            yield Problem(key, f".{channel}", Fault("missing"))
        else:
            texts.setdefault(channel, set()).add(" ".join(out.text for out in outs))
    for channel, written in texts.items():
        if len(written) > 1:
            yield Problem(key, f".{channel}", Fault("not_for_everybody"))
        for text in sorted(written):
            for word in style.found("not_neutral", text.casefold()):
                yield Problem(key, f".{channel}", Fault("not_neutral", word=word))
