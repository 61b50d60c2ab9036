"""What reading a licence costs a host: no socket, no process, and none of the heavy libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.licence_files import PRODUCT, Vendor

HEAVY = {
    "PySide6", "asyncio", "concurrent", "dataclasses", "email", "http", "inspect", "keyring", "logging", "msgspec",
    "multiprocessing", "pathlib", "platformdirs", "requests", "socket", "sqlite3", "ssl", "subprocess", "threading",
    "tomllib", "truststore", "urllib", "zoneinfo",
    "cryptography.hazmat.backends", "cryptography.hazmat.primitives.ciphers", "r2_renewal.config", "r2_renewal.policy",
    "r2_renewal.settings", "r2_renewal.ui",
}  # fmt: skip

REPOSITORY = Path(__file__).parents[2]
READER = """
import json, sys
events = []
sys.addaudithook(lambda event, arguments: events.append(event))
from datetime import UTC, datetime
from r2_renewal.licensing.trusted_key import TrustedKey
from r2_renewal.licensing.reader import load_verdict
verdict = load_verdict(sys.argv[1], [TrustedKey("k", bytes.fromhex(sys.argv[2]))], sys.argv[3], datetime.now(UTC))
print(json.dumps({"kind": verdict.kind, "modules": sorted(sys.modules), "events": sorted(set(events))}))
"""


def read_in_a_new_process(path: Path, vendor: Vendor, *first: Path) -> dict[str, Any]:
    """Return what a fresh interpreter tells of reading a licence; ``first`` are folders before all others on its path."""
    command = [sys.executable, "-S", "-c", READER, str(path), vendor.keys[0].ed25519.hex(), PRODUCT]
    environment = {"PYTHONPATH": os.pathsep.join(map(str, [*first, REPOSITORY, *filter(None, sys.path)]))}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
    return dict(json.loads(answer.stdout))


def test_a_broken_installation_of_the_library_is_a_verdict(tmp_path: Path) -> None:
    """A mismatched OpenSSL or cffi makes the Rust core panic, and its panic is no ``Exception``."""
    broken = tmp_path / "cryptography"
    broken.mkdir()
    (broken / "__init__.py").write_text("class PanicException(BaseException): ...\nraise PanicException('no cffi')\n")
    vendor = Vendor()
    path = tmp_path / "licence.lic"
    path.write_bytes(vendor.certificate())
    told = read_in_a_new_process(path, vendor, tmp_path)
    assert told["kind"] == "unreadable"


def test_a_silent_start_opens_nothing_and_loads_nothing_heavy(tmp_path: Path) -> None:
    vendor = Vendor()
    path = tmp_path / "licence.lic"
    path.write_bytes(vendor.certificate())
    told = read_in_a_new_process(path, vendor)
    assert told["kind"] in {"valid", "expiring", "expired"}
    assert HEAVY & set(told["modules"]) == set()
    assert not [
        event
        for event in told["events"]
        if event.startswith(("socket.", "subprocess.", "os.fork", "os.exec", "ctypes"))
    ]
