"""KSeF on loopback, as far as a shop needs it: it lets in, opens encrypted sessions, takes invoices, tells their fate.

Made from the published description of KSeF 2.0 (paths, fields, status codes); it holds the private keys, so that it reads what it
is sent as KSeF does, and remembers it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from r2_renewal.reference_shop.ksef import made_up_number

TOKEN = "20261122-EC-0000000000-0000000000-00|nip-1234563218|secret-of-the-test"
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
Json = dict[str, Any]
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


@dataclass
class Ksef:
    """A KSeF of one test.

    Attributes:
        statuses: codes that it tells of an invoice, one a question; the last one for ever.
        failing: paths (their ends) that answer with a code.
        taken: documents as it read them.
        asked: method and path of every call.
        signed: XML with which a certificate let somebody in.
        numbers: given, by document.
        lose_answers: takes an invoice, and lets the connection go instead of answering.
    """

    statuses: list[int] = field(default_factory=lambda: [200])
    failing: dict[str, int] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)
    numbers: dict[bytes, str] = field(default_factory=dict)
    lose_answers: bool = False
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    _session_keys: list[tuple[bytes, bytes]] = field(default_factory=list)
    _questions: int = 0
    _timestamp: int = 1_763_800_000_000

    @property
    def certificate(self) -> str:
        """The public half, as KSeF publishes it: DER in Base64."""
        return base64.b64encode(certificate_of(self.key).public_bytes(serialization.Encoding.DER)).decode()

    def answer(self, method: str, path: str, content: bytes) -> tuple[int, Any]:
        """Return status and body of a call."""
        self.asked.append((method, path))
        for end, code in self.failing.items():
            if path.endswith(end):
                return code, {"exception": {"serviceCode": "x", "exceptionDetailList": []}}
        room, *parts = path.removeprefix("/v2/").split("/")
        rooms = {"security": self._security, "auth": self._auth, "sessions": self._sessions}
        return rooms[room](method, parts, content)

    def _security(self, _method: str, _parts: list[str], _content: bytes) -> tuple[int, Any]:
        return 200, [self._published(usage) for usage in ("KsefTokenEncryption", "SymmetricKeyEncryption")]

    def _auth(self, method: str, parts: list[str], content: bytes) -> tuple[int, Any]:
        match method, *parts:
            case "POST", "challenge":
                return 200, {"challenge": "c" * 36, "timestamp": "2026-11-22T00:00:00Z", "timestampMs": self._timestamp}
            case "POST", "ksef-token":
                body = json.loads(content)
                token = self.key.decrypt(base64.b64decode(body["encryptedToken"]), OAEP).decode()
                is_right = token == f"{TOKEN}|{self._timestamp}" and body["contextIdentifier"]["value"] == "1234563218"
                return (202, self._let_in()) if is_right else (400, {"exception": {}})
            case "POST", "xades-signature":
                self.signed.append(content)
                return 202, self._let_in()
            case "POST", "token", "redeem":
                token = {"token": "access", "validUntil": "2027-01-01T00:00:00Z"}
                return 200, {"accessToken": token, "refreshToken": token}
        return 200, {"status": {"code": 200, "description": "ok"}}

    def _sessions(self, method: str, parts: list[str], content: bytes) -> tuple[int, Any]:
        match method, *parts:
            case "POST", "online":
                return 201, self._opened(json.loads(content))
            case "POST", "online", session, "invoices":
                return self._take(session, json.loads(content))
            case "POST", "online", _session, "close":
                return 204, None
            case "GET", _session, "invoices", "ksef", number, "upo":
                return 200, f"<UPO>{number}</UPO>".encode()
            case "GET", _session, "invoices", reference:
                return 200, self._status(int(reference.removeprefix("inv-")))
        return 404, {}

    def _published(self, usage: str) -> Json:
        return {
            "certificate": self.certificate,
            "certificateId": "1",
            "publicKeyId": "k",
            "usage": [usage],
            "validFrom": SINCE.isoformat(),
            "validTo": UNTIL.isoformat(),
        }

    def _let_in(self) -> Json:
        return {
            "referenceNumber": "auth-1",
            "authenticationToken": {"token": "a", "validUntil": "2027-01-01T00:00:00Z"},
        }

    def _opened(self, body: Json) -> Json:
        assert body["formCode"] == {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
        sealed = body["encryption"]
        key = self.key.decrypt(base64.b64decode(sealed["encryptedSymmetricKey"]), OAEP)
        self._session_keys.append((key, base64.b64decode(sealed["initializationVector"])))
        return {"referenceNumber": f"session-{len(self._session_keys)}", "validUntil": "2027-01-01T00:00:00Z"}

    def _take(self, session: str, body: Json) -> tuple[int, Json | None]:
        key, vector = self._session_keys[int(session.removeprefix("session-")) - 1]
        reader = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        sealed = base64.b64decode(body["encryptedInvoiceContent"])
        opener = PKCS7(128).unpadder()
        content = opener.update(reader.update(sealed) + reader.finalize()) + opener.finalize()
        assert body["invoiceHash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
        self.taken.append(content)
        return (202, {"referenceNumber": f"inv-{len(self.taken)}"}) if not self.lose_answers else (0, None)

    def _status(self, reference: int) -> Json:
        content = self.taken[reference - 1]
        code = self.statuses[min(self._questions, len(self.statuses) - 1)]
        self._questions += 1
        status: Json = {"code": code, "description": "…"}
        if content in self.taken[: reference - 1]:
            original = {"originalKsefNumber": self._number(content), "originalSessionReferenceNumber": "session-1"}
            status |= {"code": 440, "extensions": original}
            return {"status": status}
        return {"status": status, "ksefNumber": self._number(content)} if code == 200 else {"status": status}

    def _number(self, content: bytes) -> str:
        named = hashlib.sha256(content).hexdigest()
        return self.numbers.setdefault(
            content, made_up_number("1234563218", datetime(2026, 11, 22, tzinfo=UTC).date(), named)
        )


def certificate_of(key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Return a certificate that a key gives itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "R2 Renewal test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(SINCE)
    return builder.not_valid_after(UNTIL).sign(key, hashes.SHA256())


@contextmanager
def served(ksef: Ksef) -> Iterator[Ksef]:
    """Serve a KSeF on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = ksef.answer(self.command, self.path, content)
            if not status:
                self.close_connection = True
                return
            raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/xml" if isinstance(body, bytes) else "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _handle  # noqa: N815 - http.server's names

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    ksef.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield ksef
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
