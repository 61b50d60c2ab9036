"""A certificate authority for tests, and the certificates it gives: right ones, expired ones, for another host."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from r2_renewal.clock import pc_clock

NOW = pc_clock()
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Identity:
    """A certificate with its key. Attributes: issuer: who signed it; None for itself."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    issuer: Identity | None = None

    @property
    def pem(self) -> bytes:
        """The certificate as a file of trusted ones."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def served(self, folder: Path) -> ssl.SSLContext:
        """Return the context of a server that shows this certificate, with those between it and the root."""
        chain = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        shown: Identity | None = self
        while shown is not None and (shown is self or shown.issuer is not None):
            chain, shown = chain + shown.pem, shown.issuer
        file = folder / f"{self.certificate.serial_number:x}.pem"
        file.write_bytes(chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def authority(name: str, issuer: Identity | None = None) -> Identity:
    """Return a certificate authority: a root, or one below ``issuer``."""
    return _issued(name, issuer, NOW - DAY, NOW + DAY, [_basic(ca=True)])


def server(
    host: str,
    issuer: Identity | None,
    begins: dt.datetime = NOW - DAY,
    ends: dt.datetime = NOW + DAY,
) -> Identity:
    """Return a server's certificate for a host name or address; signed by itself where there is no issuer."""
    return _issued(host, issuer, begins, ends, [_basic(ca=False), x509.SubjectAlternativeName([_name(host)])])


def _basic(*, ca: bool) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=ca, path_length=None)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _issued(
    name: str,
    issuer: Identity | None,
    begins: dt.datetime,
    ends: dt.datetime,
    extensions: list[x509.ExtensionType],
) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signer, signing = (issuer.certificate.subject, issuer.key) if issuer else (subject, key)
    builder = x509.CertificateBuilder(signer, subject, key.public_key(), x509.random_serial_number(), begins, ends)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return Identity(builder.sign(signing, hashes.SHA256()), key, issuer)
