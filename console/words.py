"""The console's own texts in az, ru and en, and times as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from triage.yaml_files import read_yaml

LANGUAGES = ("az", "ru", "en")
HERE = ZoneInfo("Asia/Baku")


@cache
def texts(root: Path, language: str) -> Mapping[str, str]:
    """Return the texts of a language by key, from all files of data/console/<language>."""
    files = sorted((root / "console" / language).glob("*.yml"))
    loaded = [read_yaml(file) or {} for file in files]
    return {str(key): str(text) for part in loaded for key, text in part.items()}


class Words:
    """`words("key", n=3)` is the text with its placeholders filled."""

    def __init__(self, root: Path, language: str) -> None:
        self.language = language if language in LANGUAGES else "az"
        self._texts = texts(root, self.language)

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self._texts

    def maybe(self, key: str) -> str:
        """The text, or the bare code where there is none: codes of data may grow before their words do."""
        return self._texts.get(key, key.rpartition(".")[2].replace("_", " "))

    def ago(self, at: datetime, now: datetime) -> str:
        """How long ago, as people say it."""
        minutes = max(0, int((now - at).total_seconds() // 60))
        if minutes < 1:
            return self("time.now")
        if minutes < 60:
            return self("time.minutes", n=minutes)
        return self("time.hours", n=minutes // 60, m=minutes % 60) if minutes < 24 * 60 else self.exact(at)

    def due(self, at: datetime, now: datetime) -> str:
        left = at - now
        minutes = int(abs(left).total_seconds() // 60)
        span = self("time.span_minutes", n=minutes) if minutes < 60 else self("time.span_hours", n=minutes // 60)
        return self("due.late" if left < timedelta(0) else "due.in", span=span)

    def span(self, length: timedelta) -> str:
        """A length of time: whole days from two on, else hours."""
        hours = int(length.total_seconds() // 3600)
        whole_days = hours >= 48 and hours % 24 == 0
        return self("time.span_days", n=hours // 24) if whole_days else self("time.span_hours", n=hours)

    def exact(self, at: datetime) -> str:
        return at.astimezone(HERE).strftime("%d.%m.%Y %H:%M:%S")

    def clock(self, at: datetime) -> str:
        return at.astimezone(HERE).strftime("%H:%M")
