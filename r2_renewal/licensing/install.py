"""Installing a licence file: the newest truth wins, and a good licence is never replaced by a worse one.

Rules: the file is verified before anything is touched; another product's or customer's file and an older ``seq`` are
refused; a usable licence is not replaced by one that is not; a file that cannot be verified never protects its place.
The decision and the replacement happen under one lock, so of two installers racing the newer licence stays.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import Licence, VerdictKind, judge
from r2_renewal.licensing.atomic_file import NotWritableError, exclusive, replace_file, sync_folder
from r2_renewal.licensing.reader import parse_certificate, read_certificate

if TYPE_CHECKING:
    from r2_renewal.licensing.container import PublicKey

RETRY_SECONDS = 2.5
RETRY_PAUSE_SECONDS = 0.1

Result = TypeVar("Result")

_USELESS = {
    VerdictKind.EXPIRED: ErrorCode.LICENCE_EXPIRED,
    VerdictKind.FILE_EXPIRED: ErrorCode.LICENCE_FILE_EXPIRED,
}


def install(certificate: bytes, target: Path, keys: Sequence[PublicKey], product: str, now: datetime) -> Licence:
    """Verify a licence file and put it at ``target``.

    Installing what is installed already changes nothing and succeeds.

    Args:
        certificate: the content of the new licence file.
        target: where the host reads its licence; a symbolic link is followed and stays.
        keys: the keys that may sign.
        product: the product code that the licence must cover.
        now: the moment to judge at, aware.

    Returns:
        The licence that now stands at ``target``.

    Raises:
        RenewalError: the reader's codes for a file that is no licence; LICENCE_WRONG_PRODUCT, LICENCE_OTHER_CUSTOMER,
            LICENCE_OLDER; LICENCE_EXPIRED and LICENCE_FILE_EXPIRED where a usable licence would be lost;
            LICENCE_NOT_WRITABLE (``NotWritableError``). The old file stands after each of them.
    """
    licence = parse_certificate(certificate, keys)
    if licence.program(product) is None:
        raise RenewalError(ErrorCode.LICENCE_WRONG_PRODUCT, "no program of this product in the licence")
    place = Path(os.path.realpath(target))
    with exclusive(place):
        installed = _installed(place)
        current = _verified(installed, keys)
        if current is not None:
            _refuse_worse(licence, current, product, now)
        if installed == certificate:
            sync_folder(place.parent)  # an earlier attempt may have got this far and no further
        else:
            replace_file(place, certificate)
    return licence


class Installed(NamedTuple):
    """A licence that was put in place.

    Attributes:
        licence: what now stands there.
        place: where.
    """

    licence: Licence
    place: Path


def install_in_first_writable(
    certificate: bytes,
    places: Sequence[Path],
    keys: Sequence[PublicKey],
    product: str,
    now: datetime,
    patience: float = RETRY_SECONDS,
) -> Installed:
    """Install into the first place that can be written: the host's path, the machine-wide folder, the user's.

    Blocks while an antivirus program or another writer holds a file: for the agent and the command line, never for a GUI thread.

    Args:
        certificate: the content of the new licence file.
        places: where it may go, the preferred place first; a parent folder that is missing is not made.
        keys: the keys that may sign.
        product: the product code that the licence must cover.
        now: the moment to judge at, aware.
        patience: seconds to wait for held files, all places together.

    Raises:
        RenewalError: as ``install``; LICENCE_NOT_WRITABLE where no place can be written.
    """
    deadline = time.monotonic() + patience
    refusal = NotWritableError("no place to install to", transient=False)
    for place in places:
        attempt = partial(install, certificate, place, keys, product, now)
        try:
            return Installed(retrying(attempt, deadline - time.monotonic()), place)
        except NotWritableError as error:
            refusal = error
    raise refusal


def retrying(attempt: Callable[[], Result], seconds: float) -> Result:
    """Return the result of ``attempt``, tried again while an antivirus program or another writer holds the file.

    Args:
        attempt: an installation.
        seconds: how long to go on trying.

    Raises:
        RenewalError: the last failure; one that waiting cannot mend at once.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except NotWritableError as error:
            if not error.transient or time.monotonic() + RETRY_PAUSE_SECONDS > deadline:
                raise
            time.sleep(RETRY_PAUSE_SECONDS)


def _installed(place: Path) -> bytes | None:
    """Return what stands at the place, None for nothing or for something too large to be a licence."""
    try:
        return read_certificate(place)
    except RenewalError as error:
        if error.code is ErrorCode.LICENCE_UNREADABLE:  # cannot tell whose it is: not ours to replace
            raise NotWritableError(f"the installed file is unreadable: {error.detail}", transient=True) from error
        return None


def _verified(content: bytes | None, keys: Sequence[PublicKey]) -> Licence | None:
    try:
        return None if content is None else parse_certificate(content, keys)
    except RenewalError:
        return None


def _refuse_worse(new: Licence, current: Licence, product: str, now: datetime) -> None:
    if current.program(product) is None:
        return  # what stands here is no licence of this product: nothing to protect
    if new.customer_id != current.customer_id:
        raise RenewalError(ErrorCode.LICENCE_OTHER_CUSTOMER, "the installed licence is of another customer")
    if _is_older(new, current):
        raise RenewalError(ErrorCode.LICENCE_OLDER, "the installed licence has a higher seq")
    kept, offered = judge(current, product, now).kind, judge(new, product, now).kind
    if kept in (VerdictKind.VALID, VerdictKind.EXPIRING) and offered in _USELESS:
        raise RenewalError(_USELESS[offered], "the installed licence is still valid")


def _is_older(new: Licence, current: Licence) -> bool:
    """Return whether the new file would take any program back: a lower ``seq``, or the same signed earlier."""
    known = {program.licence_id: program.seq for program in current.programs}
    steps = [program.seq - known[program.licence_id] for program in new.programs if program.licence_id in known]
    if any(step < 0 for step in steps):
        return True
    return bool(steps) and not any(steps) and new.issued < current.issued
