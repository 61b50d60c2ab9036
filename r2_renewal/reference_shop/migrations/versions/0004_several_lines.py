"""Several programs in one order, and price lists that hold from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.String(300)
AMOUNT = sa.String(20)
OPEN = "state IN ('placed', 'accepted', 'invoiced', 'paid')"
STANDARD_VAT = "0.23"  # what every price of the first release was
FIRST_LIST = "first"

PERIOD = ("period_from", "period_to", "renewal_date", "cancel_until")
RENEWAL = ("renewal_net", "renewal_vat", "renewal_gross")
# What of a quote is now its line's.
MOVED = ("licence_id", "offer_id", "kind", "description", "limits", *PERIOD, *RENEWAL)


def upgrade() -> None:
    """Take the step."""
    _make_price_lists()
    _make_quote_lines()
    _make_order_lines()
    _slim_quotes()
    _slim_orders()
    op.drop_index("ix_licences_customer_id", "licences")
    op.create_index("ix_licences_customer_id_name_id", "licences", ["customer_id", "name", "id"])


def _filled(name: str, kind: sa.types.TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _position() -> sa.Column[Any]:
    return sa.Column("position", sa.Integer(), autoincrement=False, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _make_price_lists() -> None:
    lists = op.create_table(
        "price_lists",
        _filled("id"),
        _filled("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        _key("price_lists", "id"),
        sa.UniqueConstraint("valid_from", name="uq_price_lists_valid_from"),
    )
    kept = op.get_bind().execute(sa.text("SELECT id, product, limit_name, limit_value, net FROM price_items")).all()
    op.drop_table("price_items")
    items = op.create_table(
        "price_items",
        *(_filled(name) for name in ("list_id", "id", "product", "limit_name")),
        _filled("limit_value", sa.Integer()),
        *(_filled(name, AMOUNT) for name in ("net", "vat_rate")),
        _reference("price_items", "list_id", "price_lists.id"),
        _key("price_items", "list_id", "id"),
        sa.UniqueConstraint(
            "list_id",
            "product",
            "limit_name",
            "limit_value",
            name="uq_price_items_list_id_product_limit_name_limit_value",
        ),
    )
    if kept:
        op.bulk_insert(lists, [{"id": FIRST_LIST, "valid_from": date(2000, 1, 1)}])
        known = {"list_id": FIRST_LIST, "vat_rate": STANDARD_VAT}
        op.bulk_insert(items, [{**row._asdict(), **known} for row in kept])


def _make_quote_lines() -> None:
    table = "quote_lines"
    op.create_table(
        table,
        _filled("quote_id"),
        _position(),
        *(_filled(name) for name in ("licence_id", "program", "offer_id", "kind", "description")),
        _filled("licence_seq", sa.Integer()),
        _filled("limits", sa.JSON()),
        *(_filled(name, AMOUNT) for name in ("net", "vat_rate")),
        *(_filled(name, sa.Date()) for name in PERIOD),
        *(_filled(name, AMOUNT) for name in RENEWAL),
        _reference(table, "quote_id", "quotes.id"),
        _reference(table, "licence_id", "licences.id"),
        _key(table, "quote_id", "position"),
    )
    moved = ", ".join(MOVED)
    of_quote = ", ".join(f"quotes.{name}" for name in MOVED)
    op.execute(
        f"INSERT INTO quote_lines (quote_id, position, program, licence_seq, net, vat_rate, {moved}) "  # noqa: S608 - our own names
        f"SELECT quotes.id, 1, licences.name, licences.seq, quotes.net, '{STANDARD_VAT}', {of_quote} "
        "FROM quotes JOIN licences ON licences.id = quotes.licence_id"
    )


def _make_order_lines() -> None:
    table = "order_lines"
    op.create_table(
        table,
        _filled("order_pk", sa.Integer()),
        _position(),
        *(_filled(name) for name in ("quote_id", "licence_id")),
        *(_filled(name, sa.Boolean()) for name in ("enrolled", "is_open")),
        _reference(table, "order_pk", "orders.pk"),
        _reference(table, "licence_id", "licences.id"),
        sa.ForeignKeyConstraint(
            ["quote_id", "position"], ["quote_lines.quote_id", "quote_lines.position"], name=f"fk_{table}_quote_id"
        ),
        _key(table, "order_pk", "position"),
    )
    op.execute(
        f"INSERT INTO order_lines (order_pk, position, quote_id, licence_id, enrolled, is_open) "  # noqa: S608
        f"SELECT pk, 1, quote_id, licence_id, enrolled, {OPEN} FROM orders"
    )
    # Both tables have an index of this name for a moment, which PostgreSQL does not take.
    op.drop_index("one_open_order_a_licence", "orders")
    op.create_index("ix_order_lines_licence_id", table, ["licence_id"])
    is_open = sa.text("is_open")
    op.create_index(
        "one_open_order_a_licence", table, ["licence_id"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )


def _slim_quotes() -> None:
    with op.batch_alter_table("quotes") as quotes:
        quotes.drop_constraint("fk_quotes_licence_id", type_="foreignkey")
        for name in MOVED:
            quotes.drop_column(name)


def _slim_orders() -> None:
    op.drop_index("ix_orders_licence_id", "orders")
    op.drop_index("ix_orders_customer_id", "orders")
    # Numbers of orders are never given again: SQLite keeps that with its table alone.
    with op.batch_alter_table("orders", table_kwargs={"sqlite_autoincrement": True}) as orders:
        orders.drop_constraint("fk_orders_licence_id", type_="foreignkey")
        orders.drop_column("licence_id")
        orders.drop_column("enrolled")
    op.create_index("ix_orders_customer_id_pk", "orders", ["customer_id", "pk"])
    op.create_index("ix_orders_state", "orders", ["state"])
