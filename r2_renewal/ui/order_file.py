"""„Zapisz zamówienie do pliku…": the way on where the shop cannot be reached from this PC.

Rules: what is saved is no order yet, and is never called one; the window that tells so names the page that takes the file, shows
the same as a QR code for a telephone, and says how the licence comes back.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QDialogButtonBox, QFileDialog, QVBoxLayout, QWidget

from r2_renewal.agent.protocol import ExportParams, ExportResult, Method, WantedItem
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order_flow import OrderFlow
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.placing import lines_on_screen
from r2_renewal.ui.plain_text import Heading, PlainLabel
from r2_renewal.ui.qr_code import QrCode

SAVE_ORDER = "Zapisz zamówienie do pliku…"
SUFFIX = "r2order"
FILE_NAME = f"zamowienie.{SUFFIX}"
# Where another computer or a telephone may reach the shop that this one cannot.
UNREACHABLE = (
    ErrorCode.OFFLINE,
    ErrorCode.TIMEOUT,
    ErrorCode.TLS,
    ErrorCode.NOT_THE_SHOP,
    ErrorCode.SHOP_FAILURE,
    ErrorCode.SHOP_BUSY,
    ErrorCode.PROXY,
    ErrorCode.PROXY_SCRIPT,
    ErrorCode.PROXY_SETTING,
    ErrorCode.CA_FILE,
    ErrorCode.OFFLINE_BY_POLICY,
    ErrorCode.ORDER_NOT_SENT,
)
_MODULE, _SMALL_MODULE = 3, 2  # pixels: an order is a large code
WIDTH, NARROW = 460, 300
# On a lower screen the code stands beside the words.
LOW_SCREEN_LINES = 36


def export_of(flow: OrderFlow) -> ExportParams:
    """Return what of an order form goes into a file; the file's place is yet to be chosen."""
    quote, contacts = flow.quote, flow.contacts
    return ExportParams(
        path="",
        items=tuple(
            WantedItem(
                item.licence_id,
                flow.kind,
                item.offer.offer_id if item.offer else "",
                item.entry.program.valid_until,
            )
            for item in flow.service.ordered
        ),
        invoice_email=contacts.invoice_email,
        orderer=contacts.orderer,
        gross=quote.price.gross if quote else None,
        told_on=quote.told_on if quote else None,
    )


class OrderFile(QObject):
    """Saves orders to files of the user's choice, for one window.

    Signals:
        failed: the ``ErrorCode`` of a file that could not be written.
    """

    failed = Signal(object)

    def __init__(self, link: AgentLink, window: QWidget) -> None:
        super().__init__(window)
        self._link, self._window = link, window

    def choose(self, params: ExportParams) -> None:
        """Ask where to, and save there."""
        dialog = QFileDialog(self._window, "Zapisz zamówienie do pliku", FILE_NAME)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([f"Zamówienie (*.{SUFFIX})", "Wszystkie pliki (*)"])
        dialog.setDefaultSuffix(SUFFIX)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(partial(self.save, params))
        dialog.open()

    def save(self, params: ExportParams, path: str) -> None:
        """Save an order to a file."""
        call = self._link.call(Method.ORDER_EXPORT, replace(params, path=path), self)
        call.finished.connect(partial(self._on_saved, path))
        call.failed.connect(self._on_failed)

    def _on_saved(self, path: str, result: ExportResult) -> None:
        OrderFileDialog(path, result, self._window).open()

    def _on_failed(self, failure: CallFailure) -> None:
        self.failed.emit(failure.code)


class OrderFileDialog(QDialog):
    """Says what was saved, that it is no order yet, and what to do with it."""

    def __init__(self, path: str, result: ExportResult, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Zamówienie w pliku")
        self._column = QVBoxLayout(self)
        self._is_low = lines_on_screen(self) < LOW_SCREEN_LINES
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight if self._is_low else QBoxLayout.Direction.TopToBottom)
        self._column.addLayout(row)
        row.addLayout(self._words(path, result))
        if result.qr:
            row.addWidget(self._code(result.qr), 0, Qt.AlignmentFlag.AlignCenter)
        self._build_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Stay as high as the words need at this width: nothing is pushed out of the window."""
        super().resizeEvent(event)
        self.setMinimumHeight(self._column.totalHeightForWidth(self.width()))

    def _words(self, path: str, result: ExportResult) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(Heading("To zamówienie nie jest jeszcze złożone.", self))
        for text in next_steps(path, result):
            label = PlainLabel(text, self)
            label.setMinimumWidth(NARROW if self._is_low else WIDTH)
            column.addWidget(label)
        column.addStretch(1)
        return column

    def _code(self, rows: tuple[str, ...]) -> QrCode:
        code = QrCode("Kod QR zamówienia", self, _SMALL_MODULE if self._is_low else _MODULE)
        code.setAccessibleDescription("Zawiera to samo co plik; do zeskanowania telefonem.")
        code.show_rows(rows)
        return code

    def _build_buttons(self) -> None:
        buttons = QDialogButtonBox(self)
        close = buttons.addButton("Zamknij", QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName("Zamknij")
        buttons.rejected.connect(self.reject)
        self._column.addWidget(buttons)


def next_steps(path: str, result: ExportResult) -> list[str]:
    """Return what to do with the file, a step a text."""
    by_phone = " Zamiast pliku możesz zeskanować telefonem kod z tego okna." if result.qr else ""
    return [
        f"1. Przenieś plik {Path(path).name} na komputer z Internetem.{by_phone}",
        f"2. Otwórz stronę {result.page} i wczytaj tam plik. Zobaczysz aktualną cenę i złożysz zamówienie.",
        "3. Gdy zamówienie zostanie zrealizowane, pobierz z tej strony plik licencji i wczytaj go w tym programie: "
        "Pomoc → eSklep → „Wczytaj plik licencji…”.",
    ]
