"""Finds ``resources/``: beside the package in a checkout, inside an installed wheel, or in a frozen bundle."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from r2_renewal.domain.errors import ErrorCode, RenewalError


def candidate_folders() -> tuple[Path, ...]:
    """Return the places looked in, first wins: frozen bundle, installed wheel, checkout."""
    package = Path(__file__).resolve().parent
    bundle = getattr(sys, "_MEIPASS", None)
    frozen = (Path(bundle) / "r2_renewal" / "_resources",) if bundle else ()
    beside_executable = (Path(sys.executable).parent / "resources",) if getattr(sys, "frozen", False) else ()
    return (*frozen, *beside_executable, package / "_resources", package.parent / "resources")


@cache
def resources_folder() -> Path:
    """Return the folder of resources.

    Raises:
        RenewalError: CONFIGURATION, where no candidate holds ``vendor.toml``.
    """
    for folder in candidate_folders():
        if (folder / "vendor.toml").is_file():
            return folder
    raise RenewalError(ErrorCode.CONFIGURATION, "resources folder not found")


def resource(*parts: str) -> Path:
    """Return the path of one resource, e.g. ``resource("texts", "rodo-1.txt")``."""
    return resources_folder().joinpath(*parts)
