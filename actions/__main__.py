"""Starts the action server on the loopback: `python -m actions --port 5055`."""

from __future__ import annotations

import argparse
import os

from bot.quiet_logs import write_names_only


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="actions", description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    asked = parser.parse_args()
    os.environ["SANIC_HOST"] = "127.0.0.1"
    write_names_only()
    from actions.server import build

    build().run(host="127.0.0.1", port=asked.port, workers=1, access_log=False, motd=False)


if __name__ == "__main__":
    main()
