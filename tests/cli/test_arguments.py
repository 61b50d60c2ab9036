"""Wrong commands and ``--help``: one Polish line, exit code 2, and nothing of the standard library's English."""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.cli import build_parser, main
from r2_renewal.cli.parser import EXIT_USAGE, Parser
from r2_renewal.cli.values import a_date, a_path, a_port, days_left, seconds

ENGLISH = ("usage", "error", "argument ", "invalid", "expected", "required", "choose", "options:", "show this", "exit")
WRONG = {
    "": "brakuje: POLECENIE",
    "shop": "brakuje: POLECENIE",
    "sklep": "nie ma takiego polecenia: 'sklep'",
    "licence sign": "nie ma takiego polecenia: 'sign'",
    "shop serve": "brakuje: --state",
    "shop serve --state": "--state: podaj wartość",
    "shop serve --state=": "--state: podaj niepustą ścieżkę",
    "shop serve --state x --port 65536": "--port: podaj liczbę całkowitą od 0 do 65535, a nie '65536'",
    "shop serve --state x --port http": "--port: podaj liczbę całkowitą",
    "shop serve --state x --public-url sklep.example.pl": "--public-url: podaj adres https:// albo http://",
    "shop serve --state x --public-url https://a.pl/panel/": "--public-url: podaj adres https:// albo http:// bez ścieżki",
    "shop serve --state x --public-url https://u:p@a.pl": "--public-url: podaj adres",
    "shop serve --state x --public-url https://[": "--public-url: podaj adres",
    "shop serve --state x --public-url javascript:alert(1)": "--public-url: podaj adres",
    "shop serve --state x --today 22.11.2026": "--today: podaj datę w postaci RRRR-MM-DD, a nie '22.11.2026'",
    "shop serve --state x --today 0001-01-01": "--today: podaj datę w postaci RRRR-MM-DD",
    "demo --days-left 9999999": "--days-left: podaj liczbę całkowitą od −36500 do 36500, a nie '9999999'",
    "demo --days-left 1.5": "--days-left: podaj liczbę całkowitą",
    "demo --auto-fulfil nan": "--auto-fulfil: podaj liczbę sekund od 0 do",
    "demo --auto-fulfil -1": "--auto-fulfil: podaj liczbę sekund od 0 do",
    "demo --accept-after -1": "--accept-after: podaj liczbę sekund od 0 do",
    "demo --auto-fulfil inf": "--auto-fulfil: podaj liczbę sekund od 0 do",
    "demo --port -1": "--port: podaj liczbę całkowitą od 0 do 65535, a nie '-1'",
    "demo --state=": "--state: podaj niepustą ścieżkę",
    "demo --no-gui=tak": "--no-gui: nie przyjmuje wartości 'tak'",
    "demo --gui": "nieznane argumenty: --gui",
    "licence show a b": "nieznane argumenty: b",
    "status --licence x --today 2026-02-30": "--today: podaj datę",
    "order export x --licence y --kind gift": "--kind: podaj subscription albo extension, a nie 'gift'",
    "order export x --licence y --email anna@": "--email: podaj jeden adres e-mail, a nie 'anna@'",
    "order export x --licence y --phone 112": "--phone: podaj numer telefonu",
    "order export x --licence y --qr kod.jpg": "--qr: podaj plik .png albo .svg, a nie 'kod.jpg'",
    "startup --licence x --parent-window okno": "--parent-window: nieprawidłowa wartość 'okno'",
    "startup --licence x --s 1": "niejednoznaczna opcja --s, może: --shop-url, --state",
}


@pytest.mark.parametrize(("command", "said"), WRONG.items(), ids=WRONG.keys())
def test_a_wrong_command_is_one_polish_line_and_exit_two(
    command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    output = capsys.readouterr()
    (line,) = output.err.splitlines()
    assert (ended.value.code, output.out) == (EXIT_USAGE, "")
    assert line.startswith("r2-renewal: ")
    assert said in line
    assert line.endswith("--help")
    assert not any(word in line for word in ENGLISH)


def test_a_line_break_in_a_value_does_not_make_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--foo\nbar"])
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_excludes_each_other_is_said_in_polish(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="r2-renewal")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--jeden", action="store_true")
    group.add_argument("--dwa", action="store_true")
    for given_, said in (
        (["--jeden", "--dwa"], "nie można podać razem z --jeden"),
        ([], "podaj jedno z: --jeden --dwa"),
    ):
        with pytest.raises(SystemExit):
            parser.parse_args(given_)
        assert said in capsys.readouterr().err


def every_parser(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from every_parser(inner)


def test_the_help_of_every_command_is_polish() -> None:
    parsers = list(every_parser(build_parser()))
    assert len(parsers) > 12
    for parser in parsers:
        words = parser.format_help()
        assert words.startswith("Użycie: r2-renewal")
        assert "Opcje:" in words
        assert "pokazuje tę pomoc i kończy" in words
        assert not any(word in words for word in ENGLISH), words


def test_every_value_has_its_kind() -> None:
    taken = [action for parser in every_parser(build_parser()) for action in parser._actions]
    kinds = {action.type for action in taken}
    assert not kinds & {int, float, Path, date.fromisoformat}


def test_what_makes_sense_is_taken_as_it_is() -> None:
    assert (a_port("0"), a_port("65535")) == (0, 65535)
    assert (days_left("-36500"), days_left("36500")) == (-36500, 36500)
    assert (seconds("0"), seconds("2.5")) == (0.0, 2.5)
    assert a_date("2026-11-22") == date(2026, 11, 22)
    assert a_path("a b/ł") == Path("a b/ł")


@pytest.mark.parametrize("kind", [a_port, a_date, days_left, seconds, a_path])
@given(text=st.text())
def test_no_text_breaks_a_kind_of_value(kind: argparse._ActionType, text: str) -> None:
    with contextlib.suppress(argparse.ArgumentTypeError):
        kind(text)  # type: ignore[operator]


def test_asking_for_a_state_loads_neither_the_shops_tools_nor_windows() -> None:
    """Hosts that are not in Python pay for this at each of their starts."""
    report = "import sys; from r2_renewal.cli import build_parser; build_parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=60)
    assert {"dataclasses", "msgspec", "sqlalchemy", "PySide6", "requests"} & set(loaded.stdout.split()) == set()
