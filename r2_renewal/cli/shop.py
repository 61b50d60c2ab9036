"""``r2-renewal shop …``: the reference shop."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.cli.mail_options import add_mail, transport_of
from r2_renewal.cli.values import AUTO, a_base_url, a_date, a_network, a_path, a_port, seconds
from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    from r2_renewal.cli import Commands
    from r2_renewal.reference_shop.folder import ShopFolder

# The extra is absent as a whole or not at all; one library of it tells.
_EXTRA = ("litestar", "sqlalchemy", "uvicorn", "argon2", "jinja2")
_DEFAULT_PORT = 8642
_OPENAPI = "shop-api.openapi.json"


def add_parsers(commands: Commands) -> None:
    """Declare the commands of this group."""
    from r2_renewal.cli import shop_tasks

    shop = commands.add_parser("shop", help="sklep wzorcowy: serwer, klucz podpisujący, licencje, zamówienia")
    shop_commands = shop.add_subparsers(metavar="POLECENIE", required=True)
    _add_serve(shop_commands)
    _add_init(shop_commands)
    _add_issue_licence(shop_commands)
    _add_mark_paid(shop_commands)
    _add_export_openapi(shop_commands)
    shop_tasks.add_parsers(shop_commands)


def add_command(
    commands: Commands, name: str, help_text: str, handler: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Declare one command of the group."""
    parser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(handler=handler)
    return parser


def add_place(parser: argparse.ArgumentParser) -> None:
    """Declare where the shop is."""
    parser.add_argument("--state", type=a_path, required=True, metavar="KATALOG", help="katalog sklepu: baza i klucze")
    parser.add_argument(
        "--database", default="", metavar="URL", help="baza danych (domyślnie shop.db w katalogu sklepu)"
    )


def _add_serve(commands: Commands) -> None:
    parser = add_command(commands, "serve", "uruchamia serwer i wypisuje jego adres jako jedną linię JSON", _serve)
    add_place(parser)
    parser.add_argument("--host", default="127.0.0.1", metavar="ADRES", help="adres nasłuchu (domyślnie 127.0.0.1)")
    parser.add_argument(
        "--port", type=a_port, default=_DEFAULT_PORT, metavar="N", help=f"port; 0 – wolny (domyślnie {_DEFAULT_PORT})"
    )
    parser.add_argument(
        "--auto-fulfil", type=seconds, metavar="SEKUNDY", help="realizuje każde zamówienie po tylu sekundach"
    )
    parser.add_argument(
        "--accept-after",
        type=seconds,
        default=0.0,
        metavar="SEKUNDY",
        help="tyle sekund zamówienie można jeszcze anulować, potem sklep je przyjmuje (domyślnie 0)",
    )
    parser.add_argument(
        "--today", type=a_date, metavar="RRRR-MM-DD", help="data, od której biegnie zegar sklepu, do pokazów i testów"
    )
    parser.add_argument(
        "--consent-optional",
        action="store_true",
        help="przyjmuje zamówienia także bez zgody na automatyczne odnowienie",
    )
    add_mail(parser)
    parser.add_argument(
        "--public-url",
        type=a_base_url,
        metavar="URL",
        help=f"adres, pod którym klienci widzą sklep i panel; {AUTO} – adres nasłuchu (domyślnie panel z pliku sprzedawcy)",
    )
    parser.add_argument("--stop-with-stdin", action="store_true", help="kończy pracę, gdy zamknie się wejście")
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        type=a_network,
        default=[],
        metavar="ADRES",
        help="adres albo sieć serwera pośredniczącego, któremu wierzyć w X-Forwarded-For i X-Forwarded-Proto; można powtórzyć",
    )
    parser.add_argument(
        "--fault-hooks", action="store_true", help="pozwala testom zamawiać awarie; nigdy w prawdziwym sklepie"
    )


def _add_init(commands: Commands) -> None:
    add_place(add_command(commands, "init", "zakłada katalog sklepu, bazę danych i klucz podpisujący", _init))


def _add_issue_licence(commands: Commands) -> None:
    parser = add_command(
        commands, "issue-licence", "podpisuje licencję o podanym numerze i zapisuje jej plik", _issue_licence
    )
    add_place(parser)
    parser.add_argument("licence", metavar="LICENCJA", help="identyfikator licencji")
    parser.add_argument("--output", type=a_path, metavar="PLIK", help="plik licencji (domyślnie na wyjście)")


def _add_mark_paid(commands: Commands) -> None:
    parser = add_command(commands, "mark-paid", "oznacza zamówienie jako opłacone i realizuje je", _mark_paid)
    add_place(parser)
    parser.add_argument("order", metavar="ZAMÓWIENIE", help="identyfikator albo numer zamówienia")


def _add_export_openapi(commands: Commands) -> None:
    parser = add_command(commands, "export-openapi", "zapisuje opis API sklepu (OpenAPI 3.1)", _export_openapi)
    parser.add_argument(
        "file", type=a_path, nargs="?", metavar="PLIK", help=f"domyślnie resources/{_OPENAPI}; - to wyjście"
    )


def _need_extra() -> None:
    missing = [name for name in _EXTRA if importlib.util.find_spec(name) is None]
    if missing:
        raise RenewalError(ErrorCode.EXTRA_MISSING, f"pip install r2-renewal[shop] ({', '.join(missing)})")


def folder_of(arguments: argparse.Namespace) -> ShopFolder:
    """Return where the shop is.

    Raises:
        RenewalError: EXTRA_MISSING, where the shop's libraries are not installed.
    """
    _need_extra()
    from r2_renewal.reference_shop.folder import ShopFolder

    return ShopFolder(arguments.state, arguments.database)


def _serve(arguments: argparse.Namespace) -> int:
    folder = folder_of(arguments)
    from dataclasses import replace

    from r2_renewal.reference_shop.clock import pc_clock, set_to
    from r2_renewal.reference_shop.folder import settings_of
    from r2_renewal.reference_shop.server import address_of, bind, serve

    clock = set_to(arguments.today) if arguments.today else pc_clock
    settings = replace(
        settings_of(folder, clock=clock, auto_fulfil=arguments.auto_fulfil),
        invoicing=True,
        accept_after=arguments.accept_after,
        mail=transport_of(arguments),
        consent_required=not arguments.consent_optional,
    )
    bound = bind(arguments.host, arguments.port)
    public_url = address_of(bound) if arguments.public_url == AUTO else arguments.public_url or ""
    settings = replace(settings, public_url=public_url)
    announcement = json.dumps({"shop_url": address_of(bound)})
    serve(
        settings,
        bound,
        lambda: print(announcement, flush=True),
        stop_with_stdin=arguments.stop_with_stdin,
        fault_hooks=arguments.fault_hooks,
        trusted_proxies=arguments.trusted_proxy,
    )
    return 0


def _init(arguments: argparse.Namespace) -> int:
    folder = folder_of(arguments)
    from r2_renewal.reference_shop.folder import init

    init(folder)
    print(json.dumps({"state": str(folder.path), "trusted_keys": str(folder.trusted_keys)}, ensure_ascii=False))
    return 0


def _issue_licence(arguments: argparse.Namespace) -> int:
    folder = folder_of(arguments)
    from r2_renewal.reference_shop.folder import settings_of
    from r2_renewal.reference_shop.licence_files import reissue
    from r2_renewal.reference_shop.shop import opened

    with opened(settings_of(folder)) as shop:
        certificate = reissue(shop, arguments.licence)
    if certificate is None:
        raise RenewalError(ErrorCode.NO_SUCH_LICENCE, "no such licence")
    _write(certificate, arguments.output)
    return 0


def _mark_paid(arguments: argparse.Namespace) -> int:
    folder = folder_of(arguments)
    from r2_renewal.reference_shop.folder import settings_of
    from r2_renewal.reference_shop.fulfilment import mark_paid
    from r2_renewal.reference_shop.shop import opened

    with opened(settings_of(folder)) as shop:
        done = mark_paid(shop, arguments.order)
    print("Zamówienie zrealizowane." if done else "Zamówienie było już zakończone, nic nie zmieniono.")
    return 0


def _export_openapi(arguments: argparse.Namespace) -> int:
    _need_extra()
    from r2_renewal.reference_shop.app import api_description
    from r2_renewal.resources import resource

    target = arguments.file or resource(_OPENAPI)
    _write(api_description(), None if str(target) == "-" else target)
    return 0


def _write(text: str, path: Path | None) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RenewalError(ErrorCode.FILE_NOT_WRITABLE, f"cannot write: {type(error).__name__}") from error
