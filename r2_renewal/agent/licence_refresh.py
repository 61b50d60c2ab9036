"""The licence file on this computer: read to open the eSklep, replaced when the shop has a newer one.

Rules: a file that is no licence at all is never sent anywhere; one that this version merely cannot verify still opens the eSklep,
for there lies the way to a good one; the installer decides what may replace what, the old licence stays otherwise.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.licence_messages import LicenceNotes
from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import LONG_AGED, Licence, VerdictKind
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.licensing.trusted_key import TrustedKey

if TYPE_CHECKING:
    from r2_renewal.licensing.choice import Candidate, Choice

_OPENS_ESHOP = (ErrorCode.LICENCE_UNKNOWN_KEY, ErrorCode.LICENCE_KEY_NEEDED)


class LicenceRefresh:
    """The licence file of one host.

    Attributes:
        product: the product code whose licence it is.
    """

    def __init__(
        self,
        places: tuple[Path, ...],
        keys: tuple[TrustedKey, ...],
        product: str,
        clock: Clock = pc_clock,
        licence_key: str = "",
    ) -> None:
        self._clock = clock
        self._places = places
        self._keys = keys
        self._licence_key = licence_key or None
        self.product = product

    def now(self) -> datetime:
        """Return the present moment by the agent's clock."""
        return self._clock()

    def certificate(self) -> str:
        """Return the licence file's text, to open a session with.

        Raises:
            RenewalError: a LICENCE_* code, where there is none or it is none.
        """
        from r2_renewal.licensing.container import clean
        from r2_renewal.licensing.reader import read_certificate

        content = read_certificate(self._best().path)
        try:
            self.parsed(content)
        except RenewalError as error:
            if error.code not in _OPENS_ESHOP:
                raise
        # Wrapped anew: whatever mail and editors have done to the armour, the shop gets it clean.
        return clean(content, self._keys)

    def key_of(self, certificate: str) -> str | None:
        """Return the licence key where a certificate is encrypted and the key is known: without it no shop can read the file."""
        from r2_renewal.licensing.container import ENCRYPTED, open_container

        return self._licence_key if open_container(certificate).alg == ENCRYPTED else None

    def _best(self) -> Candidate:
        return self._choice().best

    def _choice(self) -> Choice:
        from r2_renewal.licensing.choice import choose

        return choose(self._places, self._keys, self.product, self._clock(), self._licence_key)

    def program(self) -> OwnedProgram:
        """Return this product's program in the licence here.

        Raises:
            RenewalError: a LICENCE_* code, where there is none or it cannot be read.
        """
        from r2_renewal.licensing.reader import read_certificate

        return self._of_product(self.parsed(read_certificate(self._best().path)))

    def customer(self) -> str:
        """Return the shop's identifier of the customer whose licence lies here.

        Raises:
            RenewalError: a LICENCE_* code, where there is none or it cannot be read.
        """
        return self.licence().customer_id

    def licence(self) -> Licence:
        """Return the licence that lies here.

        Raises:
            RenewalError: a LICENCE_* code, where there is none or it cannot be read.
        """
        from r2_renewal.licensing.reader import read_certificate

        return self.parsed(read_certificate(self._best().path))

    def _of_product(self, licence: Licence) -> OwnedProgram:
        program = licence.program(self.product)
        if program is None:
            raise RenewalError(ErrorCode.LICENCE_WRONG_PRODUCT, "no program of this product")
        return program

    def concerns(self, licence_id: str) -> bool:
        """Return whether an order for this licence renews the file here; an unreadable file is renewed by any."""
        from r2_renewal.licensing.reader import read_certificate

        try:
            program = self.parsed(read_certificate(self._best().path)).program(self.product)
        except RenewalError:
            return True
        return program is None or program.licence_id == licence_id

    def parsed(self, certificate: bytes) -> Licence:
        """Return the verified content.

        Raises:
            RenewalError: a LICENCE_* code.
        """
        from r2_renewal.licensing.reader import parse_certificate

        return parse_certificate(certificate, self._keys, self._licence_key)

    def import_file(self, path: Path) -> OwnedProgram:
        """Install a licence file of the user's choice; return this product's program in it.

        Raises:
            RenewalError: why it cannot be read or was refused; the old one stays.
        """
        from r2_renewal.licensing.reader import read_certificate

        return self._of_product(self.install(read_certificate(path)))

    def notes(self) -> LicenceNotes:
        """Return what there is to say of the licence file here. Never raises."""
        choice = self._choice()
        return LicenceNotes(
            aged_since=_aged_since(choice.best.verdict.licence, self._clock()),
            foreign=tuple(str(other.path) for other in choice.others if other.foreign),
            own_code=self._own_code(choice),
            faults=len(choice.best.verdict.licence.faults) if choice.best.verdict.licence is not None else 0,
        )

    def _own_code(self, choice: Choice) -> str:
        own = next((other for other in choice.others if other.path == self._places[0]), None)
        if own is None or own.verdict.licence is not None or choice.best.verdict.program is None:
            return ""
        # A place without a file is nothing to tell: the machine's folder is there for that.
        if own.verdict.kind is VerdictKind.MISSING:
            return ""
        return (own.verdict.code or ErrorCode[f"LICENCE_{own.verdict.kind.name}"]).value

    def replace_aged(self, certificate: bytes) -> None:
        """Put the same licence, signed anew, in place of an aged file; one signed earlier changes nothing.

        Raises:
            RenewalError: why it was refused; the old one stays.
        """
        try:
            self.install(certificate)
        except RenewalError as error:
            if error.code is not ErrorCode.LICENCE_OLDER:
                raise

    @staticmethod
    def _make_own_place(folder: Path) -> None:
        from r2_renewal.private_files import private_folder

        # What cannot be made cannot be written either, and the installer says so. One that is there may be everybody's.
        with suppress(OSError, RenewalError):
            if not folder.exists():
                private_folder(folder)

    def install(self, certificate: bytes) -> Licence:
        """Put a newer licence in place of the old one, waiting up to 2.5 s for an antivirus program that holds it.

        Folders that cannot be written leave it in the last place, the user's own.

        Raises:
            RenewalError: why it was refused; the old one stays.
        """
        from r2_renewal.licensing.install import install_in_first_writable

        if len(self._places) > 1:
            self._make_own_place(self._places[-1].parent)
        now, key = self._clock(), self._licence_key
        return install_in_first_writable(
            certificate, self._places, self._keys, self.product, now, licence_key=key
        ).licence


def _aged_since(licence: Licence | None, now: datetime) -> date | None:
    if licence is None or licence.file_expiry is None or not licence.is_file_aged(now, LONG_AGED):
        return None
    return warsaw_date(licence.file_expiry)
