"""„Pomoc → eSklep…" in hosts whose menus are what menus are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.embedding.menu import plain
from r2_renewal.embedding.state import Status
from tests.driver import wait_until


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


def attach(window: QMainWindow, tmp_path: Path) -> r2_renewal.embedding.module.RenewalModule:  # type: ignore[name-defined]
    return r2_renewal.attach(
        window, r2_renewal.Config(licence_path=tmp_path / "none.lic", state_dir=tmp_path / "state")
    )


def entries(menu: QMenu) -> list[str]:
    return [plain(action.text()) for action in menu.actions() if not action.isSeparator()]


@pytest.mark.parametrize("title", ["Pomoc", "&Pomoc", "Pomo&c", " Pomoc "])
def test_it_joins_the_hosts_own_menu_whatever_its_mnemonic(window: QMainWindow, tmp_path: Path, title: str) -> None:
    menu = window.menuBar().addMenu(title)
    menu.addAction("Podręcznik")
    attach(window, tmp_path)
    assert entries(menu) == ["Podręcznik", "eSklep…"]
    assert len(window.menuBar().actions()) == 1


def test_it_stands_before_about_and_its_separator(window: QMainWindow, tmp_path: Path) -> None:
    menu = window.menuBar().addMenu("Pomo&c")
    menu.addAction("Podręcznik")
    menu.addSeparator()
    menu.addAction("O programie…")
    attach(window, tmp_path)
    assert entries(menu) == ["Podręcznik", "eSklep…", "O programie…"]
    assert menu.actions()[2].isSeparator()


def test_about_alone_comes_after_it(window: QMainWindow, tmp_path: Path) -> None:
    menu = window.menuBar().addMenu("Pomoc")
    menu.addAction("&O programie")
    attach(window, tmp_path)
    assert entries(menu) == ["eSklep…", "O programie"]


def test_a_host_without_help_gets_one(window: QMainWindow, tmp_path: Path) -> None:
    window.menuBar().addMenu("&Plik")
    window.menuBar().addAction(QAction("Pomoc", window))  # an action of that name is no menu
    attach(window, tmp_path)
    assert [plain(action.text()) for action in window.menuBar().actions()] == ["Plik", "Pomoc", "Pomoc"]


def test_of_two_help_menus_the_first_is_taken(window: QMainWindow, tmp_path: Path) -> None:
    first, second = window.menuBar().addMenu("Pomoc"), window.menuBar().addMenu("Pomoc")
    attach(window, tmp_path)
    assert (entries(first), entries(second)) == (["eSklep…"], [])


def test_detaching_leaves_the_menus_as_they_were(qtbot: QtBot, window: QMainWindow, tmp_path: Path) -> None:
    window.menuBar().addMenu("&Plik")
    module = attach(window, tmp_path)
    module.detach()
    wait_until(lambda: len(window.menuBar().actions()) == 1)
    assert module.state.status is Status.DETACHED
    module.detach()
    module.open_eshop()
    module.check_now()
    assert module.state.status is Status.DETACHED
