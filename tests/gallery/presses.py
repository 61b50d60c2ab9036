"""Presses everything that can be pressed, each in a copy of its own of the window's state, and tells what nothing followed from.

Rules: a control is what invites a press: an enabled button, a box's list, an entry of a menu or of a list, a link in a label, a
column's heading that gives under the mouse, a shortcut, the keys and the frame that close a window; a radio button that is
chosen already and an entry that is the current one have been pressed. The copy is a fork of this process, taken once the state
is at rest, so that no press is seen by the next one. A press is answered when within ``SECONDS`` anything can be observed
besides the press itself: a window that opens or goes, words, a value, a selection, an order of rows, what is enabled, the focus
elsewhere, a call to the agent, an address opened, a copied text. Qt's own menus of text fields are Qt's to test.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QStatusBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from r2_renewal.ui.agent_link import AgentLink

SECONDS = 4.0
HANG_SECONDS = 40.0
TICK_MS = 8
ANSWER_TICKS = 150
MOST_ROWS = 40
# What the agent is asked by itself, whether or not anything is pressed.
BY_ITSELF = (b'"agent.hello"', b'"draft.save"', b'"draft.load"', b'"call.cancel"')


@dataclass(frozen=True)
class Control:
    """Something to press.

    Attributes:
        kind: what it is.
        name: what it is called on the screen.
        acts: what is done one after the other; each waits until ``ready`` says that it can be done.
        focus: where the focus is beforehand.
        ready: whether the last act can be done.
        sees_menus: whether an opened menu is an answer.
    """

    kind: str
    name: str
    acts: tuple[Callable[[], None], ...]
    focus: QWidget | None = None
    ready: Callable[[], object] = lambda: True
    sees_menus: bool = True

    def __str__(self) -> str:
        return f"{self.kind} „{self.name}”"


# What there is to press


def controls(window: QWidget) -> Iterator[Control]:
    """Yield everything to press in a shown window."""
    for widget in [window, *window.findChildren(QWidget)]:
        if widget.window() is window and widget.isVisible() and widget.isEnabled():
            yield from _of_widget(widget)
    yield from _of_window(window)


def _of_widget(widget: QWidget) -> Iterator[Control]:
    if isinstance(widget, QAbstractButton):
        yield from _of_button(widget)
    elif isinstance(widget, QComboBox):
        yield Control("list", _name(widget), (partial(_click, widget),), widget)
    elif isinstance(widget, QHeaderView):
        yield from _of_header(widget)
    elif isinstance(widget, QListWidget):
        yield from _of_list(widget)
    elif isinstance(widget, QLabel):
        yield from _of_label(widget)
    elif isinstance(widget, QMenuBar):
        yield from _of_menu_bar(widget)
    if widget.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu:
        yield from _of_context_menu(widget)
    for action in widget.actions():
        if action.isEnabled() and not action.shortcut().isEmpty() and not isinstance(widget, QMenuBar):
            name = f"{action.shortcut().toString()}: {action.text()}"
            yield Control("shortcut", name, (partial(_press_keys, widget, action.shortcut()),))


def _of_button(button: QAbstractButton) -> Iterator[Control]:
    if (isinstance(button, QRadioButton) and button.isChecked()) or _is_part(button):
        return
    name, focus = _name(button), button if button.focusPolicy() & Qt.FocusPolicy.TabFocus else None
    yield Control("button", name, (partial(_click, button),), focus)
    if focus is not None:
        yield Control("Space on button", name, (partial(QTest.keyClick, button, Qt.Key.Key_Space),), focus)
    menu = button.menu() if isinstance(button, QPushButton) else None
    if focus is not None and isinstance(button, QPushButton):
        yield Control("Enter on button", name, (partial(QTest.keyClick, button, Qt.Key.Key_Return),), focus)
    if menu is not None:
        yield from _of_menu(menu, partial(_click, button), name)


def _is_part(button: QAbstractButton) -> bool:
    """Return whether a button is Qt's own part of another control: of a scroll bar, a table's corner, a line that it empties."""
    return isinstance(button.parent(), (QTableView, QAbstractSpinBox, QMenuBar)) or not button.width()


def _of_header(header: QHeaderView) -> Iterator[Control]:
    if not header.sectionsClickable() or header.orientation() is Qt.Orientation.Vertical:
        return
    for column in range(header.count()):
        words = str(header.model().headerData(column, header.orientation()))
        yield Control("column", words, (partial(_click_section, header, column),), header.parentWidget())


def _click_section(header: QHeaderView, column: int) -> None:
    header.parent().scrollTo(header.model().index(0, column))  # type: ignore[attr-defined]
    x = header.sectionViewportPosition(column) + min(header.sectionSize(column) // 2, 30)
    _click(header.viewport(), QPoint(x, header.height() // 2))


def _of_list(entries: QListWidget) -> Iterator[Control]:
    for row in range(entries.count()):
        item = entries.item(row)
        if not (entries.currentRow() == row and item.isSelected()) and not entries.isRowHidden(row):
            act = partial(_click_item, entries, row)
            yield Control("entry", f"{_name(entries)}: {item.text()}", (act,), entries)


def _click_item(entries: QListWidget, row: int) -> None:
    entries.scrollToItem(entries.item(row))
    _click(entries.viewport(), entries.visualItemRect(entries.item(row)).center())


def _of_label(label: QLabel) -> Iterator[Control]:
    links = label.text().count("<a ") if label.textFormat() is not Qt.TextFormat.PlainText else 0
    for number in range(links):
        acts = (partial(_reach, label, number), partial(QTest.keyClick, label, Qt.Key.Key_Return))
        yield Control("link", f"{number + 1} in {label.text()[:60]}", acts)


def _reach(label: QLabel, number: int) -> None:
    label.setTextInteractionFlags(label.textInteractionFlags() | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)
    label.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(number + 1):
        QTest.keyClick(label, Qt.Key.Key_Tab)


def _of_menu_bar(bar: QMenuBar) -> Iterator[Control]:
    for action in bar.actions():
        menu = QMenu.menuInAction(action)
        open_it = partial(_click_action, bar, action)
        if isinstance(menu, QMenu):
            yield Control("menu", action.text(), (open_it,))
            yield from _of_menu(menu, open_it, action.text())
        elif action.isVisible() and action.isEnabled():
            yield Control("menu", action.text(), (open_it,))


def _of_context_menu(widget: QWidget) -> Iterator[Control]:
    for action in widget.actions():
        if action.isEnabled() and action.isVisible() and not action.isSeparator():
            yield _entry(action, partial(_ask_for_menu, widget), f"context menu of {_name(widget)}")


def _of_menu(menu: QMenu, open_it: Callable[[], None], name: str) -> Iterator[Control]:
    for action in menu.actions():
        if action.isEnabled() and action.isVisible() and not action.isSeparator():
            yield _entry(action, open_it, name)


def _entry(action: QAction, open_it: Callable[[], None], menu: str) -> Control:
    acts = (open_it, partial(_click_in_popup, action))
    return Control("entry", f"{menu}: {action.text()}", acts, ready=lambda: _popup() is not None, sees_menus=False)


def _ask_for_menu(widget: QWidget) -> None:
    from PySide6.QtGui import QContextMenuEvent

    at = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)


def _popup() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def _click_in_popup(action: QAction) -> None:
    menu = _popup()
    assert menu is not None
    own = next(entry for entry in menu.actions() if entry.text() == action.text())
    _click(menu, menu.actionGeometry(own).center())


def _click_action(bar: QMenuBar, action: QAction) -> None:
    own = next(entry for entry in bar.actions() if entry.text() == action.text())
    _click(bar, bar.actionGeometry(own).center())


def _of_window(window: QWidget) -> Iterator[Control]:
    if isinstance(window, QDialog):
        yield Control("key", "Esc", (partial(_press_key, window, Qt.Key.Key_Escape),))
        default = [one for one in window.findChildren(QPushButton) if one.isDefault() and one.isVisible()]
        if default and default[0].isEnabled() and not isinstance(window.focusWidget(), QAbstractButton):
            yield Control("key", "Enter", (partial(_press_key, window, Qt.Key.Key_Return),))
    yield Control("frame", "X", (partial(_close, window),))


def _close(window: QWidget) -> None:
    window.close()


def _press_key(window: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(window.focusWidget() or window, key)


def _press_keys(widget: QWidget, keys: QKeySequence) -> None:
    QTest.keySequence(widget.window(), keys)


def _click(widget: QWidget, at: QPoint | None = None) -> None:
    where = QPoint(min(widget.width() // 2, 12), widget.height() // 2) if at is None else at
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text or widget.objectName() or type(widget).__name__


# What can be observed


class Opened(QObject):
    """Takes the addresses that would go to the browser. Attributes: addresses: those so far."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        for scheme in ("https", "http", "mailto", "file"):
            QDesktopServices.setUrlHandler(scheme, self, "take")

    @Slot(QUrl)
    def take(self, address: QUrl) -> None:
        """Keep an address."""
        self.addresses.append(address.toString())


@dataclass
class Observer:
    """Sees what there is to see of a window and of what it opens.

    Attributes:
        window: the window.
        logs: where the agents write down what they are asked.
        links: the conversations with them.
        others: windows that were there before.
    """

    window: QWidget
    logs: Path
    links: tuple[AgentLink, ...]
    others: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.others = frozenset(id(top) for top in _tops() if top is not self.window)
        self._opened: Opened | None = None

    def listen(self) -> None:
        """Take addresses in place of the browser from now on."""
        self._opened = Opened()

    def seen(self, *, menus: bool) -> Hashable:
        """Return all that is to be seen."""
        return (
            tuple(sorted(self._windows(menus=menus))),
            tuple(self._opened.addresses) if self._opened else (),
            QGuiApplication.clipboard().text(),
            self.asked(),
        )

    def _windows(self, *, menus: bool) -> Iterator[tuple[Any, ...]]:
        for top in _tops():
            if isinstance(top, QMenu):
                if menus:
                    yield id(top), "menu"
            elif id(top) in self.others:
                yield id(top), top.windowTitle()
            else:
                yield id(top), top.windowTitle(), repr(top.focusWidget()), *_inside(top)

    @property
    def is_waiting(self) -> bool:
        """Whether an agent has yet to answer, or is in the middle of an answer."""
        return any(link._calls or link._buffer for link in self.links)

    def rest(self) -> None:
        """Let the state last: a question without an answer would else be given up while others are pressed."""
        for link in self.links:
            for call in link._calls.values():
                call._timer.stop()

    def part(self) -> None:
        """Number calls anew: what is answered after this copy's end means nothing to the process that was copied."""
        for link in self.links:
            link._calls.clear()
            link._last_id += 1_000_000

    def asked(self) -> int:
        """Return how often an agent was asked for anything that it is not asked by itself."""
        return sum(asked_in(log, log.stat().st_size) for log in self.logs.glob("log-*.jsonl"))


@cache
def asked_in(log: Path, size: int) -> int:
    """Return how many questions of a log are not asked by itself; ``size`` is its bytes so far."""
    lines = log.read_bytes()[:size].splitlines()
    return sum(not any(name in line for name in BY_ITSELF) for line in lines)


def _tops() -> list[QWidget]:
    tops = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    return [
        top for top in tops if type(top).__name__ not in ("QTipLabel", "QRubberBand") and not top.inherits("QTipLabel")
    ]


def _inside(top: QWidget) -> Iterator[Hashable]:
    for widget in top.findChildren(QWidget):
        if widget.isVisible() and widget.window() is top:
            yield str((type(widget).__name__, widget.isEnabled(), _state(widget)))


def _state(widget: QWidget) -> Hashable:
    return next((told(widget) for kind, told in _STATES if isinstance(widget, kind)), ())


def _of_heading(header: QHeaderView) -> Hashable:
    # Qt turns the mark of a table that is not sorted as well, where nobody sees it.
    return (header.sortIndicatorSection(), header.sortIndicatorOrder()) if header.isSortIndicatorShown() else ()


def _rows(view: QAbstractItemView) -> tuple[Hashable, ...]:
    model = view.model()
    if model is None:
        return ()
    root = QModelIndex()
    rows, columns = (
        range(min(model.rowCount(root), MOST_ROWS)),
        range(model.columnCount(root) if isinstance(view, QTableView) else 1),
    )
    cells = tuple(str(model.index(row, column).data()) for row in rows for column in columns)
    chosen = tuple(sorted((index.row(), index.column()) for index in view.selectedIndexes()))
    return cells, chosen, view.currentIndex().row()


# What there is to see of a kind of widget, the special kinds first.
_STATES: tuple[tuple[Any, Callable[[Any], Hashable]], ...] = (
    (QAbstractButton, lambda button: (button.text(), button.isChecked(), button.accessibleName())),
    (QLabel, lambda label: (label.text(), label.selectedText())),
    (QLineEdit, lambda line: (line.text(), line.echoMode(), line.selectedText())),
    (QComboBox, lambda box: (box.currentIndex(), box.count())),
    ((QPlainTextEdit, QTextEdit), lambda text: (text.toPlainText(), text.textCursor().selectedText())),
    (QHeaderView, _of_heading),
    (QAbstractItemView, _rows),
    (QStatusBar, lambda bar: bar.currentMessage()),
    (QStackedWidget, lambda stack: stack.currentIndex()),
    (QGroupBox, lambda group: (group.title(), group.isChecked())),
    (QProgressBar, lambda bar: bar.value()),
)


# The press


class Pressing:
    """One press in a copy of the process.

    The event loop may be a nested one of Qt's own, a menu's; so everything is done by timers.
    """

    def __init__(self, control: Control, observer: Observer, tell: Callable[[str], None]) -> None:
        self._control, self._observer, self._tell = control, observer, tell
        self._waiting = list(control.acts)
        self._rest: Hashable = None
        self._ticks = 0
        self._is_pressed = False
        observer.listen()
        observer.part()
        sys.excepthook = lambda kind, error, trace: tell(
            f"raises {kind.__name__}: {error} ({traceback.extract_tb(trace)[-1].name})"
        )
        observer.window.activateWindow()
        if control.focus is not None:
            control.focus.setFocus(Qt.FocusReason.TabFocusReason)
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        self._ticks += 1
        now = self._observer.seen(menus=self._control.sees_menus)
        if self._is_pressed:
            if now != self._rest:
                self._tell("")
            elif self._ticks * TICK_MS > SECONDS * 1000:
                self._tell("nothing follows")
        elif len(self._waiting) > 1:
            QTimer.singleShot(0, self._waiting.pop(0))
        elif now == self._rest and self._control.ready():
            self._is_pressed, self._ticks = True, 0
            QTimer.singleShot(0, self._waiting.pop(0))
        elif self._ticks * TICK_MS > SECONDS * 1000:
            self._tell("cannot be reached")
        else:
            self._rest = now


def pressed(control: Control, observer: Observer) -> str:
    """Press a control in a copy of this process; return what is wrong, empty for nothing.

    Raises:
        AssertionError: this process has other threads, which a fork would not copy.
    """
    threads = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    assert len(threads) == 1, f"a process with threads cannot be copied: {threads}"
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _press_and_end(control, observer, writing)
    os.close(writing)
    answer = _answer(reading)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if answer is None:
        return "hangs"
    return answer if os.WIFEXITED(status) and answer != "none" else f"ends the process ({status})"


def _answer(reading: int) -> str | None:
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        ready, _, _ = select.select([pipe], [], [], HANG_SECONDS)
        text = pipe.read().decode() if ready else None
    return None if text is None else json.loads(text or '"none"')


def _press_and_end(control: Control, observer: Observer, writing: int) -> None:
    """Press, tell and end without any cleaning up: the agents belong to the process that was copied."""
    told: list[str] = []

    def tell(answer: str) -> None:
        if told:
            return
        told.append(answer)
        os.write(writing, json.dumps(answer).encode())
        let_answer(observer)
        os._exit(0)

    try:
        pressing = Pressing(control, observer, tell)
        QApplication.setQuitOnLastWindowClosed(False)
        QApplication.exec()
        del pressing
    finally:
        os._exit(1)


def let_answer(observer: Observer) -> None:
    """Wait a moment for what an agent still has to say: the half of an answer would be garbage to the next copy."""
    for _ in range(ANSWER_TICKS):
        if not observer.is_waiting:
            return
        QTest.qWait(TICK_MS)
