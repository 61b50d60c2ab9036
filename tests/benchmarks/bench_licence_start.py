"""What it costs a program to check a licence at its start: whole processes, beside other licensing libraries, in one run.

    python tests/benchmarks/bench_licence_start.py [--python INTERPRETER] [--rounds N] [--json]

Each contender is a process of its own that imports its library and judges one local licence file offline. The order
rotates every round, so that a busy machine is unfair to all alike; the figure is CPU (user + system) of the whole process,
and what counts is its ratio to bare Python and to us. A library that is not installed is left out and said so: licensespring,
licensing (Cryptolens), cryptlex-lexactivator, keygen-sdk and keygen-py. LexActivator verifies only what its server
activated, so its figure is the import alone, a lower bound. Of the module there are two rows: the licence read, verified and
judged, and a start that the note of an earlier check keeps silent without that, as most are.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from r2_renewal.clock import pc_clock  # noqa: E402
from r2_renewal.licensing.issue import licence_payload  # noqa: E402
from tests.licence_files import LICENCE, PROGRAM, Vendor, encrypted  # noqa: E402

LICENCE_KEY = "BENCH-KEY"

BARE = "pass"

OURS = """
from datetime import UTC, datetime
from r2_renewal.licensing.trusted_key import TrustedKey
from r2_renewal.licensing.reader import load_verdict
keys = (TrustedKey("bench", bytes.fromhex(open("key.hex").read())),)
assert load_verdict("plain.lic", keys, "r2platnik", datetime.now(UTC)).kind == "valid"
"""

CONFIG = """
from r2_renewal.config import Config
from r2_renewal.licensing.trusted_key import TrustedKey
keys = (TrustedKey("bench", bytes.fromhex(open("key.hex").read())),)
config = Config(licence_path="plain.lic", state_dir="state", machine_dir="machine", trusted_keys=keys, product_code="r2platnik")
"""

NOTE = (
    CONFIG
    + """
from r2_renewal.clock import today_in_warsaw
from r2_renewal.embedding.quiet_note import QuietNote
from r2_renewal.embedding.startup_check import check
from r2_renewal.settings import settle
settings = settle(config)
note = QuietNote(config, settings)
note.keep(check(settings, today_in_warsaw()))
"""
)

QUIET = (
    CONFIG
    + """
from r2_renewal.embedding.quiet_note import is_quiet
assert is_quiet(config)
"""
)

KEYGEN_PY = """
from keygen_sh.keygen_sh import config, license_file
settings = dict(api_url="https://x.invalid", api_version="1.7", api_prefix="v1", account="a", product="p")
config.set_config(config.KeygenConfig(**settings, public_key=open("key.hex").read(), license_key="BENCH-KEY"))
file = license_file.LicenseFile.build_from_cert("BENCH-KEY", open("sealed.lic").read())
file.verify()
assert file.decrypt("BENCH-KEY").license.expiry
"""

KEYGEN_SDK = """
from keygen.files import LicenseFile
file = LicenseFile(certificate=open("plain.lic").read())
file.verify(open("key.hex").read())
assert file.decode().license
"""

LICENSESPRING_SETUP = """
from licensespring.licensefile.config import Configuration
from licensespring.licensefile.license_manager import LicenseManager
manager = LicenseManager(Configuration(product="p", api_key="a", shared_key="s", file_path="spring"))
"""

LICENSESPRING_STORE = (
    LICENSESPRING_SETUP
    + """
import json
licence = {"license_key": "k", "license_active": True, "license_enabled": True, "validity_period": "2099-01-01T00:00:00"}
store = manager.licensefile_handler
store.store_encrypted_string(store.encrypt(json.dumps({"licenses": {"p": licence}})))
"""
)

LICENSESPRING = LICENSESPRING_SETUP + "assert manager.load_license().validity_period()\n"

CRYPTOLENS = """
from licensing.models import LicenseKey
assert LicenseKey.load_from_string(open("rsa.xml").read(), open("cryptolens.json").read(), 400) is not None
"""

LEXACTIVATOR = "from cryptlex.lexactivator import LexActivator"

CRYPTOLENS_FIELDS = (
    "ProductId", "ID", "Key", "Period", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "Notes", "Block", "GlobalId",
    "Customer", "ActivatedMachines", "TrialActivation", "MaxNoOfMachines", "AllowedMachines", "DataObjects", "Reseller",
)  # fmt: skip

CONTENDERS = {
    "bare Python": BARE,
    "r2_renewal": OURS,
    "r2_renewal, most silent starts": QUIET,
    "keygen-py": KEYGEN_PY,
    "keygen-sdk": KEYGEN_SDK,
    "licensespring": LICENSESPRING,
    "licensing (Cryptolens)": CRYPTOLENS,
    "lexactivator (import only)": LEXACTIVATOR,
}


@dataclass(frozen=True)
class Bench:
    """A folder with every contender's licence and script, and the interpreter that runs them.

    Attributes:
        folder: where the files are.
        python: the interpreter.
    """

    folder: Path
    python: str

    def prepare(self) -> None:
        """Write every contender's licence file."""
        vendor = Vendor()
        now = pc_clock()
        programs = (PROGRAM._replace(valid_until=now.date() + timedelta(days=200)),)
        payload = licence_payload(
            LICENCE._replace(issued=now - timedelta(days=1), file_expiry=now + timedelta(days=99), programs=programs)
        )
        (self.folder / "key.hex").write_text(vendor.keys[0].ed25519.hex())
        (self.folder / "plain.lic").write_bytes(vendor.sign(payload))
        (self.folder / "sealed.lic").write_bytes(encrypted(_as_keygen(payload), vendor.private, LICENCE_KEY))
        _write_cryptolens(self.folder, now)
        for name, script in CONTENDERS.items():
            self._script(name).write_text(script)
        for name, script in (("store", LICENSESPRING_STORE), ("note", NOTE)):
            self._script(name).write_text(script)
            self.cpu(name)

    def cpu(self, name: str) -> float | None:
        """Return the CPU milliseconds of one process of a contender; None where it failed."""
        environment = _as_installed(str(self.folder / "bytecode")) | {"PYTHONPATH": str(REPOSITORY)}
        process = subprocess.Popen(
            [self.python, str(self._script(name))],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return (usage.ru_utime + usage.ru_stime) * 1000 if status == 0 else None

    def _script(self, name: str) -> Path:
        return self.folder / f"run_{''.join(filter(str.isalnum, name))}.py"


def _as_installed(bytecode: str) -> dict[str, str]:
    """Return an environment in which every contender is compiled once, as an installer leaves it, and not at each start."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return environment | {"PYTHONPYCACHEPREFIX": bytecode}


def _as_keygen(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload with the attributes that a Keygen server adds and keygen-py insists on."""
    issued = payload["meta"]["issued"]
    off = ("floating", "protected", "suspended", "encrypted", "strict", "requireHeartbeat", "requireCheckIn")
    attributes = {**payload["data"]["attributes"], **dict.fromkeys(off, False)}
    attributes |= {
        "key": LICENCE_KEY,
        "uses": 0,
        "created": issued,
        "updated": issued,
        "scheme": None,
        "maxMachines": 1,
    }
    related = {name: {"data": {"type": f"{name}s", "id": "x"}} for name in ("account", "product", "policy")}
    return {**payload, "data": {**payload["data"], "attributes": attributes, "relationships": related}}


def _write_cryptolens(folder: Path, now: datetime) -> None:
    """Write a licence signed as Cryptolens' server does: RSA PKCS #1 v1.5 with SHA-256 over the JSON."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(65537, 2048)
    fields: dict[str, Any] = dict.fromkeys(CRYPTOLENS_FIELDS)
    moment = int(now.timestamp())
    content = json.dumps({**fields, "Created": moment, "Expires": moment + 10**7, "SignDate": moment}).encode()
    signature = key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    response = {"licenseKey": _base64(content), "signature": _base64(signature), "result": 0, "message": ""}
    modulus = _base64(key.public_key().public_numbers().n.to_bytes(256, "big"))
    (folder / "cryptolens.json").write_text(json.dumps(response))
    (folder / "rsa.xml").write_text(f"<RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>")


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def measure(bench: Bench, rounds: int) -> dict[str, list[float]]:
    """Return the CPU milliseconds of every contender that runs, one figure a round, after one warm-up."""
    running = [name for name in CONTENDERS if bench.cpu(name) is not None]
    figures: dict[str, list[float]] = {name: [] for name in running}
    for turn in range(rounds):
        shift = turn % len(running)
        for name in running[shift:] + running[:shift]:
            figure = bench.cpu(name)
            if figure is not None:
                figures[name].append(figure)
    return figures


def report(figures: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Return a row a contender: median CPU, and its ratio to bare Python and to us."""
    medians = {name: statistics.median(values) for name, values in figures.items()}
    return [
        {
            "name": name,
            "cpu_ms": round(median, 1),
            "least_ms": round(min(figures[name]), 1),
            "to_bare": round(median / medians["bare Python"], 2),
            "to_ours": round(median / medians["r2_renewal"], 2),
        }
        for name, median in sorted(medians.items(), key=lambda item: item[1])
    ]


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the other libraries")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="r2-bench-") as folder:
        bench = Bench(Path(folder), arguments.python)
        bench.prepare()
        rows = report(measure(bench, arguments.rounds))
    sys.stdout.write(json.dumps(rows, indent=2) + "\n" if arguments.json else table(rows))


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows for people, and who is missing."""
    lines = [f"{'whole process, offline licence check':38} {'CPU ms':>8} {'least':>8} {'× bare':>8} {'× ours':>8}"]
    for row in rows:
        lines.append(f"{row['name']:38} {row['cpu_ms']:8} {row['least_ms']:8} {row['to_bare']:8} {row['to_ours']:8}")
    for name in CONTENDERS.keys() - {row["name"] for row in rows}:
        lines.append(f"{name:38} not installed in this interpreter, or refused to run")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
