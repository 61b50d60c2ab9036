"""The order form „Zamówienie": a QWizard that mirrors the flow and speaks to the agent.

Rules: the flow decides whether a page may be left, the wizard only asks it; a page left while an answer is under way is left
by itself when the answer comes; „Zamówienie z obowiązkiem zapłaty" is never the default button; the key of the confirmation is
made once, so a second click, „Ponów" and a restarted agent are all the same order.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget, QWizard

from r2_renewal.agent.protocol import ErrorData
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import Quote
from r2_renewal.domain.order import Order
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.error_texts import price_changed_sentence
from r2_renewal.ui.links import Links
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_wizard.agent_calls import AgentCalls
from r2_renewal.ui.order_wizard.confirmation_page import ConfirmationPage
from r2_renewal.ui.order_wizard.consent_page import ConsentPage
from r2_renewal.ui.order_wizard.invoice_page import InvoicePage
from r2_renewal.ui.order_wizard.orderer_page import OrdererPage
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.order_wizard.service_page import ServicePage
from r2_renewal.ui.order_wizard.summary_page import SummaryPage
from r2_renewal.ui.order_wizard.wizard_frame import WizardFrame
from r2_renewal.ui.text_dialog import TextDialog


class OrderWizard(WizardFrame):
    """The order form of one program.

    Attributes:
        flow: the order form as it stands.

    Signals:
        closed: the window is gone from the screen: the flow as it was left.
    """

    closed = Signal(object)

    def __init__(self, flow: OrderFlow, link: AgentLink, links: Links, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = flow
        self._link = link
        self._links = links
        self._product = link.product
        self._advance = False
        self._calls = AgentCalls(link, flow.entry.program.licence_id, self)
        self._build_pages()
        self._connect()
        self._mirror(flow)
        self._ask_price()

    def _build_pages(self) -> None:
        invoice, orderer = InvoicePage(self.flow, self._links), OrdererPage(self.flow, self._links)
        consent = ConsentPage(self.flow)
        self._confirmation = ConfirmationPage(
            self.flow, of_this_program=self.flow.entry.program.product == self._product
        )
        self._pages: dict[Step, OrderPage] = {
            Step.SERVICE: ServicePage(self.flow),
            Step.INVOICE: invoice,
            Step.ORDERER: orderer,
            Step.CONSENT: consent,
            Step.SUMMARY: SummaryPage(self.flow),
            Step.CONFIRMATION: self._confirmation,
        }
        for step, page in self._pages.items():
            self.setPage(int(step), page)
            page.changed.connect(self._mirror)
        self._pages[Step.SUMMARY].setCommitPage(True)
        invoice.correction_wanted.connect(self._report_wrong_data)
        invoice.left.connect(lambda: self._calls.judge(self.flow, Step.INVOICE))
        orderer.left.connect(lambda: self._calls.judge(self.flow, Step.ORDERER))
        consent.terms_wanted.connect(self._show_terms)

    def _connect(self) -> None:
        self.currentIdChanged.connect(self._on_page)
        self.finished.connect(lambda _: self.closed.emit(self.flow))
        calls = self._calls
        calls.priced.connect(self._on_price)
        calls.unpriced.connect(self._on_no_price)
        calls.judged.connect(self._on_judged)
        calls.unjudged.connect(self._on_no_judgement)
        calls.placed.connect(self._on_placed)
        calls.refused.connect(self._on_refused)
        calls.unsent.connect(self._on_unsent)
        calls.unknown.connect(self._on_unknown)
        calls.renewed.connect(self._confirmation.show_renewed)
        calls.unrenewed.connect(self._confirmation.messages.warn)

    def _on_page(self, page_id: int) -> None:
        if page_id < 0:
            return
        self.setOption(QWizard.WizardOption.NoDefaultButton, page_id == Step.SUMMARY)
        if page_id < self.flow.step:
            self._mirror(self.flow.back())
        self._pages[Step(page_id)].begin(self.flow)

    # The mirror

    def _mirror(self, flow: OrderFlow) -> None:
        earlier, self.flow = self.flow, flow
        for step, page in self._pages.items():
            if step <= flow.step:
                page.show_flow(flow)
        if flow.offer != earlier.offer:
            self._ask_price()
        if flow.step < earlier.step:
            while self.currentId() > flow.step:
                self.back()

    def validateCurrentPage(self) -> bool:  # noqa: N802 - Qt's name
        """Leave the page where the flow lets go; otherwise say what is missing, or wait for the answer under way."""
        step = Step(self.currentId())
        page = self._pages[step]
        if self.flow.step > step:
            return True
        waiting = self.flow.unjudged(step)
        problems = [problem for problem in self.flow.problems(step) if problem.field not in waiting]
        page.show_problems(problems)
        if problems:
            return False
        if waiting:
            self._advance = True
            self._calls.judge(self.flow, step)
            return False
        if step is Step.SUMMARY:
            self._place()
            return False
        self._mirror(self.flow.next())
        return True

    def _messages(self, step: Step) -> MessageBar:
        return self._pages[step].messages

    # Price and contact fields

    def _ask_price(self) -> None:
        self._messages(Step.SERVICE).clear()
        if self.flow.offer is not None:
            self._calls.ask_price(self.flow.offer)

    def _on_price(self, quote: Quote) -> None:
        self._messages(Step.SERVICE).clear()
        self._mirror(self.flow.priced(quote))

    def _on_no_price(self, code: ErrorCode) -> None:
        self._messages(Step.SERVICE).warn(code, WayOn("Ponów", self._ask_price))
        self._pages[Step.SERVICE].show_flow(self.flow)

    def _on_judged(self, step: Step, texts: Mapping[Field, str], verdicts: Mapping[str, ContactVerdict]) -> None:
        flow = self.flow
        for field, text in texts.items():
            flow = flow.judged(field, text, verdicts[field.value])
        self._mirror(flow)
        self._messages(step).clear()
        advance, self._advance = self._advance, False
        if advance:
            self.next()
        else:
            self._pages[step].show_judgement(self.flow.problems(step), texts)

    def _on_no_judgement(self, step: Step, code: ErrorCode) -> None:
        self._advance = False
        self._messages(step).warn(code, WayOn("Ponów", self.next))

    # The order

    def _place(self) -> None:
        if self._calls.is_placing:
            return
        self._mirror(self.flow.confirm(str(uuid.uuid4())))
        self._messages(Step.SUMMARY).inform("Wysyłam zamówienie…")
        self._let_order(allowed=False)
        self._calls.place(self.flow.confirmed_order())

    def _let_order(self, *, allowed: bool) -> None:
        # The focus goes to the message first: left on a disabled button, Qt would hand it, and Enter, to „Anuluj".
        self._messages(Step.SUMMARY).setFocus()
        for button in (QWizard.WizardButton.CommitButton, QWizard.WizardButton.BackButton):
            self.button(button).setEnabled(allowed)
        # What is on its way cannot be cancelled by closing a window.
        self.name_button(QWizard.WizardButton.CancelButton, "Anuluj" if allowed else "Zamknij")

    def _on_placed(self, order: Order) -> None:
        on_summary = self.currentId() == Step.SUMMARY
        self._mirror(self.flow.received(order))
        if on_summary:
            self._messages(Step.SUMMARY).clear()
            self.next()

    def _on_unsent(self, code: ErrorCode) -> None:
        self._messages(Step.SUMMARY).warn(code, WayOn("Ponów", self._place))
        self._let_order(allowed=True)

    def _on_unknown(self) -> None:
        self._messages(Step.SUMMARY).warn(ErrorCode.ORDER_UNKNOWN)
        self._let_order(allowed=False)

    def _on_refused(self, error: ErrorData) -> None:
        self._let_order(allowed=True)
        self._messages(Step.SUMMARY).clear()
        old, code = self.flow.quote, ErrorCode(error.code)
        if error.quote is not None and old is not None:
            self._mirror(self.flow.repriced(error.quote))
            prices = str(old.price.gross), str(error.quote.price.gross)
            self._messages(Step.CONSENT).inform(price_changed_sentence(*prices))
        elif error.document is not None:
            self._mirror(self.flow.reworded(error.document))
            self._messages(Step.CONSENT).warn(code)
        else:
            self._send_back(code, error.fields)

    def _send_back(self, code: ErrorCode, names: tuple[str, ...]) -> None:
        self._mirror(self.flow.refuse(*(field for field in Field if field.value in names)))
        page = self._pages[self.flow.step]
        page.messages.warn(code, *([WayOn("Ponów", self._place)] if page.step is Step.SUMMARY else []))
        page.show_problems(self.flow.problems(page.step))

    # Dialogs of its own

    def _report_wrong_data(self) -> None:
        CorrectionDialog(self.flow.storefront.company, self._link, self).open()

    def _show_terms(self) -> None:
        TextDialog(self.flow.storefront.terms.title, self.flow.storefront.terms.text, self).open()
