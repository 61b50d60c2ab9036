"""Sending a confirmed order: on disk first, then to the shop, and always the honest word on what became of it.

Rules: no byte goes out before key and body are committed; every repetition sends the same key and the same bytes; an order
that may have arrived is UNKNOWN until the shop itself says otherwise; one that never left waits for the user, not for us.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import msgspec

from r2_renewal.agent import translate
from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError, error_data
from r2_renewal.agent.fates import refusal_of
from r2_renewal.agent.order_origin import OrderOrigin
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.shop_client import ShopClient
from r2_renewal.contract.reading import read
from r2_renewal.contract.structs import OrderBody
from r2_renewal.domain.draft import draft_of_order
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.order import ConfirmedOrder, Order
from r2_renewal.store.licences import together
from r2_renewal.store.outbox import (
    LEASE_SECONDS,
    MAY_HAVE_ARRIVED,
    UNANSWERED,
    OrderForm,
    Outbox,
    OutboxRow,
    OutboxState,
)
from r2_renewal.version import VERSION

_LOOK_AGAIN_SECONDS = 0.2
_SENDABLE = (*UNANSWERED, OutboxState.NOT_SENT)
_NO_CONNECTION = (ErrorCode.OFFLINE, ErrorCode.TIMEOUT, ErrorCode.PROXY)


class OrderSender:
    """Sends the orders of one outbox."""

    def __init__(
        self,
        outbox: Outbox,
        client: ShopClient,
        order_seconds: float,
        customer: Callable[[str], str],
        origin: OrderOrigin,
        clock: Clock = pc_clock,
    ) -> None:
        """Take what orders are sent with.

        Args:
            outbox: where they are written down.
            client: the shop.
            order_seconds: total deadline of an order, retries included.
            customer: tells whose drafts lie here, for an order of a NIP.
            origin: tells which orders are this agent's.
            clock: tells whether an earlier sender still counts as alive.
        """
        self._outbox = outbox
        self._clock = clock
        self._client = client
        self._seconds = order_seconds
        self._customer = customer
        self._origin = origin

    def place(self, confirmed: ConfirmedOrder, customer: str = "") -> Order:
        """Place what the customer confirmed, or return what became of it when it was placed before.

        Args:
            confirmed: the order.
            customer: whose form it was made from; empty for the customer whose licence lies here.

        Raises:
            RenewalError: STORE, KEY_REUSED or ORDER_IN_PROGRESS before anything was written or sent.
            ShopError: why there is no order, or not yet; see its ``delivery``.
        """
        deadline = Deadline(self._seconds)
        request = translate.order_request(confirmed, VERSION)
        whose, draft = customer or self._customer(confirmed.nip), msgspec.json.encode(draft_of_order(confirmed))
        row: OutboxRow | None = self._outbox.confirm(
            confirmed.key,
            together(confirmed.quote.licence_ids),
            translate.digest(request),
            msgspec.json.encode(request),
            OrderForm(whose, draft),
        )
        while row is not None and deadline.left:
            if row.state is OutboxState.ACCEPTED:
                return self._known(row, deadline)
            if row.state is OutboxState.REJECTED:
                raise _refusal(row)
            claimed = None if row.is_held(self._clock().timestamp()) else self._outbox.claim(row.key, _SENDABLE)
            if claimed is not None:
                return translate.order(self._send(claimed, deadline, OutboxState.NOT_SENT))
            # Another thread or process is sending this very order: its answer is ours.
            time.sleep(_LOOK_AGAIN_SECONDS)
            row = self._outbox.row(row.key)
        raise ShopError(ErrorCode.ORDER_IN_PROGRESS, "being sent elsewhere", Delivery.UNKNOWN)

    def resend(self, key: str) -> OrderBody | None:
        """Send an unanswered order once more, in the background.

        Returns:
            The shop's answer; None where somebody else is sending it.

        Raises:
            ShopError: as ``place``; an order that was not sent stays as it was, to be sent again.
        """
        claimed = self._outbox.claim(key, UNANSWERED)
        if claimed is None:
            return None
        return self._send(claimed, Deadline(self._seconds), claimed.state)

    def is_ours(self, row: OutboxRow) -> bool:
        """Return whether an order is this agent's to send and to ask about.

        Raises:
            RenewalError: STORE.
        """
        return self._origin.is_ours(row.key)

    def _known(self, row: OutboxRow, deadline: Deadline) -> Order:
        if row.answer:
            return translate.order(read(row.answer, OrderBody))
        try:
            return translate.order(self._client.order(row.order_id, deadline))
        except RenewalError as error:
            failure = error if isinstance(error, ShopError) else _unsent(error)
            # The shop has the order: that nobody can say now how it stands must never read as „nie wysłano".
            raise failure.told_as(ErrorCode.ORDER_UNKNOWN, Delivery.UNKNOWN) from error

    def _send(self, claimed: OutboxRow, deadline: Deadline, unsent: OutboxState) -> OrderBody:
        """Send a claimed order; ``unsent`` is its state where nothing went out."""
        with _held(self._outbox, claimed):
            try:
                self._origin.check(claimed.key)
                body = self._client.place(claimed.key, claimed.body, deadline)
            except RenewalError as error:
                failure = error if isinstance(error, ShopError) else _unsent(error)
                raise self._concluded(claimed, failure, unsent) from error
        with suppress(RenewalError):
            # An order that the shop has is told as such even where the disk is full; the same key will find it again.
            self._outbox.accept(claimed.key, body.order_id, body.state, msgspec.json.encode(body))
        return body

    def _concluded(self, claimed: OutboxRow, error: ShopError, unsent: OutboxState) -> ShopError:
        """Write down what a failure means for the order, and return the failure to be told."""
        if error.delivery is Delivery.REFUSED:
            self._refused(claimed, error)
            return error
        if error.delivery is Delivery.UNKNOWN or claimed.state in MAY_HAVE_ARRIVED:
            self._released(claimed, OutboxState.UNKNOWN)
            code = ErrorCode.ORDER_IN_PROGRESS if error.key_in_flight else ErrorCode.ORDER_UNKNOWN
            return error.told_as(code, Delivery.UNKNOWN)
        self._released(claimed, unsent)
        code = ErrorCode.ORDER_NOT_SENT if error.code in _NO_CONNECTION else error.code
        return error.told_as(code, Delivery.NOT_SENT)

    def _refused(self, claimed: OutboxRow, error: ShopError) -> None:
        if error.code is ErrorCode.ORDER_IN_PROGRESS:
            # Another order stands in the way only now: the same confirmation may be sent again later.
            self._released(claimed, OutboxState.NOT_SENT)
            return
        with suppress(RenewalError):
            self._outbox.reject(claimed.key, msgspec.json.encode(error_data(error, of_order=True)))

    def _released(self, claimed: OutboxRow, state: OutboxState) -> None:
        # Where this cannot be written the row says "sending", and that is resumed as if unknown.
        with suppress(RenewalError):
            self._outbox.release(claimed, state)


@contextmanager
def _held(outbox: Outbox, claimed: OutboxRow) -> Iterator[None]:
    """Keep other processes from sending the order while the block runs; a killed process frees it by not renewing."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE_SECONDS / 3):
            with suppress(RenewalError):
                outbox.renew(claimed)

    threading.Thread(target=renew, name="lease", daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _unsent(error: RenewalError) -> ShopError:
    """Return a failure that came before any request, such as a licence file that cannot be read."""
    return ShopError(error.code, error.detail, Delivery.NOT_SENT)


def _refusal(row: OutboxRow) -> ShopError:
    data = refusal_of(row)
    return ShopError(
        ErrorCode(data.code),
        "refused before",
        Delivery.REFUSED,
        quote=data.quote,
        document=data.document,
        fields=data.fields,
    )
