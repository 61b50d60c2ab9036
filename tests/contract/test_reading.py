"""JSON is read into types by many threads at once, each type for the first time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import r2_renewal
from r2_renewal.contract.reading import read, typed

PACKAGE = Path(r2_renewal.__file__).parent
OF_MSGSPEC = re.compile(r"msgspec\.(?:json\.decode|json\.Decoder|convert)\(")
# Rooms where threads read; the keyring's process reads one line in its one thread.
THREADED = ("agent", "contract", "reference_shop")
ALONE = {"contract/reading.py", "agent/vault_process.py"}

# Types that no thread has read yet, read by six threads that take turns as often as they can.
AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-5)
import msgspec
from r2_renewal.contract.reading import read, typed

def kind(depth):
    within = {name: int for name in "abcdefgh"} if not depth else {name: kind(depth - 1) for name in "abc"}
    return msgspec.defstruct(f"Level{depth}", [(name, tuple[of, ...], ()) for name, of in within.items()])

def work():
    ready.wait()
    for _ in range(3):
        found.append(read(b'{"a": [{"b": [{"c": [{}]}]}]}', wanted))
        found.append(typed({"a": ({"b": ()},)}, wanted))

for _ in range(15):
    wanted, ready, found = kind(3), threading.Barrier(6), []
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert len(found) == 36, len(found)
"""


def test_many_threads_read_a_type_for_the_first_time_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", AT_ONCE], stderr=subprocess.PIPE, timeout=120, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_rooms_with_threads_read_in_no_other_way() -> None:
    modules = [path for room in THREADED for path in (PACKAGE / room).rglob("*.py")]
    assert len(modules) > 100
    reads = {
        path.relative_to(PACKAGE).as_posix() for path in modules if OF_MSGSPEC.search(path.read_text(encoding="utf-8"))
    }
    assert reads == ALONE


class Named(msgspec.Struct, frozen=True):
    """A type of these tests."""

    name: str


def test_what_is_read_is_of_its_type() -> None:
    assert read(b'{"name": "R2"}', Named) == typed({"name": "R2"}, Named) == Named("R2")
    assert read(msgspec.Raw(b'{"name": "R2"}'), Named) == read('{"name": "R2"}', Named)
    with pytest.raises(msgspec.ValidationError):
        read(b'{"name": 1}', Named)
    with pytest.raises(msgspec.ValidationError):
        typed({"name": 1}, Named)
    with pytest.raises(msgspec.DecodeError):
        read(b"{", Named)
