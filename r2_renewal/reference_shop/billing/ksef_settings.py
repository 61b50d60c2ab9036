"""How a shop is connected to KSeF: ``ksef.toml`` in its folder. Without the file nothing is ever sent.

Rules: the address is https, or plain http on loopback; the file and the secret that it names are their owner's alone, as the
signing key is (POSIX; on Windows the folder's own rights protect them); a verification code leads to KSeF's environment, not to
the made-up one.
"""

from __future__ import annotations

import importlib.util
import os
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.loopback import is_loopback
from r2_renewal.reference_shop.seller import is_https_base

FILE = "ksef.toml"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_KEYS = {"url", "qr_url", "token_file", "certificate_file", "key_file"}


@dataclass(frozen=True, slots=True)
class KsefSettings:
    """A connection to KSeF.

    Attributes:
        url: base address of KSeF's API, e.g. ``https://api.ksef.mf.gov.pl``.
        qr_url: where verification codes lead, e.g. ``https://qr.ksef.mf.gov.pl``.
        token: KSeF token; empty where a certificate is used.
        certificate: authentication certificate, PEM; ``key`` its private key.
    """

    url: str
    qr_url: str
    token: str = field(default="", repr=False)
    certificate: str = ""
    key: str = field(default="", repr=False)


def read_settings(folder: Path) -> KsefSettings | None:
    """Return how the shop of a folder is connected; None where it is not.

    Raises:
        RenewalError: KSEF_SETTINGS, naming what is wrong; never a secret.
    """
    try:
        table = tomllib.loads(_own_text(folder / FILE))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _wrong(f"{FILE}: {type(error).__name__}") from error
    if not table.keys() <= _KEYS or not all(isinstance(value, str) for value in table.values()):
        raise _wrong(f"{FILE}: only {', '.join(sorted(_KEYS))}")
    found = KsefSettings(
        url=table.get("url", "").rstrip("/"),
        qr_url=table.get("qr_url", "").rstrip("/"),
        token=_secret(folder, table, "token_file").strip(),
        certificate=_secret(folder, table, "certificate_file"),
        key=_secret(folder, table, "key_file"),
    )
    return _checked(found)


def _checked(found: KsefSettings) -> KsefSettings:
    parts = urlsplit(found.url)
    is_plain_loopback = parts.scheme == "http" and is_loopback(parts.hostname or "")
    faults = {
        "url": not (is_https_base(found.url) or is_plain_loopback),
        "qr_url": not is_https_base(found.qr_url) or (urlsplit(found.qr_url).hostname or "").endswith(".invalid"),
        "token_file or certificate_file with key_file": bool(found.token) == bool(found.certificate and found.key),
    }
    if found.certificate and importlib.util.find_spec("xmlsec") is None:
        raise _wrong("a certificate signs by xmlsec: pip install ksef-client[xml]")
    wrong = next((name for name, is_wrong in faults.items() if is_wrong), None)
    if wrong is not None:
        raise _wrong(f"{FILE}: {wrong}")
    return found


def _secret(folder: Path, table: dict[str, str], name: str) -> str:
    if name not in table:
        return ""
    try:
        return _own_text(folder / table[name])
    except (OSError, ValueError) as error:
        raise _wrong(f"{name}: {type(error).__name__}") from error


def _own_text(path: Path) -> str:
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise _wrong(f"{path.name}: open to others, run chmod 600 on it")
    return path.read_text(encoding="utf-8")


def _wrong(detail: str) -> RenewalError:
    return RenewalError(ErrorCode.KSEF_SETTINGS, detail)
