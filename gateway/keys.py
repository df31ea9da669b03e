"""Development keys: made once and kept in `.env`, marked so that production refuses them."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from gateway import settings
from gateway.settings import DEVELOPMENT_MARK, ROOT, Misconfigured, Settings
from store.sealing import BadKeys, Keyring, Vault


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_development_keys(path: Path) -> bool:
    """Add the keys that `.env` lacks; return whether any was. A key that is there is never changed."""
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    wanted = {
        "HELPLINE_SECRET_KEY": DEVELOPMENT_MARK + secrets.token_urlsafe(32),
        "HELPLINE_ADDRESS_KEYS": f"{DEVELOPMENT_MARK}a1:{_key()}",
        "HELPLINE_TEXT_KEYS": f"{DEVELOPMENT_MARK}t1:{_key()}",
        "HELPLINE_LOOKUP_KEY": DEVELOPMENT_MARK + _key(),
    }
    there = {line.partition("=")[0].strip() for line in known.splitlines()} | set(os.environ)
    missing = {name: value for name, value in wanted.items() if name not in there}
    if not missing:
        return False
    lines = [f"{name}={value}" for name, value in missing.items()]
    head = "" if known else "# Development keys, made by the first start. Production refuses them.\n"
    path.touch(mode=0o600)
    path.write_text(known + head + "\n".join(lines) + "\n", encoding="utf-8")
    return True


def settings_with_keys(**overrides: object) -> Settings:
    """Return the settings, with development keys made when there are none. Raise Misconfigured."""
    loaded = settings.load(**overrides)
    if not loaded.production and write_development_keys(ROOT / ".env"):
        loaded = settings.load(**overrides)
    return loaded


def open_vault(settings: Settings) -> Vault:
    """Build the vault from the settings. Raise Misconfigured when a key is unusable."""
    try:
        return Vault(
            Keyring.parse("address", settings.address_keys.get_secret_value()),
            Keyring.parse("text", settings.text_keys.get_secret_value()),
            _lookup_key(settings.lookup_key.get_secret_value()),
        )
    except BadKeys as error:
        raise Misconfigured(f"HELPLINE_*_KEYS: {error}; `make run` writes development keys into .env") from None


def _lookup_key(listed: str) -> bytes:
    encoded = listed.removeprefix(DEVELOPMENT_MARK)
    if not encoded:
        raise BadKeys("HELPLINE_LOOKUP_KEY is missing")
    return encoded.encode()
