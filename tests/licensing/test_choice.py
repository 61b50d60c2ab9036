"""Several places: the best valid licence wins, and the reasons against the others are kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from r2_renewal.domain.licence import Licence, VerdictKind
from r2_renewal.licensing.choice import Choice, choose
from tests.licence_files import LAST_DAY, NOW, PRODUCT, Vendor, licence_with

VENDOR = Vendor()
EXPIRING = licence_with()
VALID = licence_with(licence_id="lic-2", valid_until=LAST_DAY + timedelta(days=300))
EXPIRED = licence_with(licence_id="lic-3", valid_until=NOW.date() - timedelta(days=1))
OTHER_PRODUCT = licence_with(licence_id="lic-4", product="r2faktury")
STALE = licence_with(licence_id="lic-5", file_expiry=NOW - timedelta(days=1))


def chosen(folder: Path, *contents: Licence | bytes | None) -> Choice:
    paths = [folder / f"{place}.lic" for place in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        if content is not None:
            path.write_bytes(VENDOR.certificate(content) if isinstance(content, Licence) else content)
    return choose(paths, VENDOR.keys, PRODUCT, NOW)


@pytest.mark.parametrize(
    ("contents", "best"),
    [
        ((EXPIRING,), 0),
        ((EXPIRING, VALID), 1),
        ((VALID, EXPIRING), 0),
        ((EXPIRED, EXPIRING), 1),
        ((b"junk", None, EXPIRED), 2),
        ((None, OTHER_PRODUCT), 1),
        ((EXPIRED, STALE), 1),
        ((OTHER_PRODUCT, EXPIRED), 1),
        ((b"", b""), 0),
        ((VALID, VALID), 0),
        ((Vendor().certificate(VALID), EXPIRED), 1),
    ],
)
def test_the_most_useful_licence_wins(tmp_path: Path, contents: tuple[Licence | bytes | None, ...], best: int) -> None:
    choice = chosen(tmp_path, *contents)
    assert choice.best.path.name == f"{best}.lic"
    assert len(choice.others) == len(contents) - 1


def test_the_reasons_against_the_others_are_kept(tmp_path: Path) -> None:
    choice = chosen(tmp_path, VALID, b"junk", None, EXPIRED)
    assert [other.verdict.kind for other in choice.others] == [
        VerdictKind.MALFORMED,
        VerdictKind.MISSING,
        VerdictKind.EXPIRED,
    ]
    assert all(other.verdict.reason for other in choice.others)


def test_a_superseded_licence_cannot_win(tmp_path: Path) -> None:
    shortened = licence_with(seq=8, valid_until=NOW.date() - timedelta(days=2))
    choice = chosen(tmp_path, EXPIRING, shortened)
    assert choice.best.verdict.program is not None
    assert choice.best.verdict.program.seq == 8
    assert choice.others[0].superseded


def test_choosing_needs_a_place() -> None:
    with pytest.raises(ValueError, match="empty"):
        choose([], VENDOR.keys, PRODUCT, NOW)
