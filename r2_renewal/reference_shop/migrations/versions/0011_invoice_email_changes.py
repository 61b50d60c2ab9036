"""Who changed a customer's invoice e-mail, when, and what it was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLE = "invoice_email_changes"
TEXT = sa.String(300)


def upgrade() -> None:
    """Take the step; of earlier changes nobody knows."""
    op.create_table(
        TABLE,
        sa.Column("pk", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("customer_id", "old", "new", "reason", "login")),
        sa.Column("order_id", TEXT),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=f"fk_{TABLE}_customer_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=f"fk_{TABLE}_order_id"),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{TABLE}"),
    )
    op.create_index(f"ix_{TABLE}_customer_id", TABLE, ["customer_id"])
