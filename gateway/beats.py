"""What a process says of its loops and links, for every other to read."""

from __future__ import annotations

LINK = "link:"


def longest_step(part: str) -> float:
    """Seconds that one step may take: a poll waits for updates, a send for its turn at the vendor."""
    return 90.0 if part.startswith(("poll:", "send:", "bulk:", "typing:")) else 20.0
