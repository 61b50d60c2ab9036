"""What is withdrawn is taken back whole, whatever was ordered since, and never more than that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop import ledger
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.mail.sender import send_due
from r2_renewal.reference_shop.mail.transports import MailFolder
from r2_renewal.reference_shop.programs import price_list, renewal_price
from r2_renewal.reference_shop.renewals import Summary, renew_due
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, InvoiceRow, LedgerEntry, LicenceRow, OrderRow
from tests.reference_shop.conftest import TODAY, Calendar, add_customer
from tests.reference_shop.inside import cancel, extend, subscribe, withdraw
from tests.reference_shop.module import LATER_LICENCE_ID

BOTH_DATABASES = True
END = date(2026, 12, 22)
YEARS = (date(2026, 12, 22), date(2027, 12, 22), date(2028, 12, 22), date(2029, 12, 22))


@pytest.fixture
def post(shop: Shop, prepared: PreparedShop) -> Callable[[], int]:
    """Send what is queued; return how many letters went."""
    folder = MailFolder(prepared.folder.path / "mail")
    return lambda: send_due(shop, folder).sent


def licence(shop: Shop, licence_id: str = LICENCE_ID) -> LicenceRow:
    """Return a licence, whose file and ledger tell what its columns tell."""
    with shop.database.reading() as session:
        row = session.get_one(LicenceRow, licence_id)
        assert ledger.replayed(session, licence_id) in (None, ledger.state_of(row))
    (program,) = parse_certificate(row.certificate.encode(), shop.settings.trusted_keys).programs
    assert (program.valid_until, program.limits, program.seq) == (row.valid_until, row.limits, row.seq)
    assert row.renewal_date == (row.valid_until + timedelta(days=1) if row.auto_renewal else None)
    return row


def bought(shop: Shop, licence_id: str = LICENCE_ID, customer_id: str = CUSTOMER_ID) -> str:
    order = subscribe(shop, customer_id, licence_id)
    assert fulfil(shop, order.order_id)
    return order.order_id


def enlarged(shop: Shop, licence_id: str = LATER_LICENCE_ID, customer_id: str = CUSTOMER_ID) -> str:
    order = extend(shop, customer_id, licence_id)
    assert fulfil(shop, order.order_id)
    return order.order_id


def test_a_renewal_withdrawn_before_it_is_paid_is_taken_back_with_the_enrolment(
    shop: Shop, calendar: Calendar, post: Callable[[], int]
) -> None:
    bought(shop)
    for calendar.day in (date(2027, 11, 7), date(2027, 12, 23)):
        renew_due(shop)
        post()
    with shop.database.reading() as session:
        renewal = session.scalars(select(OrderRow).where(OrderRow.channel == "renewal")).one()
    assert (renewal.state, licence(shop).valid_until) == ("invoiced", date(2028, 12, 22))
    withdraw(shop, CUSTOMER_ID, renewal.id)
    row = licence(shop)
    assert (row.valid_until, row.auto_renewal, row.seq) == (date(2027, 12, 22), False, 4)
    with shop.database.reading() as session:
        assert [consent.revoked_channel for consent in session.scalars(select(ConsentRow))] == ["module"]
    assert renew_due(shop) == Summary()
    assert not fulfil(shop, renewal.id)
    assert licence(shop).valid_until == date(2027, 12, 22)


def test_an_order_after_the_renewal_that_was_withdrawn_keeps_its_own_enrolment_and_period(
    shop: Shop, calendar: Calendar, post: Callable[[], int]
) -> None:
    bought(shop)
    for calendar.day in (date(2027, 11, 7), date(2027, 12, 23)):
        renew_due(shop)
        post()
    with shop.database.reading() as session:
        renewal = session.scalars(select(OrderRow.id).where(OrderRow.channel == "renewal")).one()
    fulfil(shop, renewal)
    calendar.pass_days(3)
    bought(shop)
    assert licence(shop).valid_until == date(2029, 12, 22)
    withdraw(shop, CUSTOMER_ID, renewal)
    # The year that was ordered on the 26th begins on that day: the old one had ended on the 22nd.
    assert (licence(shop).valid_until, licence(shop).auto_renewal) == (date(2028, 12, 25), True)


def test_an_extension_withdrawn_gives_the_old_limit_and_the_old_price_back(shop: Shop) -> None:
    before = licence(shop, LATER_LICENCE_ID)
    order = enlarged(shop)
    assert licence(shop, LATER_LICENCE_ID).limits == {"stations": 10}
    withdraw(shop, CUSTOMER_ID, order)
    after = licence(shop, LATER_LICENCE_ID)
    assert (after.limits, after.valid_until, after.seq) == ({"stations": 3}, before.valid_until, 3)
    assert (after.auto_renewal, after.renewal_date) == (False, None)
    with shop.database.reading() as session:
        price = renewal_price(after, price_list(session, {"r2faktury"}, TODAY))
    assert price is not None
    assert str(price.net.amount) == "298.00"


def test_an_extension_withdrawn_before_it_is_fulfilled_has_given_nothing(shop: Shop) -> None:
    order = extend(shop, CUSTOMER_ID, LATER_LICENCE_ID)
    withdraw(shop, CUSTOMER_ID, order.order_id)
    assert (licence(shop, LATER_LICENCE_ID).limits, licence(shop, LATER_LICENCE_ID).seq) == ({"stations": 3}, 1)


@pytest.mark.parametrize("turn", list(permutations(range(3))), ids=str)
def test_three_prepaid_years_withdrawn_in_any_order_leave_no_free_year(shop: Shop, turn: tuple[int, ...]) -> None:
    orders = [bought(shop) for _ in range(3)]
    assert licence(shop).valid_until == YEARS[3]
    for left, nth in zip((2, 1, 0), turn, strict=True):
        withdraw(shop, CUSTOMER_ID, orders[nth])
        assert licence(shop).valid_until == YEARS[left]
        assert licence(shop).auto_renewal == (left > 0)
    assert licence(shop).seq == 7


def test_a_year_that_is_paid_after_an_earlier_one_was_withdrawn_moves_up(shop: Shop) -> None:
    first = bought(shop)
    second = subscribe(shop, CUSTOMER_ID, LICENCE_ID)
    withdraw(shop, CUSTOMER_ID, first)
    fulfil(shop, second.order_id)
    assert licence(shop).valid_until == YEARS[1]


def test_a_period_never_begins_before_the_day_on_which_it_was_ordered(shop: Shop, calendar: Calendar) -> None:
    calendar.day = date(2027, 3, 2)  # the subscription ended on 22.12.2026
    first = bought(shop)
    assert licence(shop).valid_until == date(2028, 3, 1)
    calendar.pass_days(5)
    bought(shop)
    withdraw(shop, CUSTOMER_ID, first)
    assert licence(shop).valid_until == date(2028, 3, 6)


def test_the_first_of_two_extensions_withdrawn_leaves_the_second(shop: Shop) -> None:
    add_customer(shop, "K-2", "L-2")
    fulfil(shop, subscribe(shop, "K-2", "L-2").order_id)  # an extension needs more than 30 days left
    orders = [enlarged(shop, "L-2", "K-2") for _ in range(2)]
    assert licence(shop, "L-2").limits == {"employees": 100}
    withdraw(shop, "K-2", orders[0])
    assert licence(shop, "L-2").limits == {"employees": 100}
    withdraw(shop, "K-2", orders[1])
    assert licence(shop, "L-2").limits == {"employees": 5}


def test_a_cancelled_order_takes_nothing_from_an_enrolled_licence(shop: Shop) -> None:
    bought(shop)
    cancel(shop, CUSTOMER_ID, subscribe(shop, CUSTOMER_ID, LICENCE_ID).order_id)
    assert (licence(shop).auto_renewal, licence(shop).seq) == (True, 2)


def test_what_was_set_by_hand_stays_when_an_order_is_withdrawn(shop: Shop) -> None:
    order = bought(shop)
    with shop.database.writing() as session:
        row = session.get_one(LicenceRow, LICENCE_ID)
        row.valid_until, row.limits = row.valid_until + timedelta(days=10), {"employees": 60}
    withdraw(shop, CUSTOMER_ID, order)
    assert (licence(shop).valid_until, licence(shop).limits) == (END + timedelta(days=10), {"employees": 60})


def test_the_ledger_takes_no_change_and_no_second_grant(shop: Shop) -> None:
    bought(shop)
    again = LedgerEntry(customer_id=CUSTOMER_ID, licence_id=LICENCE_ID, kind="grant", seq=9, order_pk=1, position=1)
    again.at = shop.settings.now()
    forbidden = (update(LedgerEntry).values(seq=1), delete(LedgerEntry))
    for statement in forbidden:
        with pytest.raises(IntegrityError, match="append-only"), shop.database.writing() as session:
            session.execute(statement)
    with pytest.raises(IntegrityError), shop.database.writing() as session:
        session.add(again)


def test_the_invoice_of_a_withdrawn_order_asks_for_no_money(shop: Shop) -> None:
    order = bought(shop)
    withdraw(shop, CUSTOMER_ID, order)
    with shop.database.reading() as session:
        documents = session.scalars(select(InvoiceRow).where(InvoiceRow.order_id == order)).all()
        assert sum(row.gross for row in documents) == 0
        assert sorted(row.kind for row in documents) == ["correction", "invoice"]
