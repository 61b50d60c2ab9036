"""A document to keep: plain text, saved as PDF at a place of the user's choice or printed.

Rules: the file is written by the agent, so that no disk holds the host up; every dialog is opened and not waited for; nothing in
a text is read as markup; what only printing needs is loaded when somebody prints.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QDir, QIODevice, QMarginsF
from PySide6.QtGui import (
    QFont,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.agent_link import AgentLink, CallFailure

MARGIN_MM = 18
_TEXT_POINTS, _TITLE_POINTS = 10, 14
_PICTURE_WIDTH = 160  # of 96 to an inch: 42 mm
# Qt's own dialog, which it shows where the system has none, offers „Print to File (PDF)" also without a printer.
_PRINTS_INTO_FILES = sys.platform not in ("win32", "darwin")


@dataclass(frozen=True)
class Printout:
    """What is saved or printed.

    Attributes:
        title: its heading, and the title of the PDF.
        text: the whole text, plain.
        picture: what stands under the text, square; None for nothing.
    """

    title: str
    text: str
    picture: QImage | None = None


def document_of(title: str, text: str, picture: QImage | None = None) -> QTextDocument:
    """Return a titled plain text laid out for paper; nothing in it is read as markup."""
    document = QTextDocument()
    document.setMetaInformation(QTextDocument.MetaInformation.DocumentTitle, title)
    font = QFont(document.defaultFont())
    font.setPointSize(_TEXT_POINTS)
    document.setDefaultFont(font)
    heading = QTextCharFormat()
    heading.setFontPointSize(_TITLE_POINTS)
    heading.setFontWeight(QFont.Weight.Bold)
    cursor = QTextCursor(document)
    cursor.insertText(title + "\n\n", heading)
    cursor.insertText(text, QTextCharFormat())
    if picture is not None:
        cursor.insertText("\n\n", QTextCharFormat())
        cursor.insertImage(_for_paper(picture))
    return document


def _for_paper(picture: QImage) -> QImage:
    # A QTextDocument lays an image out by its device-independent size; its dots are kept for the printer.
    copy = QImage(picture)
    copy.setDevicePixelRatio(picture.width() / _PICTURE_WIDTH)
    return copy


def pdf_of(title: str, text: str, picture: QImage | None = None) -> bytes:
    """Return a titled plain text as a PDF on A4."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    _print(document_of(title, text, picture), writer)
    del writer  # what it still holds is written when it goes
    buffer.close()
    return bytes(content.data())


def _print(document: QTextDocument, device: QPagedPaintDevice) -> None:
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    device.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document.print_(device)


def ask_for_pdf(parent: QWidget, caption: str, name: str, chosen: Callable[[str], None]) -> None:
    """Ask where to save a PDF, without waiting; a file that is there already is replaced only if the user says so."""
    dialog = QFileDialog(parent, caption, name, "Pliki PDF (*.pdf)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def save_pdf(
    parent: QWidget,
    link: AgentLink,
    name: str,
    printout: Printout,
    saved: Callable[[str], None],
    failed: Callable[[CallFailure], None],
) -> None:
    """Ask where to save a PDF, and have the agent write it there.

    Args:
        parent: the window that asks; when it is gone nothing is told any more.
        link: the agent.
        name: the suggested file name, e.g. ``Potwierdzenie.pdf``.
        printout: what to save.
        saved: told the path.
        failed: told why it could not be written.
    """

    def write(path: str) -> None:
        content = pdf_of(printout.title, printout.text, printout.picture)
        call = link.call(Method.FILE_SAVE, protocol.FileSaveParams(path=path, content=content), parent)
        call.finished.connect(lambda _: saved(path))
        call.failed.connect(failed)

    ask_for_pdf(parent, "Zapisz PDF", name, write)


def saved_text(path: str) -> str:
    """Return the sentence that tells where a document was saved, in the system's own spelling of a path."""
    return f"Zapisano: {QDir.toNativeSeparators(path)}"


def print_out(parent: QWidget, printout: Printout, told: Callable[[ErrorCode], None]) -> None:
    """Ask for a printer, without waiting, and print there.

    Args:
        parent: the window that asks.
        printout: what to print.
        told: told NO_PRINTER where this computer has none: Windows' own dialog would open and do nothing.
    """
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

    if not QPrinterInfo.availablePrinterNames() and not _PRINTS_INTO_FILES:
        told(ErrorCode.NO_PRINTER)
        return
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setDocName(printout.title)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("Drukuj")
    document = document_of(printout.title, printout.text, printout.picture)
    dialog.accepted.connect(lambda *_: _print(document, printer))
    dialog.finished.connect(dialog.deleteLater)
    QDialog.open(dialog)  # its own open() wants a slot to call
