"""Problems and headers of the shop, one by one: each has a meaning, and what it means for an order is said."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.agent import strict_json
from r2_renewal.agent.failures import ShopError, error_data, of_problem
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.transport import moment_of, retry_after
from r2_renewal.contract.accounts import DataCorrectionBody
from r2_renewal.contract.problems import Problem, ProblemCode
from r2_renewal.domain.errors import ErrorCode, RenewalError

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

MEANINGS = {
    ProblemCode.VALIDATION: (422, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
    ProblemCode.MALFORMED: (400, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
    ProblemCode.UNAUTHORIZED: (401, ErrorCode.SESSION_EXPIRED, Delivery.NOT_SENT),
    ProblemCode.BAD_CREDENTIALS: (401, ErrorCode.ACCOUNT_REFUSED, Delivery.REFUSED),
    ProblemCode.LICENCE_REFUSED: (403, ErrorCode.LICENCE_REFUSED_BY_SHOP, Delivery.REFUSED),
    ProblemCode.SCOPE: (403, ErrorCode.LOGIN_AGAIN, Delivery.REFUSED),
    ProblemCode.NOT_FOUND: (404, ErrorCode.NOT_FOUND, Delivery.REFUSED),
    ProblemCode.METHOD_NOT_ALLOWED: (405, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
    ProblemCode.KEY_MISSING: (400, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
    ProblemCode.KEY_IN_FLIGHT: (409, ErrorCode.ORDER_IN_PROGRESS, Delivery.UNKNOWN),
    ProblemCode.KEY_REUSED: (422, ErrorCode.KEY_REUSED, Delivery.REFUSED),
    ProblemCode.PRICE_CHANGED: (409, ErrorCode.PRICE_CHANGED, Delivery.REFUSED),
    ProblemCode.CONSENT_TEXT_CHANGED: (409, ErrorCode.CONSENT_TEXT_CHANGED, Delivery.REFUSED),
    ProblemCode.CONSENT_REQUIRED: (422, ErrorCode.CONSENT_REQUIRED, Delivery.REFUSED),
    ProblemCode.NIP_INVALID: (422, ErrorCode.INVOICE_NIP_INVALID, Delivery.REFUSED),
    ProblemCode.OFFER_WITHDRAWN: (409, ErrorCode.OFFER_WITHDRAWN, Delivery.REFUSED),
    ProblemCode.ORDER_OPEN: (409, ErrorCode.ORDER_IN_PROGRESS, Delivery.REFUSED),
    ProblemCode.IF_MATCH_MISSING: (428, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
    ProblemCode.CUSTOMER_CHANGED: (412, ErrorCode.CUSTOMER_CHANGED, Delivery.REFUSED),
    ProblemCode.WITHDRAWAL_TOO_LATE: (409, ErrorCode.WITHDRAWAL_TOO_LATE, Delivery.REFUSED),
    ProblemCode.ORDER_CLOSED: (409, ErrorCode.ORDER_CLOSED, Delivery.REFUSED),
    ProblemCode.TOO_LARGE: (413, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
    ProblemCode.TOO_MANY: (429, ErrorCode.SHOP_BUSY, Delivery.NOT_SENT),
    ProblemCode.INTERNAL: (500, ErrorCode.SHOP_FAILURE, Delivery.NOT_SENT),
    ProblemCode.NOT_READY: (503, ErrorCode.SHOP_FAILURE, Delivery.NOT_SENT),
}


def problem(status: int, code: str) -> Problem:
    return Problem(type="about:blank", title="t", status=status, code=code)


def test_every_problem_of_the_contract_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ProblemCode)


@pytest.mark.parametrize("code", ProblemCode)
def test_a_problem_means_what_it_meant(code: ProblemCode) -> None:
    status, expected, delivery = MEANINGS[code]
    error = of_problem(status, problem(status, code.value), None)
    assert (error.code, error.delivery) == (expected, delivery)


@pytest.mark.parametrize(
    ("status", "expected", "delivery"),
    [
        (401, ErrorCode.SESSION_EXPIRED, Delivery.NOT_SENT),
        (404, ErrorCode.NOT_FOUND, Delivery.REFUSED),
        (429, ErrorCode.SHOP_BUSY, Delivery.NOT_SENT),
        (418, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
        (499, ErrorCode.ORDER_INVALID, Delivery.REFUSED),
        (599, ErrorCode.SHOP_FAILURE, Delivery.NOT_SENT),
    ],
)
def test_a_problem_of_a_newer_shop_goes_by_its_status(status: int, expected: ErrorCode, delivery: Delivery) -> None:
    error = of_problem(status, problem(status, "invented_tomorrow"), None)
    assert (error.code, error.delivery) == (expected, delivery)


@given(status=st.integers(400, 599))
def test_without_the_shops_own_body_a_refusal_proves_nothing(status: int) -> None:
    error = of_problem(status, None, None)
    answered_before_the_shop = status in (401, 407, 429)
    assert (error.delivery is Delivery.UNKNOWN) != answered_before_the_shop


def test_only_an_order_has_a_delivery() -> None:
    failed = ShopError(ErrorCode.TIMEOUT, "", Delivery.UNKNOWN)
    assert error_data(failed).delivery == ""
    assert error_data(failed, of_order=True).delivery == "unknown"
    assert error_data(RenewalError(ErrorCode.STORE), of_order=True).delivery == "not_sent"
    assert error_data(RenewalError(ErrorCode.INTERNAL), of_order=True).delivery == "unknown"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("61", 60.0),
        ("9" * 5000, 60.0),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("Sun, 22 Nov 2026 08:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 07:00:00 GMT", 60.0),
        ("Sun, 99 Nov 2026 07:00:00 GMT", None),
        ("Sun, 22 Nov 2026 08:00:30", None),
    ],
)
def test_retry_after_is_read_for_what_it_is_worth(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


@given(text=st.text() | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d\d:\d\d:\d\d( [+-]\d{4})?"))
def test_retry_after_never_fails_and_never_exceeds_a_minute(text: str) -> None:
    wait = retry_after(text, NOW)
    assert wait is None or 0.0 <= wait <= 60.0


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 22 Nov 2026 08:00:00 GMT", NOW),
        ("Sun, 22 Nov 2026 09:00:00 +0100", NOW),
        ("Sun, 22 Nov 2026 08:00:00", None),
        ("Sun, 99999999999999999999 Nov 2026 08:00:00 GMT", None),
        ("Sun, 22 Nov 99999999999999999999 08:00:00 GMT", None),
        ("Sun, 22 Nov 2026 08:00:00 +99999999999999999999", None),
        ("Sun, 22 Nov 2026 08:00:00 +9999", None),
        ("   ", None),
        (",", None),
        ("", None),
    ],
)
def test_the_shops_clock_is_read_or_not_known(text: str, moment: datetime | None) -> None:
    assert moment_of(text) == moment


@given(text=st.text() | st.from_regex(r"\w{3}, \d{1,30} \w{3} \d{1,30} \d{1,9}:\d\d:\d\d( [+-]\d{1,30})?"))
def test_the_shops_clock_never_fails_and_always_knows_its_zone(text: str) -> None:
    moment = moment_of(text)
    assert moment is None or moment.tzinfo is not None


@given(raw=st.binary() | st.text(alphabet='{}[]":,0123456789eE+-.nulNaIfity \\').map(str.encode))
def test_whatever_the_bytes_only_our_error_comes_out(raw: bytes) -> None:
    with suppress(RenewalError):
        strict_json.check(raw)
    with suppress(RenewalError):
        strict_json.decode(raw, DataCorrectionBody)


def test_strict_json_is_still_json() -> None:
    body = b' {"ticket": "\\u0105\xc4\x99", "unknown": [{"n": -1.5e3}, null, true]} \n'
    assert strict_json.decode(body, DataCorrectionBody).ticket == "ąę"
