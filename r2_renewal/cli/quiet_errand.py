"""What a start without a window still has to do, once a day inside the reminder's window or with an aged file: fetch the licence.

Rules: no widgets and no screen; bounded: three seconds for the question to the shop, ten where an order of an earlier run waits
for its end; a shop that does not answer changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Event, Method
from r2_renewal.embedding.agent_keeper import SETTLED_MS, hello_of
from r2_renewal.embedding.day_claim import DayClaim
from r2_renewal.ui.agent_link import AgentLink

if TYPE_CHECKING:
    from r2_renewal.embedding.startup_check import StartupCheck
    from r2_renewal.settings import Settings

REFRESH_MS = 3_000
SETTLING_MS = 10_000
LOOK_MS = 250


def run_errand(settings: Settings, began: StartupCheck) -> None:
    """Ask the shop for a newer licence and settle what an earlier run left, as far as the time allows."""
    application = QCoreApplication.instance() or QCoreApplication(["r2-renewal"])
    errand = _Errand(settings, began, application)
    QTimer.singleShot(SETTLING_MS if began.unsettled else REFRESH_MS, errand, application.quit)
    errand.begin()
    application.exec()


class _Errand(QObject):
    """The agent's work, until nothing is left to wait for."""

    def __init__(self, settings: Settings, began: StartupCheck, application: QCoreApplication) -> None:
        super().__init__(application)
        self._settings = settings
        self._began = began
        self._waits_for_shop = False
        self._link = AgentLink(settings.agent_command, hello_of(settings), self)
        self._link.happened.connect(self._on_event)
        self._link.gone.connect(application.quit)
        self._look = QTimer(self)
        self._look.timeout.connect(self._consider)

    def begin(self) -> None:
        """Start the agent and what there is to do."""
        self._link.resume()
        if DayClaim(self._settings.state_dir).take_refresh(self._began):
            self._waits_for_shop = True
            params = protocol.RefreshParams(anew=self._began.verdict.is_file_aged)
            call = self._link.call(Method.LICENCE_REFRESH, params, self)
            call.finished.connect(self._on_refreshed)
            call.failed.connect(self._on_refreshed)
        self._look.start(LOOK_MS)

    def _on_refreshed(self, answer: object) -> None:
        from r2_renewal.store.reminder_memory import note_enrolment

        self._waits_for_shop = False
        program = self._began.verdict.program
        if isinstance(answer, protocol.RefreshResult) and program is not None:
            note_enrolment(self._settings.state_dir, program.licence_id, answer.enrolled)
        self._consider()

    def _on_event(self, event: Event, _content: object) -> None:
        if event is Event.LICENCE_INSTALLED:
            # The agent writes an order down as settled just after it told of the licence.
            QTimer.singleShot(SETTLED_MS, self, self._consider)

    def _consider(self) -> None:
        from r2_renewal.store.unsettled import has_unsettled

        if not self._waits_for_shop and not has_unsettled(self._settings.state_dir):
            QCoreApplication.quit()
