"""The profile ``r2/1``: how a vendor's licence speaks in Keygen's payload.

Rules: our claims stand in ``data.attributes.metadata``; the subscription's end is ``data.attributes.expiry``, null for a
perpetual licence, and the file's own is ``meta.expiry``: neither is computed from ``issued + ttl``, real files disagree by hours.
One file may hold several programs, the others as ``included`` entries of type ``licenses`` for the same customer: what is wrong
with one of those never takes the file's own program away, it is left out and told. Unknown claims are ignored. A Keygen server
writes the topmost keys of metadata in lowerCamelCase, whatever they were stored as, and leaves those below alone: both spellings
are read, and where both stand they must agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import CLOCK_TOLERANCE, Licence
from r2_renewal.domain.program import OwnedProgram
from r2_renewal.licensing.armour import malformed

PROFILE = "r2/1"
LICENCE_TYPE = "licenses"
MAX_TEXT = 500

# Our claims of more than one word, as a Keygen server spells them.
_SPELLINGS = {"customer_id": "customerId", "program_id": "programId"}

NIP_DIGITS = 10

# Where ISO 8601 has its separators: fromisoformat alone also takes week dates, spaces and compact forms.
_SEPARATORS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"}
_SECONDS_END = 19


def licence_of(document: Mapping[str, Any]) -> Licence:
    """Return the licence in a verified payload.

    Raises:
        RenewalError: LICENCE_WRONG_PRODUCT where it is not of our profile at all; LICENCE_MALFORMED where it is, and
            breaks it.
    """
    data = mapping(document, "data")
    claims = _claims(data)
    if claims is None:
        raise RenewalError(ErrorCode.LICENCE_WRONG_PRODUCT, "not of the profile r2/1")
    meta = mapping(document, "meta")
    own = _program(data, claims)
    others, faults = _included_programs(document, claims, own.licence_id)
    return Licence(
        customer_id=_text(claims, "customer_id"),
        company=_text(claims, "company"),
        nip=_nip(claims),
        issued=_moment(meta, "issued"),
        file_expiry=_file_expiry(meta),
        programs=(own, *others),
        faults=tuple(faults),
    )


def tells_no_end(document: Mapping[str, Any], now: datetime) -> bool:
    """Return whether a verified payload is an aged file that does not tell when its subscription ends.

    Nothing is known of the subscription then, and fetching the file again is the way on.

    Args:
        document: the payload.
        now: the moment to judge at, aware.
    """
    try:
        attributes = mapping(mapping(document, "data"), "attributes")
        expiry = _file_expiry(mapping(document, "meta"))
    except RenewalError:
        return False
    return "expiry" not in attributes and expiry is not None and expiry < now - CLOCK_TOLERANCE


def speaks_our_profile(document: Mapping[str, Any]) -> bool:
    """Return whether a verified payload claims the profile ``r2/1``, well or badly.

    Raises:
        RenewalError: LICENCE_MALFORMED, where it is not even a licence of Keygen's form.
    """
    claims = mapping(mapping(document, "data"), "attributes").get("metadata")
    return isinstance(claims, dict) and claims.get("profile") == PROFILE


def mapping(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object ``name`` of ``parent``.

    Raises:
        RenewalError: LICENCE_MALFORMED, where it is absent or not an object.
    """
    value = parent.get(name)
    if not isinstance(value, dict):
        raise malformed(f"{name} is not an object")
    return value


def _claims(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the claims of our profile, None where the entry does not speak it."""
    if data.get("type") != LICENCE_TYPE:
        raise malformed("not a licence")
    claims = mapping(data, "attributes").get("metadata")
    if not isinstance(claims, dict) or "profile" not in claims:
        return None
    if claims["profile"] != PROFILE:
        raise malformed("a profile that this version does not read")
    return _in_our_spelling(claims)


def _in_our_spelling(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    respelt = {ours: claims[theirs] for ours, theirs in _SPELLINGS.items() if theirs in claims}
    for ours, value in respelt.items():
        if ours in claims and claims[ours] != value:
            raise malformed(f"{ours} and {_SPELLINGS[ours]} differ")
    return {**claims, **respelt}


def _included_programs(
    document: Mapping[str, Any], own: Mapping[str, Any], own_id: str
) -> tuple[list[OwnedProgram], list[str]]:
    """Return the customer's further programs, and what is wrong with entries that are none though they mean to be."""
    included = document.get("included")
    if included is None:
        return [], []
    if not isinstance(included, list):
        raise malformed("included is not a list")
    programs: dict[str, OwnedProgram] = {}
    faults = []
    for number, entry in enumerate(included):
        try:
            program = _included_program(entry, own)
            if program is None:
                continue
            if program.licence_id == own_id or program.licence_id in programs:
                raise malformed("a licence that stands here twice")
            programs[program.licence_id] = program
        except RenewalError as error:
            faults.append(f"included[{number}]: {error.detail}")
    return list(programs.values()), faults


def _included_program(entry: object, own: Mapping[str, Any]) -> OwnedProgram | None:
    """Return the program of an entry; None for what is no licence of our profile, or another customer's."""
    if not isinstance(entry, dict):
        raise malformed("not an object")
    if entry.get("type") != LICENCE_TYPE:
        return None
    claims = _claims(entry)
    if claims is None or _text(claims, "customer_id") != _text(own, "customer_id"):
        return None
    return _program(entry, claims)


def _program(data: Mapping[str, Any], claims: Mapping[str, Any]) -> OwnedProgram:
    attributes = mapping(data, "attributes")
    product = _text(claims, "product")
    return OwnedProgram(
        licence_id=_text(data, "id"),
        program_id=_text(claims, "program_id"),
        product=product,
        name=product if attributes.get("name") is None else _text(attributes, "name"),
        edition="" if claims.get("edition") is None else _text(claims, "edition", empty=True),
        valid_until=_last_day(attributes),
        seq=_count(claims.get("seq"), "seq"),
        limits=_limits(claims),
        services=_services(claims),
    )


def _file_expiry(meta: Mapping[str, Any]) -> datetime | None:
    """Return when the file must be fetched again; None for never. ``meta.ttl`` says nothing that counts."""
    return None if meta.get("expiry") is None else _moment(meta, "expiry")


def _last_day(attributes: Mapping[str, Any]) -> date | None:
    """Return the subscription's last day; None for a perpetual one. An end that is absent is not one of null."""
    if "expiry" in attributes and attributes["expiry"] is None:
        return None
    end = _moment(attributes, "expiry")
    try:
        return warsaw_date(end)
    except OverflowError:  # the last hours of year 9999: "for ever", as some shops write it
        return end.date()


def _text(parent: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    value = parent.get(name)
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise malformed(f"{name} is not a text")
    clean = value.strip() if value.isprintable() else _printable(value).strip()
    if not clean and not empty:
        raise malformed(f"{name} is empty")
    return clean


def _printable(text: str) -> str:
    """Return ``text`` with spaces for what must not reach windows, logs and printers, keeping no-break spaces.

    These are control characters, line separators, lone surrogates and overrides of the writing direction.
    """
    import re

    return re.sub("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", " ", text)


def _nip(claims: Mapping[str, Any]) -> str:
    nip = _text(claims, "nip")
    if len(nip) != NIP_DIGITS or not (nip.isascii() and nip.isdigit()):
        raise malformed("nip is not 10 digits")
    return nip


def _moment(parent: Mapping[str, Any], name: str) -> datetime:
    value = parent.get(name)
    if not isinstance(value, str) or len(value) <= _SECONDS_END or not value.isascii():
        raise malformed(f"{name} is not a moment")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise malformed(f"{name} is not in the calendar") from error
    if moment.tzinfo is None or any(value[place] != mark for place, mark in _SEPARATORS.items()):
        raise malformed(f"{name} is not an ISO 8601 moment with a zone")
    return moment


def _count(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise malformed(f"{name} is not a count")
    return value


def _limits(claims: Mapping[str, Any]) -> dict[str, int]:
    limits = claims.get("limits")
    if limits is None:
        return {}
    if not isinstance(limits, dict):
        raise malformed("limits is not an object")
    return {name: _count(value, "a limit") for name, value in limits.items() if value is not None}


def _services(claims: Mapping[str, Any]) -> tuple[str, ...]:
    services = claims.get("services")
    if services is None:
        return ()
    if not isinstance(services, list) or not all(isinstance(service, str) for service in services):
        raise malformed("services is not a list of texts")
    return tuple(services)
