"""The links to operators, as SMPP_URL names them: smpp://user@host:2775?name=azercell&sender=9010&…"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
_SHORT_CODE = re.compile(r"[0-9]{3,6}")
_NUMBER = re.compile(r"\+?[0-9]{7,15}")
_WORD = re.compile(r"[0-9A-Za-z .&_-]{1,11}")
_PREFIX = re.compile(r"[0-9]{1,12}")
_CODE = re.compile(r"[0-9A-Za-z-]{1,24}")
_OPTIONS: Final = frozenset(
    {
        *("name", "sender", "ton", "npi", "prefixes", "share", "window", "per_second", "enquire", "timeout"),
        *("validity", "ids", "opted_out", "system_type", "ca"),
    }
)
# SMPP 3.4, 4.1: with the zero at its end.
_LONGEST_USER, _LONGEST_PASSWORD, _LONGEST_TYPE = 15, 8, 12


class BadLink(ValueError):
    """A link that cannot be used; the message says what to do and repeats no user, host or password."""


@dataclass(frozen=True)
class Link:
    """One bound connection to one SMSC.

    `sender`: our short code or number there. `prefixes`: numbers (994…) that go by it; `share`: its weight among links without.
    `window`: requests on their way at once. `per_second`: parts. `enquire`, `timeout`: seconds until a quiet line is tried, and
    until an answer counts as missing. `validity`: seconds that the network may keep a message of ours. `hex_ids`: the SMSC
    answers with hexadecimal ids and writes decimal ones into receipts. `opted_out`: statuses (0x402) and error codes of
    receipts by which it says that the person wants nothing from us. `ca`: a file with the authority of its certificate.
    """

    name: str
    host: str = field(repr=False)
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    sender: str
    ton: int = 0
    npi: int = 0
    tls: bool = False
    ca: str | None = None
    prefixes: tuple[str, ...] = ()
    share: int = 1
    window: int = 10
    per_second: float = 50.0
    enquire: float = 30.0
    timeout: float = 10.0
    validity: int = 600
    hex_ids: bool = False
    opted_out: frozenset[str] = frozenset()
    system_type: str = ""


def links(urls: str, passwords: Mapping[str, str]) -> tuple[Link, ...]:
    """Read one or several URLs, separated by blanks or commas before the next scheme. Raise BadLink.

    `passwords`: by the link's name in capitals with _ for -, and under "" the one for all others.
    """
    found = tuple(_link(url, passwords) for url in re.split(r"[\s,]+(?=smpps?://)", urls.strip()))
    if len({link.name for link in found}) != len(found):
        raise BadLink("two links have one name: give each its own name=…")
    return found


def _link(url: str, passwords: Mapping[str, str]) -> Link:
    parts = _split(url)
    said = _options(parts.query)
    name = said.get("name") or (parts.hostname or "").split(".")[0].lower()
    if not _NAME.fullmatch(name):
        raise BadLink("name=… is written in small letters, digits and -, 24 at most")
    user, password = _bound_as(name, parts, passwords)
    sender = said.get("sender", "")
    ton, npi = _kind(name, sender)
    return Link(
        name=name,
        host=parts.hostname or "",
        port=parts.port or (3550 if parts.scheme == "smpps" else 2775),
        user=user,
        password=password,
        sender=sender.removeprefix("+"),
        ton=int(_number(name, said, "ton", ton, 0, 6)),
        npi=int(_number(name, said, "npi", npi, 0, 18)),
        tls=parts.scheme == "smpps",
        ca=said.get("ca"),
        prefixes=_listed(name, said, "prefixes", _PREFIX),
        share=int(_number(name, said, "share", 1, 1, 1000)),
        window=int(_number(name, said, "window", 10, 1, 100)),
        per_second=_number(name, said, "per_second", 50, 0.1, 1000),
        enquire=_number(name, said, "enquire", 30, 1, 600),
        timeout=_number(name, said, "timeout", 10, 1, 30),
        validity=int(_number(name, said, "validity", 600, 60, 86400)),
        hex_ids=_one_of(name, said, "ids", ("same", "hex")) == "hex",
        opted_out=frozenset(code.lower() for code in _listed(name, said, "opted_out", _CODE)),
        system_type=_short(name, said.get("system_type", ""), "system_type", _LONGEST_TYPE),
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("smpp", "smpps") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole:
        raise BadLink("a link is written smpp://user@host:port?name=…&sender=…, or smpps://… with TLS")
    if parts.password is not None:
        raise BadLink(
            "the password does not belong into SMPP_URL: set SMPP_PASSWORD, or SMPP_PASSWORD_<NAME> for one link"
        )
    return parts


def _options(query: str) -> dict[str, str]:
    said = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(said.keys() - _OPTIONS)
    if unknown:
        raise BadLink(f"unknown option {unknown[0][:24]!r}: known are {', '.join(sorted(_OPTIONS))}")
    return {name: value.strip() for name, value in said.items() if value.strip()}


def _bound_as(name: str, parts: SplitResult, passwords: Mapping[str, str]) -> tuple[str, str]:
    user = _short(name, unquote(parts.username or ""), "the user", _LONGEST_USER)
    setting = f"SMPP_PASSWORD_{name.upper().replace('-', '_')}"
    password = passwords.get(name.upper().replace("-", "_")) or passwords.get("", "")
    if not user or not password:
        raise BadLink(f"{name}: needs a user in SMPP_URL and a password in SMPP_PASSWORD or {setting}")
    return user, _short(name, password, "the password", _LONGEST_PASSWORD)


def _short(name: str, value: str, what: str, longest: int) -> str:
    if len(value) > longest or not value.isascii() or not all(letter.isprintable() for letter in value):
        raise BadLink(f"{name}: {what} has at most {longest} plain letters in SMPP")
    return value


def _kind(name: str, sender: str) -> tuple[int, int]:
    """Type and plan of our number: a short code is of no type, a long one international, a word alphanumeric."""
    if _SHORT_CODE.fullmatch(sender):
        return 0, 0
    if _NUMBER.fullmatch(sender):
        return 1, 1
    if _WORD.fullmatch(sender):
        return 5, 0
    raise BadLink(f"{name}: needs sender=…, the short code or number that people see")


def _number(name: str, said: Mapping[str, str], option: str, usual: float, least: float, most: float) -> float:
    try:
        value = float(said.get(option, usual))
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise BadLink(f"{name}: {option} is a number from {least:g} to {most:g}")
    return value


def _listed(name: str, said: Mapping[str, str], option: str, form: re.Pattern[str]) -> tuple[str, ...]:
    values = tuple(value.strip() for value in said.get(option, "").split(",") if value.strip())
    if not all(form.fullmatch(value) for value in values):
        raise BadLink(f"{name}: {option} is a list like 50,51 without blanks")
    return values


def _one_of(name: str, said: Mapping[str, str], option: str, allowed: tuple[str, ...]) -> str:
    value = said.get(option, allowed[0])
    if value not in allowed:
        raise BadLink(f"{name}: {option} is one of {', '.join(allowed)}")
    return value
