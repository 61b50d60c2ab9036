"""„Moje dane": the company's data, what the user may change of them, and the history of consents.

Rules: a change is saved to the data that the user has seen (``If-Match``); somebody else's change is shown beside the user's own
before anything is sent again; while a change is on its way nothing else can be typed; nothing typed is lost to a login.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from r2_renewal.agent.protocol import CustomerResult, ErrorData
from r2_renewal.domain.account import CustomerChange, CustomerRecord
from r2_renewal.domain.account_form import AccountForm, differences, fresh
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order_fields import Reason
from r2_renewal.ui.account.account_calls import AccountCalls
from r2_renewal.ui.account.account_page import AccountPage
from r2_renewal.ui.account.company_group import CompanyGroup
from r2_renewal.ui.account.conflict_box import ConflictBox
from r2_renewal.ui.account.consent_history import ConsentHistory
from r2_renewal.ui.account.customer_calls import CustomerCalls
from r2_renewal.ui.account.extra_data_group import ExtraDataGroup
from r2_renewal.ui.account.words import CANNOT_ENROL, REFUSED_DATA, TEXT_CHANGED, saved_text
from r2_renewal.ui.agent_link import CallFailure
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.links import Links
from r2_renewal.ui.message_bar import WayOn
from r2_renewal.ui.scroll_pane import ScrollPane

_FIELD = "invoice_email"
KEPT = "Zalogowano ponownie. Wpisane dane są zachowane – aby je zapisać, wybierz „Zmień dane firmy”."


class MyDataPage(AccountPage):
    """The first page of the account.

    Signals:
        saved: a change of the data was saved.
    """

    saved = Signal()

    def __init__(self, calls: AccountCalls, links: Links, today: Callable[[], date]) -> None:
        super().__init__("Moje dane", calls)
        self._today = today
        self._asked = CustomerCalls(calls, self)
        self._form: AccountForm | None = None
        self._is_asked_again = False
        self._company = CompanyGroup(self._report, links, self)
        self._extra = ExtraDataGroup(self)
        self._conflict = ConflictBox(self)
        self.history = ConsentHistory(calls, self)
        self._arrange()
        self._extra.changed.connect(self._on_changed)
        self._extra.left.connect(self._judge)
        self._extra.save_wanted.connect(self.save)
        self._conflict.dropped.connect(self._drop)

    def _arrange(self) -> None:
        self._content = QWidget(self)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._company, self._extra, self.history):
            column.addWidget(widget)
        column.addStretch(1)
        self.column.addWidget(self._conflict)
        self.column.addWidget(ScrollPane(self._content, "Moje dane", self), 1)
        self.column.addWidget(self.button("Odśwież", self.load), 0, Qt.AlignmentFlag.AlignRight)
        self._content.hide()

    # What is on record

    @property
    def is_changed(self) -> bool:
        """Whether something was typed or ticked that is not saved."""
        return self._form is not None and self._form.is_changed

    def come(self) -> None:
        """Load, unless something typed waits; after a login say that it is still here."""
        super().come()
        if self._form is not None and self._is_asked_again and self.is_changed:
            self.history.load(self._form.record)
            self.messages.inform(KEPT)
        self._is_asked_again = False

    def log_in_again(self) -> None:
        """Take note that the session has ended: whatever comes next comes after another login."""
        self._is_asked_again = True

    def load(self) -> None:
        """Ask for the data on record."""
        self.begin_loading()
        self._asked.load(partial(self.finish_loading, self._on_record), self.fail_loading)

    def _on_record(self, result: CustomerResult) -> None:
        form = self._form
        if form is None or not form.is_changed:
            self._begin(result.record, fresh(result.record, result.consent))
            return
        # Typed while the answer was on its way: it stays, and what changed under it is shown.
        form = form if result.consent == form.template else form.reworded(result.consent)
        if differences(form, result.record):
            self._show_conflict(form, result.record)
        else:
            self._mirror(form.met(result.record))

    def _begin(self, record: CustomerRecord, form: AccountForm) -> None:
        self._content.show()
        self._company.show_company(record.company)
        self._mirror(form)
        self._extra.show_problem(None)
        self._conflict.hide()
        self.history.load(record)

    def _mirror(self, form: AccountForm) -> None:
        self._form = form
        self._extra.show_form(form, self._today())

    # What the user changes

    def _on_changed(self, form: AccountForm) -> None:
        if form != self._form:
            self._mirror(form)

    def _judge(self, then: Callable[[], None] | None = None) -> None:
        form = self._form
        if form is None or not form.is_unjudged:
            return
        self._asked.judge(form.email, partial(self._on_judged, form.email, then), self.refuse)

    def _on_judged(self, text: str, then: Callable[[], None] | None, verdict: ContactVerdict) -> None:
        if self._form is not None:
            self._mirror(self._form.judged(text, verdict))
            problem = self._form.email_problem
            self._extra.show_problem(None if problem is Reason.EMPTY else problem)
        if then is not None:
            then()

    def _drop(self) -> None:
        if self._form is not None:
            self._conflict.hide()
            self.messages.clear()
            self._mirror(fresh(self._form.record, self._form.template))

    def save(self) -> None:
        """Save the change, unless something is wrong with it."""
        form = self._form
        if form is None:
            return
        if form.is_unjudged:
            self._judge(self.save)
        elif form.email_problem is not None:
            self._extra.show_problem(form.email_problem)
            self._extra.focus_email()
        elif not form.is_changed:
            self.messages.inform("Dane są takie jak zapisane. Nie ma czego zmieniać.")
        else:
            self._send(form)

    def _send(self, form: AccountForm, *, is_second: bool = False) -> None:
        change = form.change()
        self.messages.inform("Zapisuję…")
        self._let_type(allowed=False)
        self._asked.change(change, partial(self._on_saved, change), partial(self._on_unsaved, is_second=is_second))

    def _let_type(self, *, allowed: bool) -> None:
        # The focus goes to the message first: left on a disabled button, Qt would hand it to any other widget.
        if not allowed:
            self.messages.setFocus()
        self._content.setEnabled(allowed)
        self._conflict.setEnabled(allowed)
        if allowed:
            self._extra.save_button.setFocus()

    # What the shop answers

    def _on_saved(self, change: CustomerChange, result: CustomerResult) -> None:
        self._let_type(allowed=True)
        self._begin(result.record, fresh(result.record, result.consent))
        self.messages.inform(saved_text(change, result.record))
        self.saved.emit()

    def _on_unsaved(self, failure: CallFailure, *, is_second: bool) -> None:
        self._let_type(allowed=True)
        data, form = failure.data, self._form
        if form is None or data is None:
            self.refuse(failure, WayOn("Ponów", self.save))
        elif data.customer is not None:
            self._meet(form, data.customer, is_second=is_second)
        else:
            self._tell_refused(form, failure, data)

    def _tell_refused(self, form: AccountForm, failure: CallFailure, data: ErrorData) -> None:
        if data.document is not None:
            self._mirror(form.reworded(data.document))
            self.messages.warn(failure.code, text=TEXT_CHANGED)
        elif _FIELD in data.fields:
            self._mirror(form.refuse_email())
            self._extra.show_problem(Reason.INVALID)
            self._extra.focus_email()
            self.messages.clear()
        elif failure.code in (ErrorCode.OFFER_WITHDRAWN, ErrorCode.NOT_FOUND):
            self.messages.warn(failure.code, WayOn("Pobierz aktualne dane", self.load), text=CANNOT_ENROL)
        elif failure.code is ErrorCode.ORDER_INVALID:
            self.messages.warn(failure.code, WayOn("Pobierz aktualne dane", self.load), text=REFUSED_DATA)
        else:
            self.refuse(failure, WayOn("Ponów", self.save))

    def _meet(self, form: AccountForm, present: CustomerRecord, *, is_second: bool) -> None:
        """Show somebody else's change beside the user's own; where there is nothing to see, go on."""
        met = form.met(present)
        is_kept = (dict(met.given), met.revoked) == (dict(form.given), form.revoked)
        if is_kept and not differences(form, present) and not is_second:
            self._mirror(met)
            self._send(met, is_second=True)
            return
        self._show_conflict(form, present)
        self.saved.emit()

    def _show_conflict(self, form: AccountForm, present: CustomerRecord) -> None:
        seen, met = differences(form, present), form.met(present)
        self._mirror(met)
        self._company.show_company(present.company)
        self.messages.warn(ErrorCode.CUSTOMER_CHANGED)
        self._conflict.show_differences(seen, is_still_changed=met.is_changed)
        self.history.load(present)

    def _report(self) -> None:
        if self._form is not None:
            dialog = CorrectionDialog(self._form.record.company, self.calls.link, self, in_account=True)
            dialog.ended.connect(self.calls.ended)
            # Not over the window: a session that ends is opened anew there while the report waits.
            dialog.show()
