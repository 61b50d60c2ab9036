"""Rows N15–N27: bodies and headers that are no shop's. Never believed, never in memory, cut in time; the agent goes on."""

from __future__ import annotations

import gzip
import json
import random
import socket
import time
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import msgspec
import pytest

from r2_renewal.agent.protocol import Method
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.error_texts import sentence
from tests.agent.scripted_shop import Reply, Seen, http, json_of, raw, silence, storefront_body
from tests.faults.network import LATE_SECONDS, Scene, hasty, patient, started
from tests.licence_files import Vendor

__all__ = ["hasty", "patient", "started"]

LICENCE_FILE = paths.licence_file("lic-1")
STOREFRONT = msgspec.json.encode(storefront_body())
HTML = b"<html><body>Zaloguj sie do Wi-Fi</body></html>"
OK = b"HTTP/1.1 200 OK\r\n"
JSON_TYPE = b"Content-Type: application/json\r\n"


def json_bytes(body: bytes, *headers: str, media_type: str = paths.JSON_TYPE) -> Reply:
    return raw(http(200, body, media_type, *headers))


def is_not_the_shop(scene: Scene, reply: Reply) -> None:
    """The answer is told as a stranger's at once, and asked for once only."""
    scene.shop.script("GET", paths.STOREFRONT, reply)
    with scene.tries(1):
        assert scene.code() is ErrorCode.NOT_THE_SHOP
    scene.is_unharmed()


def offer_a_newer_licence(scene: Scene, *replies: Reply) -> None:
    """Let the shop tell of a newer licence, and serve it so."""
    body = storefront_body()
    newer = msgspec.structs.replace(body.programs[0], seq=99)
    scene.shop.script("GET", paths.STOREFRONT, raw(json_of(msgspec.structs.replace(body, programs=(newer,)))))
    scene.shop.script("GET", LICENCE_FILE, *replies)


def licence_is_kept(scene: Scene, code: ErrorCode) -> None:
    """What was served in the licence's stead is refused, and the licence file on disk is as it was."""
    before = scene.hosts.licence.read_bytes()
    assert ErrorCode(scene.failure(Method.LICENCE_REFRESH).code) is code
    assert scene.hosts.licence.read_bytes() == before
    assert not list(scene.hosts.licence.parent.glob("*.tmp"))
    scene.is_unharmed()


# Cut bodies


def cut(body: bytes, *headers: bytes, at: int = -20) -> Reply:
    return raw(b"".join((OK, *headers, b"\r\n", body[:at])))


def length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


def is_no_connection(scene: Scene, reply: Reply) -> None:
    """What breaks off is asked for again, three times in all."""
    scene.shop.script("GET", paths.STOREFRONT, *[reply] * 3)
    with scene.tries(3):
        assert scene.code() is ErrorCode.OFFLINE
    scene.is_unharmed()


@pytest.mark.parametrize("at", [0, 200, -1])
def test_n15_a_body_cut_with_content_length(patient: Scene, at: int) -> None:
    is_no_connection(patient, cut(STOREFRONT, JSON_TYPE, length(STOREFRONT), at=at))


def test_n15_a_body_cut_twice_and_whole_the_third_time(patient: Scene) -> None:
    reply = cut(STOREFRONT, JSON_TYPE, length(STOREFRONT))
    patient.shop.script("GET", paths.STOREFRONT, reply, reply)
    with patient.tries(3):
        patient.opens()


@pytest.mark.parametrize("body", [b'9\r\n{"', b"2\r\n{}\r\n", b"2\r\n{}"])
def test_n15_a_body_cut_in_its_chunks(patient: Scene, body: bytes) -> None:
    is_no_connection(patient, raw(OK + JSON_TYPE + b"Transfer-Encoding: chunked\r\n\r\n" + body))


@pytest.mark.parametrize("at", [0, 1, 200, -1])
def test_n16_a_body_cut_without_content_length(patient: Scene, at: int) -> None:
    is_not_the_shop(patient, cut(STOREFRONT, JSON_TYPE, at=at))


@pytest.mark.parametrize("told", [b"-5", b"9" * 5000, b"2, 7", b"0x10", b"\xb2"])
def test_n16_a_body_with_a_length_that_is_none(patient: Scene, told: bytes) -> None:
    is_not_the_shop(patient, raw(OK + JSON_TYPE + b"Content-Length: " + told + b"\r\n\r\n" + STOREFRONT))


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_n16_a_licence_cut_without_content_length(patient: Scene, vendor: Vendor, part: float) -> None:
    certificate = vendor.certificate()
    media_type = f"Content-Type: {paths.LICENCE_TYPE}\r\n".encode()
    offer_a_newer_licence(patient, cut(certificate, media_type, at=int(part * len(certificate))))
    licence_is_kept(patient, ErrorCode.LICENCE_MALFORMED)


@pytest.mark.parametrize("at", [10, -1, 10_000])
def test_n17_cut_gzip(patient: Scene, at: int) -> None:
    packed = gzip.compress(STOREFRONT)[:at]
    is_not_the_shop(patient, json_bytes(packed, "Content-Encoding: gzip"))


# Strangers' bodies


def test_n18_a_captive_portal(patient: Scene) -> None:
    assert "Sprawdź sieć" in sentence(ErrorCode.NOT_THE_SHOP)
    is_not_the_shop(patient, json_bytes(HTML, media_type="text/html"))
    is_not_the_shop(patient, json_bytes(HTML))


def test_n18_a_captive_portal_in_the_licences_stead(patient: Scene) -> None:
    offer_a_newer_licence(patient, json_bytes(HTML, media_type="text/html"))
    licence_is_kept(patient, ErrorCode.NOT_THE_SHOP)


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "application/problem+json", "application/jsonp", ""])
def test_n19_a_wrong_type_with_valid_json(patient: Scene, media_type: str) -> None:
    is_not_the_shop(patient, json_bytes(STOREFRONT, media_type=media_type))


def with_field(name: str, value: bytes) -> bytes:
    """Return the storefront with one more field, unknown to this version, so that nothing but its form is at fault."""
    return b'{"%s": %s, ' % (name.encode(), value) + STOREFRONT[1:]


NOT_STRICT = {
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep-objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "rather-deep": b"[" * 40 + b"]" * 40,
    "nan": b"NaN",
    "infinity": b"-Infinity",
    "duplicate-keys": b'{"a": 1, "a": 2}',
    "duplicate-keys-escaped": b'{"a": 1, "\\u0061": 2}',
    "long-number": b"9" * 100_000,
    "rather-long-number": b"9" * 31,
    "long-fraction": b"0." + b"9" * 100_000,
    "not-utf-8": b'"\xb3"',
    "control-character": b'"\x00"',
    "comment": b"1 /* one */",
    "trailing-comma": b"[1,]",
    "single-quotes": b"'a'",
}


@pytest.mark.parametrize("value", NOT_STRICT.values(), ids=NOT_STRICT.keys())
def test_n20_json_that_two_readers_understand_differently(patient: Scene, value: bytes) -> None:
    is_not_the_shop(patient, json_bytes(with_field("new", value)))


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"null", b"[]", STOREFRONT + STOREFRONT, STOREFRONT.decode().encode("utf-16")]
)
def test_n20_json_that_is_another(patient: Scene, body: bytes) -> None:
    is_not_the_shop(patient, json_bytes(body))


def test_n20_what_is_strict_and_merely_new_is_read(patient: Scene) -> None:
    patient.shop.script("GET", paths.STOREFRONT, json_bytes(with_field("new", b'{"a": [1, -2.5e3, null, "\\u0105"]}')))
    patient.opens()


# Endless bodies


@dataclass
class Endless:
    """A body of ten gigabytes, as far as the client lets us. Attributes: sent: how many bytes went out."""

    head: bytes
    block: bytes
    sent: int = field(default=0)

    def __call__(self, peer: socket.socket, _seen: Seen) -> None:
        peer.sendall(self.head + b"\r\n")
        for block in repeat(self.block, 10_000_000_000 // len(self.block)):
            peer.sendall(block)
            self.sent += len(block)


BLOCK = b" " * 65536
CHUNK = b"10000\r\n" + BLOCK + b"\r\n"
ENDLESS = {
    "length": (OK + JSON_TYPE + b"Content-Length: 10000000000\r\n", BLOCK),
    "no-length": (OK + JSON_TYPE, BLOCK),
    "chunked": (OK + JSON_TYPE + b"Transfer-Encoding: chunked\r\n", CHUNK),
    "refusal": (b"HTTP/1.1 422 No\r\nContent-Type: application/problem+json\r\n", BLOCK),
}
# What the systems on both ends keep for a connection; the cap is a megabyte.
LARGEST_IN_FLIGHT = 64 * 1024 * 1024


@pytest.mark.parametrize(("head", "block"), ENDLESS.values(), ids=ENDLESS.keys())
def test_n21_a_body_of_ten_gigabytes(patient: Scene, head: bytes, block: bytes) -> None:
    endless = Endless(head, block)
    with patient.small():
        is_not_the_shop(patient, endless)
    assert endless.sent < LARGEST_IN_FLIGHT


@pytest.mark.parametrize("head", [b"", b"Content-Length: 10000000000\r\n", b"Content-Length: 65537\r\n"])
def test_n21_a_licence_of_ten_gigabytes(patient: Scene, head: bytes) -> None:
    endless = Endless(OK + f"Content-Type: {paths.LICENCE_TYPE}\r\n".encode() + head, BLOCK)
    offer_a_newer_licence(patient, endless)
    with patient.small():
        licence_is_kept(patient, ErrorCode.NOT_THE_SHOP)
    assert endless.sent < LARGEST_IN_FLIGHT


@pytest.mark.parametrize("size", [1024 * 1024, 1024 * 1024 + 1])
def test_n21_the_cap_is_a_megabyte_to_the_byte(patient: Scene, size: int) -> None:
    body = STOREFRONT + b" " * (size - len(STOREFRONT))
    if size > 1024 * 1024:
        is_not_the_shop(patient, json_bytes(body))
        is_not_the_shop(patient, raw(OK + JSON_TYPE + b"\r\n" + body))
    else:
        patient.shop.script("GET", paths.STOREFRONT, json_bytes(body))
        patient.opens()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Return 100 MB of spaces and a storefront, in half a megabyte at most."""
    return gzip.compress(b" " * 100_000_000 + STOREFRONT, 1)


@pytest.mark.parametrize("status", [200, 302, 422])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br, gzip", "x-gzip"])
def test_n22_a_gzip_bomb(patient: Scene, bomb: bytes, status: int, encoding: str) -> None:
    headers = (f"Content-Encoding: {encoding}", f"Location: {paths.STOREFRONT}")
    with patient.small():
        is_not_the_shop(patient, raw(http(status, bomb, paths.JSON_TYPE, *headers)))


def test_n22_nothing_packed_is_asked_for(patient: Scene) -> None:
    patient.opens()
    assert {seen.headers["accept-encoding"] for seen in patient.shop.requests} == {"identity"}


# Drips


def dripping(*pieces: bytes) -> Reply:
    return raw(*pieces, pause=0.05)


HEADER = b"X-Drip: 1\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def is_cut_at_the_deadline(scene: Scene, reply: Reply) -> None:
    scene.shop.script("GET", paths.STOREFRONT, reply)
    began = time.monotonic()
    with scene.tries(1):
        assert scene.code() is ErrorCode.TIMEOUT
    assert time.monotonic() - began < LATE_SECONDS
    scene.is_unharmed()


def test_n23_headers_that_drip(hasty: Scene) -> None:
    is_cut_at_the_deadline(hasty, dripping(OK, *(HEADER,) * 99, *(b"X",) * 400))


def test_n23_a_status_line_that_drips(hasty: Scene) -> None:
    is_cut_at_the_deadline(hasty, dripping(*(b"H",) * 400))


def test_n24_a_body_that_drips(hasty: Scene) -> None:
    is_cut_at_the_deadline(hasty, dripping(OK + JSON_TYPE + length(b" " * 9999) + b"\r\n", *(b" ",) * 400))


def test_n24_chunks_that_drip(hasty: Scene) -> None:
    head = OK + JSON_TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
    is_cut_at_the_deadline(hasty, dripping(head, *(b"1\r\n \r\n",) * 400))


def test_n24_a_body_that_never_comes(hasty: Scene) -> None:
    is_cut_at_the_deadline(hasty, silence)


@pytest.mark.parametrize("pause", [0.05, 0.0], ids=["dripped", "poured"])
def test_n25_endless_100_continue(hasty: Scene, pause: float) -> None:
    def reply(peer: socket.socket, seen: Seen) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            peer.sendall(CONTINUE if pause else CONTINUE * 1000)
            time.sleep(pause)

    is_cut_at_the_deadline(hasty, reply)


# Headers


HEADERS = {
    "200-headers": OK + JSON_TYPE + HEADER * 200 + b"\r\n" + STOREFRONT,
    "70-kB-header": OK + JSON_TYPE + b"X: " + b"y" * 70_000 + b"\r\n\r\n" + STOREFRONT,
    "70-kB-status": b"HTTP/1.1 200 " + b"y" * 70_000 + b"\r\n" + JSON_TYPE + b"\r\n" + STOREFRONT,
    "status-of-four-digits": b"HTTP/1.1 2000 OK\r\n" + JSON_TYPE + b"\r\n" + STOREFRONT,
    "status-101": b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + STOREFRONT,
    "not-modified-unasked": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "two-lengths": OK + JSON_TYPE + length(STOREFRONT) + b"Content-Length: 2\r\n\r\n" + STOREFRONT,
    "no-headers": STOREFRONT,
    "cut-in-the-headers": OK + b"Content-",
}


@pytest.mark.parametrize("answer", HEADERS.values(), ids=HEADERS.keys())
def test_n26_headers_beyond_reason(patient: Scene, answer: bytes) -> None:
    is_not_the_shop(patient, raw(answer))


def test_n26_numbers_without_end_in_headers_harm_nothing(patient: Scene) -> None:
    headers = (
        "Date: Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Retry-After: " + "9" * 5000,
        "Age: " + "9" * 5000,
    )
    patient.shop.script("GET", paths.STOREFRONT, json_bytes(STOREFRONT, *headers))
    patient.opens()
    patient.is_unharmed()


def random_answers(count: int) -> list[bytes]:
    """Return answers of random bytes, some after an honest beginning; the same in every run."""
    source = random.Random(27)
    beginnings = (b"", b"", b"HTTP/1.1 ", OK, OK + JSON_TYPE + b"\r\n")
    return [source.choice(beginnings) + source.randbytes(source.randint(1, 2000)) for _ in range(count)]


def test_n27_random_bytes(patient: Scene, long_mode: bool) -> None:
    for answer in random_answers(5000 if long_mode else 60):
        patient.shop.script("GET", paths.STOREFRONT, *[raw(answer)] * 3)
        data: Any = patient.failure()
        assert data.code in {ErrorCode.NOT_THE_SHOP.value, ErrorCode.OFFLINE.value, ErrorCode.TIMEOUT.value}, answer
        patient.shop.forget_scripts()
    patient.is_unharmed()


def test_n27_random_bytes_in_a_problem_reach_neither_the_log_nor_the_user(patient: Scene) -> None:
    code = "\x1b[31m" + "\u202e" + "x" * 500 + "\nR2-S99 forged"
    body = {"type": "about:blank", "title": code, "status": 422, "code": code, "detail": code}
    patient.shop.script("GET", paths.STOREFRONT, raw(http(422, json.dumps(body).encode(), paths.PROBLEM_TYPE)))
    assert patient.code() is ErrorCode.ORDER_INVALID
    assert "forged" not in patient.hosts.log()
    patient.is_unharmed()
