"""The ledger of licences: what orders gave and what was taken back, begun from the licences and orders there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TABLE = "licence_ledger"
TEXT = sa.String(300)
MOMENT = sa.DateTime(timezone=True)
ONE_DAY = timedelta(days=1)
MONTHS = 12
# What an order of the customer's own has given once it is fulfilled, an automatic renewal's on the day it was made.
GIVEN = sa.text(
    "SELECT l.licence_id, l.order_pk, l.position, l.enrolled, s.kind, s.limits, s.licence_seq, s.period_from, o.placed_at, "
    "r.pk AS renewal FROM order_lines l JOIN orders o ON o.pk = l.order_pk "
    "JOIN quote_lines s ON s.quote_id = l.quote_id AND s.position = l.position LEFT JOIN renewals r ON r.order_id = o.id "
    "WHERE o.state = 'fulfilled' OR (r.pk IS NOT NULL AND o.state IN ('placed', 'accepted', 'invoiced', 'paid')) "
    "ORDER BY (SELECT CASE WHEN r.pk IS NULL THEN max(e.pk) ELSE min(e.pk) END FROM order_events e WHERE e.order_pk = o.pk), "
    "l.order_pk, l.position"
).columns(
    licence_id=TEXT,
    order_pk=sa.Integer(),
    position=sa.Integer(),
    enrolled=sa.Boolean(),
    kind=TEXT,
    limits=sa.JSON(),
    licence_seq=sa.Integer(),
    period_from=sa.Date(),
    placed_at=MOMENT,
    renewal=sa.Integer(),
)
LICENCES = sa.text(
    "SELECT id, customer_id, valid_until, seq, limits, edition, auto_renewal FROM licences ORDER BY id"
).columns(
    id=TEXT,
    customer_id=TEXT,
    valid_until=sa.Date(),
    seq=sa.Integer(),
    limits=sa.JSON(),
    edition=TEXT,
    auto_renewal=sa.Boolean(),
)
# The program's limits as they were when its subscription was priced.
PRICED = sa.text("SELECT licence_id, licence_seq, limits FROM quote_lines WHERE kind = 'subscription'").columns(
    licence_id=TEXT, licence_seq=sa.Integer(), limits=sa.JSON()
)

# Enrolled by a consent that came with no order.
CONSENTED = sa.text("SELECT licence_id FROM consents WHERE order_id IS NULL AND revoked_at IS NULL")


def upgrade() -> None:
    """Take the step."""
    table = _make_table()
    _begin(table)
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def _make_table() -> sa.Table:
    made = op.create_table(
        TABLE,
        sa.Column("pk", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("customer_id", "licence_id", "kind")),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in ("order_pk", "position", "revokes")),
        sa.Column("valid_until", sa.Date()),
        sa.Column("months", sa.Integer()),
        sa.Column("not_before", sa.Date()),
        sa.Column("days", sa.Integer()),
        sa.Column("limits", sa.JSON(none_as_null=True)),
        sa.Column("edition", TEXT),
        sa.Column("enrolled", sa.Boolean()),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=f"fk_{TABLE}_customer_id"),
        sa.ForeignKeyConstraint(["licence_id"], ["licences.id"], name=f"fk_{TABLE}_licence_id"),
        sa.ForeignKeyConstraint(["revokes"], [f"{TABLE}.pk"], name=f"fk_{TABLE}_revokes"),
        sa.ForeignKeyConstraint(
            ["order_pk", "position"], ["order_lines.order_pk", "order_lines.position"], name=f"fk_{TABLE}_order_pk"
        ),
        sa.PrimaryKeyConstraint("pk", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("order_pk", "position", name=f"uq_{TABLE}_order_pk_position"),
        sa.UniqueConstraint("revokes", name=f"uq_{TABLE}_revokes"),
    )
    op.create_index(f"ix_{TABLE}_licence_id", TABLE, ["licence_id"])
    return made


def _begin(table: sa.Table) -> None:
    given, priced = _by_licence(GIVEN), _by_licence(PRICED)
    consented = set(op.get_bind().scalars(CONSENTED))
    now = sa.func.now()  # there is no shop yet whose clock could be asked
    for licence in op.get_bind().execute(LICENCES).all():
        orders = given.get(licence.id, [])
        known = {"customer_id": licence.customer_id, "licence_id": licence.id, "at": now, "is_automatic": False}
        enrolled = licence.auto_renewal and (licence.id in consented or not any(order.enrolled for order in orders))
        for entry in _entries(licence, orders, priced.get(licence.id, []), enrolled=enrolled):
            op.get_bind().execute(table.insert().values({**known, **entry}))


def _by_licence(query: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in op.get_bind().execute(query):
        found.setdefault(row.licence_id, []).append(row)
    return found


def _entries(licence: Any, orders: list[Any], priced: list[Any], *, enrolled: bool) -> Iterator[dict[str, Any]]:
    """Tell a licence's ledger from its end: what it was before the orders that stand can be told by what they sold."""
    first = licence.seq - len(orders)
    yield {
        "kind": "start",
        "seq": max(first, 0),
        "valid_until": _start(licence, orders),
        "limits": _limits(licence, orders, priced),
        "edition": licence.edition,
        "enrolled": enrolled,
    }
    for seq, order in enumerate(orders, max(first, 0) + 1):
        yield {"kind": "grant", "seq": seq, "order_pk": order.order_pk, "position": order.position, **_given(order)}
    if not licence.auto_renewal and any(order.enrolled for order in orders):
        yield {"kind": "strike_off", "seq": licence.seq}


def _start(licence: Any, orders: list[Any]) -> date:
    before: list[date] = [order.period_from - ONE_DAY for order in orders if order.kind == "subscription"]
    end: date = licence.valid_until
    return min(before, default=end)


def _limits(licence: Any, orders: list[Any], priced: list[Any]) -> Any:
    extended = [order.licence_seq for order in orders if order.kind == "extension"]
    before = [row for row in priced if extended and row.licence_seq <= min(extended)]
    return max(before, key=lambda row: row.licence_seq).limits if before else licence.limits


def _given(order: Any) -> dict[str, Any]:
    known = {"enrolled": order.enrolled, "is_automatic": order.renewal is not None}
    if order.kind == "extension":
        return {**known, "limits": order.limits}
    placed = order.placed_at if order.placed_at.tzinfo else order.placed_at.replace(tzinfo=UTC)
    placed_on = placed.astimezone(ZoneInfo("Europe/Warsaw")).date()
    return {**known, "months": MONTHS, "not_before": min(placed_on, order.period_from)}


def _guard_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    op.execute(f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} {refuse}")
    op.execute(f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} {refuse}")


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE integrity_constraint_violation USING MESSAGE = 'the ledger is append-only'; END $$"
    )
    refuse = "EXECUTE FUNCTION refuse_ledger_change()"
    op.execute(f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT {refuse}")
