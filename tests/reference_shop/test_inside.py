"""The shop's inner parts where the calls do not reach: columns, transactions, bodies, entity tags, keys in flight."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Response
from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.exc import IntegrityError, StatementError

from r2_renewal.contract.accounts import DataCorrectionRequest
from r2_renewal.contract.problems import FieldProblem, ProblemCode
from r2_renewal.contract.structs import QuoteRequest
from r2_renewal.domain.consent import AUTO_RENEWAL, ORDERED_PERIOD, RODO, TERMS
from r2_renewal.domain.dates import warsaw
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop import texts
from r2_renewal.reference_shop.bodies import read_struct
from r2_renewal.reference_shop.columns import Decimals
from r2_renewal.reference_shop.conditional import tagged
from r2_renewal.reference_shop.database import Database
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID
from r2_renewal.reference_shop.shop import KeysInFlight, Shop
from r2_renewal.reference_shop.tables import Base, CorrectionRow, Customer, LicenceRow, SessionRow
from r2_renewal.settings import vendor

MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Any:
    made = Database(f"sqlite:///{tmp_path / 'shop.db'}")
    made.upgrade()
    with made.writing() as session:
        session.add(Customer(id="K-1", name="A", nip="1", street="", postcode="", city=""))
    yield made
    made.close()


@pytest.mark.parametrize(
    "moment", [MOMENT, MOMENT.astimezone(warsaw()), MOMENT.astimezone(timezone(timedelta(hours=-9)))]
)
def test_a_time_comes_back_as_the_same_moment_in_utc(database: Database, moment: datetime) -> None:
    with database.writing() as session:
        session.add(SessionRow(token_hash="h", customer_id="K-1", scope="order", expires_at=moment))
    with database.reading() as session:
        stored = session.get_one(SessionRow, "h").expires_at
        found = session.scalar(select(SessionRow.token_hash).where(SessionRow.expires_at <= MOMENT))
    assert (stored, stored.tzinfo, found) == (MOMENT, UTC, "h")


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = MOMENT.replace(tzinfo=None)
    with pytest.raises(StatementError), database.writing() as session:
        session.add(SessionRow(token_hash="h", customer_id="K-1", scope="order", expires_at=naive))


@given(st.decimals("0.01", "999999999.99", places=2))
def test_an_amount_comes_back_to_the_grosz(amount: Decimal) -> None:
    column, dialect = Decimals(), create_engine("sqlite://").dialect
    stored = column.process_bind_param(amount, dialect)
    assert isinstance(stored, str)
    assert column.process_result_value(stored, dialect) == amount


def test_foreign_keys_are_kept(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(CorrectionRow(customer_id="nobody", message="x", created_at=MOMENT))


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def change_and_fail() -> None:
        with database.writing() as session:
            session.execute(update(Customer).values(name="B"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    with database.reading() as session:
        assert session.get_one(Customer, "K-1").name == "A"


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.writing() as writer:
        writer.execute(update(Customer).values(name="B"))
        with database.reading() as reader:
            assert reader.get_one(Customer, "K-1").name == "A"


def test_a_writer_waits_for_the_writer_before_it_so_nothing_is_lost(database: Database) -> None:
    def add_one() -> None:
        for _ in range(20):
            with database.writing() as session:
                customer = session.get_one(Customer, "K-1")
                customer.nip = str(int(customer.nip) + 1)

    writers = [threading.Thread(target=add_one) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with database.reading() as session:
        assert session.get_one(Customer, "K-1").nip == "81"


def test_an_error_of_the_database_quotes_no_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as error, database.writing() as session:
        session.execute(insert(CorrectionRow).values(customer_id="x", message="Kłosowska", created_at=MOMENT))
    assert "Kłosowska" not in str(error.value)


def test_the_journal_is_a_write_ahead_log(database: Database, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert database.is_ready()


def test_every_row_of_a_customer_names_the_customer() -> None:
    without = {name for name, table in Base.metadata.tables.items() if "customer_id" not in table.columns}
    assert without == {
        "customers",
        "price_lists",
        "price_items",
        "quote_lines",
        "order_lines",
        "order_events",
        "invoice_series",
        "invoice_documents",
        "invoice_lines",
        "ksef_submissions",
        "attempts",
    }


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"{}", FieldProblem(field="items", code="missing")),
        (b'{"items": []}', FieldProblem(field="items", code="invalid")),
        (b'{"items": [{"licence_id": "L"}]}', FieldProblem(field="items[0].offer_id", code="missing")),
        (
            b'{"items": [{"licence_id": "", "offer_id": "o"}]}',
            FieldProblem(field="items[0].licence_id", code="invalid"),
        ),
        (b"[]", FieldProblem(field="", code="invalid")),
    ],
)
def test_what_is_wrong_with_a_body_is_told_by_its_field(body: bytes, refused: FieldProblem) -> None:
    with pytest.raises(Refusal) as refusal:
        read_struct(body, QuoteRequest)
    assert (refusal.value.code, refusal.value.fields) == (ProblemCode.VALIDATION, (refused,))


@pytest.mark.parametrize("body", [b'{"message": "\\ud800"}', b'{"message": "\xed\xa0\x80"}', b"\xff", b"{'a': 1}"])
def test_what_is_no_text_is_no_json(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        read_struct(body, DataCorrectionRequest)
    assert refusal.value.code is ProblemCode.MALFORMED


@pytest.mark.parametrize("shape", ["{tag}", "W/{tag}", '"other", {tag}', ' {tag} , "x"', "*"])
def test_a_known_tag_is_answered_with_nothing_new(shape: str) -> None:
    tag = tagged(None, "text", "text/plain").headers["ETag"]
    answer: Response[Any] = tagged(shape.format(tag=tag), "text", "text/plain")
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("condition", [None, "", '"other"', "text"])
def test_another_tag_is_answered_with_the_content(condition: str | None) -> None:
    answer: Response[Any] = tagged(condition, "zażółć", "text/plain")
    assert (answer.status_code, answer.content) == (200, "zażółć".encode())


def test_a_key_is_in_flight_for_one_customer_and_free_again_after_a_failure() -> None:
    keys = KeysInFlight()
    with keys.claim("K-1", "key"), keys.claim("K-2", "key"), keys.claim("K-1", "other"):
        with pytest.raises(Refusal) as refusal, keys.claim("K-1", "key"):
            pytest.fail("the key was given twice")
        assert refusal.value.code is ProblemCode.KEY_IN_FLIGHT
    with pytest.raises(ZeroDivisionError), keys.claim("K-1", "key"):
        raise ZeroDivisionError
    with keys.claim("K-1", "key"):
        pass


@pytest.mark.parametrize("kind", [AUTO_RENEWAL, TERMS, RODO])
def test_every_text_has_a_title_and_a_body(kind: str) -> None:
    text = texts.current(kind, vendor())
    assert (text.kind, text.version) == (kind, texts.versions(kind)[-1])
    assert 10 < len(text.title) < 100 < len(text.text)
    assert "\n" not in text.title
    assert text.text == text.text.strip()


def test_the_consent_is_the_vendors_to_the_letter() -> None:
    text = texts.current(AUTO_RENEWAL, vendor()).text
    first = texts.document(AUTO_RENEWAL, "1", vendor())
    assert first is not None
    assert (
        text.replace("{okres}", ORDERED_PERIOD)
        == first.text
        == (
            "Wyrażam zgodę na automatyczne odnowienie abonamentu {program}. Gdy {data_końca} skończy się zamawiany okres, "
            "abonament przedłuży się na kolejne 12 miesięcy po cenie z cennika obowiązującego w dniu odnowienia (dziś: {netto} "
            "netto, {brutto} brutto). Co najmniej 30 dni wcześniej otrzymam na adres {email} wiadomość z datą i ceną odnowienia. "
            "Do dnia poprzedzającego odnowienie mogę z niego zrezygnować bezpłatnie i bez podania przyczyny: w programie (Pomoc "
            "→ eSklep), w panelu {panel} lub e-mailem na {kontakt}. Rezygnacja nie skraca opłaconego okresu."
        )
    )


def test_the_texts_tell_who_the_seller_is() -> None:
    terms, privacy = texts.current(TERMS, vendor()).text, texts.current(RODO, vendor()).text
    assert vendor().contact_email in terms
    assert vendor().panel_url in terms
    assert vendor().administrator in privacy
    assert vendor().privacy_url in privacy
    for promise in ("14 dni", "Zamówienie z obowiązkiem zapłaty", "bezpłatnie i bez podania przyczyny", "Reklamac"):
        assert promise in terms


def test_a_kind_without_a_text_is_a_fault_of_the_installation() -> None:
    with pytest.raises(RenewalError) as refusal:
        texts.versions("cennik")
    assert refusal.value.code is ErrorCode.CONFIGURATION


def test_the_seed_is_a_basket_with_different_ends(shop: Shop) -> None:
    with shop.database.reading() as session:
        rows = session.scalars(select(LicenceRow).where(LicenceRow.customer_id == CUSTOMER_ID)).all()
    assert len({row.valid_until for row in rows}) == len(rows) == 3
    assert {row.id: row.valid_until for row in rows}[LICENCE_ID] == date(2026, 12, 22)
    assert all(row.certificate.startswith("-----BEGIN") for row in rows)
