"""What a screen reader, a Braille display and dictation get of single widgets; the whole order by ear is an end-to-end test."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order_flow import start
from r2_renewal.ui.field import Field
from r2_renewal.ui.message_bar import MessageBar
from r2_renewal.ui.order_wizard.price_box import PriceBox
from r2_renewal.ui.plain_text import ProblemLabel
from tests.samples import SUBSCRIPTION, quote_for, storefront


def shown_names(root: QWidget) -> list[str]:
    """Return what is read of the labels under a widget: the accessible name where there is one, else the text."""
    labels = [label for label in root.findChildren(QLabel) if not label.isHidden()]
    return [label.accessibleName() or label.text() for label in labels]


def test_a_text_set_by_dictation_or_braille_is_the_users(qtbot: QtBot) -> None:
    field = Field("Imię")
    qtbot.addWidget(field)
    typed: list[str] = []
    field.typed.connect(typed.append)
    interface = QAccessible.queryAccessibleInterface(field.edit)
    interface.setText(QAccessible.Text.Value, "Łucja")
    assert typed == ["Łucja"]
    assert field.edit.text() == "Łucja"


def test_a_text_shown_by_the_program_is_not(qtbot: QtBot) -> None:
    field = Field("Imię")
    qtbot.addWidget(field)
    with qtbot.assertNotEmitted(field.typed):
        field.show_text("Łucja")


def test_the_price_is_read_with_its_amounts(qtbot: QtBot) -> None:
    shop, parent = storefront(), QWidget()
    qtbot.addWidget(parent)
    flow = start(shop, shop.basket[:1], ServiceKind.SUBSCRIPTION)
    box = PriceBox(parent)
    box.show_price(quote_for(SUBSCRIPTION), flow.entries[0].program)
    names = shown_names(box)
    for words in ("Netto: 455,40", "VAT: 104,74", "Brutto: 560,14", "Nowy koniec: 22\N{NO-BREAK SPACE}grudnia"):
        assert any(name.startswith(words) for name in names), (words, names)


def test_a_message_is_the_name_of_its_bar(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.warn(ErrorCode.OFFLINE)
    assert bar.accessibleName() == bar.text
    bar.clear()
    assert bar.accessibleName() == ""


@pytest.mark.parametrize("text", ["Podaj imię.", ""])
def test_a_problem_is_announced_without_a_listener_too(qtbot: QtBot, text: str) -> None:
    label = ProblemLabel()
    qtbot.addWidget(label)
    label.show_problem(text)
    assert label.problem == text
