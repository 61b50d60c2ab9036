"""With what and from where, roughly, an account's session was opened, so that its owner recognises it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the step; of the sessions that are open nobody knows it."""
    op.add_column("sessions", sa.Column("opened_with", sa.String(300)))
    op.add_column("sessions", sa.Column("opened_from", sa.String(300)))
