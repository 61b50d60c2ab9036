"""„Pomoc → eSklep…": the one thing of ours that stands before the host's first paint."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

HELP = "Pomoc"
ESHOP = "eSklep…"
ABOUT = "O programie"


class MenuEntry(NamedTuple):
    """What was added to the host's menus.

    Attributes:
        action: „eSklep…".
        made_menu: the menu „Pomoc" where the host had none; None where it had one.
    """

    action: QAction
    made_menu: QMenu | None

    def remove(self) -> None:
        """Take everything out of the host's menus again."""
        self.action.deleteLater()
        if self.made_menu is not None:
            bar = self.made_menu.parentWidget()
            if isinstance(bar, QMenuBar):
                bar.removeAction(self.made_menu.menuAction())
            self.made_menu.deleteLater()


def add_entry(main_window: QMainWindow) -> MenuEntry:
    """Add „eSklep…" to the host's „Pomoc" (found by its name whatever its mnemonic), or to a new one at the end."""
    bar = main_window.menuBar()
    found = _help_menu(bar)
    menu = found or _new_help(bar)
    about = _about(menu)
    # Not by ``menu.addAction(text)``: the host's menu would keep that action's Python half for ever. Nor by
    # ``QAction(text, menu)``: the first one costs a host that has made none of its own in Python a millisecond or two.
    action = QAction(menu)
    action.setText(ESHOP)
    if about is None:
        menu.addAction(action)
    else:
        menu.insertAction(about, action)
    return MenuEntry(action, None if found else menu)


def _help_menu(bar: QMenuBar) -> QMenu | None:
    # Not by ``action.menu()``: up to PySide6 6.11.1 that menu's Python half, the host's own too, dies with its action's.
    menus = (QMenu.menuInAction(action) for action in bar.actions() if plain(action.text()) == HELP)
    return next((menu for menu in menus if menu is not None), None)


def _new_help(bar: QMenuBar) -> QMenu:
    # Not by ``addMenu(title)``: PySide's menu bar would keep that menu's Python half for ever.
    menu = QMenu("Pomo&c", bar)
    bar.addMenu(menu)
    return menu


def _about(menu: QMenu) -> QAction | None:
    actions = menu.actions()
    place = next((index for index, action in enumerate(actions) if plain(action.text()).startswith(ABOUT)), None)
    if place is None:
        return None
    return actions[place - 1] if place > 0 and actions[place - 1].isSeparator() else actions[place]


def plain(text: str) -> str:
    """Return a menu text without its mnemonic: ``Pomo&c`` gives ``Pomoc``."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").strip()
