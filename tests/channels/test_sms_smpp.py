"""Links to an operator: bound, kept, sent over, and survived, against an SMSC that is not ours."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import smpp34
from structlog.testing import capture_logs

from channels.sms_smpp import build, links
from channels.sms_smpp.gate import Gate
from channels.sms_smpp.links import BadLink, Link
from channels.sms_smpp.sending import parts, refusal
from channels.vendor import NotTaken, Vendor
from helpline.messages import (
    DeliveryReport,
    DeliveryState,
    InboundPart,
    OutgoingMessage,
    SendFailed,
    Update,
)
from tests.channels.test_smpp_receiving import mutated, pdu
from tests.emulators.smsc import PASSWORD, SHORT_CODE, USER, Smsc, sms

PERSON = "+994500000001"
LAST = "Bu, sonuncudur."
LONG = "Salam, bu uzun bir mesajdır və bir neçə hissədə gedir. " * 4


@dataclass
class Inbox:
    """Takes what comes, unless it is told not to."""

    taken: list[Update] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    refuses: int = 0
    breaks: int = 0
    seconds: float = 0.0
    backs: int = 0

    async def take(self, update: Update) -> int | None:
        await asyncio.sleep(self.seconds)
        if self.refuses:
            self.refuses -= 1
            raise NotTaken
        if self.breaks:
            self.breaks -= 1
            raise KeyError("a fault of ours")
        self.taken.append(update)
        return len(self.taken)

    async def confirm(self, taken: Sequence[int]) -> None:
        self.confirmed += taken

    async def link_back(self) -> None:
        self.backs += 1

    @property
    def parts(self) -> list[InboundPart]:
        return [one for one in self.taken if isinstance(one, InboundPart)]

    @property
    def reports(self) -> list[DeliveryReport]:
        return [one for one in self.taken if isinstance(one, DeliveryReport)]


@dataclass
class Served:
    vendor: Vendor
    inbox: Inbox

    async def send(self, text: str = "Salam", to: str = PERSON, **fields: Any) -> tuple[str, ...]:
        sent = await self.vendor.channel.send(OutgoingMessage("sms_smpp", to, text, **fields))
        assert isinstance(sent, tuple)
        return sent

    @property
    def up(self) -> dict[str, bool]:
        assert self.vendor.links is not None
        return dict(self.vendor.links())


async def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def served(url: str, *, bound: bool = True, inbox: Inbox | None = None) -> AsyncIterator[Served]:
    """Keep the links of `url` until the block ends; nothing may go uncaught meanwhile."""
    uncaught: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: uncaught.append(context))
    vendor, box = build(links(url, {"": PASSWORD})), inbox or Inbox()
    assert vendor.serve is not None
    serving = asyncio.ensure_future(vendor.serve(box))
    made = Served(vendor, box)
    try:
        if bound:
            await until(lambda: all(made.up.values()))
        yield made
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    assert uncaught == []


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    with Smsc() as made:
        yield made


# --- binding and taking leave


def test_link_binds_and_takes_its_leave(smsc: Smsc) -> None:
    async def work() -> None:
        left = smsc.counts["unbound"]
        async with served(smsc.url) as made:
            assert made.up == {"sms_smpp/operator": True}
        assert made.up == {"sms_smpp/operator": False}
        await until(lambda: smsc.counts["unbound"] == left + 1)

    run(work())


def test_wrong_password_is_tried_rarely(smsc: Smsc, capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        refused = smsc.counts["bind_refused"]
        async with served(smsc.url.replace(USER, "stranger"), bound=False):
            await until(lambda: smsc.counts["bind_refused"] > refused)
            await asyncio.sleep(0.5)
        assert smsc.counts["bind_refused"] == refused + 1

    run(work())
    said = capsys.readouterr().out
    assert "bind-refused" in said
    assert PASSWORD not in said
    assert "stranger" not in said


@pytest.mark.parametrize("ended_by", ["cut", "unbind"])
def test_link_that_ends_is_bound_again(smsc: Smsc, ended_by: str) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            before = smsc.counts["bound"]
            smsc.do(ended_by)
            await until(lambda: smsc.counts["bound"] > before and all(made.up.values()))
            await until(lambda: made.inbox.backs == 2)
            await made.send()

    run(work())


def test_quiet_line_that_does_not_answer_is_given_up(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(f"{smsc.url}&enquire=1&timeout=1") as made:
            smsc.do("faults", set={"deaf": 1})
            await until(lambda: not all(made.up.values()))
            smsc.do("faults", set={"deaf": 0})
            await until(lambda: all(made.up.values()))

    run(work())


def test_host_that_refuses_is_tried_again_when_it_is_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def work() -> None:
        url = f"smpp://{USER}@127.0.0.1:{port}?name=late&sender={SHORT_CODE}"
        async with served(url, bound=False) as made:
            with pytest.raises(SendFailed, match="link-down"):
                await made.send()
            with Smsc(port=port) as late:
                await until(lambda: all(made.up.values()))
                await made.send()
                await until(lambda: late.texts(PERSON) == ["Salam"])

    run(work())


# --- sending


@pytest.mark.parametrize(
    "text",
    ["Salam", "Salam ə", LONG, LONG.encode("ascii", "ignore").decode(), "😀" * 80, "{€}" * 60],
    ids=["gsm", "ucs2", "ucs2 in parts", "gsm in parts", "pairs in parts", "escapes in parts"],
)
def test_text_arrives_as_it_was(smsc: Smsc, text: str) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            person = f"+9945000001{len(smsc.phones) + 10}"
            ids = await made.send(text, person, reference=9)
            await until(lambda: smsc.texts(person) == [text])
            sent = [one for one in smsc.sent if one["to"] == person[1:]]
            assert [f"operator:{one['id']}" for one in sent] == list(ids)
            assert {one["from"] for one in sent} == {SHORT_CODE}
            assert {one["reference"] for one in sent} == ({9} if len(sent) > 1 else {None})

    run(work())


def test_message_sent_again_is_one_message_at_the_phone(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            before = len(smsc.sent)
            for _ in range(2):
                ids = await made.send(LONG, "+994500000201", reference=77)
            await made.send(LONG, "+994500000201", reference=78)
            await until(lambda: len(smsc.sent) - before == 3 * len(ids))
        assert smsc.texts("+994500000201") == [LONG, LONG]

    run(work())


def test_throttling_is_said_once_a_pause() -> None:
    async def work() -> list[str]:
        gate = Gate(1000, "operator")
        with capture_logs() as said:
            for _ in range(3):
                gate.refused()
            for _ in range(8):
                gate.accepted()
            gate.refused()
        return [str(one["event"]) for one in said if one["link"] == "operator"]

    assert asyncio.run(work()) == ["throttled", "throttled"]


def test_throttled_part_waits_and_the_order_stays(smsc: Smsc) -> None:
    async def work() -> None:
        async with served(smsc.url) as made:
            smsc.do("faults", set={"throttle": 0.2})
            for number in range(4):
                await made.send(f"{number} {LONG}", "+994500000202", reference=number)
            smsc.do("faults", set={"throttle": 0})
            await until(lambda: len(smsc.texts("+994500000202")) == 4)
        assert smsc.texts("+994500000202") == [f"{number} {LONG}" for number in range(4)]

    run(work())


def test_unanswered_part_is_tried_again_later() -> None:
    async def work(smsc: Smsc) -> None:
        async with served(f"{smsc.url}&timeout=1") as made:
            with pytest.raises(SendFailed, match="no-answer") as failed:
                await made.send()
            assert (failed.value.retryable, failed.value.alone) == (True, True)

    with Smsc(mute=1.0) as smsc:
        run(work(smsc))


@pytest.mark.parametrize(
    ("status", "retryable", "stops"),
    [
        (0x0B, False, False),
        (0x01, False, False),
        (0x0A, True, False),
        (0x08, True, False),
        (0x45, True, False),
        (0x64, True, False),
        (0x65, False, False),
        (0xFF, True, False),
        (0x402, False, True),
        (0x403, True, False),
        (88, False, True),
    ],
)
def test_status_means(status: int, retryable: bool, stops: bool) -> None:
    found = refusal(status, links("smpp://u@h?name=a&sender=9010&opted_out=0x402,88", {"": "p"})[0])
    assert (found.code, found.retryable, found.stops_sender) == (f"smpp-0x{status:x}", retryable, stops)


def test_refused_receiver_fails_for_good() -> None:
    async def work(smsc: Smsc) -> None:
        async with served(smsc.url) as made:
            with pytest.raises(SendFailed, match="smpp-0xb") as failed:
                await made.send()
            assert not failed.value.retryable

    with Smsc(refuse={PERSON[1:]: 0x0B}) as smsc:
        run(work(smsc))


def test_message_may_wait_ten_minutes_at_the_operator() -> None:
    link = links("smpp://u@h?name=a&sender=9010", {"": "p"})[0]
    [part] = parts(OutgoingMessage("sms_smpp", PERSON, "Salam"), link)
    assert part.validity_period == "000000001000000R"


# --- which link


@dataclass
class Two:
    first: Smsc
    second: Smsc

    def urls(self, one: str = "", other: str = "") -> str:
        return " ".join(
            f"smpp://{USER}@127.0.0.1:{smsc.port}?name={name}&per_second=500&{more}"
            for smsc, name, more in ((self.first, "one", one), (self.second, "two", other))
        )


@pytest.fixture(scope="module")
def two() -> Iterator[Two]:
    with Smsc(receipts="none") as first, Smsc(receipts="none") as second:
        yield Two(first, second)


def test_reply_leaves_by_the_link_that_the_person_wrote_by(two: Two) -> None:
    async def work() -> None:
        async with served(two.urls("sender=9010", "sender=9020&prefixes=99450")) as made:
            assert (await made.send(route="sms_smpp/one"))[0].startswith("one:")
            assert (await made.send(route="sms_smpp/two"))[0].startswith("two:")
            assert (await made.send(route="sms_smpp/gone"))[0].startswith("two:")

    run(work())


def test_longest_prefix_decides_for_whom_has_not_written(two: Two) -> None:
    async def work() -> None:
        async with served(two.urls("sender=9010&prefixes=99450", "sender=9010&prefixes=9945,994501")) as made:
            assert (await made.send(to="+994500000001"))[0].startswith("one:")
            assert (await made.send(to="+994501000001"))[0].startswith("two:")
            assert (await made.send(to="+994551000001"))[0].startswith("two:")

    run(work())


def test_shares_are_kept_and_a_person_keeps_their_link(two: Two) -> None:
    async def work() -> None:
        async with served(two.urls("sender=9010&share=3", "sender=9010&share=1")) as made:
            people = [f"+9945000{number:05}" for number in range(200)]
            used = [(await made.send(to=person))[0].partition(":")[0] for person in people]
            again = [(await made.send(to=person))[0].partition(":")[0] for person in people[:40]]
            assert used[:40] == again
            assert 120 <= used.count("one") <= 180

    run(work())


@pytest.mark.parametrize(("sender", "fails"), [("9010", False), ("9020", True)], ids=["the same", "another"])
def test_link_that_is_down_is_stood_in_for_only_by_the_same_sender(two: Two, sender: str, fails: bool) -> None:
    async def work() -> None:
        async with served(two.urls("sender=9010", f"sender={sender}")) as made:
            two.first.do("refuse", on=True)
            two.first.do("cut")
            await until(lambda: not made.up["sms_smpp/one"])
            if fails:
                with pytest.raises(SendFailed, match="link-down"):
                    await made.send(route="sms_smpp/one")
            else:
                assert (await made.send(route="sms_smpp/one"))[0].startswith("two:")
            assert made.up["sms_smpp/two"]
            two.first.do("refuse", on=False)

    run(work())


# --- receiving


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


# --- the setting


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://u@h?sender=9010", "smpp://"),
        ("smpp://u@?sender=9010", "smpp://"),
        ("smpp://u:secret@h?sender=9010", "SMPP_PASSWORD"),
        ("smpp://h?name=a&sender=9010", "user"),
        ("smpp://u@h?name=a", "sender"),
        ("smpp://u@h?name=a&sender=x!", "sender"),
        ("smpp://u@h?name=A%20B&sender=9010", "name"),
        ("smpp://u@h?name=a&sender=9010&window=0", "window"),
        ("smpp://u@h?name=a&sender=9010&per_second=fast", "per_second"),
        ("smpp://u@h?name=a&sender=9010&prefixes=50,x", "prefixes"),
        ("smpp://u@h?name=a&sender=9010&ids=octal", "ids"),
        ("smpp://u@h?name=a&sender=9010&colour=red", "colour"),
        ("smpp://u@h?name=a&sender=9010 smpp://u@i?name=a&sender=9010", "one name"),
        ("smpp://a-user-that-is-too-long@h?name=a&sender=9010", "15"),
        ("smpp://u@h:99999?name=a&sender=9010", "smpp://"),
    ],
)
def test_link_that_cannot_be_used_is_told_in_one_line_without_secrets(url: str, says: str) -> None:
    with pytest.raises(BadLink) as bad:
        links(url, {"": "hiddenpw"})
    said = str(bad.value)
    assert says in said
    assert "\n" not in said
    assert not [secret for secret in ("hiddenpw", "secret", "too-long") if secret in said]


def test_password_of_a_link_beats_the_common_one_and_none_is_shown() -> None:
    found = links(
        "smpp://u@h?name=nar-1&sender=9010, smpps://u@i?name=two&sender=%2B994500000009", {"": "common", "NAR_1": "own"}
    )
    assert [(link.name, link.password, link.port, link.tls, link.ton) for link in found] == [
        ("nar-1", "own", 2775, False, 0),
        ("two", "common", 3550, True, 1),
    ]
    assert not [word for word in ("common", "own", "'u'", "'h'") if word in repr(found)]


def test_password_longer_than_smpp_allows_is_refused() -> None:
    with pytest.raises(BadLink, match="at most 8"):
        links("smpp://u@h?name=a&sender=9010", {"": "a-long-password"})


def test_links_without_a_name_have_their_hosts() -> None:
    assert [link.name for link in links("smpp://u@smsc.example:2776?sender=9010", {"": "p"})] == ["smsc"]
    assert isinstance(links("smpp://u@smsc.example?sender=9010", {"": "p"})[0], Link)
