"""Demo data: one customer with three programs, a price list and a login. All of it „dane przykładowe".

Rule: who seeds chooses the date, the days left and the NIP, so that tests can have a customer whose NIP on record is wrong.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import ShopFolder, init, settings_of
from r2_renewal.reference_shop.keys import trusted_document
from r2_renewal.reference_shop.licence_files import sign
from r2_renewal.reference_shop.passwords import hash_password, login_name
from r2_renewal.reference_shop.pricing import STANDARD_VAT
from r2_renewal.reference_shop.shop import Shop, opened
from r2_renewal.reference_shop.tables import Customer, LicenceRow, PriceItem, PriceList, User

CUSTOMER_ID = "K-100482"
LICENCE_ID = "L-R2P-100482"
NIP = "5262831503"
ACCOUNT_EMAIL = "anna.klosowska@klosowska.example"
INVOICE_EMAIL = "faktury@klosowska.example"
SERVICES = ["updates", "help", "online_data"]
PASSWORD_BYTES = 12

PRICE_LIST, PRICES_FROM = "demo", date(2000, 1, 1)
# Net prices of 12 months, dane przykładowe.
PRICES = (
    ("r2platnik", "employees", 5, "186.30"),
    ("r2platnik", "employees", 50, "455.40"),
    ("r2platnik", "employees", 100, "662.40"),
    ("r2faktury", "stations", 1, "149.00"),
    ("r2faktury", "stations", 3, "298.00"),
    ("r2faktury", "stations", 10, "596.00"),
    ("r2ksiega", "companies", 10, "398.00"),
    ("r2ksiega", "companies", 50, "795.60"),
)


@dataclass(frozen=True, slots=True)
class _Program:
    """A program to seed. Attributes: later: days by which it ends after the demo's own."""

    licence_id: str
    product: str
    name: str
    limits: dict[str, int]
    later: int


_PROGRAMS = (
    _Program(LICENCE_ID, "r2platnik", "R2płatnik", {"employees": 50}, 0),
    _Program("L-R2F-100482", "r2faktury", "R2faktury", {"stations": 3}, 96),
    _Program("L-R2K-100482", "r2ksiega", "R2księga", {"companies": 10}, 211),
)


@dataclass(frozen=True, slots=True)
class PreparedShop:
    """A shop made ready to be served.

    Attributes:
        folder: its folder: database, signing key, trusted keys.
        licence: text of the signed licence file of R2płatnik.
        trusted_keys: document for ``--trusted-keys``.
        account_email: login of the demo account.
        account_password: its password, made anew each time; it is stored nowhere in clear.
    """

    folder: ShopFolder
    licence: str
    trusted_keys: dict[str, list[dict[str, str]]]
    account_email: str
    account_password: str


def prepare(state_dir: Path, days_left: int, today: date, nip: str = NIP, database: str = "") -> PreparedShop:
    """Make or reopen the demo's shop in a folder.

    A folder that holds the demo's customer already is kept as it is (orders, licences, keys); only the password is new.

    Args:
        state_dir: the shop's folder.
        days_left: days from ``today`` to the last day of R2płatnik's subscription.
        today: the calendar date in Warsaw.
        nip: the customer's NIP on record.
        database: URL of the shop's database; empty takes one in the folder.

    Raises:
        RenewalError: SHOP_FOLDER, SHOP_DATABASE or SIGNING_KEY, where the folder cannot be used.
    """
    folder = ShopFolder(state_dir, database)
    init(folder)
    with opened(settings_of(folder, clock=set_to(today))) as shop:
        password = seed_demo(shop, days_left=days_left, nip=nip)
        with shop.database.reading() as session:
            licence = session.get_one(LicenceRow, LICENCE_ID).certificate
    return PreparedShop(folder, licence, trusted_document(shop.settings.trusted_keys), ACCOUNT_EMAIL, password)


def seed_demo(shop: Shop, *, days_left: int, nip: str = NIP) -> str:
    """Put the demo's customer, programs, prices and login into a shop; return the login's new password.

    Args:
        shop: the shop, with its clock.
        days_left: days from the shop's today to the last day of R2płatnik's subscription.
        nip: the customer's NIP on record.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with shop.database.writing() as session:
        if session.get(Customer, CUSTOMER_ID) is None:
            _add_price_list(session)
            _add_customer(shop, session, days_left, nip)
        user = User(email=login_name(ACCOUNT_EMAIL), customer_id=CUSTOMER_ID, password_hash=hash_password(password))
        session.merge(user)
    return password


def _add_price_list(session: Session) -> None:
    session.merge(PriceList(id=PRICE_LIST, valid_from=PRICES_FROM))
    session.flush()
    for product, limit_name, limit, net in PRICES:
        item = PriceItem(list_id=PRICE_LIST, id=f"{product}-{limit}", product=product, vat_rate=STANDARD_VAT)
        item.limit_name, item.limit_value, item.net = limit_name, limit, Decimal(net)
        session.merge(item)


def _add_customer(shop: Shop, session: Session, days_left: int, nip: str) -> None:
    customer = Customer(
        id=CUSTOMER_ID,
        name="Biuro Rachunkowe Kłosowska sp. z o.o.",
        nip=nip,
        street="ul. Świętokrzyska 12/4",
        postcode="00-116",
        city="Warszawa",
        invoice_email=INVOICE_EMAIL,
    )
    session.add(customer)
    session.flush()
    end = shop.settings.today() + timedelta(days=days_left)
    for program in _PROGRAMS:
        session.add(_licence(shop, customer, program, end))


def _licence(shop: Shop, customer: Customer, program: _Program, end: date) -> LicenceRow:
    row = LicenceRow(
        id=program.licence_id,
        customer_id=customer.id,
        customer=customer,
        program_id=f"P-{program.licence_id.removeprefix('L-')}",
        product=program.product,
        name=program.name,
        edition="Standard",
        valid_until=end + timedelta(days=program.later),
        seq=1,
        limits=dict(program.limits),
        services=list(SERVICES),
        auto_renewal=False,
    )
    sign(shop.settings, row)
    return row
