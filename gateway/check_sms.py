"""What `helpline check` says of SMS: each link to an operator, the aggregator, and the parts that were used."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta

from channels.sms_smpp import CHANNEL, Link
from gateway.check_lines import Line, Mark
from gateway.settings import Settings
from helpline.starting import BAKU
from store.database import Database
from store.parts_pages import links_seen, parts_brought, parts_sent

_FRESH = timedelta(seconds=30)
_CONNECT_WITHIN = 3.0


def sms_lines(settings: Settings, database: Database, now: datetime) -> Iterator[Line]:
    """A line for each link and for what today and this month cost."""
    with database.reading() as db:
        seen = links_seen(db)
    for link in settings.smpp_links:
        yield _link(link, seen.get(f"{CHANNEL}/{link.name}"), now)
    if settings.sends_sms:
        yield _parts(settings, database, now)


def _link(link: Link, seen: datetime | None, now: datetime) -> Line:
    if seen is not None and now - seen < _FRESH:
        return Line(Mark.OK, f"link {link.name}: bound, seen {round((now - seen).total_seconds())} s ago")
    if not reachable(link):
        return Line(
            Mark.WRONG,
            f"link {link.name}: no connection to its host and port; check SMPP_URL, and whether the operator admits our address",
        )
    return Line(
        Mark.NOTE,
        f"link {link.name}: reachable, but no worker has it bound; `helpline worker` or `helpline run` binds it",
    )


def reachable(link: Link) -> bool:
    """Whether its host takes a connection, with TLS where it is asked for. Nothing is said on it, so no bind is used up."""
    try:
        with socket.create_connection((link.host, link.port), timeout=_CONNECT_WITHIN) as line:
            if link.tls:
                ssl.create_default_context(cafile=link.ca).wrap_socket(line, server_hostname=link.host).close()
    except OSError:  # also what TLS does not trust
        return False
    return True


def _parts(settings: Settings, database: Database, now: datetime) -> Line:
    today = now.astimezone(BAKU).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.reading() as db:
        sent, month, brought = parts_sent(db, today), parts_sent(db, today.replace(day=1)), parts_brought(db, today)
    used = sum(one.parts for one in sent.values())
    total = sum(one.parts for one in month.values())
    by_channel = ", ".join(f"{channel} {one.parts}" for channel, one in sent.items()) or "none"
    return Line(
        Mark.OK,
        f"SMS parts: {used} sent today ({by_channel}), {total} this month, {brought} came by SMPP today; "
        f"chatter waits after {settings.sms_parts_per_day} a person and day",
    )
