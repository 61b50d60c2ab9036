"""What was sent to KSeF of which invoice, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TEXT = sa.String(300)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Take the step; the invoices there are were sent nowhere."""
    table = "ksef_submissions"
    op.create_table(
        table,
        sa.Column("invoice_id", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("claim", TEXT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("session_reference", TEXT),
        sa.Column("invoice_reference", TEXT),
        sa.Column("settled_at", MOMENT),
        sa.Column("failure", TEXT),
        sa.Column("upo", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=f"fk_{table}_invoice_id"),
        sa.PrimaryKeyConstraint("invoice_id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_state", table, ["state"])
