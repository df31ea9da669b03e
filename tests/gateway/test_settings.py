"""Settings: half configured refuses to start in one line, and that line never repeats a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings, vendors
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
    "SMPP without a password": {"SMPP_URL": f"smpp://{SECRET}@h?name=a&sender=9010"},
    "SMPP with a password in its URL": {"SMPP_URL": f"smpp://u:{SECRET}@h?name=a&sender=9010", "SMPP_PASSWORD": "p"},
    "SMPP without a sender": {"SMPP_URL": f"smpp://{SECRET}@h?name=a", "SMPP_PASSWORD": "p"},
    "an aggregator without a public URL": {"SMS_HTTP_FILE": "docs/aggregators/json.yml"},
    "an aggregator without its file": {
        **{"SMS_HTTP_FILE": f"{SECRET}.yml", "HELPLINE_PUBLIC_URL": "https://helpline.example.org"},
    },
    "an aggregator without its key": {
        "SMS_HTTP_FILE": str(settings.ROOT / "docs/aggregators/json.yml"),
        **{"SMS_HTTP_SECRET": SECRET, "HELPLINE_PUBLIC_URL": "https://helpline.example.org"},
    },
    "an aggregator without its secret": {
        "SMS_HTTP_FILE": str(settings.ROOT / "docs/aggregators/kannel.yml"),
        **{"SMS_HTTP_KEY": SECRET, "HELPLINE_PUBLIC_URL": "https://helpline.example.org"},
    },
    "no parts a day": {"HELPLINE_SMS_PARTS_PER_DAY": "0"},
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


@pytest.mark.parametrize("where", ["environment", "file"])
def test_link_has_its_own_password_from_its_own_setting(
    where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if where == "environment":
        monkeypatch.setenv("SMPP_PASSWORD_NAR_1", "own")
    else:
        path = tmp_path / "env"
        path.write_text("SMPP_PASSWORD_NAR_1=own\n", encoding="utf-8")
        monkeypatch.setitem(settings.Settings.model_config, "env_file", str(path))
    loaded = settings.load(
        SMPP_URL="smpp://u@h?name=nar-1&sender=9010 smpp://u@i?name=two&sender=9010", SMPP_PASSWORD="p"
    )
    assert [(link.name, link.password) for link in loaded.smpp_links] == [("nar-1", "own"), ("two", "p")]
    assert "own" not in repr(loaded)


def test_duty_phone_rings_over_any_sms_channel() -> None:
    loaded = settings.load(
        SMPP_URL="smpp://u@h?name=a&sender=9010", SMPP_PASSWORD="p", HELPLINE_DUTY_PHONE="+994500000001"
    )
    found = vendors.duty_phone(loaded, vendors.configured_vendors(loaded))
    assert found is not None
    assert found.channel == "sms_smpp"


def test_channels_that_are_live_are_told_by_their_links() -> None:
    loaded = settings.load(SMPP_URL="smpp://u@h?name=a&sender=9010", SMPP_PASSWORD="p")
    lines = vendors.live_lines(loaded, vendors.configured_vendors(loaded))
    assert "sms_smpp: SMPP to a" in lines
    assert not [line for line in lines if line.startswith("sms:")]
