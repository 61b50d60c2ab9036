"""The hour of the day, midnight and the nights in which the clocks are changed, in the shop and in the module."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.clock import today_in_warsaw
from r2_renewal.config import Config
from r2_renewal.domain.dates import warsaw, warsaw_date
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.settings import settle

ROOT = Path(__file__).parents[2] / "r2_renewal"
SUMMER_BEGINS, SUMMER_ENDS = date(2027, 3, 28), date(2027, 10, 31)
REAL = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(2020, 1, 1), date(2040, 1, 1)) | st.sampled_from([SUMMER_BEGINS, SUMMER_ENDS, date(2028, 2, 29)])


class Real:
    """A computer's clock in a test."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@given(REAL, DAYS)
def test_a_shop_set_to_a_day_is_in_that_day_whatever_the_hour(real: datetime, day: date) -> None:
    assert warsaw_date(set_to(day, Real(real))()) == day


@given(REAL, DAYS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_clock_that_was_set_goes_on_as_the_real_one(real: datetime, day: date, passed: timedelta) -> None:
    clock = Real(real)
    shop = set_to(day, clock)
    began = shop()
    clock.moment += passed
    assert shop() - began == passed


@pytest.mark.parametrize(
    ("real", "shown"),
    [
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), "2026-11-21T23:30:00+00:00"),  # half past midnight in Warsaw
        (datetime(2026, 12, 1, 22, 30, tzinfo=UTC), "2026-11-22T22:30:00+00:00"),
        (
            datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
            "2026-11-21T23:30:00+00:00",
        ),  # by summer time it is midnight already
    ],
)
def test_the_time_of_day_is_warsaws(real: datetime, shown: str) -> None:
    assert set_to(date(2026, 11, 22), Real(real))().isoformat() == shown


def test_an_hour_that_the_day_lacks_is_the_hour_after() -> None:
    shop = set_to(SUMMER_BEGINS, Real(datetime(2026, 12, 1, 1, 30, tzinfo=UTC)))  # 2:30 in Warsaw
    assert shop().astimezone(warsaw()).strftime("%d.%m. %H:%M") == "28.03. 03:30"


def test_midnight_passes_for_moment_and_date_at_once() -> None:
    clock = Real(datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC))
    shop = set_to(SUMMER_ENDS, clock)
    before = shop()
    clock.moment += timedelta(seconds=2)
    assert warsaw_date(shop()) == SUMMER_ENDS + timedelta(days=1)
    assert shop() > before, "a clock that jumps back a day opens every session and price again"


@given(REAL)
def test_the_module_reads_day_and_moment_from_its_one_clock(real: datetime) -> None:
    settings = settle(Config(licence_path="R2.lic", shop_url="https://shop.example", clock=Real(real)))
    assert (settings.clock(), settings.today()) == (real, warsaw_date(real))
    assert today_in_warsaw(Real(real)) == warsaw_date(real)


def test_three_files_ask_the_computer_for_the_time() -> None:
    asking = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if _asks(path)}
    assert asking == {"clock.py", "agent/clock.py", "reference_shop/clock.py"}


def _asks(path: Path) -> bool:
    """Return whether a file calls ``now``, ``utcnow`` or ``today`` of ``datetime`` or ``date`` themselves."""
    calls = (node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(
        isinstance(call, ast.Attribute)
        and call.attr in ("now", "utcnow", "today")
        and ast.unparse(call.value).rpartition(".")[2] in ("datetime", "date")
        for call in calls
    )
