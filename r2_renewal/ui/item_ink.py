"""The colour for what is drawn over an item of a list, chosen by what the style paints behind it.

Rule: a style may select with a dark fill and light words, or with a tint and dark ones, whatever the palette says
(Qt's ``windowsvista`` keeps dark words on a pale tint); so the style paints the item once, and of the palette's two
colours for words the one that stands out is taken.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

_SIDE = 16
_LINEAR_LIMIT, _LUMINANCE_OFFSET = 0.04045, 0.05
_kept: dict[tuple[str, int, bool, bool], QColor] = {}


def item_ink(view: QWidget, option: QStyleOptionViewItem) -> QColor:
    """Return the colour for words and marks over an item.

    Args:
        view: the list or table; its style and palette count.
        option: the item's state; its place does not matter.
    """
    state = option.state
    selected, active = bool(state & QStyle.StateFlag.State_Selected), bool(state & QStyle.StateFlag.State_Active)
    # The view's own palette: what Python holds of an option's parts is C++'s again after the call.
    palette = view.palette()
    if not selected:
        return palette.color(QPalette.ColorRole.Text)
    key = (view.style().name(), palette.cacheKey(), bool(state & QStyle.StateFlag.State_Enabled), active)
    if key not in _kept:
        _kept.clear()
        _kept[key] = _standing_out(palette, _painted(view, option))
    return _kept[key]


def _painted(view: QWidget, option: QStyleOptionViewItem) -> QColor:
    """Return the colour in the middle of an empty item as the style paints it."""
    image = QImage(_SIDE, _SIDE, QImage.Format.Format_RGB32)
    image.fill(view.palette().color(QPalette.ColorRole.Base))
    empty = QStyleOptionViewItem(option)
    empty.rect = image.rect()
    empty.text = ""
    empty.features = QStyleOptionViewItem.ViewItemFeature.None_
    painter = QPainter(image)
    view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, empty, painter, view)
    painter.end()
    return image.pixelColor(_SIDE // 2, _SIDE // 2)


def _standing_out(palette: QPalette, behind: QColor) -> QColor:
    roles = (QPalette.ColorRole.HighlightedText, QPalette.ColorRole.Text)
    return max((palette.color(role) for role in roles), key=lambda ink: contrast(ink, behind))


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + _LUMINANCE_OFFSET) / (darker + _LUMINANCE_OFFSET)


def _luminance(colour: QColor) -> float:
    red, green, blue = (_linear(part) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_LIMIT else float(((part + 0.055) / 1.055) ** 2.4)
