"""Installing a licence file: the newest word of the vendor wins.

Rules: the file is verified before anything is touched; another product's or customer's file and an older ``seq`` are
refused; a newer ``seq`` of the same licence is installed also where it takes back what was given, for it is the vendor's newest
word; another licence of the customer's takes a usable one's place only if it is usable itself; a file that cannot be verified
never protects its place. The decision and the replacement happen under one lock, so of two installers racing the newer stays.
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
from r2_renewal.licensing.choice import holder_of
from r2_renewal.licensing.container import open_container
from r2_renewal.licensing.reader import parse_certificate, read_certificate

if TYPE_CHECKING:
    from r2_renewal.licensing.container import PublicKey

RETRY_SECONDS = 2.5
RETRY_PAUSE_SECONDS = 0.1

_FOREIGN = ErrorCode.LICENCE_OTHER_CUSTOMER

Result = TypeVar("Result")


def install(
    certificate: bytes,
    target: Path,
    keys: Sequence[PublicKey],
    product: str,
    now: datetime,
    licence_key: str | None = None,
) -> Licence:
    """Verify a licence file and put it at ``target``.

    Installing what is installed already changes nothing and succeeds.

    Args:
        certificate: the content of the new licence file.
        target: where the host reads its licence; a symbolic link is followed, and stays, where it leads to a licence or to
            nothing yet.
        keys: the keys that may sign.
        product: the product code that the licence must cover.
        now: the moment to judge at, aware.
        licence_key: decrypts the new file and the installed one, where they are encrypted.

    Returns:
        The licence that now stands at ``target``.

    Raises:
        RenewalError: the reader's codes for a file that is no licence; LICENCE_WRONG_PRODUCT, LICENCE_OTHER_CUSTOMER,
            LICENCE_OLDER; LICENCE_EXPIRED where another, usable licence would be lost; LICENCE_NOT_WRITABLE
            (``NotWritableError``). The old file stands after each of them.
    """
    licence = parse_certificate(certificate, keys, licence_key)
    if licence.program(product) is None:
        raise RenewalError(ErrorCode.LICENCE_WRONG_PRODUCT, "no program of this product in the licence")
    place = Path(os.path.realpath(target))
    with exclusive(place):
        if os.path.islink(target):  # noqa: PTH114 - never raises
            _require_licence_or_nothing(place)
        installed = _installed(place)
        current = _verified(installed, keys, licence_key)
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
    licence_key: str | None = None,
) -> Installed:
    """Install into the first place that can be written: the host's path, the machine-wide folder, the user's.

    Blocks while an antivirus program or another writer holds a file: for the agent and the command line, never for a GUI thread.
    The places are read together, as they are chosen from: what would never be used there is refused and not left lying about.

    Args:
        certificate: the content of the new licence file.
        places: where it may go, the preferred place first; a parent folder that is missing is not made.
        keys: the keys that may sign.
        product: the product code that the licence must cover.
        now: the moment to judge at, aware.
        patience: seconds to wait for held files, all places together.
        licence_key: decrypts the files that are encrypted.

    Raises:
        RenewalError: as ``install``; LICENCE_OTHER_CUSTOMER also where an earlier place says that another customer's licences
            count here; LICENCE_OLDER also where any place has a newer file; LICENCE_NOT_WRITABLE where no place can be written.
    """
    deadline = time.monotonic() + patience
    new = parse_certificate(certificate, keys, licence_key)
    held = [_held(place, keys, licence_key) for place in places]
    _refuse_older_than_any(new, held)
    refusal: RenewalError = NotWritableError("no place to install to", transient=False)
    for number, place in enumerate(places):
        if holder_of(held[:number]) not in (None, new.customer_id):
            raise RenewalError(ErrorCode.LICENCE_OTHER_CUSTOMER, "the licence of another customer decides here")
        attempt = partial(install, certificate, place, keys, product, now, licence_key)
        try:
            return Installed(retrying(attempt, deadline - time.monotonic()), place)
        except RenewalError as error:
            # A fallback may hold another customer's file, which stays; the next one may be free.
            if not isinstance(error, NotWritableError) and not (number and error.code is _FOREIGN):
                raise
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


def _held(place: Path, keys: Sequence[PublicKey], licence_key: str | None) -> Licence | None:
    try:
        return _verified(read_certificate(place), keys, licence_key)
    except RenewalError:
        return None


def _refuse_older_than_any(new: Licence, held: Sequence[Licence | None]) -> None:
    known = [licence for licence in held if licence is not None and licence.customer_id == new.customer_id]
    if any(_is_older(new, licence) for licence in known):
        raise RenewalError(ErrorCode.LICENCE_OLDER, "a place has a newer file")


def _installed(place: Path) -> bytes | None:
    """Return what stands at the place, None for nothing or for something too large to be a licence."""
    try:
        return read_certificate(place)
    except RenewalError as error:
        if error.code is ErrorCode.LICENCE_UNREADABLE:  # cannot tell whose it is: not ours to replace
            raise NotWritableError(f"the installed file is unreadable: {error.detail}", transient=True) from error
        return None


def _require_licence_or_nothing(linked: Path) -> None:
    """Refuse to write through a link over anything but a licence: whoever lays a link must not choose what is lost.

    Raises:
        NotWritableError: the link leads to a file that is no licence.
    """
    try:
        open_container(read_certificate(linked))
    except RenewalError as error:
        if error.code not in (ErrorCode.LICENCE_MISSING, ErrorCode.LICENCE_BAD_SIGNATURE):
            raise NotWritableError("a link that leads to no licence", transient=False) from error


def _verified(content: bytes | None, keys: Sequence[PublicKey], licence_key: str | None) -> Licence | None:
    try:
        return None if content is None else parse_certificate(content, keys, licence_key)
    except RenewalError:
        return None


def _refuse_worse(new: Licence, current: Licence, product: str, now: datetime) -> None:
    if current.program(product) is None:
        return  # what stands here is no licence of this product: nothing to protect
    if new.customer_id != current.customer_id:
        raise RenewalError(ErrorCode.LICENCE_OTHER_CUSTOMER, "the installed licence is of another customer")
    if _is_older(new, current):
        raise RenewalError(ErrorCode.LICENCE_OLDER, "the installed licence has a higher seq")
    if _steps(new, current):
        return  # the same licence, newer: whatever it takes back, it is the vendor's word
    kept, offered = judge(current, product, now).kind, judge(new, product, now).kind
    if kept in (VerdictKind.VALID, VerdictKind.EXPIRING) and offered is VerdictKind.EXPIRED:
        raise RenewalError(ErrorCode.LICENCE_EXPIRED, "the installed licence is another one and still valid")


def _is_older(new: Licence, current: Licence) -> bool:
    """Return whether the new file would take any program back to an older state: a lower ``seq``, or the same signed earlier."""
    steps = _steps(new, current)
    if any(step < 0 for step in steps):
        return True
    return bool(steps) and not any(steps) and new.issued < current.issued


def _steps(new: Licence, current: Licence) -> list[int]:
    """Return by how much each licence that both files hold is ahead in the new one."""
    known = {program.licence_id: program.seq for program in current.programs}
    return [program.seq - known[program.licence_id] for program in new.programs if program.licence_id in known]
