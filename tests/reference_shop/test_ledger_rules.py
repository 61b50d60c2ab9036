"""The rules of the ledger by themselves: what stands is replayed, what was taken back is passed over."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.reference_shop.ledger_rules import (
    Adjustment,
    Enrolment,
    Entry,
    Grant,
    LicenceState,
    Revocation,
    difference,
    raised,
    replay,
)

START = LicenceState(date(2026, 12, 22), {"employees": 10}, "Standard", auto_renewal=False)
ORDERED = date(2026, 11, 22)

GRANTS = st.lists(
    st.builds(
        Grant,
        number=st.just(0),
        months=st.sampled_from([0, 12]),
        not_before=st.dates(date(2026, 1, 1), date(2029, 12, 31)),
        limits=st.dictionaries(st.sampled_from(["employees", "stations"]), st.integers(1, 100), max_size=2),
        enrols=st.booleans(),
    ),
    max_size=8,
)


def numbered(grants: list[Grant]) -> list[Grant]:
    return [
        Grant(number, grant.months, grant.not_before, grant.limits, grant.enrols)
        for number, grant in enumerate(grants, 1)
    ]


@given(grants=GRANTS, data=st.data())
def test_what_was_taken_back_in_whatever_order_is_as_if_it_had_never_been(
    grants: list[Grant], data: st.DataObject
) -> None:
    given_ = numbered(grants)
    withdrawn = data.draw(st.permutations([grant.number for grant in given_]))[: data.draw(st.integers(0, len(given_)))]
    entries: list[Entry] = list(given_)
    for number in withdrawn:  # anywhere after its grant
        place = data.draw(st.integers(min(number, len(entries)), len(entries)))
        entries.insert(max(place, entries.index(given_[number - 1]) + 1), Revocation(number))
    standing = [grant for grant in given_ if grant.number not in withdrawn]
    assert replay(START, entries) == replay(START, standing)


@given(grants=GRANTS)
def test_with_everything_taken_back_it_is_what_it_was(grants: list[Grant]) -> None:
    given_ = numbered(grants)
    assert replay(START, [*given_, *(Revocation(grant.number) for grant in given_)]) == START


def test_a_year_moves_up_but_never_before_the_day_on_which_it_was_ordered() -> None:
    first, second = Grant(1, 12, ORDERED), Grant(2, 12, date(2027, 2, 1))
    assert replay(START, [first, second]).valid_until == date(2028, 12, 22)
    assert replay(START, [first, second, Revocation(1)]).valid_until == date(2028, 1, 31)


def test_a_renewal_turned_down_ends_the_enrolment_that_led_to_it_and_no_later_one() -> None:
    ordered, renewed = (
        Grant(1, 12, ORDERED, enrols=True),
        Grant(2, 12, date(2027, 12, 23), enrols=True, is_automatic=True),
    )
    assert replay(START, [ordered, renewed]).auto_renewal
    assert not replay(START, [ordered, renewed, Revocation(2)]).auto_renewal
    assert replay(START, [ordered, renewed, Revocation(2), Enrolment(enrolled=True)]).auto_renewal
    assert replay(START, [ordered, renewed, Grant(3, 12, ORDERED, enrols=True), Revocation(2)]).auto_renewal


def test_the_end_of_an_enrolment_holds_when_an_order_before_it_is_taken_back() -> None:
    entries = [Grant(1, 12, ORDERED, enrols=True), Enrolment(enrolled=False), Revocation(1)]
    assert replay(START, entries) == START


def test_what_was_set_by_hand_is_a_difference_that_stays() -> None:
    found = LicenceState(START.valid_until + timedelta(days=3), {"employees": 12}, "Pro", auto_renewal=True)
    made = difference(START, found)
    assert made == Adjustment(3, None, {"employees": 12}, "Pro", enrolled=True)
    assert replay(START, [made]) == found
    assert difference(START, START) is None


def test_a_licence_made_perpetual_by_hand_stays_so_whatever_is_taken_back() -> None:
    bought = Grant(1, 12, ORDERED)
    made = difference(replay(START, [bought]), LicenceState(date.max, START.limits, "Standard", auto_renewal=False))
    assert made is not None
    assert replay(START, [bought, made, Revocation(1)]).valid_until == date.max
    assert replay(START, [bought, made, Grant(2, 12, ORDERED, enrols=True)]).renewal_date is None
    ended = difference(replay(START, [bought, made]), START)
    assert ended is not None
    assert replay(START, [bought, made, ended]).valid_until == START.valid_until


def test_an_extension_sets_the_limits_that_it_was_sold_for_alone() -> None:
    assert raised({"employees": 50, "stations": 3}, {"employees": 10, "stations": 3}) == {"employees": 50}
