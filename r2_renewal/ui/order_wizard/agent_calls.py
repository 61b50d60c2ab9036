"""What the order form asks of the agent, and what the agent tells it: calls in, typed signals out, no widget.

Rule: after an order was sent there are exactly four truths: the shop has it, the shop refused it, it was not sent, nobody knows
yet; an answer lost on its way (an agent that died or missed its deadline) is the last of them, never „not sent".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Delivery, Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.domain.order_flow import Field, OrderFlow, Step
from r2_renewal.ui.agent_link import AgentLink, CallFailure

_LOST_ANSWERS = (ErrorCode.TIMEOUT, ErrorCode.AGENT_DIED, ErrorCode.AGENT_GARBLED)


class AgentCalls(QObject):
    """The order form's conversation with the agent.

    Signals:
        priced: the ``Quote`` that was asked for.
        unpriced: the ``ErrorCode`` of a price that could not be had.
        judged: step, the judged texts by field, and the verdicts by the field's name.
        unjudged: step and the ``ErrorCode``.
        placed: the ``Order`` as the shop has it, now or in a later state.
        refused: the ``ErrorData`` of an order that the shop refused.
        unsent: the ``ErrorCode`` of an order that was not sent.
        unknown: nobody knows yet whether the order arrived.
        resent: the ``CallProgress`` of an order that is being sent once more.
        answered: the sending of the order is over, and one of these four was told.
        renewed: the last valid day of the licence that was installed, and whether that day moved.
        unrenewed: the ``ErrorCode`` of a licence that was refused.
    """

    priced = Signal(object)
    unpriced = Signal(object)
    judged = Signal(object, object, object)
    unjudged = Signal(object, object)
    placed = Signal(object)
    refused = Signal(object)
    unsent = Signal(object)
    unknown = Signal()
    resent = Signal(object)
    answered = Signal()
    renewed = Signal(object, bool)
    unrenewed = Signal(object)

    def __init__(self, link: AgentLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._key = ""
        self._asked: Mapping[str, str] = {}
        self._ordered: tuple[str, ...] = ()
        self._placing = False
        link.happened.connect(self._on_event)

    # Price

    @property
    def is_pricing(self) -> bool:
        """Whether a price has been asked for and has not come yet."""
        return bool(self._asked)

    def ask_price(self, offers: Mapping[str, str]) -> None:
        """Ask for the price of offers, one by each licence; asking again while the answer is under way does nothing."""
        if offers == self._asked:
            return
        self._asked = offers
        call = self._link.call(Method.ORDER_QUOTE, protocol.QuoteParams(offers=dict(offers)), self)
        call.finished.connect(self._on_price)
        call.failed.connect(self._on_no_price)

    def _on_price(self, result: protocol.QuoteResult) -> None:
        self._asked = {}
        self.priced.emit(result.quote)

    def _on_no_price(self, failure: CallFailure) -> None:
        self._asked = {}
        self.unpriced.emit(failure.code)

    # Contact fields

    def judge(self, flow: OrderFlow, step: Step) -> None:
        """Ask for a verdict on the contact fields of a page that have none yet."""
        texts = {field: flow.contacts.text_of(field) for field in flow.unjudged(step)}
        if not texts:
            return
        emails = {field.value: text for field, text in texts.items() if field is not Field.PHONE}
        phones = {field.value: text for field, text in texts.items() if field is Field.PHONE}
        call = self._link.call(Method.CONTACT_CHECK, protocol.ContactParams(emails=emails, phones=phones), self)
        call.finished.connect(partial(self._on_judged, step, texts))
        call.failed.connect(lambda failure: self.unjudged.emit(step, failure.code))

    def _on_judged(self, step: Step, texts: dict[Field, str], result: protocol.ContactResult) -> None:
        self.judged.emit(step, texts, result.verdicts)

    # The order

    @property
    def is_placing(self) -> bool:
        """Whether an order is under way, so that a second click does nothing."""
        return self._placing

    def place(self, order: ConfirmedOrder, customer: str) -> None:
        """Send a confirmed order, made from the form of a customer."""
        self._placing, self._key, self._ordered = True, order.key, order.quote.licence_ids
        call = self._link.call(Method.ORDER_PLACE, protocol.PlaceParams(order=order, customer=customer), self)
        call.progressed.connect(self.resent)
        call.finished.connect(self._on_placed)
        call.failed.connect(self._on_not_placed)

    def _on_placed(self, result: protocol.OrderResult) -> None:
        self._placing = False
        self.placed.emit(result.order)
        self.answered.emit()

    def _on_not_placed(self, failure: CallFailure) -> None:
        self._placing = False
        data = failure.data
        if (data is None and failure.code in _LOST_ANSWERS) or (data is not None and data.delivery == Delivery.UNKNOWN):
            self.unknown.emit()
        elif data is not None and data.delivery == Delivery.REFUSED:
            self.refused.emit(data)
        else:
            self.unsent.emit(failure.code)
        self.answered.emit()

    def _on_event(self, _event: protocol.Event, content: object) -> None:
        match content:
            case protocol.OrderResult(order=order, key=key) if key and key == self._key:
                self.placed.emit(order)
            case protocol.OrderRefused(key=key, error=error) if key == self._key:
                self.refused.emit(error)
            case protocol.LicenceInstalled(licence_id=licence_id, valid_until=until, renewed=renewed) if (
                licence_id in self._ordered
            ):
                self.renewed.emit(until, renewed)
            case protocol.LicenceNotInstalled(licence_id=licence_id, code=code) if licence_id in self._ordered:
                self.unrenewed.emit(ErrorCode(code))
            case _:
                pass
