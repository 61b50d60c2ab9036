"""Mutated files: whatever becomes of a licence file, it is refused, or it says exactly what the vendor signed."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.licensing.armour import unwrap, wrap
from r2_renewal.licensing.reader import load_verdict, parse_certificate
from tests.licence_files import LICENCE, NOW, PRODUCT, Vendor

VENDOR = Vendor()
CERTIFICATE = VENDOR.certificate()
INSIDE = unwrap(CERTIFICATE)
LICENCE_CODES = {code for code in ErrorCode if code.name.startswith("LICENCE_")}

Mutation = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]


def drop(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + content[place + chance.randint(1, 40) :]


def insert(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + chance.randbytes(chance.randint(1, 40)) + content[place:]


def repeat(chance: random.Random, content: bytes) -> bytes:
    start, length = chance.randrange(len(content)), chance.randint(1, 200)
    return content[: start + length] + content[start:]


def swap(chance: random.Random, content: bytes) -> bytes:
    first, second = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[second:] + content[first:second] + content[:first]


def cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def retype(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + chance.choice(b'{}[]",:0aZ=+/. \n-').to_bytes() + content[place + 1 :]


MUTATIONS: tuple[Mutation, ...] = (flip, drop, insert, repeat, swap, cut, retype)


def mutant(chance: random.Random) -> bytes:
    """Return a file damaged one to three times: in its armour, or inside with whole armour put around."""
    inside = chance.random() < 0.5
    content = INSIDE if inside else CERTIFICATE
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(MUTATIONS)(chance, content) or b"\n"
    return wrap(content).encode() if inside else content


def judged(certificate: bytes) -> str:
    """Return ``read`` or the name of the refusal; anything else than those two fails."""
    try:
        licence = parse_certificate(certificate, VENDOR.keys)
    except RenewalError as refusal:
        return refusal.code.name if refusal.code in LICENCE_CODES else f"unexpected {refusal.code}"
    assert licence == LICENCE, "a false yes"
    return "read"


@pytest.mark.timeout(1800)
def test_no_mutated_file_crashes_the_reader_or_gets_a_false_yes(long_mode: bool) -> None:
    seed = random.SystemRandom().randrange(2**32)
    outcomes: dict[str, int] = {}
    for number in range(100_000 if long_mode else 1_000):
        outcome = judged(mutant(random.Random(f"{seed}-{number}")))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert set(outcomes) <= {"read", *(code.name for code in LICENCE_CODES)}, f"seed {seed}: {outcomes}"
    assert {"LICENCE_MALFORMED", "LICENCE_BAD_SIGNATURE"} <= set(outcomes), f"seed {seed}: {outcomes}"


def test_a_file_cut_at_every_byte_is_refused_until_it_is_whole() -> None:
    end = CERTIFICATE.index(b"END LICENSE FILE") + len(b"END LICENSE FILE")
    for length in range(len(CERTIFICATE)):
        assert judged(CERTIFICATE[:length]) == ("read" if length >= end else "LICENCE_MALFORMED")


def test_every_bit_of_the_signature_counts() -> None:
    container = json.loads(INSIDE)
    signature = base64.b64decode(container["sig"])
    for place in range(len(signature) * 8):
        changed = bytearray(signature)
        changed[place // 8] ^= 1 << place % 8
        container["sig"] = base64.b64encode(changed).decode()
        assert judged(wrap(json.dumps(container).encode()).encode()) == "LICENCE_BAD_SIGNATURE"


def test_every_character_of_the_payload_counts() -> None:
    container = json.loads(INSIDE)
    enc = container["enc"]
    for place in range(len(enc)):
        container["enc"] = enc[:place] + ("A" if enc[place] != "A" else "B") + enc[place + 1 :]
        assert judged(wrap(json.dumps(container).encode()).encode()) in {"LICENCE_BAD_SIGNATURE", "LICENCE_UNKNOWN_KEY"}


def test_random_bytes_in_a_file_always_have_a_verdict(tmp_path: Path) -> None:
    path = tmp_path / "x.lic"
    chance = random.Random(7)
    for size in (0, 1, 2, 3, 100, 65_535, 65_536, 65_537, 200_000):
        path.write_bytes(chance.randbytes(size))
        assert load_verdict(path, VENDOR.keys, PRODUCT, NOW).kind is VerdictKind.MALFORMED
