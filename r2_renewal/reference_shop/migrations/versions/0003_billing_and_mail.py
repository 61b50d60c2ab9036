"""Outgoing mail, invoices, and what becomes of automatic renewals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.String(300)
LONG_TEXT = sa.Text()
AMOUNT = sa.String(20)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Take the step."""
    _make_mail()
    _make_invoices()
    _make_renewals()


def _filled(name: str, kind: sa.types.TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _running() -> sa.Column[Any]:
    return sa.Column("pk", sa.Integer(), autoincrement=True, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _make_mail() -> None:
    table = "outgoing_mail"
    op.create_table(
        table,
        _running(),
        *(_filled(name) for name in ("customer_id", "kind", "once", "message_id", "recipient", "subject")),
        *(_filled(name, LONG_TEXT) for name in ("text", "html")),
        _filled("state"),
        _filled("created_at", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("claim", TEXT),
        _filled("attempts", sa.Integer()),
        *(sa.Column(name, MOMENT) for name in ("useless_after", "sent_at")),
        sa.Column("failure", TEXT),
        _reference(table, "customer_id", "customers.id"),
        _key(table, "pk"),
        _unique(table, "once"),
        _unique(table, "message_id"),
    )
    op.create_index("ix_outgoing_mail_customer_id", table, ["customer_id"])
    op.create_index("ix_outgoing_mail_state", table, ["state"])


def _make_invoices() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        _filled("last", sa.Integer()),
        _key("invoice_series", "year"),
    )
    party = ("name", "nip", "street", "postcode", "city")
    op.create_table(
        "invoices",
        *(_filled(name) for name in ("id", "customer_id", "order_id")),
        *(_filled(name, sa.Integer()) for name in ("year", "running")),
        _filled("ksef_number"),
        _filled("issued_at", MOMENT),
        *(_filled(name, sa.Date()) for name in ("due_on", "sold_from", "sold_to")),
        _filled("order_number"),
        *(_filled(f"seller_{name}") for name in party),
        *(_filled(name) for name in ("account", "transfer_name")),
        *(_filled(f"buyer_{name}") for name in party),
        *(_filled(name, AMOUNT) for name in ("net", "vat", "gross")),
        sa.Column("paid_at", MOMENT),
        _reference("invoices", "customer_id", "customers.id"),
        _reference("invoices", "order_id", "orders.id"),
        _key("invoices", "id"),
        _unique("invoices", "order_id"),
        _unique("invoices", "ksef_number"),
        _unique("invoices", "year", "running"),
    )
    op.create_index("ix_invoices_customer_id", "invoices", ["customer_id"])
    op.create_table(
        "invoice_lines",
        _filled("invoice_id"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _filled("description"),
        *(_filled(name, AMOUNT) for name in ("net", "vat_rate")),
        _reference("invoice_lines", "invoice_id", "invoices.id"),
        _key("invoice_lines", "invoice_id", "position"),
    )


def _make_renewals() -> None:
    op.create_table(
        "renewal_notices",
        _running(),
        *(_filled(name) for name in ("customer_id", "licence_id")),
        _filled("renewal_date", sa.Date()),
        _filled("offer_id"),
        _filled("net", AMOUNT),
        _filled("made_at", MOMENT),
        _filled("mail_pk", sa.Integer()),
        _reference("renewal_notices", "customer_id", "customers.id"),
        _reference("renewal_notices", "licence_id", "licences.id"),
        _reference("renewal_notices", "mail_pk", "outgoing_mail.pk"),
        _key("renewal_notices", "pk"),
        _unique("renewal_notices", "licence_id", "renewal_date", "offer_id"),
    )
    op.create_table(
        "renewals",
        _running(),
        *(_filled(name) for name in ("customer_id", "licence_id")),
        _filled("renewal_date", sa.Date()),
        _filled("decided_at", MOMENT),
        *(sa.Column(name, TEXT) for name in ("order_id", "refused")),
        _reference("renewals", "customer_id", "customers.id"),
        _reference("renewals", "licence_id", "licences.id"),
        _reference("renewals", "order_id", "orders.id"),
        _key("renewals", "pk"),
        _unique("renewals", "licence_id", "renewal_date"),
        _unique("renewals", "order_id"),
    )
