"""Documents to keep: read back from the PDF by a library that is not ours, written by the agent, printed without a wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.agent_link import CallFailure
from r2_renewal.ui.printout import Printout, pdf_of, print_out, save_pdf
from tests.driver import wait_until
from tests.ui.conftest import Agent, failure

AgentMaker = Callable[..., Agent]
TEXT = "Zażółć gęślą jaźń: 1\u00a0234,56\u00a0zł\n<b>to nie jest znacznik</b> & {nawias}"


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def read(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    return text.replace("\u00a0", " ")


def test_the_text_is_in_the_pdf_to_the_letter(window: QWidget) -> None:
    text = read(pdf_of("Zgoda", TEXT))
    assert "Zgoda" in text
    assert "Zażółć gęślą jaźń: 1 234,56 zł" in text
    assert "<b>to nie jest znacznik</b> & {nawias}" in text


def test_a_long_text_goes_over_several_pages(window: QWidget) -> None:
    lines = [f"Wiersz {number}" for number in range(200)]
    pdf = pypdfium2.PdfDocument(pdf_of("Regulamin", "\n".join(lines)))
    assert len(pdf) > 2
    pdf.close()
    assert lines[-1] in read(pdf_of("Regulamin", "\n".join(lines)))


def test_a_picture_stands_under_the_text(window: QWidget) -> None:
    picture = QImage(400, 400, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    pdf = pypdfium2.PdfDocument(pdf_of("Przelew", "Kod:", picture))
    bitmap = pdf[0].render()
    dots = bytes(bitmap.buffer)
    step = bitmap.n_channels
    red = sum(dots[at + 2] > 200 and dots[at] < 50 for at in range(0, len(dots) - step, step))
    assert 100 * 100 < red < 140 * 140  # points: what 400 dots come to on paper
    pdf.close()


def chosen(window: QWidget, path: Path) -> None:
    (dialog,) = window.findChildren(QFileDialog)
    assert dialog.isVisible()
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    dialog.fileSelected.emit(str(path))
    dialog.reject()


def test_the_agent_writes_the_file_where_the_user_chose(window: QWidget, agent: AgentMaker, tmp_path: Path) -> None:
    made, told = agent(file__save=[{"result": {}}]), list[str]()
    save_pdf(window, made.link, "Zgoda.pdf", Printout("Zgoda", TEXT), told.append, lambda _: None)
    chosen(window, tmp_path / "Zgoda.pdf")
    wait_until(lambda: told, what="saved file")
    assert told == [str(tmp_path / "Zgoda.pdf")]
    (call,) = made.asked("file.save")
    assert call["path"] == told[0]


def test_a_file_that_cannot_be_written_is_told(window: QWidget, agent: AgentMaker, tmp_path: Path) -> None:
    made, told = agent(file__save=[failure(ErrorCode.FILE_NOT_WRITABLE)]), list[CallFailure]()
    save_pdf(window, made.link, "Zgoda.pdf", Printout("Zgoda", TEXT), lambda _: None, told.append)
    chosen(window, tmp_path / "Zgoda.pdf")
    wait_until(lambda: told, what="failure")
    assert told[0].code is ErrorCode.FILE_NOT_WRITABLE


def test_who_changes_their_mind_saves_nothing(window: QWidget, agent: AgentMaker) -> None:
    made, told = agent(), list[Any]()
    save_pdf(window, made.link, "Zgoda.pdf", Printout("Zgoda", TEXT), told.append, told.append)
    (dialog,) = window.findChildren(QFileDialog)
    dialog.reject()
    assert told == []
    assert not made.link.is_running


def test_printing_asks_for_a_printer_and_prints_there(window: QWidget, tmp_path: Path) -> None:
    told = list[ErrorCode]()
    print_out(window, Printout("Zgoda", TEXT), told.append)
    assert told == []
    (dialog,) = window.findChildren(QPrintDialog)
    assert dialog.isVisible()
    dialog.printer().setOutputFileName(str(tmp_path / "wydruk.pdf"))
    dialog.accepted.emit(dialog.printer())
    assert "Zażółć gęślą jaźń" in read((tmp_path / "wydruk.pdf").read_bytes())
    dialog.reject()
