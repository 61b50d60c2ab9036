"""The command line's parser: one Polish line for a wrong command, and help with Polish headings.

Rules: a wrong command is one line on stderr and exit code 2, with nothing on stdout; what the standard library says in English
is said anew, by the words that it begins with, since its messages have no other mark; a message not known here is passed on.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

EXIT_USAGE = 2

# ``--port: …`` or ``POLECENIE: …``: which argument it is about.
_ABOUT = re.compile(r"^argument (?P<name>[^:]+): (?P<rest>.+)$", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """A parser that speaks Polish; the parsers of its commands are of the same class."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Formatter, **settings)
        self._positionals.title, self._optionals.title = "Argumenty", "Opcje"
        self.add_argument("-h", "--help", action="help", help="pokazuje tę pomoc i kończy")

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong, and end with exit code 2."""
        line = " ".join(f"{_in_polish(message)}. Pomoc: {self.prog} --help".split())
        print(f"r2-renewal: {line}", file=sys.stderr)
        sys.exit(EXIT_USAGE)


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Użycie: " if prefix is None else prefix)


def _in_polish(message: str) -> str:
    about = _ABOUT.match(message)
    if about is None:
        return _said_anew(message)
    return f"{about['name']}: {_said_anew(about['rest'])}"


def _said_anew(message: str) -> str:
    for english, polish in _phrases().items():
        found = re.match(english, message, re.DOTALL)
        if found is not None:
            return found.expand(polish)
    return message


def _phrases() -> dict[str, str]:
    return {
        r"the following arguments are required: (.+)": r"brakuje: \1",
        r"one of the arguments (.+) is required": r"podaj jedno z: \1",
        r"unrecognized arguments: (.+)": r"nieznane argumenty: \1",
        r"invalid choice: (.+?)(?: \(choose from .*|, maybe you meant .*)?$": r"nie ma takiego polecenia: \1",
        r"invalid \w+ value: (.+)": r"nieprawidłowa wartość \1",
        r"expected .*arguments?$": r"podaj wartość",
        r"ignored explicit argument (.+)": r"nie przyjmuje wartości \1",
        r"not allowed with argument (.+)": r"nie można podać razem z \1",
        r"ambiguous option: (\S+) could match (.+)": r"niejednoznaczna opcja \1, może: \2",
    }
