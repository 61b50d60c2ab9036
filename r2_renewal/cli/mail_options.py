"""Where the shop's mail goes, as its commands are told: a mail server, or a folder."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from r2_renewal.cli.values import a_path

if TYPE_CHECKING:
    from r2_renewal.reference_shop.mail.transports import Transport


def add_mail(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Declare the options.

    Args:
        parser: of the command.
        required: whether mail must go somewhere; a shop that serves may leave it queued.
    """
    where = parser.add_mutually_exclusive_group(required=required)
    where.add_argument(
        "--smtp", metavar="URL", help="serwer poczty: smtp://[użytkownik@]host[:port] (STARTTLS) albo smtps://…"
    )
    where.add_argument("--mail-folder", type=a_path, metavar="KATALOG", help="zapisuje pocztę jako pliki .eml")
    password = parser.add_mutually_exclusive_group()
    password.add_argument("--smtp-password-file", type=a_path, metavar="PLIK", help="plik z hasłem do serwera poczty")
    password.add_argument(
        "--smtp-password-env", default="", metavar="NAZWA", help="zmienna środowiskowa z hasłem do serwera poczty"
    )
    parser.add_argument(
        "--smtp-ca", type=a_path, metavar="PLIK", help="certyfikat urzędu (PEM), któremu serwer poczty zawdzięcza swój"
    )


def transport_of(arguments: argparse.Namespace) -> Transport | None:
    """Return where mail goes; None where the command line names no place.

    Raises:
        RenewalError: MAIL_SETTINGS, where the address is none or the password is not where it is said to be.
    """
    from r2_renewal.reference_shop.mail.transports import MailFolder, read_password, smtp_server

    if arguments.mail_folder is not None:
        return MailFolder(arguments.mail_folder)
    if arguments.smtp is None:
        return None
    password = read_password(arguments.smtp_password_file, arguments.smtp_password_env)
    return smtp_server(arguments.smtp, password=password, ca_file=arguments.smtp_ca)
