"""Deadlines and the waits between tries."""

from __future__ import annotations

from r2_renewal.agent.deadline import Deadline, around, full_jitter
from tests.agent.test_orders import until


def test_a_deadline_runs_out_and_stays_out() -> None:
    deadline = Deadline(0.05)
    assert 0.0 < deadline.left <= 0.05
    until(lambda: deadline.left == 0.0)
    assert deadline.left == 0.0


def test_jitter_is_full_so_that_clients_do_not_return_together() -> None:
    waits = [full_jitter(8.0) for _ in range(400)]
    assert all(0.0 <= wait <= 8.0 for wait in waits)
    # Every eighth of the range is hit: the chance that one of them is not is below 10^-22.
    assert {int(min(wait, 7.9)) for wait in waits} == set(range(8))


def test_a_poll_comes_neither_at_once_nor_much_later() -> None:
    waits = [around(10.0) for _ in range(100)]
    assert all(8.0 <= wait <= 12.0 for wait in waits)
    assert len(set(waits)) > 1
