"""The ground of our windows beside the host's: eSklep, the orders and the account.

Rules: assistive technology is told that it is a window, and its title (a bare ``QWidget`` on the screen is a mere filler to it);
a window is never larger than the screen with room left for its frame.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from r2_renewal.ui.placing import roomy


class OwnWindow(QMainWindow):
    """A window with a title and a column of content.

    Attributes:
        content: the widget that fills the window.
        column: the column of the window's content.
    """

    def __init__(self, title: str, wished: QSize, parent: QWidget | None = None) -> None:
        """Make the window; it is not shown yet.

        Args:
            title: its title, also what a screen reader says.
            wished: its size where the screen has room for it.
            parent: the window that it goes with.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.content = QWidget(self)
        self.column = QVBoxLayout(self.content)
        self.setCentralWidget(self.content)
        self.resize(roomy(self, wished))
