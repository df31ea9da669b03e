"""The registration of vendors: which are configured, and where alerts go."""

from __future__ import annotations

from collections.abc import Iterable

from channels import simulator, sms_http, sms_smpp, sms_twilio, telegram
from channels.vendor import Vendor
from gateway.settings import Settings
from helpline.routes import SMS, network
from helpline.turns import Duty


def configured_vendors(settings: Settings) -> tuple[Vendor, ...]:
    """Return a vendor for each that has its settings; the simulator's phones in development."""
    vendors: list[Vendor] = []
    if settings.telegram_token is not None:
        vendors.append(telegram.build(_telegram(settings)))
    if settings.smpp_url is not None:
        vendors.append(sms_smpp.build(settings.smpp_links))
    if settings.sms_http is not None:
        vendors.append(sms_http.build(settings.sms_http, _secrets(settings), settings.public_url))
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_from:
        vendors.append(sms_twilio.build(_twilio(settings)))
    if not settings.production:
        vendors.extend(simulator.build_simulator())
    return tuple(vendors)


def _telegram(settings: Settings) -> telegram.TelegramSettings:
    token, secret = settings.telegram_token, settings.telegram_webhook_secret
    return telegram.TelegramSettings(
        token=token.get_secret_value() if token else "",
        webhook_secret=secret.get_secret_value() if secret else None,
        api_base=settings.telegram_api_base,
        public_url=settings.public_url,
    )


def _secrets(settings: Settings) -> sms_http.Secrets:
    secret, key = settings.sms_http_secret, settings.sms_http_key
    return sms_http.Secrets(secret.get_secret_value() if secret else "", key.get_secret_value() if key else "")


def _twilio(settings: Settings) -> sms_twilio.TwilioSettings:
    auth = settings.twilio_auth_token
    return sms_twilio.TwilioSettings(
        account_sid=settings.twilio_account_sid or "",
        auth_token=auth.get_secret_value() if auth else "",
        from_number=settings.twilio_from or "",
        api_base=settings.twilio_api_base,
        public_url=settings.public_url,
        per_second=settings.twilio_per_second,
    )


def duty(settings: Settings) -> Duty | None:
    """Where alerts go: the duty chat on Telegram, when one is named."""
    if settings.duty_chat is None:
        return None
    return Duty("telegram", settings.duty_chat.get_secret_value(), settings.duty_language)


def sms_channels(vendors: Iterable[Vendor]) -> tuple[str, ...]:
    """The channels that lead into the network, the preferred first."""
    return tuple(vendor.name for vendor in vendors if network(vendor.name) == SMS)


def duty_phone(settings: Settings, vendors: Iterable[Vendor]) -> Duty | None:
    """The phone that rings at night and when nobody takes a case, by SMS."""
    channel = next(iter(sms_channels(vendors)), None)
    if settings.duty_phone is None or channel is None:
        return None
    return Duty(channel, settings.duty_phone.get_secret_value(), settings.duty_language)


def live_lines(settings: Settings, vendors: tuple[Vendor, ...]) -> list[str]:
    """One line a channel for the start's screen: which are live, and how."""
    named = ", ".join(link.name for link in settings.smpp_links)
    how = {
        "telegram": "webhook" if settings.public_url else "polling",
        "sms_smpp": f"SMPP to {named}",
        "sms_http": "webhook",
        "sms_twilio": "webhook",
    }
    live = [f"{vendor.name}: {how.get(vendor.name, 'on this machine')}" for vendor in vendors]
    names = {vendor.name for vendor in vendors}
    off = {"telegram": "TELEGRAM_TOKEN"}
    if not sms_channels(vendors):
        off["sms"] = "SMPP_URL, SMS_HTTP_FILE, or TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM"
    return live + [f"{name}: off (set {needs})" for name, needs in off.items() if name not in names]
