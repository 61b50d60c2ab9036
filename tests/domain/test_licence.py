"""The verdict on a verified licence: which of the kinds, in which order, and the product's best program."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.licence import CLOCK_TOLERANCE, Verdict, VerdictKind, judge
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.ui.error_texts import code_of_verdict, sentence
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT, PROGRAM, licence_with

TODAY = NOW.date()


def verdict_with(left: int, **change: object) -> Verdict:
    return judge(licence_with(valid_until=TODAY + timedelta(days=left), **change), PRODUCT, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "kind"),
    [
        (31, VerdictKind.VALID),
        (30, VerdictKind.EXPIRING),
        (1, VerdictKind.EXPIRING),
        (0, VerdictKind.EXPIRING),
        (-1, VerdictKind.EXPIRED),
        (-4000, VerdictKind.EXPIRED),
    ],
)
def test_the_window_is_thirty_days_and_the_last_day_belongs_to_it(left: int, kind: VerdictKind) -> None:
    verdict = verdict_with(left)
    assert (verdict.kind, verdict.days_left) == (kind, left)


def test_the_signers_clock_may_be_five_minutes_ahead() -> None:
    assert verdict_with(9, issued=NOW + CLOCK_TOLERANCE).kind is VerdictKind.EXPIRING
    assert verdict_with(9, issued=NOW + CLOCK_TOLERANCE + timedelta(seconds=1)).kind is VerdictKind.NOT_YET_VALID


def test_a_file_may_be_fetched_five_minutes_late() -> None:
    assert not verdict_with(9, file_expiry=NOW - CLOCK_TOLERANCE).is_file_aged
    assert verdict_with(9, file_expiry=NOW - CLOCK_TOLERANCE - timedelta(seconds=1)).is_file_aged


@pytest.mark.parametrize(
    ("left", "kind"), [(31, VerdictKind.VALID), (9, VerdictKind.EXPIRING), (-1, VerdictKind.EXPIRED)]
)
def test_a_file_to_be_fetched_says_nothing_of_the_subscription(left: int, kind: VerdictKind) -> None:
    verdict = verdict_with(left, file_expiry=NOW - timedelta(days=5))
    assert (verdict.kind, verdict.days_left, verdict.is_file_aged) == (kind, left, True)


def test_a_clock_before_the_signature_outranks_all_about_time() -> None:
    issued = NOW + timedelta(days=1)
    assert verdict_with(-1, issued=issued, file_expiry=NOW - timedelta(days=5)).kind is VerdictKind.NOT_YET_VALID


def test_another_product_has_no_days() -> None:
    verdict = judge(LICENCE, "r2faktury", NOW)
    assert (verdict.kind, verdict.licence, verdict.program, verdict.days_left) == (
        VerdictKind.WRONG_PRODUCT,
        LICENCE,
        None,
        None,
    )


def test_of_several_programs_of_a_product_the_longest_counts() -> None:
    longer = PROGRAM._replace(licence_id="lic-2", valid_until=LAST_DAY + timedelta(days=100), seq=1)
    newest = longer._replace(licence_id="lic-3", seq=2)
    verdict = judge(LICENCE._replace(programs=(PROGRAM, longer, newest)), PRODUCT, NOW)
    assert (verdict.kind, verdict.program) == (VerdictKind.VALID, newest)


def test_every_verdict_that_is_no_success_carries_its_reason_and_sentence() -> None:
    for kind in VerdictKind:
        code = code_of_verdict(kind)
        if kind in (VerdictKind.VALID, VerdictKind.EXPIRING):
            assert code is None
        else:
            assert code in ErrorCode
            assert sentence(code).endswith(".")


def test_programs_do_not_share_their_limits() -> None:
    first = OwnedProgram("l", "p", "x", "X", "", date(2027, 1, 1), 1)
    assert first.limits == {}
    with pytest.raises(TypeError):
        first.limits["employees"] = 1  # type: ignore[index]
