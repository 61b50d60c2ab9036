"""The rules of automatic renewal, for every day and every situation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.reference_shop.renewal_rules import (
    Reason,
    Situation,
    Step,
    decide,
    end_of,
    first_notice_day,
    last_day,
    last_notice_day,
)

RENEWAL = date(2027, 12, 23)
PLAIN = Situation(RENEWAL)
TOLD = replace(PLAIN, noticed=True, told_on=date(2027, 11, 22))
DAYS = st.dates(date(2027, 9, 1), date(2028, 3, 1))
SITUATIONS = st.builds(
    Situation,
    st.just(RENEWAL),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | DAYS,
    st.booleans(),
)


def test_the_days_that_matter() -> None:
    assert (first_notice_day(RENEWAL), last_notice_day(RENEWAL), last_day(RENEWAL)) == (
        date(2027, 11, 7),
        date(2027, 11, 22),
        date(2027, 12, 22),
    )
    assert (last_day(RENEWAL) - last_notice_day(RENEWAL)).days == 30


@pytest.mark.parametrize(
    ("situation", "day", "decision"),
    [
        (PLAIN, date(2027, 11, 6), (Step.WAIT, None)),
        (PLAIN, date(2027, 11, 7), (Step.NOTIFY, None)),
        (PLAIN, date(2027, 11, 22), (Step.NOTIFY, None)),
        (PLAIN, date(2027, 11, 23), (Step.REFUSE, Reason.NO_TIMELY_NOTICE)),
        (replace(PLAIN, noticed=True), date(2027, 11, 22), (Step.WAIT, None)),
        (replace(PLAIN, noticed=True), date(2027, 11, 23), (Step.REFUSE, Reason.NO_TIMELY_NOTICE)),
        (replace(TOLD, told_on=date(2027, 11, 23)), RENEWAL, (Step.REFUSE, Reason.NO_TIMELY_NOTICE)),
        (TOLD, date(2027, 12, 22), (Step.WAIT, None)),
        (TOLD, RENEWAL, (Step.RENEW, None)),
        (TOLD, date(2028, 1, 6), (Step.RENEW, None)),
        (TOLD, date(2028, 1, 7), (Step.REFUSE, Reason.TOO_LATE)),
        (replace(TOLD, order_open=True), date(2028, 1, 6), (Step.POSTPONE, None)),
        (replace(TOLD, order_open=True), date(2028, 1, 7), (Step.REFUSE, Reason.ORDER_OPEN)),
        (replace(TOLD, consented=False), RENEWAL, (Step.REFUSE, Reason.NO_CONSENT)),
        (replace(TOLD, on_sale=False), RENEWAL, (Step.REFUSE, Reason.NOT_ON_SALE)),
        (replace(TOLD, nip_valid=False), RENEWAL, (Step.REFUSE, Reason.INVOICE_DETAILS)),
    ],
)
def test_decisions(situation: Situation, day: date, decision: tuple[Step, Reason | None]) -> None:
    assert decide(situation, day) == decision


@given(SITUATIONS, DAYS)
def test_nobody_is_renewed_who_was_not_told_in_time_or_has_not_consented(situation: Situation, day: date) -> None:
    step, reason = decide(situation, day)
    assert (step is Step.REFUSE) == (reason is not None)
    if step is Step.RENEW:
        assert situation.consented
        assert situation.told_on is not None
        assert situation.told_on <= RENEWAL - timedelta(days=31)
        assert day >= RENEWAL
        assert not situation.order_open


@given(SITUATIONS, DAYS)
def test_a_notice_is_written_while_it_can_still_be_in_time_and_not_twice(situation: Situation, day: date) -> None:
    if decide(situation, day)[0] is Step.NOTIFY:
        assert day <= last_notice_day(RENEWAL)
        assert not situation.noticed


@given(st.dates(date(2025, 1, 1), date(2040, 12, 31)))
def test_a_day_ends_at_midnight_in_warsaw_also_when_the_clocks_change(day: date) -> None:
    end = end_of(day).astimezone(UTC)
    assert warsaw_date(end - timedelta(microseconds=1)) == day
    assert warsaw_date(end) == day + timedelta(days=1)


def test_the_days_that_the_clocks_change_are_23_and_25_hours_long() -> None:
    def hours(day: date) -> float:
        length: timedelta = end_of(day).astimezone(UTC) - end_of(day - timedelta(days=1)).astimezone(UTC)
        return length / timedelta(hours=1)

    assert [hours(day) for day in (date(2027, 3, 28), date(2027, 10, 31), date(2027, 6, 1))] == [23, 25, 24]
    assert end_of(date(2027, 10, 31)).astimezone(UTC) == datetime(2027, 10, 31, 23, tzinfo=UTC)
