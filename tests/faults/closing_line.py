"""The last line of a run: how many rows of the fault matrix passed, were skipped and why, and failed.

Rules: a row failed where any of its tests did, and was skipped where all of them were; what was not run is not counted. The line
is made of reports alone, so that it is the same where several processes run the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.faults.rows import ROWS, rows_of

MARKER = "rows(*ids): rows of the fault matrix that the test shows besides the one in its name"
_FOLDER = "tests/faults/"
_PROPERTY = "rows of the fault matrix"


@dataclass
class _Row:
    passed: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def is_skipped(self) -> bool:
        return not self.passed and not self.failed

    @property
    def is_skipped_in_part(self) -> bool:
        return bool(self.passed and not self.failed and self.reasons)


class ClosingLine:
    """Gathers the reports of a run, and closes it with the line."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Put the rows of the markers where every report takes them along, also from another process."""
        marked = [id_ for marker in item.iter_markers("rows") for id_ in marker.args]
        if marked:
            item.user_properties.append((_PROPERTY, marked))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a report for each of its rows."""
        for id_ in set(_rows_in(report)):
            row = self._rows.setdefault(id_, _Row())
            if report.failed:
                row.failed += 1
            elif report.skipped:
                row.reasons.append(_reason(report))
            elif report.when == "call":
                row.passed += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the line, where the run had any row."""
        if self._rows:
            terminalreporter.write_line(self.line())

    def line(self) -> str:
        """Return the line."""
        rows = {id_: self._rows[id_] for id_ in ROWS if id_ in self._rows}
        failed = [id_ for id_, row in rows.items() if row.failed]
        skipped = {id_: row for id_, row in rows.items() if row.is_skipped}
        partly = {id_: row for id_, row in rows.items() if row.is_skipped_in_part}
        passed = f"{len(rows) - len(failed) - len(skipped)} passed" + _told(partly, " in part")
        return (
            f"fault matrix: {len(rows)} of {len(ROWS)} rows: {passed}, {len(skipped)} skipped{_told(skipped)}, "
            f"{len(failed)} failed{_listed(failed)}"
        )


def _rows_in(report: pytest.TestReport) -> Iterator[str]:
    folder, _, test = report.nodeid.partition("::")
    if folder.startswith(_FOLDER):
        # The marker's rows are lost where a process died of the test; those of the name never are.
        marked = [id_ for name, value in report.user_properties if name == _PROPERTY for id_ in list(value)]  # type: ignore[call-overload]
        yield from rows_of(test.rpartition("::")[2].partition("[")[0], marked)


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return told.removeprefix("Skipped: ")


def _told(rows: dict[str, _Row], how: str = "") -> str:
    return _listed([f"{id_}{how}: {', '.join(dict.fromkeys(row.reasons))}" for id_, row in rows.items()])


def _listed(texts: list[str]) -> str:
    return f" ({'; '.join(texts)})" if texts else ""
