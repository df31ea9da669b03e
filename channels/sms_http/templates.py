"""Requests with gaps: {to}, {text} and the like are filled in, whole values at a time or inside a text. Nothing else is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Union

Shape = Union[str, int, float, bool, None, "list[Shape]", "dict[str, Shape]"]
PLACEHOLDERS: Final = frozenset(
    {"to", "to_digits", "text", "from", "secret", "key", "message", "parts", "coding", "receipt_url"}
)
_GAP = re.compile(r"\{([a-z_]+)\}")


def shape_of(raw: object) -> Shape:
    """Return what was read from a file as something that can be filled."""
    if isinstance(raw, dict):
        return {str(name): shape_of(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [shape_of(value) for value in raw]
    return raw if isinstance(raw, str | int | float | bool) or raw is None else str(raw)


def placeholders(raw: object) -> frozenset[str]:
    """All names that stand in braces, at any depth."""
    if isinstance(raw, dict):
        return frozenset().union(*(placeholders(value) for value in raw.values()))
    if isinstance(raw, list):
        return frozenset().union(*(placeholders(value) for value in raw))
    return frozenset(_GAP.findall(raw)) if isinstance(raw, str) else frozenset()


def filled(shape: Shape, values: Mapping[str, str]) -> Shape:
    """What a person wrote is put in as it is and never looked through for gaps."""
    if isinstance(shape, dict):
        return {name: filled(value, values) for name, value in shape.items()}
    if isinstance(shape, list):
        return [filled(value, values) for value in shape]
    return _GAP.sub(lambda gap: values[gap.group(1)], shape) if isinstance(shape, str) else shape
