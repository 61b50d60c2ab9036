"""How soon eSklep shows something, and whether it ever holds the host up: with 10, 1,000 and 10,000 programs.

    python -m tests.benchmarks.bench_eshop_window [--programs N …]

The real window, the real agent, the real shop over HTTP. For each number of programs the window is opened three times: never
before (nothing known), with an agent yet to start (the last basket known), and with a warm one; then it is searched, narrowed and
sorted, and the order form of its first program is opened and gone through. „first" is the time from the click to rows on the
screen, „took" the time from the click to the next page. „gap" is the longest time for which a timer of 1 ms was kept waiting;
„busy" the most time on the processor in such a gap, which other programs on the machine do not lengthen. Aims: first content
within 100 ms of a warm open, no gap over 16 ms with 10,000 programs.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from r2_renewal.agent.protocol import VERSION, HelloParams, KeyParam
from r2_renewal.domain.order_flow import Step
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.seed import CUSTOMER_ID, prepare
from r2_renewal.reference_shop.shop import opened
from r2_renewal.reference_shop.tables import LicenceRow
from r2_renewal.settings import default_agent_command
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.basket_rows import Column
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_wizard.wizard import OrderWizard
from tests.benchmarks.bench_shop import TODAY
from tests.driver import click, fill, tick
from tests.e2e.order_by_widgets import ORDERER
from tests.reference_shop.processes import servers

SIZES = (10, 1_000, 10_000)
LINKS = Links("", "", "", "", ())
NAMES = ("R2płatnik", "R2księga", "R2faktury", "R2środki trwałe", "R2żłobek", "R2ćwiczenia")


def turn(milliseconds: int) -> None:
    """Let the event loop turn for a while, as a host's own does."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Let the event loop turn until something holds, looked at every millisecond."""
    loop, timer, end = QEventLoop(), QTimer(), time.monotonic() + seconds

    def look() -> None:
        if holds() or time.monotonic() > end:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(1)
    loop.exec()
    assert holds(), "it never came"


class Gaps(QObject):
    """A timer of 1 ms. Attributes: longest; busiest: between two turns, in milliseconds, since the last ``reset``."""

    def __init__(self) -> None:
        super().__init__()
        self._begin()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1)

    def reset(self) -> None:
        """Begin to measure anew."""
        turn(5)
        self._begin()

    def _begin(self) -> None:
        self.longest = self.busiest = 0.0
        self._last, self._used = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self.longest, self._last = max(self.longest, (now - self._last) * 1000), now
        self.busiest, self._used = max(self.busiest, (used - self._used) * 1000), used

    def __str__(self) -> str:
        return f"gap {self.longest:6.1f} ms, busy {self.busiest:5.1f} ms"


def own(shop_folder: object, programs: int) -> None:
    """Give the demo's customer so many programs in all."""
    with opened(settings_of(shop_folder, clock=set_to(TODAY))) as shop, shop.database.writing() as session:  # type: ignore[arg-type]
        session.add_all(
            LicenceRow(
                id=f"L-{number:06}",
                customer_id=CUSTOMER_ID,
                program_id=f"P-{number}",
                product="r2platnik",
                name=f"{NAMES[number % len(NAMES)]} – klient {number:05}",
                edition=("Standard", "Biuro", "Pro")[number % 3],
                valid_until=TODAY + timedelta(days=number * 7 % 500 - 30),
                seq=1,
                limits={"employees": 5 + 45 * (number % 2)},
                services=["updates"],
                auto_renewal=number % 4 == 0,
                renewal_date=TODAY + timedelta(days=number * 7 % 500 - 29) if number % 4 == 0 else None,
            )
            for number in range(programs - 3)
        )


def opened_window(link: AgentLink, total: int) -> tuple[EshopWindow, float, float]:
    """Open the window; return it with the milliseconds to the first rows and to all of the shop's own."""
    began = time.perf_counter()
    window = EshopWindow(link, LINKS, lambda: TODAY)
    window.show()
    wait_until(lambda: window.basket.count[1] > 0)
    first = time.perf_counter() - began
    wait_until(lambda: window.refresh_button.isEnabled() and window.basket.count[1] == total)
    return window, first * 1000, (time.perf_counter() - began) * 1000


def timed(act: Callable[[], object], gaps: Gaps) -> str:
    """Do something and return how long it held everything up."""
    gaps.reset()
    act()
    turn(30)
    return str(gaps)


def gone_through(window: EshopWindow, gaps: Gaps) -> Iterator[tuple[str, str]]:
    """Open the order form and go from page to page; yield each change's name and how long it took."""

    def change(act: Callable[[], object], step: Step) -> str:
        gaps.reset()
        began = time.perf_counter()
        act()
        wait_until(lambda: wizard_of(window).currentId() == step)
        took = (time.perf_counter() - began) * 1000
        turn(30)
        return f"took {took:6.1f} ms, {gaps}"

    window.basket.select("")
    yield "form", change(lambda: click(window, "Zamów…"), Step.SERVICE)
    form = wizard_of(window)
    tick(form, "Abonament")
    wait_until(lambda: form.flow.quote is not None)
    yield "to invoice", change(lambda: click(form, "Dalej"), Step.INVOICE)
    tick(form, "Dane do faktury są poprawne")
    fill(form, "e-mail do faktury", "faktury@klosowska.example")
    yield "to orderer", change(lambda: click(form, "Dalej"), Step.ORDERER)
    for name, text in ORDERER:
        fill(form, name, text)
    yield "to consent", change(lambda: click(form, "Dalej"), Step.CONSENT)
    tick(form, "Wyrażam zgodę na automatyczne odnowienie")
    yield "to summary", change(lambda: click(form, "Dalej"), Step.SUMMARY)
    yield "back", change(lambda: click(form, "Wstecz"), Step.CONSENT)
    form.reject()


def wizard_of(window: EshopWindow) -> OrderWizard:
    """Return the one order form of eSklep."""
    (form,) = window.findChildren(OrderWizard)
    return form


def resident() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(folder: Path, programs: int) -> None:
    """Write the figures of a number of programs."""
    prepared = prepare(folder / "shop", 30, TODAY)
    own(prepared.folder, programs)
    gc.collect()
    gc.freeze()  # what the making of the shop left is not the host's
    (folder / "licence.lic").write_text(prepared.licence, encoding="ascii")
    with servers(prepared) as start:
        _, url = start()
        hello = HelloParams(
            protocol=VERSION,
            shop_url=url,
            licence_path=str(folder / "licence.lic"),
            trusted_keys=tuple(KeyParam(**key) for key in prepared.trusted_keys["keys"]),
            product_code="r2platnik",
            state_dir=str(folder / "state"),
        )
        gaps, before = Gaps(), resident()
        for name, restart in (("never opened", True), ("agent to start", True), ("agent warm", False)):
            if restart:
                link = AgentLink(default_agent_command(), hello)
            gaps.reset()
            window, first, whole = opened_window(link, programs)
            sys.stdout.write(f"{programs:6} {name:<15} first {first:7.1f} ms  whole {whole:8.1f} ms  {gaps}\n")
            turn(1500 if name == "never opened" else 100)  # the agent writes it down
            if name != "agent warm":
                window.close()
                window.deleteLater()
            if name == "never opened":
                link.close()
                turn(300)
        basket = window.basket
        acts: dict[str, Callable[[], object]] = {
            "search": lambda: basket.search.setText("ksiega 00"),
            "search nothing": basket.search.clear,
            "by program": lambda: basket.table.sortByColumn(Column.PROGRAM, Qt.SortOrder.AscendingOrder),
            "by limits": lambda: basket.table.sortByColumn(Column.LIMITS, Qt.SortOrder.DescendingOrder),
            "by renewal": lambda: basket.table.sortByColumn(Column.AUTO_RENEWAL, Qt.SortOrder.AscendingOrder),
            "select all": basket.table.selectAll,
            "scroll to end": basket.table.scrollToBottom,
        }
        for name, act in acts.items():
            sys.stdout.write(f"{programs:6} {name:<15} {timed(act, gaps)}\n")
        sys.stdout.write(f"{programs:6} memory          +{resident() - before:.1f} MiB\n")
        for name, took in gone_through(window, gaps):
            sys.stdout.write(f"{programs:6} {name:<15} {took}\n")
        window.close()
        window.deleteLater()
        link.close()
        turn(300)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, nargs="*", default=list(SIZES))
    arguments = parser.parse_args()
    application = QApplication([])  # lives as long as the windows
    for programs in arguments.programs:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), programs)
    del application


if __name__ == "__main__":
    main()
