"""„Drukuj" where this computer has no printer says so: Windows' own dialog would open and do nothing."""

from __future__ import annotations

import pytest
from PySide6.QtPrintSupport import QPrintDialog, QPrinterInfo
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.printout import Printout, print_out, saved_text


def test_a_computer_without_a_printer_is_told(qtbot: QtBot) -> None:
    if QPrinterInfo.availablePrinterNames():
        pytest.skip("this computer has a printer")
    window, told = QWidget(), list[ErrorCode]()
    qtbot.addWidget(window)
    print_out(window, Printout("Zgoda", "tekst"), told.append)
    assert told == [ErrorCode.NO_PRINTER]
    assert not window.findChildren(QPrintDialog)


def test_a_path_is_spelt_as_windows_spells_it() -> None:
    assert saved_text("C:/Users/Żaneta/Zgoda.pdf") == "Zapisano: C:\\Users\\Żaneta\\Zgoda.pdf"
