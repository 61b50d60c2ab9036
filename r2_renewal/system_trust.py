"""Whom TLS believes: the certificate authorities of the operating system, and one file that an administrator may add.

Rules: no environment variable decides trust. On Linux the store is found by the paths that OpenSSL was built with, else where
distributions keep it: OpenSSL's own „default paths", which ``truststore`` and ``create_default_context`` take there, give way to
``SSL_CERT_FILE`` and ``SSL_CERT_DIR``. Windows and macOS judge with their own code (``truststore``). No session keys are
written down, since ``SSLKEYLOGFILE`` is only looked at by ``create_default_context``.
"""

from __future__ import annotations

import codecs
import re
import ssl
import sys
from pathlib import Path

from r2_renewal.domain.errors import ErrorCode, RenewalError

LARGEST_BYTES = 1024 * 1024
# After https://github.com/tiran/certifi-system-store: Alpine and Arch, Fedora and RHEL, Debian and Ubuntu, SUSE.
STORES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
_PEM = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----", re.S
)
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")


def client_context(added: Path | None = None) -> ssl.SSLContext:
    """Return a client's TLS context that believes the system's authorities, checks host names, and never anything less.

    Args:
        added: a file of further authorities, PEM or DER; None for none.

    Raises:
        RenewalError: CA_FILE, where that file cannot be used.
    """
    if sys.platform == "linux":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        load_system_store(context)
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if added is not None:
        _load(context, added)
    return context


def load_system_store(context: ssl.SSLContext) -> None:
    """Load the system's authorities; a system without any leaves a context that believes nobody."""
    built = (
        ssl.get_default_verify_paths()
    )  # its openssl_… names are what OpenSSL was built with, whatever the environment says
    file = built.openssl_cafile if Path(built.openssl_cafile).is_file() else None
    folder = built.openssl_capath if _holds_certificates(Path(built.openssl_capath)) else None
    if file is None and folder is None:
        file = next((store for store in STORES if Path(store).is_file()), None)
    if file is not None or folder is not None:
        context.load_verify_locations(file, folder)


def _holds_certificates(folder: Path) -> bool:
    try:
        return any(_HASHED.fullmatch(entry.name) for entry in folder.iterdir())
    except OSError:
        return False


def _load(context: ssl.SSLContext, file: Path) -> None:
    from r2_renewal.licensing.files import read_regular_file

    if not file.is_absolute():
        raise RenewalError(ErrorCode.CA_FILE, "not an absolute path")
    try:
        context.load_verify_locations(cadata=_certificates(read_regular_file(file, LARGEST_BYTES)))
    except RenewalError as error:
        raise RenewalError(ErrorCode.CA_FILE, error.detail) from error
    except (OSError, ValueError) as error:  # ssl.SSLError among them
        raise RenewalError(ErrorCode.CA_FILE, f"no certificates: {type(error).__name__}") from error


def _certificates(content: bytes) -> str | bytes:
    """Return what ``load_verify_locations`` takes: PEM without the remarks around it, which need not be ASCII, or DER."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", errors="replace").encode()
    blocks = _PEM.findall(content)
    return b"\n".join(blocks).decode("ascii", errors="replace") if blocks else content
