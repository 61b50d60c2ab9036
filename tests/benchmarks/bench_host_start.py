"""What the module costs a host's start on the silent way: time to the first paint, and CPU of the whole process.

Run as ``python -m tests.benchmarks.bench_host_start [rounds]``. Hosts with and without the module start in turns in one run, so
that a busy machine slows both alike; ratios of medians are printed. Aims: 1.01 to the first paint, 1.10 of the whole CPU.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from r2_renewal.domain.dates import today_in_warsaw
from tests.embedding.licences import KEYS, write_licence

ROUNDS = 20
AIMS = {"first paint": 1.01, "whole CPU": 1.10}
HOST = """
import json, os, sys, time
began = time.perf_counter()
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget
app = QApplication([])
class Host(QMainWindow):
    painted = 0.0
    def event(self, event):
        done = super().event(event)
        if event.type() is QEvent.Type.Paint and not self.painted:
            Host.painted = time.perf_counter() - began
        return done
window = Host()
table = QTableWidget(200, 8)
window.setCentralWidget(table)
for title in ("&Plik", "&Kartoteki", "Pomo&c"):
    window.menuBar().addMenu(title).addAction("Podręcznik")
licence, state, key = sys.argv[1:4]
if len(sys.argv) > 4:
    import r2_renewal
    module = r2_renewal.attach(window, r2_renewal.Config(licence_path=licence, state_dir=state,
        trusted_keys=(r2_renewal.TrustedKey("test", bytes.fromhex(key)),), shop_url="https://shop.example"))
window.show()
def end():
    assert len(sys.argv) < 5 or module.state.status == "silent", module.state
    times = os.times()
    print(json.dumps({"first paint": Host.painted, "whole CPU": times.user + times.system}), flush=True)
    os._exit(0)
QTimer.singleShot(600, end)
app.exec()
"""


def measure(folder: Path, *options: str) -> dict[str, float]:
    """Start one host and return its figures in seconds."""
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    command = [
        sys.executable,
        "-c",
        HOST,
        str(folder / "R2.lic"),
        str(folder / "state"),
        KEYS[0].ed25519.hex(),
        *options,
    ]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=environment)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_licence(folder / "R2.lic", today_in_warsaw() + timedelta(days=200))
        pairs = [(measure(folder), measure(folder, "with")) for _ in range(rounds + 1)][1:]
    for what, aim in AIMS.items():
        bare, guest = (statistics.median(pair[which][what] for pair in pairs) for which in (0, 1))
        figures = f"{bare * 1000:.0f} ms bare, {guest * 1000:.0f} ms with, ratio {guest / bare:.3f} (aim {aim})"
        sys.stdout.write(f"{what}: {figures}\n")


if __name__ == "__main__":
    main()
