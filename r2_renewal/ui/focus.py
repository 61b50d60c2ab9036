"""Putting the focus somewhere so that it is seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def give_focus(widget: QWidget) -> None:
    """Put the focus on a widget, and have it drawn there: round a box or button styles draw it for the keyboard's users only."""
    widget.setFocus()
    widget.window().setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # which setFocus() itself takes away
    widget.update()
