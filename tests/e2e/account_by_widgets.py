"""The customer's account through the widgets of a running host: a consent given here, and one that was given elsewhere."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QTableView

from r2_renewal.domain.reminder import Silence, SilenceReason
from r2_renewal.ui.account.consent_box import REVOKE
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.plain_text import PlainTextView
from r2_renewal.ui.reminder_dialog import ReminderDialog
from tests.driver import find, wait_until, window
from tests.e2e.order_by_widgets import Look, fresh_basket
from tests.ui.account.by_hand import box, consent, group, log_in, open_account, revoke, rows, save

PROGRAM = "R2płatnik"


def give_consent(demo: dict[str, Any], host: Any, look: Look) -> dict[str, Any]:
    """Give the consent in the account while the reminder stands there, and see that go; return what was consented to."""
    window(ReminderDialog, "Abonament R2płatnik")
    account, eshop = _account(demo, host, look)
    text = box(account, PROGRAM).accessibleDescription()
    consent(account, PROGRAM)
    save(account, f"Zgoda jest zapisana: abonament {PROGRAM}")
    wait_until(lambda: rows(account, "Zgody"), what="history")
    wait_until(lambda: host.module.state.decision == Silence(SilenceReason.ENROLLED), what="silence")
    wait_until(lambda: renewal_in(eshop).startswith("tak"), what="basket")
    evidence = find(account, PlainTextView, "Treść zgody i potwierdzenie").toPlainText()
    return {"text": text, "evidence": evidence}


def know_consent(demo: dict[str, Any], host: Any, look: Look) -> dict[str, Any]:
    """Wait for the silence, look into basket and account, and withdraw; return what was seen."""
    wait_until(lambda: host.module.state.decision == Silence(SilenceReason.ENROLLED), what="silence")
    account, eshop = _account(demo, host, look)
    fresh_basket(eshop)
    seen = {"renewal": renewal_in(eshop), "is_ticked": box(account, PROGRAM, REVOKE).isChecked()}
    wait_until(lambda: rows(account, "Zgody"), what="history")
    seen["history"] = rows(account, "Zgody")
    revoke(account, PROGRAM)
    save(account, f"Zrezygnowano z automatycznego odnowienia: abonament {PROGRAM}")
    wait_until(lambda: renewal_in(eshop) == "nie", what="basket")
    return seen


def renewal_in(eshop: EshopWindow) -> str:
    """Return what the basket says of the program's automatic renewal; empty before it is there."""
    model = find(eshop, QTableView, "Koszyk posiadanych programów").model()
    cells = {
        model.index(row, Column.PROGRAM).data(): model.index(row, Column.AUTO_RENEWAL).data()
        for row in range(model.rowCount())
    }
    return str(cells.get(PROGRAM, ""))


def _account(demo: dict[str, Any], host: Any, look: Look) -> tuple[Any, EshopWindow]:
    host.module.open_eshop()
    eshop = window(EshopWindow, "eSklep")
    account = open_account(eshop)
    look("konto", account)
    log_in(account, demo["account"]["password"], demo["account"]["email"])
    group(account, "Dane dodatkowe firmy")
    look("moje-dane", account)
    return account, eshop
