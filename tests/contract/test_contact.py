"""Telephones and e-mails: one rule for client and shop."""

from __future__ import annotations

import pytest

from r2_renewal.contract.contact import check_email, check_phone
from r2_renewal.domain.contact import ContactProblem


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("601234567", "+48 601 234 567"),
        ("0048601234567", "+48 601 234 567"),
        ("713828700", "+48 71 382 87 00"),
        ("(22) 123-45-67", "+48 22 123 45 67"),
        ("+49 30 901820", "+49 30 901820"),
    ],
)
def test_a_telephone_is_stored_as_e164_and_shown_in_international_form(typed: str, shown: str) -> None:
    verdict = check_phone(typed)
    assert (verdict.problem, verdict.shown) == (None, shown)
    assert verdict.value == shown.replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("112", "too_short"), ("12345678", "too_short"), ("6012345678", "too_long"), ("abc", "invalid"), ("+", "invalid")],
)
def test_what_is_no_telephone(typed: str, problem: str) -> None:
    assert check_phone(typed).problem == problem


@pytest.mark.parametrize("typed", ["", "  ", "\t"])
def test_an_empty_field_is_told_apart(typed: str) -> None:
    assert check_phone(typed).problem is ContactProblem.EMPTY
    assert check_email(typed).problem is ContactProblem.EMPTY


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(" anna@firma.example ", "anna@firma.example"), ("Anna@FIRMA.example", "Anna@firma.example")],
)
def test_an_email_is_stripped_and_its_domain_written_small(typed: str, stored: str) -> None:
    assert (check_email(typed).problem, check_email(typed).value) == (None, stored)


@pytest.mark.parametrize("typed", ["a@b.example, c@d.example", "a@b.example;c@d.example", "a@b.example c@d.example"])
def test_several_emails_are_told_apart(typed: str) -> None:
    assert check_email(typed).problem is ContactProblem.SEVERAL


@pytest.mark.parametrize("typed", ["anna", "anna@", "@firma.example", "ża@firma.example", "a b@firma.example", "a@b"])
def test_what_is_no_email(typed: str) -> None:
    assert check_email(typed).problem is ContactProblem.INVALID
