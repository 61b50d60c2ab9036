"""The shop's folder and keys: made once, kept as they are, refused where others could read them."""

from __future__ import annotations

import json
import stat
from datetime import date
from pathlib import Path

import pytest

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.issue import generate_private_key
from r2_renewal.licensing.keys import parse_trusted_keys, read_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.clock import pc_clock, set_to
from r2_renewal.reference_shop.folder import ShopFolder, init, settings_of
from r2_renewal.reference_shop.keys import (
    create_signing_key,
    own_keys,
    read_signing_key,
    signing_key_of,
    trusted_document,
    write_trusted_keys,
)
from r2_renewal.reference_shop.seed import PreparedShop, prepare

posix_only = pytest.mark.posix("Windows guards files by the folder's rights")


def refusal(code: ErrorCode) -> pytest.RaisesExc[RenewalError]:
    return pytest.raises(RenewalError, match=code.value)


def test_init_makes_what_a_shop_needs(tmp_path: Path) -> None:
    folder = ShopFolder(tmp_path / "a" / "shop")
    init(folder)
    settings = settings_of(folder)
    assert settings.trusted_keys == read_trusted_keys(folder.trusted_keys) == (settings.signing_key.public,)
    assert settings.clock is pc_clock


def test_init_again_changes_nothing(tmp_path: Path) -> None:
    folder = ShopFolder(tmp_path)
    init(folder)
    before = {path.name: path.read_bytes() for path in (folder.signing_key, folder.trusted_keys)}
    init(folder)
    assert before == {path.name: path.read_bytes() for path in (folder.signing_key, folder.trusted_keys)}


@posix_only
def test_the_signing_key_and_the_database_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = ShopFolder(tmp_path / "shop")
    init(folder)
    assert stat.S_IMODE(folder.signing_key.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.database_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_signing_key_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    create_signing_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with refusal(ErrorCode.SIGNING_KEY):
        read_signing_key(tmp_path / "key")


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "00" * 33, "ż"])
def test_what_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with refusal(ErrorCode.SIGNING_KEY):
        read_signing_key(path)


def test_a_new_key_never_overwrites_an_old_one(tmp_path: Path) -> None:
    first = create_signing_key(tmp_path / "key")
    with refusal(ErrorCode.SIGNING_KEY):
        create_signing_key(tmp_path / "key")
    assert read_signing_key(tmp_path / "key") == first


def test_a_key_is_never_printed() -> None:
    private = generate_private_key()
    assert private.hex() not in repr(signing_key_of(private))
    assert repr(private) not in repr(signing_key_of(private))


def test_older_keys_stay_trusted_beside_the_new_one(tmp_path: Path) -> None:
    old, new = signing_key_of(generate_private_key()), signing_key_of(generate_private_key())
    write_trusted_keys(tmp_path / "keys.json", (old.public,))
    assert own_keys(tmp_path / "keys.json", new) == (old.public, new.public)
    assert own_keys(tmp_path / "none.json", new) == (new.public,)
    assert parse_trusted_keys(trusted_document((old.public,))) == (old.public,)


def test_a_folder_that_is_not_ready_is_told_as_such(tmp_path: Path) -> None:
    with refusal(ErrorCode.SHOP_FOLDER):
        settings_of(ShopFolder(tmp_path))
    create_signing_key(tmp_path / "signing-key")
    with refusal(ErrorCode.SHOP_DATABASE):
        settings_of(ShopFolder(tmp_path))


def test_a_database_elsewhere(tmp_path: Path) -> None:
    folder = ShopFolder(tmp_path / "shop", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    init(folder)
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "shop" / "shop.db").exists()
    assert settings_of(folder).database_url.endswith("elsewhere.db")


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////nowhere/at/all.db", "unknown://x"])
def test_a_database_that_cannot_be_opened(tmp_path: Path, url: str) -> None:
    with refusal(ErrorCode.SHOP_DATABASE):
        init(ShopFolder(tmp_path / "shop", url))


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("", encoding="utf-8")
    with refusal(ErrorCode.SHOP_FOLDER):
        init(ShopFolder(tmp_path / "shop"))


def test_a_prepared_shop_is_kept_when_prepared_again(prepared: PreparedShop) -> None:
    again = prepare(prepared.folder.path, 5, date(2027, 1, 1))
    assert (again.licence, again.trusted_keys) == (prepared.licence, prepared.trusted_keys)
    assert again.account_password != prepared.account_password


@pytest.mark.parametrize("days_left", [30, 0, -3])
def test_the_demo_ends_when_it_is_asked_to(tmp_path: Path, days_left: int) -> None:
    made = prepare(tmp_path, days_left, date(2026, 11, 22))
    licence = parse_certificate(made.licence, parse_trusted_keys(json.loads(json.dumps(made.trusted_keys))))
    assert (licence.programs[0].valid_until - date(2026, 11, 22)).days == days_left
    assert (licence.nip, licence.programs[0].product, licence.programs[0].seq) == ("5262831503", "r2platnik", 1)


def test_the_clock_tells_the_real_time_of_day_on_the_set_to(prepared: PreparedShop) -> None:
    real = settings_of(prepared.folder)
    fixed = settings_of(prepared.folder, clock=set_to(date(2026, 7, 1)))
    assert abs((real.now() - pc_clock()).total_seconds()) < 60
    assert warsaw_date(fixed.now()) == date(2026, 7, 1)
    assert fixed.now().tzinfo is not None
