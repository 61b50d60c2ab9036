"""Automatic renewal: announced in time or not made, once a period, whatever runs twice or is killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from r2_renewal.contract.accounts import WithdrawalRequest
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.fulfilment import fulfil, mark_paid, open_orders
from r2_renewal.reference_shop.mail.sender import send_due
from r2_renewal.reference_shop.mail.transports import MailFolder
from r2_renewal.reference_shop.renewals import Summary, renew_due
from r2_renewal.reference_shop.revocations import Revocation, revoke
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import (
    ConsentRow,
    Customer,
    InvoiceRow,
    LicenceRow,
    MailRow,
    OrderEvent,
    OrderRow,
    PriceItem,
    RenewalRow,
)
from r2_renewal.reference_shop.withdrawals import withdraw
from tests.reference_shop.conftest import POSTGRESQL, SQLITE, Calendar
from tests.reference_shop.module import LATER_LICENCE_ID, Module

on_both = pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)
# The demo's R2płatnik ends on 22.12.2026 and is ordered for the year after: the renewal falls on 23.12.2027.
END, RENEWAL = date(2027, 12, 22), date(2027, 12, 23)
FIRST_NOTICE, LAST_NOTICE = date(2027, 11, 7), date(2027, 11, 22)


@pytest.fixture
def post(shop: Shop, prepared: PreparedShop) -> Callable[[], int]:
    """Send what is queued; return how many letters went."""
    folder = MailFolder(prepared.folder.path / "mail")
    return lambda: send_due(shop, folder).sent


@pytest.fixture
def enrolled(module: Module, shop: Shop) -> str:
    """The demo's R2płatnik, ordered with the consent and fulfilled; return its identifier."""
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    return LICENCE_ID


@pytest.fixture
def told(enrolled: str, shop: Shop, calendar: Calendar, post: Callable[[], int]) -> str:
    """The same, with the notice of its renewal sent on the first day for it."""
    calendar.day = FIRST_NOTICE
    assert renew_due(shop) == Summary(notices=1)
    assert post() > 0
    return enrolled


def licence(shop: Shop, licence_id: str = LICENCE_ID) -> LicenceRow:
    with shop.database.reading() as session:
        return session.get_one(LicenceRow, licence_id)


def count(shop: Shop, table: type) -> int:
    with shop.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def letters(shop: Shop, kind: str) -> list[MailRow]:
    with shop.database.reading() as session:
        return list(session.scalars(select(MailRow).where(MailRow.kind == kind).order_by(MailRow.pk)))


def outcome(shop: Shop) -> tuple[date, str | None]:
    """Return the day and the reason of the one renewal that was settled; no reason where it was made."""
    with shop.database.reading() as session:
        row = session.scalars(select(RenewalRow)).one()
    assert (row.order_id is None) == (row.refused is not None)
    return row.renewal_date, row.refused


def cancel(shop: Shop, channel: str = "panel") -> list[Revocation]:
    with shop.database.writing(CUSTOMER_ID) as session:
        return revoke(session, shop.settings, CUSTOMER_ID, channel)


def test_two_years_day_by_day_are_two_notices_and_two_renewals(
    enrolled: str, shop: Shop, calendar: Calendar, post: Callable[[], int]
) -> None:
    happened: dict[date, Summary] = {}
    while calendar.day < date(2028, 12, 31):  # over 29.02.2028 and four changes of the clocks
        summary = renew_due(shop)
        if summary != Summary():
            happened[calendar.day] = summary
        assert renew_due(shop) == Summary(), f"the second run of {calendar.day} changed something"
        post()
        for order_id in open_orders(shop):
            fulfil(shop, order_id)  # the customer pays the day's invoice
        calendar.pass_days(1)
    assert happened == {
        FIRST_NOTICE: Summary(notices=1),
        RENEWAL: Summary(renewals=1),
        date(2028, 11, 7): Summary(notices=1),
        date(2028, 12, 23): Summary(renewals=1),
    }
    row = licence(shop)
    assert (row.valid_until, row.seq, row.renewal_date) == (date(2029, 12, 22), 4, date(2029, 12, 23))
    (program,) = parse_certificate(row.certificate.encode(), shop.settings.trusted_keys).programs
    assert (program.valid_until, program.seq) == (date(2029, 12, 22), 4)
    with shop.database.reading() as session:
        orders = session.scalars(select(OrderRow).order_by(OrderRow.pk)).all()
        periods = [(line.period_from, line.period_to, order.channel) for order in orders for line in order.quote.lines]
    assert periods[1:] == [
        (date(2027, 12, 23), date(2028, 12, 22), "renewal"),
        (date(2028, 12, 23), date(2029, 12, 22), "renewal"),
    ]
    assert [mail.sent_at is not None for mail in letters(shop, "renewal_done")] == [True, True]


@on_both
@pytest.mark.parametrize("gap", [11, 15])
def test_a_shop_that_is_run_on_some_days_only_loses_nothing(
    enrolled: str, shop: Shop, calendar: Calendar, post: Callable[[], int], gap: int
) -> None:
    while calendar.day < RENEWAL + timedelta(days=20):
        renew_due(shop)
        assert renew_due(shop) == Summary()
        post()
        calendar.pass_days(gap)
    assert outcome(shop) == (RENEWAL, None)
    assert (licence(shop).valid_until, licence(shop).seq) == (date(2028, 12, 22), 3)


def test_a_subscription_that_ends_on_a_leap_day_renews_to_the_last_of_february(
    shop: Shop, module: Module, calendar: Calendar, post: Callable[[], int]
) -> None:
    fulfil(shop, module.order(LICENCE_ID)["order_id"])
    with shop.database.writing() as session:
        row = session.get_one(LicenceRow, LICENCE_ID)
        row.valid_until, row.renewal_date = date(2028, 2, 29), date(2028, 3, 1)
    for calendar.day in (date(2028, 1, 20), date(2028, 3, 1)):
        renew_due(shop)
        post()
    assert outcome(shop) == (date(2028, 3, 1), None)
    assert licence(shop).valid_until == date(2029, 2, 28)


def test_the_notice_tells_date_price_and_how_to_cancel_until_when(told: str, shop: Shop) -> None:
    (mail,) = letters(shop, "renewal_notice")
    assert mail.recipient == "faktury@klosowska.example"
    for words in ("23.12.2027", "455,40\u00a0zł", "560,14\u00a0zł", "Do 22.12.2027 możesz zrezygnować bezpłatnie"):
        assert words in mail.text
        assert words in mail.html
    for place in ("Pomoc → eSklep", shop.settings.vendor.panel_url, shop.settings.vendor.contact_email):
        assert place in mail.text


@on_both
def test_the_renewal_is_invoiced_and_told_of_and_its_payment_extends_nothing(
    told: str, shop: Shop, calendar: Calendar
) -> None:
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(renewals=1)
    with shop.database.reading() as session:
        order = session.scalars(select(OrderRow).where(OrderRow.channel == "renewal")).one()
        invoice = session.scalars(select(InvoiceRow).where(InvoiceRow.order_id == order.id)).one()
    assert (order.state, order.first_name, order.email) == ("invoiced", "Anna", "anna.klosowska@klosowska.example")
    assert (invoice.gross, invoice.paid_at, invoice.number) == (Decimal("560.14"), None, "FV/2027/000001")
    (mail,) = letters(shop, "renewal_done")
    assert {order.number, invoice.number} <= set(mail.text.split())
    assert "23.12.2027–22.12.2028" in mail.text
    assert mark_paid(shop, order.number)
    row = licence(shop)
    assert (row.valid_until, row.seq) == (date(2028, 12, 22), 3)
    with shop.database.reading() as session:
        assert session.scalars(select(InvoiceRow.paid_at).where(InvoiceRow.order_id == order.id)).one() is not None
        reached = session.scalars(select(OrderEvent.state).where(OrderEvent.order_pk == order.pk)).all()
    assert sorted(reached) == sorted(["placed", "accepted", "invoiced", "paid", "fulfilled"])


def test_a_renewal_taken_back_has_its_invoice_corrected(told: str, shop: Shop, calendar: Calendar) -> None:
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(renewals=1)
    with shop.database.reading() as session:
        order = session.scalars(select(OrderRow).where(OrderRow.channel == "renewal")).one()
    declared = WithdrawalRequest(
        name="Anna Kłosowska", order_number=order.number, email="anna@klosowska.example", channel="panel"
    )
    withdraw(shop, CUSTOMER_ID, order.id, declared)
    with shop.database.reading() as session:
        correction = session.scalars(select(InvoiceRow).where(InvoiceRow.kind == "correction")).one()
        assert correction.corrects is not None
        assert (correction.number, correction.corrects.number) == ("KOR/2027/000001", "FV/2027/000001")
    (mail,) = letters(shop, "correction_invoice")
    assert mail.recipient == order.invoice_email


@pytest.mark.parametrize("sent_on", [LAST_NOTICE, None])
def test_a_notice_counts_when_a_mail_server_took_it_in_time(
    enrolled: str, shop: Shop, calendar: Calendar, post: Callable[[], int], sent_on: date | None
) -> None:
    calendar.day = FIRST_NOTICE
    assert renew_due(shop).notices == 1
    if sent_on is not None:
        calendar.day = sent_on
        post()
    calendar.day = RENEWAL
    assert renew_due(shop) == (Summary(renewals=1) if sent_on else Summary(refused=1))
    assert outcome(shop) == (RENEWAL, None if sent_on else "no_timely_notice")


@on_both
def test_a_notice_that_could_not_be_sent_in_time_is_not_sent_and_the_customer_is_told_at_once(
    enrolled: str, shop: Shop, calendar: Calendar, post: Callable[[], int]
) -> None:
    calendar.day = LAST_NOTICE
    assert renew_due(shop) == Summary(notices=1)
    calendar.pass_days(1)
    post()
    assert [mail.state for mail in letters(shop, "renewal_notice")] == ["expired"]
    assert renew_due(shop) == Summary(refused=1)
    post()
    (mail,) = letters(shop, "renewal_refused")
    assert "nie odnowi się automatycznie 23.12.2027" in mail.text
    assert "co najmniej 30 dni wcześniej" in mail.text
    assert mail.sent_at is not None
    row = licence(shop)
    assert (row.valid_until, row.auto_renewal, row.renewal_date) == (END, False, None)
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary()
    assert count(shop, OrderRow) == 1


def test_an_extension_after_the_notice_needs_a_notice_of_its_own_price(
    told: str, shop: Shop, module: Module, prepared: PreparedShop, calendar: Calendar, post: Callable[[], int]
) -> None:
    extension = module.open(prepared.licence).order(LICENCE_ID, "extension")
    fulfil(shop, extension["order_id"])
    assert renew_due(shop) == Summary(notices=1)
    post()
    second = letters(shop, "renewal_notice")[1]
    assert "662,40\u00a0zł" in second.text
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(renewals=1)
    with shop.database.reading() as session:
        assert session.scalars(select(InvoiceRow.net).order_by(InvoiceRow.running.desc())).first() == Decimal("662.40")


def test_an_extension_paid_after_the_last_day_of_notice_is_not_renewed_unannounced(
    told: str, shop: Shop, module: Module, prepared: PreparedShop, calendar: Calendar, post: Callable[[], int]
) -> None:
    extension = module.open(prepared.licence).order(LICENCE_ID, "extension")
    calendar.day = LAST_NOTICE + timedelta(days=1)
    fulfil(shop, extension["order_id"])
    assert renew_due(shop) == Summary(refused=1)
    assert outcome(shop) == (RENEWAL, "no_timely_notice")
    assert licence(shop).limits == {"employees": 100}


@pytest.mark.parametrize(("then", "charged"), [("500.00", "455.40"), ("400.00", "400.00")])
def test_the_price_is_that_days_and_never_more_than_was_announced(
    told: str, shop: Shop, calendar: Calendar, then: str, charged: str
) -> None:
    with shop.database.writing() as session:
        line = (PriceItem.product == "r2platnik") & (PriceItem.limit_value == 50)
        session.execute(update(PriceItem).where(line).values(net=Decimal(then)))
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(renewals=1)
    with shop.database.reading() as session:
        order = session.scalars(select(OrderRow).where(OrderRow.channel == "renewal")).one()
    assert (order.quote.net, order.quote.lines[0].renewal_net) == (Decimal(charged), Decimal(then))


@on_both
def test_a_cancellation_the_day_before_leaves_nothing_to_renew(told: str, shop: Shop, calendar: Calendar) -> None:
    calendar.day = END
    assert cancel(shop) == [Revocation(told, too_late_for=None)]
    assert cancel(shop) == []
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary()
    row = licence(shop)
    assert (row.valid_until, row.auto_renewal, row.renewal_date) == (END, False, None)
    (mail,) = letters(shop, "renewal_cancelled")
    assert "abonament trwa do 22.12.2027" in mail.text
    with shop.database.reading() as session:
        consent = session.scalars(select(ConsentRow)).one()
    assert consent.revoked_channel == "panel"
    assert consent.revoked_at is not None


@pytest.mark.parametrize("renewed_before", [True, False])
def test_a_cancellation_on_the_day_is_too_late_for_that_renewal_and_says_so(
    told: str, shop: Shop, calendar: Calendar, renewed_before: bool
) -> None:
    calendar.day = RENEWAL
    if renewed_before:
        assert renew_due(shop) == Summary(renewals=1)
    assert cancel(shop) == [Revocation(told, too_late_for=RENEWAL)]
    assert renew_due(shop) == Summary()
    row = licence(shop)
    assert (row.valid_until, row.auto_renewal, row.renewal_date) == (date(2028, 12, 22), False, None)
    (mail,) = letters(shop, "renewal_cancelled")
    assert "23.12.2027, można było złożyć do dnia poprzedniego" in mail.text
    calendar.day = date(2028, 12, 23)
    assert renew_due(shop) == Summary()


def test_a_renewal_that_the_shop_missed_is_not_made_against_the_customers_will(
    told: str, shop: Shop, calendar: Calendar
) -> None:
    calendar.day = RENEWAL + timedelta(days=2)
    assert cancel(shop) == [Revocation(told, too_late_for=None)]
    assert renew_due(shop) == Summary()
    assert licence(shop).valid_until == END


def test_a_cancellation_before_payment_enrols_nobody(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    assert [done.licence_id for done in cancel(shop)] == [LICENCE_ID]
    fulfil(shop, order["order_id"])
    row = licence(shop)
    assert (row.valid_until, row.auto_renewal, row.renewal_date) == (END, False, None)


def test_an_order_of_the_customers_own_comes_before_the_renewal(
    told: str, shop: Shop, module: Module, prepared: PreparedShop, calendar: Calendar
) -> None:
    own = module.open(prepared.licence).order(LICENCE_ID)
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(postponed=1)
    fulfil(shop, own["order_id"])
    assert renew_due(shop) == Summary()
    row = licence(shop)
    assert (row.valid_until, row.seq, row.renewal_date) == (date(2028, 12, 22), 3, date(2028, 12, 23))


def test_a_renewal_that_was_never_paid_is_not_followed_by_another(
    told: str, shop: Shop, calendar: Calendar, post: Callable[[], int]
) -> None:
    for calendar.day, done in (
        (RENEWAL, Summary(renewals=1)),
        (date(2028, 11, 7), Summary(notices=1)),
        (date(2028, 12, 23), Summary(postponed=1)),
        (date(2029, 1, 7), Summary(refused=1)),
    ):
        assert renew_due(shop) == done
        post()
    (mail,) = letters(shop, "renewal_refused")
    assert "inne zamówienie" in mail.text
    assert licence(shop).valid_until == date(2028, 12, 22)


@pytest.mark.parametrize(("late", "valid_until"), [(14, date(2028, 12, 22)), (15, END)])
def test_a_renewal_is_made_up_for_two_weeks_from_the_old_end_and_then_no_more(
    told: str, shop: Shop, calendar: Calendar, late: int, valid_until: date
) -> None:
    calendar.day = RENEWAL + timedelta(days=late)
    renew_due(shop)
    assert licence(shop).valid_until == valid_until
    assert outcome(shop)[1] == (None if late <= 14 else "too_late")


def test_a_nip_that_became_invalid_stops_the_renewal(told: str, shop: Shop, calendar: Calendar) -> None:
    with shop.database.writing() as session:
        session.get_one(Customer, CUSTOMER_ID).nip = "5262831504"
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(refused=1)
    assert outcome(shop) == (RENEWAL, "invoice_details")
    assert count(shop, OrderRow) == 1


def test_a_licence_marked_without_a_consent_on_record_is_not_renewed(shop: Shop, calendar: Calendar) -> None:
    with shop.database.writing() as session:
        row = session.get_one(LicenceRow, LATER_LICENCE_ID)
        row.auto_renewal, row.renewal_date = True, row.valid_until + timedelta(days=1)
    calendar.day = date(2027, 2, 20)
    assert renew_due(shop) == Summary(refused=1)
    assert outcome(shop) == (date(2027, 3, 29), "no_consent")


def test_what_is_no_longer_on_sale_is_not_renewed(told: str, shop: Shop, calendar: Calendar) -> None:
    with shop.database.writing() as session:
        for item in session.scalars(select(PriceItem).where(PriceItem.product == "r2platnik")):
            session.delete(item)
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(refused=1)
    assert outcome(shop) == (RENEWAL, "not_on_sale")


def test_enrolled_again_for_a_refused_period_it_stays_refused_and_the_customer_sees_it(
    enrolled: str, shop: Shop, calendar: Calendar
) -> None:
    calendar.day = LAST_NOTICE + timedelta(days=1)
    assert renew_due(shop) == Summary(refused=1)
    with shop.database.writing() as session:
        row = session.get_one(LicenceRow, enrolled)
        row.auto_renewal, row.renewal_date = True, RENEWAL
    assert renew_due(shop) == Summary()
    assert (licence(shop).auto_renewal, licence(shop).renewal_date) == (False, None)
