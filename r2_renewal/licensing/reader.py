"""From a path to a verdict: the one call that a host makes at every start.

Rules: ``load_verdict`` never raises and never hangs – whatever lies at the path, the host gets a verdict; the clock is an
argument; an expired or foreign licence is still carried by its verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import AGED_FILE, MAX_CERTIFICATE_BYTES, Licence, Verdict, VerdictKind, judge
from r2_renewal.licensing.container import verify
from r2_renewal.licensing.files import read_regular_file
from r2_renewal.licensing.profile import licence_of, speaks_our_profile, tells_no_end

if TYPE_CHECKING:
    from pathlib import Path

    from r2_renewal.licensing.container import PublicKey

_KINDS = {
    ErrorCode.LICENCE_MISSING: VerdictKind.MISSING,
    ErrorCode.LICENCE_UNREADABLE: VerdictKind.UNREADABLE,
    ErrorCode.LICENCE_KEY_NEEDED: VerdictKind.UNREADABLE,
    ErrorCode.LICENCE_KEY_WRONG: VerdictKind.UNREADABLE,
    ErrorCode.LIBRARY_BROKEN: VerdictKind.UNREADABLE,
    ErrorCode.LICENCE_BAD_SIGNATURE: VerdictKind.BAD_SIGNATURE,
    ErrorCode.LICENCE_UNKNOWN_KEY: VerdictKind.UNKNOWN_KEY,
    ErrorCode.LICENCE_WRONG_PRODUCT: VerdictKind.WRONG_PRODUCT,
}


def read_certificate(path: Path | str) -> bytes:
    """Return the content of a licence file, at most 64 KiB.

    Raises:
        RenewalError: LICENCE_MISSING, LICENCE_UNREADABLE or LICENCE_MALFORMED.
    """
    return read_regular_file(path, MAX_CERTIFICATE_BYTES)


def parse_certificate(text: str | bytes, keys: Sequence[PublicKey], licence_key: str | None = None) -> Licence:
    """Verify a licence file's content and return the licence in it; whether it is still valid is not asked here.

    Args:
        text: the file's content.
        keys: the keys that may sign.
        licence_key: decrypts an encrypted file.

    Raises:
        RenewalError: with a LICENCE_* code that says what is wrong.
    """
    return licence_of(verify(text, keys, licence_key).document)


def load_verdict(
    path: Path | str,
    keys: Sequence[PublicKey],
    product: str,
    now: datetime,
    *,
    licence_key: str | None = None,
) -> Verdict:
    """Read, verify and judge the licence file at ``path``. Never raises, never hangs.

    Args:
        path: where the file should be.
        keys: the keys that may sign.
        product: the product code to judge.
        now: the moment to judge at, aware.
        licence_key: decrypts an encrypted file.
    """
    try:
        document = verify(read_certificate(path), keys, licence_key).document
        if speaks_our_profile(document) and tells_no_end(document, now):
            return Verdict(VerdictKind.FILE_EXPIRED, reason=AGED_FILE, is_file_aged=True)
        return judge(licence_of(document), product, now)
    except RenewalError as error:
        return Verdict(_KINDS.get(error.code, VerdictKind.MALFORMED), reason=error.detail, code=error.code)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the host always lives, also with a failure that nobody foresaw
        reason = f"cannot be verified here: {type(error).__name__}"
        return Verdict(VerdictKind.UNREADABLE, reason=reason, code=ErrorCode.INTERNAL)
