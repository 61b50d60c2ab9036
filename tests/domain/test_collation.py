"""Polish order and search: as Qt's own collator sorts, as people type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCollator, QLocale

from r2_renewal.domain.collation import search_key, sort_key

GOLDEN: list[str] = json.loads((Path(__file__).parent / "goldens" / "collation.json").read_text(encoding="utf-8"))
LETTERS = "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźżAĄBCĆDEĘFGHIJKLŁMNŃOÓPQRSŚTUVWXYZŹŻ 0123456789"


@pytest.fixture(scope="module")
def collator() -> QCollator:
    """Qt's collator for Polish, an independent judge."""
    made = QCollator(QLocale(QLocale.Language.Polish, QLocale.Country.Poland))
    made.setNumericMode(True)
    return made


def test_the_golden_order_is_kept() -> None:
    assert sorted(sorted(GOLDEN, key=lambda word: word[::-1]), key=sort_key) == GOLDEN


@given(st.text(LETTERS, max_size=8), st.text(LETTERS, max_size=8))
def test_two_names_are_sorted_as_the_system_sorts_them(collator: QCollator, one: str, other: str) -> None:
    ours = (sort_key(one) > sort_key(other)) - (sort_key(one) < sort_key(other))
    theirs = collator.compare(one, other)
    assert ours == (theirs > 0) - (theirs < 0)


def test_numbers_are_sorted_by_their_value_and_foreign_letters_beside_ours() -> None:
    names = ["Klient 2", "Klient 10", "Klient 010a", "Müller", "Mullet", "Mutter"]
    assert sorted(sorted(names), key=sort_key) == names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ksiega", "R2księga"),
        ("KSIĘGA", "R2księga"),
        ("zolc", "Żółć"),
        ("lodz", "Łódź"),
        ("muller", "Müller"),
        ("1 234,56 zl", "1\u00a0234,56\u00a0zł"),
    ],
)
def test_a_search_asks_for_no_polish_letters_but_takes_them(typed: str, name: str) -> None:
    assert search_key(typed) in search_key(name)


@given(st.text(max_size=20))
def test_any_text_has_its_keys_and_finds_itself(text: str) -> None:
    assert search_key(text) == search_key(search_key(text))
    assert sort_key(text) <= sort_key(text)
