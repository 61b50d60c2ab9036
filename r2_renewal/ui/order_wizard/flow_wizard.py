"""A QWizard that mirrors the order form's flow page by page, and asks the agent for the price and for verdicts on contacts.

Rules: the flow decides whether a page may be left, the wizard only asks it; a page left while an answer is under way is left
by itself when the answer comes; what leaving the summary means is for the form itself; the last page is left by closing the form.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton, QWidget, QWizard

from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import Quote
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.links import Links
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.order_file import SAVE_ORDER, UNREACHABLE, OrderFile, export_of
from r2_renewal.ui.order_wizard.agent_calls import AgentCalls
from r2_renewal.ui.order_wizard.pages import Pages
from r2_renewal.ui.order_wizard.wizard_frame import WizardFrame
from r2_renewal.ui.text_dialog import TextDialog

TO_SUMMARY = "Wróć do podsumowania"


class FlowWizard(WizardFrame):
    """The pages of the order form and the way between them.

    Attributes:
        flow: the order form as it stands.
    """

    def __init__(self, flow: OrderFlow, link: AgentLink, links: Links, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = flow
        self._link, self._links = link, links
        self._advance = self._is_hopping = False
        self._order_file = OrderFile(link, self)
        self._order_file.failed.connect(self._on_no_file)
        self._calls = AgentCalls(link, self)
        self._pages = Pages(flow, links, link)
        for step, page in self._pages.by_step.items():
            self.setPage(int(step), page)
            page.changed.connect(self._mirror)
        self._pages.summary.setCommitPage(True)
        self._pages.summary.edit_wanted.connect(lambda step: self._mirror(self.flow.edit(step)))
        self._pages.invoice.left.connect(lambda: self._calls.judge(self.flow, Step.INVOICE))
        self._pages.orderer.left.connect(lambda: self._calls.judge(self.flow, Step.ORDERER))
        self._pages.invoice.correction_wanted.connect(self._report_wrong_data)
        for page_with_terms in (self._pages.consent, self._pages.summary):
            page_with_terms.terms_wanted.connect(self._show_terms)
        self._connect_calls()
        self.currentIdChanged.connect(self._on_page)

    def _connect_calls(self) -> None:
        self._calls.priced.connect(self._on_price)
        self._calls.unpriced.connect(self._on_no_price)
        self._calls.judged.connect(self._on_judged)
        self._calls.unjudged.connect(self._on_no_judgement)

    def order(self) -> None:
        """Do what leaving the summary forward means."""
        raise NotImplementedError

    def left(self, step: Step) -> None:
        """Do what leaving another page forward means besides."""

    def _on_page(self, page_id: int) -> None:
        if page_id < 0:
            return
        self.setOption(QWizard.WizardOption.NoDefaultButton, page_id == Step.SUMMARY)
        if page_id < self.flow.step and not self._is_hopping:
            self._mirror(self.flow.back())
        self._pages.by_step[Step(page_id)].begin(self.flow)
        # After Qt's own setting of the buttons, which forgets the default one once a page had none.
        QTimer.singleShot(0, self, self._let_enter_go_on)

    def _let_enter_go_on(self) -> None:
        is_last = self.currentId() == Step.CONFIRMATION
        button = self.button(QWizard.WizardButton.FinishButton if is_last else QWizard.WizardButton.NextButton)
        if self.currentId() != Step.SUMMARY and isinstance(button, QPushButton):
            button.setDefault(True)

    # The mirror

    def _mirror(self, flow: OrderFlow) -> None:
        earlier, self.flow = self.flow, flow
        for step, page in self._pages.by_step.items():
            if step <= flow.step:
                page.show_flow(flow)
        if flow.service.wanted != earlier.service.wanted:
            self._ask_price()
        self._name_next()
        if flow.step < earlier.step:
            self._hop()

    def _name_next(self) -> None:
        self.name_button(QWizard.WizardButton.NextButton, TO_SUMMARY if self.flow.is_editing else "Dalej")

    def _hop(self) -> None:
        """Go to the flow's page, page by page, so that „Wstecz" knows the way back."""
        self._is_hopping = True
        self.setUpdatesEnabled(False)
        while 0 <= self.currentId() < self.flow.step:
            self.next()
        while self.currentId() > self.flow.step:
            self.back()
        self.setUpdatesEnabled(True)
        self._is_hopping = False

    def validateCurrentPage(self) -> bool:  # noqa: N802 - Qt's name
        """Leave the page where the flow lets go; otherwise say what is missing, or wait for the answer under way."""
        step = Step(self.currentId())
        page = self._pages.by_step[step]
        if (
            self.flow.step > step or step is Step.CONFIRMATION
        ):  # after the last page there is none to go to: „Zamknij" closes
            return True
        waiting = self.flow.unjudged(step)
        problems = [problem for problem in self.flow.problems(step) if problem.field not in waiting]
        if any(problem.field is Field.QUOTE for problem in problems) and not self._calls.is_pricing:
            self._ask_price()  # what failed is tried again: „Dalej" is never a button that does nothing
        page.show_problems(problems)
        if problems:
            return False
        if waiting:
            self._advance = True
            self._calls.judge(self.flow, step)
            return False
        if step is Step.SUMMARY:
            self.order()
            return False
        self.left(step)
        self._mirror(self.flow.next())
        if self.flow.step == step + 1:
            return True
        QTimer.singleShot(0, self, self._hop)  # to the summary, or to what an edit left to be done
        return False

    def _messages(self, step: Step) -> MessageBar:
        return self._pages.by_step[step].messages

    # Price and contact fields

    def _ask_price(self) -> None:
        self._messages(Step.SERVICE).clear()
        if self.flow.service.wanted:
            self._calls.ask_price(self.flow.service.wanted)

    def _on_price(self, quote: Quote) -> None:
        self._messages(Step.SERVICE).clear()
        self._mirror(self.flow.priced(quote))

    def _on_no_price(self, code: ErrorCode) -> None:
        self._messages(Step.SERVICE).warn(code, WayOn("Ponów", self._ask_price), *self._by_file(code))
        self._pages.by_step[Step.SERVICE].show_flow(self.flow)

    def _by_file(self, code: ErrorCode) -> list[WayOn]:
        """Return the way on of a PC from which the shop cannot be reached."""
        if code not in UNREACHABLE:
            return []
        return [WayOn(SAVE_ORDER, lambda: self._order_file.choose(export_of(self.flow)))]

    def _on_no_file(self, code: ErrorCode) -> None:
        if self.currentId() >= 0:  # else closed meanwhile
            self._messages(Step(self.currentId())).warn(code)

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
            self._pages.by_step[step].show_judgement(self.flow.problems(step), texts)

    def _on_no_judgement(self, step: Step, code: ErrorCode) -> None:
        self._advance = False
        self._messages(step).warn(code, WayOn("Ponów", self.next))

    # Dialogs of its own

    def _report_wrong_data(self) -> None:
        company, holder = self.flow.storefront.company, self.flow.holder
        CorrectionDialog(company, self._link, self, links=self._links, holder=holder).open()

    def _show_terms(self) -> None:
        terms = self.flow.storefront.terms
        TextDialog(terms.title, terms.text, self, self._link, "Regulamin").open()
