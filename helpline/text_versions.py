"""A text on its way from a draft to what people read, and who may take it a step further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class TextState(Enum):
    DRAFT = "draft"
    SENT = "sent"  # waits for somebody who did not write it
    REVIEWED = "reviewed"  # waits for a third person to publish it
    PUBLISHED = "published"
    DROPPED = "dropped"


OPEN = (TextState.DRAFT, TextState.SENT, TextState.REVIEWED)


@dataclass(frozen=True)
class Version:
    """`base`: fingerprint of the file's text that it was written over; `revision` moves with every change."""

    key: str
    fields: Mapping[str, str] = field(repr=False)
    base: str
    writer: int
    state: TextState = TextState.DRAFT
    number: int | None = None
    revision: int = 1
    reviewer: int | None = None
    publisher: int | None = None
    written_at: datetime | None = None
    reviewed_at: datetime | None = None
    published_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True)
class Step:
    """`what`: written | sent | returned | reviewed | published | rolled_back | dropped."""

    by: int
    what: str
    at: datetime
    comment: str = field(default="", repr=False)
