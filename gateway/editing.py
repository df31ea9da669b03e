"""`helpline directory export` and `helpline texts export`: from the running service's database into the files of a release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from gateway.keys import open_vault
from gateway.settings import ROOT, Misconfigured, Settings
from helpline.overlay import Overlay
from helpline.yaml_splice import CannotSplice
from store.database import Database, migrate, open_engine
from store.editing_pages import OverlayReader

Export = Callable[[Path, Overlay], list[Path]]


def export(settings: Settings, write: Export, screen: Console, data: Path = ROOT / "data") -> None:
    """Write the files and name those that changed. Raise Misconfigured, with none changed, when one is not as expected."""
    engine = open_engine(settings.database_url)
    migrate(engine)
    overlay = OverlayReader(Database(engine, open_vault(settings)))()
    engine.dispose()
    try:
        changed = write(data, overlay)
    except CannotSplice as error:
        raise Misconfigured(f"not written, a file is not as it was expected at {error}") from None
    for path in changed:
        screen.print(f"changed {path.relative_to(data.parent)}")
    screen.print(f"{len(changed)} files changed; look at the difference and commit it.")
