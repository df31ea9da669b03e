"""Settings: read once from the environment and `.env`, checked whole, then never again."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from channels.sms_http import BadSpec, Spec, read_spec
from channels.sms_smpp import BadLink, Link, links

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_MARK = "development-"
LINK_PASSWORD = "SMPP_PASSWORD_"  # noqa: S105  # the beginning of a setting's name
_PHONE = re.compile(r"\+[1-9]\d{7,14}")


class Misconfigured(Exception):
    """The settings cannot be run with; the message is one line that says what to do, without any value."""


class Settings(BaseSettings):
    """Every setting of design.md's list. The environment beats `.env`."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True, env_ignore_empty=True)

    env: Literal["development", "production"] = Field("development", alias="HELPLINE_ENV")
    database_url: str = Field(f"sqlite:///{ROOT}/var/helpline.db", alias="HELPLINE_DATABASE_URL", repr=False)
    redis_url: str | None = Field(None, alias="HELPLINE_REDIS_URL", repr=False)
    public_url: str | None = Field(None, alias="HELPLINE_PUBLIC_URL")
    secret_key: SecretStr = Field(SecretStr(""), alias="HELPLINE_SECRET_KEY")
    address_keys: SecretStr = Field(SecretStr(""), alias="HELPLINE_ADDRESS_KEYS")
    text_keys: SecretStr = Field(SecretStr(""), alias="HELPLINE_TEXT_KEYS")
    lookup_key: SecretStr = Field(SecretStr(""), alias="HELPLINE_LOOKUP_KEY")
    rasa_urls: str | None = Field(None, alias="HELPLINE_RASA_URLS")
    rasa_port: int = Field(5005, alias="HELPLINE_RASA_PORT")
    actions_port: int = Field(5055, alias="HELPLINE_ACTIONS_PORT")
    duty_chat: SecretStr | None = Field(None, alias="HELPLINE_DUTY_CHAT")
    duty_phone: SecretStr | None = Field(None, alias="HELPLINE_DUTY_PHONE")
    duty_language: Literal["az", "ru"] = Field("az", alias="HELPLINE_DUTY_LANGUAGE")
    complaints_to: str | None = Field(None, alias="HELPLINE_COMPLAINTS_TO")
    pilot_districts: str | None = Field(None, alias="HELPLINE_PILOT_DISTRICTS")
    telegram_token: SecretStr | None = Field(None, alias="TELEGRAM_TOKEN")
    telegram_webhook_secret: SecretStr | None = Field(None, alias="TELEGRAM_WEBHOOK_SECRET")
    telegram_api_base: str = Field("https://api.telegram.org", alias="TELEGRAM_API_BASE")
    twilio_account_sid: str | None = Field(None, alias="TWILIO_ACCOUNT_SID", repr=False)
    twilio_auth_token: SecretStr | None = Field(None, alias="TWILIO_AUTH_TOKEN")
    twilio_from: str | None = Field(None, alias="TWILIO_FROM", repr=False)
    twilio_api_base: str | None = Field(None, alias="TWILIO_API_BASE")
    smpp_url: SecretStr | None = Field(None, alias="SMPP_URL")
    smpp_password: SecretStr | None = Field(None, alias="SMPP_PASSWORD")
    # By the name of the link, from SMPP_PASSWORD_<NAME>.
    smpp_passwords: Mapping[str, SecretStr] = Field(default_factory=dict, repr=False)
    sms_http_file: Path | None = Field(None, alias="SMS_HTTP_FILE")
    sms_http_secret: SecretStr | None = Field(None, alias="SMS_HTTP_SECRET")
    sms_http_key: SecretStr | None = Field(None, alias="SMS_HTTP_KEY")
    sms_parts_per_day: int = Field(100, alias="HELPLINE_SMS_PARTS_PER_DAY", ge=1)
    twilio_per_second: float = Field(1.0, alias="TWILIO_PER_SECOND", gt=0)
    bulk_per_second: float = Field(5.0, alias="HELPLINE_BULK_PER_SECOND", gt=0)
    gateway_port: int = Field(8080, alias="HELPLINE_GATEWAY_PORT")
    console_port: int = Field(8081, alias="HELPLINE_CONSOLE_PORT")
    console_host: str = Field("127.0.0.1", alias="HELPLINE_CONSOLE_HOST")

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def rasa_addresses(self) -> tuple[str, ...]:
        """The base URLs of the Rasa servers; one on loopback when none is named."""
        listed = tuple(url.strip().rstrip("/") for url in (self.rasa_urls or "").split(",") if url.strip())
        return listed or (f"http://127.0.0.1:{self.rasa_port}",)

    @property
    def smpp_links(self) -> tuple[Link, ...]:
        """The links of SMPP_URL, none without it. Raise BadLink, a ValueError."""
        if self.smpp_url is None:
            return ()
        passwords = {name: secret.get_secret_value() for name, secret in self.smpp_passwords.items()}
        common = "" if self.smpp_password is None else self.smpp_password.get_secret_value()
        return links(self.smpp_url.get_secret_value(), {**passwords, "": common})

    @property
    def sms_http(self) -> Spec | None:
        """What SMS_HTTP_FILE says, None without it. Raise BadSpec, a ValueError."""
        return None if self.sms_http_file is None else read_spec(self.sms_http_file)

    @property
    def sends_sms(self) -> bool:
        return any((self.smpp_url, self.sms_http_file, self.twilio_account_sid))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _all_or_none(
            "Twilio",
            TWILIO_ACCOUNT_SID=self.twilio_account_sid,
            TWILIO_AUTH_TOKEN=self.twilio_auth_token,
            TWILIO_FROM=self.twilio_from,
        )
        if self.twilio_account_sid and not self.public_url:
            raise ValueError("Twilio needs HELPLINE_PUBLIC_URL: its signatures are checked against it")
        if self.telegram_token and self.public_url and not self.telegram_webhook_secret:
            raise ValueError("TELEGRAM_WEBHOOK_SECRET is missing: with HELPLINE_PUBLIC_URL Telegram uses a webhook")
        if self.telegram_webhook_secret and not self.telegram_token:
            raise ValueError("TELEGRAM_TOKEN is missing while TELEGRAM_WEBHOOK_SECRET is set")
        if self.duty_chat and not self.telegram_token:
            raise ValueError("HELPLINE_DUTY_CHAT needs TELEGRAM_TOKEN")
        if self.duty_phone and not self.sends_sms:
            raise ValueError(
                "HELPLINE_DUTY_PHONE needs an SMS channel: SMPP_URL, SMS_HTTP_FILE, or the three settings of Twilio"
            )
        if self.smpp_url:
            _links_are_whole(self)
        if self.sms_http_file:
            _aggregator_is_whole(self)
        if self.duty_phone and not _PHONE.fullmatch(self.duty_phone.get_secret_value()):
            raise ValueError("HELPLINE_DUTY_PHONE is written as +994501234567")
        if self.production:
            _fit_for_production(self)
        return self


def _all_or_none(what: str, **values: object) -> None:
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(values):
        raise ValueError(f"{what} is half configured: {', '.join(missing)} missing")


def _links_are_whole(settings: Settings) -> None:
    try:
        settings.smpp_links  # noqa: B018  # reading it checks it
    except BadLink as bad:
        raise ValueError(f"SMPP_URL: {bad}") from None


def _aggregator_is_whole(settings: Settings) -> None:
    if not settings.public_url:
        raise ValueError("SMS_HTTP_FILE needs HELPLINE_PUBLIC_URL: the aggregator posts there")
    try:
        spec = read_spec(settings.sms_http_file or Path())
    except BadSpec as bad:
        raise ValueError(f"SMS_HTTP_FILE: {bad}") from None
    if spec.proof.secret is not None and not settings.sms_http_secret:
        raise ValueError("SMS_HTTP_SECRET is missing: the file of SMS_HTTP_FILE names a secret as proof")
    if spec.proof.signature is not None and not settings.sms_http_key:
        raise ValueError("SMS_HTTP_KEY is missing: the file of SMS_HTTP_FILE names a signature as proof")


def _fit_for_production(settings: Settings) -> None:
    """Production never runs on keys that a development start wrote, nor on none."""
    keys = {
        "HELPLINE_SECRET_KEY": settings.secret_key,
        "HELPLINE_ADDRESS_KEYS": settings.address_keys,
        "HELPLINE_TEXT_KEYS": settings.text_keys,
        "HELPLINE_LOOKUP_KEY": settings.lookup_key,
    }
    missing = [name for name, value in keys.items() if not value.get_secret_value()]
    if missing:
        raise ValueError(f"production needs {', '.join(missing)}: see docs/runbook.md")
    made = [name for name, value in keys.items() if value.get_secret_value().startswith(DEVELOPMENT_MARK)]
    if made:
        raise ValueError(f"production refuses development keys: {', '.join(made)}; see docs/runbook.md")


def load(**overrides: object) -> Settings:
    """Return the settings. Raise Misconfigured with one line; values are never repeated in it."""
    try:
        return Settings(smpp_passwords=_link_passwords(), **overrides)  # type: ignore[arg-type]  # names are checked by pydantic
    except ValidationError as error:
        lines = [f"{_where(item['loc'])}{item['msg'].removeprefix('Value error, ')}" for item in error.errors()]
        raise Misconfigured("; ".join(lines)) from None


def _link_passwords() -> dict[str, str]:
    """What SMPP_PASSWORD_<NAME> say; their names are not known before SMPP_URL is read."""
    listed = {**dotenv_values(Settings.model_config.get("env_file")), **os.environ}  # type: ignore[arg-type]  # one file
    return {
        name.removeprefix(LINK_PASSWORD): word
        for name, word in listed.items()
        if name.startswith(LINK_PASSWORD) and word
    }


def _where(location: tuple[int | str, ...]) -> str:
    return f"{location[-1]}: " if location else ""
