"""By which way a person is reached: many SMS routes lead to one phone, so whoever writes by any of them is one sender."""

from __future__ import annotations

from typing import Final

# The network of all SMS routes: senders carry it, messages and outbox rows carry the channel of the route.
SMS: Final = "sms"
# The simulator's phone is no phone of the network.
ALONE: Final = frozenset({"sms_simulator"})
# Why a message could not leave: its link was down, or the other side of it said nothing.
LINK_DOWN: Final = "link-down"
NO_ANSWER: Final = "no-answer"


def network(channel: str) -> str:
    """Return whose addresses a channel's are: `sms` for every SMS channel, else the channel itself."""
    return SMS if channel.startswith("sms_") and channel not in ALONE else channel


def link_of(route: str | None) -> str | None:
    """Return the link of a route: `azercell` of `sms_smpp/azercell`; None where the channel has one way only."""
    return (route or "").partition("/")[2] or None


def channel_of(route: str) -> str:
    """Return the channel of a route: `sms_smpp` of `sms_smpp/azercell`."""
    return route.partition("/")[0]
