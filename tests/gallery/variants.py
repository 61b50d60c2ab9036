"""The desktops on which every state is looked at: palettes, scales, letters and screens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SECONDS = 600


class Variant(NamedTuple):
    """A desktop.

    Attributes:
        name: the folder's name.
        screen: the screen in pixels.
        scale: Qt's scale factor.
        options: how it is pictured (``picture.py``).
    """

    name: str
    screen: tuple[int, int] = (1366, 768)
    scale: float = 1.0
    options: Sequence[str] = ()


VARIANTS = (
    Variant("light-100"),
    Variant("dark-100", options=("--dark",)),
    Variant("light-150", (1920, 1080), 1.5),
    Variant("dark-200", (1920, 1080), 2.0, ("--dark",)),
    Variant("letters-14", options=("--points", "14")),
    Variant("small", (800, 600)),
    Variant("small-200", scale=2.0),
)


def pictured(variant: Variant, folder: Path) -> list[str]:
    """Picture every state of the module on a desktop into a folder, without a screen; return what is wrong, a line a fault.

    Raises:
        CalledProcessError: a state could not be shown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    width, height = variant.screen
    screen = {"name": "gallery", "x": 0, "y": 0, "width": width, "height": height, "logicalDpi": 96}
    (folder / "screen.json").write_text(json.dumps({"screens": [{**screen, "logicalBaseDpi": 96, "dpr": 1}]}))
    desktop = {
        "QT_QPA_PLATFORM": f"offscreen:configfile={folder / 'screen.json'}",
        "QT_SCALE_FACTOR": str(variant.scale),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.gallery.picture", str(folder), *variant.options],
        env={**os.environ, **desktop},
        cwd=Path(__file__).resolve().parent.parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
    return done.stdout.decode().splitlines()
