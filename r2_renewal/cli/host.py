"""``r2-renewal startup`` and ``r2-renewal eshop``: the module as a process of its own, for hosts that are not Python.

Rules: the result is one JSON line, the last thing on stdout, and the exit codes are those of ``status``; unattended there is
never a window; a silent start imports no widgets and needs no screen, and outside the reminder's window no Qt at all.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from r2_renewal.cli.licence import add_judging, add_licence_key_file, explain, leaf, licence_key_of, status_exit, warn
from r2_renewal.cli.screen import require_screen
from r2_renewal.cli.values import a_path

if TYPE_CHECKING:
    from r2_renewal.cli.foreign_host import Told
    from r2_renewal.cli.licence import Commands
    from r2_renewal.config import Config
    from r2_renewal.domain.licence import Verdict
    from r2_renewal.embedding.startup_check import StartupCheck
    from r2_renewal.settings import Settings

_EXITS = "Kod wyjścia: 0 ważny lub odnowiony, 10 kończy się, 20 wygasł, 30 inny stan lub błąd."
_HANDLES = 2**63
_SIGNED_HANDLES = 2**32


def add_parsers(commands: Commands) -> None:
    """Declare the commands of this group."""
    _add_host(
        commands, "startup", _startup, "Decyzja przy starcie programu; pokazuje przypomnienie, gdy jest na nie czas."
    )
    _add_host(commands, "eshop", _eshop, "Otwiera okno eSklep.")


def _add_host(commands: Commands, name: str, handler: object, text: str) -> None:
    parser = leaf(commands, name, handler, text)
    parser.set_defaults(is_start=name == "startup")
    parser.epilog = _EXITS
    parser.add_argument("--licence", metavar="PLIK", type=a_path, required=True, help="plik licencji")
    parser.add_argument("--shop-url", metavar="URL", default="", help="adres eSklepu; domyślnie sprzedawcy")
    parser.add_argument("--state", metavar="FOLDER", type=a_path, help="stan modułu; domyślnie folder użytkownika")
    parser.add_argument(
        "--parent-window", metavar="UCHWYT", type=_handle, default=0, help="okno programu, nad którym otwierać okna"
    )
    parser.add_argument("--unattended", action="store_true", help="bez okien; wynik jako JSON")
    add_judging(parser)
    add_licence_key_file(parser)


def _handle(text: str) -> int:
    """Return a window handle, decimal or ``0x…``; 0 for what can be none."""
    number = int(text, 0)
    # Windows' handles have 32 bits that mean something, and .NET may write them with their sign.
    if number < 0:
        return number % _SIGNED_HANDLES
    return number if number < _HANDLES else 0


def _startup(arguments: argparse.Namespace) -> int:
    config, settings = _settled(arguments)
    began = _check(settings)
    if began.question is not None and not settings.unattended:
        require_screen()
        arguments.end_libraries()
        from r2_renewal.cli.foreign_host import ask

        told = ask(config, settings, arguments.parent_window)
        return _finish(arguments, settings, began, _check(settings), told)
    if began.unsettled or began.refresh_due:
        arguments.end_libraries()
        from r2_renewal.cli.quiet_errand import run_errand

        run_errand(settings, began)
        return _finish(arguments, settings, began, _check(settings))
    return _finish(arguments, settings, began, began)


def _eshop(arguments: argparse.Namespace) -> int:
    _, settings = _settled(arguments)
    began = _check(settings)
    if settings.unattended:
        return _finish(arguments, settings, began, began)
    require_screen()
    from r2_renewal.cli.foreign_host import open_eshop

    open_eshop(settings, arguments.parent_window)
    return _finish(arguments, settings, began, _check(settings))


def _settled(arguments: argparse.Namespace) -> tuple[Config, Settings]:
    from r2_renewal.config import Config
    from r2_renewal.settings import settle

    config = Config(
        licence_path=arguments.licence,
        shop_url=arguments.shop_url,
        trusted_keys=arguments.trusted_keys or (),
        product_code=arguments.product or "",
        state_dir=arguments.state,
        today=(lambda: arguments.today) if arguments.today else None,
        unattended=arguments.unattended,
        licence_key=licence_key_of(arguments) or "",
    )
    return config, settle(config)


def _check(settings: Settings) -> StartupCheck:
    from r2_renewal.embedding.startup_check import check

    return check(settings, settings.today())


def _finish(
    arguments: argparse.Namespace,
    settings: Settings,
    began: StartupCheck,
    ended: StartupCheck,
    told: Told | None = None,
) -> int:
    document = _document(began, ended, told)
    explain(ended.verdict)
    if ended.code is not None:
        warn(ended.code)
    if arguments.json or settings.unattended:
        print(json.dumps(document, ensure_ascii=False), flush=True)
    else:
        print(f"Stan: {document['verdict']}, {_validity(ended.verdict)}", flush=True)
    return status_exit(ended.verdict)


def _document(began: StartupCheck, ended: StartupCheck, told: Told | None) -> dict[str, Any]:
    question = began.question
    answer = told.answer if told is not None else None
    return {
        "verdict": ended.verdict.kind.value,
        "days_left": ended.verdict.days_left,
        "valid_until": _last_day(ended.verdict),
        "prompt": question.prompt.text if question is not None else None,
        "prompted": told is not None and told.prompted,
        "answer": answer.value if answer is not None else None,
        "renewed_until": _renewed_until(began.verdict, ended.verdict),
    }


def _last_day(verdict: Verdict) -> str | None:
    day = verdict.program.valid_until if verdict.program is not None else None
    return day.isoformat() if day is not None else None


def _validity(verdict: Verdict) -> str:
    if verdict.program is not None and verdict.program.is_perpetual:
        return "ważny bezterminowo"
    return f"ważny do: {_last_day(verdict) or '–'}"


def _renewed_until(before: Verdict, after: Verdict) -> str | None:
    """Return the new last day where this run brought a licence that lasts longer."""
    last, earlier = _last_day(after), _last_day(before)
    return last if last is not None and (earlier is None or last > earlier) else None
