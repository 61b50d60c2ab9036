"""Values that a database cannot hold: refused like any other nonsense, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from r2_renewal.contract import paths
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import CorrectionRow
from tests.reference_shop.module import Module, asked

BOTH_DATABASES = True


@pytest.mark.parametrize("odd", ["\x00", "ord_\x00", "x" * 1000, "’; DROP TABLE orders; --", "\u202e"])
def test_an_odd_name_of_an_object_is_refused_and_breaks_nothing(module: Module, odd: str) -> None:
    answers = [
        module.get(paths.order(odd)),
        module.get(paths.licence_file(odd)),
        module.post(paths.QUOTES, asked(odd, "subscription.r2platnik-50")),
        module.submit({**module.body(module.quote("L-R2P-100482")), "quote_id": odd}),
        module.http.get(paths.STOREFRONT, headers=[(b"authorization", b"Bearer " + odd.encode())]),
        module.http.post(paths.ACCOUNT_SESSIONS, json={"email": odd[:200], "password": odd}),
    ]
    assert {answer.status_code for answer in answers} <= {400, 401, 404, 422}
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers)
    assert module.order("L-R2P-100482")["state"] == "placed"


def test_an_error_of_the_database_tells_no_values(shop: Shop) -> None:
    report = insert(CorrectionRow).values(customer_id="Kłosowska", message="x", created_at=shop.settings.now())
    with pytest.raises(IntegrityError) as error, shop.database.writing() as session:
        session.execute(report)
    assert "Kłosowska" not in str(error.value)
