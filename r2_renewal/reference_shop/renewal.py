"""One automatic renewal: where it stands, and its three ends – announced, made, refused.

Rule: the price is that of the price list on the day of the renewal, and never more than the notice said.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from r2_renewal.domain.company import nip_problem, normalize_nip
from r2_renewal.domain.consent import AUTO_RENEWAL, TERMS
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.money import Money
from r2_renewal.domain.offer import Offer
from r2_renewal.domain.order import BuyerKind, OrderState
from r2_renewal.reference_shop import ledger, texts
from r2_renewal.reference_shop.fulfilment import pass_to
from r2_renewal.reference_shop.mail import renewal_letters
from r2_renewal.reference_shop.orders import AUTOMATIC, has_open_order, order_lines
from r2_renewal.reference_shop.pricing import Line, Tier, line_of, offers
from r2_renewal.reference_shop.programs import owned_program, price_list
from r2_renewal.reference_shop.quotes import keep_quote
from r2_renewal.reference_shop.renewal_rules import Reason, Situation
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.tables import (
    ConsentRow,
    LicenceRow,
    OrderEvent,
    OrderRow,
    QuoteRow,
    RecipientRow,
    RenewalNotice,
    RenewalRow,
)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The renewal of one licence on one day.

    Attributes:
        licence: what is renewed.
        day: the day of the renewal, the first of the new period.
        consent: the latest consent that nobody has revoked.
        offer: what would be ordered, at the price of that day; None where it is not on sale.
        tiers: that day's price list.
        notice: the notice of this offer.
    """

    licence: LicenceRow
    day: date
    consent: ConsentRow | None
    offer: Offer | None
    tiers: list[Tier]
    notice: RenewalNotice | None

    @staticmethod
    def of(session: Session, licence: LicenceRow, day: date) -> Renewal:
        """Return the renewal of a licence as it stands."""
        tiers = price_list(session, {licence.product}, day)
        on_sale = offers(owned_program(licence), tiers, day)
        offer = on_sale[0] if on_sale else None  # the subscription comes first
        consent = next(iter(consents_of(session, licence.id)), None)
        return Renewal(licence, day, consent, offer, tiers, _notice(session, licence.id, day, offer))

    def situation(self, session: Session) -> Situation:
        """Return where it stands, for the rules."""
        taken = self._told_at()
        return Situation(
            renewal_date=self.day,
            consented=self.consent is not None,
            on_sale=self.offer is not None,
            nip_valid=nip_problem(self.licence.customer.nip) is None,
            noticed=self.notice is not None,
            told_on=warsaw_date(taken) if taken is not None else None,
            order_open=has_open_order(session, [self.licence.id]),
        )

    def notify(self, session: Session, settings: ShopSettings) -> None:
        """Write the notice and its letter."""
        line = self._priced()
        mail = renewal_letters.announce(session, settings, self.licence, line, self._address())
        session.add(
            RenewalNotice(
                customer_id=self.licence.customer_id,
                licence_id=self.licence.id,
                renewal_date=self.day,
                offer_id=line.offer.offer_id,
                net=line.offer.net.amount,
                made_at=settings.now(),
                mail_pk=mail.pk,
            )
        )

    def make(self, session: Session, settings: ShopSettings) -> OrderRow:
        """Make the order, invoice it, and give the licence its new period."""
        line = self._priced()
        quote = keep_quote(session, self.licence.customer_id, [line], settings.now())
        order = self._order(session, settings, quote)
        session.add(order)
        session.flush()
        session.add(OrderEvent(order_pk=order.pk, state=order.state, at=order.placed_at))
        pass_to(session, settings, order, OrderState.INVOICED)
        ledger.grant(session, settings, order, order.lines[0], is_automatic=True)
        self._settle(session, settings, order.id, None)
        renewal_letters.tell_of_renewal(session, settings, order, line, self._told_at())
        return order

    def refuse(self, session: Session, settings: ShopSettings, reason: Reason) -> None:
        """Strike the licence off for this period, and tell the customer in time to order."""
        self._settle(session, settings, None, reason)
        renewal_letters.tell_of_refusal(session, settings, self.licence, self.day, reason, self._address())
        ledger.strike_off(session, settings, self.licence)

    def _told_at(self) -> datetime | None:
        return self.notice.mail.sent_at if self.notice is not None else None

    def _priced(self) -> Line:
        if self.offer is None:
            raise LookupError("not on sale: the rules refuse it before")
        offer = self.offer
        if self.notice is not None and self.notice.net < offer.net.amount:
            offer = replace(offer, net=Money(self.notice.net))
        # The period follows the old one even where the run is some days late: no day between them is given away or lost.
        return line_of(offer, owned_program(self.licence), self.tiers, self.day)

    def _address(self) -> str:
        return self.licence.customer.invoice_email or (self.consent.email if self.consent is not None else "")

    def _order(self, session: Session, settings: ShopSettings, quote: QuoteRow) -> OrderRow:
        return OrderRow(
            id=f"ord_{secrets.token_urlsafe(12)}",
            customer=self.licence.customer,
            quote=quote,
            state=OrderState.PLACED.value,
            placed_at=settings.now(),
            nip=normalize_nip(self.licence.customer.nip),
            invoice_email=self._address(),
            **self._orderer(session),
            recipient=self._recipient(session),
            channel=AUTOMATIC,
            app_version="",
            early_start=False,
            buyer_kind=BuyerKind.UNDECLARED.value,
            terms_version=texts.versions(TERMS)[-1],
            lines=order_lines(quote, [self.licence.id]),
        )

    def _orderer(self, session: Session) -> dict[str, str]:
        """Return who ordered last with this consent; a consent given in the account came with no order."""
        order = self._last_order(session)
        if order is None:
            return {"first_name": "", "last_name": "", "phone": "", "email": self._address()}
        return {name: getattr(order, name) for name in ("first_name", "last_name", "phone", "email")}

    def _recipient(self, session: Session) -> RecipientRow | None:
        """Return whom the invoice of the order with this consent named beside the customer."""
        order = self._last_order(session)
        return order.recipient if order is not None else None

    def _last_order(self, session: Session) -> OrderRow | None:
        own = self.consent.order_id if self.consent is not None else None
        return session.scalar(select(OrderRow).where(OrderRow.id == own)) if own is not None else None

    def _settle(self, session: Session, settings: ShopSettings, order_id: str | None, reason: Reason | None) -> None:
        session.add(
            RenewalRow(
                customer_id=self.licence.customer_id,
                licence_id=self.licence.id,
                renewal_date=self.day,
                decided_at=settings.now(),
                order_id=order_id,
                refused=reason.value if reason is not None else None,
            )
        )
        session.flush()


def outcome_of(session: Session, licence_id: str, day: date) -> RenewalRow | None:
    """Return what became of a licence's renewal on a day, or None while nothing has."""
    query = select(RenewalRow).where(RenewalRow.licence_id == licence_id, RenewalRow.renewal_date == day)
    return session.scalar(query)


def consents_of(session: Session, licence_id: str) -> list[ConsentRow]:
    """Return the consents to a licence's renewal that nobody has revoked, the latest first."""
    query = select(ConsentRow).where(
        ConsentRow.licence_id == licence_id, ConsentRow.kind == AUTO_RENEWAL, ConsentRow.revoked_at.is_(None)
    )
    return list(session.scalars(query.order_by(ConsentRow.accepted_at.desc())))


def _notice(session: Session, licence_id: str, day: date, offer: Offer | None) -> RenewalNotice | None:
    if offer is None:
        return None
    query = select(RenewalNotice).where(
        RenewalNotice.licence_id == licence_id,
        RenewalNotice.renewal_date == day,
        RenewalNotice.offer_id == offer.offer_id,
    )
    return session.scalar(query)
