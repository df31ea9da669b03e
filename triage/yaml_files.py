"""Reads the YAML files that people edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# The C loader is as safe and ten times as fast; the files are read at every start.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Return what a file holds: its caller knows the form. Raise OSError, UnicodeDecodeError or yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # a safe loader
