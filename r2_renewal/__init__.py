"""Subscription renewal for a payroll program: reminder, eSklep and licence update.

The public surface is ``attach``, ``Config``, ``TrustedKey`` and ``__version__``. Importing this package costs next to nothing: it
reads no file, opens no socket, and imports neither Qt nor any library until ``attach`` is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from r2_renewal.config import Config, TrustedKey
    from r2_renewal.embedding.module import RenewalModule

    __version__: str

__all__ = ["Config", "TrustedKey", "__version__", "attach"]


def attach(main_window: QMainWindow, config: Config) -> RenewalModule:
    """Embed the module into the host's main window and return at once.

    Adds „Pomoc → eSklep…" and schedules the licence check after the host's first paint.

    Args:
        main_window: the host's main window; its menu bar gets one action.
        config: where the licence, the trusted keys and the shop are.

    Returns:
        A handle with ``open_eshop()``, ``check_now()``, ``state`` and ``detach()``. Never raises: after an inner
        failure the handle's state says so and the host starts as if the module were absent.
    """
    try:
        from r2_renewal.embedding.module import attach_module

        return attach_module(main_window, config)
    except (Exception, SystemExit) as error:
        from r2_renewal.absent import AbsentModule

        # The same surface; a host need not tell the two apart.
        return cast("RenewalModule", AbsentModule(error))


def __getattr__(name: str) -> object:
    """Return what is loaded when first asked for: neither reading a licence nor a host's first paint pays for it (PEP 562)."""
    if name == "__version__":
        from r2_renewal.version import VERSION

        return VERSION
    if name not in ("Config", "TrustedKey"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from r2_renewal import config
    except Exception:
        from r2_renewal.absent import AbsentSetting

        # A host builds its Config at its start, outside any try; ``attach`` will meet the same failure and say so.
        return AbsentSetting
    return getattr(config, name)
