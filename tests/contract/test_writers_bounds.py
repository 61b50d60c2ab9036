"""What a reader refuses, its writer does not write: prepared orders, files of trusted keys."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from r2_renewal.contract import prepared_order
from r2_renewal.contract.prepared_order import (
    LONGEST_FILE,
    LONGEST_LETTERS,
    LONGEST_TEXT,
    from_letters,
    pack,
    to_letters,
    unpack,
)
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import ORDER, wrap
from r2_renewal.licensing.keys import read_trusted_keys
from r2_renewal.licensing.trusted_key import TrustedKey
from r2_renewal.reference_shop.keys import write_trusted_keys
from tests.contract.test_prepared_order import ORDER as PREPARED

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def with_licence(length: int) -> prepared_order.PreparedOrder:
    """Return an order whose licence is as long as that, and packs as badly as a real one."""
    return msgspec.structs.replace(PREPARED, licence="".join(random.Random(7).choices(LETTERS, k=length)))


def test_the_largest_order_that_is_written_is_read_in_every_form() -> None:
    order = with_licence(LONGEST_FILE)
    packed = pack(order)
    assert unpack(packed) == order
    letters = to_letters(order)
    assert LONGEST_FILE < len(letters) <= LONGEST_LETTERS
    assert from_letters(letters) == order
    assert len(wrap(packed, ORDER)) < LONGEST_TEXT


def test_an_order_that_would_not_be_read_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_order, "LONGEST_FILE", 1_000)
    with pytest.raises(RenewalError) as error:
        pack(with_licence(2_000))
    assert error.value.code is ErrorCode.ORDER_FILE_TOO_LARGE


def test_a_file_of_keys_that_would_not_be_read_is_not_written(tmp_path: Path) -> None:
    path, key = tmp_path / "trusted-keys.json", TrustedKey("2026", bytes(range(32)))
    write_trusted_keys(path, (key,))
    with pytest.raises(RenewalError) as error:
        write_trusted_keys(path, tuple(key._replace(id=f"key-{number}") for number in range(1_000)))
    assert error.value.code is ErrorCode.TRUSTED_KEYS
    assert read_trusted_keys(path) == (key,)
