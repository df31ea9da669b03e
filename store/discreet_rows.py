"""Rows of discreet use: a person's settings, the code word's hash, what is hidden and deleted when the panic word is said."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, func, select, update

from helpline.conversations import Author, OutState, TurnToTake
from helpline.starting import FIRST_HOUR, LAST_HOUR, Discretion
from helpline.words import bare
from store.rows import Rows
from store.sealing import Vault
from store.tables import cases, conversations, messages, outbox


def discretion_values(discretion: Discretion) -> dict[str, object]:
    """The columns of what a turn may change. The code word's hash is written by itself, and goes with the setting."""
    usual = (discretion.write_from, discretion.write_until) == (FIRST_HOUR, LAST_HOUR)
    values: dict[str, object] = {
        "phone": discretion.phone,
        "write_from": None if usual else discretion.write_from,
        "write_until": None if usual else discretion.write_until,
        "code_asked_at": discretion.code_asked_at,
        "code_given_at": discretion.code_given_at,
        "code_waived": discretion.code_waived,
        "code_tries": discretion.code_tries,
        "code_tried_at": discretion.code_tried_at,
        "hidden_at": discretion.hidden_at,
    }
    return values if discretion.code_word else {**values, "code_word": None}


def hashed(vault: Vault, conversation: int, word: str) -> bytes:
    """The keyed hash of a code word as one would spell it; of no use for another conversation."""
    return vault.lookup(f"code:{conversation}", bare(word))


class DiscreetRows(Rows):
    def set_code_word(self, conversation: int, word: str | None) -> None:
        """Keep the hash of a code word; None removes it, with all that was asked and tried."""
        word_hash = None if word is None else hashed(self._vault, conversation, word)
        fresh = {"code_asked_at": None, "code_waived": False, "code_tries": 0, "code_tried_at": None}
        here = conversations.c.id == conversation
        self._db.execute(update(conversations).where(here).values(code_word=word_hash, **fresh))

    def _is_code_word(self, conversation: int, text: str) -> bool:
        query = select(conversations.c.code_word).where(conversations.c.id == conversation)
        kept = self._db.execute(query).scalar()
        return kept is not None and hmac.compare_digest(bytes(kept), hashed(self._vault, conversation, text))

    def forget_message(self, message: int) -> None:
        """Keep no word of a message, nor what was understood of it."""
        here = messages.c.id == message
        self._db.execute(update(messages).where(here).values(body=None, finding=None))

    def forget_neutral(self, conversation: int) -> None:
        """The person wrote: the line that an answer is ready may be said again."""
        here = conversations.c.id == conversation
        self._db.execute(update(conversations).where(here).values(neutral_sent_at=None))

    def hide_thread(self, conversation: int, origin: str, since: datetime | None, at: datetime) -> None:
        """Keep back what waits for a person, and have what their thread shows since `since` deleted before `origin` is sent.

        Without `since` nothing is deleted: the vendor cannot.
        """
        here, mine = outbox.c.conversation_id == conversation, outbox.c.origin == f"{origin}:0"
        waiting = here & (outbox.c.state == OutState.WAITING.value) & ~mine
        withheld = {"state": OutState.WITHHELD.value, "finished_at": at}
        self._db.execute(update(outbox).where(waiting, outbox.c.neutral.is_(False)).values(**withheld))
        cancelled = {**withheld, "state": OutState.CANCELLED.value, "code": "hidden"}
        self._db.execute(update(outbox).where(waiting).values(**cancelled))
        ids = [] if since is None else self._thread(conversation, since)
        wipes = self._vault.seal_json(ids) if ids else None
        self._db.execute(update(outbox).where(here, mine).values(neutral=True, wipes=wipes))
        there = conversations.c.id == conversation
        self._db.execute(update(conversations).where(there).values(neutral_sent_at=at))

    def _thread(self, conversation: int, since: datetime) -> list[str]:
        written = select(messages.c.thread_id).where(
            messages.c.conversation_id == conversation,
            messages.c.author == Author.PERSON.value,
            messages.c.thread_id.is_not(None),
            messages.c.at >= since,
        )
        sent = select(outbox.c.vendor_id).where(_sent_to(conversation), outbox.c.finished_at >= since)
        both = [*self._db.execute(written).scalars(), *self._db.execute(sent).scalars()]
        return list(dict.fromkeys(both))

    def _wiped_by(self, row: RowMapping) -> tuple[str, ...]:
        """The ids to delete before a row is sent: those kept with it, and of what was still on its way when it was put in."""
        ids = self._vault.open_json(row["wipes"])
        if not isinstance(ids, list):
            return ()
        since = (outbox.c.id < row["id"]) & (outbox.c.finished_at >= row["created_at"])
        late = select(outbox.c.vendor_id).where(_sent_to(row["conversation_id"]), since)
        return tuple(dict.fromkeys([*map(str, ids), *self._db.execute(late).scalars()]))

    def _is_hidden_before(self, out: int) -> bool:
        """Whether a thread is about to be deleted after this row: sent now, it would be all that is left of it."""
        query = (
            select(outbox.c.id)
            .where(
                outbox.c.conversation_id
                == select(outbox.c.conversation_id).where(outbox.c.id == out).scalar_subquery(),
                outbox.c.id > out,
                outbox.c.wipes.is_not(None),
                outbox.c.state.in_((OutState.WAITING.value, OutState.SENDING.value)),
            )
            .limit(1)
        )
        return self._db.execute(query).scalar() is not None

    def _with_before(self, turn: TurnToTake) -> TurnToTake:
        """The turn with what it needs to know of what came before it, and whether its text is the code word."""
        conversation = turn.conversation.id
        written = select(func.max(messages.c.at)).where(
            messages.c.conversation_id == conversation,
            messages.c.author == Author.PERSON.value,
            messages.c.id < turn.message,
        )
        kept = select(outbox.c.id).where(
            outbox.c.conversation_id == conversation,
            outbox.c.state == OutState.WITHHELD.value,
            outbox.c.body.is_not(None),
        )
        opened = select(cases.c.id).where(cases.c.conversation_id == conversation)
        return replace(
            turn,
            before_at=self._db.execute(written).scalar(),
            withheld=self._db.execute(kept.limit(1)).scalar() is not None,
            had_case=self._db.execute(opened.limit(1)).scalar() is not None,
            says_code_word=self._is_code_word(conversation, turn.text),
        )


def _sent_to(conversation: int) -> ColumnElement[bool]:
    return and_(
        outbox.c.conversation_id == conversation,
        outbox.c.state == OutState.SENT.value,
        outbox.c.vendor_id.is_not(None),
    )
