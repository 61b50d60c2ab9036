"""The other pages of „Moje konto": consents given, programs, orders and invoices, whatever the agent answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QAbstractButton

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.account.words import (
    channel_text,
    invoice_file_name,
    invoice_state_text,
)
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.withdrawal_dialog import WithdrawalDialog
from tests.driver import fill, find, wait_until
from tests.samples import NOW, evidence, invoice, storefront
from tests.ui.account.by_hand import (
    chosen,
    go_to,
    group,
    menu,
    menu_names,
    press,
    rows,
    said,
    type_login,
)
from tests.ui.account.test_account_fates import Open, account, data, opened, shown_labels
from tests.ui.conftest import failure

__all__ = ["account", "opened"]


# The history


def test_older_consents_come_page_by_page(opened: Open) -> None:
    pages = [
        {"result": {"consents": msgspec.to_builtins((evidence(number),)), "next": following}}
        for number, following in ((2, "con_2"), (1, ""))
    ]
    window, agent = opened(consents__load=pages)
    wait_until(lambda: len(rows(data(window), "Zgody")) == 1, what="first page")
    press(window, "Pokaż starsze")
    wait_until(lambda: len(rows(window, "Zgody")) == 2, what="second page")
    assert agent.asked("consents.load") == [{}, {"cursor": "con_2"}]
    assert [
        button
        for button in window.findChildren(QAbstractButton)
        if button.text() == "Pokaż starsze" and button.isVisible()
    ] == []


def test_a_withdrawn_consent_says_when_and_from_where(opened: Open) -> None:
    gone = evidence(1, revoked_at=NOW, revoked_channel="panel")
    window, _ = opened(consents__load=[{"result": {"consents": msgspec.to_builtins((gone,))}}])
    wait_until(lambda: rows(data(window), "Zgody"), what="history")
    assert rows(window, "Zgody") == [
        ["22.11.2026, 9:00", "R2księga", "w panelu klienta", "1", "wycofana 22.11.2026, 9:00, w panelu klienta"]
    ]


def test_no_consent_yet_is_said(opened: Open) -> None:
    window, _ = opened(consents__load=[{"result": {"consents": []}}])
    group(data(window), "Historia zgód")
    wait_until(lambda: "Nie ma jeszcze żadnej zgody." in shown_labels(window), what="words")


def test_a_confirmation_that_cannot_be_written_can_be_tried_elsewhere_or_again(opened: Open, tmp_path: Path) -> None:
    window, agent = opened(file__save=[failure(ErrorCode.FILE_NOT_WRITABLE), {}])
    wait_until(lambda: rows(data(window), "Zgody"), what="history")
    history = window._data.history
    history.save_pdf("tekst", str(tmp_path / "zgoda.pdf"))
    wait_until(lambda: ErrorCode.FILE_NOT_WRITABLE.value in said(window), what="failure")
    press(window, "Ponów")
    wait_until(lambda: "Potwierdzenie jest zapisane" in said(window), what="file")
    assert {sent["path"] for sent in agent.asked("file.save")} == {str(tmp_path / "zgoda.pdf")}


# „Moje programy" and „Zamówienia"


def test_the_menu_is_as_agreed(account: AccountWindow) -> None:
    assert menu_names(account) == ["Moje dane", "Moje programy", "Zamówienia", "Faktury"]


def test_programs_come_page_by_page_in_the_accounts_session(opened: Open) -> None:
    first, second = storefront().basket
    load = {"storefront": msgspec.to_builtins(replace(storefront(), basket=(first,))), "next": "lic-1"}
    more = {"result": {"entries": msgspec.to_builtins((second,)), "offers": []}}
    window, agent = opened(programs__load=[{"result": load}], eshop__more=[more])
    go_to(data(window), "Moje programy")
    wait_until(lambda: len(rows(window, "Koszyk posiadanych programów")) == 2, what="both pages")
    assert agent.asked("eshop.more") == [{"cursor": "lic-1", "account": True}]
    assert agent.asked("eshop.load") == agent.asked("eshop.stored") == []
    fill(window, "Szukaj", "księ")
    wait_until(lambda: len(rows(window, "Koszyk posiadanych programów")) == 1, what="search")


def test_no_programs_is_said(opened: Open) -> None:
    empty = {"result": {"storefront": msgspec.to_builtins(replace(storefront(), basket=()))}}
    window, _ = opened(programs__load=[empty])
    go_to(data(window), "Moje programy")
    wait_until(lambda: "nie ma programów" in said(window), what="words")


def test_orders_are_the_accounts_and_can_be_cancelled(opened: Open) -> None:
    window, agent = opened()
    changed: list[bool] = []
    window.changed.connect(lambda: changed.append(True))
    go_to(data(window), "Zamówienia")
    wait_until(lambda: rows(window, "Zamówienia"), what="orders")
    press(window, "Anuluj zamówienie")
    press(window, "Tak, anuluj zamówienie")
    wait_until(lambda: "zostało anulowane" in said(window), what="cancelled")
    assert [asked["account"] for asked in agent.asked("orders.load") + agent.asked("order.cancel")] == [True, True]
    assert changed


def test_s7_a_declaration_under_way_waits_for_the_login_and_is_not_typed_again(opened: Open) -> None:
    window, agent = opened(order__withdraw=[failure(ErrorCode.LOGIN_AGAIN), {}])
    go_to(data(window), "Zamówienia")
    wait_until(lambda: rows(window, "Zamówienia"), what="orders")
    press(window, "Odstąp od umowy tutaj")
    (dialog,) = window.findChildren(WithdrawalDialog)
    assert not dialog.isModal()
    fill(dialog, "Imię i nazwisko", "Anna Kłosowska")
    press(dialog, "Potwierdź odstąpienie od umowy")
    wait_until(lambda: ErrorCode.LOGIN_AGAIN.value in said(dialog) and menu(window) is None, what="login")
    type_login(window, "haslo")
    wait_until(lambda: chosen(window) == "Zamówienia", what="the page")
    press(dialog, "Ponów")
    wait_until(lambda: len(agent.asked("order.withdraw")) == 2, what="declaration")
    assert {(asked["name"], asked["account"]) for asked in agent.asked("order.withdraw")} == {("Anna Kłosowska", True)}
    dialog.close()


def test_s7_a_report_under_way_waits_for_the_login_and_is_not_typed_again(opened: Open) -> None:
    window, agent = opened(data__correct=[failure(ErrorCode.LOGIN_AGAIN), {}])
    press(data(window), "Zgłoś niepoprawne dane…")
    (dialog,) = window.findChildren(CorrectionDialog)
    press(dialog, "Wyślij zgłoszenie")
    wait_until(lambda: ErrorCode.LOGIN_AGAIN.value in said(dialog) and menu(window) is None, what="login")
    type_login(window, "haslo")
    wait_until(lambda: menu(window) is not None, what="the account")
    press(dialog, "Ponów")
    wait_until(lambda: "Przyjęliśmy zgłoszenie" in said(dialog), what="ticket")
    first, second = agent.asked("data.correct")
    assert first == second
    assert first["in_account"] is True
    dialog.close()


# „Faktury"


def test_invoices_show_number_ksef_dates_amounts_and_state(opened: Open) -> None:
    window, _ = opened()
    go_to(data(window), "Faktury")
    wait_until(lambda: rows(window, "Faktury"), what="invoices")
    unpaid, paid = rows(window, "Faktury")
    assert unpaid == [
        "FV/2026/000002",
        "1234563218-20261122-0000A0-B1C2D3-7F",
        "22.11.2026",
        "455,40\u00a0zł",
        "104,74\u00a0zł",
        "560,14\u00a0zł",
        "do zapłaty do 06.12.2026",
    ]
    assert paid[6] == "zapłacona 22.11.2026"


def test_an_invoice_is_asked_for_at_the_path_of_the_users_choice_and_again(opened: Open) -> None:
    window, agent = opened(invoice__pdf=[failure(ErrorCode.OFFLINE), {}])
    go_to(data(window), "Faktury")
    wait_until(lambda: rows(window, "Faktury"), what="invoices")
    page = window._view._pages[-1]
    page.save_pdf(page._invoices[0], "/tmp/f.pdf")
    wait_until(lambda: ErrorCode.OFFLINE.value in said(window), what="failure")
    press(window, "Ponów")
    wait_until(lambda: "Faktura FV/2026/000002 jest zapisana" in said(window), what="file")
    assert agent.asked("invoice.pdf") == [{"invoice_id": "inv_2", "path": "/tmp/f.pdf"}] * 2


def test_without_invoices_the_page_says_so(opened: Open) -> None:
    window, _ = opened(invoices__load=[{"result": {"invoices": []}}])
    go_to(data(window), "Faktury")
    wait_until(lambda: "Nie ma jeszcze żadnej faktury." in shown_labels(window), what="words")
    assert not find(window, QAbstractButton, "Zapisz PDF…").isEnabled()


def test_words_of_an_invoice() -> None:
    assert invoice_state_text(invoice(), date(2026, 12, 7)) == "⚠ po terminie (06.12.2026)"
    assert invoice_state_text(invoice(), date(2026, 12, 6)) == "do zapłaty do 06.12.2026"
    corrected = invoice(corrected_by="KOR/2026/000001")
    assert invoice_state_text(corrected, date(2026, 12, 7)) == "skorygowana: KOR/2026/000001"  # it asks for no money
    assert invoice_state_text(invoice(corrects="FV/2026/000001"), date(2026, 12, 7)) == "koryguje FV/2026/000001"
    assert invoice_file_name(invoice()) == "FV-2026-000001.pdf"
    assert invoice_file_name(replace(invoice(), number="../..")) == "faktura.pdf"
    assert [channel_text(channel) for channel in ("module", "panel", "web", "fax")] == [
        "w programie",
        "w panelu klienta",
        "na stronie WWW",
        "fax",
    ]
