"""Reading the records of data/services key by key, so that what is wrong is said by name, in words for an editor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from helpline.opening import DAYS, Hours

_LANGUAGES = ("az", "ru")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_CODE = re.compile(r"[a-z][a-z0-9_]*")


class BadRecord(ValueError):
    """A record of data/services that cannot be used. The message says where and why."""


class Fields:
    """One record, read key by key."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise BadRecord(f"{where}: every record must have keys")
        self._raw: Mapping[str, object] = {str(key): value for key, value in raw.items()}
        self.where = f"{where} {self._raw.get('code', '')}".strip()

    def wrong(self, what: str) -> BadRecord:
        return BadRecord(f"{self.where}: {what}")

    def has(self, key: str) -> bool:
        return self._raw.get(key) is not None

    def told(self, key: str) -> str | None:
        """A text, or None where nothing is known."""
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{key} must be a text in quotes, or null")
        return value.strip()

    def text(self, key: str) -> str:
        value = self.told(key)
        if value is None:
            raise self.wrong(f"{key} is missing")
        return value

    def code(self) -> str:
        value = self.text("code")
        if not _CODE.fullmatch(value):
            raise self.wrong("code must be of small Latin letters, digits and _")
        return value

    def one_of(self, key: str, allowed: Iterable[str], *, needed: bool = True) -> str | None:
        value = self.text(key) if needed else self.told(key)
        if value is not None and value not in allowed:
            raise self.wrong(f"{key} must be one of {', '.join(sorted(allowed))}")
        return value

    def both(self, key: str, *, needed: bool = True) -> Mapping[str, str] | None:
        """A text in both languages: {az, ru}."""
        raw = self._raw.get(key)
        if raw is None and not needed:
            return None
        found = {language: raw.get(language) for language in _LANGUAGES} if isinstance(raw, dict) else {}
        texts = {language: text.strip() for language, text in found.items() if isinstance(text, str) and text.strip()}
        if len(texts) != len(_LANGUAGES):
            raise self.wrong(f"{key} must be told in az and in ru")
        return texts

    def needed_both(self, key: str) -> Mapping[str, str]:
        found = self.both(key)
        assert found is not None  # noqa: S101  # `both` raises for what is needed
        return found

    def list(self, key: str) -> tuple[str, ...] | None:
        value = self._raw.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(f"{key} must be a list of texts, or null")
        return tuple(value)

    def number(self, key: str) -> float:
        value = self._raw.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(f"{key} must be a number")
        return float(value)

    def whole(self, key: str) -> int | None:
        """A number of hours and the like, or None where nothing is known."""
        value = self._raw.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise self.wrong(f"{key} must be a whole number above 0, or null")
        return value

    def yes_or_no(self, key: str) -> bool | None:
        value = self._raw.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(f"{key} must be true, false or null")
        return value

    def day(self, key: str) -> date | None:
        return None if self._raw.get(key) is None else _day(self._raw[key], self, key)

    def days(self, key: str) -> frozenset[date]:
        raw = self._raw.get(key) or []
        if not isinstance(raw, list):
            raise self.wrong(f"{key} must be a list of dates")
        return frozenset(_day(one, self, key) for one in raw)

    def hours(self, key: str = "hours") -> Hours | None:
        raw = self._raw.get(key)
        if raw is None:
            return None
        if raw == "always":
            return Hours(always=True)
        if not isinstance(raw, dict) or not raw.keys() <= {*DAYS, "on_holidays", "closed_on"}:
            raise self.wrong(f"{key} must be always, null, or spans for mon … sun, on_holidays and closed_on")
        on_holidays = raw.get("on_holidays")
        if on_holidays not in (None, "open", "closed"):
            raise self.wrong(f"{key}.on_holidays must be open, closed or null")
        closed_on = Fields(raw, self.where).days("closed_on")
        week = {number: self._spans(raw[name], f"{key}.{name}") for number, name in enumerate(DAYS) if raw.get(name)}
        if not week:
            raise self.wrong(f"{key} names no day; what is not known is null")
        return Hours(False, week, on_holidays, closed_on)

    def _spans(self, raw: object, key: str) -> tuple[tuple[int, int], ...]:
        spans = tuple(self._span(one, key) for one in (raw if isinstance(raw, list) else [raw]))
        ends = [minute for span in spans for minute in span]
        if ends != sorted(ends):
            raise self.wrong(f"{key}: spans must follow one another within the day")
        return spans

    def _span(self, raw: object, key: str) -> tuple[int, int]:
        matched = _SPAN.fullmatch(raw) if isinstance(raw, str) else None
        begin, end = (0, 0) if matched is None else _minutes(*matched.groups())
        if not begin < end <= 24 * 60:
            raise self.wrong(f"{key} must be spans such as 09:00-13:00; past midnight is the next day's")
        return begin, end


def _minutes(*parts: str) -> tuple[int, int]:
    hour, minute, until_hour, until_minute = (int(part) for part in parts)
    return hour * 60 + minute, until_hour * 60 + until_minute


def _day(raw: object, fields: Fields, key: str) -> date:
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise fields.wrong(f"{key} must be a date such as 2026-12-01") from None
