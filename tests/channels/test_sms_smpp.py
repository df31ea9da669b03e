"""Links to an operator: bound, kept and sent over, against an SMSC that is not ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from channels.sms_smpp import links
from channels.sms_smpp.gate import Gate
from channels.sms_smpp.sending import parts, refusal
from helpline.messages import OutgoingMessage, SendFailed
from tests.channels.smpp_served import PERSON, run, served, until
from tests.emulators.smsc import PASSWORD, SHORT_CODE, USER, Smsc

LONG = "Salam, bu uzun bir mesajdır və bir neçə hissədə gedir. " * 4


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
