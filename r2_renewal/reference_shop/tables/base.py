"""What every table shares: how texts, times, amounts and JSON values are stored, and how constraints are named."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import JSON, MetaData, String
from sqlalchemy.orm import DeclarativeBase

from r2_renewal.reference_shop.columns import Decimals, Moment

# Every constraint has a name, the same on every database, so that a later migration can change it.
NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: String(300),
        datetime: Moment(),
        Decimal: Decimals(),
        dict[str, int]: JSON(),
        list[str]: JSON(),
    }
