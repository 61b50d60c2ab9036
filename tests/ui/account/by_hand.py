"""The account used as a person uses it, by the keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QGroupBox, QLineEdit, QListWidget, QTableView, QWidget

from r2_renewal.reference_shop.seed import ACCOUNT_EMAIL
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.account.consent_box import GIVE, REVOKE
from r2_renewal.ui.account.login_view import LoginView
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.message_bar import MessageBar
from tests.driver import fill, find, tick, wait_until

PASSWORD = "Hasło"
INVOICE_LINE = "e-mail do faktury"
SAVE = "Zmień dane firmy"


def press(root: QWidget, name: str) -> None:
    """Press a button by the keyboard; one of a message that has just changed is shown a moment later."""

    def shown() -> list[QAbstractButton]:
        buttons = root.findChildren(QAbstractButton)
        return [
            entry for entry in buttons if entry.accessibleName() == name and entry.isVisible() and entry.isEnabled()
        ]

    wait_until(shown, what=f"{name!r}")
    button = find(root, QAbstractButton, name)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)


def open_account(eshop: EshopWindow) -> AccountWindow:
    """Open the account from eSklep, and wait until it knows whether somebody is logged in."""
    press(eshop, "Moje konto…")
    (window,) = eshop.findChildren(AccountWindow)
    wait_until(lambda: "Sprawdzam" not in said(window), what="the state of the account")
    return window


def log_in(window: AccountWindow, password: str, email: str = ACCOUNT_EMAIL, *, stay: bool = False) -> None:
    """Log in and wait for the account."""
    type_login(window, password, email, stay=stay)
    wait_until(lambda: menu(window) is not None, what="the account")


def type_login(window: AccountWindow, password: str, email: str = ACCOUNT_EMAIL, *, stay: bool = False) -> None:
    """Fill in the login and press Enter in the password's line."""
    (view,) = window.findChildren(LoginView)  # a dialog beside it may ask for an e-mail as well
    fill(view, "E-mail", email)
    fill(view, PASSWORD, password)
    if stay:
        tick(view, "Pozostań zalogowany")
    QTest.keyClick(find(view, QLineEdit, PASSWORD), Qt.Key.Key_Return)


def menu(window: AccountWindow) -> QListWidget | None:
    """Return the menu where it is on the screen."""
    found = [entry for entry in window.findChildren(QListWidget) if entry.isVisible()]
    return found[0] if found else None


def menu_names(window: AccountWindow) -> list[str]:
    """Return what the menu offers."""
    entries = menu(window)
    return [] if entries is None else [entries.item(row).text() for row in range(entries.count())]


def chosen(window: AccountWindow) -> str:
    """Return the page that is chosen in the menu."""
    entries = menu(window)
    return "" if entries is None else entries.currentItem().text()


def go_to(window: AccountWindow, name: str) -> None:
    """Choose a page in the menu with the arrow keys."""
    entries = menu(window)
    assert entries is not None
    entries.setFocus()
    QTest.keyClick(entries, Qt.Key.Key_Home)
    for _ in range(menu_names(window).index(name)):
        QTest.keyClick(entries, Qt.Key.Key_Down)
    assert chosen(window) == name


def said(window: QWidget) -> str:
    """Return every message on the screen of a window."""
    bars = [bar for bar in window.findChildren(MessageBar) if bar.isVisible()]
    return " | ".join(bar.text for bar in bars)


def group(window: QWidget, name: str) -> QGroupBox:
    """Return a group by its name, waiting for it."""

    def named() -> list[QGroupBox]:
        return [
            entry for entry in window.findChildren(QGroupBox) if entry.isVisible() and entry.accessibleName() == name
        ]

    wait_until(named, what=f"group {name!r}")
    return find(window, QGroupBox, name)


def program(window: QWidget, name: str) -> QGroupBox:
    """Return a program's group in „Dane dodatkowe firmy"."""
    return group(group(window, "Dane dodatkowe firmy"), name)


def box(window: QWidget, name: str, text: str = GIVE) -> QCheckBox:
    """Return the box of a program's consent."""
    return find(program(window, name), QCheckBox, text)


def consent(window: QWidget, name: str) -> None:
    """Tick a program's consent."""
    tick(program(window, name), GIVE)


def revoke(window: QWidget, name: str) -> None:
    """Tick the withdrawal of a program's consent."""
    tick(program(window, name), REVOKE)


def save(window: AccountWindow, words: str) -> None:
    """Press „Zmień dane firmy" and wait for words."""
    press(window, SAVE)
    wait_until(lambda: words in said(window), what=repr(words))


def line(window: QWidget, name: str) -> QLineEdit:
    """Return the line of a name."""
    return find(window, QLineEdit, name)


def has_focus(window: QWidget, name: str) -> bool:
    """Return whether the line of a name is where the keyboard goes in its window, whichever window is in front."""
    return window.focusWidget() is line(window, name)


def rows(window: QWidget, table: str) -> list[list[str]]:
    """Return the cells of a table; none while it is not there."""
    found = [view for view in window.findChildren(QTableView) if view.accessibleName() == table and view.isVisible()]
    if not found:
        return []
    model = found[0].model()
    columns = range(model.columnCount())
    return [[model.index(row, column).data() for column in columns] for row in range(model.rowCount())]
