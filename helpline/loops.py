"""Two machines that answer each other: broken by not answering the same words for the twenty-first time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from helpline.conversations import Conversation
from helpline.messages import InboundMessage
from helpline.phrasebook import channel_form
from helpline.ports import Unit

# A frightened child may send one word ten times, and is answered each time. No one needs more than this in five minutes.
MOST: Final = 20
WITHIN: Final = timedelta(minutes=5)


def goes_round(unit: Unit, conversation: Conversation, message: InboundMessage, now: datetime) -> bool:
    """Whether an SMS that is stored is one equal message too many: it is kept for people to see, and gets no turn.

    Other words of the same person are answered at once, and the same ones again after five quiet minutes.
    """
    if channel_form(message.channel) != "sms" or not message.text.strip():
        return False
    lately = unit.said_since(conversation.id, now - WITHIN, MOST)
    return sum(_bare(text) == _bare(message.text) for text in lately) > MOST


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()
