"""Bringing orders to their end in the background: does the shop have it, where does it stand, is the licence here?

Rules: an order is settled when it is final and, where fulfilled, its licence is installed; until then every start of the agent
takes it up again; the host is told of every change, and of a refused licence once for each reason; a shop that asks to wait
is waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from r2_renewal.agent import protocol, translate
from r2_renewal.agent.agent_log import AgentLog, Done, Step
from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.deadline import Deadline, around
from r2_renewal.agent.failures import ShopError, error_data
from r2_renewal.agent.licence_refresh import LicenceRefresh
from r2_renewal.agent.outbox import OrderSender
from r2_renewal.agent.protocol import Delivery, Event
from r2_renewal.agent.shop_client import ShopClient
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Order, OrderLine, OrderState
from r2_renewal.store.outbox import Outbox, OutboxRow, OutboxState

# A shop that does not know an order a day after accepting it will not remember it: another shop, or another customer.
FORGOTTEN_SECONDS = 24 * 3600.0
_LOOK_AGAIN_SECONDS = 0.5

Notify = Callable[[Event, protocol.Message], None]


@dataclass
class Pace:
    """Growing waits.

    Attributes:
        wait: the next wait in seconds, before jitter.
        factor: how it grows.
        longest: where it stops growing.
    """

    wait: float
    factor: float
    longest: float

    def rest(self, least: float = 0.0) -> None:
        """Wait, ``least`` seconds at least."""
        time.sleep(max(around(self.wait), least))
        self.wait = min(self.wait * self.factor, self.longest)


class Settler:
    """Watches over the orders of one outbox, a thread each: there are one or two of them.

    Attributes:
        outbox: the orders.
        sender: sends those that nobody answered.
        client: tells where the others stand.
        refresh: installs the licence.
        notify: tells the host.
        log: the agent's log.
        call_seconds: deadline of a poll.
        clock: tells how old an order is.
    """

    def __init__(
        self,
        outbox: Outbox,
        sender: OrderSender,
        client: ShopClient,
        refresh: LicenceRefresh,
        notify: Notify,
        log: AgentLog,
        call_seconds: float,
        clock: Clock = pc_clock,
    ) -> None:
        self.outbox = outbox
        self.sender = sender
        self.client = client
        self.refresh = refresh
        self.notify = notify
        self.log = log
        self.call_seconds = call_seconds
        self.clock = clock
        self._watched: set[str] = set()
        self._lock = threading.Lock()

    def resume(self) -> None:
        """Take up every unsettled order; a database that is locked just now is asked again for a minute."""
        pace = Pace(0.5, 2.0, 30.0)
        while True:
            try:
                rows = self.outbox.unsettled()
                break
            except RenewalError as error:
                self.log.write(Step.SETTLING, error.code)
                if pace.wait == pace.longest:
                    return
                pace.rest()
        for row in rows:
            self.watch(row.key)

    def watch(self, key: str) -> None:
        """Bring an order to its end in the background; a second call for the same key changes nothing."""
        with self._lock:
            if key in self._watched:
                return
            self._watched.add(key)
        threading.Thread(target=self._run, args=(key,), name="settling", daemon=True).start()

    def _run(self, key: str) -> None:
        try:
            _Watch(self, key).run()
        except Exception as error:
            self.log.write_unforeseen(Step.SETTLING, error)
        finally:
            with self._lock:
                self._watched.discard(key)


class _Watch:
    """One order on its way.

    Attributes:
        told: the shop's state that the host knows.
        refusal: why the licence could not be installed last time.
        asked: seconds that the shop asked to wait in its last answer, already clamped.
    """

    def __init__(self, settler: Settler, key: str) -> None:
        self._settler = settler
        self._outbox = settler.outbox
        self._key = key
        self.told: str | None = None
        self.refusal: ErrorCode | None = None
        self.asked = 0.0
        self._resends = Pace(1.0, 2.0, 60.0)
        self._polls = Pace(0.5, 1.6, 30.0)

    def run(self) -> None:
        """Work until the order is settled, refused, or back in the user's hands."""
        while True:
            try:
                row = self._outbox.row(self._key)
                if row is None or self._step(row):
                    return
            except RenewalError as error:
                self._settler.log.write(Step.SETTLING, error.code)
                self._resends.rest()

    def _step(self, row: OutboxRow) -> bool:
        """Do the next thing and wait; return whether that was the last."""
        if self.told is None:
            self.told = row.order_state
        if row.settled or row.state in (OutboxState.REJECTED, OutboxState.NOT_SENT):
            return True
        if not self._settler.sender.is_ours(row):
            return True  # another agent's, or this one's again at its next start
        if row.state is OutboxState.ACCEPTED:
            if self._poll(row):
                return True
            self._polls.rest(self.asked)
            return False
        self._resend(row)
        return False

    def _resend(self, row: OutboxRow) -> None:
        try:
            body = self._settler.sender.resend(row.key)
        except ShopError as error:
            self._failed(Step.ORDER_RESEND, error)
            if error.delivery is Delivery.REFUSED:
                refused = protocol.OrderRefused(
                    key=row.key, licence_ids=row.licence_ids, error=error_data(error, of_order=True)
                )
                self._settler.notify(Event.ORDER_REFUSED, refused)
                return
            self._resends.rest(self.asked)
            return
        if body is None:
            # Somebody else is sending it, or was when it was killed: its answer or the end of its lease is near.
            time.sleep(around(_LOOK_AGAIN_SECONDS))
            return
        self._settler.log.write(Step.ORDER_RESEND, Done.OK)
        self._tell(translate.order(body), body.state)

    def _poll(self, row: OutboxRow) -> bool:
        """Ask where the order stands; return whether it is settled."""
        self.asked = 0.0
        try:
            body = self._settler.client.order(row.order_id, Deadline(self._settler.call_seconds))
            order = translate.order(body)
        except RenewalError as error:
            self._failed(Step.ORDER_POLL, error)
            return self._is_forgotten(row, error.code)
        if body.state != self.told:
            self._outbox.observe(row.key, body.state, msgspec.json.encode(body))
            self._tell(order, body.state)
        if not order.state.is_final or (order.state is OrderState.FULFILLED and not self._installed(order)):
            return False
        self._outbox.settle(row.key)
        self._settler.log.write(Step.SETTLING, order.state)
        return True

    def _is_forgotten(self, row: OutboxRow, code: ErrorCode) -> bool:
        if code is not ErrorCode.NOT_FOUND or self._settler.clock().timestamp() - row.confirmed_at < FORGOTTEN_SECONDS:
            return False
        self._outbox.settle(row.key)
        return True

    def _failed(self, what: Step, error: RenewalError) -> None:
        self._settler.log.write(what, error.code)
        self.asked = (error.retry_after or 0.0) if isinstance(error, ShopError) else 0.0

    def _tell(self, order: Order, state: str) -> None:
        self.told = state
        self._settler.notify(Event.ORDER_CHANGED, protocol.OrderResult(order=order, key=self._key))

    def _installed(self, order: Order) -> bool:
        """Fetch and install the licence of a fulfilled order; return whether nothing is left to be done."""
        refresh = self._settler.refresh
        # Bought for other programs of the customer's: their own modules will fetch them.
        mine = [line for line in order.lines if refresh.concerns(line.licence_id)]
        outcomes = [self._installed_line(line) for line in mine]  # each is tried, whatever became of the one before
        return all(outcomes)

    def _installed_line(self, line: OrderLine) -> bool:
        refresh = self._settler.refresh
        try:
            certificate = self._settler.client.licence_file(line.licence_id, Deadline(self._settler.call_seconds))
            program = refresh.parsed(certificate).program(refresh.product)
            if program is not None and program.last_day < line.period_to:
                return False  # the shop still serves the licence from before the order
            refresh.install(certificate)
        except RenewalError as error:
            return self._not_installed(line, error)
        self._settler.log.write(Step.LICENCE_INSTALL, Done.OK)
        valid_until = program.last_day if program is not None else line.period_to
        renewed = line.kind is not ServiceKind.EXTENSION
        installed = protocol.LicenceInstalled(licence_id=line.licence_id, valid_until=valid_until, renewed=renewed)
        self._settler.notify(Event.LICENCE_INSTALLED, installed)
        return True

    def _not_installed(self, line: OrderLine, error: RenewalError) -> bool:
        self._failed(Step.LICENCE_INSTALL, error)
        if error.code is ErrorCode.LICENCE_OLDER:
            return True  # a newer one is already here: imported by hand, or by another process
        if not isinstance(error, ShopError) and error.code is not self.refusal:
            self.refusal = error.code
            refused = protocol.LicenceNotInstalled(licence_id=line.licence_id, code=error.code.value)
            self._settler.notify(Event.LICENCE_NOT_INSTALLED, refused)
        return False
