"""Texts to read: as high as their words, until they are too long for that."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.domain.dates import NBSP
from r2_renewal.ui.plain_text import PlainLabel, PlainTextView, WholeTextView
from tests.driver import wait_until


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window with nothing in it yet."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


def shown(window: QWidget, text: str, width: int = 500) -> WholeTextView:
    view = WholeTextView("Treść zgody", window)
    column = QVBoxLayout(window)
    column.addWidget(view, 1000)
    column.addStretch(1)
    view.show_text(text)
    window.resize(width, 600)
    window.show()
    wait_until(lambda: view.width() > width // 2)
    return view


def is_whole(view: WholeTextView) -> bool:
    return view.verticalScrollBar().maximum() == 0


def test_a_short_text_has_its_own_height(window: QWidget) -> None:
    view = shown(window, "Wyrażam zgodę na automatyczne odnowienie.")
    assert view.height() == view.room_for(1)


def test_a_text_grows_with_the_words_that_a_narrower_window_wraps(window: QWidget) -> None:
    view = shown(window, "Wyrażam zgodę na automatyczne odnowienie. " * 6, 700)
    wait_until(lambda: is_whole(view))
    before = view.height()
    window.resize(350, 600)
    wait_until(lambda: view.height() > before)
    wait_until(lambda: is_whole(view))


def test_a_very_long_text_takes_the_room_that_there_is_and_scrolls(window: QWidget) -> None:
    view = shown(window, "Wyrażam zgodę.\n" * 200)
    assert not is_whole(view)
    assert view.height() > 500
    view.show_text("Wyrażam zgodę.")
    wait_until(lambda: view.height() == view.room_for(1))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("z Internetu na kolejne 12 miesięcy", "z~Internetu na kolejne 12~miesięcy"),
        ("w ciągu 14 dni, do 06.12.2026 r.", "w~ciągu 14~dni, do 06.12.2026 r."),
        ("Dziękujemy, zamówienie nr ZAM/2026/7 i w domu", "Dziękujemy, zamówienie nr~ZAM/2026/7 i w~domu"),
        ("Krok 1 z 5 (o 12 miesięcy)", "Krok 1 z~5 (o~12~miesięcy)"),
        ("601 234 567, 61 1090 1014 0000", "601 234 567, 61 1090 1014 0000"),  # to be pasted as they are
        ("zrezygnujesz: Pomoc → eSklep", "zrezygnujesz: Pomoc~→~eSklep"),
        ("i i i i " * 40, "i i i i " * 40),
    ],
)
def test_short_words_and_numbers_stay_with_their_word(window: QWidget, text: str, shown: str) -> None:
    label = PlainLabel(text, window)
    assert QLabel.text(label) == shown.replace("~", NBSP)
    assert label.text() == text  # for who asks, and for the clipboard of a view
    view = PlainTextView("Treść", window)
    view.show_text(text)
    assert view.toPlainText() == text
    label.clear()
    assert (label.text(), QLabel.text(label)) == ("", "")
