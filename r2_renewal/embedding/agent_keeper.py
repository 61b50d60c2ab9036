"""The agent's life: started when first needed, kept while a window needs it or an order is unsettled, ended with the host.

Rule: a host process has one agent, however many windows it attaches with the same settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import VERSION, Event, HelloParams, KeyParam, Method
from r2_renewal.embedding.later import later
from r2_renewal.embedding.shared_link import LinkUse

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from r2_renewal.settings import Settings

# The agent writes an order down as settled just after it told of the licence.
SETTLED_MS = 1_500
# 1 s, 2 s, 4 s … about two minutes in all; the next call or start of the host begins anew.
FIRST_RESTART_MS = 1_000
MOST_RESTARTS = 7


class AgentKeeper(QObject):
    """Keeps the link to the agent.

    Attributes:
        link: the link; the process behind it comes and goes.

    Signals:
        refreshed: the licence was asked for anew: the ``RefreshResult``, or None where that failed.
        renewed: a newer licence was installed.
        enrolled: the shop said just now that this computer's licence renews by itself.
    """

    refreshed = Signal(object)
    renewed = Signal()
    enrolled = Signal()

    def __init__(self, main_window: QWidget, settings: Settings) -> None:
        super().__init__(main_window)
        self._settings = settings
        self._use = LinkUse(settings.agent_command, hello_of(settings))
        self.link = self._use.link
        self._restarts = 0
        self.link.happened.connect(self._on_event)
        self.link.gone.connect(self._on_gone)
        main_window.destroyed.connect(self._use.give_up)

    def need(self) -> None:
        """Say that a window needs the agent."""
        self._use.needs += 1

    def spare(self) -> None:
        """Say that a window needs it no longer."""
        self._use.needs -= 1
        self._rest()

    def refresh(self, *, anew: bool = False) -> None:
        """Ask the shop, through the agent, for a newer licence; ``refreshed`` tells when that is over.

        Args:
            anew: whether the file here has aged, and is to be fetched also where the licence is the same.
        """
        call = self.link.call(Method.LICENCE_REFRESH, protocol.RefreshParams(anew=anew), self)
        call.finished.connect(self._on_refreshed)
        call.failed.connect(self._on_refreshed)

    def close(self) -> None:
        """End the agent, unless another window of the host needs it."""
        self._use.give_up()
        self.deleteLater()

    def _on_refreshed(self, answer: object) -> None:
        self.refreshed.emit(answer if isinstance(answer, protocol.RefreshResult) else None)
        self._rest()

    def _on_event(self, event: Event, content: object) -> None:
        self._restarts = 0
        if event is Event.LICENCE_INSTALLED:
            self.renewed.emit()
        if isinstance(content, protocol.EnrolmentTold) and content.enrolled:
            self.enrolled.emit()
        later(self, SETTLED_MS, self._rest)

    def _on_gone(self) -> None:
        if self._restarts < MOST_RESTARTS and self._is_unsettled():
            later(self, FIRST_RESTART_MS << self._restarts, self._restart)
            self._restarts += 1

    def _restart(self) -> None:
        # The new agent takes up what the last one left: it reads the same outbox.
        if self._is_unsettled():
            self.link.resume()

    def _rest(self) -> None:
        if not self._use.is_needed and not self._is_unsettled():
            self.link.close()

    def _is_unsettled(self) -> bool:
        from r2_renewal.store.unsettled import has_unsettled

        return has_unsettled(self._settings.state_dir)


def hello_of(settings: Settings) -> HelloParams:
    """Return how the agent is greeted and configured."""
    return HelloParams(
        protocol=VERSION,
        shop_url=settings.shop_url,
        licence_path=str(settings.licence_path),
        other_places=tuple(map(str, settings.licence_places[1:])),
        trusted_keys=tuple(KeyParam(id=key.id, ed25519=key.ed25519.hex()) for key in settings.trusted_keys),
        product_code=settings.product_code,
        state_dir=str(settings.state_dir),
        proxy=settings.proxy,
        ca_file=settings.ca_file,
        offline_only=settings.offline_only,
        licence_key=settings.licence_key,
    )
