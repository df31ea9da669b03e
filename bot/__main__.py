"""Rasa without the parts that are not used: train, serve, check.

python -m bot train [--out DIR]                        train unless a model of the same inputs is there
python -m bot serve --port P --actions-url U --model M serve turns on the loopback
python -m bot validate                                 check domain, rules, stories and messages
python -m bot test                                     test stories and held-out messages
python -m bot fingerprint                              print what names the model
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bot.fingerprint import MODELS, ROOT, fingerprint, model_path
from bot.quiet_logs import write_names_only


def main() -> int:
    """Run one command; return the exit status."""
    asked = _arguments()
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # more threads take more time here, and results then depend on them
    if asked.command == "fingerprint":
        print(fingerprint())
        return 0
    from bot.slim import leave_out_tensorflow

    leave_out_tensorflow()
    if asked.command == "serve":
        return _serve(asked)
    if asked.command == "train":
        from bot.training import train

        return train(asked.out)
    from bot import checking

    return checking.validate() if asked.command == "validate" else checking.test(asked.model or model_path())


def _serve(asked: argparse.Namespace) -> int:
    model = asked.model or model_path()
    if not model.exists():
        print(f"no model at {model}: run `python -m bot train` first", file=sys.stderr)
        return 1
    write_names_only()  # before the first import of Rasa, whose libraries warn at import
    from bot.serving import serve

    return serve(asked.port, asked.actions_url, model, asked.credentials, asked.endpoints)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bot")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train")
    train.add_argument("--out", type=Path, default=MODELS)
    serve = commands.add_parser("serve")
    serve.add_argument("--port", type=int, default=5005)
    serve.add_argument("--actions-url", default="http://127.0.0.1:5055/webhook")
    serve.add_argument("--credentials", type=Path, default=ROOT / "credentials.yml")
    serve.add_argument("--endpoints", type=Path, default=ROOT / "endpoints.yml")
    for command in (serve, commands.add_parser("test")):
        command.add_argument("--model", type=Path, default=None, help="default: the model of the present inputs")
    for name in ("validate", "fingerprint"):
        commands.add_parser(name)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
