"""Problems: each code pinned with its status; inner failures tell nothing about themselves."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient
from sqlalchemy import delete

from r2_renewal.contract import paths
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop import problems
from r2_renewal.reference_shop.app import BODY_LIMIT
from r2_renewal.reference_shop.problems import STATUS, TITLES, Refusal, body_of
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow
from tests.reference_shop.module import Module, problem

PINNED = {
    "validation_failed": 422,
    "malformed_request": 400,
    "unauthorized": 401,
    "bad_credentials": 401,
    "licence_refused": 403,
    "insufficient_scope": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "idempotency_key_missing": 400,
    "idempotency_key_in_flight": 409,
    "idempotency_key_reused": 422,
    "price_changed": 409,
    "consent_text_changed": 409,
    "consent_required": 422,
    "nip_invalid": 422,
    "offer_withdrawn": 409,
    "order_open": 409,
    "if_match_missing": 428,
    "customer_changed": 412,
    "withdrawal_too_late": 409,
    "order_closed": 409,
    "too_large": 413,
    "too_many_requests": 429,
    "internal_error": 500,
    "not_ready": 503,
}


def test_every_code_has_its_pinned_status() -> None:
    assert {code.value: status.value for code, status in STATUS.items()} == PINNED
    assert set(STATUS) == set(TITLES) == set(ProblemCode)


@pytest.mark.parametrize("code", list(ProblemCode))
def test_a_problem_has_a_type_a_title_and_no_empty_members(code: ProblemCode) -> None:
    body = body_of(Refusal(code))
    assert (body.type, body.status) == (f"urn:r2-renewal:problem:{code.value}", STATUS[code])
    assert len(body.title) > 5


def test_an_unknown_address_is_a_problem_too(stranger: Module) -> None:
    problem(stranger.get("/v1/nothing"), 404, "not_found")
    problem(stranger.get("/nothing"), 404, "not_found")


def test_the_address_without_a_path_leads_to_the_panel(stranger: Module) -> None:
    answer = stranger.get("/")
    assert (answer.status_code, answer.url.path) == (200, "/panel/logowanie")


@pytest.mark.parametrize(("method", "path"), [("PUT", paths.ORDERS), ("GET", paths.QUOTES), ("DELETE", "/health")])
def test_a_method_that_is_not_there(module: Module, method: str, path: str) -> None:
    answer = module.http.request(method, path, headers=module.headers)
    problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) & {"GET", "POST"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"certificate": "x", "more": NaN}'])
def test_a_body_that_is_no_json(stranger: Module, body: bytes) -> None:
    problem(stranger.http.post(paths.LICENCE_SESSIONS, content=body), 400, "malformed_request")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"{}", b'{"certificate": 5}'])
def test_json_that_is_not_the_body(stranger: Module, body: bytes) -> None:
    problem(stranger.http.post(paths.LICENCE_SESSIONS, content=body), 422, "validation_failed")


def test_a_body_over_the_limit(stranger: Module) -> None:
    problem(stranger.http.post(paths.LICENCE_SESSIONS, content=b"x" * (BODY_LIMIT + 1)), 413, "too_large")


def test_a_body_over_the_limit_that_does_not_tell_its_length(stranger: Module) -> None:
    def pieces() -> object:
        yield from [b"x" * 65536] * 5

    answer = stranger.http.post(paths.LICENCE_SESSIONS, content=pieces())  # type: ignore[arg-type]
    problem(answer, 413, "too_large")


def test_a_failure_of_the_shop_tells_nothing_about_itself(
    module: Module, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE price_items RENAME TO lost")
    with caplog.at_level(logging.ERROR, "r2_renewal.shop"):
        answer = module.get(paths.STOREFRONT)
    assert problem(answer, 500, "internal_error").keys() == {"type", "title", "status", "code"}
    assert answer.headers["cache-control"] == "no-store"
    assert f"GET {paths.STOREFRONT} failed: OperationalError" in caplog.text


def test_the_log_of_a_failure_holds_no_personal_datum(
    module: Module, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    body = module.body(module.quote("L-R2P-100482"))
    with shop.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE consents RENAME TO lost")
    problem(module.submit(body), 500, "internal_error")
    assert "failed: OperationalError" in caplog.text
    for secret in ("Kłosowska", "klosowska", "601234567", "5262831503", module.token):
        assert secret not in caplog.text


def test_a_vanished_licence_row_is_a_plain_404(module: Module, shop: Shop) -> None:
    with shop.database.writing() as session:
        session.execute(delete(LicenceRow).where(LicenceRow.id == "L-R2K-100482"))
    problem(module.get(paths.licence_file("L-R2K-100482")), 404, "not_found")


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "too_many_requests"), (401, "unauthorized"), (418, "malformed_request"), (503, "internal_error")],
)
def test_the_frameworks_own_refusals_speak_the_contract(status: int, code: str) -> None:
    from litestar.exceptions import HTTPException

    @get("/", sync_to_thread=False)
    def refuse() -> None:
        raise HTTPException(status_code=status, detail="inner words")

    app = Litestar([refuse], exception_handlers={HTTPException: problems.on_http_error}, logging_config=None)
    with TestClient(app) as client:
        answer = client.get("/")
    assert (answer.status_code, answer.json()["code"]) == (PINNED[code], code)
    assert "inner words" not in answer.text


def test_the_shop_imports_nothing_of_the_client() -> None:
    program = (
        "import sys, r2_renewal.reference_shop.server, r2_renewal.reference_shop.seed;"
        "print([m for m in ('PySide6', 'requests', 'keyring', 'r2_renewal.ui', 'r2_renewal.agent') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
