"""Sends what is queued, message by message, outside every request.

Rules: a message is taken up in one transaction and settled in another, so that no database waits for a mail server; one
message that fails does not keep the others; a sender that is told to stop leaves its message to the next.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from r2_renewal.contract.contact import sendable_email
from r2_renewal.domain.dates import warsaw
from r2_renewal.reference_shop.mail.queue import note_failed, note_sent, take_up
from r2_renewal.reference_shop.mail.transports import Transport, UndeliveredError
from r2_renewal.reference_shop.seller import Seller
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import MailRow

POLL_SECONDS = 1.0
STOP_SECONDS = 1.0
# Senders wait for one another at the queue, and nobody waits for them.
_SENDERS = "outgoing mail"
LOGGER = logging.getLogger("r2_renewal.shop")


@dataclass(frozen=True, slots=True)
class Posted:
    """What one round came to. Attributes: sent: messages taken; failed: messages left for later or refused."""

    sent: int = 0
    failed: int = 0


def message_of(row: MailRow, seller: Seller) -> EmailMessage:
    """Return a queued letter as a message, the same to the byte but for its MIME boundary at every attempt."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(seller.company.name, addr_spec=sendable_email(seller.mail_from))
    message["To"] = Address(addr_spec=sendable_email(row.recipient))
    message["Subject"] = row.subject
    message["Date"] = format_datetime(row.created_at.astimezone(warsaw()))
    message["Message-ID"] = row.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(row.text, cte="quoted-printable")
    message.add_alternative(row.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = "pl"  # after the content, which clears such headers
    return message


def send_due(shop: Shop, transport: Transport, stopping: threading.Event | None = None) -> Posted:
    """Send every message that is due; return how it went."""
    sent = failed = 0
    while stopping is None or not stopping.is_set():
        with shop.database.writing(_SENDERS) as session:
            taken = take_up(session, shop.settings.now())
        if taken is None:
            break
        if _send(shop, transport, taken):
            sent += 1
        else:
            failed += 1
    return Posted(sent, failed)


def _send(shop: Shop, transport: Transport, taken: MailRow) -> bool:
    try:
        transport.deliver(_written(taken, shop.settings.seller), f"{taken.pk:06}-{taken.kind}")
    except UndeliveredError as error:
        LOGGER.warning("mail %s not delivered: %s", taken.pk, error.failure)
        with shop.database.writing(_SENDERS) as session:
            note_failed(session, taken, error.failure, shop.settings.now(), for_good=error.for_good)
        return False
    with shop.database.writing(_SENDERS) as session:
        note_sent(session, taken, shop.settings.now())
    return True


def _written(row: MailRow, seller: Seller) -> EmailMessage:
    try:
        return message_of(row, seller)
    except ValueError as error:  # an address that is none: no attempt will make it one
        raise UndeliveredError("not a message", for_good=True) from error


class MailSender:
    """Sends mail in a thread of its own while the shop serves.

    The thread is not waited for at the end beyond a moment: a mail server that hangs must not hold the shop open, and what
    it leaves is taken up again when the lease ends.
    """

    def __init__(self, shop: Shop, transport: Transport) -> None:
        self._shop = shop
        self._transport = transport
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Start sending."""
        self._thread.start()

    def stop(self) -> None:
        """Stop: the delivery under way is cut."""
        self._stopping.set()
        self._transport.stop()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                send_due(self._shop, self._transport, self._stopping)
            except Exception as error:
                LOGGER.error("sending mail failed: %s", type(error).__name__)
