"""QR codes as a telephone sees them: rows of modules made into a picture with a quiet zone, for a reader that is not ours."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

SCALE = 4
QUIET = 4


def picture(rows: Sequence[str]) -> Image.Image:
    """Return the rows of ``1`` (dark) and ``0`` as a picture."""
    side = len(rows) + 2 * QUIET
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            image.putpixel((x + QUIET, y + QUIET), 0 if module == "1" else 255)
    return image.resize((side * SCALE, side * SCALE), Image.Resampling.NEAREST)
