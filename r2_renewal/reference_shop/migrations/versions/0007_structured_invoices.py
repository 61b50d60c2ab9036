"""Structured invoices, kept as issued, and corrections with numbers of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.String(300)
INVOICE = "invoice"


def upgrade() -> None:
    """Take the step; the invoices there are have no document, and numbers in KSeF that were made up."""
    _number_by_kind()
    _tell_kinds_apart()
    op.create_table(
        "invoice_documents",
        sa.Column("invoice_id", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name="fk_invoice_documents_invoice_id"),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_invoice_documents"),
    )


def _number_by_kind() -> None:
    kept = op.get_bind().execute(sa.text("SELECT year, last FROM invoice_series")).all()
    op.drop_table("invoice_series")
    series = op.create_table(
        "invoice_series",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name="pk_invoice_series"),
    )
    if kept:
        op.bulk_insert(series, [{"kind": INVOICE, **row._asdict()} for row in kept])


def _tell_kinds_apart() -> None:
    with op.batch_alter_table("invoices") as invoices:
        invoices.add_column(sa.Column("kind", TEXT, nullable=False, server_default=INVOICE))
        invoices.add_column(sa.Column("is_sample", sa.Boolean(), nullable=False, server_default=sa.true()))
        invoices.add_column(sa.Column("corrects_id", TEXT))
        invoices.add_column(sa.Column("reason", TEXT, nullable=False, server_default=""))
        invoices.alter_column("ksef_number", existing_type=TEXT, nullable=True)
        invoices.drop_constraint("uq_invoices_order_id", type_="unique")
        invoices.drop_constraint("uq_invoices_year_running", type_="unique")
        invoices.create_unique_constraint("uq_invoices_order_id_kind", ["order_id", "kind"])
        invoices.create_unique_constraint("uq_invoices_kind_year_running", ["kind", "year", "running"])
        invoices.create_unique_constraint("uq_invoices_corrects_id", ["corrects_id"])
        invoices.create_foreign_key("fk_invoices_corrects_id", "invoices", ["corrects_id"], ["id"])
