"""Keyrings for tests: odd ones in the vault's process, and D-Bus sessions with a real or a broken Secret Service."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from r2_renewal.agent.vault import OPTION, Vault
from r2_renewal.agent.vault_process import LONGEST_LIFE_SECONDS

FAKES = Path(__file__).resolve().parent.parent / "fakes"
SHOP = "https://sklep.example.pl/"
PATIENCE = 20.0


def agent_with(kind: str, folder: Path) -> tuple[str, ...]:
    """Return the command of an agent whose keyring is of a kind of ``odd_keyrings``."""
    return (sys.executable, "-I", str(FAKES / "odd_keyrings.py"), kind, str(folder))


def vault_with(kind: str, folder: Path) -> Vault:
    """Return a vault whose keyring is of a kind of ``odd_keyrings``."""
    return Vault((*agent_with(kind, folder), OPTION), SHOP)


def calls(folder: Path) -> list[str]:
    """Return the calls that reached the keyring, in order."""
    path = folder / "calls"
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def processes(folder: Path) -> set[int]:
    """Return the processes that called the keyring."""
    return {int(line.split()[1]) for line in (folder / "calls").read_text().splitlines()}


def secrets_in(folder: Path) -> str:
    """Return everything that the keyring holds, as text."""
    path = folder / "secrets.json"
    return path.read_text() if path.exists() else ""


def is_gone(process: int) -> bool:
    """Return whether a process that is no child of ours has ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    # A zombie waits for a parent that died with it.
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def await_gone(process: int, patience: float = LONGEST_LIFE_SECONDS / 2) -> None:
    """Wait for the end of a process that is no child of ours; by default not so long that it might end by its own limit."""
    end = time.monotonic() + patience
    while not is_gone(process):
        assert time.monotonic() < end, "left behind"
        time.sleep(0.05)


def need(*commands: str) -> None:
    """Skip where a program is missing."""
    missing = [command for command in commands if shutil.which(command) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextmanager
def session_bus(folder: Path) -> Iterator[dict[str, str]]:
    """Run a D-Bus session of its own, without services to start; yield the environment to be in it."""
    need("dbus-daemon")
    socket = folder / "bus"
    configuration = folder / "session.conf"
    configuration.write_text(
        "<busconfig><type>session</type>"
        f"<listen>unix:path={socket}</listen><auth>EXTERNAL</auth>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>'
    )
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().decode().strip()
        yield {
            "DBUS_SESSION_BUS_ADDRESS": address,
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_RUNTIME_DIR": str(folder),
        }
    finally:
        bus.terminate()
        bus.communicate(timeout=PATIENCE)


@contextmanager
def gnome_keyring(folder: Path) -> Iterator[dict[str, str]]:
    """Run a real GNOME keyring, unlocked, in a D-Bus session and a home of its own; yield the environment to be in it."""
    need("gnome-keyring-daemon", "dbus-daemon")
    with session_bus(folder) as environment:
        daemon = subprocess.Popen(
            [
                "gnome-keyring-daemon",
                "--foreground",
                "--unlock",
                "--components=secrets",
                f"--control-directory={folder}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        assert daemon.stdin is not None
        daemon.stdin.write(b"haslo-do-pierscienia")
        daemon.stdin.close()
        try:
            _await_owner(environment)
            yield environment
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(PATIENCE)


@contextmanager
def secret_service(kind: str, folder: Path) -> Iterator[dict[str, str]]:
    """Run a Secret Service of a kind of ``odd_secret_service`` in a D-Bus session; yield the environment to be in it."""
    with session_bus(folder) as environment:
        service = subprocess.Popen(
            [sys.executable, "-I", str(FAKES / "odd_secret_service.py"), kind, str(folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, **environment},
        )
        try:
            assert service.stdout is not None
            assert service.stdout.readline() == b"ready\n"
            yield environment
        finally:
            service.terminate()
            service.communicate(timeout=PATIENCE)


def _await_owner(environment: dict[str, str]) -> None:
    from jeepney import DBusAddress, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    bus = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
    end = time.monotonic() + PATIENCE
    connection = open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"])
    try:
        question = ("org.freedesktop.secrets",)
        while not connection.send_and_get_reply(new_method_call(bus, "NameHasOwner", "s", question)).body[0]:
            assert time.monotonic() < end, "the keyring did not come up"
            time.sleep(0.02)
    finally:
        connection.close()
