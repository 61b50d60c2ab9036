"""What the module costs a host's start on the silent way: to the first paint, and in the CPU of the whole process.

Run as ``python -m tests.benchmarks.bench_host_start [rounds]``. Hosts with and without the module start in turns in one run, so
that a busy machine slows both alike; medians and, less moved by whatever else runs, minima are printed. Two hosts: a bare one,
which paints an empty table, and one that does a little of what a payroll program does at its start (a thousand employees from
SQLite into a table). Two starts with the module: the first ever, which reads and judges the licence, and any later one, which a
note of the first keeps silent.
Aims: 1.01 to the first paint, 1.10 of the whole CPU.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from r2_renewal.clock import today_in_warsaw
from tests.embedding.licences import KEYS, write_licence

ROUNDS = 20
AIMS = {"first paint": 1.01, "CPU to first paint": 1.01, "whole CPU": 1.10}
HOST = """
import json, os, sys, time
began = time.perf_counter()
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget, QTableWidgetItem
app = QApplication([])
class Host(QMainWindow):
    painted = 0.0
    def event(self, event):
        done = super().event(event)
        if event.type() is QEvent.Type.Paint and not self.painted:
            Host.painted, Host.burnt = time.perf_counter() - began, time.process_time()
        return done
window = Host()
table = QTableWidget(200, 8)
window.setCentralWidget(table)
for title in ("&Plik", "&Kartoteki", "Pomo&c"):
    window.menuBar().addMenu(title).addAction("Podręcznik")
kind, module, licence, state, key = sys.argv[1:6]
if kind == "payroll":
    import decimal, logging, sqlite3
    data = sqlite3.connect(":memory:")
    data.execute("CREATE TABLE employee (name TEXT, post TEXT, pay TEXT)")
    people = ((f"Kowalska {number}", "kadrowa", f"{4000 + number}.50") for number in range(1000))
    data.executemany("INSERT INTO employee VALUES (?, ?, ?)", people)
    table.setRowCount(1000)
    for row, cells in enumerate(data.execute("SELECT * FROM employee ORDER BY name")):
        pay = decimal.Decimal(cells[2])
        for column, text in enumerate((*cells, f"{pay * 12:.2f}", f"{pay / 168:.2f}")):
            table.setItem(row, column, QTableWidgetItem(text))
    table.resizeColumnsToContents()
if module == "with":
    import r2_renewal
    module = r2_renewal.attach(window, r2_renewal.Config(licence_path=licence, state_dir=state,
        trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(key)),), shop_url="https://shop.example"))
window.show()
def end():
    whole = time.process_time()
    assert module == "without" or module.state.status == "silent", module.state
    print(json.dumps({"first paint": Host.painted, "CPU to first paint": Host.burnt, "whole CPU": whole}), flush=True)
    os._exit(0)
QTimer.singleShot(600, end)
app.exec()
"""


def measure(folder: Path, kind: str, module: str) -> dict[str, float]:
    """Start one host and return its figures in seconds."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    given = (kind, module, str(folder / "R2.lic"), str(folder / "state"), KEYS[0].ed25519.hex())
    command = [sys.executable, "-c", HOST, *given]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=environment)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure_round(folder: Path, kind: str) -> tuple[dict[str, float], ...]:
    """Start one host three times: without the module, with it for the first time, and with it again."""
    bare = measure(folder, kind, "without")
    shutil.rmtree(folder / "state", ignore_errors=True)
    return bare, measure(folder, kind, "with"), measure(folder, kind, "with")


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_licence(folder / "R2.lic", today_in_warsaw() + timedelta(days=200))
        for kind in ("bare", "payroll"):
            rows = [measure_round(folder, kind) for _ in range(rounds + 1)][1:]
            for what, aim in AIMS.items():
                for figure, middle in (("median", statistics.median), ("minimum", min)):
                    alone, first, later = (1000 * middle([row[which][what] for row in rows]) for which in range(3))
                    sys.stdout.write(
                        f"{kind} host, {what}, {figure}: {alone:.0f} ms without; first start {first:.0f}, "
                        f"ratio {first / alone:.3f}; later starts {later:.0f}, ratio {later / alone:.3f} (aim {aim})\n"
                    )


if __name__ == "__main__":
    main()
