"""The system's vault, from the agent's side: one secret a shop and licence holder, asked for by a process that is killed in time.

Rules: the keyring gets three seconds, then its process is killed; a secret that Windows could not hold is refused before it is
sent; only ``RenewalError`` leaves this module: a VAULT_* code where there is no secret to be had, LOGIN_AGAIN where what lay
there was no text and is removed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import IO

import msgspec

from r2_renewal.agent.vault_process import LONGEST_LINE, Action, Errand, Outcome, Report
from r2_renewal.child_environment import child_environment
from r2_renewal.contract.reading import read
from r2_renewal.domain.errors import ErrorCode, RenewalError

KEYRING_SECONDS = 3.0
# For our own process to come up, on a computer that is busy starting everything else.
START_SECONDS = 10.0
# CRED_MAX_CREDENTIAL_BLOB_SIZE, 2,560 bytes of UTF-16 (Windows SDK, wincred.h). The same everywhere, so that nothing works
# on one system only.
LONGEST_UTF16_UNITS = 1280
OPTION = "--vault"
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)

_CODES = {
    Outcome.ABSENT: ErrorCode.VAULT_ABSENT,
    Outcome.LOCKED: ErrorCode.VAULT_LOCKED,
    Outcome.CORRUPT: ErrorCode.VAULT_FAILED,
    Outcome.FAILED: ErrorCode.VAULT_FAILED,
}


class Vault:
    """The secrets of one shop in the keyring of this computer's user."""

    def __init__(self, command: tuple[str, ...], shop_url: str) -> None:
        """Name the secrets' place.

        Args:
            command: starts the process of ``vault_process``.
            shop_url: base URL of the shop that the secrets open; another shop's are other secrets.
        """
        self._command = command
        self._service = f"R2 Renewal {shop_url.rstrip('/')}"

    def read(self, account: str) -> str | None:
        """Return the secret of an account; None where there is none.

        Raises:
            RenewalError: VAULT_*; LOGIN_AGAIN for one that is no text, which is removed.
        """
        report = self._report(Action.READ, account)
        if report.outcome is Outcome.CORRUPT:
            with suppress(RenewalError):
                self.remove(account)
            raise RenewalError(ErrorCode.LOGIN_AGAIN, "the vault holds no text")
        return _checked(report).secret

    def keep(self, account: str, secret: str) -> None:
        """Keep a secret in place of any other of the account.

        Raises:
            RenewalError: VAULT_*.
        """
        if len(secret.encode("utf-16-le")) // 2 > LONGEST_UTF16_UNITS:
            raise RenewalError(ErrorCode.VAULT_TOO_LONG, "over 1,280 UTF-16 units")
        _checked(self._report(Action.KEEP, account, secret))

    def remove(self, account: str, secret: str = "") -> None:
        """Remove the account's secret, where there is one.

        Args:
            account: whose.
            secret: the only one to remove: a newer one of another process stays; empty for any.

        Raises:
            RenewalError: VAULT_*.
        """
        _checked(self._report(Action.REMOVE, account, secret))

    def _report(self, action: Action, account: str, secret: str = "") -> Report:
        errand = Errand(action=action, service=self._service, account=account, secret=secret)
        try:
            with _started(self._command) as process:
                try:
                    return _asked(process, errand)
                finally:
                    process.kill()
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise RenewalError(ErrorCode.VAULT_FAILED, type(error).__name__) from error


def _checked(report: Report) -> Report:
    if report.outcome is not Outcome.DONE:
        raise RenewalError(_CODES[report.outcome], report.outcome.value)
    return report


def own_command() -> tuple[str, ...]:
    """Return the command that starts the vault's process: the one that started this process, and ``--vault``."""
    # A frozen bundle has no interpreter to give options to.
    arguments = sys.argv[1:] if getattr(sys, "frozen", False) else sys.orig_argv[1:]
    return (sys.executable, *arguments, OPTION)


def _started(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    # What it complains of could hold a secret.
    return subprocess.Popen(  # noqa: S603  our own command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(command[0]),
        creationflags=_NO_WINDOW,
    )


def _asked(process: subprocess.Popen[bytes], errand: Errand) -> Report:
    """Send the errand and return the report.

    Raises:
        RenewalError: VAULT_MUTE, where it had to be killed; VAULT_FAILED, where it ended by itself.
    """
    if process.stdin is None or process.stdout is None:
        raise AssertionError("made with pipes")
    process.stdin.write(msgspec.json.encode(errand) + b"\n")
    process.stdin.flush()
    _line(process, process.stdout, START_SECONDS)
    return read(_line(process, process.stdout, KEYRING_SECONDS), Report)


def _line(process: subprocess.Popen[bytes], answers: IO[bytes], seconds: float) -> bytes:
    with _Limit(process, seconds) as limit:
        line = answers.readline(LONGEST_LINE)
    if not line:
        raise RenewalError(ErrorCode.VAULT_MUTE if limit.is_over else ErrorCode.VAULT_FAILED, "no report")
    return line


class _Limit:
    """Kills a process that is not done when the block should have ended. Attributes: is_over: whether it had to."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.is_over = False
        self._process = process
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Limit:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        self._process.kill()
