"""Which process this is, and whether another of this machine is still there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")


def this_process(pid: int | None = None) -> str | None:
    """Return a name that no other process has or will have: `<machine>.<pid>.<start>`; None where there is no /proc.

    The machine is its start and the namespace of its process numbers: in another container a number is another process's.
    """
    pid = os.getpid() if pid is None else pid
    try:
        return f"{_machine()}.{pid}.{_started(pid)}"
    except OSError:
        return None


def is_dead(name: str) -> bool:
    """Say whether the process of this name has ended. Of other machines nobody here knows: False."""
    machine, _, rest = name.partition(".")
    pid, _, start = rest.partition(".")
    try:
        if machine != _machine() or not pid.isdecimal():
            return False
    except OSError:
        return False
    try:
        return _started(int(pid)) != start
    except OSError:
        return True


def _machine() -> str:
    began = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    numbers = (_PROC / "self/ns/pid").stat().st_ino
    return hashlib.sha256(f"{began}/{numbers}".encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """When it began, in ticks since the machine did (proc(5)); its own name may have blanks and brackets. A zombie is gone."""
    state, *fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    if state in "ZX":
        raise ProcessLookupError
    return fields[18]
