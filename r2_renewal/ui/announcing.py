"""Telling a screen reader's user what appears on the screen by itself, wherever their focus is.

Rule: what comes unasked (an error, news of an order, the words under a field) is announced, and the title of a page of the order
form, which no focus ever comes to; what else was asked for is read from where it stands. A failure interrupts what is being read,
other news waits for its end.
"""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def announce(place: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have a text read out.

    Args:
        place: the widget that shows it.
        text: what is read; nothing where it is empty.
        urgent: whether it interrupts.
    """
    if not text or not QAccessible.isActive():
        return
    politeness = QAccessible.AnnouncementPoliteness
    event = QAccessibleAnnouncementEvent(place, text)
    event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
    QAccessible.updateAccessibility(event)
