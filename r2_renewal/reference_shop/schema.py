"""The database's schema: brought up by the migrations, each taken once, in one transaction.

Rules: several processes may bring one database up at once, since each looks again at what is left to do once it is alone; a
database of a newer release is refused, since nobody knows here what its tables mean.
"""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from r2_renewal.domain.errors import ErrorCode, RenewalError


def is_current(connection: Connection) -> bool:
    """Whether the tables are what this release needs."""
    return revision_of(connection) == newest_revision()


def revision_of(connection: Connection) -> str | None:
    """Return the last migration that the database has taken; None where it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """Return the last migration of this release."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Take the migrations that are left, up to a revision, on a connection that is alone in the database.

    Raises:
        RenewalError: SHOP_DATABASE, where the database is a newer release's.
    """
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise RenewalError(ErrorCode.SHOP_DATABASE, "database: of another release") from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "r2_renewal.reference_shop:migrations")
    return config
