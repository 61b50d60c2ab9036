"""The handle that a host gets from ``attach``: it never raises, never waits, and leaves nothing behind.

Rules: before the host's first paint there is one menu action and one event filter, and nothing else of ours is loaded; any
failure inside becomes a log line and a disabled feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from r2_renewal.embedding.contained import contained
from r2_renewal.embedding.state import ModuleState, Status

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from r2_renewal.config import Config
    from r2_renewal.embedding.menu import MenuEntry
    from r2_renewal.embedding.reminding import Reminding


class RenewalModule(QObject):
    """The module in one host window.

    Attributes:
        state: where it stands; a typed value, replaced at every change.
    """

    def __init__(self, main_window: QMainWindow, config: Config) -> None:
        super().__init__()
        self._state = ModuleState()
        self._is_unjudged = False
        self._main_window = main_window
        self._config = config
        self._menu: MenuEntry | None = None
        self._begun: Reminding | None = None
        self._embed()

    @property
    def state(self) -> ModuleState:
        """Where the module stands; after a start that a note kept silent, the licence is judged when this is first asked."""
        if self._is_unjudged:
            self.check_now()
        return self._state

    @state.setter
    def state(self, state: ModuleState) -> None:
        self._is_unjudged = False
        self._state = state

    @contained
    def open_eshop(self) -> None:
        """Open eSklep, or bring it to the front."""
        if self._state.status is not Status.DETACHED:
            self._reminding.open_eshop()

    @contained
    def check_now(self) -> None:
        """Judge the licence anew and ask where the time has come."""
        self._is_unjudged = False
        if self._state.status is not Status.DETACHED:
            self._reminding.check()

    @contained
    def detach(self) -> None:
        """Leave the host: no menu action, window, timer, event filter or process of ours stays."""
        if self._state.status is Status.DETACHED:
            return
        begun, self._begun = self._begun, None
        if begun is not None and shiboken6.isValid(begun):
            begun.close()
        self.state = self._state._replace(status=Status.DETACHED)
        if self._menu is not None and shiboken6.isValid(self._menu.action):
            self._menu.remove()
        self._menu = None
        # With every child of its own; the handle stays for the host to look at.
        self.deleteLater()

    def take_failure(self, error: BaseException, where: str) -> None:
        """Take note of a failure inside; the host goes on."""
        import logging

        from r2_renewal.domain.errors import ErrorCode, RenewalError

        code = error.code if isinstance(error, RenewalError) else ErrorCode.INTERNAL
        log = logging.getLogger("r2_renewal")
        log.error("renewal module: %s in %s (%s)", code.value, where, type(error).__name__)
        status = Status.DETACHED if self._state.status is Status.DETACHED else Status.DISABLED
        self.state = self._state._replace(status=status, code=code)

    @contained
    def _embed(self) -> None:
        from r2_renewal.embedding.first_paint import FirstPaint
        from r2_renewal.embedding.menu import add_entry

        self.setParent(self._main_window)
        self._menu = add_entry(self._main_window)
        self._menu.action.triggered.connect(lambda: self.open_eshop())  # noqa: PLW0108 - not its `checked`
        FirstPaint(self._main_window, self).painted.connect(self._begin)

    @contained
    def _begin(self) -> None:
        """Do what a start asks for: look at the note of an earlier one, and check where it does not keep us silent."""
        from r2_renewal.embedding.quiet_note import is_quiet

        if self._state.status is Status.WAITING and is_quiet(self._config):
            self.state = ModuleState(Status.SILENT)
            self._is_unjudged = True
        else:
            self.check_now()

    @property
    def _reminding(self) -> Reminding:
        if self._begun is None:
            from r2_renewal.embedding.reminding import Reminding

            self._begun = Reminding(self, self._main_window, self._config)
        return self._begun


def attach_module(main_window: QMainWindow, config: Config) -> RenewalModule:
    """Return the module embedded in a main window; see ``r2_renewal.attach``."""
    return RenewalModule(main_window, config)
