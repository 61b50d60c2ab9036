"""``r2-renewal shop renew-due``, ``send-mail``, ``sweep`` and the like: what a shop's keeper runs beside the server."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from r2_renewal.cli.mail_options import add_mail, transport_of
from r2_renewal.cli.shop import add_command, add_place, folder_of
from r2_renewal.cli.values import a_date, days_left
from r2_renewal.clock import today_in_warsaw
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.recipient_role import ROLE_WORDS, RecipientRole

if TYPE_CHECKING:
    from r2_renewal.cli import Commands
    from r2_renewal.reference_shop.shop import Shop

_DAYS_LEFT = 30
_LICENCE = "demo.lic"
_ADDRESS = {"street": "ulica i numer", "postcode": "kod pocztowy", "city": "miejscowość"}


def add_parsers(commands: Commands) -> None:
    """Declare the commands."""
    renew = add_command(
        commands,
        "renew-due",
        "zapowiada i wykonuje automatyczne odnowienia; uruchamiaj codziennie, powtórzenie niczego nie zmienia",
        _renew_due,
    )
    add_place(renew)
    _add_today(renew)
    post = add_command(commands, "send-mail", "wysyła pocztę, która czeka w kolejce", _send_mail)
    add_place(post)
    add_mail(post, required=True)
    to_ksef = add_command(
        commands,
        "send-invoices",
        "wysyła do KSeF faktury, które czekają, i pyta o wysłane; wymaga ksef.toml",
        _send_invoices,
    )
    add_place(to_ksef)
    _add_recipient_parser(commands)
    add_place(
        add_command(
            commands, "sweep", "usuwa wygasłe wyceny, sesje i liczniki; serwer robi to też sam, co godzinę", _sweep
        )
    )
    seed = add_command(
        commands, "seed-demo", "zakłada sklep z przykładowym klientem, cennikiem, licencją i kontem", _seed_demo
    )
    add_place(seed)
    _add_today(seed)
    seed.add_argument(
        "--days-left", type=days_left, default=_DAYS_LEFT, metavar="N", help="dni do końca abonamentu (domyślnie 30)"
    )


def _add_recipient_parser(commands: Commands) -> None:
    recipient = add_command(
        commands,
        "add-recipient",
        "dopisuje do danych klienta odbiorcę: szkołę, oddział, członka grupy VAT",
        _add_recipient,
    )
    add_place(recipient)
    recipient.add_argument("customer", metavar="KLIENT", help="identyfikator klienta, np. K-100482")
    recipient.add_argument("--name", required=True, metavar="NAZWA", help="nazwa odbiorcy")
    identifier = recipient.add_mutually_exclusive_group()
    identifier.add_argument("--nip", default="", metavar="NIP", help="NIP odbiorcy, jeśli go ma")
    identifier.add_argument(
        "--internal-id", default="", metavar="IDWEW", help="identyfikator wewnętrzny: NIP nabywcy-00000"
    )
    for option, name in (("street", "ULICA"), ("postcode", "KOD"), ("city", "MIEJSCOWOŚĆ")):
        recipient.add_argument(
            f"--{option}", required=option == "city", default="", metavar=name, help=_ADDRESS[option]
        )
    recipient.add_argument(
        "--role",
        choices=list(ROLE_WORDS),
        default=RecipientRole.RECIPIENT.value,
        help="; ".join(f"{role}: {words}" for role, words in ROLE_WORDS.items()),
    )


def _add_today(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--today", type=a_date, metavar="RRRR-MM-DD", help="data, na którą to zrobić (domyślnie dzisiejsza)"
    )


@contextmanager
def _opened(arguments: argparse.Namespace) -> Iterator[Shop]:
    folder = folder_of(arguments)
    from sqlalchemy.exc import SQLAlchemyError

    from r2_renewal.reference_shop.clock import pc_clock, set_to
    from r2_renewal.reference_shop.folder import settings_of
    from r2_renewal.reference_shop.shop import opened

    day = getattr(arguments, "today", None)
    try:
        with opened(settings_of(folder, clock=set_to(day) if day else pc_clock)) as shop:
            yield shop
    except SQLAlchemyError as error:
        raise RenewalError(ErrorCode.SHOP_DATABASE, f"database: {type(error).__name__}") from error


def _renew_due(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    with _opened(arguments) as shop:
        from r2_renewal.reference_shop.renewals import renew_due

        summary = renew_due(shop)
    print(json.dumps(asdict(summary)))
    return 1 if summary.failed else 0


def _send_mail(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    with _opened(arguments) as shop:
        from r2_renewal.reference_shop.mail.sender import send_due

        transport = transport_of(arguments)
        if transport is None:
            raise RenewalError(ErrorCode.MAIL_SETTINGS, "send-mail: --smtp or --mail-folder")
        posted = send_due(shop, transport)
    print(json.dumps(asdict(posted)))
    return 1 if posted.failed else 0


def _send_invoices(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    with _opened(arguments) as shop:
        from r2_renewal.reference_shop.billing.submissions import send_due, sender_of

        sender = sender_of(shop.settings)
        if sender is None:
            raise RenewalError(ErrorCode.KSEF_SETTINGS, "no ksef.toml in the shop's folder")
        posted = send_due(shop, sender)
    print(json.dumps(asdict(posted)))
    return 1 if posted.failed or posted.refused else 0


def _add_recipient(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as shop:
        from r2_renewal.domain.recipient import Recipient
        from r2_renewal.reference_shop.recipients import add

        fields = ("name", "nip", "internal_id", "street", "postcode", "city", "role")
        wanted = Recipient(recipient_id="", **{name: getattr(arguments, name) for name in fields})
        print(json.dumps({"recipient_id": add(shop, arguments.customer, wanted)}))
    return 0


def _sweep(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    with _opened(arguments) as shop:
        from r2_renewal.reference_shop.sweeping import sweep

        swept = sweep(shop)
    print(json.dumps(asdict(swept)))
    return 0


def _seed_demo(arguments: argparse.Namespace) -> int:
    folder = folder_of(arguments)
    from r2_renewal.reference_shop.seed import prepare

    today = arguments.today or today_in_warsaw()
    from r2_renewal.private_files import replace_private

    prepared = prepare(folder.path, arguments.days_left, today, database=folder.database)
    licence = folder.path / _LICENCE
    try:
        replace_private(licence, prepared.licence.encode())
    except OSError as error:
        raise RenewalError(ErrorCode.FILE_NOT_WRITABLE, f"cannot write: {type(error).__name__}") from error
    account = {"email": prepared.account_email, "password": prepared.account_password}
    made = {"licence": str(licence), "trusted_keys": str(folder.trusted_keys), "account": account}
    print(json.dumps({**made, "state": str(folder.path)}, ensure_ascii=False))
    return 0
