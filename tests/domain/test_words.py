"""Polish plurals, dates, NIP and consent texts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import stdnum.pl.nip
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.company import NipProblem, nip_problem, normalize_nip, show_nip
from r2_renewal.domain.consent import auto_renewal_text, fill, give
from r2_renewal.domain.dates import moment_text, sentence_moment
from r2_renewal.domain.plurals import EMPLOYEE, PROGRAM, STATION, Noun, counted
from tests.samples import CONSENT, SUBSCRIPTION, line_for


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (1, PROGRAM, "1 program"),
        (3, PROGRAM, "3 programy"),
        (5, PROGRAM, "5 programów"),
        (12, PROGRAM, "12 programów"),
        (22, PROGRAM, "22 programy"),
        (112, PROGRAM, "112 programów"),
        (1, STATION, "1 stanowisko"),
        (2, STATION, "2 stanowiska"),
        (5, STATION, "5 stanowisk"),
        (1, EMPLOYEE, "1 pracownik"),
        (2, EMPLOYEE, "2 pracowników"),
        (22, EMPLOYEE, "22 pracowników"),
    ],
)
def test_counted_nouns(number: int, noun: Noun, words: str) -> None:
    assert counted(number, noun) == words


@pytest.mark.parametrize(
    "text",
    [
        "5262831503",
        "8992390846",
        "1060000062",
        "1234563218",
        "PL 526–283–15–03",
        "526-283-15-03",
        " 526 283 15 03 ",
        "pl5262831503",
        "PL-526-283-15-03",
        "526\u2014283\u201415\u221203",
        "\ufeff526\u00a0283\u200915\u00ad03\n",
        "\u202a526-283-15-03\u202c",
    ],
)
def test_right_nips_in_every_usual_form(text: str) -> None:
    assert nip_problem(text) is None
    assert len(normalize_nip(text)) == 10


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NipProblem.EMPTY),
        ("1234567890", NipProblem.CHECKSUM),
        ("7010000000", NipProblem.CHECKSUM),
        ("5262831504", NipProblem.CHECKSUM),
        ("0000000000", NipProblem.CHECKSUM),
        ("1111111111", NipProblem.CHECKSUM),
        ("526283150", NipProblem.LENGTH),
        ("52628315033", NipProblem.LENGTH),
        ("52628I1503", NipProblem.CHARACTERS),
        ("٥٢٦٢٨٣١٥٠٣", NipProblem.CHARACTERS),
    ],
)
def test_wrong_nips_are_told_apart(text: str, problem: NipProblem) -> None:
    assert nip_problem(text) is problem


@given(st.integers(0, 9_999_999_999).map("{:010}".format))
def test_nip_agrees_with_an_independent_judge(digits: str) -> None:
    repeated = len(set(digits)) == 1
    assert (nip_problem(digits) is None) == (stdnum.pl.nip.is_valid(digits) and not repeated)


def test_nip_is_shown_in_groups_and_a_wrong_one_as_it_is() -> None:
    assert show_nip("5262831503") == "526-283-15-03"
    assert show_nip("526283150") == "526283150"


def test_consent_names_program_end_prices_and_ways_out() -> None:
    text = auto_renewal_text(CONSENT, line_for(SUBSCRIPTION), "faktury@firma.pl", "https://panel/", "biuro@firma.pl")
    assert "R2płatnik" in text
    assert "Gdy 22.12.2027 skończy się zamawiany okres" in text
    assert "455,40\u00a0zł netto" in text
    assert "560,14\u00a0zł brutto" in text
    assert "{" not in text


def test_a_value_is_never_read_as_a_template() -> None:
    assert fill("{a} i {b}", {"a": "{b}", "b": "x"}) == "{b} i x"
    assert fill("bez {nieznanego} i {a", {"a": "x"}) == "bez {nieznanego} i {a"


def test_given_consent_carries_the_digest_of_the_very_text() -> None:
    given_consent = give(CONSENT, "zażółć")
    assert given_consent.sha256 == "7eefe5e3046c86cec19ce1215e0a04724124d948468005a1ebc4adf2643bea13"
    assert given_consent.text == "zażółć"
    assert give(CONSENT, "inny").sha256 != given_consent.sha256


@pytest.mark.parametrize("day", [date(2026, 12, 2)])
def test_sample_dates_are_what_the_goldens_say(day: date) -> None:
    from r2_renewal.domain.dates import long_date, short_date

    assert short_date(day) == "02.12.2026"
    assert long_date(day) == "2 grudnia 2026 r.".replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("moment", "words", "in_a_sentence"),
    [
        (datetime(2026, 11, 22, 8, 5, 7, tzinfo=UTC), "22.11.2026, 9:05", "22.11.2026, godz.\u00a09:05:07"),
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "02.07.2026, 0:30", "02.07.2026, godz.\u00a00:30:00"),
        (datetime(2026, 7, 1, 11, 0, tzinfo=UTC), "01.07.2026, 13:00", "01.07.2026, godz.\u00a013:00:00"),
    ],
)
def test_hours_have_one_form_by_the_polish_clock(moment: datetime, words: str, in_a_sentence: str) -> None:
    assert moment_text(moment) == words
    assert sentence_moment(moment, seconds=True) == in_a_sentence
    assert f"{sentence_moment(moment)}:" in in_a_sentence
