"""Changing values in a YAML file that people keep: comments, order and everything else stay as they were written."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from datetime import date

import yaml

Path = tuple[str | int, ...]


class CannotSplice(ValueError):
    """The file is not as it was expected; nothing was changed. The message is the path."""


def spliced(source: str, changes: Mapping[Path, object]) -> str:
    """The file's text with other values at these paths. Raise CannotSplice when anything else would change with them."""
    root = yaml.compose(source, Loader=yaml.SafeLoader)
    slices = [_slice(source, root, path, value) for path, value in changes.items()]
    for begin, end, text in sorted(slices, reverse=True):
        source = source[:begin] + text + source[end:]
    return source


def checked(before: str, changes: Mapping[Path, object]) -> str:
    """As `spliced`, read again: exactly what was asked for has changed."""
    after = spliced(before, changes)
    wanted = copy.deepcopy(yaml.safe_load(before))
    for path, value in changes.items():
        _put(wanted, path, value)
    if yaml.safe_load(after) != wanted:
        raise CannotSplice(str(next(iter(changes), ())))
    return after


def _put(tree: object, path: Path, value: object) -> None:
    for name in path[:-1]:
        tree = tree[name]  # type: ignore[index]  # a mapping or a list, as the path says
    tree[path[-1]] = value  # type: ignore[index]  # as above


def _slice(source: str, root: yaml.Node | None, path: Path, value: object) -> tuple[int, int, str]:
    """Where the value at a path stands, and what to write there; a key that is missing stands behind the first one."""
    node, parent = root, root
    for name in path:
        parent, node = node, _below(node, name, path)
        if node is None and name != path[-1]:
            raise CannotSplice(str(path))
    if node is not None:
        return node.start_mark.index, _end(source, node), _written(value, node, parent)
    if not isinstance(parent, yaml.MappingNode) or parent.flow_style or not parent.value:
        raise CannotSplice(str(path))
    end = _end(source, parent.value[0][1])
    return end, end, f"\n{' ' * parent.start_mark.column}{path[-1]}: {flow(value)}"


def _below(node: yaml.Node | None, name: str | int, path: Path) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(name)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(name, int) and name < len(node.value):
        found: yaml.Node = node.value[name]
        return found
    raise CannotSplice(str(path))


def _end(source: str, node: yaml.Node) -> int:
    """Where a node's own text ends: what the parser calls its end may lie behind comments and empty lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(source, last[1] if isinstance(last, tuple) else last)
    begin, end = node.start_mark.index, node.end_mark.index
    return begin + len(source[begin:end].rstrip()) if getattr(node, "style", None) in ("|", ">") else end


def _written(value: object, node: yaml.Node, parent: yaml.Node | None) -> str:
    inline = isinstance(parent, yaml.CollectionNode) and bool(parent.flow_style)
    if isinstance(value, str) and "\n" in value and not inline:
        # A list's `-` and a mapping's key both stand two columns before what is under them.
        column = node.start_mark.column if isinstance(parent, yaml.SequenceNode) else _column(parent) + 2
        return _block(value, column)
    if isinstance(value, Sequence) and not isinstance(value, str) and value and not _flows(node):
        column = node.start_mark.column
        lines = (f"- {_block(one, column + 2) if chr(10) in one else flow(one)}" for one in map(str, value))
        return f"\n{' ' * column}".join(lines)
    return flow(value)


def _flows(node: yaml.Node) -> bool:
    return not isinstance(node, yaml.SequenceNode) or bool(node.flow_style)


def _column(parent: yaml.Node | None) -> int:
    return 0 if parent is None else parent.start_mark.column


def _block(text: str, column: int) -> str:
    """A text of several lines, indented as its place asks for."""
    lines = (f"{' ' * column}{line}" if line else "" for line in text.split("\n"))
    return "|-\n" + "\n".join(lines)


def flow(value: object) -> str:
    """A value on one line, in quotes where it is a text."""
    match value:
        case None:
            return "null"
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(one)}" for key, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(flow(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
