"""Recipients („Odbiorca") of a customer's invoices: on record, chosen with an order, on the invoice as they stood that day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.String(300)
OWN = ("name", "nip", "internal_id", "street", "postcode", "city", "role")


def upgrade() -> None:
    """Take the step; nobody has a recipient yet."""
    op.create_table(
        "recipients",
        *(sa.Column(name, TEXT, nullable=False) for name in ("id", "customer_id", *OWN)),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_recipients_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
    )
    op.create_index("ix_recipients_customer_id", "recipients", ["customer_id"])
    with op.batch_alter_table("orders", table_kwargs={"sqlite_autoincrement": True}) as orders:
        orders.add_column(sa.Column("recipient_id", TEXT))
        orders.create_foreign_key("fk_orders_recipient_id", "recipients", ["recipient_id"], ["id"])
    # The defaults stay: to take them away again SQLite would write the whole table anew.
    for name in OWN:
        op.add_column("invoices", sa.Column(f"recipient_{name}", TEXT, nullable=False, server_default=""))
