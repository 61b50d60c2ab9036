"""The order form „Zamówienie": begun anew or from a draft, and ordered once.

Rules: a draft is asked about before anything is typed over it, and what is typed is kept; „Zamówienie z obowiązkiem zapłaty" is
never the default button; the key of the confirmation is made once, so a second click, „Ponów" and a restarted agent are all
the same order.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget, QWizard

from r2_renewal.agent.protocol import (
    CallProgress,
    DraftResult,
    ErrorData,
    Method,
    OrdererForgetParams,
    OrdererRememberParams,
)
from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.draft import Draft, resumed, shown_day
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import Quote
from r2_renewal.domain.order import Order
from r2_renewal.domain.order_flow import Field, OrderFlow, Step, start
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.error_texts import other_price_sentence
from r2_renewal.ui.links import Links
from r2_renewal.ui.message_bar import WayOn
from r2_renewal.ui.order_wizard.draft_keeper import DraftKeeper
from r2_renewal.ui.order_wizard.flow_wizard import FlowWizard
from r2_renewal.ui.order_wizard.order_words import other_programs
from r2_renewal.ui.retrying_text import resending_text

# Returns what the shop has of some licences' programs; None where it has not answered.
Stock = Callable[[set[str]], Storefront | None]


class OrderWizard(FlowWizard):
    """The order form of one or several programs.

    Signals:
        closed: the window is gone from the screen: the ``Draft`` that it was left with, None where there is none.
        told: what became of the order is known: it was accepted, refused, not sent, or nobody knows.
    """

    closed = Signal(object)
    told = Signal()

    def __init__(
        self,
        flow: OrderFlow,
        link: AgentLink,
        links: Links,
        parent: QWidget | None = None,
        left: Draft | None = None,
        stock: Stock = lambda _: None,
    ) -> None:
        """Open the form.

        Args:
            flow: the fresh form.
            link: the agent.
            links: the vendor's addresses.
            parent: eSklep.
            left: the form as it was left, should there be no draft of it on disk.
            stock: where further programs come from, those of a draft or added to the form.
        """
        super().__init__(flow, link, links, parent)
        self._stock = stock
        self._is_returning = False
        self._drafts = DraftKeeper(link, flow, left, self)
        self._connect()
        self._mirror(flow)
        self._ask_price()
        self._drafts.load()

    def _connect(self) -> None:
        self.finished.connect(lambda _: self.closed.emit(self._drafts.left))
        self._drafts.opened.connect(self._on_opened)
        self._drafts.found.connect(self._on_draft)
        self._drafts.unsaved.connect(self._on_unsaved)
        self._pages.orderer.forget_wanted.connect(self._forget)
        calls = self._calls
        calls.placed.connect(self._on_placed)
        calls.refused.connect(self._on_refused)
        calls.unsent.connect(self._on_unsent)
        calls.unknown.connect(self._on_unknown)
        calls.resent.connect(self._on_resent)
        calls.answered.connect(self.told)
        calls.renewed.connect(self._pages.confirmation.show_renewed)
        calls.unrenewed.connect(self._pages.confirmation.messages.warn)

    # What this computer knows

    def _on_opened(self, result: DraftResult) -> None:
        flow = self.flow.opened_for(result.holder, result.orderer)
        self._drafts.begin_with(flow)
        self._mirror(flow)

    def left(self, step: Step) -> None:
        """Remember who asked for it."""
        if step is Step.ORDERER and self.flow.remember_me:
            person = self.flow.contacts.settled_orderer
            params = OrdererRememberParams(customer=self._drafts.customer, orderer=person)
            call = self._link.call(Method.ORDERER_REMEMBER, params, self)
            call.finished.connect(lambda _: self._mirror(self.flow.kept(person)))
            call.failed.connect(lambda failure: self._on_unsaved(failure.code))

    def _forget(self) -> None:
        call = self._link.call(Method.ORDERER_FORGET, OrdererForgetParams(customer=self._drafts.customer), self)
        call.finished.connect(lambda _: self._mirror(self.flow.kept(None)))
        call.failed.connect(lambda failure: self._on_unsaved(failure.code))

    # The draft

    def _on_draft(self, draft: Draft, saved_at: datetime) -> None:
        if self.currentId() < 0:
            return  # closed before the answer came
        self._take_from_stock(set(draft.licence_ids))
        others = other_programs(draft, self.flow)
        day = shown_day(warsaw_date(saved_at), warsaw_date(self.flow.storefront.fetched_at))
        self._pages.by_step[Step(self.currentId())].ask(
            f"Masz rozpoczęte zamówienie z {f'{day}{others}' if others else day.removesuffix('.')}. Kontynuować?",
            WayOn("Kontynuuj", partial(self._resume, draft)),
            WayOn("Zacznij od nowa", self._drafts.begin_anew),
        )

    def add(self, entries: tuple[BasketEntry, ...]) -> None:
        """Take further programs into the form, unless it is ordered or on its way."""
        if self.flow.receipt is None and not self.is_placing and not self.flow.key:
            self._take_from_stock({entry.program.licence_id for entry in entries})
            self._mirror(self.flow.add(entries))

    def _take_from_stock(self, licence_ids: set[str]) -> None:
        more = self._stock(licence_ids)
        if more is not None:
            self._mirror(self.flow.stocked(more))

    def _resume(self, draft: Draft) -> None:
        self._drafts.resume(draft)
        fresh = start(self.flow.storefront, self.flow.entries).opened_for(self.flow.holder, self.flow.remembered)
        self._mirror(resumed(fresh, draft))
        self._is_returning = draft.step > Step.SERVICE
        self._ask_price()

    def _on_unsaved(self, code: ErrorCode) -> None:
        # An agent that died is started again by itself; a disk that is full is the user's to mend.
        if code in (ErrorCode.STORE, ErrorCode.STATE_FOLDER) and self.currentId() >= 0:
            messages = self._messages(Step(self.currentId()))
            if not messages.text:
                messages.warn(code)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Save what was typed last: a form that is closed or hidden is not typed in any more."""
        super().hideEvent(event)
        self._drafts.save()

    def _mirror(self, flow: OrderFlow) -> None:
        super()._mirror(flow)
        self._drafts.note(flow)

    def _on_price(self, quote: Quote) -> None:
        super()._on_price(quote)
        returning, self._is_returning = self._is_returning, False
        if returning and self.currentId() == Step.SERVICE:
            self.next()

    # The order

    @property
    def is_placing(self) -> bool:
        """Whether an order is being sent just now."""
        return self._calls.is_placing

    def order(self) -> None:
        """Send the order; a click too many changes nothing."""
        if self._calls.is_placing:
            return
        self._mirror(self.flow.confirm(str(uuid.uuid4())))
        self._messages(Step.SUMMARY).inform("Wysyłam zamówienie…")
        self._let_order(allowed=False)
        self._calls.place(self.flow.confirmed_order(), self._drafts.customer)

    def _let_order(self, *, allowed: bool) -> None:
        # The focus goes to the message first: left on a disabled button, Qt would hand it, and Enter, to „Anuluj".
        self._messages(Step.SUMMARY).setFocus()
        for button in (QWizard.WizardButton.CommitButton, QWizard.WizardButton.BackButton):
            self.button(button).setEnabled(allowed)
        self._pages.summary.let_edit(allowed=allowed)
        # What is on its way cannot be cancelled by closing a window.
        self.name_button(QWizard.WizardButton.CancelButton, "Anuluj" if allowed else "Zamknij")

    def _on_resent(self, progress: CallProgress) -> None:
        self._messages(Step.SUMMARY).inform(resending_text(progress))

    def _on_placed(self, order: Order) -> None:
        on_summary = self.currentId() == Step.SUMMARY
        self._mirror(self.flow.received(order))
        if on_summary:
            self._messages(Step.SUMMARY).clear()
            self.next()

    def _on_unsent(self, code: ErrorCode) -> None:
        self._messages(Step.SUMMARY).warn(code, WayOn("Ponów", self.order), *self._by_file(code))
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
            self._messages(Step.CONSENT).inform(other_price_sentence(old, error.quote))
        elif error.document is not None:
            self._mirror(self.flow.reworded(error.document))
            self._messages(Step.CONSENT).warn(code)
        else:
            self._send_back(code, error.fields)

    def _send_back(self, code: ErrorCode, names: tuple[str, ...]) -> None:
        self._mirror(self.flow.refuse(*(field for field in Field if field.value in names)))
        page = self._pages.by_step[self.flow.step]
        page.messages.warn(code, *([self._way_on(code)] if page.step is Step.SUMMARY else []))
        page.show_problems(self.flow.problems(page.step))

    def _way_on(self, code: ErrorCode) -> WayOn:
        if code is ErrorCode.OFFER_WITHDRAWN:  # nothing would come of sending the same once more
            return WayOn("Wybierz inną usługę", lambda: self._mirror(self.flow.edit(Step.SERVICE)))
        if code is ErrorCode.KEY_REUSED:  # another order stands there: under a new key, this might become a second one
            self._let_order(allowed=False)
            return WayOn("Zamknij zamówienie", self.reject)
        return WayOn("Ponów", self.order)
