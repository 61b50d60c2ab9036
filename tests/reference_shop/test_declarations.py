"""What a customer declares with an order is kept with it; how to pay is told as long as something is to be paid."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
import zxingcpp
from sqlalchemy import select

from r2_renewal.agent.transfer_code import transfer_code
from r2_renewal.contract import paths
from r2_renewal.contract.structs import OrderRequest
from r2_renewal.reference_shop.fulfilment import fulfil, invoice
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.seller import is_account
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import OrderRow
from tests.qr_codes import picture
from tests.reference_shop.module import Module

BOTH_DATABASES = True


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ({}, (False, "undeclared")),
        ({"early_start": True}, (True, "undeclared")),
        ({"buyer_kind": "sole_professional"}, (False, "sole_professional")),
        ({"early_start": True, "buyer_kind": "sole_nonprofessional"}, (True, "sole_nonprofessional")),
    ],
)
def test_what_was_declared_is_kept_with_the_order(
    module: Module, shop: Shop, declared: dict[str, object], kept: tuple[bool, str]
) -> None:
    assert module.submit(module.body(module.quote(LICENCE_ID), **declared)).is_success
    with shop.database.reading() as session:
        order = session.scalars(select(OrderRow)).one()
    assert (order.early_start, order.buyer_kind) == kept


def test_an_order_without_declarations_has_the_digest_that_it_had_before_there_were_any(module: Module) -> None:
    body = module.body(module.quote(LICENCE_ID))
    request = msgspec.convert(body, OrderRequest)
    assert msgspec.json.encode(request) == msgspec.json.encode(
        msgspec.convert({**body, "early_start": False}, OrderRequest)
    )
    assert b"early_start" not in msgspec.json.encode(request)
    assert b"buyer_kind" not in msgspec.json.encode(request)
    declared = msgspec.structs.replace(request, early_start=True)
    assert hashlib.sha256(msgspec.json.encode(declared)) != hashlib.sha256(msgspec.json.encode(request))


def test_the_transfer_is_told_until_it_is_paid(module: Module, shop: Shop) -> None:
    order = module.order(LICENCE_ID)
    transfer = order["transfer"]
    assert (transfer["title"], transfer["amount"]) == (order["number"], order["price"]["gross"])
    assert is_account(transfer["account"])
    invoice(shop, order["order_id"])
    assert module.get(paths.order(order["order_id"])).json()["transfer"] == transfer
    fulfil(shop, order["order_id"])
    assert module.get(paths.order(order["order_id"])).json()["transfer"] is None


def test_a_bank_reads_the_code_of_the_transfer(module: Module) -> None:
    transfer = module.order(LICENCE_ID)["transfer"]
    (read,) = zxingcpp.read_barcodes(picture(transfer_code(transfer["qr"])))
    nip, country, account, grosze, recipient, title, *rest = read.text.split("|")
    assert (country, account, recipient, title) == ("PL", transfer["account"], transfer["recipient"], transfer["title"])
    assert int(grosze) == round(100 * float(transfer["amount"]["amount"]))
    assert (len(nip), rest) == (10, ["", "", ""])


def test_there_is_no_code_of_no_content() -> None:
    assert transfer_code("") == ()
