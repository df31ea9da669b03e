"""Imports point one way: the table of docs/architecture.md, held."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAY_IMPORT = {
    "language": set(),
    "wire": set(),
    "triage": {"language"},
    "helpline": {"triage", "language", "wire"},
    "store": {"helpline", "triage", "wire"},
    "channels": {"helpline"},
    "console": {"helpline", "store", "triage"},
    "gateway": {"channels", "console", "helpline", "language", "store", "triage", "wire"},
    "bot": {"language", "wire"},
    "actions": {"wire", "bot"},
}
# What both environments have; anything else would break one of them.
BOTH_ENVIRONMENTS = {"language": {"numpy", "onnxruntime", "tokenizers"}, "wire": set()}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_package_imports_only_what_its_row_allows(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        ours = _imports(path) & set(MAY_IMPORT) - {package}
        assert ours <= MAY_IMPORT[package], f"{path.relative_to(ROOT)} imports {ours - MAY_IMPORT[package]}"


@pytest.mark.parametrize("package", sorted(BOTH_ENVIRONMENTS))
def test_shared_package_needs_only_what_both_environments_have(package: str) -> None:
    import sys

    for path in (ROOT / package).glob("*.py"):
        foreign = _imports(path) - set(sys.stdlib_module_names) - {package} - {"__future__"}
        assert foreign <= BOTH_ENVIRONMENTS[package], f"{path.relative_to(ROOT)} imports {foreign}"


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_modules_stay_short(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        if "versions" not in path.parts:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 300, f"{path.relative_to(ROOT)} has {lines} lines"


def test_taxonomy_is_the_agreed_one(shared: Path) -> None:
    assert (ROOT / "data" / "taxonomy.yml").read_text() == (shared / "taxonomy.yml").read_text()
