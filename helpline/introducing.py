"""What comes before a first answer: that a bot is writing, and who reads what is written."""

from __future__ import annotations

from dataclasses import replace

from helpline.conversations import Conversation
from helpline.phrasebook import Phrasebook, Say, channel_form

_INTRODUCED_BY = ("greeting", "about_service")
_NUMBERS = {"help_card", "place_numbers", "place_numbers_more"}


def is_sms(conversation: Conversation) -> bool:
    return channel_form(conversation.channel) == "sms"


def introduced(
    conversation: Conversation, says: tuple[Say, ...], book: Phrasebook
) -> tuple[Conversation, tuple[Say, ...]]:
    """The first answer says that a bot is writing; the first question comes after who reads what is written.

    Numbers go alone: whoever asks for them needs nothing else.
    """
    keys = {say.key for say in says}
    greets, alone = not keys.isdisjoint(_INTRODUCED_BY), bool(keys) and keys <= _NUMBERS
    asked = next((index for index, say in enumerate(says) if say.key.startswith("ask_")), None)
    private, new = (
        asked is not None and not conversation.privacy_told,
        not conversation.greeted and not greets and not alone,
    )
    if private and not (new and is_sms(conversation)):
        says = (*says[:asked], Say("confidentiality_short"), *says[asked:])
    if new:
        says = (Say(_greeting(conversation, private, bool(says))), *says)
    if any(_is_childs(say, book) for say in says) and conversation.profile.audience is None:
        conversation = replace(conversation, sounds_young=True)
    # A new question of the bot's is the one that is open: what is typed next is no answer to an older one.
    conversation = conversation if asked is None else replace(conversation, asking=None)
    told = conversation.privacy_told or asked is not None
    return replace(conversation, greeted=conversation.greeted or not alone, privacy_told=told), says


def _greeting(conversation: Conversation, private: bool, more: bool) -> str:
    """By SMS it is short, and one with who reads what is written where a question follows."""
    if not is_sms(conversation) or not more:
        return "greeting"
    return "greeting_private" if private else "greeting_short"


def _is_childs(say: Say, book: Phrasebook) -> bool:
    """Whoever is told a child's text is spoken to like one, until they say who they are."""
    kind, _, rest = say.key.partition(":")
    item = book.library.get(rest.partition(":")[0]) if kind == "item" else None
    return item is not None and item.audience == "child"
