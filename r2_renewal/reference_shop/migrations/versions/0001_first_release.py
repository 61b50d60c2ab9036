"""The first release's tables, with the guards of the consents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.String(300)
LONG_TEXT = sa.Text()
AMOUNT = sa.String(20)
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON()

OPEN = sa.text("state IN ('placed', 'accepted', 'invoiced', 'paid')")
# What of a consent never changes: everything but its revocation, and that only once.
EVIDENCE = (
    "id, kind, text_version, full_text, sha256, locale, unticked_default, accepted_at, channel, customer_id, order_id, "
    "licence_id, nip, person, email, price_net, price_gross, renewal_date, cancel_until, app_version, receipt_id"
)
REVOCATION = "revoked_at, revoked_channel"


def upgrade() -> None:
    """Take the step."""
    _make_customers()
    _make_accounts()
    _make_catalogue()
    _make_quotes()
    _make_orders()
    _make_order_events()
    _make_idempotency_keys()
    _make_consents()
    if op.get_bind().dialect.name == "sqlite":
        _guard_consents_on_sqlite()
    else:
        _guard_consents_on_postgresql()


def _filled(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _make_customers() -> None:
    texts = ("id", "name", "nip", "street", "postcode", "city", "invoice_email")
    op.create_table("customers", *(_filled(name, TEXT) for name in texts), _key("customers", "id"))
    op.create_table(
        "data_corrections",
        sa.Column("pk", sa.Integer(), autoincrement=True, nullable=False),
        _filled("customer_id", TEXT),
        _filled("message", LONG_TEXT),
        _filled("created_at", MOMENT),
        _reference("data_corrections", "customer_id", "customers.id"),
        _key("data_corrections", "pk"),
        sqlite_autoincrement=True,
    )


def _make_accounts() -> None:
    op.create_table(
        "users",
        _filled("email", TEXT),
        _filled("customer_id", TEXT),
        _filled("password_hash", TEXT),
        _reference("users", "customer_id", "customers.id"),
        _key("users", "email"),
    )
    op.create_table(
        "sessions",
        _filled("token_hash", TEXT),
        _filled("customer_id", TEXT),
        _filled("scope", TEXT),
        _filled("expires_at", MOMENT),
        _reference("sessions", "customer_id", "customers.id"),
        _key("sessions", "token_hash"),
    )


def _make_catalogue() -> None:
    op.create_table(
        "licences",
        *(_filled(name, TEXT) for name in ("id", "customer_id", "program_id", "product", "name", "edition")),
        _filled("valid_until", sa.Date()),
        _filled("seq", sa.Integer()),
        _filled("limits", JSON),
        _filled("services", JSON),
        _filled("auto_renewal", sa.Boolean()),
        sa.Column("renewal_date", sa.Date()),
        _filled("certificate", LONG_TEXT),
        _reference("licences", "customer_id", "customers.id"),
        _key("licences", "id"),
    )
    op.create_index("ix_licences_customer_id", "licences", ["customer_id"])
    op.create_table(
        "price_items",
        _filled("id", TEXT),
        _filled("product", TEXT),
        _filled("limit_name", TEXT),
        _filled("limit_value", sa.Integer()),
        _filled("net", AMOUNT),
        _key("price_items", "id"),
        sa.UniqueConstraint(
            "product", "limit_name", "limit_value", name="uq_price_items_product_limit_name_limit_value"
        ),
    )


def _make_quotes() -> None:
    op.create_table(
        "quotes",
        *(_filled(name, TEXT) for name in ("id", "customer_id", "licence_id", "offer_id", "kind", "description")),
        _filled("limits", JSON),
        *(_filled(name, AMOUNT) for name in ("net", "vat", "gross")),
        *(_filled(name, sa.Date()) for name in ("period_from", "period_to", "renewal_date")),
        *(_filled(name, AMOUNT) for name in ("renewal_net", "renewal_vat", "renewal_gross")),
        _filled("cancel_until", sa.Date()),
        _filled("expires_at", MOMENT),
        _reference("quotes", "customer_id", "customers.id"),
        _reference("quotes", "licence_id", "licences.id"),
        _key("quotes", "id"),
    )
    op.create_index("ix_quotes_customer_id", "quotes", ["customer_id"])


def _make_orders() -> None:
    contact = ("nip", "invoice_email", "first_name", "last_name", "phone", "email")
    op.create_table(
        "orders",
        sa.Column("pk", sa.Integer(), autoincrement=True, nullable=False),
        *(_filled(name, TEXT) for name in ("id", "customer_id", "licence_id", "quote_id", "state")),
        _filled("placed_at", MOMENT),
        *(_filled(name, TEXT) for name in (*contact, "channel", "app_version", "terms_version")),
        _filled("enrolled", sa.Boolean()),
        _reference("orders", "customer_id", "customers.id"),
        _reference("orders", "licence_id", "licences.id"),
        _reference("orders", "quote_id", "quotes.id"),
        _key("orders", "pk"),
        sa.UniqueConstraint("id", name="uq_orders_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_orders_customer_id", "orders", ["customer_id"])
    op.create_index("ix_orders_licence_id", "orders", ["licence_id"])
    op.create_index(
        "one_open_order_a_licence", "orders", ["licence_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _make_order_events() -> None:
    op.create_table(
        "order_events",
        sa.Column("pk", sa.Integer(), autoincrement=True, nullable=False),
        _filled("order_pk", sa.Integer()),
        _filled("state", TEXT),
        _filled("at", MOMENT),
        _reference("order_events", "order_pk", "orders.pk"),
        _key("order_events", "pk"),
        sa.UniqueConstraint("order_pk", "state", name="uq_order_events_order_pk_state"),
    )


def _make_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        *(_filled(name, TEXT) for name in ("customer_id", "key", "fingerprint", "order_id")),
        _filled("response", sa.LargeBinary()),
        _filled("created_at", MOMENT),
        _reference("idempotency_keys", "customer_id", "customers.id"),
        _reference("idempotency_keys", "order_id", "orders.id"),
        _key("idempotency_keys", "customer_id", "key"),
        sa.UniqueConstraint("order_id", name="uq_idempotency_keys_order_id"),
    )


def _make_consents() -> None:
    op.create_table(
        "consents",
        *(_filled(name, TEXT) for name in ("id", "kind", "text_version")),
        _filled("full_text", LONG_TEXT),
        *(_filled(name, TEXT) for name in ("sha256", "locale")),
        _filled("unticked_default", sa.Boolean()),
        _filled("accepted_at", MOMENT),
        *(_filled(name, TEXT) for name in ("channel", "customer_id", "order_id", "licence_id")),
        *(_filled(name, TEXT) for name in ("nip", "person", "email")),
        *(_filled(name, AMOUNT) for name in ("price_net", "price_gross")),
        *(_filled(name, sa.Date()) for name in ("renewal_date", "cancel_until")),
        *(_filled(name, TEXT) for name in ("app_version", "receipt_id")),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revoked_channel", TEXT),
        _reference("consents", "customer_id", "customers.id"),
        _reference("consents", "order_id", "orders.id"),
        _reference("consents", "licence_id", "licences.id"),
        _key("consents", "id"),
        sa.UniqueConstraint("receipt_id", name="uq_consents_receipt_id"),
    )
    op.create_index("ix_consents_customer_id", "consents", ["customer_id"])


def _guard_consents_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END"
    op.execute(f"CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents {refuse}")
    op.execute(f"CREATE TRIGGER consents_no_update BEFORE UPDATE OF {EVIDENCE} ON consents {refuse}")
    op.execute(
        f"CREATE TRIGGER consents_revoked_once BEFORE UPDATE OF {REVOCATION} ON consents "
        f"WHEN OLD.revoked_at IS NOT NULL {refuse}"
    )


def _guard_consents_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE integrity_constraint_violation USING MESSAGE = 'consents are append-only'; END $$"
    )
    refuse = "EXECUTE FUNCTION refuse_consent_change()"
    op.execute(f"CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER consents_no_truncate BEFORE TRUNCATE ON consents FOR EACH STATEMENT {refuse}")
    op.execute(f"CREATE TRIGGER consents_no_update BEFORE UPDATE OF {EVIDENCE} ON consents FOR EACH ROW {refuse}")
    op.execute(
        f"CREATE TRIGGER consents_revoked_once BEFORE UPDATE OF {REVOCATION} ON consents "
        f"FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL) {refuse}"
    )
