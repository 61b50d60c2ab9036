"""Logins of sessions, ways to a new password, counted attempts, withdrawals, and consents given in the account."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.String(300)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Take the step."""
    op.add_column("sessions", sa.Column("login", TEXT))
    op.add_column("sessions", sa.Column("opened_at", MOMENT))
    _make_password_resets()
    _make_attempts()
    _make_withdrawals()
    if op.get_bind().dialect.name == "sqlite":
        _free_consents_of_orders_on_sqlite()
    else:
        op.alter_column("consents", "order_id", nullable=True)


def _filled(name: str, kind: sa.types.TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _make_password_resets() -> None:
    table = "password_resets"
    op.create_table(
        table,
        *(_filled(name) for name in ("token_hash", "customer_id", "login")),
        _filled("expires_at", MOMENT),
        _reference(table, "customer_id", "customers.id"),
        _reference(table, "login", "users.email"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_resets"),
    )
    op.create_index("ix_password_resets_login", table, ["login"])


def _make_attempts() -> None:
    op.create_table(
        "attempts",
        *(_filled(name) for name in ("kind", "subject")),
        _filled("since", MOMENT),
        _filled("count", sa.Integer()),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_attempts"),
    )
    op.create_index("ix_attempts_since", "attempts", ["since"])


def _make_withdrawals() -> None:
    table = "withdrawals"
    op.create_table(
        table,
        *(_filled(name) for name in ("order_id", "customer_id", "receipt_id", "person", "email")),
        _filled("content", sa.Text()),
        _filled("channel"),
        _filled("received_at", MOMENT),
        _reference(table, "order_id", "orders.id"),
        _reference(table, "customer_id", "customers.id"),
        sa.PrimaryKeyConstraint("order_id", name="pk_withdrawals"),
        sa.UniqueConstraint("receipt_id", name="uq_withdrawals_receipt_id"),
    )
    op.create_index("ix_withdrawals_customer_id", table, ["customer_id"])


def _free_consents_of_orders_on_sqlite() -> None:
    # SQLite makes the table anew, and with the old one its guards go: they are put back as they were, word for word.
    guards = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'consents'")
    kept = list(op.get_bind().scalars(guards))
    for name in ("consents_no_delete", "consents_no_update", "consents_revoked_once"):
        op.execute(f"DROP TRIGGER {name}")
    with op.batch_alter_table("consents", recreate="always") as table:
        table.alter_column("order_id", existing_type=TEXT, nullable=True)
    for guard in kept:
        op.execute(guard)
