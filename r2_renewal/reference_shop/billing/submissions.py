"""Invoices on their way to KSeF: queued with the invoice, sent one after the other, asked after until KSeF has decided.

Rules: an invoice is taken up by one sender at a time, for the length of a lease; the network is spoken to outside every
transaction; what fails is tried again, ever later, and never given up, since an invoice is only issued once KSeF has it; a
correction of a withdrawn order waits until its invoice has a number; status and receipt (UPO) are kept.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from r2_renewal.domain.company import normalize_nip
from r2_renewal.domain.order import OrderState
from r2_renewal.reference_shop import invoices
from r2_renewal.reference_shop.billing.ksef_client import LibrarySender
from r2_renewal.reference_shop.billing.ksef_port import Accepted, KsefError, KsefSender, Lost, Outcome, Refused, Sent
from r2_renewal.reference_shop.mail.letters import tell_of_correction
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import InvoiceDocument, InvoiceRow, KsefSubmission, OrderRow

LEASE = timedelta(minutes=10)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
FIRST_QUESTION = timedelta(seconds=5)
POLL_SECONDS, STOP_SECONDS = 2.0, 1.0
_SENDERS = "ksef"
LOGGER = logging.getLogger("r2_renewal.shop")


class SubmissionState(StrEnum):
    """Where an invoice stands on its way to KSeF."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"


_OPEN = (SubmissionState.QUEUED.value, SubmissionState.SENT.value)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a round came to.

    Attributes:
        sent: documents that KSeF received.
        accepted: invoices that got their number.
        refused: invoices that KSeF refused for good.
        failed: attempts that came to nothing and are made again.
    """

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    failed: int = 0


def sender_of(settings: ShopSettings) -> LibrarySender | None:
    """Return what sends this shop's invoices; None where KSeF is not connected."""
    if settings.ksef is None:
        return None
    return LibrarySender(settings.ksef, normalize_nip(settings.seller.company.nip))


def send_due(shop: Shop, sender: KsefSender, stopping: threading.Event | None = None) -> Posted:
    """Send and ask after every invoice that is due, each at most once; return how it went."""
    counted = {"sent": 0, "accepted": 0, "refused": 0, "failed": 0}
    begun = shop.settings.now()
    try:
        while stopping is None or not stopping.is_set():
            with shop.database.writing(_SENDERS) as session:
                taken = _take_up(session, begun)
                content = session.get_one(InvoiceDocument, taken.invoice_id).content if taken is not None else b""
            if taken is None:
                break
            counted[_go_on(shop, sender, taken, content)] += 1
    finally:
        sender.end_round()
    return Posted(**counted)


def _take_up(session: Session, now: datetime) -> KsefSubmission | None:
    is_due = or_(KsefSubmission.due_at.is_(None), KsefSubmission.due_at <= now)
    query = select(KsefSubmission).where(KsefSubmission.state.in_(_OPEN), is_due)
    order = (KsefSubmission.created_at, KsefSubmission.invoice_id)
    row = session.scalar(query.order_by(*order).limit(1).with_for_update(skip_locked=True))
    if row is not None:
        row.claim, row.due_at, row.attempts = secrets.token_urlsafe(12), now + LEASE, row.attempts + 1
    return row


def _go_on(shop: Shop, sender: KsefSender, taken: KsefSubmission, content: bytes) -> str:
    """Take the next step of an invoice; return what it counts as."""
    try:
        if taken.session_reference is None or taken.invoice_reference is None:
            sent = sender.send(content)
            return _settle(shop, taken, lambda _session, row: _note_sent(row, sent, shop.settings.now()))
        outcome = sender.outcome(Sent(taken.session_reference, taken.invoice_reference))
        return _settle(shop, taken, lambda session, row: _note_outcome(session, shop.settings, row, outcome))
    except KsefError as error:
        failure = error.failure
        LOGGER.warning("KSeF: an invoice is not settled yet: %s", failure)
        return _settle(shop, taken, lambda _session, row: _note_failed(row, failure, shop.settings.now()))


def _settle(shop: Shop, taken: KsefSubmission, note: Callable[[Session, KsefSubmission], str]) -> str:
    with shop.database.writing() as session:
        row = session.get_one(KsefSubmission, taken.invoice_id, with_for_update=True)
        if row.claim != taken.claim:
            return "failed"  # another sender has taken it up since: it is theirs
        row.claim = None
        return note(session, row)


def _note_sent(row: KsefSubmission, sent: Sent, now: datetime) -> str:
    row.state, row.failure, row.attempts = SubmissionState.SENT.value, None, 0
    row.session_reference, row.invoice_reference = sent.session, sent.invoice
    row.due_at = now + FIRST_QUESTION
    return "sent"


def _note_failed(row: KsefSubmission, failure: str, now: datetime) -> str:
    row.failure = failure
    row.due_at = now + min(FIRST_WAIT * 2 ** min(row.attempts - 1, 10), LONGEST_WAIT)
    return "failed"


def _note_outcome(session: Session, settings: ShopSettings, row: KsefSubmission, outcome: Outcome) -> str:
    now = settings.now()
    match outcome:
        case Accepted(number, upo):
            row.upo = upo
            _end(row, SubmissionState.ACCEPTED, now)
            _number(session, settings, row.invoice_id, number)
            return "accepted"
        case Refused(failure):
            LOGGER.error("KSeF refused an invoice: %s", failure)
            row.failure = failure
            _end(row, SubmissionState.REFUSED, now)
            return "refused"
        case Lost(failure):
            row.state = SubmissionState.QUEUED.value
            row.session_reference = row.invoice_reference = None
            return _note_failed(row, failure, now)
    return _note_failed(row, "in progress", now)


def _end(row: KsefSubmission, state: SubmissionState, now: datetime) -> None:
    row.state, row.due_at, row.settled_at = state.value, None, now


def _number(session: Session, settings: ShopSettings, invoice_id: str, number: str) -> None:
    """Give an invoice its number, and make the correction that has waited for it."""
    invoice = session.get_one(InvoiceRow, invoice_id)
    invoice.ksef_number = number
    session.flush()
    order = session.scalars(select(OrderRow).where(OrderRow.id == invoice.order_id)).one()
    if order.state == OrderState.WITHDRAWN.value:
        correction = invoices.correct(session, settings, order)
        if correction is not None:
            tell_of_correction(session, settings, correction, order.invoice_email)


class KsefPost:
    """Sends invoices in a thread of its own while the shop serves; what it leaves is taken up again when the lease ends."""

    def __init__(self, shop: Shop, sender: KsefSender) -> None:
        self._shop = shop
        self._sender = sender
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ksef", daemon=True)

    def start(self) -> None:
        """Start sending."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; a call under way is not waited for beyond a moment."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                if is_anything_due(self._shop):
                    send_due(self._shop, self._sender, self._stopping)
            except Exception as error:
                LOGGER.error("sending to KSeF failed: %s", type(error).__name__)


def is_anything_due(shop: Shop) -> bool:
    """Whether an invoice waits for its next step; asked without keeping any writer waiting."""
    is_due = or_(KsefSubmission.due_at.is_(None), KsefSubmission.due_at <= shop.settings.now())
    query = select(KsefSubmission.invoice_id).where(KsefSubmission.state.in_(_OPEN), is_due)
    with shop.database.reading() as session:
        return session.scalar(query.limit(1)) is not None
