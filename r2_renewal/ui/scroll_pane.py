"""A scrolling body whose scroll bars stand beside it, not in it.

Rule: no ``QScrollArea`` of ours shows scroll bars of its own. Its accessible children are its body and whichever bars are
visible, and Qt (6.11 at least) reads past the end of that list when a screen reader asks for a child that has just gone: the
whole host dies by SIGSEGV when a page with bars is left while it is being read out. With bars that are never visible there is
one child, always.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QScrollBar, QWidget


class ScrollPane(QWidget):
    """Shows a body that may be larger than its room.

    Attributes:
        area: the scrolling area.
        bars: the bars beside it, seen where there is something to scroll.
    """

    def __init__(self, body: QWidget, name: str, parent: QWidget | None = None) -> None:
        """Put a body into the pane.

        Args:
            body: what scrolls.
            name: the pane's accessible name, for who comes to it by Tab.
            parent: the window.
        """
        super().__init__(parent)
        self.area = QScrollArea(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(name)
        self.area.setWidget(body)
        inner = (self.area.verticalScrollBar(), self.area.horizontalScrollBar())
        self.bars = tuple(self._beside(bar) for bar in inner)
        # Its room is kept while it is hidden: else showing it would wrap the words anew and might take its reason away.
        kept = self.bars[0].sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.bars[0].setSizePolicy(kept)
        self._arrange()

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.area, 0, 0)
        grid.addWidget(self.bars[0], 0, 1)
        grid.addWidget(self.bars[1], 1, 0)

    def _beside(self, inner: QScrollBar) -> QScrollBar:
        bar = QScrollBar(inner.orientation(), self)
        bar.hide()
        inner.rangeChanged.connect(partial(self._on_range, inner, bar))
        inner.valueChanged.connect(bar.setValue)
        bar.valueChanged.connect(inner.setValue)
        return bar

    def _on_range(self, inner: QScrollBar, bar: QScrollBar, least: int, most: int) -> None:
        room = self.area.viewport().size()
        bar.setRange(least, most)
        bar.setPageStep(room.height() if bar.orientation() is Qt.Orientation.Vertical else room.width())
        bar.setSingleStep(inner.singleStep())
        bar.setVisible(most > least)

    def show_widget(self, widget: QWidget) -> None:
        """Scroll to a widget of the body."""
        self.area.ensureWidgetVisible(widget)
