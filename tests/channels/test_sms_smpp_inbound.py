"""What an operator brings over a link: taken, answered, and survived, against an SMSC that is not ours."""

from __future__ import annotations

import asyncio
import random

import pytest
import smpp34

from helpline.messages import DeliveryState
from tests.channels.smpp_served import PERSON, Inbox, run, served, until
from tests.channels.test_smpp_receiving import mutated, pdu
from tests.emulators.smsc import SHORT_CODE, USER, Smsc, sms

LAST = "Bu, sonuncudur."
LONG = "Salam, bu uzun bir mesajdır və bir neçə hissədə gedir. " * 4


def test_message_is_answered_once_it_is_taken_and_then_confirmed(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            one = smsc.brings(PERSON, sms("Salam ə"))
            await until(lambda: one in smsc.accepted)
            assert [part.body for part in made.inbox.parts] == ["Salam ə".encode("utf-16-be")]
            await until(lambda: set(range(1, len(made.inbox.taken) + 1)) == set(made.inbox.confirmed))

    run(work())


def test_what_is_not_taken_comes_again(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url, inbox=Inbox(refuses=3)) as made:
            again = smsc.counts["again"]
            one = smsc.brings(PERSON, sms("Salam"))
            await until(lambda: one in smsc.accepted)
            assert (len(made.inbox.parts), smsc.counts["again"] - again) == (1, 3)

    run(work())


def test_fault_over_one_message_ends_no_line(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url, inbox=Inbox(breaks=2)) as made:
            bound = smsc.counts["bound"]
            one = smsc.brings(PERSON, sms("Salam"))
            await until(lambda: one in smsc.accepted)
            assert (len(made.inbox.parts), smsc.counts["bound"]) == (1, bound)

    run(work())


def test_one_sender_is_taken_in_order_and_others_do_not_wait(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url, inbox=Inbox(seconds=0.05)) as made:
            people = [f"+99450000030{number}" for number in range(5)]
            brought = [
                smsc.brings(person, [{"data_coding": 8, "body": f"{number}".encode("utf-16-be").hex()}])
                for number in range(6)
                for person in people
            ]
            await until(lambda: smsc.accepted.issuperset(brought))
            for person in people:
                own = [part.body.decode("utf-16-be") for part in made.inbox.parts if part.address == person]
                assert own == [str(number) for number in range(6)]

    run(work())


@pytest.mark.parametrize("form", ["udh8", "udh16", "sar", "payload"])
def test_parts_come_in_every_form(smsc: Smsc, form: str) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            one = smsc.brings(PERSON, sms(LONG, 5, form))
            await until(lambda: one in smsc.accepted)
            found = made.inbox.parts
            assert [part.number for part in found] == list(range(1, found[0].total + 1))
            assert b"".join(part.body for part in found).decode("utf-16-be") == LONG

    run(work())


@pytest.mark.parametrize("receipts", ["text", "tlv"])
def test_receipt_names_the_part_that_was_sent(receipts: str) -> None:
    async def work(smsc: Smsc) -> None:
        async with served(f"{smsc.url}&ids=hex") as made:
            ids = await made.send(LONG)
            await until(lambda: len(made.inbox.reports) == len(ids))
            assert [one.vendor_id for one in made.inbox.reports] == list(ids)
            assert [one.state for one in made.inbox.reports[:2]] == [DeliveryState.DELIVERED, DeliveryState.UNDELIVERED]

    with Smsc(receipts=receipts, states=("DELIVRD", "UNDELIV"), hex_ids=True) as smsc:
        run(work(smsc))


@pytest.mark.parametrize(
    "fields",
    [
        {"data_coding": 0x18},
        {"protocol_id": 0x40},
        {"source_addr": "BANK", "source_addr_ton": 5},
        {"source_addr": "9020"},
    ],
    ids=["flash", "silent", "a name", "a short code"],
)
def test_what_nobody_wrote_is_acknowledged_and_not_taken(smsc: Smsc, fields: dict[str, object]) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            one = smsc.brings(PERSON, sms("Salam"), **fields)
            await until(lambda: one in smsc.accepted)
            assert made.inbox.taken == []

    run(work())


def test_unreadable_deliver_sm_is_refused_and_the_next_is_taken(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            smsc.do("raw", hex=((16 + 30).to_bytes(4) + bytes((0, 0, 0, 5)) + bytes(8) + b"\x01" * 30).hex())
            one = smsc.brings(PERSON, sms("Salam"))
            await until(lambda: one in smsc.accepted)
            assert (len(made.inbox.parts), all(made.up.values())) == (1, True)

    run(work())


def test_command_that_smpp_has_not_is_answered_and_the_link_stays(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            bound, nacks = smsc.counts["bound"], smsc.counts["nack"]
            smsc.do("raw", hex=((16).to_bytes(4) + bytes((0, 0, 0, 0x77)) + bytes(8)).hex())
            await until(lambda: smsc.counts["nack"] == nacks + 1)
            await made.send()
            assert smsc.counts["bound"] == bound

    run(work())


# --- whatever comes


async def _writes(mutations: list[bytes], port: asyncio.Future[int], stopped: asyncio.Event) -> None:
    """An SMSC that accepts a bind, writes a hundred PDUs into each session, and hangs up; when none is left it stays."""

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readexactly(16)
            await reader.readexactly(int.from_bytes(head[:4]) - 16)
            writer.write((20).to_bytes(4) + (0x80000009).to_bytes(4) + bytes(4) + head[12:16] + b"gsc\0")
            batch, mutations[:2000] = mutations[:2000], []
            writer.write(b"".join(batch or [pdu(LAST.encode("utf-16-be")).encode()]))
            await writer.drain()
            while batch and not stopped.is_set() and await reader.read(65536):
                if not mutations:
                    break
                writer.write(b"".join(mutations[:2000]))
                del mutations[:2000]
                await writer.drain()
            if not batch:
                await stopped.wait()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(session, "127.0.0.1", 0)
    async with server:
        port.set_result(server.sockets[0].getsockname()[1])
        await stopped.wait()


@pytest.mark.timeout(120)
def test_twenty_thousand_mutated_pdus_end_no_link_for_good() -> None:
    chance = random.Random(20261126)
    good = [pdu().encode(), pdu(esm_class=0x40).encode(), smpp34.SubmitSm("1", "2", b"x").encode()]
    spoiled = [mutated(chance.choice(good), chance) for _ in range(20_000)]
    # Some lie about their length too: then nothing after them can be followed.
    spoiled = [
        one if chance.random() > 0.0005 else chance.choice((0, 3, 70_001, 0xFFFFFFFF)).to_bytes(4) + one[4:]
        for one in spoiled
    ]

    async def work() -> None:
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        stopped = asyncio.Event()
        serving = asyncio.create_task(_writes(spoiled, port, stopped))
        url = f"smpp://{USER}@127.0.0.1:{await port}?name=spoiled&sender={SHORT_CODE}"
        async with served(url, bound=False) as made:
            await until(lambda: not spoiled, 90)
            await until(
                lambda: LAST in [part.body.decode("utf-16-be", "replace") for part in made.inbox.parts[-9:]], 60
            )
            assert all(made.up.values())
            stopped.set()
        await serving

    run(work())
