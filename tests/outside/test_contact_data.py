"""Telephones, NIPs and e-mail addresses as people write and paste them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.contract.contact import check_email, check_phone, sendable_email
from r2_renewal.domain.company import NipProblem, nip_problem, normalize_nip
from r2_renewal.domain.contact import ContactProblem
from r2_renewal.domain.draft import resumed
from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_fields import Field, Reason
from r2_renewal.domain.order_flow import start
from r2_renewal.reference_shop.mail.sender import message_of
from r2_renewal.reference_shop.passwords import login_name
from r2_renewal.reference_shop.seller import seller
from r2_renewal.reference_shop.tables import MailRow
from r2_renewal.ui.error_texts import field_sentence
from tests.samples import draft_for, storefront

WARSAW = "+48221234567"
BASES = (
    "22 123 45 67",
    "22/123-45-67",
    "(22) 123 45 67",
    "+48 22 123 45 67",
    "0048221234567",
    "(0-22) 123 45 67",
    "022 1234567",
)
EXTENSIONS = (
    " wew. 12",
    " w. 12",
    " w 12",
    "wew.12",
    " wewn. 12",
    " wewn 12",
    ", wew. 12",
    " (wew. 12)",
    " WEW: 12",
    " wewnętrzny 12",
)
OTHERS = (" ext. 12", " ext 12", ";ext=12", "; ext=12", " x12", "x 12", " #12", " extension 12")


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("extension", EXTENSIONS + OTHERS)
def test_an_extension_is_kept(base: str, extension: str) -> None:
    verdict = check_phone(base + extension)
    assert (verdict.problem, verdict.value) == (None, f"{WARSAW};ext=12")
    assert verdict.shown == "+48 22 123 45 67 wew. 12"


@pytest.mark.parametrize("extension", [" wew. 12", " ext 12", " w. 12"])
def test_a_foreign_number_keeps_its_extension_too(extension: str) -> None:
    verdict = check_phone(f"+49 30 901820{extension}")
    assert (verdict.value, verdict.shown) == ("+4930901820;ext=12", "+49 30 901820 wew. 12")


@given(st.sampled_from(BASES), st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_what_is_stored_and_what_is_shown_read_as_the_same(base: str, digits: str) -> None:
    verdict = check_phone(f"{base} wew. {digits}")
    assert verdict.value == f"{WARSAW};ext={digits}"
    assert check_phone(verdict.value) == check_phone(verdict.shown) == verdict


@pytest.mark.parametrize(
    "before",
    [
        "tel. ",
        "Tel.: ",
        "tel. kom. ",
        "tel.kom.",
        "TELEFON ",
        "nr tel. ",
        "kom. ",
        "(kom.) ",
        "tel:",
    ],
)
def test_words_before_a_number(before: str) -> None:
    assert check_phone(f"{before}601 234 567").value == "+48601234567"


@pytest.mark.parametrize("after", [" kom.", " (kom.)", " tel", " tel. kom.", ", kom."])
def test_words_after_a_number(after: str) -> None:
    assert check_phone(f"601 234 567{after}").value == "+48601234567"


@pytest.mark.parametrize(
    "typed",
    [
        "601 234 567 Anna",
        "1-800-FLOWERS",
        "601 234 kom 567",
        "60I 234 567",
        "601 234 SIX",
        "22 123 45 67 wew.",
        "brak",
        "tel.",
        "+",
        "22 123 45 67 wew. dwa",
        "22 123 45 67 wew. 1 wew. 2",
        "22 123 45 67 w Warszawie",
        "telewizja 601 234 567",
        "++48601234567",
        "601 234 56²",
        "11 111 11 11",
        "+999 123 456 789",
    ],
)
def test_letters_are_no_digits(typed: str) -> None:
    verdict = check_phone(typed)
    assert (verdict.problem, verdict.value, verdict.shown) == (ContactProblem.INVALID, "", "")


@given(st.text(alphabet="abcdefghijklmnopqrstuvyząćęłńóśźż", min_size=1, max_size=4))
def test_no_word_of_any_letters_becomes_digits(word: str) -> None:
    verdict = check_phone(f"512 345 {word}")
    assert verdict.problem in (ContactProblem.INVALID, ContactProblem.TOO_SHORT)


@pytest.mark.parametrize(
    "typed",
    [
        "(0-22) 123 45 67",
        "(0 22) 123 45 67",
        "0-22 123 45 67",
        "022 123 45 67",
        "(022) 123-45-67",
        "+48 (0) 22 123 45 67",
        "+48 (0-22) 123 45 67",
        "+48 022 123 45 67",
        "0048 (0)22 123 45 67",
        "48 (0) 22 123 45 67",
    ],
)
def test_the_old_trunk_zero_is_dropped(typed: str) -> None:
    assert check_phone(typed).value == WARSAW


def test_the_zero_of_another_country_stays_where_it_belongs() -> None:
    assert check_phone("+39 06 6982").value == "+39066982"
    assert check_phone("+49 (0) 30 901820").value == "+4930901820"


@pytest.mark.parametrize(
    "typed",
    [
        "６０１２３４５６７",
        "٦٠١٢٣٤٥٦٧",
        "＋48 601 234 567",
        "601\u00a0234\u00a0567",
        "601\u202f234\u202f567",
        "601–234–567",
        "601−234−567",
        "601\u200b234\u200b567",
        "\u2066601 234 567\u2069",
        "601.234.567",
        "601/234/567",
        "ｔｅｌ. 601 234 567",
    ],
)
def test_numbers_pasted_from_elsewhere(typed: str) -> None:
    assert check_phone(typed).value == "+48601234567"


@pytest.mark.parametrize(
    "typed",
    [
        "601 234 567, 602 345 678",
        "601 234 567; 602 345 678",
        "601 234 567 / 602 345 678",
        "601 234 567\n602 345 678",
        "601234567 602345678",
        "+48 601 234 567 +48 602 345 678",
        "601 234 567 lub 602 345 678",
        "22 123 45 67 i 601 234 567",
        "tel. 22 123 45 67 w. 5, kom. 601 234 567",
        "601 234 567, 602…",
    ],
)
def test_two_numbers_are_told_apart(typed: str) -> None:
    assert check_phone(typed).problem is ContactProblem.SEVERAL


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("112", Reason.TOO_SHORT),
        ("621 00 00", Reason.TOO_SHORT),
        ("512 345 kom", Reason.TOO_SHORT),
        ("+1 212 555", Reason.TOO_SHORT),
        ("601 234 5678", Reason.TOO_LONG),
        ("+48 601 234 5678", Reason.TOO_LONG),
        ("22 123 45 67 wew. 1234567", Reason.TOO_LONG),
        ("6" * 1000, Reason.TOO_LONG),
        ("601 234 567, 602 345 678", Reason.SEVERAL),
        ("601 234 567 Anna", Reason.INVALID),
    ],
)
def test_each_refusal_has_its_own_sentence(typed: str, reason: Reason) -> None:
    problem = check_phone(typed).problem
    assert problem is not None
    assert problem.value == reason.value
    sentences = {other: field_sentence(Field.PHONE, other) for other in (*_PHONE_REASONS, Reason.EMPTY)}
    assert len(set(sentences.values())) == len(sentences)


_PHONE_REASONS = (Reason.TOO_SHORT, Reason.TOO_LONG, Reason.SEVERAL, Reason.INVALID)


@given(st.text(max_size=200))
def test_no_text_breaks_the_judgement(text: str) -> None:
    verdict = check_phone(text)
    assert (verdict.problem is None) == bool(verdict.value) == bool(verdict.shown)


def test_a_stored_extension_comes_back_to_the_form_as_people_write_it() -> None:
    shop = storefront()
    stored = Orderer("Anna", "Kłosowska", f"{WARSAW};ext=12", "anna@firma.example")
    form = start(shop, (shop.basket[0],))
    assert form.opened_for(None, stored).orderer.phone == f"{WARSAW} wew. 12"
    assert resumed(form, draft_for(orderer=stored)).orderer.phone == f"{WARSAW} wew. 12"


@pytest.mark.parametrize(
    "typed",
    [
        "NIP: 526-283-15-03",
        "NIP 5262831503",
        "nip 526 283 15 03",
        "NIP:5262831503",
        "NIP PL 526-283-15-03",
        "NIP-UE: PL5262831503",
        "NIP UE PL5262831503",
        "nr NIP: 526.283.15.03",
        "PL NIP 5262831503",
        "VAT UE PL5262831503",
        "NIP\u00a0526–283–15–03",
        "PL 526-283-15-03",
        "\u200bNIP:\u200b 526\u00ad2831503",
    ],
)
def test_a_pasted_label_is_no_part_of_a_nip(typed: str) -> None:
    assert nip_problem(typed) is None
    assert normalize_nip(typed) == "5262831503"


@pytest.mark.parametrize(
    "typed",
    [
        "DE123456789",
        "ATU12345678",
        "CZ12345678",
        "SK2020273893",
        "EL123456789",
        "XI123456789",
        "FR XX 999 999 999",
        "ESX1234567X",
        "IE1234567WA",
        "NL123456789B01",
        "BE0123456789",
        "SE123456789001",
        "EU372000063",
        "NIP: DE 123 456 789",
        "VAT ID ATU12345678",
        "hr12345678901",
        "RO12",
        "MT12345678",
        "LT123456789",
        "CY12345678X",
    ],
)
def test_a_vat_number_of_another_country_is_told_apart(typed: str) -> None:
    assert nip_problem(typed) is NipProblem.FOREIGN
    assert "z innego kraju" in field_sentence(Field.NIP, Reason.FOREIGN)


@pytest.mark.parametrize("typed", ["DE", "NIPPON", "DELTA", "52628I1503", "NIP brak", "XX1234567890"])
def test_letters_without_a_number_are_no_vat_number(typed: str) -> None:
    assert nip_problem(typed) is NipProblem.CHARACTERS


@pytest.mark.parametrize(
    "typed",
    [
        f"{'a' * 65}@firma.example",
        f"a@{'.'.join(['b' * 61] * 4)}.example",
        f"{'a' * 64}@{'.'.join(['b' * 46] * 4)}.pl",
        f"{'a' * 64}@{'.'.join(['ż' * 20] * 8)}.pl",
    ],
)
def test_an_address_that_no_server_takes(typed: str) -> None:
    assert check_email(typed).problem is ContactProblem.INVALID


def test_the_longest_local_part_is_taken() -> None:
    assert check_email(f"{'a' * 64}@firma.example").problem is None


@pytest.mark.parametrize(
    "typed",
    [
        "biuro@żółw.pl",
        "biuro@xn--w-uga1v8h.pl",
        " biuro@ŻÓŁW.pl ",
        "biuro@XN--W-UGA1V8H.pl",
    ],
)
def test_both_spellings_of_a_domain_are_one_address(typed: str) -> None:
    verdict = check_email(typed)
    assert (verdict.value, verdict.shown) == ("biuro@żółw.pl", "biuro@żółw.pl")
    assert sendable_email(typed) == "biuro@xn--w-uga1v8h.pl"
    assert login_name(typed) == login_name("Biuro@żółw.pl")


@pytest.mark.parametrize("recipient", ["biuro@żółw.pl", "biuro@xn--w-uga1v8h.pl"])
def test_a_letter_goes_to_the_ascii_form(recipient: str) -> None:
    row = MailRow(recipient=recipient, subject="Temat", text="Treść", html="<p>Treść</p>", message_id="<1@example.com>")
    row.created_at = datetime(2026, 11, 22, tzinfo=UTC)
    message = message_of(row, seller())
    assert str(message["To"]) == "biuro@xn--w-uga1v8h.pl"
    assert b"To: biuro@xn--w-uga1v8h.pl\r\n" in bytes(message)
