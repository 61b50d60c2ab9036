"""``r2-renewal``: one command a group of work, a file a group.

Rules: each group's module declares its parsers cheaply and imports what it needs inside its handlers; a failure is one
Polish line on stderr with its code, never a traceback; exit codes are those of the command's help, and 2 for a wrong command.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.cli.parser import Parser
from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

GROUPS = ("licence", "order", "host", "shop", "demo")
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command.

    Each leaf sets ``handler``, a function of the parsed arguments to an exit code, and may set ``failure_exit``, the exit
    code of a failure with a code.
    """
    from r2_renewal import __version__

    parser: argparse.ArgumentParser = Parser(prog="r2-renewal", description="Odnawianie abonamentu programu R2płatnik.")
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help="pokazuje wersję i kończy"
    )
    commands = parser.add_subparsers(metavar="POLECENIE", required=True)
    for group in GROUPS:
        importlib.import_module(f"{__name__}.{group}").add_parsers(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    arguments = build_parser().parse_args(argv)
    failure_exit = getattr(arguments, "failure_exit", EXIT_FAILED)
    # Only in a process of its own; a start that may have nothing to say does it by itself, once it goes on.
    arguments.end_libraries = partial(_end_libraries, arguments) if argv is None else bool
    if not getattr(arguments, "is_start", False):
        arguments.end_libraries()
    try:
        return int(arguments.handler(arguments))
    except RenewalError as error:
        return _fail(error, failure_exit)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # the last line of defence: no traceback reaches a user
        return _fail(RenewalError(ErrorCode.INTERNAL, type(error).__name__), failure_exit)


def _end_libraries(arguments: argparse.Namespace) -> None:
    """Keep what libraries complain of from stderr: it may quote a customer."""
    from r2_renewal.library_log import end_libraries_in, file_in
    from r2_renewal.state_place import default_state_dir

    end_libraries_in(file_in(Path(getattr(arguments, "state", None) or default_state_dir())))


def _speak_utf8() -> None:
    if sys.stderr is None:
        # A windowed host may start us without one, and print() to nothing would go to stdout, where a program reads JSON.
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the process's life
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _fail(error: RenewalError, exit_code: int) -> int:
    from r2_renewal.ui.error_texts import sentence

    detail = f" [{error.detail}]" if error.detail else ""
    print(f"r2-renewal: {sentence(error.code)} ({error.code.value}){detail}", file=sys.stderr)
    return exit_code
