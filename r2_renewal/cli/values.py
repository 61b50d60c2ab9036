"""Values on the command line: what each kind may be, and what is said of anything else.

Rule: a value that makes no sense is a wrong command, refused before any work is begun.
"""

from __future__ import annotations

import argparse
import ipaddress
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from r2_renewal.domain.errors import ErrorCode, RenewalError

T = TypeVar("T")
AUTO = "auto"
_LAST_PORT = 65535
_LONGEST_KEY_FILE = 4096
_MOST_SECONDS = 365 * 24 * 3600
_MOST_DAYS = 36500
# Beyond these a year more or a time zone would leave the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


def a_path(text: str) -> Path:
    """Return a path; the empty one would mean the current folder."""
    if not text.strip():
        raise argparse.ArgumentTypeError("podaj niepustą ścieżkę")
    if "\0" in text:
        raise _not("podaj ścieżkę", text)
    return Path(text)


def read_licence_key(path: Path) -> str:
    """Return the licence key in a file: one line, with or without a BOM.

    Raises:
        RenewalError: LICENCE_KEY_FILE, where it cannot be read or holds no key; what it holds is never told.
    """
    from r2_renewal.licensing.files import read_regular_file

    try:
        key = read_regular_file(path, _LONGEST_KEY_FILE).decode("utf-8-sig").strip()
    except (RenewalError, ValueError) as error:
        detail = error.detail if isinstance(error, RenewalError) else "not a text"
        raise RenewalError(ErrorCode.LICENCE_KEY_FILE, detail) from error
    if not key or not key.isprintable():
        raise RenewalError(ErrorCode.LICENCE_KEY_FILE, "not one line of text")
    return key


def a_date(text: str) -> date:
    """Return a calendar date, RRRR-MM-DD."""
    wanted = "podaj datę w postaci RRRR-MM-DD"
    day = _read(date.fromisoformat, text, wanted)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _not(wanted, text)
    return day


def a_port(text: str) -> int:
    """Return a TCP port; 0 stands for a free one."""
    return _whole(text, 0, _LAST_PORT)


def a_network(text: str) -> str:
    """Return an IP address or network, written the usual way."""
    network = _read(ipaddress.ip_network, text, "podaj adres IP albo sieć, np. 10.0.0.0/8")
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def a_base_url(text: str) -> str:
    """Return a base URL without its final slash, or ``AUTO``."""
    wanted = f"podaj adres https:// albo http:// bez ścieżki, albo {AUTO}"
    parts = _read(urlsplit, text, wanted)
    is_base = parts.scheme in ("https", "http") and parts.hostname and parts.path in ("", "/")
    if text != AUTO and (not is_base or parts.query or parts.fragment or parts.username is not None):
        raise _not(wanted, text)
    return text.rstrip("/")


def days_left(text: str) -> int:
    """Return days to the end of a subscription, negative where it has ended."""
    return _whole(text, -_MOST_DAYS, _MOST_DAYS)


def seconds(text: str) -> float:
    """Return a length of time, in seconds, a year at most."""
    wanted = f"podaj liczbę sekund od 0 do {_MOST_SECONDS}"
    value = _read(float, text, wanted)
    if not math.isfinite(value) or not 0 <= value <= _MOST_SECONDS:
        raise _not(wanted, text)
    return value


def _whole(text: str, least: int, most: int) -> int:
    wanted = f"podaj liczbę całkowitą od {least} do {most}".replace("-", "−")
    value = _read(int, text, wanted)
    if not least <= value <= most:
        raise _not(wanted, text)
    return value


def _read(kind: Callable[[str], T], text: str, wanted: str) -> T:
    try:
        return kind(text)
    except ValueError:
        raise _not(wanted, text) from None


def _not(wanted: str, text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(f"{wanted}, a nie {text!r:.80}")
