"""Counting SMS parts against Twilio's own calculator, and cutting long texts."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpline import segments
from helpline.splitting import SMS_PARTS, fits, split
from tests.conftest import missing

ORACLE_VERSION = "1.3.0"
ANSWER_LINES = """
const { SegmentedMessage } = require("sms-segments-calculator");
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const message = new SegmentedMessage(JSON.parse(line), "auto");
  console.log(JSON.stringify([message.encodingName, message.segmentsCount]));
});
"""


class Oracle:
    """Twilio's calculator in a node process: one text a line in, encoding and parts out."""

    def __init__(self, folder: Path, node: str) -> None:
        pipe = subprocess.PIPE
        self._node = subprocess.Popen([node, "-e", ANSWER_LINES], cwd=folder, stdin=pipe, stdout=pipe, text=True)

    def count(self, text: str) -> tuple[str, int]:
        self._to.write(json.dumps(text) + "\n")
        self._to.flush()
        encoding, parts = json.loads(self._from.readline())
        return encoding, parts

    def close(self) -> None:
        self._to.close()
        self._node.wait(10)
        self._from.close()

    @property
    def _to(self) -> IO[str]:
        assert self._node.stdin is not None
        return self._node.stdin

    @property
    def _from(self) -> IO[str]:
        assert self._node.stdout is not None
        return self._node.stdout


def _installed(npm: str, folder: Path) -> bool:
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--prefix", str(folder)]
    command = [npm, "install", *options, f"sms-segments-calculator@{ORACLE_VERSION}"]
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oracle]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing("node and npm (Debian: apt-get install nodejs npm)")
    assert node is not None
    assert npm is not None
    folder = tmp_path_factory.mktemp("segments")
    if not _installed(npm, folder):
        missing("npm's sms-segments-calculator (no registry in reach)")
    calculator = Oracle(folder, node)
    yield calculator
    calculator.close()


def _ours(text: str) -> tuple[str, int]:
    counted = segments.count(text)
    return counted.encoding, counted.parts


AZ = "Yaxşı ki, yazdın. Bu sənin günahın deyil. İndi təhlükəsiz yerdəsən? "
RU = "Хорошо, что написал(а). Ты не виноват(а). Ты сейчас в безопасности? "
TEXTS = {
    "nothing": "",
    "one Latin word": "salam",
    "Azerbaijani": AZ,
    "Azerbaijani, long": AZ * 3,
    "Azerbaijani without its letters": "Bu senin gunahin deyil. " * 8,
    "Russian": RU,
    "Russian, long": RU * 3,
    "both languages": AZ + RU,
    "letters of GSM-7 beyond ASCII": "Çöü äñß Ω Δ é",
    "small c with cedilla, which GSM-7 lacks": "ç",
    "sharp letters of the extension table": "{a} [b] ~ ^ \\ | €",
    "typographic quotes": "“salam”",
    "typographic apostrophe": "don’t",
    "no-break space": "a\u00a0b",
    "tabulator": "a\tb",
    "line break": "a\nb",
    "Windows line break": "a\r\nb",
    "emoji": "😢",
    "heart of two code points": "❤️",
    "digits and numbers to call": "102, 112, 103",
    **{f"{n} GSM-7 letters": "a" * n for n in (1, 153, 159, 160, 161, 306, 307, 459, 460)},
    **{f"{n} Cyrillic letters": "ш" * n for n in (1, 67, 69, 70, 71, 134, 135, 201, 202)},
    **{f"{n} extension letters": "€" * n for n in (80, 81)},
    **{f"{n} emoji": "😢" * n for n in (35, 36)},
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_parts_are_as_twilio_counts_them(oracle: Oracle, text: str) -> None:
    assert _ours(text) == oracle.count(text)


# One unit a character, nothing that joins with its neighbour: what our texts are written in.
PLAIN = st.text("abcğəışçöüĞƏİŞÇÖÜабвгдеёжзийклмнопрстуфхцчшщъыьэюяABCİ0123456789 .,!?-()\n", max_size=520)
GSM = st.text("abcABC0123456789 .,!?-()\nÇÖÜöüäéß", max_size=520)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=PLAIN | GSM)
def test_parts_of_any_plain_text_are_as_twilio_counts_them(oracle: Oracle, text: str) -> None:
    assert _ours(text) == oracle.count(text)


PAIRS = {
    "an extension letter that ends a part": "a" * 152 + "€" + "a" * 152,
    "an emoji that ends a part": "ə" * 66 + "😀" + "ə" * 66,
}


@pytest.mark.parametrize("text", PAIRS.values(), ids=PAIRS)
def test_pair_is_never_parted(oracle: Oracle, text: str) -> None:
    assert _ours(text) == oracle.count(text)


def test_escape_is_no_letter(oracle: Oracle) -> None:
    assert _ours("a\x1bb") == oracle.count("a\x1bb")


# --- cutting

CHANNELS = st.sampled_from(["sms", "telegram"])
WORDS = st.text("aəшB1.!?:;…😀€", min_size=1, max_size=40)
GAPS = st.sampled_from([" ", "  ", "\n", "\n\n", "\t"])
WRITTEN = st.lists(st.tuples(WORDS, GAPS), max_size=150).map(lambda pairs: "".join(word + gap for word, gap in pairs))
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=900)
LONG = st.builds(lambda text, times: text * times, WRITTEN, st.integers(1, 12))


@settings(max_examples=300, deadline=None)
@given(text=WRITTEN | LONG, channel=CHANNELS)
def test_pieces_have_the_words_of_the_text(text: str, channel: str) -> None:
    assert [word for piece in split(text, channel) for word in piece.split()] == text.split()


@settings(max_examples=300, deadline=None)
@given(text=ANYTHING, channel=CHANNELS)
@example(text="ə" * 1000, channel="sms")
@example(text="a" * 10_000, channel="telegram")
@example(text="😀" * 3000, channel="telegram")
def test_pieces_have_every_character_of_the_text(text: str, channel: str) -> None:
    assert "".join("".join(split(text, channel)).split()) == "".join(text.split())


@settings(max_examples=300, deadline=None)
@given(text=ANYTHING | LONG, channel=CHANNELS)
def test_each_piece_fits(text: str, channel: str) -> None:
    assert [piece for piece in split(text, channel) if not fits(piece, channel)] == []


@settings(max_examples=300, deadline=None)
@given(text=(ANYTHING | LONG).filter(str.strip), channel=CHANNELS)
def test_no_piece_is_empty(text: str, channel: str) -> None:
    assert [piece for piece in split(text, channel) if not piece.strip()] == []


def test_no_piece_is_empty_after_much_white_space() -> None:
    assert split(" " * 250 + "ə" * 250, "sms") == ["ə" * 201, "ə" * 49]


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=67 * SMS_PARTS).filter(lambda text: fits(text, "sms")))
def test_text_that_fits_is_left_as_it_is(text: str) -> None:
    assert split(text, "sms") == [text]


def test_cut_is_made_between_sentences_where_there_is_room() -> None:
    first, second = "Birinci cümlə. " + "ə" * 150 + ".", "İkinci cümlə " + "ə" * 100 + "."
    assert split(f"{first} {second}", "sms") == [first, second]


def test_sms_limit_is_three_parts() -> None:
    assert (SMS_PARTS, fits("ə" * 201, "sms"), fits("ə" * 202, "sms")) == (3, True, False)
