"""An agent whose keyring is odd: ``python -I odd_keyrings.py KIND [FOLDER]`` instead of ``python -I -m r2_renewal.agent``.

The agent starts its vault's process by its own command and ``--vault``, which comes back here: only the list of keyrings to
choose from is another one, everything else is the real thing. What happened to a keyring is told in files of ``FOLDER``.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from r2_renewal.agent import __main__ as agent
from r2_renewal.agent import vault_process
from r2_renewal.agent.vault import OPTION

FOLDER = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()
LONG = 600


class Odd(KeyringBackend):
    """Keeps secrets in a file, so that several processes see them, and is asked for the oddity at every call."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        self.oddity("get")
        return _all().get(f"{service}|{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.oddity("set")
        _write({**_all(), f"{service}|{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self.oddity("delete")
        rest = _all()
        if rest.pop(f"{service}|{username}", None) is None:
            raise PasswordDeleteError("nothing there")
        _write(rest)

    def oddity(self, call: str) -> None:
        """Do what is odd about it; nothing with a good one."""
        with (FOLDER / "calls").open("a") as calls:
            calls.write(f"{call} {os.getpid()}\n")


class Dismissed(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        raise KeyringLocked("the user closed the prompt")


class Raising(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        raise RuntimeError("sekret-w-komunikacie")


class Ending(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        raise SystemExit("nothing stops a library from this")


class Interrupting(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        raise KeyboardInterrupt


class Exhausted(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        raise MemoryError


class Crashing(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        os.abort()


class Chatty(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        sys.stdout.write("{}\nnot the agent's business\n")
        os.write(1, b"nor this\n")


class Forgetful(Odd):
    """Says nothing and keeps nothing, as a wallet whose prompt was closed."""

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002
        self.oddity("set")


class Hanging(Odd):
    def oddity(self, call: str) -> None:
        super().oddity(call)
        threading.Event().wait(LONG)


class Greedy(Odd):
    """Hangs in C and keeps the interpreter to itself, so that no Python code can end the process."""

    def oddity(self, call: str) -> None:
        super().oddity(call)
        ctypes.PyDLL(None).sleep(LONG)


class SlowToStart(Odd):
    """Hangs where one would only ask whether it is there."""

    class _Slow:
        def __get__(self, *_of: object) -> float:
            time.sleep(LONG)
            return 1

    priority = _Slow()  # type: ignore[assignment]


class Undecodable(Odd):
    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        return found and b"\xff\xfe\xfa".decode("utf-8")


class Numeric(Odd):
    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        return found and 17  # type: ignore[return-value]


class Surrogate(Odd):
    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        return found and "\ud800"


class Absent(Odd):
    @property
    def priority(self) -> float:  # type: ignore[override]
        raise RuntimeError("never asked on an instance")

    def __init__(self) -> None:
        raise RuntimeError("no such service")


def _all() -> dict[str, str]:
    path = FOLDER / "secrets.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _write(secrets: dict[str, str]) -> None:
    (FOLDER / "secrets.json").write_text(json.dumps(secrets))


def main() -> None:
    """Be the agent, or its vault with this kind of keyring."""
    if sys.argv[-1] != OPTION:
        agent.main()
    kind = sys.argv[1]
    vault_process.main(lambda: () if kind == "none" else (globals()[kind],))


if __name__ == "__main__":
    main()
