"""A year's picture of what ends when: a row of months with a bar each, and a list to whoever reads it with a screen reader.

Rules: an item's own words say everything („grudzień 2026: 3 programy"); a month that is chosen narrows the basket, chosen again
it lets go; no colour but the desktop's own.
"""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from r2_renewal.domain.dates import PERPETUAL, month_and_year
from r2_renewal.domain.plurals import PROGRAM, counted
from r2_renewal.domain.year_ahead import Slot, Span
from r2_renewal.ui.basket_model import Index
from r2_renewal.ui.item_ink import item_ink

NAME = "Kiedy kończą się abonamenty"
_SLOT_ROLE = int(Qt.ItemDataRole.UserRole)
_LEAST_BAR = 2
_GAP = 3
_BAR_LINES = 2
_WIDEST = "12.2026"  # of what stands under a bar


class Timeline(QListWidget):
    """The months.

    Signals:
        chosen: the slot that is chosen, as its span and first day; None where none is any more.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(NAME)
        self.setAccessibleDescription("Spacja wybiera miesiąc i zawęża koszyk, jeszcze raz – pokazuje wszystko.")
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListWidget.SelectionMode.SingleSelection)
        self.setItemDelegate(_Bars(self))
        self._chosen: tuple[Span, date] | None = None
        self.itemPressed.connect(self._toggle)
        self._fit()

    def _fit(self) -> None:
        height = self.itemDelegate().sizeHint(QStyleOptionViewItem(), self.rootIndex()).height()
        self.setFixedHeight(height + 2 * self.frameWidth() + self.horizontalScrollBar().sizeHint().height())

    @property
    def slot(self) -> tuple[Span, date] | None:
        """The chosen slot, as its span and first day."""
        return self._chosen

    def show_year(self, slots: tuple[Slot, ...]) -> None:
        """Show a year; the chosen month stays chosen as long as it is there."""
        row, kept = self.currentRow(), self._chosen
        self.clear()
        for slot in slots:
            item = QListWidgetItem(slot_text(slot), self)
            item.setToolTip(item.text())
            item.setData(_SLOT_ROLE, slot)
        self.setCurrentRow(min(max(row, 0), self.count() - 1))
        self.clearSelection()
        self._chosen = None
        for number, slot in enumerate(slots):
            if (slot.span, slot.first_day) == kept:
                self._chosen = kept
                self.item(number).setSelected(True)
        if kept != self._chosen:
            self.chosen.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose by Space or Enter, let go by Esc; the arrows only look."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self._toggle(self.currentItem())
        elif event.key() == Qt.Key.Key_Escape and self._chosen is not None:
            self.let_go()
        else:
            super().keyPressEvent(event)
            self._mark_chosen()

    def let_go(self) -> None:
        """Choose no month any more."""
        self._choose(None)

    def _toggle(self, item: QListWidgetItem) -> None:
        slot: Slot = item.data(_SLOT_ROLE)
        wanted = (slot.span, slot.first_day)
        self._choose(None if wanted == self._chosen else wanted)

    def _choose(self, wanted: tuple[Span, date] | None) -> None:
        self._chosen = wanted
        self._mark_chosen()
        self.chosen.emit(wanted)

    def _mark_chosen(self) -> None:
        """Show what is chosen as selected, and not merely what the arrows stand on."""
        for number in range(self.count()):
            slot: Slot = self.item(number).data(_SLOT_ROLE)
            self.item(number).setSelected((slot.span, slot.first_day) == self._chosen)

    @property
    def most(self) -> int:
        """The most programs that any slot has."""
        return max((self.item(number).data(_SLOT_ROLE).programs for number in range(self.count())), default=0)


class _Bars(QStyledItemDelegate):
    """Draws a slot: its number, a bar as high as the number is great, its month."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline)
        self._timeline = timeline

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        metrics, timeline = self._timeline.fontMetrics(), self._timeline
        height = (2 + _BAR_LINES) * metrics.lineSpacing() + 2 * _GAP
        comfortable, least = metrics.horizontalAdvance("wcześniej"), metrics.horizontalAdvance(_WIDEST)
        room = timeline.viewport().width() // max(timeline.count(), 1)
        return QSize(min(max(room, least + _GAP), comfortable + 2 * _GAP), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        slot: Slot = index.data(_SLOT_ROLE)
        frame = QStyleOptionViewItem(option)
        self.initStyleOption(frame, index)
        frame.text = ""
        self._timeline.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, frame, painter, self._timeline)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = item_ink(self._timeline, option)
        bar_ink = ink if selected else self._timeline.palette().color(QPalette.ColorRole.Highlight)
        room, line = option.rect.adjusted(_GAP, _GAP, -_GAP, -_GAP), self._timeline.fontMetrics().lineSpacing()
        painter.save()
        painter.setPen(ink)
        top = QRect(room.left(), room.top(), room.width(), line)
        foot = QRect(room.left(), room.bottom() + 1 - line, room.width(), line)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, short_text(slot))
        if slot.programs:
            bar = self._bar(room.adjusted(room.width() // 4, line, -room.width() // 4, -line), slot)
            painter.fillRect(bar, bar_ink)
            top.moveBottom(bar.top() - 1)
            painter.drawText(top, Qt.AlignmentFlag.AlignCenter, str(slot.programs))
        painter.restore()

    def _bar(self, room: QRect, slot: Slot) -> QRect:
        height = max(_LEAST_BAR, round(room.height() * slot.programs / max(self._timeline.most, 1)))
        return QRect(room.left(), room.bottom() + 1 - height, room.width(), height)


def slot_text(slot: Slot) -> str:
    """Return a slot in words, e.g. „grudzień 2026: 3 programy"."""
    number = counted(slot.programs, PROGRAM)
    match slot.span:
        case Span.ENDED:
            return f"już po terminie: {number}"
        case Span.LATER:
            return f"{month_and_year(slot.first_day)} i później: {number}"
        case Span.PERPETUAL:
            return f"{PERPETUAL}: {number}"
        case Span.MONTH:
            return f"{month_and_year(slot.first_day)}: {number}"


def short_text(slot: Slot) -> str:
    """Return what stands under a bar, e.g. „12.2026"."""
    match slot.span:
        case Span.ENDED:
            return "wygasłe"
        case Span.LATER:
            return "później"
        case Span.PERPETUAL:
            return "bez końca"
        case Span.MONTH:
            return f"{slot.first_day.month:02}.{slot.first_day.year}"
