"""The registration of vendors: which are configured, and where alerts go."""

from __future__ import annotations

from channels import simulator, sms_twilio, telegram
from channels.vendor import Vendor
from gateway.settings import Settings
from helpline.turns import Duty


def configured_vendors(settings: Settings) -> tuple[Vendor, ...]:
    """Return a vendor for each that has its settings; the simulator's phones in development."""
    vendors: list[Vendor] = []
    if settings.telegram_token is not None:
        vendors.append(telegram.build(_telegram(settings)))
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


def duty_phone(settings: Settings) -> Duty | None:
    """The phone that rings at night and when nobody takes a case, by SMS."""
    if settings.duty_phone is None:
        return None
    return Duty("sms_twilio", settings.duty_phone.get_secret_value(), settings.duty_language)


def live_lines(settings: Settings, vendors: tuple[Vendor, ...]) -> list[str]:
    """One line a channel for the start's screen: which are live, and how."""
    how = {"telegram": "webhook" if settings.public_url else "polling", "sms_twilio": "webhook"}
    live = [f"{vendor.name}: {how.get(vendor.name, 'on this machine')}" for vendor in vendors]
    names = {vendor.name for vendor in vendors}
    off = {"telegram": "TELEGRAM_TOKEN", "sms_twilio": "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM"}
    return live + [f"{name}: off (set {needs})" for name, needs in off.items() if name not in names]
