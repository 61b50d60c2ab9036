"""``r2-renewal status`` and ``r2-renewal licence …``: the licence file from the command line.

Rules: ``status`` is the startup decision, told by exit code (0 valid, 10 expiring, 20 expired, 30 anything else) and by
the keys of its JSON; the ``licence`` commands end with 0 or 30. A refusal is JSON too where JSON was asked for. A signature that
holds over a broken profile is told as just that, and ends with 30. The licence key is never printed, and best read from a file:
what stands on a command line is seen by every user of the computer.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from r2_renewal.cli.values import a_date, a_path
from r2_renewal.clock import pc_clock
from r2_renewal.domain.dates import PERPETUAL
from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    from r2_renewal.domain.licence import Licence, Verdict
    from r2_renewal.domain.program import OwnedProgram
    from r2_renewal.licensing.container import VerifiedPayload
    from r2_renewal.licensing.trusted_key import TrustedKey

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

EXIT_OK = 0
EXIT_EXPIRING = 10
EXIT_EXPIRED = 20
EXIT_OTHER = 30

_PROFILE_WORDS = {"ok": "prawidłowy", "absent": "brak (licencja innego rodzaju)", "malformed": "uszkodzony"}


def add_parsers(commands: Commands) -> None:
    """Declare the commands of this group."""
    status = leaf(commands, "status", _status, "Stan abonamentu: decyzja podejmowana przy starcie programu.")
    status.set_defaults(is_start=True)
    status.epilog = "Kod wyjścia: 0 ważny, 10 kończy się, 20 wygasł, 30 inny stan."
    status.add_argument("--licence", metavar="PLIK", type=a_path, required=True, help="plik licencji")
    add_judging(status)
    _add_licence_key(status)
    group = commands.add_parser("licence", help="Sprawdzenie, podgląd i instalacja pliku licencji.")
    actions = group.add_subparsers(metavar="CZYNNOŚĆ", required=True)
    for name, handler, text in (
        ("verify", _verify, "Sprawdza podpis dowolnego pliku licencji w formacie Keygen."),
        ("show", _show, "Pokazuje treść sprawdzonego pliku licencji."),
    ):
        parser = leaf(actions, name, handler, text)
        _add_file(parser)
        _add_licence_key(parser)
    add_install(actions, "install", "Sprawdza plik licencji i instaluje go w miejsce dotychczasowego.")


def leaf(commands: Commands, name: str, handler: object, text: str) -> argparse.ArgumentParser:
    """Return the parser of one command, with what every command on a licence takes."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument(
        "--trusted-keys", metavar="PLIK", type=a_path, help="klucze zaufane (JSON); domyślnie klucze sprzedawcy"
    )
    parser.add_argument("--json", action="store_true", help="wynik jako JSON")
    parser.set_defaults(handler=handler, failure_exit=EXIT_OTHER)
    return parser


def add_install(actions: Commands, name: str, text: str) -> None:
    """Declare a command that installs a licence file."""
    parser = leaf(actions, name, _install, text)
    parser.epilog = "Kod wyjścia: 0 zainstalowano, 30 odmowa; po odmowie dotychczasowa licencja działa dalej."
    _add_file(parser)
    parser.add_argument(
        "--licence", "--to", dest="places", metavar="CEL", type=a_path, action="append", required=True,
        help="gdzie program czyta licencję; podane ponownie: miejsce zapasowe, gdy do pierwszego nie można pisać",
    )  # fmt: skip
    add_judging(parser)
    add_licence_key_file(parser)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="PLIK", type=a_path, help="plik licencji")


def _add_licence_key(parser: argparse.ArgumentParser) -> None:
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--licence-key", metavar="KLUCZ", help="klucz licencji; widać go na liście procesów, lepiej podać plik"
    )
    add_licence_key_file(either)


def add_licence_key_file(parser: argparse._ActionsContainer) -> None:
    """Declare from where the licence key is read; of its command line every user of a computer sees the options."""
    parser.add_argument(
        "--licence-key-file", metavar="PLIK", type=a_path, help="plik z kluczem licencji, którym zaszyfrowano licencję"
    )


def licence_key_of(arguments: argparse.Namespace) -> str | None:
    """Return the licence key, read from its file or, where a command takes that, as it was given; None for none.

    Raises:
        RenewalError: LICENCE_KEY_FILE.
    """
    from r2_renewal.cli.values import read_licence_key

    if arguments.licence_key_file is not None:
        return read_licence_key(arguments.licence_key_file)
    return getattr(arguments, "licence_key", None)


def add_judging(parser: argparse.ArgumentParser) -> None:
    """Declare what a licence is judged by."""
    parser.add_argument("--product", metavar="KOD", help="kod programu; domyślnie program sprzedawcy")
    parser.add_argument("--today", metavar="RRRR-MM-DD", type=a_date, help="data zamiast dzisiejszej")


def _status(arguments: argparse.Namespace) -> int:
    from r2_renewal.licensing.reader import load_verdict

    keys = trusted_keys_of(arguments)
    now = _moment(arguments)
    verdict = load_verdict(arguments.licence, keys, product_of(arguments), now, licence_key=licence_key_of(arguments))
    document = _status_document(verdict)
    if arguments.json:
        print_json(document)
    else:
        _print_status(document)
    explain(verdict)
    return status_exit(verdict)


def _verify(arguments: argparse.Namespace) -> int:
    document, fault = _described(arguments)
    if arguments.json:
        print_json(document)
    else:
        print(f"Podpis prawidłowy (klucz {document['key_id']}, {document['alg']}).")
        print(f"Profil r2/1: {_PROFILE_WORDS[document['profile_state']]}.")
    return _end_of(fault)


def _show(arguments: argparse.Namespace) -> int:
    document, fault = _described(arguments)
    if arguments.json:
        print_json(document)
    else:
        _print_file(document)
    return _end_of(fault)


def _end_of(fault: RenewalError | None) -> int:
    """Return the exit code for a file whose signature holds, and say on stderr what is wrong with the rest."""
    if fault is None:
        return EXIT_OK
    _say(fault.code, fault.detail)
    return EXIT_OTHER


def _install(arguments: argparse.Namespace) -> int:
    from r2_renewal.licensing.install import install_in_first_writable
    from r2_renewal.licensing.reader import read_certificate

    with Refusals(arguments, "installed"):
        keys, product = trusted_keys_of(arguments), product_of(arguments)
        certificate = read_certificate(arguments.file)
        key, now = licence_key_of(arguments), _moment(arguments)
        place = install_in_first_writable(certificate, arguments.places, keys, product, now, licence_key=key).place
    if arguments.json:
        print_json({"installed": True, "place": str(place)})
    else:
        print(f"Zainstalowano licencję: {place}")
    return EXIT_OK


class Refusals:
    """Tells a refusal as JSON on stdout where JSON was asked for; the error itself goes on to the command line's edge."""

    def __init__(self, arguments: argparse.Namespace, outcome: str) -> None:
        self._wanted = bool(arguments.json)
        self._outcome = outcome

    def __enter__(self) -> None:
        """Begin the guarded work."""

    def __exit__(self, _kind: object, error: object, _traceback: object) -> None:
        if self._wanted and isinstance(error, RenewalError):
            print_json({self._outcome: False, "error": _error_document(error)})


def _error_document(error: RenewalError) -> dict[str, str]:
    return {"code": error.code.value, "name": error.code.name.lower(), "detail": error.detail}


def _described(arguments: argparse.Namespace) -> tuple[dict[str, Any], RenewalError | None]:
    """Return what a file with a true signature tells, and what is wrong with its profile where it claims ours."""
    from r2_renewal.licensing.container import verify
    from r2_renewal.licensing.reader import read_certificate

    with Refusals(arguments, "verified"):
        keys = trusted_keys_of(arguments)
        return _file_document(verify(read_certificate(arguments.file), keys, licence_key_of(arguments)))


def trusted_keys_of(arguments: argparse.Namespace) -> tuple[TrustedKey, ...]:
    """Return the keys that may sign, of the command line or of the vendor."""
    from r2_renewal.licensing.keys import read_trusted_keys

    if arguments.trusted_keys is not None:
        return read_trusted_keys(arguments.trusted_keys)
    from r2_renewal.settings import vendor

    if not vendor().trusted_keys:
        raise RenewalError(ErrorCode.TRUSTED_KEYS, "the vendor file has none and --trusted-keys is absent")
    return vendor().trusted_keys


def product_of(arguments: argparse.Namespace) -> str:
    """Return the product code that a licence is judged for."""
    from r2_renewal.settings import vendor

    return str(arguments.product or vendor().product_code)


def _moment(arguments: argparse.Namespace) -> datetime:
    from r2_renewal.domain.clock import moment_on

    return moment_on(arguments.today, pc_clock())


def status_exit(verdict: Verdict) -> int:
    """Return the exit code that tells a verdict."""
    from r2_renewal.domain.licence import VerdictKind

    exits = {VerdictKind.VALID: EXIT_OK, VerdictKind.EXPIRING: EXIT_EXPIRING, VerdictKind.EXPIRED: EXIT_EXPIRED}
    return exits.get(verdict.kind, EXIT_OTHER)


def _status_document(verdict: Verdict) -> dict[str, Any]:
    program, licence = verdict.program, verdict.licence
    document = {
        "verdict": verdict.kind.value,
        "valid_until": _day(program.valid_until) if program else None,
        "days_left": verdict.days_left,
        "prompt": _prompt(verdict),
        "file": _file(verdict),
        "holder": _holder(licence) if licence else None,
        "programs": [_program(owned) for owned in licence.programs] if licence else [],
    }
    if verdict.code not in (ErrorCode.LIBRARY_BROKEN, ErrorCode.INTERNAL):
        return document
    # What is wrong with the installation and not with the file, of which the verdict says nothing.
    return document | {"error": _error_document(RenewalError(verdict.code, verdict.reason))}


def _prompt(verdict: Verdict) -> str | None:
    from r2_renewal.domain.licence import VerdictKind
    from r2_renewal.domain.reminder import prompt_text

    last_day = verdict.program.valid_until if verdict.program is not None else None
    if verdict.kind not in (VerdictKind.EXPIRING, VerdictKind.EXPIRED) or last_day is None:
        return None
    return prompt_text(verdict.days_left or 0, last_day)


def _day(day: date | None) -> str | None:
    """Return a last day as JSON has it: null for a perpetual licence."""
    return day.isoformat() if day is not None else None


def _file(verdict: Verdict) -> dict[str, Any] | None:
    """Return the file's own age, which is not the subscription's, and what of it could not be read; None for no file."""
    licence = verdict.licence
    if licence is None and not verdict.is_file_aged:
        return None
    expiry = licence.file_expiry if licence is not None else None
    return {
        "expired": verdict.is_file_aged,
        "expires_at": expiry.isoformat() if expiry is not None else None,
        "issued": licence.issued.isoformat() if licence is not None else None,
        "left_out": list(licence.faults) if licence is not None else [],
    }


def _holder(licence: Licence) -> dict[str, str]:
    return {"company": licence.company, "nip": licence.nip, "customer_id": licence.customer_id}


def _program(program: OwnedProgram) -> dict[str, Any]:
    return {
        "licence_id": program.licence_id,
        "program_id": program.program_id,
        "product": program.product,
        "name": program.name,
        "edition": program.edition,
        "valid_until": _day(program.valid_until),
        "seq": program.seq,
        "limits": dict(program.limits),
        "services": list(program.services),
    }


def _file_document(payload: VerifiedPayload) -> tuple[dict[str, Any], RenewalError | None]:
    """Return what a verified file of Keygen's form tells, ours or not, null for what it does not; and its profile's fault."""
    meta, data = (_object(payload.document, name) for name in ("meta", "data"))
    attributes = _object(data, "attributes")
    metadata = _object(attributes, "metadata")
    licence, fault = _profile_of(payload)
    state = "malformed" if fault is not None else "absent" if licence is None else "ok"
    document = {
        "verified": True,
        "key_id": payload.key_id,
        "alg": payload.alg,
        "meta": {name: meta.get(name) for name in ("issued", "expiry", "ttl")},
        "id": data.get("id"),
        "type": data.get("type"),
        "name": attributes.get("name"),
        "status": attributes.get("status"),
        "expiry": attributes.get("expiry"),
        "metadata": dict(metadata),
        "profile": metadata.get("profile"),
        "profile_state": state,
        "holder": _holder(licence) if licence else None,
        "programs": [_program(owned) for owned in licence.programs] if licence else [],
        "left_out": list(licence.faults) if licence else [],
    }
    return document | ({"error": _error_document(fault)} if fault is not None else {}), fault


def _profile_of(payload: VerifiedPayload) -> tuple[Licence | None, RenewalError | None]:
    """Return the licence of our profile, None for another's, or what is wrong with a file that claims it."""
    from r2_renewal.licensing.profile import licence_of, speaks_our_profile

    try:
        return (licence_of(payload.document) if speaks_our_profile(payload.document) else None), None
    except RenewalError as fault:
        return None, fault


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def print_json(document: Mapping[str, Any]) -> None:
    """Print a document on stdout."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def _print_status(document: Mapping[str, Any]) -> None:
    print(f"Stan: {document['verdict']}")
    if document["verdict"] == "valid" and document["valid_until"] is None:
        print(f"Ważny {PERPETUAL}")
    if document["file"] is not None and document["file"]["left_out"]:
        print(f"Pominięte wpisy pliku: {'; '.join(document['file']['left_out'])}")
    if document["valid_until"] is not None:
        print(f"Ważny do: {document['valid_until']} (dni: {document['days_left']})")
    if document["file"] is not None and document["file"]["expired"]:
        print("Plik licencji trzeba pobrać ponownie; moduł pobierze go sam, gdy połączy się z eSklepem.")
    if document["prompt"] is not None:
        print(document["prompt"])


def explain(verdict: Verdict) -> None:
    """Say on stderr, in one line, why there is no subscription to speak of."""
    if status_exit(verdict) != EXIT_OTHER:
        return
    from r2_renewal.ui.error_texts import code_of_verdict

    code = verdict.code or code_of_verdict(verdict.kind)
    if code is not None:
        _say(code, verdict.reason)


def _say(code: ErrorCode, detail: str) -> None:
    from r2_renewal.ui.error_texts import sentence

    print(f"r2-renewal: {sentence(code)} ({code.value}) [{detail}]", file=sys.stderr)


def warn(code: ErrorCode) -> None:
    """Say on stderr what the command has to do without."""
    from r2_renewal.ui.error_texts import sentence

    print(f"r2-renewal: {sentence(code)} ({code.value})", file=sys.stderr)


def _print_file(document: Mapping[str, Any]) -> None:
    meta, holder = document["meta"], document["holder"]
    print(f"Podpis: klucz {document['key_id']}, {document['alg']}")
    print(f"Wystawiono: {meta['issued']}; pobrać ponownie: {meta['expiry'] or 'bezterminowo'}")
    if holder is None:
        print(f"Licencja: {document['name']} ({document['id']}), do {document['expiry'] or 'bezterminowo'}")
        return
    print(f"Licencjobiorca: {holder['company']}, NIP {holder['nip']}")
    for program in document["programs"]:
        print(
            f"Program: {program['name']} {program['edition']}, abonament {_until(program['valid_until'])}, nr {program['seq']}"
        )
    if document["left_out"]:
        print(f"Pominięte wpisy pliku: {'; '.join(document['left_out'])}")


def _until(day: str | None) -> str:
    return f"do {day}" if day is not None else PERPETUAL
