"""``r2-renewal order …``: the whole purchase for a PC without Internet, from the command line.

Rules: ``export`` prepares an order and orders nothing; ``import`` installs the licence file that the shop's page gives for it.
Both end with 0 or 30. The licence is verified before it is put into a file, and personal data are neither printed nor logged.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from r2_renewal.cli.licence import (
    EXIT_OK,
    Refusals,
    add_install,
    add_licence_key_file,
    leaf,
    licence_key_of,
    print_json,
    product_of,
    trusted_keys_of,
)
from r2_renewal.cli.values import a_path
from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    from r2_renewal.agent.order_export import Wanted
    from r2_renewal.cli.licence import Commands
    from r2_renewal.contract.prepared_order import PreparedOrder
    from r2_renewal.domain.contact import ContactVerdict
    from r2_renewal.domain.program import OwnedProgram

KINDS = ("subscription", "extension")
TERMINAL = "-"
_LONGEST_NAME = 80
_PICTURES = (".png", ".svg")


def add_parsers(commands: Commands) -> None:
    """Declare the commands of this group."""
    group = commands.add_parser("order", help="Zamówienie z komputera bez Internetu: do pliku i z powrotem.")
    actions = group.add_subparsers(metavar="CZYNNOŚĆ", required=True)
    _add_export(actions)
    text = "Instaluje plik licencji pobrany ze strony eSklepu po złożeniu zamówienia z pliku."
    add_install(actions, "import", text)


def _add_export(actions: Commands) -> None:
    text = (
        "Przygotowuje zamówienie jako plik lub kod QR. Składa się je dopiero na stronie eSklepu, po sprawdzeniu ceny."
    )
    parser = leaf(actions, "export", _export, text)
    parser.epilog = "Kod wyjścia: 0 zapisano, 30 odmowa."
    parser.add_argument("file", metavar="PLIK", type=a_path, help="plik zamówienia do zapisania")
    parser.add_argument("--licence", metavar="PLIK", type=a_path, required=True, help="plik licencji")
    add_licence_key_file(parser)
    parser.add_argument("--product", metavar="KOD", help="kod programu; domyślnie program sprzedawcy")
    parser.add_argument("--shop-url", metavar="URL", default="", help="adres eSklepu; domyślnie sprzedawcy")
    parser.add_argument("--kind", metavar="|".join(KINDS), type=_kind, help="usługa; domyślnie wybór na stronie")
    parser.add_argument("--offer", metavar="ID", default="", help="pozycja cennika; domyślnie wybór na stronie")
    parser.add_argument("--email", metavar="ADRES", type=_email, help="e-mail do faktury")
    _add_orderer(parser)
    parser.add_argument(
        "--qr", metavar="PLIK", type=_qr_place, help="zapisuje też kod QR (.png lub .svg); - pokazuje go w terminalu"
    )


def _add_orderer(parser: argparse.ArgumentParser) -> None:
    person = parser.add_argument_group("Osoba zamawiająca (czego brakuje, o to zapyta strona)")
    person.add_argument("--first-name", metavar="IMIĘ", type=_name, help="imię")
    person.add_argument("--last-name", metavar="NAZWISKO", type=_name, help="nazwisko")
    person.add_argument("--phone", metavar="TELEFON", type=_phone, help="telefon")
    person.add_argument("--orderer-email", metavar="ADRES", type=_email, help="e-mail tej osoby")


def _export(arguments: argparse.Namespace) -> int:
    from r2_renewal.agent.order_export import page_of, write

    with Refusals(arguments, "exported"):
        page = page_of(_shop_url(arguments))
        order = _prepared(arguments)
        write(arguments.file, order, page)
        if arguments.qr is not None:
            _give_code(arguments, order, page)
    if arguments.json:
        print_json(_document(arguments, page))
    else:
        print(f"Zapisano zamówienie: {arguments.file}\nTo jeszcze nie zamówienie: wczytaj plik na stronie {page}")
    return EXIT_OK


def _document(arguments: argparse.Namespace, page: str) -> dict[str, Any]:
    picture = arguments.qr if isinstance(arguments.qr, Path) else None
    return {
        "exported": True,
        "file": str(arguments.file),
        "qr": None if picture is None else str(picture),
        "page": page,
    }


def _shop_url(arguments: argparse.Namespace) -> str:
    from r2_renewal.policy import read_policy
    from r2_renewal.settings import vendor

    return read_policy().shop_url or arguments.shop_url or vendor().shop_url


def _prepared(arguments: argparse.Namespace) -> PreparedOrder:
    from r2_renewal.agent.order_export import prepare
    from r2_renewal.licensing.reader import parse_certificate, read_certificate

    certificate = read_certificate(arguments.licence)
    licence = parse_certificate(certificate, trusted_keys_of(arguments), licence_key_of(arguments))
    program = licence.program(product_of(arguments))
    if program is None:
        raise RenewalError(ErrorCode.LICENCE_WRONG_PRODUCT, "no program of this product")
    return prepare(certificate, _wanted(arguments, program), pc_clock())


def _wanted(arguments: argparse.Namespace, program: OwnedProgram) -> Wanted:
    from r2_renewal.agent.order_export import Wanted
    from r2_renewal.contract.prepared_order import PreparedItem, PreparedOrderer

    return Wanted(
        items=(
            PreparedItem(
                licence_id=program.licence_id,
                kind=arguments.kind or "",
                offer_id=arguments.offer,
                runs_until=program.valid_until,
            ),
        ),
        invoice_email=arguments.email or "",
        orderer=PreparedOrderer(
            first_name=arguments.first_name or "",
            last_name=arguments.last_name or "",
            phone=arguments.phone or "",
            email=arguments.orderer_email or "",
        ),
    )


def _give_code(arguments: argparse.Namespace, order: PreparedOrder, page: str) -> None:
    from r2_renewal.agent.order_qr import order_code, write_picture

    code = order_code(order, page)
    if isinstance(arguments.qr, Path):
        write_picture(arguments.qr, code)
    elif not arguments.json:  # a program reads JSON there
        code.terminal(compact=True)


# Values


def _kind(text: str) -> str:
    if text not in KINDS:
        raise argparse.ArgumentTypeError(f"podaj {' albo '.join(KINDS)}, a nie {text!r:.80}")
    return text


def _qr_place(text: str) -> Path | str:
    if text == TERMINAL:
        return text
    path = a_path(text)
    if path.suffix.lower() not in _PICTURES:
        raise argparse.ArgumentTypeError(f"podaj plik .png albo .svg, a nie {text!r:.80}")
    return path


def _name(text: str) -> str:
    from r2_renewal.domain.person_name import is_person_name

    name = " ".join(text.split())
    if not name or not is_person_name(name) or len(name) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError(
            f"podaj imię lub nazwisko: do {_LONGEST_NAME} znaków, litery, spacje, łączniki, apostrofy i kropki"
        )
    return name


def _email(text: str) -> str:
    from r2_renewal.contract.contact import check_email

    return _valid(check_email(text), "podaj jeden adres e-mail", text)


def _phone(text: str) -> str:
    from r2_renewal.contract.contact import check_phone

    return _valid(check_phone(text), "podaj numer telefonu, np. +48 601 234 567", text)


def _valid(verdict: ContactVerdict, wanted: str, text: str) -> str:
    if verdict.problem is not None:
        raise argparse.ArgumentTypeError(f"{wanted}, a nie {text!r:.80}")
    return verdict.value
