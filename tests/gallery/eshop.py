"""eSklep: every basket, every failure, and the dialogs that it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from r2_renewal.agent.protocol import ExportResult
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.order import OrderState
from r2_renewal.ui.basket_model import Usage
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_file import OrderFileDialog
from r2_renewal.ui.resignation_dialog import ResignationDialog
from tests.driver import click, wait_until
from tests.gallery.room import LINKS, Room, loaded, shop, stored
from tests.samples import OTHER_PROGRAM, PROGRAM, RENEWAL_PRICE, SUBSCRIPTION, TODAY, order_of, program, quote_for
from tests.ui.conftest import failure

NAMES = ("R2płatnik", "R2księga", "R2faktury", "R2środki trwałe", "R2delegacje", "R2magazyn")
LONG = "R2płatnik dla Świętokrzyskiego Przedsiębiorstwa Wielobranżowego „Źródła” i wszystkich jego oddziałów terenowych"
MANAGED = ("reminders_enabled", "shop_url", "proxy")


def owned(number: int, name: str, until: date, **changes: Any) -> BasketEntry:
    """Return an owned program."""
    made = program(f"lic-{number}", f"product-{number}", name, until)
    return BasketEntry(made, changes.pop("auto_renewal", False), **changes)


def four() -> tuple[BasketEntry, ...]:
    """Return four programs: one that ends soon, one renewing, one ended, one whose order is on its way."""
    return (
        BasketEntry(PROGRAM, False),
        BasketEntry(OTHER_PROGRAM, True, date(2027, 4, 1), renewal_price=RENEWAL_PRICE),
        owned(3, "R2faktury", date(2026, 11, 10)),
        owned(
            4, "R2środki trwałe", date(2027, 1, 31), open_order=order_of(quote_for(SUBSCRIPTION), OrderState.INVOICED)
        ),
    )


def many(number: int) -> tuple[BasketEntry, ...]:
    """Return that many programs, spread over a year."""
    return tuple(
        owned(
            at, f"{NAMES[at % len(NAMES)]} {at}", TODAY + timedelta(days=(at * 37) % 400 - 20), auto_renewal=at % 3 == 0
        )
        for at in range(number)
    )


def parts() -> tuple[Callable[[Room], None], ...]:
    """Return what shows eSklep's states, each by itself."""
    return _baskets, _failures, _dialogs


def show(room: Room) -> None:
    """Show eSklep's states."""
    for part in parts():
        part(room)


def _open(room: Room, **script: Any) -> EshopWindow:
    usage = Usage("r2platnik", {"employees": 37})
    managed = script.pop("managed", ())
    return room.show(EshopWindow(room.agent(**script), LINKS, lambda: TODAY, None, managed, usage))


def _baskets(room: Room) -> None:
    silent = {"silent": True}
    room.look("esklep-wczytuje", _open(room, eshop__load=[silent]))
    window = _open(room, eshop__stored=[stored(shop(*four()))], eshop__load=[silent])
    wait_until(lambda: window.basket.count[1])
    room.look("esklep-stan-zapisany", window)
    hard = owned(
        9, LONG, date(2027, 2, 28), auto_renewal=True, renewal_date=date(2027, 3, 1), renewal_price=RENEWAL_PRICE
    )
    for name, entries in (
        ("jeden", (BasketEntry(PROGRAM, False),)),
        ("cztery", four()),
        ("dwanascie", many(12)),
        ("dlugie-nazwy", (hard, BasketEntry(PROGRAM, False))),
    ):
        window = _open(room, eshop__load=[loaded(shop(*entries))], managed=MANAGED if name == "cztery" else ())
        wait_until(window.refresh_button.isEnabled)
        room.look(f"esklep-{name}", window)
    window.basket.search.setText("nie ma takiego")
    room.look("esklep-nic-nie-pasuje", window)
    window = _open(room, eshop__load=[loaded(shop(*four()))])
    wait_until(window.refresh_button.isEnabled)
    window.basket.table.selectAll()
    room.look("esklep-kilka-zaznaczonych", window)
    soon = BasketEntry(PROGRAM, True, date(2026, 12, 23), renewal_price=RENEWAL_PRICE)
    window = _open(room, eshop__load=[loaded(shop(soon))])
    wait_until(window.refresh_button.isEnabled)
    room.look("esklep-odnowi-sie-sam", window)


def _failures(room: Room) -> None:
    window = _open(room, eshop__load=[loaded(replace(shop(), basket=()))])
    wait_until(lambda: window.messages.text)
    room.look("esklep-pusty", window)
    for code in (
        ErrorCode.OFFLINE,
        ErrorCode.OFFLINE_BY_POLICY,
        ErrorCode.LICENCE_REFUSED_BY_SHOP,
        ErrorCode.PROXY_SCRIPT,
    ):
        window = _open(room, eshop__load=[failure(code)], managed=("offline_only",) if "POLICY" in code.name else ())
        wait_until(lambda shown=window: shown.messages.text)
        room.look(f"esklep-{code.name.lower()}", window)
    window = _open(room, eshop__load=[failure(ErrorCode.OFFLINE)], eshop__stored=[stored(shop(*four()))])
    wait_until(lambda: window.messages.text and window.basket.count[1])
    room.look("esklep-bez-polaczenia", window)
    window = _open(room, eshop__load=[loaded(shop(*four()), unanswered=["lic-1"])])
    wait_until(window.refresh_button.isEnabled)
    room.look("esklep-nie-wiemy", window)
    window = _open(room, eshop__load=[loaded(shop(*four()), unsent=["lic-1"])])
    wait_until(window.refresh_button.isEnabled)
    room.look("esklep-nie-wyslane", window)


def _dialogs(room: Room) -> None:
    window = _open(room, eshop__load=[loaded(shop(*four()))])
    wait_until(window.refresh_button.isEnabled)
    dialog = ResignationDialog(four()[1:2], TODAY, room.agent(), window)
    room.show(dialog)
    room.look("rezygnacja", dialog)
    click(dialog, "Zrezygnuj z odnowienia")
    wait_until(lambda: not dialog._resign.isVisible())
    room.look("rezygnacja-przyjeta", dialog)
    rows = tuple("".join("01"[(x * y + x) % 3 == 0] for x in range(97)) for y in range(97))
    result = ExportResult(page="https://online.reset2.pl/panel/zamowienie-z-pliku", qr=rows)
    room.look("zamowienie-w-pliku", room.show(OrderFileDialog("/home/anna/zamowienie.r2order", result, window)))
