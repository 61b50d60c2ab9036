"""Whether there is a screen for a window."""

from __future__ import annotations

import os
import sys

from r2_renewal.domain.errors import ErrorCode, RenewalError

# On these systems a program of a user always has one.
ALWAYS_THERE: bool = sys.platform in ("win32", "darwin")
PROBE_SECONDS = 20
_PROBE = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
_NAMED_BY = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def require_screen() -> None:
    """Make sure that the environment names a screen; whether it can be reached is Qt's to find out.

    Raises:
        RenewalError: NO_DISPLAY.
    """
    if not ALWAYS_THERE and not any(os.environ.get(name) for name in _NAMED_BY):
        raise RenewalError(ErrorCode.NO_DISPLAY)


def require_reachable_screen() -> None:
    """Make sure that the screen can be reached: tried by a process of its own, since Qt ends the one that fails.

    Raises:
        RenewalError: NO_DISPLAY.
    """
    import subprocess

    require_screen()
    quiet = subprocess.DEVNULL
    try:
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-I", "-c", _PROBE],
            check=True,
            timeout=PROBE_SECONDS,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RenewalError(ErrorCode.NO_DISPLAY, type(error).__name__) from error
