"""A PDF document on which every text is drawn as it was given, whatever characters are in it.

Rules: a document's fonts are ours and embedded, so that it looks alike everywhere; a character that the face lacks is drawn from
the regular face, and one that no face has by a box with its code point, as browsers do, so that nothing vanishes from an invoice
and the text can still be searched and copied; no text of a customer is a placeholder to the library.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Transform
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import TTFFont

FONTS = Path(__file__).resolve().parent / "fonts"
FACE = "DejaVu"
_REGULAR = FACE.lower()
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
# Of the box with a code point in it, in the font's units: 2048 a character's height.
_UNITS, _WIDTH, _HEIGHT, _FOOT, _LINE = 2048, 1600, 1800, -300, 70
_DIGIT = 0.42  # of the size of the face's own digits
_MADE = 3_786_912_000  # seconds since 1904; always the same, so that the same invoice is the same file
_WIDEST = 1600  # of a hexadecimal digit, as the face has it


class Document(FPDF):
    """A4 pages with our fonts.

    Args:
        margin: on every side, in millimetres.
    """

    def __init__(self, margin: float) -> None:
        super().__init__(format="A4")
        # The library would write the number of pages for "{nb}", wherever that stands.
        self.alias_nb_pages(None)  # type: ignore[arg-type]
        self.set_margin(margin)
        self.set_lang("pl-PL")
        for style, file in _FILES.items():
            self.add_font(FACE, style, FONTS / file)
        self.set_fallback_fonts([FACE])  # which makes the library ask below for what a face lacks

    def get_fallback_font(self, char: str, style: str = "") -> str | None:  # noqa: ARG002 - the library's signature
        """Return the font that draws a character which the current one lacks: the regular face, or one made for it alone."""
        if ord(char) in self._font(_REGULAR).cmap:
            return _REGULAR
        key = f"code{ord(char):x}"
        if key not in self.fonts:
            self.fonts[key] = TTFFont(self, _code_font(char, self._font(_REGULAR).ttfont), key, "")  # type: ignore[arg-type]
        return key

    def _font(self, key: str) -> TTFFont:
        font = self.fonts[key]
        if not isinstance(font, TTFFont):
            raise TypeError("only embedded fonts are used here")
        return font


def _code_font(char: str, face: TTFont) -> BytesIO:
    """Return a font with one character in it, drawn as a box with its code point."""
    order = [".notdef", "code"]
    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(char): "code"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "code": _box(f"{ord(char):04X}", face)})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (_WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=_HEIGHT, descent=_FOOT)
    builder.setupNameTable({"familyName": "R2 Code Points", "styleName": "Regular", "psName": f"R2Code{ord(char):X}"})
    builder.setupOS2(sTypoAscender=_HEIGHT, sTypoDescender=_FOOT)
    builder.setupPost()
    builder.updateHead(created=_MADE, modified=_MADE)
    content = BytesIO()
    builder.font.recalcTimestamp = False
    builder.save(content)
    content.seek(0)
    return content


def _box(digits: str, face: TTFont) -> Any:
    pen = TTGlyphPen(None)
    _rectangle(pen, _LINE, 0, _HEIGHT, is_filled=True)
    _rectangle(pen, 2 * _LINE, _LINE, _HEIGHT - _LINE, is_filled=False)
    glyphs, names = face.getGlyphSet(), face.getBestCmap()
    middle, row_height = (len(digits) + 1) // 2, (_HEIGHT - 2 * _LINE) / 2
    for number, row in enumerate((digits[middle:], digits[:middle])):
        room = (_WIDTH - 6 * _LINE) / len(row)
        for place, digit in enumerate(row):
            glyph = glyphs[names[ord(digit)]]
            size = min(_DIGIT, room / _WIDEST)
            left = 3 * _LINE + (place + 0.5) * room - glyph.width * size / 2
            glyph.draw(TransformPen(pen, Transform(size, 0, 0, size, left, number * row_height + 2 * _LINE)))
    return pen.glyph()


def _rectangle(pen: TTGlyphPen, left: int, bottom: int, top: int, *, is_filled: bool) -> None:
    corners = [(left, bottom), (left, top), (_WIDTH - left, top), (_WIDTH - left, bottom)]
    for number, corner in enumerate(corners if is_filled else corners[::-1]):
        (pen.lineTo if number else pen.moveTo)(corner)
    pen.closePath()
