"""Sealing at rest: AES-GCM with the key's id in the value, and a keyed hash to find an address again."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class BadKeys(ValueError):
    """Keys that cannot be used; the message says which and why, never the key."""


class Unsealable(Exception):
    """A sealed value whose key is gone or that was tampered with."""


@dataclass(frozen=True)
class Keyring:
    """Keys by id. The first writes, all read. `purpose` is bound into each value: an address never opens as text."""

    purpose: str
    writer: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, purpose: str, listed: str) -> Keyring:
        """Read `id:base64,id:base64`; each key has 32 bytes."""
        keys: dict[str, bytes] = {}
        for item in filter(None, (part.strip() for part in listed.split(","))):
            name, _, encoded = item.partition(":")
            keys[name] = _key(purpose, name, encoded)
        if not keys:
            raise BadKeys(f"{purpose}: no key given")
        return cls(purpose, next(iter(keys)), keys)

    def seal(self, text: str) -> bytes:
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self.keys[self.writer]).encrypt(nonce, text.encode(), self.purpose.encode())
        return self.writer.encode() + b":" + nonce + sealed

    def open(self, sealed: bytes) -> str:
        """Return the text. Raise Unsealable."""
        name, _, rest = bytes(sealed).partition(b":")
        key = self.keys.get(name.decode(errors="replace"))
        if key is None:
            raise Unsealable(f"{self.purpose}: unknown key")
        try:
            opened = AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], self.purpose.encode())
        except InvalidTag:
            raise Unsealable(f"{self.purpose}: tampered value") from None
        return opened.decode()


def _key(purpose: str, name: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise BadKeys(f"{purpose}: key {name!r} is not base64") from None
    if len(key) != 32 or not name:
        raise BadKeys(f"{purpose}: each key is id:base64 of 32 bytes")
    return key


@dataclass(frozen=True)
class Vault:
    """The two keyrings and the lookup key."""

    addresses: Keyring
    texts: Keyring
    lookup_key: bytes = field(repr=False)

    def lookup(self, channel: str, address: str) -> bytes:
        """Return what an address is found by: the same for the same address, useless without the key."""
        return hmac.digest(self.lookup_key, f"{channel}\0{address}".encode(), sha256)

    def seal_json(self, value: object) -> bytes:
        return self.texts.seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def open_json(self, sealed: bytes | None) -> object:
        opened: object = None if sealed is None else json.loads(self.texts.open(sealed))
        return opened
