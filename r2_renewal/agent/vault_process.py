"""``… --vault``: one errand to the system's keyring, run by a process that can be killed.

Why a process: a keyring may never answer (a mute Secret Service, a prompt that nobody sees), and a call to it cannot be
interrupted by the process that made it.

Rules: one errand in, one report out, then the end; a secret travels through the pipes only, never as an argument, in the
environment or on stderr; whatever a keyring raises is a report; the process ends with the agent's pipe, and by itself at the
latest after ``LONGEST_LIFE_SECONDS``, even where a library never gives the interpreter back.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import msgspec

from r2_renewal.agent.stdio import take_over
from r2_renewal.agent.vault_backends import chosen, safe_backends

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

LONGEST_LINE = 64 * 1024
LONGEST_LIFE_SECONDS = 20.0


class Action(StrEnum):
    """What the keyring is asked for."""

    READ = "read"
    KEEP = "keep"
    REMOVE = "remove"


class Outcome(StrEnum):
    """What became of it."""

    DONE = "done"
    ABSENT = "absent"
    LOCKED = "locked"
    CORRUPT = "corrupt"
    FAILED = "failed"


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent asks for.

    Attributes:
        action: what to do.
        service: the keyring's name for what the secret opens.
        account: whose secret it is.
        secret: to keep; or the only one to remove, empty for any.
    """

    action: Action
    service: str
    account: str
    secret: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. Attributes: outcome: what became of it; secret: what was read, None for nothing there."""

    outcome: Outcome
    secret: str | None = None


def main(load: Callable[[], tuple[type[KeyringBackend], ...]] = safe_backends) -> NoReturn:
    """Do the errand that stands on stdin and end.

    An empty line says that the errand begins: up to there it was our own start that took the time.

    Args:
        load: the keyrings to choose from.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calls, answers = take_over()
    # A watch of its own in C: it ends the process even while a library keeps the interpreter to itself.
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123
        faulthandler.dump_traceback_later(LONGEST_LIFE_SECONDS, exit=True, file=nowhere)
        line = calls.readline(LONGEST_LINE)
        threading.Thread(target=_end_with, args=(calls,), name="pipe", daemon=True).start()
        backends = load()
        _say(answers, b"")
        _say(answers, _done(line, backends))
        os._exit(0)


def _end_with(calls: BinaryIO) -> None:
    while calls.read(1):
        pass
    os._exit(1)


def _say(answers: BinaryIO, line: bytes) -> None:
    try:
        answers.write(line + b"\n")
        answers.flush()
    except OSError:
        os._exit(1)


def _done(line: bytes, backends: tuple[type[KeyringBackend], ...]) -> bytes:
    """Do the errand and return the report's line, whatever the keyring raises."""
    from keyring.errors import InitError, KeyringLocked

    try:
        # Encoded here: what a keyring holds need not be text that can be written.
        return msgspec.json.encode(_report(msgspec.json.decode(line, type=Errand), chosen(backends)))
    except (KeyringLocked, InitError):
        outcome = Outcome.LOCKED
    except UnicodeError:
        outcome = Outcome.CORRUPT
    except BaseException:
        outcome = Outcome.FAILED
    return msgspec.json.encode(Report(outcome=outcome))


def _report(errand: Errand, keyring: KeyringBackend | None) -> Report:
    if keyring is None:
        return Report(outcome=Outcome.ABSENT)
    match errand.action:
        case Action.READ:
            return _read(errand, keyring)
        case Action.KEEP:
            return _keep(errand, keyring)
        case Action.REMOVE:
            return _remove(errand, keyring)


def _read(errand: Errand, keyring: KeyringBackend) -> Report:
    secret = keyring.get_password(errand.service, errand.account)
    if secret is not None and (not isinstance(secret, str) or len(secret) > LONGEST_LINE // 8):
        return Report(outcome=Outcome.CORRUPT)
    return Report(outcome=Outcome.DONE, secret=secret)


def _keep(errand: Errand, keyring: KeyringBackend) -> Report:
    keyring.set_password(errand.service, errand.account, errand.secret)
    # Read again, since a wallet may refuse to write without a word.
    kept = keyring.get_password(errand.service, errand.account)
    return Report(outcome=Outcome.DONE if kept == errand.secret else Outcome.FAILED)


def _remove(errand: Errand, keyring: KeyringBackend) -> Report:
    from keyring.errors import PasswordDeleteError

    # Another process may have kept a newer one meanwhile: that is not ours to remove.
    if errand.secret and keyring.get_password(errand.service, errand.account) != errand.secret:
        return Report(outcome=Outcome.DONE)
    try:
        keyring.delete_password(errand.service, errand.account)
    except PasswordDeleteError:
        if keyring.get_password(errand.service, errand.account) is not None:
            raise
    return Report(outcome=Outcome.DONE)
