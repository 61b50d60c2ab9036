"""Several programs of several kinds in one order: priced, consented to, guarded and fulfilled line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, update

from r2_renewal.contract import paths
from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.seed import LICENCE_ID, PRICE_LIST, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, LicenceRow, OrderRow, PriceItem, PriceList
from tests.reference_shop.conftest import TODAY, Calendar
from tests.reference_shop.module import LATER_LICENCE_ID, Json, Module, fields, problem

BOTH_DATABASES = True
THIRD_LICENCE_ID = "L-R2K-100482"
EVERYTHING = ((LICENCE_ID, "subscription"), (LATER_LICENCE_ID, "extension"), (THIRD_LICENCE_ID, "subscription"))


def licence(shop: Shop, licence_id: str) -> LicenceRow:
    with shop.database.reading() as session:
        return session.get_one(LicenceRow, licence_id)


def amounts(price: Json) -> tuple[str, ...]:
    return tuple(price[part]["amount"] for part in ("net", "vat", "gross"))


def test_one_quote_prices_every_program_in_the_order_asked_for(module: Module) -> None:
    quote = module.quote_all(*EVERYTHING)
    assert [(line["licence_id"], line["kind"]) for line in quote["lines"]] == list(EVERYTHING)
    assert [line["net"]["amount"] for line in quote["lines"]] == ["455.40", "103.69", "398.00"]
    # 957.09 × 0.23 = 220.1307; line by line it would be 104.74 + 23.85 + 91.54 = 220.13
    assert amounts(quote["price"]) == ("957.09", "220.13", "1177.22")


def test_vat_is_counted_on_the_net_total_of_each_rate(module: Module, shop: Shop) -> None:
    with shop.database.writing() as session:
        session.execute(update(PriceItem).where(PriceItem.product == "r2ksiega").values(vat_rate=Decimal("0.08")))
        session.execute(update(PriceItem).where(PriceItem.id == "r2platnik-50").values(net=Decimal("0.33")))
        session.execute(update(PriceItem).where(PriceItem.id == "r2faktury-3").values(net=Decimal("0.33")))
    quote = module.quote_all((LICENCE_ID, "subscription"), (LATER_LICENCE_ID, "subscription"), EVERYTHING[2])
    # 0.66 × 0.23 = 0.1518, half-up 0.15; each line alone would come to 0.08
    assert [(total["rate"], amounts(total["price"])) for total in quote["vat"]] == [
        ("0.23", ("0.66", "0.15", "0.81")),
        ("0.08", ("398.00", "31.84", "429.84")),
    ]
    assert amounts(quote["price"]) == ("398.66", "31.99", "430.65")


def test_one_order_extends_and_renews_all_its_programs(module: Module, shop: Shop) -> None:
    before = {licence_id: licence(shop, licence_id) for licence_id, _ in EVERYTHING}
    quote = module.quote_all(*EVERYTHING)
    order = module.submit(module.body(quote)).json()
    assert (order["lines"], order["price"]) == (quote["lines"], quote["price"])
    assert module.get(paths.order(order["order_id"])).json() == order
    assert fulfil(shop, order["order_id"])
    after = {licence_id: licence(shop, licence_id) for licence_id, _ in EVERYTHING}
    assert after[LICENCE_ID].valid_until == date(2027, 12, 22)
    assert after[LATER_LICENCE_ID].valid_until == before[LATER_LICENCE_ID].valid_until
    assert after[LATER_LICENCE_ID].limits == {"stations": 10}
    assert after[THIRD_LICENCE_ID].valid_until == date(2028, 7, 21)
    assert {row.seq for row in after.values()} == {2}
    assert all(row.auto_renewal and row.renewal_date == row.valid_until + timedelta(days=1) for row in after.values())


def test_each_program_has_a_consent_of_its_own(module: Module, shop: Shop) -> None:
    module.submit(module.body(module.quote_all(*EVERYTHING)))
    with shop.database.reading() as session:
        consents = session.scalars(select(ConsentRow)).all()
    assert {row.licence_id: row.full_text.split("abonamentu ")[1].split(".")[0] for row in consents} == {
        LICENCE_ID: "R2płatnik",
        LATER_LICENCE_ID: "R2faktury",
        THIRD_LICENCE_ID: "R2księga",
    }


def test_a_consent_left_out_is_told_where_it_is_required(module: Module) -> None:
    body = module.body(module.quote_all(*EVERYTHING))
    problem(module.submit({**body, "consents": body["consents"][:2]}), 422, "consent_required")


def test_only_the_programs_consented_to_are_enrolled(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop
) -> None:
    module = serve(consent_required=False).open(prepared.licence)
    body = module.body(module.quote_all(*EVERYTHING))
    order = module.submit({**body, "consents": body["consents"][1:2]}).json()
    assert [line["renewal"] is not None for line in order["lines"]] == [False, True, False]
    fulfil(shop, order["order_id"])
    assert [licence(shop, licence_id).auto_renewal for licence_id, _ in EVERYTHING] == [False, True, False]


def test_a_consent_to_what_is_not_ordered_or_twice_is_refused(module: Module) -> None:
    both = module.body(module.quote_all(*EVERYTHING[:2]))
    one = module.body(module.quote(LICENCE_ID))
    for consents in (both["consents"], one["consents"] * 2):
        refused = problem(module.submit({**one, "consents": consents}), 422, "validation_failed")
        assert fields(refused) == {("consents", "invalid")}


def test_a_consent_for_another_program_is_to_another_text(module: Module) -> None:
    body = module.body(module.quote_all(*EVERYTHING[:2]))
    mine, others = body["consents"]
    swapped = [{**mine, "sha256": others["sha256"]}, others]
    problem(module.submit({**body, "consents": swapped}), 409, "consent_text_changed")


def test_a_program_named_twice_is_refused(module: Module) -> None:
    item = {"licence_id": LICENCE_ID, "offer_id": "subscription.r2platnik-50"}
    refused = problem(module.post(paths.QUOTES, {"items": [item, item]}), 422, "validation_failed")
    assert fields(refused) == {("items", "repeated")}


def test_one_foreign_program_among_ones_own_is_not_found(module: Module, other: Module) -> None:
    mine = {"licence_id": LICENCE_ID, "offer_id": "subscription.r2platnik-50"}
    foreign = {"licence_id": "L-2", "offer_id": "subscription.r2platnik-5"}
    problem(module.post(paths.QUOTES, {"items": [mine, foreign]}), 404, "not_found")


def test_a_program_on_order_stops_an_order_that_holds_it(module: Module, shop: Shop) -> None:
    first = module.submit(module.body(module.quote_all(*EVERYTHING[:2]))).json()
    body = module.body(module.quote_all(*EVERYTHING[1:]))
    problem(module.submit(body), 409, "order_open")
    fulfil(shop, first["order_id"])
    problem(module.submit(body), 409, "offer_withdrawn")  # the highest limit is reached: nothing to extend to
    module.order(THIRD_LICENCE_ID)


def test_one_moved_period_asks_for_the_whole_price_again(module: Module, shop: Shop) -> None:
    body = module.body(module.quote_all(*EVERYTHING))
    with shop.database.writing() as session:
        session.get_one(LicenceRow, THIRD_LICENCE_ID).valid_until = date(2027, 8, 21)
    again = problem(module.submit(body), 409, "price_changed")["quote"]
    assert [line["period"]["last_day"] for line in again["lines"]] == ["2027-12-22", "2027-03-28", "2028-08-21"]
    assert module.submit(module.body(again)).status_code == 201


def announce(shop: Shop, first_day: date, net: str, last_day: date | None = None) -> None:
    """Put a price list into the shop that begins on a day and changes the price of R2płatnik to 50 employees."""
    with shop.database.writing() as session:
        items = session.scalars(select(PriceItem).where(PriceItem.list_id == PRICE_LIST)).all()
        session.add(PriceList(id="next", valid_from=first_day, valid_to=last_day))
        session.flush()
        for item in items:
            values = {column.name: getattr(item, column.name) for column in PriceItem.__table__.c}
            changed = {"net": Decimal(net)} if item.id == "r2platnik-50" else {}
            session.add(PriceItem(**{**values, "list_id": "next", **changed}))


def test_a_price_list_holds_from_its_first_day(
    module: Module, shop: Shop, calendar: Calendar, prepared: PreparedShop
) -> None:
    announce(shop, TODAY + timedelta(days=1), "500.00")
    assert module.offer(LICENCE_ID)["net"]["amount"] == "455.40"
    calendar.pass_days(1)
    module.open(prepared.licence)
    assert module.offer(LICENCE_ID)["net"]["amount"] == "500.00"
    assert amounts(module.quote(LICENCE_ID)["price"]) == ("500.00", "115.00", "615.00")


def test_a_quote_is_not_held_beyond_its_price_list(
    module: Module, shop: Shop, calendar: Calendar, prepared: PreparedShop
) -> None:
    announce(shop, TODAY + timedelta(days=1), "500.00")
    quote = module.quote(LICENCE_ID)
    assert quote["expires_at"] == "2026-11-22T23:00:00Z"  # midnight in Warsaw
    calendar.pass_days(1)
    module.open(prepared.licence)
    again = problem(module.submit(module.body(quote)), 409, "price_changed")["quote"]
    assert again["price"]["net"]["amount"] == "500.00"
    order = module.submit(module.body(again)).json()
    assert order["price"] == again["price"]


def test_after_the_last_day_of_the_last_list_nothing_is_on_sale(
    module: Module, shop: Shop, calendar: Calendar, prepared: PreparedShop
) -> None:
    announce(shop, TODAY, "500.00", last_day=TODAY + timedelta(days=1))
    assert module.quote(LICENCE_ID)["price"]["net"]["amount"] == "500.00"
    calendar.pass_days(2)
    module.open(prepared.licence)
    assert module.storefront()["offers"] == []


def test_a_state_that_ends_an_order_frees_all_its_programs(module: Module, shop: Shop) -> None:
    order = module.submit(module.body(module.quote_all(*EVERYTHING))).json()
    with shop.database.writing() as session:
        row = session.scalars(select(OrderRow).where(OrderRow.id == order["order_id"])).one()
        row.state = "cancelled"
    assert module.submit(module.body(module.quote_all(*EVERYTHING))).status_code == 201


def test_a_quote_made_before_the_limit_rose_no_longer_holds(module: Module, shop: Shop) -> None:
    renewal = module.body(module.quote(LATER_LICENCE_ID))
    fulfil(shop, module.order(LATER_LICENCE_ID, "extension")["order_id"])
    problem(module.submit(renewal), 409, "offer_withdrawn")  # it was for 3 stations; there are 10 now
