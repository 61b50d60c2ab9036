"""The quiet line on programs that renew by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.ui.basket_view import BasketView
from r2_renewal.ui.renewing_text import renewing_text
from tests.samples import OTHER_PROGRAM, PROGRAM, TODAY

ENROLLED = BasketEntry(PROGRAM, auto_renewal=True, renewal_date=date(2026, 12, 23))
ONE = "Abonament R2płatnik odnowi się automatycznie 23.12.2026. Nie musisz nic zamawiać."


@pytest.mark.parametrize(
    ("entry", "days", "text"),
    [
        (ENROLLED, 0, ONE),
        (ENROLLED, -1, ""),
        (ENROLLED, 30, ONE),
        (ENROLLED, 31, ""),
        (replace(ENROLLED, renewal_date=None), 0, ONE.replace("23.12", "22.12")),
        (BasketEntry(PROGRAM, auto_renewal=False), 0, ""),
    ],
)
def test_it_speaks_of_an_enrolled_program_near_its_end(entry: BasketEntry, days: int, text: str) -> None:
    last = PROGRAM.valid_until
    assert renewing_text((entry,), last if days == 0 else last - timedelta(days=days)) == text


def test_of_several_it_tells_how_many_and_the_first() -> None:
    soon = replace(ENROLLED, program=OTHER_PROGRAM._replace(valid_until=TODAY), renewal_date=date(2026, 11, 23))
    text = "Abonamenty, które odnowią się automatycznie: 2, najbliższe 23.11.2026. Nie musisz nic zamawiać."
    assert renewing_text((ENROLLED, soon), TODAY) == text
    assert renewing_text((), TODAY) == ""


def test_it_stands_under_the_basket_and_goes_with_its_reason(qtbot: QtBot) -> None:
    view = BasketView()
    qtbot.addWidget(view)
    view.show_basket((ENROLLED,), TODAY)
    view.show()
    assert ONE in [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    view.show_basket((BasketEntry(PROGRAM, auto_renewal=False),), TODAY)
    assert not [label for label in view.findChildren(QLabel) if label.isVisible() and "odnowi" in label.text()]
