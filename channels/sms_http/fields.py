"""Where a value stands in a request: a field of its form, a place in its JSON, a header, its query, or the body itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import jmespath
from jmespath.exceptions import JMESPathError

from channels.vendor import Posted
from helpline.alphabets import decode
from helpline.messages import Alphabet, MalformedUpdate

_MOST_FIELDS: Final = 200
_DEEPEST: Final = 40
_LONGEST: Final = 20_000
_CHARSET = re.compile(r'charset="?([A-Za-z0-9_-]+)')
# Where ASCII stands for UTF-8, which has it.
_ALPHABETS: Final = {
    "utf-8": Alphabet.ASCII,
    "us-ascii": Alphabet.ASCII,
    "utf-16be": Alphabet.UCS2,
    "ucs-2": Alphabet.UCS2,
    "iso-8859-1": Alphabet.LATIN1,
}
_PLACES: Final = ("header", "query", "body")


@dataclass(frozen=True)
class Field:
    """`place`: header | query | body | value; `name`: of the header, the parameter, or what leads to the value."""

    place: str
    name: str


@dataclass(frozen=True)
class Read:
    """A request, taken apart. `value` is its form, its JSON, or one message of its JSON."""

    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    value: object = field(repr=False)

    def text(self, where: Field | None) -> str | None:
        """What stands there, as text; None where nothing does. Raise MalformedUpdate for what is no text and no number."""
        found = None if where is None else self._found(where)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            raise MalformedUpdate("field")
        return str(found)[:_LONGEST]

    def needed(self, where: Field) -> str:
        found = self.text(where)
        if found is None:
            raise MalformedUpdate("missing")
        return found

    def each(self, where: Field | None) -> tuple[Read, ...]:
        """The messages of a list, or this one."""
        if where is None:
            return (self,)
        listed = self._found(where)
        if not isinstance(listed, list):
            raise MalformedUpdate("list")
        return tuple(Read(self.headers, self.query, self.body, one) for one in listed)

    def _found(self, where: Field) -> object:
        if where.place == "header":
            return self.headers.get(where.name)
        if where.place == "query":
            return self.query.get(where.name)
        if where.place == "body":
            return _words(self.body, self.headers.get("content-type", ""))
        if isinstance(self.value, dict) and where.name in self.value:
            return self.value[where.name]
        try:
            found: object = jmespath.search(where.name, self.value)
        except (JMESPathError, RecursionError, TypeError):
            return None
        return found


def field_of(text: str, error: type[ValueError], key: str) -> Field:
    """Read `header:x-from`, `query:id`, `body`, the name of a form's field, or a JMESPath into JSON."""
    place, colon, name = text.partition(":")
    if text == "body":
        return Field("body", "")
    if colon and place in _PLACES:
        return Field(place, name.strip().lower() if place == "header" else name.strip())
    try:
        jmespath.compile(text)
    except JMESPathError:
        raise error(f"{key}: {text[:40]!r} is neither a field's name nor a JMESPath") from None
    return Field("value", text)


def taken_apart(posted: Posted, form: str) -> Read:
    """Return the request by its format: json | form | query | text. Raise MalformedUpdate."""
    query = _pairs(urlsplit(posted.url).query)
    if form == "json":
        return Read(posted.headers, query, posted.body, _json(posted.body))
    if form == "form":
        return Read(posted.headers, query, posted.body, _pairs(_utf8(posted.body)))
    return Read(posted.headers, query, posted.body, query if form == "query" else {})


def _pairs(text: str) -> dict[str, str]:
    """A name that comes twice could be checked as one value and read as another."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise MalformedUpdate("form") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedUpdate("duplicate")
    return found


def _json(body: bytes) -> object:
    text = _utf8(body)
    if max(text.count("["), text.count("{")) > _MOST_FIELDS and _depth(text) > _DEEPEST:
        raise MalformedUpdate("deep")
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedUpdate("json") from None
    return found


def _depth(text: str) -> int:
    deep = deepest = 0
    for letter in text:
        deep += (letter in "[{") - (letter in "]}")
        deepest = max(deepest, deep)
    return deepest


def _words(body: bytes, content_type: str) -> str:
    """A body that is a text, in the alphabet that it says it is in."""
    found = _CHARSET.search(content_type)
    alphabet = _ALPHABETS.get(found.group(1).lower()) if found else Alphabet.ASCII
    if alphabet is None:
        raise MalformedUpdate("charset")
    return _utf8(body) if alphabet is Alphabet.ASCII else decode(body, alphabet)


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise MalformedUpdate("utf-8") from None
