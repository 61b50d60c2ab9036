"""„Odstąp od umowy tutaj": who, which order, where the receipt goes; „Potwierdź odstąpienie od umowy"; the receipt.

Rules: nothing more is asked than the law allows (Directive 2023/2673, art. 11a: name, contract, where the receipt goes); no
reason is asked for and nobody is talked out of it; the receipt has the content, the date and the time, and can be kept.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.agent.protocol import Method, WithdrawParams, WithdrawResult
from r2_renewal.domain.contact import visible
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import Order
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.button import Button
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.field import Field
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_list_words import receipt_text
from r2_renewal.ui.placing import roomy
from r2_renewal.ui.plain_text import PlainLabel, PlainTextView
from r2_renewal.ui.printout import Printout, print_out, save_pdf, saved_text

TITLE = "Odstąpienie od umowy"
RECEIPT_LINES = 8
SIZE = QSize(540, 380)
_FOR_GOOD = (ErrorCode.WITHDRAWAL_TOO_LATE, ErrorCode.ORDER_CLOSED)


class WithdrawalDialog(QDialog):
    """Takes the declaration and shows its receipt.

    Signals:
        withdrawn: the shop has given its receipt.
        ended: the account's session has ended: log in, and declare it then.
    """

    withdrawn = Signal()
    ended = Signal()

    def __init__(self, order: Order, link: AgentLink, parent: QWidget, *, account: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(TITLE)
        self._order, self._link, self._account = order, link, account
        self._messages = MessageBar(self)
        self._form = QWidget(self)
        self._intro = PlainLabel(
            "Odstępujesz od umowy bez podania przyczyny. Potwierdzenie z datą i godziną wyślemy na podany adres.", self
        )
        self._name = Field("Imię i nazwisko", self)
        self._number = Field("Numer zamówienia", self)
        self._email = Field("E-mail", self)
        self._receipt = PlainTextView("Potwierdzenie odstąpienia od umowy", self, RECEIPT_LINES)
        self._build_buttons()
        self._arrange()
        self._number.show_text(order.number)
        self._number.set_read_only()
        self._email.show_text(order.email)
        self._name.edit.setFocus()
        self.resize(roomy(self, SIZE))

    def _build_buttons(self) -> None:
        self._confirm = Button("Potwierdź odstąpienie od umowy", self)
        self._save = Button("Zapisz PDF", self)
        self._print = Button("Drukuj", self)
        self._close = Button("Anuluj", self)
        self._confirm.clicked.connect(self._declare)
        self._save.clicked.connect(self._save_receipt)
        self._print.clicked.connect(lambda: print_out(self, self._printout(), self._messages.warn))
        self._close.clicked.connect(self.reject)

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self._confirm, self._save, self._print, self._close):
            row.addWidget(button)
        fields = QVBoxLayout(self._form)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.addWidget(self._intro)
        for field in (self._name, self._number, self._email):
            fields.addWidget(field)
        column = QVBoxLayout(self)
        column.addWidget(self._form)
        column.addWidget(self._receipt, 1)
        column.addWidget(self._messages)
        column.addStretch(0)
        column.addLayout(row)
        self._receipt.hide()
        self._save.hide()
        self._print.hide()

    def _declare(self) -> None:
        if not self._is_filled_in():
            return
        self._confirm.setEnabled(False)
        self._messages.inform("Wysyłam oświadczenie…")
        params = WithdrawParams(
            order_id=self._order.order_id,
            number=self._order.number,
            name=visible(self._name.edit.text()),
            email=visible(self._email.edit.text()),
            account=self._account,
        )
        call = self._link.call(Method.ORDER_WITHDRAW, params, self)
        call.finished.connect(self._on_taken)
        call.failed.connect(self._on_failed)

    def _is_filled_in(self) -> bool:
        missing = [
            (field, words)
            for field, words in ((self._name, "Podaj imię i nazwisko."), (self._email, "Podaj adres e-mail."))
            if not visible(field.edit.text())
        ]
        for field, words in missing:
            field.show_problem(words)
        if missing:
            missing[0][0].edit.setFocus()
        return not missing

    def _on_taken(self, result: WithdrawResult) -> None:
        self._messages.clear()
        self._form.hide()
        self._confirm.hide()
        self._receipt.show()
        self._save.show()
        self._print.show()
        self._receipt.show_text(receipt_text(result.receipt))
        self._close.rename("Zamknij")
        self._receipt.setFocus()
        self.withdrawn.emit()

    def _on_failed(self, failure: CallFailure) -> None:
        self._confirm.setEnabled(True)
        refused = failure.data.fields if failure.data is not None else ()
        wrong = [
            (field, words)
            for name, field, words in (
                ("name", self._name, "Sprawdź imię i nazwisko (najwyżej 80 znaków)."),
                ("email", self._email, "Ten adres e-mail jest nieprawidłowy. Przykład: anna.nowak@twojafirma.pl."),
            )
            if failure.code is ErrorCode.ORDER_INVALID and name in refused
        ]
        for field, words in wrong:
            field.show_problem(words)
        if wrong:
            self._messages.warn(failure.code, text="eSklep nie przyjął oświadczenia. Popraw wskazane pola.")
            wrong[0][0].edit.setFocus()
        else:
            ways = () if failure.code in _FOR_GOOD else (WayOn("Ponów", self._declare),)
            self._messages.warn(failure.code, *ways, text=sentence(failure.code))
        if failure.code is ErrorCode.LOGIN_AGAIN:
            self.ended.emit()

    def _printout(self) -> Printout:
        return Printout(TITLE, self._receipt.toPlainText())

    def _save_receipt(self) -> None:
        name = f"odstapienie-{self._order.number.replace('/', '-')}.pdf"
        save_pdf(self, self._link, name, self._printout(), self._on_saved, self._on_not_saved)

    def _on_saved(self, path: str) -> None:
        self._messages.inform(saved_text(path))

    def _on_not_saved(self, failure: CallFailure) -> None:
        self._messages.warn(failure.code, WayOn("Ponów", self._save_receipt))
