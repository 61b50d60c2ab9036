"""What differs between the versions of PySide6 that a host may bring; `.ci/versions` runs these on several of them."""

from __future__ import annotations

import ast
import gc
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

import r2_renewal
from r2_renewal.demo.payroll_host import PayrollHost
from r2_renewal.embedding.menu import plain
from r2_renewal.embedding.state import Status
from tests.driver import wait_until
from tests.embedding.hosts import END, Host, host
from tests.embedding.licences import write_licence
from tests.embedding.test_politeness import census, grown, settle, visit

__all__ = ["host"]

VISITS = 100


def config(folder: Path) -> r2_renewal.Config:
    return r2_renewal.Config(licence_path=folder / "none.lic", state_dir=folder / "state")


def words(menu: QMenu) -> list[str]:
    return [plain(action.text()) for action in menu.actions()]


def menu_of(window: QMainWindow, title: str) -> QMenu:
    """Return a menu by its title, by the one way that works in every version."""
    (found,) = (QMenu.menuInAction(one) for one in window.menuBar().actions() if plain(one.text()) == title)
    return found


def test_a_host_that_keeps_no_menu_gets_its_entry(qtbot: QtBot, tmp_path: Path) -> None:
    """Nobody in Python holds the menu, its action or the list that they came from."""
    window = QMainWindow()
    qtbot.addWidget(window)
    for title in ("&Plik", "Pomo&c"):
        window.menuBar().addMenu(title).addAction("O programie")
    gc.collect()
    module = r2_renewal.attach(window, config(tmp_path))
    gc.collect()
    assert module.state.status is not Status.DISABLED
    assert words(menu_of(window, "Pomoc")) == ["eSklep…", "O programie"]
    module.detach()
    wait_until(lambda: words(menu_of(window, "Pomoc")) == ["O programie"], what="menu as before")


def test_the_menu_that_a_host_keeps_stays_its_own(qtbot: QtBot, tmp_path: Path) -> None:
    """What we look at is the host's own Python object: it must outlive our look, and our leaving."""
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = window.menuBar()
    kept, action = bar.addMenu("Pomo&c"), bar.actions()[0]
    module = r2_renewal.attach(window, config(tmp_path))
    gc.collect()
    assert words(kept) == ["eSklep…"]
    module.detach()
    wait_until(lambda: not kept.actions(), what="menu as before")
    kept.addAction("Podręcznik")
    assert (plain(action.text()), words(kept), bar.isVisibleTo(window)) == ("Pomoc", ["Podręcznik"], True)


def test_a_hundred_visits_to_a_host_that_keeps_its_menu_leave_nothing_behind(host: Host) -> None:
    kept = host.window.menuBar().addMenu("Pomo&c")
    kept.addAction("O programie")
    write_licence(host.licence, END.replace(year=2028))
    for which in range(10):
        visit(host, which)
    settle()
    before = census(host)
    for which in range(VISITS):
        visit(host, which)
    settle()
    assert not grown(before, census(host))
    assert words(kept) == ["O programie"]


def test_the_demo_host_has_all_its_menus(qtbot: QtBot, tmp_path: Path) -> None:
    window = PayrollHost(config(tmp_path))
    qtbot.addWidget(window)
    gc.collect()
    assert words(menu_of(window, "Plik"))[-1] == "Zakończ"
    assert "eSklep…" in words(menu_of(window, "Pomoc"))
    assert window.module.state.status is not Status.DISABLED
    window.show()
    (close,) = (one for one in menu_of(window, "Plik").actions() if one.text() == "Zakończ")
    close.trigger()
    assert not window.isVisible()


@pytest.mark.parametrize("room", ["embedding", "ui", "demo", "cli"])
def test_nothing_of_ours_takes_a_menu_from_its_action(repository: Path, room: str) -> None:
    """``QAction.menu()`` is the trap; a button's ``menu()`` has the same name, and none of ours needs it."""
    for source in (repository / "r2_renewal" / room).rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Call)]
        taken = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "menu"]
        assert not taken, f"{source.name}:{taken[0].lineno}"
