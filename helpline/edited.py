"""What an editor wrote in a file, read key by key, so that what is wrong is said by name and in their words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from triage.yaml_files import read_yaml


class Keys:
    """A mapping of a file. Every method raises `error` (a kind of ValueError) where the file is not as it must be."""

    def __init__(self, raw: object, error: type[ValueError], where: str = "") -> None:
        if not isinstance(raw, dict):
            raise error(f"{where or 'the file'} must have keys")
        self._raw = {str(key): value for key, value in raw.items()}
        self._error = error
        self._where = f"{where}." if where else ""

    @classmethod
    def read(cls, path: Path, error: type[ValueError]) -> Keys:
        """The keys of a whole file."""
        try:
            loaded: object = read_yaml(path)
        except (yaml.YAMLError, UnicodeDecodeError):
            raise error("not readable as YAML: look for a missing quote or a wrong indentation") from None
        return cls(loaded, error)

    def has(self, key: str) -> bool:
        return self._raw.get(key) is not None

    def raw(self, key: str) -> object:
        """What stands there, of any form."""
        return self._raw.get(key)

    def text(self, key: str) -> str:
        value = self._raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._error(f"{self._where}{key} must be a text")
        return value.strip()

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        value = str(self._raw.get(key))
        if value not in allowed:
            raise self._error(f"{self._where}{key} must be one of {', '.join(allowed)}")
        return value

    def texts(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        value = self._raw.get(key)
        if not value and not needed:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self._error(f"{self._where}{key} must be a list of texts")
        return tuple(one.strip() for one in value)

    def some_of(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """A list of words that are all known."""
        found = self.texts(key)
        if not set(found) <= set(allowed):
            raise self._error(f"{self._where}{key} must be some of {', '.join(allowed)}")
        return found

    def number(self, key: str, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self._raw.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise self._error(f"{self._where}{key} must be a number from 1 to {most}")
        return value

    def told(self, key: str) -> str | None:
        value = self._raw.get(key)
        return None if value is None else str(value)

    def yes(self, key: str) -> bool:
        return self._raw.get(key) is True

    def below(self, key: str) -> Keys:
        return Keys(self._raw.get(key), self._error, f"{self._where}{key}")

    def by_name(self, key: str) -> dict[str, str]:
        """Texts by name; none when the key is not there."""
        raw = self._raw.get(key)
        if raw is None:
            return {}
        inner = Keys(raw, self._error, f"{self._where}{key}")
        return {name: inner.text(name) for name in inner._raw}

    def each(self, key: str) -> Iterator[Keys]:
        """The mappings of a list, named by their ids where they have one."""
        value = self._raw.get(key)
        if not isinstance(value, list) or not value:
            raise self._error(f"{self._where}{key} must be a list")
        for number, raw in enumerate(value, 1):
            name = raw.get("id") if isinstance(raw, dict) else None
            yield Keys(raw, self._error, f"{self._where}{name or f'{key} {number}'}")
