"""Counters for a monitor: events and channels as labels, never a person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

RECEIVED = Counter("helpline_updates_total", "Updates by channel and what became of them", ["channel", "outcome"])
TURNS = Counter("helpline_turns_total", "Turns by level and outcome", ["level", "outcome"])
OUT = Counter("helpline_out_total", "Attempts to send by channel and outcome", ["channel", "outcome"])
LINK_UP = Gauge("helpline_link_up", "Whether a worker has a link to an operator bound", ["route"])
EVENTS = Counter(
    "helpline_events_total", "Warnings and errors of this process by their name in the log", ["event", "level"]
)
FIGURE = Gauge("helpline_rows", "Rows that wait or failed", ["what"])
