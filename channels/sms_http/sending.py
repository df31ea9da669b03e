"""Sending through an aggregator's HTTP interface, as its file says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import httpx

from channels.sms_http.spec import Outcome, Sending
from channels.sms_http.templates import filled
from channels.sms_http.updates import CHANNEL, Secrets
from helpline import segments
from helpline.messages import OutgoingMessage, SendFailed

# A channel pauses as a whole: a mistaken header must not silence it for a day.
LONGEST_PAUSE: Final = 300.0
_LONGEST_ANSWER: Final = 20_000


class HttpChannel:
    """`choices` are not looked at: they are numbered lines of the text already."""

    name = CHANNEL

    def __init__(self, sending: Sending, secrets: Secrets, receipt_url: str) -> None:
        self._sending, self._secrets, self._receipt_url = sending, secrets, receipt_url
        self._http: httpx.AsyncClient | None = None

    async def send(self, message: OutgoingMessage) -> str:
        """Return the aggregator's id of the message, or our own where it gives none; or raise SendFailed."""
        try:
            basic = httpx.BasicAuth(self._secrets.key, self._secrets.secret) if self._sending.basic else None
            answer = await self._client().send(self._request(message), auth=basic)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise SendFailed("network", retryable=True) from None
        body = answer.text[:_LONGEST_ANSWER]
        if not self._sending.accepted.matches(answer.status_code, body):
            raise refusal(self._sending, answer.status_code, body, answer.headers)
        found = None if self._sending.id is None else self._sending.id.search(body)
        return message.key if found is None else found.group(found.lastindex or 0)[:96]

    async def wipe(self, address: str, ids: tuple[str, ...]) -> None:
        """Nobody can delete an SMS from a phone but who holds it."""

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    def _client(self) -> httpx.AsyncClient:
        """Made in the loop that uses it. A proxy that the environment names would read along."""
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=self._sending.timeout, trust_env=False, follow_redirects=False)
        return self._http

    def _request(self, message: OutgoingMessage) -> httpx.Request:
        sending, values = self._sending, self._values(message)
        headers = {name: str(filled(value, values)) for name, value in sending.headers.items()}
        body, url, client = filled(sending.fields, values), str(filled(sending.url, values)), self._client()
        if sending.body == "json":
            return client.build_request(sending.method, url, headers=headers, json=body)
        if sending.body == "form" and isinstance(body, dict):
            return client.build_request(sending.method, url, headers=headers, data={k: str(v) for k, v in body.items()})
        typed = {"Content-Type": "text/plain; charset=utf-8"} | headers
        return client.build_request(sending.method, url, headers=typed, content=str(body).encode())

    def _values(self, message: OutgoingMessage) -> Mapping[str, str]:
        counted = segments.count(message.text)
        return {
            "to": message.address,
            "to_digits": message.address.removeprefix("+"),
            "text": message.text,
            "from": self._sending.sender,
            "secret": self._secrets.secret,
            "key": self._secrets.key,
            "message": message.key,
            "parts": str(counted.parts),
            "coding": "0" if counted.encoding == "GSM-7" else "2",
            "receipt_url": self._receipt_url,
        }


def refusal(sending: Sending, status: int, body: str, headers: Mapping[str, str]) -> SendFailed:
    """Return what became of a message: by the first pattern of the file that fits.

    What no pattern names is no verdict on the message (a proxy, a portal, a changed interface): it is tried again.
    """
    code = f"http-{status}"
    outcome = next((then for pattern, then in sending.errors if pattern.matches(status, body)), None)
    if outcome is Outcome.OPTED_OUT:
        return SendFailed(code, retryable=False, stops_sender=True)
    if outcome is Outcome.PERMANENT:
        return SendFailed(code, retryable=False)
    if outcome is Outcome.THROTTLED or (outcome is None and status == 429):
        return SendFailed("throttled", retryable=True, retry_after=_seconds(headers.get("Retry-After")) or 5.0)
    return SendFailed("auth" if status in (401, 403) else code, retryable=True)


def _seconds(retry_after: str | None) -> float | None:
    if retry_after is None or not re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return None
    return min(float(retry_after), LONGEST_PAUSE)
