"""Pictures every state of the module in every palette and scale: ``python -m tests.gallery FOLDER``; a folder a desktop."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.gallery.variants import VARIANTS, pictured


def main(folder: Path) -> None:
    """Picture all of it and tell what looks wrong."""
    for variant in VARIANTS:
        for fault in pictured(variant, (folder / variant.name).resolve()):
            sys.stdout.write(f"{variant.name}/{fault}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
