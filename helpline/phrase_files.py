"""The files of data/phrases, data/guides and data/menu.yml, as the phrasebook takes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from triage.yaml_files import read_yaml

Tree = Mapping[str, object]
_LABELS = ("labels", "sms_labels")


def merged(folder: Path, language: str) -> Tree:
    """The files of one language together: az.yml and, where there are more, az-*.yml; their labels add up."""
    trees = [tree_of(read_yaml(path)) for path in sorted(folder.glob(f"{language}*.yml"))]
    together = {key: entry for tree in trees for key, entry in tree.items()}
    for name in _LABELS:
        together[name] = {code: label for tree in trees for code, label in tree_of(tree.get(name)).items()}
    return together


def tree_of(raw: object) -> Tree:
    return {str(key): value for key, value in raw.items()} if isinstance(raw, dict) else {}


def sections(raw: Tree) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        audience: {name: tuple(map(str, codes)) for name, codes in tree_of(sections).items() if isinstance(codes, list)}
        for audience, sections in raw.items()
    }


def lists(raw: object) -> dict[str, list[str]]:
    return {name: [str(word) for word in words] for name, words in tree_of(raw).items() if isinstance(words, list)}


def guides(folder: Path) -> dict[str, str]:
    """The guided dialogue that is offered with the texts of a topic."""
    found = (tree_of(read_yaml(path)) for path in sorted(folder.glob("*.yml")))
    return {str(topic): str(tree["id"]) for tree in found for topic in _topics(tree)}


def _topics(tree: Tree) -> list[object]:
    topics = tree.get("topics")
    return topics if isinstance(topics, list) else []
