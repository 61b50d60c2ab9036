"""What Alembic runs for every upgrade: the steps not yet taken, on the connection that it is handed.

Rule: the connection is already in a transaction, alone in the database; this commits nothing.
"""

from __future__ import annotations

from alembic import context

from r2_renewal.reference_shop.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # on SQLite too: the transaction is ours, not the driver's
)
context.run_migrations()
