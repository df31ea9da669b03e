"""The simulator's two phones."""

from __future__ import annotations

import asyncio

import pytest

from channels.simulator import build_simulator
from helpline.messages import Choice, OutgoingMessage

NAMES = ("telegram_simulator", "sms_simulator")


def test_simulator_is_a_telegram_and_an_sms_phone() -> None:
    assert tuple(vendor.name for vendor in build_simulator()) == NAMES


def test_simulator_is_reached_by_nobody_from_outside() -> None:
    assert [(v.routes, v.poller, v.start) for v in build_simulator()] == [((), None, None)] * 2


def test_simulator_never_waits_for_a_rate() -> None:
    assert [(v.rate.per_second, v.rate.seconds_per_address) for v in build_simulator()] == [(1000, 0.0)] * 2


@pytest.mark.parametrize("name", NAMES)
def test_simulator_accepts_with_an_id_of_the_outbox_row(name: str) -> None:
    vendor = next(vendor for vendor in build_simulator() if vendor.name == name)
    message = OutgoingMessage(name, "700000001", "salam", (Choice("menu", "Menyu"),), key="42")
    assert asyncio.run(vendor.channel.send(message)) == "sim-42"


def test_simulator_gives_a_repeated_attempt_the_same_id() -> None:
    phone = build_simulator()[1].channel
    message = OutgoingMessage("sms_simulator", "+994500000001", "salam", key="7")
    assert asyncio.run(phone.send(message)) == asyncio.run(phone.send(message))
