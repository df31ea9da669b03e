"""The worker that `helpline bench smpp` measures: intake and sending as always, but no turns. Settings as everywhere."""

from __future__ import annotations

import asyncio
import signal

from channels import sms_smpp
from gateway import logs
from gateway.keys import settings_with_keys
from gateway.service import assemble
from gateway.workers import Workers


async def work() -> None:
    """Work until SIGTERM; then take leave of the other side."""
    settings = settings_with_keys()
    service = assemble(settings, (sms_smpp.build(settings.smpp_links),))
    service.bell.bind(asyncio.get_running_loop())
    workers = Workers(service.parts, service.vendors, service.bell, service.rates, turn_workers=0)
    working = asyncio.ensure_future(workers.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    await asyncio.gather(working, return_exceptions=True)


if __name__ == "__main__":
    logs.configure()
    asyncio.run(work())
