"""The pages of the order form, gone through by their names, with nothing wrong on the way."""

from __future__ import annotations

from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.driver import fill, go_on, tick, wait_until

ANNA = {"Imię": "Anna", "Nazwisko": "Kłosowska", "Telefon": "601 234 567", "E-mail": "anna@firma.pl"}


def priced(wizard: OrderWizard) -> None:
    """Wait for the price."""
    wait_until(lambda: wizard.flow.quote is not None, what="price")


def to_invoice(wizard: OrderWizard) -> None:
    """Choose a subscription and go to „Dane do faktury"."""
    tick(wizard, "Abonament")
    priced(wizard)
    go_on(wizard, "Dane do faktury")


def from_invoice_to_orderer(wizard: OrderWizard) -> None:
    """Confirm the company's data."""
    tick(wizard, "Dane do faktury są poprawne")
    go_on(wizard, "Osoba zamawiająca")


def from_invoice_to_consent(wizard: OrderWizard) -> None:
    """Confirm the company's data and type the ordering person."""
    from_invoice_to_orderer(wizard)
    for name, text in ANNA.items():
        fill(wizard, name, text)
    go_on(wizard, "Zgoda na automatyczne odnowienie")


def to_orderer(wizard: OrderWizard) -> None:
    """Go to „Osoba zamawiająca"."""
    to_invoice(wizard)
    from_invoice_to_orderer(wizard)


def to_consent(wizard: OrderWizard) -> None:
    """Go to the consent."""
    to_invoice(wizard)
    from_invoice_to_consent(wizard)


def to_summary(wizard: OrderWizard) -> None:
    """Give the consent and go to „Podsumowanie"."""
    to_consent(wizard)
    tick(wizard, "Wyrażam zgodę na automatyczne odnowienie")
    go_on(wizard, "Podsumowanie")
