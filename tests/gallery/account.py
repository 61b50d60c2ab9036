"""The customer's account: login, its four pages, and what may happen to a change of the data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
from PySide6.QtWidgets import QWidget

from r2_renewal.agent.protocol import AccountState
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_window import AccountWindow
from tests.driver import click, wait_until
from tests.gallery.eshop import four, many
from tests.gallery.orders import orders
from tests.gallery.room import LINKS, Room, loaded, shop
from tests.samples import NOW, TODAY, customer_record, evidence, invoice
from tests.ui.account.by_hand import consent, fill, go_to, group, log_in, press, revoke, rows, said, save, type_login
from tests.ui.conftest import failure

NOBODY = {"result": {}}


def parts() -> tuple[Callable[[Room], None], ...]:
    """Return what shows the account's states, each by itself."""
    return _login, _pages, _data


def show(room: Room) -> None:
    """Show the account's states."""
    for part in parts():
        part(room)


def _open(room: Room, **script: Any) -> AccountWindow:
    consents = [
        evidence(2, text=shop().consent.text),
        evidence(1, revoked_at=NOW, revoked_channel="module", channel="web"),
    ]
    script.setdefault("customer__load", [customer(customer_record())])
    script.setdefault("programs__load", [loaded(shop(*four()))])
    script.setdefault("consents__load", [{"result": {"consents": msgspec.to_builtins(consents), "next": "x"}}])
    window = AccountWindow(room.agent(**script), LINKS, lambda: TODAY)
    room.show(window)
    wait_until(lambda: "Sprawdzam" not in said(window), what="the state of the account")
    return window


def customer(record: Any) -> dict[str, Any]:
    """Return the step that answers with a customer's data."""
    return {"result": {"record": msgspec.to_builtins(record), "consent": msgspec.to_builtins(shop().consent)}}


def _login(room: Room) -> None:
    window = _open(
        room,
        account__state=[{"result": {"reason": ErrorCode.VAULT_ABSENT.value}}],
        account__login=[failure(ErrorCode.ACCOUNT_REFUSED)],
    )
    room.look("konto-bez-magazynu-hasel", window)
    window = _open(room, account__state=[NOBODY], account__login=[failure(ErrorCode.ACCOUNT_REFUSED)])
    room.look("konto-logowanie", window)
    click(window, "Zaloguj")
    room.look("konto-logowanie-puste", window)
    type_login(window, "zle haslo")
    wait_until(lambda: ErrorCode.ACCOUNT_REFUSED.value in said(window))
    room.look("konto-odmowa", window)
    click(window, "Nie pamiętasz hasła?")
    room.look("konto-zapomniane-haslo", window)
    click(window, "Wyślij odnośnik")
    wait_until(lambda: "Jeśli jest konto" in said(window))
    room.look("konto-odnosnik-wyslany", window)
    kept = msgspec.to_builtins(
        AccountState(email="anna@klosowska.example", customer_id="c", reason=ErrorCode.VAULT_LOCKED.value)
    )
    window = _open(room, account__state=[NOBODY], account__login=[{"result": kept}])
    log_in(window, "hasło")
    group(window, "Dane dodatkowe firmy")
    room.look("konto-tylko-do-zamkniecia", window)


def _pages(room: Room) -> None:
    window = _open(
        room,
        orders__load=[{"result": {"orders": msgspec.to_builtins(orders())}}],
        invoices__load=[
            {
                "result": {
                    "invoices": msgspec.to_builtins(
                        (invoice(3), invoice(2, due_on=date(2026, 11, 1)), invoice(1, paid_at=NOW))
                    )
                }
            }
        ],
    )
    group(window, "Dane dodatkowe firmy")
    for name in ("Moje dane", "Moje programy", "Zamówienia", "Faktury"):
        go_to(window, name)
        wait_until(lambda: "Pobieram" not in said(window))
        room.look(f"konto-{name.lower().replace(' ', '-').replace('ó', 'o').replace('ń', 'n')}", window)
    other = msgspec.to_builtins(AccountState(email="biuro@inna.example", customer_id="x", is_other_customer=True))
    window = _open(room, account__state=[{"result": other}], programs__load=[loaded(shop(*many(12)))])
    group(window, "Dane dodatkowe firmy")
    room.look("konto-innej-firmy", window)
    go_to(window, "Moje programy")
    wait_until(lambda: "Pobieram" not in said(window))
    room.look("konto-moje-programy-dwanascie", window)
    empty = _open(room, consents__load=[{"result": {"consents": []}}], invoices__load=[{"result": {"invoices": []}}])
    go_to(empty, "Faktury")
    wait_until(lambda: "Pobieram" not in said(empty))
    room.look("konto-faktury-puste", empty)


def _data(room: Room) -> None:
    window = _open(room)
    group(window, "Dane dodatkowe firmy")
    wait_until(lambda: rows(window, "Zgody"))
    scroll(window, "Dane dodatkowe firmy")
    room.look("konto-dane-dodatkowe", window)
    scroll(window, "Historia zgód")
    room.look("konto-historia-zgod", window)
    consent(window, "R2płatnik")
    revoke(window, "R2księga")
    scroll(window, "Dane dodatkowe firmy")
    room.look("konto-zaznaczone", window)
    click(window, "Wyloguj")
    room.look("konto-wylogowac", window)
    press(window, "Wróć do danych")
    save(window, "Zapisano")
    room.look("konto-zapisano", window)
    now = msgspec.to_builtins(customer_record('"2"', invoice_email="ksiegowosc@klosowska.example"))
    window = _open(room, customer__change=[failure(ErrorCode.CUSTOMER_CHANGED, customer=now)])
    group(window, "Dane dodatkowe firmy")
    fill(window, "e-mail do faktury", "nowy@klosowska.example")
    save(window, ErrorCode.CUSTOMER_CHANGED.value)
    room.look("konto-zmieniono-gdzie-indziej", window)
    window = _open(room, customer__change=[failure(ErrorCode.LOGIN_AGAIN)])
    group(window, "Dane dodatkowe firmy")
    fill(window, "e-mail do faktury", "nowy@klosowska.example")
    press(window, "Zmień dane firmy")
    wait_until(lambda: ErrorCode.LOGIN_AGAIN.value in said(window))
    room.look("konto-sesja-wygasla", window)
    window = _open(room, customer__load=[failure(ErrorCode.OFFLINE)])
    wait_until(lambda: ErrorCode.OFFLINE.value in said(window))
    room.look("konto-bez-polaczenia", window)


def scroll(window: AccountWindow, name: str) -> None:
    """Bring a group of „Moje dane" into sight from its top."""
    from PySide6.QtWidgets import QScrollArea

    place: QWidget = group(window, name)
    area = next(area for area in window.findChildren(QScrollArea) if area.isVisible())
    area.verticalScrollBar().setValue(place.mapTo(area.widget(), place.rect().topLeft()).y())
