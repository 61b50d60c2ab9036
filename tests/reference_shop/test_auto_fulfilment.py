"""Orders that move by themselves while the shop serves, and the switches of ``serve`` as a customer meets them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from r2_renewal.contract import paths
from r2_renewal.reference_shop.app import create_app
from r2_renewal.reference_shop.fulfilment import mark_paid
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Customer, InvoiceRow, MailRow, OrderEvent
from tests.reference_shop.conftest import add_customer
from tests.reference_shop.module import Json, Module
from tests.reference_shop.processes import module_at


@contextmanager
def served(settings: ShopSettings) -> Iterator[Module]:
    """Serve a shop to a module without a session."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield Module(client)


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def reaches(module: Module, order: Json, state: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while (now := module.get(paths.order(order["order_id"])).json()["state"]) != state:
        assert time.monotonic() < end, f"it stays {now}"
        time.sleep(0.05)


def test_an_order_whose_data_make_no_invoice_does_not_keep_the_others(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    serve().open(prepared.licence).order(LICENCE_ID)
    other = serve().open(add_customer(shop, "K-2", "L-2"))
    body = other.body(other.quote("L-2"), nip="7010019252")
    later = other.submit(body).json()
    with shop.database.writing() as session:
        session.get_one(Customer, CUSTOMER_ID).name = "Firma\x9fSA"
    invoicing = serve(invoicing=True)
    invoicing.use(other.token)
    reaches(invoicing, later, "invoiced")
    assert "R2-S18" in caplog.text
    assert "Firma" not in caplog.text


def test_an_order_is_accepted_and_invoiced_and_waits_for_its_payment(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    module = serve(invoicing=True).open(prepared.licence)
    order = module.order(LICENCE_ID)
    reaches(module, order, "invoiced")
    with shop.database.reading() as session:
        invoice = session.scalars(select(InvoiceRow)).one()
        mail = session.scalars(select(MailRow).where(MailRow.kind == "invoice")).one()
        reached = session.scalars(select(OrderEvent.state).order_by(OrderEvent.pk)).all()
    assert (invoice.number, invoice.order_number, invoice.paid_at) == ("FV/2026/000001", order["number"], None)
    assert mail.recipient == "faktury@klosowska.example"
    for words in ("Do zapłaty: 560,14\u00a0zł", "Rachunek: 83 1090", "Tytuł przelewu: FV/2026/000001"):
        assert words in mail.text
    assert reached == ["placed", "accepted", "invoiced"]
    assert mark_paid(shop, order["number"])
    reaches(module, order, "fulfilled")
    with shop.database.reading() as session:
        assert session.scalars(select(InvoiceRow)).one().paid_at is not None


def test_until_it_is_accepted_an_order_can_be_cancelled_and_is_not_invoiced_then(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    module = serve(invoicing=True, accept_after=1.5).open(prepared.licence)
    order = module.order(LICENCE_ID)
    answer = module.post(paths.cancellations(order["order_id"]), {"channel": "module"})
    assert (answer.status_code, answer.json()["state"]) == (201, "cancelled")
    reaches(module, module.order(LICENCE_ID), "invoiced")
    with shop.database.reading() as session:
        assert [row.order_number for row in session.scalars(select(InvoiceRow))] != [order["number"]]


def test_an_invoice_paid_as_it_is_issued_does_not_ask_for_money(module: Module, shop: Shop) -> None:
    assert mark_paid(shop, module.order(LICENCE_ID)["number"])
    with shop.database.reading() as session:
        mail = session.scalars(select(MailRow).where(MailRow.kind == "invoice")).one()
    assert "Zapłacono: 560,14\u00a0zł" in mail.text
    assert "Rachunek" not in mail.text


@pytest.mark.parametrize("optional", [True, False])
def test_whether_the_consent_is_required_is_the_shops_switch(
    start: Callable[..., tuple[object, str]], prepared: PreparedShop, tmp_path: Path, optional: bool
) -> None:
    options = ["--consent-optional"] if optional else []
    _process, url = start("--mail-folder", str(tmp_path / "mail"), *options)
    with module_at(url, prepared) as module:
        assert module.storefront()["consent_required"] is not optional
        answer = module.submit(module.body(module.quote(LICENCE_ID), consents=[]))
        assert answer.status_code == (201 if optional else 422)
        if optional:
            reaches(module, answer.json(), "invoiced")
            wait_for(lambda: len(list((tmp_path / "mail").glob("*.eml"))) == 2)
            names = sorted(file.stem.partition("-")[2] for file in (tmp_path / "mail").glob("*.eml"))
            assert names == ["invoice", "order_confirmation"]
