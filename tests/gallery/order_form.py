"""The order form: each page untouched, filled in and refused; each fate of an order; each state of the receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from PySide6.QtWidgets import QComboBox, QLineEdit

from r2_renewal.agent.protocol import Delivery
from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.company import Holder
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Order, OrderState, Transfer
from r2_renewal.domain.order_fields import Step
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.text_dialog import TextDialog
from tests.driver import click, fill, find, go_on, tick, wait_until
from tests.gallery.room import LINKS, Room, shop
from tests.samples import COMPANY, NOW, OTHER_PROGRAM, PROGRAM, SUBSCRIPTION, draft_for, order_of, quote_for
from tests.ui.conftest import failure

ORDERER = (
    ("Imię", "Anna"),
    ("Nazwisko", "Kłosowska"),
    ("Telefon", "601 234 567"),
    ("E-mail", "anna@klosowska.example"),
)
CONSENT = "Zgoda na automatyczne odnowienie"
CODE = tuple("".join("01"[(x * y + x) % 3 == 0] for x in range(41)) for y in range(41))


def parts() -> tuple[Callable[[Room], None], ...]:
    """Return what shows the order form's states, each by itself."""
    return _service, _details, _refusals, _fates, _receipts, _dialogs


def show(room: Room) -> None:
    """Show the order form's states."""
    for part in parts():
        part(room)


def _open(room: Room, programs: int = 1, kind: ServiceKind | None = None, **script: Any) -> OrderWizard:
    changes = script.pop("changes", {})
    both = (BasketEntry(PROGRAM, False), BasketEntry(OTHER_PROGRAM, True, date(2027, 4, 1)))
    storefront = shop(*both, **changes)
    form = OrderWizard(start(storefront, both[:programs], kind), room.agent(**script), LINKS)
    room.show(form)
    wait_until(lambda: form._drafts.customer or script.get("draft__load"), what="word on drafts")
    return form


def _priced(form: OrderWizard) -> None:
    wait_until(lambda: form.flow.quote is not None, what="price")


# Pages


def _service(room: Room) -> None:
    form = _open(room)
    room.look("usluga", form)
    click(form, "Dalej")
    room.look("usluga-nie-wybrano", form)
    tick(form, "Abonament")
    _priced(form)
    room.look("usluga-abonament", form)
    tick(form, "Rozszerzenie")
    click(form, "Dalej")
    room.look("usluga-rozszerzenie-bez-limitu", form)
    limits = find(form, QComboBox, "Nowy limit")
    limits.setCurrentIndex(1)
    limits.activated.emit(1)
    _priced(form)
    room.look("usluga-rozszerzenie", form)
    form = _open(room, 2, ServiceKind.SUBSCRIPTION)
    _priced(form)
    room.look("usluga-kilka", form)
    tick(form, "Rozszerzenie")
    click(form, "Dalej")
    room.look("usluga-kilka-rozszerzenie", form)
    form = _open(room, kind=ServiceKind.SUBSCRIPTION, order__quote=[failure(ErrorCode.OFFLINE)])
    wait_until(lambda: form.currentPage().messages.text)
    room.look("usluga-bez-polaczenia", form)
    draft = {
        "customer": "c",
        "draft": msgspec.to_builtins(draft_for(ServiceKind.SUBSCRIPTION, "sub-50", step=Step.ORDERER)),
    }
    form = _open(room, draft__load=[{"result": {**draft, "saved_at": msgspec.to_builtins(NOW)}}])
    wait_until(lambda: form.currentPage()._question.text, what="question")
    room.look("pytanie-o-szkic", form)


def _details(room: Room) -> None:
    holder = msgspec.to_builtins(Holder("Kłosowska i wspólnicy s.c.", "8992390846"))
    form = _open(room, draft__load=[{"result": {"customer": "c", "holder": holder}}])
    tick(form, "Abonament")
    _priced(form)
    go_on(form, "Dane do faktury")
    room.look("dane-do-faktury-inne-w-licencji", form)
    form = _open(room, changes={"invoice_email": ""})
    tick(form, "Abonament")
    _priced(form)
    go_on(form, "Dane do faktury")
    room.look("dane-do-faktury", form)
    click(form, "Dalej")
    room.look("dane-do-faktury-bledy", form)
    tick(form, "Dane do faktury są poprawne")
    fill(form, "e-mail do faktury", "faktury@")
    click(form, "Dalej")
    wait_until(lambda: "nieprawid" in find(form, QLineEdit, "e-mail do faktury").accessibleDescription())
    room.look("dane-do-faktury-zly-email", form)
    fill(form, "e-mail do faktury", "faktury@klosowska.example")
    go_on(form, "Osoba zamawiająca")
    room.look("osoba", form)
    click(form, "Dalej")
    room.look("osoba-bledy", form)
    for name, text in ORDERER[:3]:
        fill(form, name, text[:3])
    fill(form, "E-mail", "anna")
    click(form, "Dalej")
    wait_until(lambda: "Ten numer telefonu jest" in find(form, QLineEdit, "Telefon").accessibleDescription())
    room.look("osoba-zly-telefon-i-email", form)
    for name, text in ORDERER:
        fill(form, name, text)
    tick(form, "Zapamiętaj mnie na tym komputerze")
    room.look("osoba-wpisana", form)
    go_on(form, CONSENT)
    room.look("zgoda", form)
    click(form, "Dalej")
    room.look("zgoda-brak", form)
    tick(form, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(form, "Podsumowanie")
    room.look("podsumowanie", form)
    click(form, "Zmień: Osoba zamawiająca")
    room.look("osoba-zmiana-z-podsumowania", form)


def _refusals(room: Room) -> None:
    form = _open(room, changes={"company": replace(COMPANY, nip="5262831504")})
    tick(form, "Abonament")
    _priced(form)
    go_on(form, "Dane do faktury")
    click(form, "Dalej")
    room.look("dane-do-faktury-zly-nip", form)


def _to_summary(form: OrderWizard, consent: bool = True) -> None:
    if form.flow.kind is None:
        tick(form, "Abonament")
    _priced(form)
    go_on(form, "Dane do faktury")
    tick(form, "Dane do faktury są poprawne")
    go_on(form, "Osoba zamawiająca")
    for name, text in ORDERER:
        fill(form, name, text)
    go_on(form, CONSENT)
    if consent:
        tick(form, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(form, "Podsumowanie")


# What becomes of the order


def _fates(room: Room) -> None:
    form = _open(room, 2, ServiceKind.SUBSCRIPTION)
    _to_summary(form)
    room.look("podsumowanie-kilka", form)
    form = _open(room, changes={"consent_required": False, "fetched_at": NOW})
    _to_summary(form, consent=False)
    room.look("podsumowanie-bez-zgody", form)
    quote, document = quote_for(SUBSCRIPTION, "499.00"), shop().consent
    text = document.text.replace("Co najmniej 30 dni", "Co najmniej 45 dni")
    reworded = msgspec.to_builtins(replace(document, version="2", text=text))
    refused = {"delivery": Delivery.REFUSED.value}
    for name, step in (
        ("wysylanie", {"silent": True}),
        ("ponownie-wysylanie", {"silent": True, "events": [["call.progress", {"attempt": 2, "tries": 3}]]}),
        ("bez-polaczenia", failure(ErrorCode.ORDER_NOT_SENT, delivery=Delivery.NOT_SENT.value)),
        ("nie-wiemy", failure(ErrorCode.ORDER_UNKNOWN, delivery=Delivery.UNKNOWN.value)),
        ("cena-zmieniona", failure(ErrorCode.PRICE_CHANGED, quote=msgspec.to_builtins(quote), **refused)),
        ("zgoda-zmieniona", failure(ErrorCode.CONSENT_TEXT_CHANGED, document=reworded, **refused)),
        ("wycofana-usluga", failure(ErrorCode.OFFER_WITHDRAWN, **refused)),
        ("odrzucone-pole", failure(ErrorCode.ORDER_INVALID, fields=["orderer.phone"], **refused)),
    ):
        form = _open(room, order__place=[step])
        _to_summary(form)
        click(form, ORDER_BUTTON)
        if "silent" not in step:
            wait_until(lambda shown=form: "Wysyłam zam" not in shown.currentPage().messages.text)
        room.look(f"los-{name}", form)
        if name == "cena-zmieniona":
            tick(form, "Wyrażam zgodę na automatyczne odnowienie")
            go_on(form, "Podsumowanie")
            room.look("los-cena-zmieniona-podsumowanie", form)


def _receipts(room: Room) -> None:
    for state in OrderState:
        _receipt(room, state, 1)
    _receipt(room, OrderState.ACCEPTED, 2)


def _receipt(room: Room, state: OrderState, programs: int) -> None:
    step: dict[str, Any] = {}
    form = _open(room, programs, ServiceKind.SUBSCRIPTION, order__place=[step_of(state)] if programs == 1 else [step])
    if state is OrderState.FULFILLED:
        form._pages.confirmation.show_renewed(date(2027, 12, 22), renewed=True)
    _to_summary(form)
    click(form, ORDER_BUTTON)
    wait_until(lambda: form.currentPage().title() == "Potwierdzenie", what="receipt")
    room.look(f"potwierdzenie-{state.name.lower()}" + ("-kilka" if programs > 1 else ""), form)


def step_of(state: OrderState) -> dict[str, Any]:
    """Return the step that answers an order with one in a state."""
    return {"result": {"order": msgspec.to_builtins(receipt(state))}}


def receipt(state: OrderState) -> Order:
    """Return an order in a state, with its transfer where it is to be paid."""
    order = order_of(quote_for(SUBSCRIPTION), state)
    is_to_pay = state in (OrderState.PLACED, OrderState.ACCEPTED, OrderState.INVOICED)
    transfer = Transfer("Reset2 sp. z o.o.", "61109010140000071219812874", "Z/2026/11/0001", order.price.gross, CODE)
    return replace(order, transfer=transfer if is_to_pay else None)


# Dialogs


def _dialogs(room: Room) -> None:
    terms = shop().terms
    room.look("regulamin", room.show(TextDialog(terms.title, terms.text, None, room.agent(), "Regulamin")))
    for name, step in (("", {}), ("-blad", failure(ErrorCode.OFFLINE))):
        dialog = CorrectionDialog(COMPANY, room.agent(data__correct=[step]), links=LINKS)
        room.show(dialog)
        room.look(f"zgloszenie{name}", dialog)
        click(dialog, "Wyślij zgłoszenie")
        wait_until(lambda shown=dialog: "Wysyłam" not in shown._messages.text)
        room.look(f"zgloszenie{name}-odpowiedz", dialog)
