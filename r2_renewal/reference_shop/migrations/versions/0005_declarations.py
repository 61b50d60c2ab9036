"""What a customer declares with an order: the request to begin early, and whether the contract is of professional character."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the step; nobody declared anything with the orders there are."""
    # The defaults stay: to take them away again SQLite would write the whole table anew.
    op.add_column("orders", sa.Column("early_start", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("orders", sa.Column("buyer_kind", sa.String(300), nullable=False, server_default="undeclared"))
