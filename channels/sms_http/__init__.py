"""SMS through any aggregator with an HTTP interface, by a file that describes it. Registration is here."""

from __future__ import annotations

from typing import Final

from channels.sms_http.sending import HttpChannel
from channels.sms_http.spec import BadSpec, Spec, read_spec
from channels.sms_http.updates import CHANNEL, HttpUpdates, Secrets, path_of
from channels.vendor import Acknowledgement, Rate, Route, Vendor

INBOUND_PATH: Final = "/sms/http"
RECEIPT_PATH: Final = "/sms/http/receipt"


def build(spec: Spec, secrets: Secrets, public_url: str | None) -> Vendor:
    """Return the vendor to register. It connects to nothing before the first message."""
    updates = HttpUpdates(spec, secrets)
    channel = HttpChannel(spec.sending, secrets, path_of(public_url, RECEIPT_PATH))
    incoming, receipts = spec.incoming, spec.receipts
    routes = [Route(INBOUND_PATH, updates.inbound, Acknowledgement(incoming.answer), methods=(incoming.method,))]
    if receipts is not None:
        routes.append(
            Route(RECEIPT_PATH, updates.receipt, Acknowledgement(receipts.answer), methods=(receipts.method,))
        )
    return Vendor(channel, Rate(spec.sending.per_second), tuple(routes), stop=channel.close)


__all__ = ["CHANNEL", "BadSpec", "Secrets", "Spec", "build", "read_spec"]
