"""The customer's panel, every page logged in and out: no link and no button is dead, and none leads to a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2_renewal.reference_shop.fulfilment import fulfil
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.visit import SESSION
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.shop import Shop
from tests.outside.panel_presses import Opening, Stage, Walk
from tests.reference_shop.conftest import Calendar, backend, calendar, prepared, seeded, serve, settings, shop
from tests.reference_shop.module import LATER_LICENCE_ID, Module
from tests.reference_shop.panel.conftest import account, program, visitor
from tests.reference_shop.panel.test_lists import ORDERER
from tests.reference_shop.panel.test_order_file import as_file, confirm, prepared_order, upload
from tests.reference_shop.panel.test_passwords import letters
from tests.reference_shop.panel.visitor import Page, Visitor, is_hidden, reset_link

__all__ = ["account", "backend", "calendar", "prepared", "program", "seeded", "serve", "settings", "shop", "visitor"]

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def stage(prepared: PreparedShop, calendar: Calendar) -> Stage:
    """The demo's shop, and somebody who knows the customer's password and has an order's file."""
    typed = {"email": prepared.account_email, "password": prepared.account_password, "again": prepared.account_password}
    return Stage(prepared.folder, calendar, typed=typed, file=as_file(prepared_order(prepared.licence)))


def pressed(stage: Stage, folder: Path, openings: dict[str, Opening]) -> Walk:
    """Press everything, and tell what is wrong."""
    walk = Walk(stage, folder)
    walk.walk(openings)
    assert walk.faults == []
    return walk


def test_everything_before_the_login_is_answered(stage: Stage, tmp_path: Path) -> None:
    assert pressed(stage, tmp_path, {addresses.LOGIN: lambda visitor: visitor.get(addresses.LOGIN)}).pressed > 8


def test_everything_of_a_letters_link_is_answered(
    stage: Stage, tmp_path: Path, visitor: Visitor, shop: Shop, prepared: PreparedShop
) -> None:
    visitor.send(addresses.PASSWORD, email=prepared.account_email)
    link = reset_link(letters(shop)[-1])
    stage.typed |= {"password": "zupełnie nowe hasło", "again": "zupełnie nowe hasło"}
    walk = Walk(stage, tmp_path)
    walk.walk({link: lambda visitor: visitor.get(link)})
    assert walk.faults == []


def test_everything_of_an_account_is_answered(
    stage: Stage, tmp_path: Path, account: Visitor, program: Module, shop: Shop
) -> None:
    pages = [f"{addresses.ORDERS}/{order_id}" for order_id in _orders(account, program, shop)]
    stage.cookies = account.cookies
    openings: dict[str, Opening] = {page: lambda visitor, at=page: visitor.get(at) for page in (addresses.DATA, *pages)}
    assert pressed(stage, tmp_path, openings).pressed > 40


def _orders(account: Visitor, program: Module, shop: Shop) -> list[str]:
    """Make an order in each way that an account knows: cancelled, withdrawn from, fulfilled, just placed."""
    ids = []
    for licence_id in (LATER_LICENCE_ID, LATER_LICENCE_ID, LATER_LICENCE_ID, LICENCE_ID):
        ids.append(program.order(licence_id)["order_id"])
        page = f"{addresses.ORDERS}/{ids[-1]}"
        match len(ids):
            case 1:
                account.send(page, f"{page}/anulowanie")
            case 2:
                number = account.get(f"{page}/odstapienie").value("order_number")
                account.send(f"{page}/odstapienie", **ORDERER, order_number=number)
            case 3:
                fulfil(shop, ids[-1])
    return ids


def test_everything_of_an_ended_session_is_answered(stage: Stage, tmp_path: Path, account: Visitor) -> None:
    stage.cookies = account.cookies
    opened = account.get(addresses.REPORT)

    def ended(visitor: Visitor) -> Page:
        session = visitor.session
        visitor.send(addresses.DATA, addresses.LOGOUT)
        visitor.http.cookies.set(SESSION, session)
        return visitor.send_from(opened, addresses.REPORT, message="Adres jest inny.")

    pressed(stage, tmp_path, {"ended session": ended})


def test_everything_of_an_orders_file_is_answered(stage: Stage, tmp_path: Path, prepared: PreparedShop) -> None:
    def summary(visitor: Visitor) -> Page:
        return upload(visitor, stage.file)

    def details(visitor: Visitor) -> Page:
        (form,) = summary(visitor).every("form")
        hidden = {node.get("name", ""): node.get("value", "") for node in form.iter("input") if is_hidden(node)}
        return visitor.post(addresses.ORDER_FILE_DETAILS, {**hidden, "change": "1"})

    def placed(visitor: Visitor) -> Page:
        return visitor.follow(confirm(visitor, summary(visitor)))

    pressed(stage, tmp_path, {"summary": summary, "details": details, "placed": placed})


def test_the_walk_tells_a_dead_button_and_a_dead_link(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_dead(visitor: Visitor) -> Page:
        page = visitor.get(addresses.LOGIN)
        (form,) = page.every("form")
        form.set("action", f"{addresses.PANEL}nie-ma-tego")
        page.every("a")[-1].set("href", f"{addresses.PANEL}tego-tez-nie-ma")
        return page

    walk = Walk(stage, tmp_path)
    walk.walk({"login": with_dead})
    assert [fault.partition(":")[0] for fault in walk.faults] == ["login"] * 3
    assert all("404" in fault or "403" in fault for fault in walk.faults)


def test_the_walk_tells_a_button_that_nothing_follows_from(stage: Stage, tmp_path: Path) -> None:
    walk = Walk(stage, tmp_path)
    walk.walk({"refused": lambda visitor: visitor.send(addresses.LOGIN, email="", password="")})
    assert "refused: /panel/logowanie „Zaloguj” as it is: nothing follows" in [
        fault.replace("Zaloguj się", "Zaloguj") for fault in walk.faults
    ]
