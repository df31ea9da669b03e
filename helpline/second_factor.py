"""The second factor: codes of a telephone's authenticator (RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

import pyotp

SECONDS = 30
# A telephone's clock may be a step behind or ahead.
SLACK = (0, -1, 1)
RECOVERY_CODES = 10
ISSUER = "Yanında"
# Without what is misread from paper: 0 o, 1 l i.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 3
_GROUP = 4


def new_secret() -> str:
    """A secret as authenticators take it: base32, 160 bits."""
    return pyotp.random_base32()


def uri(secret: str, name: str) -> str:
    """What an authenticator reads from the picture."""
    return f"otpauth://totp/{quote(ISSUER)}:{quote(name)}?secret={secret}&issuer={quote(ISSUER)}"


def in_groups(secret: str) -> str:
    """The secret for typing, four letters at a time."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step whose code this is, one before or after this moment's at most; None when it is none of them.

    Whoever accepts it keeps the step, so that no code works twice.
    """
    typed = "".join(code.split())
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return None
    here = int(now.timestamp()) // SECONDS
    made = pyotp.TOTP(secret)
    fitting = [here + slack for slack in SLACK if hmac.compare_digest(made.generate_otp(here + slack), typed)]
    return fitting[0] if fitting else None


def looks_like_code(typed: str) -> bool:
    """Six digits are a code of the telephone; no password is that short."""
    bare = "".join(typed.split())
    return len(bare) == 6 and bare.isascii() and bare.isdigit()


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of three groups: 58 bits each."""
    return tuple(_recovery_code() for _ in range(RECOVERY_CODES))


def plain_recovery_code(typed: str) -> str:
    """As it was made, however it was typed."""
    return "".join(letter for letter in typed.casefold() if letter in _LETTERS)


def one_time_password() -> str:
    """A password for the first sign-in, that can be read to somebody; they choose their own with it."""
    return "-".join(_group() for _ in range(4))


def _recovery_code() -> str:
    return "-".join(_group() for _ in range(_GROUPS))


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))
