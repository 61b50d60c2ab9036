"""„Odbiorca": on record with the vendor, chosen with an order, named by the invoice, its document, the letters and the panel."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ksef_client.documents.fa3 import validate_fa3_xml_xsd
from sqlalchemy import select

from r2_renewal.cli import main
from r2_renewal.contract import paths
from r2_renewal.contract.structs import OrderRequest
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.recipient import Recipient
from r2_renewal.domain.recipient_role import RecipientRole
from r2_renewal.reference_shop import recipients
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import MailRow, OrderRow, RecipientRow
from tests.reference_shop.conftest import POSTGRESQL, SQLITE
from tests.reference_shop.module import Module
from tests.reference_shop.test_fa3 import fields, kept, module_pdf
from tests.reference_shop.test_invoices import text_of

BUYER_NIP = "5262831503"
SCHOOL = Recipient("", "Szkoła Podstawowa nr 3", street="Szkolna 7", postcode="00-950", city="Warszawa")
UNIT = replace(SCHOOL, nip="7010019252", role=RecipientRole.LOCAL_GOVERNMENT_UNIT.value)
BRANCH = replace(SCHOOL, name="Oddział w Łodzi", internal_id=f"{BUYER_NIP}-00018", street="")
MEMBER = replace(SCHOOL, name="Członek grupy", nip="1234563218", role=RecipientRole.VAT_GROUP_MEMBER.value)


def order_for(module: Module, recipient_id: str) -> dict[str, Any]:
    answer = module.submit(module.body(module.quote(LICENCE_ID), recipient_id=recipient_id))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)
def test_the_storefront_lists_the_customers_own_recipients_by_name(module: Module, other: Module, shop: Shop) -> None:
    school, branch = recipients.add(shop, CUSTOMER_ID, SCHOOL), recipients.add(shop, CUSTOMER_ID, BRANCH)
    listed = module.storefront()["recipients"]
    assert [(one["recipient_id"], one["name"]) for one in listed] == [(branch, BRANCH.name), (school, SCHOOL.name)]
    assert (listed[0]["internal_id"], listed[1]["street"]) == (BRANCH.internal_id, "Szkolna 7")
    assert other.storefront()["recipients"] == []


@pytest.mark.parametrize(
    ("wanted", "said", "buyer"),
    [
        (SCHOOL, {"Rola": ["2"], "BrakID": ["1"]}, ("2", "2")),
        (UNIT, {"Rola": ["8"]}, ("1", "2")),
        (BRANCH, {"Rola": ["2"], "IDWew": [BRANCH.internal_id]}, ("2", "2")),
        (MEMBER, {"Rola": ["10"]}, ("2", "1")),
    ],
)
def test_the_invoice_names_the_recipient_and_what_it_is_to_the_buyer(
    module: Module, shop: Shop, wanted: Recipient, said: dict[str, list[str]], buyer: tuple[str, str]
) -> None:
    order = order_for(module, recipients.add(shop, CUSTOMER_ID, wanted))
    assert order["recipient"]["name"] == wanted.name
    assert invoice(shop, order["order_id"])
    ((issued, document),) = kept(shop)
    validate_fa3_xml_xsd(document.content)
    found = fields(document.content)
    assert {name: found[name] for name in said} == said
    assert (found["JST"], found["GV"]) == ([buyer[0]], [buyer[1]])
    assert found["Nazwa"][2] == wanted.name
    assert found["NIP"][2:] == ([wanted.nip] if wanted.nip else [])
    text = text_of(module_pdf(shop, issued))
    for words in ("Odbiorca", wanted.name, wanted.city):
        assert words in text
    with shop.database.reading() as session:
        letters = session.scalars(select(MailRow)).all()
    assert {letter.kind for letter in letters} == {"order_confirmation", "invoice"}
    assert all(f"Odbiorca: {wanted.name}, " in letter.text for letter in letters)


def test_a_correction_names_the_recipient_too(module: Module, shop: Shop) -> None:
    order = order_for(module, recipients.add(shop, CUSTOMER_ID, UNIT))
    assert invoice(shop, order["order_id"])
    body = {
        "name": "Anna Kłosowska",
        "order_number": order["number"],
        "email": "a@klosowska.example",
        "channel": "module",
    }
    assert module.post(paths.withdrawals(order["order_id"]), body).status_code == 201
    for _issued, document in kept(shop):
        assert fields(document.content)["Rola"] == ["8"]


def test_an_invoice_keeps_the_recipient_as_it_stood(module: Module, shop: Shop) -> None:
    order = order_for(module, recipients.add(shop, CUSTOMER_ID, SCHOOL))
    assert invoice(shop, order["order_id"])
    with shop.database.writing() as session:
        session.scalars(select(RecipientRow)).one().name = "Szkoła inna"
    assert SCHOOL.name in text_of(module_pdf(shop, kept(shop)[0][0]))


@pytest.mark.parametrize("is_known", [True, False])
def test_a_recipient_that_is_not_the_customers_own_is_refused_and_the_key_stays_unused(
    module: Module, other: Module, shop: Shop, *, is_known: bool
) -> None:
    foreign = recipients.add(shop, "K-2", SCHOOL) if is_known else "rec_0"
    body, key = module.body(module.quote(LICENCE_ID)), str(uuid.uuid4())
    answer = module.submit({**body, "recipient_id": foreign}, key)
    assert answer.status_code == 422
    assert answer.json()["fields"] == [{"field": "recipient_id", "code": "unknown"}]
    assert module.submit(body, key).status_code == 201
    with shop.database.reading() as session:
        assert session.scalars(select(OrderRow.recipient_id)).all() == [None]


def test_the_same_key_with_another_recipient_is_another_request(module: Module, shop: Shop) -> None:
    own = recipients.add(shop, CUSTOMER_ID, SCHOOL)
    body, key = module.body(module.quote(LICENCE_ID)), str(uuid.uuid4())
    first = module.submit({**body, "recipient_id": own}, key)
    assert module.submit({**body, "recipient_id": own}, key).content == first.content
    answer = module.submit(body, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_an_order_without_a_recipient_has_the_digest_that_it_always_had() -> None:
    import msgspec

    names = set(msgspec.json.decode(msgspec.json.encode(_request())))
    assert "recipient_id" not in names


def _request() -> OrderRequest:
    from r2_renewal.contract.structs import Amount, OrdererBody

    return OrderRequest(
        quote_id="q",
        nip=BUYER_NIP,
        company_confirmed=True,
        invoice_email="a@b.example",
        orderer=OrdererBody(first_name="A", last_name="B", phone="1", email="a@b.example"),
        consents=(),
        gross=Amount(amount="1.00", currency="PLN"),
        channel="module",
        app_version="1",
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": " "}, "name"),
        ({"name": "Szkoła\x9f"}, "characters"),
        ({"city": ""}, "city"),
        ({"nip": "5262831504"}, "nip"),
        ({"internal_id": f"{BUYER_NIP}-18"}, "internal-id"),
        ({"internal_id": "7010019252-00018"}, "internal-id"),
        ({"nip": "7010019252", "internal_id": f"{BUYER_NIP}-00018"}, "nip, internal-id"),
        ({"role": "friend"}, "role"),
    ],
)
def test_a_recipient_that_no_invoice_could_name_is_not_put_on_record(
    shop: Shop, change: dict[str, str], named: str
) -> None:
    with pytest.raises(RenewalError) as refused:
        recipients.add(shop, CUSTOMER_ID, replace(SCHOOL, **change))
    assert (refused.value.code, refused.value.detail) == (ErrorCode.RECIPIENT, named)


def test_the_vendor_adds_one_from_the_command_line(
    shop: Shop, prepared: PreparedShop, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--state", str(Path(prepared.folder.path))]
    command = ["shop", "add-recipient", CUSTOMER_ID, *place, "--name", "Żłobek nr 1", "--city", "Łódź"]
    assert main(command) == 0
    identifier = json.loads(capsys.readouterr().out)["recipient_id"]
    with shop.database.reading() as session:
        assert session.get_one(RecipientRow, identifier).name == "Żłobek nr 1"
    assert main([*command[:2], "K-0", *command[3:]]) == 1
    assert "R2-S19" in capsys.readouterr().err
