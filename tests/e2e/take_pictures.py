"""Takes the README's pictures from the real thing, on a screen with a window manager.

Run as ``python -m tests.e2e.take_pictures FOLDER``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.conftest import HOST, running_demo
from tests.e2e.panel_browser import PHONE, PanelBrowser, open_browser, resize


def main(folder: Path) -> None:
    """Play the whole order and the account, each over a fresh demo, and picture every window into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for scenario in ("order", "consent"):
        with running_demo("--auto-fulfil", "1") as demo:
            subprocess.run(
                [sys.executable, str(HOST), scenario, json.dumps(demo), str(folder)], check=True, timeout=180
            )
    picture_panel(folder)


def picture_panel(folder: Path) -> None:
    """Picture „Moje dane" of the web panel on a desktop and its programs on a phone."""
    with running_demo() as demo, tempfile.TemporaryDirectory() as profile, open_browser(Path(profile)) as driver:
        panel = PanelBrowser(driver, demo["panel_url"]).log_in(**demo["account"])
        panel.screenshot(folder / "panel.png")
        resize(driver, PHONE)
        panel.open("programy").screenshot(folder / "panel-telefon.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
