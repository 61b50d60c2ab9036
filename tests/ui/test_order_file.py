"""„Zapisz zamówienie do pliku…": offered where the shop cannot be reached, by keyboard alone, and never called an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.agent.order_qr import rows_of
from r2_renewal.agent.protocol import ExportParams, ExportResult, WantedItem
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.money import Money
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_flow import OrderFlow, start
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.order_file import SAVE_ORDER, OrderFile, OrderFileDialog, export_of
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from r2_renewal.ui.qr_code import QrCode
from tests.contract.test_prepared_order import ORDER
from tests.driver import click, find, tick, wait_until, window
from tests.samples import SUBSCRIPTION, TODAY, quote_for, storefront
from tests.ui.conftest import LINKS, Agent, failure

PAGE = "https://sklep.example/panel/zamowienie-z-pliku"
AgentMaker = Callable[..., Agent]


def shown(qtbot: QtBot, widget: Any) -> Any:
    widget.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def choose(place: Path) -> None:
    """Answer the question where to."""
    wait_until(file_dialogs, what="question where to")
    (dialog,) = file_dialogs()
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    assert dialog.defaultSuffix() == "r2order"
    dialog.fileSelected.emit(str(place))
    dialog.close()


def file_dialogs() -> list[QFileDialog]:
    return [top for top in QApplication.topLevelWidgets() if isinstance(top, QFileDialog) and top.isVisible()]


def told() -> str:
    """Close the window that tells what was saved, and return its words."""
    dialog = window(OrderFileDialog, "Zamówienie w pliku")
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    click(dialog, "Zamknij")
    return words


@pytest.mark.parametrize("code", [ErrorCode.OFFLINE, ErrorCode.PROXY, ErrorCode.OFFLINE_BY_POLICY, ErrorCode.TLS])
def test_an_eshop_that_cannot_be_reached_offers_a_file(
    qtbot: QtBot, agent: AgentMaker, tmp_path: Path, code: ErrorCode
) -> None:
    made = agent(eshop__load=[failure(code)])
    eshop = shown(qtbot, EshopWindow(made.link, LINKS, lambda: TODAY))
    wait_until(lambda: code.value in eshop.messages.text)
    tick(eshop, SAVE_ORDER)
    choose(tmp_path / "z.r2order")
    words = told()
    assert "To zamówienie nie jest jeszcze złożone." in words
    assert f"Otwórz stronę {PAGE} i wczytaj tam plik." in words
    assert "„Wczytaj plik licencji…”" in words
    assert made.asked("order.export") == [{"path": str(tmp_path / "z.r2order")}]


def test_an_eshop_that_is_reached_offers_none_but_always_takes_a_licence(qtbot: QtBot, agent: AgentMaker) -> None:
    eshop = shown(qtbot, EshopWindow(agent().link, LINKS, lambda: TODAY))
    wait_until(lambda: eshop.basket.entry() is not None)
    names = [button.accessibleName() for button in eshop.findChildren(QAbstractButton) if button.isVisible()]
    assert SAVE_ORDER not in names
    assert names.count("Wczytaj plik licencji…") == 1


def test_a_file_that_cannot_be_written_is_said(qtbot: QtBot, agent: AgentMaker, tmp_path: Path) -> None:
    made = agent(eshop__load=[failure(ErrorCode.OFFLINE)], order__export=[failure(ErrorCode.FILE_NOT_WRITABLE)])
    eshop = shown(qtbot, EshopWindow(made.link, LINKS, lambda: TODAY))
    wait_until(lambda: eshop.messages.text)
    click(eshop, SAVE_ORDER)
    choose(tmp_path / "z.r2order")
    wait_until(lambda: ErrorCode.FILE_NOT_WRITABLE.value in eshop.messages.text)


def opened(qtbot: QtBot, agent: AgentMaker, **script: Any) -> tuple[OrderWizard, Agent]:
    made, shop = agent(**script), storefront()
    return shown(qtbot, OrderWizard(start(shop, shop.basket[:1]), made.link, LINKS)), made


def test_a_form_without_a_price_is_saved_with_what_was_chosen(qtbot: QtBot, agent: AgentMaker, tmp_path: Path) -> None:
    wizard, made = opened(qtbot, agent, order__quote=[failure(ErrorCode.OFFLINE)])
    tick(wizard, "Abonament")
    wait_until(lambda: any(b.isVisible() for b in wizard.findChildren(QAbstractButton) if b.text() == SAVE_ORDER))
    click(wizard, SAVE_ORDER)
    choose(tmp_path / "z.r2order")
    assert "nie jest jeszcze złożone" in told()
    (asked,) = made.asked("order.export")
    assert asked["items"] == [
        {
            "licence_id": "lic-1",
            "kind": "subscription",
            "offer_id": SUBSCRIPTION.offer_id,
            "runs_until": "2026-12-22",
        }
    ]
    assert "gross" not in asked


def complete() -> OrderFlow:
    """Return a form filled in and priced."""
    shop = storefront()
    flow = start(shop, shop.basket[:1], ServiceKind.SUBSCRIPTION).priced(quote_for(SUBSCRIPTION))
    orderer = Orderer("Łucja", "Żak", "601 234 567", "l@zak.example")
    return replace(flow, contacts=replace(flow.contacts, invoice_email="f@zak.example", orderer=orderer))


def test_the_form_gives_all_that_was_typed_and_the_price_that_was_shown() -> None:
    params = export_of(complete())
    ends = date(2026, 12, 22)
    assert params.items == (WantedItem("lic-1", ServiceKind.SUBSCRIPTION, SUBSCRIPTION.offer_id, ends),)
    assert (params.invoice_email, params.orderer.last_name) == ("f@zak.example", "Żak")
    assert (params.gross, params.told_on) == (Money(Decimal("560.14")), date(2026, 11, 22))


def test_the_form_gives_no_consent_and_no_confirmation() -> None:
    ticked = complete().confirm_company(True).consent(True)
    assert export_of(ticked) == export_of(complete())
    assert not {"consent", "company_confirmed", "key"} & set(ExportParams.__struct_fields__)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_code_on_the_screen_is_read_by_a_camera(qtbot: QtBot, tmp_path: Path, ratio: float) -> None:
    code = QrCode("kod")
    qtbot.addWidget(code)
    code.show_rows(rows_of(ORDER, PAGE))
    picture = QPixmap(code.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    code.render(picture)
    picture.save(str(tmp_path / "kod.png"))
    with Image.open(tmp_path / "kod.png") as image:
        (found,) = zxingcpp.read_barcodes(image.convert("L"))
    assert found.text.startswith(f"{PAGE}#")


def test_the_code_is_never_cut(qtbot: QtBot) -> None:
    dialog = shown(qtbot, OrderFileDialog("/usb/z.r2order", ExportResult(page=PAGE, qr=rows_of(ORDER, PAGE))))
    code = find(dialog, QrCode, "Kod QR zamówienia")
    dialog.resize(100, 100)
    assert code.size() == code.sizeHint()
    assert dialog.rect().contains(code.geometry())


def test_the_code_has_a_name_and_escape_closes_the_window(qtbot: QtBot) -> None:
    dialog = shown(qtbot, OrderFileDialog("/usb/z.r2order", ExportResult(page=PAGE, qr=("10", "01"))))
    assert find(dialog, QrCode, "Kod QR zamówienia").accessibleDescription()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_without_a_code_nothing_speaks_of_one(qtbot: QtBot) -> None:
    dialog = shown(qtbot, OrderFileDialog("/usb/z.r2order", ExportResult(page=PAGE)))
    assert not any("kod" in label.text() for label in dialog.findChildren(QLabel))


def test_a_late_answer_to_a_closed_window_hurts_nobody(qtbot: QtBot, agent: AgentMaker, tmp_path: Path) -> None:
    made = agent(order__export=[{"after": 0.3, "result": {"page": PAGE}}])
    parent = QWidget()
    OrderFile(made.link, parent).save(ExportParams(path=""), str(tmp_path / "z.r2order"))
    wait_until(lambda: made.asked("order.export"))
    parent.deleteLater()
    QTest.qWait(600)
    assert not [top for top in QApplication.topLevelWidgets() if isinstance(top, OrderFileDialog)]
