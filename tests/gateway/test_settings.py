"""Settings: half configured refuses to start in one line, and that line never repeats a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings
from gateway.keys import open_vault, write_development_keys
from gateway.settings import Misconfigured

SECRET = "very-secret-value"
KEYS = {
    "HELPLINE_SECRET_KEY": "long-random",
    "HELPLINE_ADDRESS_KEYS": "a1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "HELPLINE_TEXT_KEYS": "t1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "HELPLINE_LOOKUP_KEY": "lookup",
}
HALF = {
    "Twilio without a token": {"TWILIO_ACCOUNT_SID": SECRET},
    "Twilio without a public URL": {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": SECRET, "TWILIO_FROM": "+1"},
    "webhook without a secret": {"TELEGRAM_TOKEN": SECRET, "HELPLINE_PUBLIC_URL": "https://helpline.example.org"},
    "secret without a token": {"TELEGRAM_WEBHOOK_SECRET": SECRET},
    "duty chat without Telegram": {"HELPLINE_DUTY_CHAT": SECRET},
    "duty phone without SMS": {"HELPLINE_DUTY_PHONE": "+994501234567"},
    "duty phone that is no number": {
        **{"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+1"},
        **{"HELPLINE_PUBLIC_URL": "https://helpline.example.org", "HELPLINE_DUTY_PHONE": SECRET},
    },
    "production without keys": {"HELPLINE_ENV": "production"},
    "production on development keys": {
        "HELPLINE_ENV": "production",
        **KEYS,
        "HELPLINE_SECRET_KEY": f"development-{SECRET}",
    },
    "a port that is no number": {"HELPLINE_GATEWAY_PORT": SECRET},
    "an unknown environment": {"HELPLINE_ENV": SECRET},
}


@pytest.fixture(autouse=True)
def _no_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The developer's own `.env` and environment have no say here."""
    monkeypatch.setitem(settings.Settings.model_config, "env_file", str(tmp_path / "none"))
    for field in settings.Settings.model_fields.values():
        monkeypatch.delenv(str(field.alias), raising=False)


@pytest.mark.parametrize("given", HALF.values(), ids=HALF)
def test_half_configured_refuses_in_one_line_without_values(given: dict[str, str]) -> None:
    with pytest.raises(Misconfigured) as refused:
        settings.load(**given)
    assert "\n" not in str(refused.value)
    assert SECRET not in str(refused.value)


def test_production_with_keys_of_its_own_loads() -> None:
    assert settings.load(HELPLINE_ENV="production", **KEYS).production is True


def test_environment_beats_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("HELPLINE_GATEWAY_PORT=9000\n")
    monkeypatch.setitem(settings.Settings.model_config, "env_file", str(tmp_path / "env"))
    assert settings.load().gateway_port == 9000
    monkeypatch.setenv("HELPLINE_GATEWAY_PORT", "9001")
    assert settings.load().gateway_port == 9001


def test_several_rasa_servers_are_named_in_order() -> None:
    urls = "http://127.0.0.1:5005/, http://127.0.0.1:5006"
    assert settings.load(HELPLINE_RASA_URLS=urls).rasa_addresses == ("http://127.0.0.1:5005", "http://127.0.0.1:5006")


def test_settings_show_no_secret() -> None:
    shown = repr(settings.load(TELEGRAM_TOKEN=SECRET, TWILIO_ACCOUNT_SID=None))
    assert SECRET not in shown


def test_development_keys_are_made_once_and_are_readable_only_by_their_owner(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert write_development_keys(path) is True
    first = path.read_text()
    assert write_development_keys(path) is False
    assert path.read_text() == first
    assert path.stat().st_mode & 0o077 == 0


def test_development_keys_open_a_vault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("TELEGRAM_TOKEN=\n")
    write_development_keys(path)
    monkeypatch.setitem(settings.Settings.model_config, "env_file", str(path))
    vault = open_vault(settings.load())
    assert vault.texts.open(vault.texts.seal("salam")) == "salam"
    assert path.read_text().startswith("TELEGRAM_TOKEN=\n")
