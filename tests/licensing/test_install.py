"""Installing: what may replace what, atomic replacement, fallback, and two installers at once."""

from __future__ import annotations

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from r2_renewal.clock import pc_clock
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.licence import Licence
from r2_renewal.licensing.atomic_file import NotWritableError, exclusive, replace_file, sweep_orphans
from r2_renewal.licensing.install import install, install_in_first_writable, retrying
from tests.licence_files import LAST_DAY, LICENCE, NOW, PRODUCT, PROGRAM, Vendor, licence_with

VENDOR = Vendor()
NEXT_YEAR = LAST_DAY + timedelta(days=365)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a licence path with the example licence installed."""
    path = tmp_path / "r2płatnik licencja.lic"
    path.write_bytes(VENDOR.certificate())
    return path


def put(licence: Licence, target: Path, vendor: Vendor = VENDOR) -> Licence:
    return install(vendor.certificate(licence), target, VENDOR.keys, PRODUCT, NOW)


def refusal(licence: Licence, target: Path, vendor: Vendor = VENDOR) -> ErrorCode:
    before = target.read_bytes()
    with pytest.raises(RenewalError) as error:
        put(licence, target, vendor)
    assert target.read_bytes() == before
    assert leftovers(target) == []
    return error.value.code


def leftovers(target: Path) -> list[str]:
    return [path.name for path in target.parent.iterdir() if path.name.endswith(".tmp")]


def test_the_first_licence_is_installed(tmp_path: Path) -> None:
    target = tmp_path / "new.lic"
    assert put(LICENCE, target) == LICENCE
    assert target.read_bytes() == VENDOR.certificate()


def test_a_renewed_licence_replaces_the_old_one(target: Path) -> None:
    renewed = licence_with(seq=8, valid_until=NEXT_YEAR, issued=NOW)
    assert put(renewed, target) == renewed
    assert target.read_bytes() == VENDOR.certificate(renewed)
    assert leftovers(target) == []


def test_installing_twice_changes_nothing(target: Path) -> None:
    before = target.stat()
    put(LICENCE, target)
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_same_seq_fetched_again_is_taken_and_an_earlier_copy_is_not(target: Path) -> None:
    later = licence_with(issued=LICENCE.issued + timedelta(days=1), file_expiry=NOW + timedelta(days=90))
    put(later, target)
    assert refusal(LICENCE, target) is ErrorCode.LICENCE_OLDER


def test_an_older_seq_is_refused(target: Path) -> None:
    older = licence_with(seq=6, valid_until=NEXT_YEAR, issued=NOW)
    assert refusal(older, target) is ErrorCode.LICENCE_OLDER


def test_no_program_of_the_file_may_fall_back(target: Path) -> None:
    other = PROGRAM._replace(licence_id="lic-2", product="r2faktury", seq=4)
    put(LICENCE._replace(issued=NOW, programs=(PROGRAM._replace(seq=8), other)), target)
    newer = LICENCE._replace(issued=NOW, programs=(PROGRAM._replace(seq=9), other._replace(seq=3)))
    assert refusal(newer, target) is ErrorCode.LICENCE_OLDER


def test_a_licence_bought_anew_has_its_own_count(target: Path) -> None:
    fresh = licence_with(licence_id="lic-9", seq=1, valid_until=NEXT_YEAR, issued=NOW)
    assert put(fresh, target) == fresh


def test_another_customers_file_is_refused(target: Path) -> None:
    foreign = licence_with(seq=9)._replace(customer_id="cust-2", nip="1234563218")
    assert refusal(foreign, target) is ErrorCode.LICENCE_OTHER_CUSTOMER


def test_another_products_file_is_refused(target: Path) -> None:
    assert refusal(licence_with(product="r2faktury", seq=9), target) is ErrorCode.LICENCE_WRONG_PRODUCT


def test_another_vendors_file_is_refused(target: Path) -> None:
    assert refusal(LICENCE, target, Vendor()) is ErrorCode.LICENCE_UNKNOWN_KEY


@pytest.mark.parametrize(
    ("worse", "code"),
    [
        (licence_with(licence_id="lic-9", valid_until=NOW.date() - timedelta(days=1)), ErrorCode.LICENCE_EXPIRED),
    ],
)
def test_a_usable_licence_is_not_replaced_by_another_unusable_one(
    target: Path, worse: Licence, code: ErrorCode
) -> None:
    assert refusal(worse, target) is code


def test_an_expired_licence_is_better_than_junk_and_than_an_older_expired_one(target: Path) -> None:
    target.write_bytes(b"junk")
    ended = licence_with(valid_until=NOW.date() - timedelta(days=40))
    assert put(ended, target) == ended
    later = licence_with(valid_until=NOW.date() - timedelta(days=3), seq=8)
    assert put(later, target) == later


def test_a_licence_from_a_shop_whose_clock_is_ahead_is_taken(target: Path) -> None:
    ahead = licence_with(seq=8, valid_until=NEXT_YEAR, issued=NOW + timedelta(days=1))
    assert put(ahead, target) == ahead


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", Vendor().certificate(), b"x" * 70_000],
    ids=["empty", "junk", "another vendor's", "huge"],
)
def test_what_cannot_be_verified_never_protects_its_place(target: Path, content: bytes) -> None:
    target.write_bytes(content)
    assert put(LICENCE, target) == LICENCE
    assert target.read_bytes() == VENDOR.certificate()


def test_a_symbolic_link_stays_and_its_file_is_replaced(tmp_path: Path, target: Path) -> None:
    link = tmp_path / "link.lic"
    link.symlink_to(target)
    renewed = licence_with(seq=8, issued=NOW)
    put(renewed, link)
    assert link.is_symlink()
    assert target.read_bytes() == VENDOR.certificate(renewed)


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "odd.lic"
    target.mkdir() if kind == "directory" else os.mkfifo(target)
    with pytest.raises(NotWritableError):
        put(LICENCE, target)
    assert target.exists()


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotWritableError) as error:
        put(LICENCE, tmp_path / "nowhere" / "r2.lic")
    assert (error.value.code, error.value.transient) == (ErrorCode.LICENCE_NOT_WRITABLE, False)


def test_the_users_folder_serves_where_the_machines_cannot_be_written(tmp_path: Path) -> None:
    places = [tmp_path / "missing" / "r2.lic", tmp_path / "r2.lic"]
    installed = install_in_first_writable(VENDOR.certificate(), places, VENDOR.keys, PRODUCT, NOW)
    assert installed == (LICENCE, places[1])
    assert places[1].read_bytes() == VENDOR.certificate()


def test_no_writable_place_and_no_place_at_all_are_said(tmp_path: Path) -> None:
    for places in ([tmp_path / "missing" / "r2.lic"], []):
        with pytest.raises(NotWritableError):
            install_in_first_writable(VENDOR.certificate(), places, VENDOR.keys, PRODUCT, NOW)


def test_held_places_share_the_patience_and_a_place_held_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("a.lic", "b.lic")]
    for place in places:
        place.mkdir()  # cannot be replaced, and says so in the way of a file that somebody holds
    started = time.monotonic()
    with pytest.raises(NotWritableError) as error:
        install_in_first_writable(VENDOR.certificate(), places, VENDOR.keys, PRODUCT, NOW, patience=0.6)
    assert error.value.transient
    assert time.monotonic() - started < 15
    freed = threading.Timer(0.3, places[0].rmdir)
    freed.start()
    assert install_in_first_writable(VENDOR.certificate(), places, VENDOR.keys, PRODUCT, NOW, 30).place == places[0]
    freed.join()


def test_a_refusal_of_the_licence_itself_does_not_wander_to_the_next_place(tmp_path: Path, target: Path) -> None:
    with pytest.raises(RenewalError) as error:
        install_in_first_writable(
            VENDOR.certificate(licence_with(seq=1)), [target, tmp_path / "other.lic"], VENDOR.keys, PRODUCT, NOW
        )
    assert error.value.code is ErrorCode.LICENCE_OLDER
    assert not (tmp_path / "other.lic").exists()


def test_the_file_can_be_read_by_every_account(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        put(LICENCE, tmp_path / "r2.lic")
    finally:
        os.umask(old)
    assert (tmp_path / "r2.lic").stat().st_mode & 0o777 == 0o644


def test_orphans_are_swept_and_young_or_foreign_files_are_not(target: Path) -> None:
    folder = target.parent
    orphan, young, foreign = (folder / name for name in (f".{target.name}.1-a.tmp", f".{target.name}.2-b.tmp", "x.tmp"))
    for path in (orphan, young, foreign):
        path.write_bytes(b"half")
    for path in (orphan, foreign):
        os.utime(path, (pc_clock().timestamp() - 3600,) * 2)
    sweep_orphans(target)
    assert [path.exists() for path in (orphan, young, foreign)] == [False, True, True]


def test_an_installer_that_finds_the_lock_held_gives_up_in_time(target: Path) -> None:
    started = time.monotonic()
    with exclusive(target), pytest.raises(NotWritableError) as error, exclusive(target, patience=0.2):
        pytest.fail("two installers at once")
    assert error.value.transient
    assert time.monotonic() - started < 15


def test_a_held_lock_is_waited_for(target: Path) -> None:
    entered = threading.Event()

    def hold() -> None:
        with exclusive(target):
            entered.set()
            time.sleep(0.2)

    other = threading.Thread(target=hold)
    other.start()
    entered.wait()
    put(licence_with(seq=8, issued=NOW), target)
    other.join()


def test_only_what_may_pass_is_tried_again(target: Path) -> None:
    attempts = []

    def attempt(*, transient: bool) -> None:
        attempts.append(transient)
        raise NotWritableError("held", transient=transient)

    with pytest.raises(NotWritableError):
        retrying(lambda: attempt(transient=False), seconds=0.5)
    assert attempts == [False]
    started = time.monotonic()
    with pytest.raises(NotWritableError):
        retrying(lambda: attempt(transient=True), seconds=0.5)
    assert time.monotonic() - started < 15
    assert 1 < len(attempts) < 8


def test_replacing_needs_no_former_file(tmp_path: Path) -> None:
    replace_file(tmp_path / "a", b"1")
    replace_file(tmp_path / "a", b"")
    assert (tmp_path / "a").read_bytes() == b""
