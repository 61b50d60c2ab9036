"""The host's event loop while the module meets every fault of network and keyring: a ticker of a millisecond never waits for us.

The figures are those of ``tests/benchmarks/bench_event_loop.py``, less what the kernel says that other programs took. The best of
a few attempts is judged, for a page fault is nobody's fault; a stall of ours would be in each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.bench_event_loop import AIMS, FAULTS, KEYRINGS, measure_fault, measure_keyring

ATTEMPTS = 4
CASES = [*((measure_fault, fault) for fault in FAULTS), *((measure_keyring, fault) for fault in KEYRINGS)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("measure", "fault"), CASES, ids=[fault for _, fault in CASES])
def test_no_fault_holds_the_hosts_event_loop(
    measure: Callable[[Path, str, float], dict[str, float]], fault: str, tmp_path: Path, long_mode: bool
) -> None:
    seen = []
    for attempt in range(ATTEMPTS):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        figures = measure(folder, fault, 6.0 if long_mode else 1.5)
        assert figures["uses"] > 3
        seen.append(figures)
        if all(figures[f"own {name}"] <= aim for name, aim in AIMS.items()):
            return
    pytest.fail(f"never within {AIMS}: {seen}")
