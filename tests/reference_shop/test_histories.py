"""Histories of twenty steps: whatever is ordered, paid, cancelled, withdrawn, renewed or extended, and in whatever order, a
licence is what the orders that still stand make of it.

Rule of this file: the oracle knows what customers did and what the law of the shop is; it never reads the ledger, and counts by
its own calendar. What an automatic run has decided is read from the renewals it made.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from r2_renewal.contract.structs import OrderBody
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop import ledger
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.mail.sender import send_due
from r2_renewal.reference_shop.mail.transports import MailFolder
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.programs import price_list, renewal_price
from r2_renewal.reference_shop.renewals import renew_due
from r2_renewal.reference_shop.revocations import revoke_one
from r2_renewal.reference_shop.shop import Shop, open_shop
from r2_renewal.reference_shop.tables import LicenceRow, OrderRow, RenewalRow
from tests.reference_shop import inside
from tests.reference_shop.conftest import SQLITE, TODAY, Calendar, add_customer, database_copy

BOTH_DATABASES = True
CUSTOMER, LICENCE, SEATS = "K-2", "L-2", 5
PRICES = {5: Decimal("186.30"), 50: Decimal("455.40"), 100: Decimal("662.40")}
FIRST_END = TODAY + timedelta(days=30)


@dataclass
class Bought:
    """An order as its customer knows it. Attributes: seats: that an extension is for; 0 for a year."""

    order_id: str
    ordered_on: date
    first_day: date
    seats: int
    enrols: bool = True
    automatic: bool = False
    state: str = "open"


@dataclass
class Oracle:
    """What happened, in the order in which it took effect: fulfilled orders, „enrolled" and „struck off"."""

    happened: list[Bought | str] = field(default_factory=list)

    def tells(self) -> tuple[date, int, bool]:
        """Return the end, the seats and the enrolment by what stands."""
        end, seats, enrolled = FIRST_END, SEATS, False
        for one in self.happened:
            if isinstance(one, str):
                enrolled = one == "enrolled"
            elif one.state == "withdrawn":
                enrolled = enrolled and not one.automatic
            else:
                if one.seats:
                    seats = one.seats
                else:
                    end = a_year_after(max(end, min(one.ordered_on, one.first_day) - timedelta(days=1)))
                enrolled = enrolled or one.enrols
        return end, seats, enrolled


def a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


class Histories(RuleBasedStateMachine):
    """One licence and everything that can happen to it."""

    make_shop: Callable[[Path], tuple[ShopFolder, Callable[[], None]]]

    def __init__(self) -> None:
        super().__init__()
        self._place = Path(tempfile.mkdtemp(prefix="histories"))
        folder, self._drop = type(self).make_shop(self._place / "shop")
        self.calendar = Calendar(TODAY)
        self.shop: Shop = open_shop(settings_of(folder, clock=self.calendar))
        self.post = MailFolder(self._place / "mail")
        add_customer(self.shop, CUSTOMER, LICENCE)
        self.oracle = Oracle()
        self.orders: list[Bought] = []
        self.told: set[int] = set()
        self.decided: set[date] = set()

    def teardown(self) -> None:
        """Throw the shop away."""
        self.shop.database.close()
        self._drop()
        shutil.rmtree(self._place)

    def open_ones(self) -> list[Bought]:
        return [order for order in self.orders if order.state == "open"]

    # What happens

    @precondition(lambda self: not self.open_ones())
    @rule(pick=st.integers(0, 2))
    def order(self, pick: int) -> None:
        """Order a year or a higher limit."""
        offers = inside.offer_ids(self.shop, CUSTOMER, LICENCE)
        body = inside.order(self.shop, CUSTOMER, LICENCE, offers[min(pick, len(offers) - 1)])
        self.orders.append(self._bought(body))

    def _bought(self, body: OrderBody) -> Bought:
        (line,) = body.lines
        seats = line.limits["employees"] if line.kind == "extension" else 0
        return Bought(body.order_id, self.calendar.day, line.period.first_day, seats)

    @precondition(lambda self: self.orders)
    @rule(nth=st.integers(0, 30), times=st.integers(1, 2))
    def pay(self, nth: int, times: int) -> None:
        """Mark an order as paid, perhaps twice, from two places at once."""
        order = self.orders[nth % len(self.orders)]
        with ThreadPoolExecutor(times) as places:
            done = list(places.map(lambda _: fulfil(self.shop, order.order_id), range(times)))
        assert sum(done) == (order.state == "open")
        if order.state == "open":
            order.state = "fulfilled"
            if not order.automatic:
                self.oracle.happened.append(order)

    @precondition(lambda self: self.open_ones())
    @rule()
    def accept(self) -> None:
        """Accept and invoice the open order."""
        invoice(self.shop, self.open_ones()[0].order_id)

    @precondition(lambda self: self.orders)
    @rule(nth=st.integers(0, 30))
    def cancel(self, nth: int) -> None:
        """Cancel an order, where that is still possible."""
        order = self.orders[nth % len(self.orders)]
        try:
            inside.cancel(self.shop, CUSTOMER, order.order_id)
        except Refusal:
            return
        order.state = "cancelled"

    @precondition(lambda self: self.orders)
    @rule(nth=st.integers(0, 30))
    def withdraw(self, nth: int) -> None:
        """Withdraw from an order, where that is still possible."""
        order = self.orders[-1 - nth % len(self.orders)]
        try:
            inside.withdraw(self.shop, CUSTOMER, order.order_id)
        except Refusal:
            return
        order.state = "withdrawn"

    @rule(days=st.sampled_from([1, 1, 5, 13, 16, 200]))
    def days_pass(self, days: int) -> None:
        """Let days pass."""
        self.calendar.pass_days(days)

    @rule()
    def renew(self) -> None:
        """Run what is due from two machines at once, and send the letters."""
        with ThreadPoolExecutor(2) as machines:
            summaries = list(machines.map(lambda _: renew_due(self.shop), range(2)))
        assert sum(summary.failed for summary in summaries) == 0
        send_due(self.shop, self.post)
        self._note_renewals()
        end, _, enrolled = self.oracle.tells()
        day = end + timedelta(days=1)
        if enrolled and day in self.decided and day <= self.calendar.day + timedelta(days=46):
            self.oracle.happened.append("struck off")  # enrolled again for a period that was refused before

    @rule(until=st.sampled_from([40, 30, 0, -3]))
    def the_renewal_comes(self, until: int) -> None:
        """Let the time pass until the notice is due, then until some days before the end or after it."""
        end = self.licence().valid_until
        for left in (44, until):
            self.calendar.day = max(self.calendar.day, end - timedelta(days=left - 1))
            self.renew()

    @rule()
    def revoke(self) -> None:
        """Withdraw every consent of the licence, in the account."""
        with self.shop.database.writing(CUSTOMER) as session:
            done = revoke_one(session, self.shop.settings, session.get_one(LicenceRow, LICENCE), "panel")
        self._note_renewals()  # a renewal of that very day is made all the same
        if done is not None:
            self.oracle.happened.append("struck off")
            for order in self.open_ones():
                order.enrols = False

    def _note_renewals(self) -> None:
        known = {order.order_id for order in self.orders}
        with self.shop.database.reading() as session:
            for row in session.scalars(select(RenewalRow).order_by(RenewalRow.pk)):
                self.decided.add(row.renewal_date)
                if row.order_id is None:
                    self._refused(row)
                elif row.order_id not in known:
                    made = Bought(row.order_id, self.calendar.day, row.renewal_date, 0, automatic=True)
                    self.orders.append(made)
                    self.oracle.happened.append(made)

    def _refused(self, row: RenewalRow) -> None:
        if row.pk not in self.told:
            self.told.add(row.pk)
            self.oracle.happened.append("struck off")

    # What holds

    def licence(self) -> LicenceRow:
        with self.shop.database.reading() as session:
            return session.get_one(LicenceRow, LICENCE)

    @invariant()
    def a_licence_is_what_the_standing_orders_make_of_it(self) -> None:
        row = self.licence()
        end, seats, enrolled = self.oracle.tells()
        assert (row.valid_until, row.limits, row.auto_renewal) == (end, {"employees": seats}, enrolled)
        assert row.renewal_date == (end + timedelta(days=1) if enrolled else None)
        with self.shop.database.reading() as session:
            price = renewal_price(row, price_list(session, {row.product}, self.calendar.day))
            assert ledger.replayed(session, LICENCE) in (None, ledger.state_of(row))
        assert price is not None
        assert price.net.amount == PRICES[seats]

    @invariant()
    def every_change_has_a_file_of_its_own(self) -> None:
        row = self.licence()
        (program,) = parse_certificate(row.certificate.encode(), self.shop.settings.trusted_keys).programs
        assert (program.valid_until, program.limits, program.seq) == (row.valid_until, row.limits, row.seq)
        given = [one for one in self.oracle.happened if isinstance(one, Bought)]
        assert row.seq == 1 + len(given) + sum(one.state == "withdrawn" for one in given)

    @invariant()
    def orders_are_what_their_customer_knows(self) -> None:
        final = {"open": None, "fulfilled": "fulfilled", "cancelled": "cancelled", "withdrawn": "withdrawn"}
        with self.shop.database.reading() as session:
            states = {row.id: row.state for row in session.execute(select(OrderRow.id, OrderRow.state))}
        for order in self.orders:
            assert final[order.state] in (None, states[order.order_id])


@pytest.fixture
def make_shop(backend: str, request: pytest.FixtureRequest) -> Any:
    """A function that makes a new shop in a folder, and how it is thrown away."""
    seeded = request.getfixturevalue("seeded" if backend == SQLITE else "seeded_on_postgresql")

    def made(path: Path) -> tuple[ShopFolder, Callable[[], None]]:
        copy = database_copy(seeded.folder.database, request)
        folder = ShopFolder(path, copy.__enter__())
        shutil.copytree(seeded.folder.path, path)
        return folder, lambda: copy.__exit__(None, None, None)

    return made


@pytest.mark.timeout(7200)
def test_any_history_ends_where_what_stands_of_it_ends(make_shop: Any, long_mode: bool) -> None:
    of_this_database = type("OfThisDatabase", (Histories,), {"make_shop": staticmethod(make_shop)})
    run_state_machine_as_test(
        of_this_database,
        settings=settings(
            max_examples=400 if long_mode else 6,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_oracle_counts_a_year_as_the_calendar_does() -> None:
    days = [date(2028, 2, 29), date(2027, 2, 28), date(2026, 12, 22)]
    assert [a_year_after(day) for day in days] == [date(2029, 2, 28), date(2028, 2, 28), date(2027, 12, 22)]
