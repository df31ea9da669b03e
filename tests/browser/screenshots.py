"""Makes the guide's pictures: `make screenshots`. A throw-away helpline with invented people, each page in each language.

Writes data/guide/images/<language>/<page>.webp.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from console.words import LANGUAGES
from helpline.directory import day_of
from helpline.phrasebook import Phrasebook
from store.database import Database, migrate, open_engine
from store.editing_pages import OverlayReader
from tests.browser.invented import Invented
from tests.browser.room import Room, served
from tests.conftest import ROOT, FrozenClock, test_vault
from tests.helpline.harness import Helpline

IMAGES = ROOT / "data" / "guide" / "images"
WIDTH, TALLEST = 1100, 900
HEAVIEST, HEAVIEST_ALL = 120 * 1024, 6 * 1024 * 1024


@dataclass(frozen=True)
class Scene:
    """What is photographed for a page of the guide: as whom, at which address, which part (the window, where none is named).

    `unfolds`: what is opened before; `finds`: what is typed into the search for ready-made replies.
    """

    page: str
    who: str
    path: str
    part: str = ""
    unfolds: str = ""
    finds: str = ""


SCENES = (
    Scene("queue", "counsellor", "/"),
    Scene("claim", "counsellor", "/cases/1"),
    Scene("reply", "counsellor", "/cases/1", ".reply", "#canned", "burada"),
    Scene("rescue", "counsellor", "/cases/2", "#rescue-card"),
    Scene("plan", "counsellor", "/cases/1", "#plan", ".build:first-of-type"),
    Scene("transfer", "counsellor", "/cases/1", "#transfer", "#transfer details"),
    Scene("refer", "counsellor", "/referrals/new/1?district=barda"),
    Scene("consent", "counsellor", "/referrals/1", "section:has(#h-consent)"),
    Scene("close", "counsellor", "/cases/1/wrap-up", "section:has(#h-end)"),
    Scene("handover", "counsellor", "/handover"),
    Scene("board", "supervisor", "/board"),
    Scene("review", "supervisor", "/reviews/1"),
    Scene("verify", "editor", "/directory/child_line"),
    Scene("text", "editor", "/texts/item:P07"),
    Scene("accounts", "administrator", "/accounts"),
)


def taken(page: Page, scene: Scene, language: str) -> bytes:
    """A picture of the scene, small enough."""
    page.goto(scene.path)
    if page.locator("html").get_attribute("lang") != language:
        page.locator("header .own summary").click()
        page.locator(f".languages button[value={language}]").click()
        page.goto(scene.path)
    page.wait_for_load_state("networkidle" if scene.who not in ("counsellor", "supervisor") else "load")
    if scene.unfolds:
        page.locator(scene.unfolds).first.evaluate("part => { part.open = true; }")
    if scene.finds:
        page.fill("#canned-search", scene.finds)
    shot = page.locator(scene.part).screenshot() if scene.part else page.screenshot()
    return _compact(shot)


def _compact(shot: bytes) -> bytes:
    """At most 1100 px wide and 900 high, as WebP of the best quality that is light enough."""
    with Image.open(io.BytesIO(shot)) as opened:
        picture = opened.convert("RGB")
    width = min(WIDTH, picture.width)
    small = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    cut = small.crop((0, 0, width, min(TALLEST, small.height)))
    for quality in (80, 65, 50, 35):
        written = io.BytesIO()
        cut.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= HEAVIEST:
            break
    return written.getvalue()


def make(room: Room, says: Callable[[str], object] = print) -> None:
    """Fill the helpline and take every scene in every language."""
    windows = Invented(room).windows()
    for language in LANGUAGES:
        (IMAGES / language).mkdir(parents=True, exist_ok=True)
        for scene in SCENES:
            (IMAGES / language / f"{scene.page}.webp").write_bytes(taken(windows[scene.who], scene, language))
        says(f"{language}: {len(SCENES)} pictures")


def _room(browser: Browser, folder: Path) -> None:
    engine, clock = open_engine(f"sqlite:///{folder}/helpline.db"), FrozenClock()
    migrate(engine)
    database = Database(engine, test_vault())
    book = Phrasebook(ROOT / "data", today=lambda: day_of(clock.now()), overlay=OverlayReader(database))
    with served(Helpline(database, clock, book=book), browser) as room:
        make(room)
        for context in browser.contexts:
            context.close()
    engine.dispose()


def main() -> int:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        print("needs Chromium (Debian: chromium)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        _room(browser, Path(folder))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
