"""Ready-made replies as counsellors get them: those of the files, with what was published of them since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from helpline.canned import Canned, known_placeholders, read_canned, read_titles
from helpline.library import LANGUAGES, PLACEHOLDER
from helpline.phrasebook import Phrasebook

KIND = "canned"


def canned_replies(book: Phrasebook) -> Mapping[str, tuple[Canned, ...]]:
    """By language, in the order of the files."""
    return {
        language: tuple(_laid(book, one, language) for one in replies)
        for language, replies in read_canned(book.folder / KIND).items()
    }


def _laid(book: Phrasebook, one: Canned, language: str) -> Canned:
    """What does not fit the file any more is left out, or a reply could lose the text for one kind of reader."""
    published = book.published.get(f"{KIND}:{one.id}")
    fields = {} if published is None else published.fields
    texts = {name: fields.get(f"{language}.{name}", "") for name in one.texts}
    return replace(one, texts=texts) if all(texts.values()) else one


def canned_fields(book: Phrasebook, code: str, *, written: bool) -> dict[str, str]:
    """The texts of a reply by field (`az.child.sms`), as counsellors get them or as written; none for an unknown one."""
    replies = read_canned(book.folder / KIND) if written else canned_replies(book)
    return {
        f"{language}.{name}": text.strip()
        for language in LANGUAGES
        for one in replies[language]
        if one.id == code
        for name, text in one.texts.items()
    }


def canned_title(book: Phrasebook, code: str) -> dict[str, str]:
    return {language: read_titles(book.folder / KIND)[code][language] for language in LANGUAGES}


def unknown_names(book: Phrasebook, text: str) -> list[str]:
    """The placeholders that nothing fills: numbers and places of the directory do."""
    return sorted(set(PLACEHOLDER.findall(text)) - known_placeholders(book.directory))
