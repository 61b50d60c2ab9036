"""The folder of a shop: its database, its signing key, and the public keys that clients trust.

Rule: ``init`` makes what is missing and changes nothing that is there, so it may be run again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.private_files import create_private, mend_rights, private_folder
from r2_renewal.reference_shop.billing.ksef_settings import read_settings
from r2_renewal.reference_shop.clock import Clock, pc_clock
from r2_renewal.reference_shop.database import Database
from r2_renewal.reference_shop.keys import create_signing_key, own_keys, read_signing_key, write_trusted_keys
from r2_renewal.reference_shop.settings import ShopSettings


@dataclass(frozen=True, slots=True)
class ShopFolder:
    """Where a shop keeps what it needs.

    Attributes:
        path: the folder.
        database: URL of the database; empty takes ``shop.db`` in the folder.
    """

    path: Path
    database: str = ""

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the database."""
        return self.database or f"sqlite:///{self.database_file.absolute()}"

    @property
    def database_file(self) -> Path:
        """The default database's file."""
        return self.path / "shop.db"

    @property
    def signing_key(self) -> Path:
        """The private key's file."""
        return self.path / "signing-key"

    @property
    def trusted_keys(self) -> Path:
        """The public keys' file, the one that clients get."""
        return self.path / "trusted-keys.json"


def init(folder: ShopFolder) -> None:
    """Make the folder, the signing key, the list of trusted keys and the tables, whichever are missing.

    Raises:
        RenewalError: SHOP_FOLDER, SHOP_DATABASE or SIGNING_KEY, where one cannot be made or is not what it should be.
    """
    try:
        _own(folder.path)
        exists = folder.signing_key.exists()
        key = read_signing_key(folder.signing_key) if exists else create_signing_key(folder.signing_key)
        write_trusted_keys(folder.trusted_keys, own_keys(folder.trusted_keys, key))
        if not folder.database:
            # Customers' data, for the shop's user alone; SQLite gives its journal the rights of the database.
            with suppress(FileExistsError):
                create_private(folder.database_file, b"")
            mend_rights(folder.database_file)
    except OSError as error:
        raise RenewalError(ErrorCode.SHOP_FOLDER, f"shop folder: {type(error).__name__}") from error
    with _database(folder.database_url) as database:
        database.upgrade()


def _own(folder: Path) -> None:
    try:
        private_folder(folder)
    except RenewalError as error:
        raise RenewalError(ErrorCode.SHOP_FOLDER, f"shop folder: {error.detail}") from error


@contextmanager
def _database(url: str) -> Iterator[Database]:
    try:
        with closing(Database(url)) as database:
            yield database
    except (SQLAlchemyError, ImportError) as error:
        raise RenewalError(ErrorCode.SHOP_DATABASE, f"database: {type(error).__name__}") from error


def settings_of(folder: ShopFolder, *, clock: Clock = pc_clock, auto_fulfil: float | None = None) -> ShopSettings:
    """Return the settings of the shop in a folder made by ``init``, its tables brought to this release.

    Args:
        folder: the folder.
        clock: the shop's clock.
        auto_fulfil: seconds after which an order is fulfilled by itself; None for never.

    Raises:
        RenewalError: SHOP_FOLDER, where there is no shop in it; SHOP_DATABASE, SIGNING_KEY, TRUSTED_KEYS or KSEF_SETTINGS, where
            those are not ready or broken.
    """
    key = read_signing_key(folder.signing_key)
    keys = own_keys(folder.trusted_keys, key)
    _open_database(folder.database_url)
    return ShopSettings(
        database_url=folder.database_url,
        signing_key=key,
        trusted_keys=keys,
        clock=clock,
        auto_fulfil=auto_fulfil,
        ksef=read_settings(folder.path),
    )


def _open_database(url: str) -> None:
    with _database(url) as database:
        if not database.is_made():
            raise RenewalError(ErrorCode.SHOP_DATABASE, "database: no tables, run r2-renewal shop init first")
        database.upgrade()
