"""„Moje konto" by the keyboard alone, over the real agent and the real shop."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.reference_shop.seed import ACCOUNT_EMAIL, INVOICE_EMAIL, LICENCE_ID
from r2_renewal.store.reminder_memory import recall
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.account.consent_box import REVOKE
from r2_renewal.ui.account.words import UNSAVED, UNSAVED_BEHIND_LOGIN
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.correction_dialog import CorrectionDialog
from r2_renewal.ui.error_texts import logout_sentence, sentence
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.plain_text import PlainLabel, PlainTextView
from tests.driver import click, fill, find, wait_until
from tests.faults.shopping import CustomersComputer, RealShop, cells
from tests.ui.account.by_hand import (
    INVOICE_LINE,
    PASSWORD,
    box,
    consent,
    go_to,
    group,
    has_focus,
    line,
    log_in,
    menu,
    open_account,
    press,
    revoke,
    rows,
    said,
    save,
    type_login,
)
from tests.ui.test_printout import read

NEW = "nowe@klosowska.example"


@pytest.fixture
def account(customer: CustomersComputer, real_shop: RealShop) -> AccountWindow:
    """The account of the shop's customer, who is logged in."""
    window = open_account(customer.open_eshop())
    log_in(window, real_shop.prepared.account_password)
    group(window, "Dane dodatkowe firmy")
    return window


def query(shop: RealShop, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(shop.prepared.folder.database_file, timeout=20)) as database:
        return list(database.execute(statement))


def consents(shop: RealShop) -> list[tuple[object, ...]]:
    return query(
        shop, "SELECT licence_id, channel, sha256, full_text, revoked_channel FROM consents ORDER BY accepted_at"
    )


def test_a_login_is_refused_alike_then_asked_for_and_then_open(
    customer: CustomersComputer, real_shop: RealShop
) -> None:
    eshop = customer.open_eshop()
    window = open_account(eshop)
    assert (window.windowTitle(), window.isModal(), window.isWindow()) == ("Moje konto", False, True)
    for email in ("nikt@example.com", ACCOUNT_EMAIL):
        type_login(window, "zgadywane-haslo", email)
        wait_until(lambda: sentence(ErrorCode.ACCOUNT_REFUSED) in said(window), what="refusal")
        wait_until(lambda: line(window, PASSWORD).hasSelectedText(), what="password to be typed over")
        assert (has_focus(window, PASSWORD), line(window, "E-mail").text()) == (True, email)
    for email in ("nikt@example.com", ACCOUNT_EMAIL):
        fill(window, "E-mail", email)
        press(window, "Nie pamiętasz hasła?")
        assert line(window, "E-mail").text() == email
        press(window, "Wyślij odnośnik")
        wait_until(lambda: said(window).startswith("Jeśli jest konto z tym adresem"), what="answer")
        press(window, "Wróć do logowania")
    assert query(real_shop, "SELECT recipient FROM outgoing_mail") == [(ACCOUNT_EMAIL,)]
    log_in(window, real_shop.prepared.account_password)
    assert find(window, QLabel, "Zalogowano jako").text() == f"Zalogowano jako {ACCOUNT_EMAIL}"
    assert open_account(eshop) is window


def test_logging_out_ends_the_session_at_the_shop_and_here(account: AccountWindow, real_shop: RealShop) -> None:
    sessions = "SELECT 1 FROM sessions WHERE scope = 'account'"
    assert len(query(real_shop, sessions)) == 1
    press(account, "Wyloguj")
    wait_until(lambda: logout_sentence(is_revoked=True, is_removed=True) in said(account), what="logout")
    assert query(real_shop, sessions) == []
    assert (menu(account), line(account, "E-mail").text()) == (None, "")


def test_wrong_data_are_reported_in_the_account(account: AccountWindow) -> None:
    press(account, "Zgłoś niepoprawne dane…")
    (dialog,) = account.findChildren(CorrectionDialog)
    click(dialog, "Wyślij zgłoszenie")
    wait_until(lambda: "Przyjęliśmy zgłoszenie nr" in said(dialog), what="ticket")
    dialog.close()


def test_a_consent_is_evidence_and_silence_and_is_withdrawn_in_the_same_two_steps(
    account: AccountWindow, customer: CustomersComputer, real_shop: RealShop, tmp_path: Path
) -> None:
    eshop = account.parentWidget()
    text = box(account, "R2płatnik").accessibleDescription()
    consent(account, "R2płatnik")
    save(account, "Zgoda jest zapisana: abonament R2płatnik")
    [(licence_id, channel, digest, full_text, revoked)] = consents(real_shop)
    assert (licence_id, channel, full_text, revoked) == (LICENCE_ID, "module", text, None)
    assert "skończy się bieżący okres, abonament przedłuży się" in text
    wait_until(lambda: rows(account, "Zgody"), what="history")
    shown = find(account, PlainTextView, "Treść zgody i potwierdzenie").toPlainText()
    assert str(digest) in shown
    assert "".join(text.split()) in "".join(shown.split())
    # eSklep has it at once, and the reminder is silent.
    wait_until(lambda: [cell for cell in cells(eshop, Column.AUTO_RENEWAL) if cell.startswith("tak")], what="basket")
    assert recall(customer.state, LICENCE_ID).enrolled
    is_kept_as_pdf(account, tmp_path / "zgoda.pdf", str(digest), text)

    meaning = box(account, "R2płatnik", REVOKE).accessibleDescription()
    assert not box(account, "R2płatnik", REVOKE).isChecked()
    assert "działa od razu po zapisaniu" in meaning
    assert "Opłacony okres trwa bez zmian" in meaning
    revoke(account, "R2płatnik")
    save(account, "Zrezygnowano z automatycznego odnowienia: abonament R2płatnik trwa do")
    [(*_, revoked)] = consents(real_shop)
    assert revoked == "module"
    wait_until(lambda: rows(account, "Zgody")[0][4].startswith("wycofana"), what="history")
    assert not box(account, "R2płatnik").isChecked()
    assert not recall(customer.state, LICENCE_ID).enrolled


def is_kept_as_pdf(account: AccountWindow, path: Path, digest: str, text: str) -> None:
    """The confirmation of the consent shown is saved whole."""
    history = account._data.history
    history.save_pdf(history._selected(), str(path))
    wait_until(lambda: "Potwierdzenie jest zapisane" in said(account), what="file")
    page = "".join(read(path.read_bytes()).split())
    assert digest in page
    assert "".join(text.split()) in page


def test_an_address_and_a_consent_that_names_it_are_saved_together(account: AccountWindow, real_shop: RealShop) -> None:
    consent(account, "R2płatnik")
    fill(account, INVOICE_LINE, NEW)
    assert not box(account, "R2płatnik").isChecked()
    assert NEW in box(account, "R2płatnik").accessibleDescription()
    consent(account, "R2płatnik")
    save(account, "Zapisano dane firmy")
    [(*_, text, _revoked)] = consents(real_shop)
    assert NEW in str(text)
    assert query(real_shop, "SELECT invoice_email FROM customers") == [(NEW,)]


def test_somebody_elses_change_is_shown_beside_ones_own_and_not_overwritten(
    account: AccountWindow, real_shop: RealShop
) -> None:
    real_shop.change("UPDATE customers SET invoice_email = 'inne@klosowska.example', name = 'Kłosowska S.A.'")
    fill(account, INVOICE_LINE, NEW)
    save(account, ErrorCode.CUSTOMER_CHANGED.value)
    words = [label.text() for label in group(account, "Zmieniono w innym miejscu").findChildren(PlainLabel)]
    assert {INVOICE_EMAIL, "inne@klosowska.example", NEW} <= set(words)
    assert any(word.startswith("Kłosowska S.A.") for word in words)
    assert query(real_shop, "SELECT invoice_email FROM customers") == [("inne@klosowska.example",)]
    assert line(account, INVOICE_LINE).text() == NEW
    save(account, "Zapisano dane firmy")
    assert query(real_shop, "SELECT invoice_email FROM customers") == [(NEW,)]


def test_a_change_elsewhere_that_nobody_sees_does_not_stop_the_saving(
    account: AccountWindow, real_shop: RealShop
) -> None:
    # What the shop tags has changed (no price for R2księga any more), but nothing that this change is about.
    real_shop.change("DELETE FROM price_items WHERE product = 'r2ksiega'")
    fill(account, INVOICE_LINE, NEW)
    save(account, "Zapisano dane firmy")
    assert query(real_shop, "SELECT invoice_email FROM customers") == [(NEW,)]


def test_s7_a_session_that_ends_is_opened_anew_in_place_and_nothing_typed_is_lost(
    account: AccountWindow, real_shop: RealShop
) -> None:
    fill(account, INVOICE_LINE, NEW)
    consent(account, "R2płatnik")
    real_shop.change("DELETE FROM sessions WHERE scope = 'account'")
    save(account, ErrorCode.LOGIN_AGAIN.value)
    assert (line(account, "E-mail").text(), menu(account)) == (ACCOUNT_EMAIL, None)
    wait_until(lambda: has_focus(account, PASSWORD), what="focus")
    log_in(account, real_shop.prepared.account_password)
    assert "Wpisane dane są zachowane" in said(account)
    assert line(account, INVOICE_LINE).text() == NEW
    assert box(account, "R2płatnik").isChecked()
    assert consents(real_shop) == []  # nothing is sent but by the user's own hand
    save(account, "Zapisano dane firmy")
    assert len(consents(real_shop)) == 1


def test_it_ends_with_eshop(account: AccountWindow) -> None:
    eshop = account.parentWidget()
    eshop.close()
    assert not account.isVisible()
    windows = QApplication.topLevelWidgets
    wait_until(lambda: not [top for top in windows() if top.windowTitle() == "Moje konto"], what="end")


def test_with_a_change_unsaved_it_stays_when_eshop_closes_and_says_so(account: AccountWindow) -> None:
    eshop = account.parentWidget()
    fill(account, INVOICE_LINE, NEW)
    account.close()
    assert eshop.close()  # never refused
    assert (eshop.isVisible(), account.isVisible()) == (False, True)
    assert said(account) == UNSAVED
    save(account, "Zapisano dane firmy")
    account.close()
    windows = QApplication.topLevelWidgets
    wait_until(lambda: not [top for top in windows() if top.windowTitle() in ("Moje konto", "eSklep")], what="end")


def test_eshop_opened_again_meanwhile_is_fresh_and_keeps_what_was_typed(account: AccountWindow) -> None:
    eshop = account.parentWidget()
    assert isinstance(eshop, EshopWindow)
    fill(account, INVOICE_LINE, NEW)
    eshop.close()
    eshop.show()
    assert not eshop.refresh_button.isEnabled()  # it asks the shop
    wait_until(eshop.refresh_button.isEnabled, what="the basket")
    account.close()
    press(eshop, "Moje konto…")
    assert line(account, INVOICE_LINE).text() == NEW


def test_an_unsaved_change_behind_the_login_is_told_there(account: AccountWindow, real_shop: RealShop) -> None:
    fill(account, INVOICE_LINE, NEW)
    real_shop.change("DELETE FROM sessions WHERE scope = 'account'")
    save(account, ErrorCode.LOGIN_AGAIN.value)
    account.parentWidget().close()
    assert said(account) == UNSAVED_BEHIND_LOGIN


def test_an_invoice_is_saved_where_the_user_wants_it(
    customer: CustomersComputer, real_shop: RealShop, tmp_path: Path
) -> None:
    from r2_renewal.ui.order_wizard.summary_page import ORDER_BUTTON
    from tests.faults.shopping import filled_form, is_received

    eshop = customer.open_eshop()
    wizard = filled_form(eshop)
    click(wizard, ORDER_BUTTON)
    wait_until(lambda: is_received(wizard), what="receipt")
    real_shop.fulfil()
    wizard.close()
    window = open_account(eshop)
    log_in(window, real_shop.prepared.account_password)
    go_to(window, "Faktury")
    wait_until(lambda: rows(window, "Faktury"), what="invoices")
    [cells_] = rows(window, "Faktury")
    assert cells_[5].endswith("zł")
    assert cells_[6].startswith("zapłacona ")
    page = window._view._pages[-1]
    path = tmp_path / "faktura.pdf"
    page.save_pdf(page._invoices[0], str(path))
    wait_until(lambda: f"jest zapisana w pliku {path}" in said(window), what="file")
    assert cells_[0] in read(path.read_bytes())
    go_to(window, "Moje programy")
    wait_until(lambda: len(rows(window, "Koszyk posiadanych programów")) == 3, what="programs")


def test_a_shop_that_is_down_is_said_and_asked_again(customer: CustomersComputer, real_shop: RealShop) -> None:
    window = open_account(customer.open_eshop())
    real_shop.close()
    type_login(window, real_shop.prepared.account_password)
    wait_until(lambda: ErrorCode.OFFLINE.value in said(window), what="offline")
    real_shop.start()
    press(window, "Ponów")
    wait_until(lambda: menu(window) is not None, what="the account")
