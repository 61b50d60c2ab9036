"""The migrations: from nothing they make the very tables that the code maps."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.reference_shop.database import Database
from r2_renewal.reference_shop.tables import Base


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


def differences(database: Database) -> list[object]:
    """Return what the code maps otherwise than the database has it."""
    with database.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_from_nothing_to_the_tables_that_the_code_maps(url: str) -> None:
    database = Database(url)
    assert (database.is_made(), database.is_ready()) == (False, False)
    assert differences(database) != []
    database.upgrade()
    assert (database.is_made(), database.is_ready()) == (True, True)
    assert differences(database) == []
    database.close()


def test_a_database_of_a_newer_release_is_refused(url: str) -> None:
    database = Database(url)
    database.upgrade()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RenewalError, match=ErrorCode.SHOP_DATABASE.value):
        database.upgrade()
    database.close()
