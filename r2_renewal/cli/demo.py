"""``r2-renewal demo``: shop, licence and payroll host in one command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from r2_renewal.cli.values import a_path, a_port, days_left, seconds

if TYPE_CHECKING:
    from r2_renewal.cli import Commands
    from r2_renewal.demo.launch import DemoOptions

DAYS_LEFT = 30
# Time to find „Anuluj zamówienie", and then to see the states come one by one.
AUTO_FULFIL_SECONDS = 25.0
PAYING_SECONDS = 10.0


def add_parsers(commands: Commands) -> None:
    """Declare the command ``demo``."""
    parser = commands.add_parser(
        "demo",
        help="pokazuje całość: sklep wzorcowy, licencja i program płacowy",
        description=(
            "Uruchamia sklep wzorcowy na wolnym porcie tego komputera, wystawia podpisaną licencję i otwiera przykładowy program "
            "płacowy „R2płatnik (demo)”. Pierwszy wiersz na wyjściu to obiekt JSON z adresami i plikami. Ctrl-C kończy wszystko."
        ),
    )
    parser.add_argument(
        "--days-left", type=days_left, default=DAYS_LEFT, metavar="N", help="dni do końca abonamentu (domyślnie 30)"
    )
    parser.add_argument(
        "--state", type=a_path, metavar="FOLDER", help="folder danych, zachowany na później (domyślnie tymczasowy)"
    )
    parser.add_argument("--port", type=a_port, default=0, metavar="N", help="port sklepu (domyślnie 0: wolny)")
    parser.add_argument(
        "--auto-fulfil",
        type=seconds,
        default=AUTO_FULFIL_SECONDS,
        metavar="S",
        help=f"po ilu sekundach sklep realizuje zamówienie (domyślnie {AUTO_FULFIL_SECONDS:.0f})",
    )
    parser.add_argument(
        "--accept-after",
        type=seconds,
        metavar="S",
        help=f"tyle sekund zamówienie można jeszcze anulować (domyślnie do {PAYING_SECONDS:.0f} sekund przed realizacją)",
    )
    parser.add_argument("--no-gui", action="store_true", help="tylko sklep i pliki, bez okien")
    parser.add_argument("--offscreen", action="store_true", help="okna bez ekranu")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo until its window is closed or it is interrupted."""
    from r2_renewal.demo.launch import launch

    return launch(options_of(arguments))


def options_of(arguments: argparse.Namespace) -> DemoOptions:
    """Return what the command line asks for."""
    from r2_renewal.demo.launch import DemoOptions

    return DemoOptions(
        days_left=arguments.days_left,
        state=arguments.state,
        port=arguments.port,
        auto_fulfil=arguments.auto_fulfil,
        accept_after=_accept_after(arguments.accept_after, arguments.auto_fulfil),
        gui=not arguments.no_gui,
        offscreen=arguments.offscreen,
    )


def _accept_after(wished: float | None, auto_fulfil: float) -> float:
    """Return when the shop accepts: an order that is soon fulfilled is accepted at once, and none after its fulfilment."""
    return max(0.0, auto_fulfil - PAYING_SECONDS) if wished is None else min(wished, auto_fulfil)
