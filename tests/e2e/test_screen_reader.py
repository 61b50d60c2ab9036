"""The whole order by ear: a real demo on a real screen, found and used through AT-SPI alone, as a screen reader's user does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.domain.dates import plus_months, short_date
from tests.e2e.spoken_screen import listen, shown_demo, spoken_screen
from tests.e2e.test_whole_way import QUESTION, orders_in, status

ORDERER = {
    "Imię": "Anna Łucja",
    "Nazwisko": "Kłosowska-Żak",
    "Telefon": "601 234 567",
    "E-mail": "anna.klosowska@klosowska.example",
}
BINDING = "Zamówienie z obowiązkiem zapłaty"


@pytest.fixture
def ears(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which a program is shown and can be heard."""
    with spoken_screen(tmp_path / "session") as environment:
        yield environment


def test_an_order_is_placed_by_names_roles_and_accessible_actions_alone(tmp_path: Path, ears: dict[str, str]) -> None:
    with shown_demo(ears, tmp_path / "demo") as demo:
        before, _ = status(demo)
        heard = listen(ears, ORDERER)
        after, code = status(demo)
        assert orders_in(demo) == 1
    until = plus_months(date.fromisoformat(before["valid_until"]), 12)
    assert heard["renewed"] == f"Odnowiono do {short_date(until)}"
    assert (after["valid_until"], code) == (until.isoformat(), 0)
    assert heard["stumbles"] == []
    everything_is_heard(heard)


def everything_is_heard(heard: dict[str, Any]) -> None:
    """What the law and the user need is read out, before the button that binds and on the page that it stands on."""
    assert QUESTION in heard["przypomnienie"]
    assert "Biuro Rachunkowe Kłosowska sp. z o.o., NIP 526-283-15-03" in heard["eSklep"]
    assert heard["role"] in ("frame", "window")
    assert heard["price"] == "Brutto: 560,14\N{NO-BREAK SPACE}zł"
    assert "526-283-15-03" in heard["Dane do faktury"]
    assert any(
        said.startswith("Wyrażam zgodę") and "560,14" in said for said in heard["Zgoda na automatyczne odnowienie"]
    )
    summary = heard["Podsumowanie"]
    assert summary.count(BINDING) == 1
    for words in ("Okres: ", "Netto: ", "VAT: ", "Do zapłaty: ", "Automatyczne odnowienie: "):
        assert any(said.startswith(words) and len(said) > len(words) for said in summary), words
    assert any("Anna Łucja Kłosowska-Żak" in said for said in summary)
    # What appears by itself is announced, wherever the listener is.
    assert "Potwierdź, że dane do faktury są poprawne." in heard["announced"]
    assert "Wysyłam zamówienie…" in heard["announced"]
    for page in (
        "Dane do faktury. Krok 2 z 5",
        "Osoba zamawiająca. Krok 3 z 5",
        "Podsumowanie. Krok 5 z 5",
        "Potwierdzenie",
    ):
        assert page in heard["announced"], page
