"""Takes the README's pictures from the real thing, on a screen with a window manager.

Run as ``python -m tests.e2e.take_pictures FOLDER``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.e2e.conftest import HOST, running_demo


def main(folder: Path) -> None:
    """Play the whole order and the account, each over a fresh demo, and picture every window into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for scenario in ("order", "consent"):
        with running_demo("--auto-fulfil", "1") as demo:
            subprocess.run(
                [sys.executable, str(HOST), scenario, json.dumps(demo), str(folder)], check=True, timeout=180
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
