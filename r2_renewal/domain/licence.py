"""The licence file's content and the verdict on it: which program, for whom, until when, and what is wrong.

Rules: an expired licence is still readable, so a verdict carries the licence wherever it could be read; the file's own
expiry (fetch again) is not the subscription's end; valid through the end of the last calendar day in Warsaw; days left are
a difference of calendar dates there; a clock may differ from the signer's by five minutes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from r2_renewal.domain.dates import days_left, warsaw_date
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.program import OwnedProgram

# The largest licence file, in bytes: the bound of every reader (file, upload, the shop's API, the agent's download) and of the
# signer. A licence for more programs than fit is several files; the reference shop signs one for each program.
MAX_CERTIFICATE_BYTES = 65536
REMINDER_WINDOW_DAYS = 30
CLOCK_TOLERANCE = timedelta(minutes=5)
# A file that could not be fetched anew for so long after its own expiry is told to the user; until then nobody need know.
LONG_AGED = timedelta(days=30)

AGED_FILE = "the file must be fetched again"


class Licence(NamedTuple):
    """A verified licence file.

    Attributes:
        customer_id: the vendor's identifier of the customer.
        company: the holder's name.
        nip: the holder's NIP, 10 digits.
        issued: when the file was signed (``meta.issued``), aware.
        file_expiry: when the file must be fetched again (``meta.expiry``); None for never.
        programs: the licensed programs, the file's own first, then those of ``included``.
        faults: what is wrong with other entries of ``included``, one line each without a personal datum; they are left out.
    """

    customer_id: str
    company: str
    nip: str
    issued: datetime
    file_expiry: datetime | None
    programs: tuple[OwnedProgram, ...]
    faults: tuple[str, ...] = ()

    def is_file_aged(self, now: datetime, by: timedelta = CLOCK_TOLERANCE) -> bool:
        """Return whether the file must be fetched again, which says nothing of the subscription.

        Args:
            now: the moment to judge at, aware.
            by: for how long it must have been so.
        """
        return self.file_expiry is not None and self.file_expiry < now - by

    def program(self, product: str) -> OwnedProgram | None:
        """Return the program of a product whose subscription ends last, or None."""
        owned = [program for program in self.programs if program.product == product]
        return max(owned, key=lambda program: (program.last_day, program.seq), default=None)


class VerdictKind(StrEnum):
    """What is known of the licence; the value is the ``verdict`` of ``r2-renewal status``."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    WRONG_PRODUCT = "wrong_product"
    FILE_EXPIRED = "file_expired"


class Verdict(NamedTuple):
    """The startup judgement on a licence.

    Attributes:
        kind: what is known.
        licence: the verified content; None where it could not be read or verified.
        program: the judged product's entry; None where the licence has none.
        days_left: calendar days to the last valid day, negative after it; None without a program and for a perpetual licence.
        reason: one line for the log and the doctor; no personal datum.
        is_file_aged: whether the file itself must be fetched again (``meta.expiry``), whatever the subscription is.
        code: the failure of a file that could not be read or verified, more exact than the kind; None where there was none.
    """

    kind: VerdictKind
    licence: Licence | None = None
    program: OwnedProgram | None = None
    days_left: int | None = None
    reason: str = ""
    is_file_aged: bool = False
    code: ErrorCode | None = None


def judge(licence: Licence, product: str, now: datetime) -> Verdict:
    """Return the verdict on a verified licence for one product.

    The subscription's end alone decides: a file that must be fetched again is still the last word on it, and its age is told
    beside the verdict. (``FILE_EXPIRED`` is the reader's, for an aged file that does not tell the subscription's end.)

    Args:
        licence: the verified content.
        product: the product code that the host asks for.
        now: the moment to judge at, aware.
    """
    aged = licence.is_file_aged(now)
    program = licence.program(product)
    if program is None:
        reason = "no program of this product in the licence"
        return Verdict(VerdictKind.WRONG_PRODUCT, licence, reason=reason, is_file_aged=aged)
    left = None if program.valid_until is None else days_left(warsaw_date(now), program.valid_until)
    if licence.issued > now + CLOCK_TOLERANCE:
        reason = "issued later than this computer's clock"
        return Verdict(VerdictKind.NOT_YET_VALID, licence, program, left, reason, aged)
    if left is None:
        return Verdict(VerdictKind.VALID, licence, program, None, AGED_FILE if aged else "", aged)
    if left < 0:
        return Verdict(VerdictKind.EXPIRED, licence, program, left, "the subscription has ended", aged)
    kind = VerdictKind.EXPIRING if left <= REMINDER_WINDOW_DAYS else VerdictKind.VALID
    return Verdict(kind, licence, program, left, AGED_FILE if aged else "", aged)
