"""What one shop runs with: its database, its signing key, its vendor, its clock and its switches.

Rule: moment and calendar date are asked of the settings only, which take both from one injected clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.licensing.trusted_key import TrustedKey
from r2_renewal.reference_shop.billing.ksef_settings import KsefSettings
from r2_renewal.reference_shop.clock import Clock, pc_clock
from r2_renewal.reference_shop.keys import SigningKey
from r2_renewal.reference_shop.limit import Limits
from r2_renewal.reference_shop.mail.transports import Transport
from r2_renewal.reference_shop.seller import Seller, seller
from r2_renewal.settings import Vendor, vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """The settings of one shop.

    Attributes:
        database_url: SQLAlchemy URL of the database.
        signing_key: the key that signs licences.
        trusted_keys: public keys whose licences open eSklep: the shop's own, older ones included.
        vendor: the seller and its addresses, as they stand in texts.
        public_url: base URL at which customers reach this shop; empty where that is the host of the vendor's panel.
        seller: the seller as invoices and mail name it.
        clock: the shop's clock: the present moment, aware, in UTC.
        auto_fulfil: seconds after which an order is taken to fulfilled by itself; None for never.
        invoicing: whether orders are accepted and invoiced by themselves while the shop serves.
        accept_after: seconds in which an order can still be cancelled before that.
        ksef: how invoices go to KSeF; None where they go nowhere, and their numbers there are made up.
        mail: where mail goes while the shop serves; None leaves it queued.
        consent_required: whether an order needs the consent to automatic renewal.
        quote_hold: how long a quoted price is held.
        order_session: life of a session opened by a licence file.
        account_session: life of a session opened by a password.
        limits: how often what may be tried.
    """

    database_url: str
    signing_key: SigningKey
    trusted_keys: tuple[TrustedKey, ...]
    vendor: Vendor = field(default_factory=vendor)
    public_url: str = ""
    seller: Seller = field(default_factory=seller)
    clock: Clock = pc_clock
    auto_fulfil: float | None = None
    invoicing: bool = False
    accept_after: float = 0.0
    ksef: KsefSettings | None = None
    mail: Transport | None = None
    consent_required: bool = True
    quote_hold: timedelta = timedelta(hours=24)
    order_session: timedelta = timedelta(hours=12)
    account_session: timedelta = timedelta(hours=8)
    limits: Limits = field(default_factory=Limits)

    def link_to(self, page: str) -> str:
        """Return where customers find a page of this shop's panel: at its public address, or else at the vendor's panel.

        Args:
            page: one of ``panel/addresses``; the panel's pages have the same path wherever it is reached.
        """
        return urljoin(self.public_url or self.vendor.panel_url, page)

    def now(self) -> datetime:
        """Return the present moment by the shop's clock, in UTC."""
        return self.clock()

    def today(self) -> date:
        """Return the calendar date in Warsaw by the shop's clock."""
        return warsaw_date(self.clock())
