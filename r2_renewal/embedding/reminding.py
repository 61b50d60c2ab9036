"""From the check to the answer: judge, ask the shop, wait for a free moment, ask the user, remember.

Rules: before a question the licence is asked for anew, three seconds at most; inside the window, and where the licence file has
aged, one program of the user's asks the shop, once a day whether it answers or not, spread over a quarter of an hour where nobody
waits for the answer, so that Monday at eight does not fell it; one question a user and day, over several programs.
"""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.reminder import Answer, Question
from r2_renewal.embedding.contained import contained
from r2_renewal.embedding.later import later
from r2_renewal.embedding.quiet_note import QuietNote
from r2_renewal.embedding.startup_check import StartupCheck, check
from r2_renewal.embedding.state import ModuleState, Status
from r2_renewal.settings import Settings, settle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from r2_renewal.agent.protocol import RefreshResult
    from r2_renewal.config import Config
    from r2_renewal.embedding.agent_keeper import AgentKeeper
    from r2_renewal.embedding.day_claim import DayClaim
    from r2_renewal.embedding.driver import UserDriver
    from r2_renewal.embedding.module import RenewalModule
    from r2_renewal.embedding.windows import Windows

REFRESH_MS = 3_000
QUIET_REFRESH_SPREAD_MS = 15 * 60 * 1_000
CLAIM_RETRY_MS = 250


class Reminding(QObject):
    """The module's work in one host window, begun after the first paint.

    Attributes:
        settings: every layer applied.
    """

    def __init__(self, module: RenewalModule, main_window: QMainWindow, config: Config) -> None:
        super().__init__(module)
        self.settings: Settings = settle(config)
        self._module = module
        self._main_window = main_window
        self._config = config
        self._keeper: AgentKeeper | None = None
        self._windows: Windows | None = None
        self._under_way = False
        self._waits_for_shop = False
        self._claims: DayClaim | None = None

    def open_eshop(self) -> None:
        """Open eSklep, or bring it to the front."""
        from r2_renewal.domain.offer import Wish

        if not self.settings.unattended:
            self._driver.open_eshop(Wish())

    def check(self) -> None:
        """Judge the licence anew and ask where the time has come."""
        if self._under_way:
            return
        note = QuietNote(self._config, self.settings)
        outcome = self._judge()
        note.keep(outcome)
        if self.settings.unattended:
            return
        if outcome.unsettled:
            self._agent.link.resume()
        if outcome.question is not None:
            self._under_way = True
            self._show(Status.ABOUT_TO_ASK)
            self._refresh_first(outcome)
        elif outcome.refresh_due:
            later(self, random.randrange(QUIET_REFRESH_SPREAD_MS), self._refresh_quietly)  # noqa: S311

    def close(self) -> None:
        """Take the question back, and close every window and the agent."""
        if self._module.state.status is Status.PROMPTING:
            self._driver.withdraw()
        for part in (self._windows, self._keeper):
            if part is not None and shiboken6.isValid(part):
                part.close()
        self._windows = self._keeper = None

    def take_failure(self, error: BaseException, where: str) -> None:
        """Take note of a failure inside; the host goes on."""
        self._under_way = False
        self._module.take_failure(error, where)

    @property
    def _is_over(self) -> bool:
        return self._module.state.status is Status.DETACHED

    def _show(self, status: Status) -> None:
        self._module.state = self._module.state._replace(status=status)

    def _end(self) -> None:
        """Say that no question is on its way any more."""
        self._under_way = False
        self._show(Status.SILENT)

    @property
    def _agent(self) -> AgentKeeper:
        from r2_renewal.embedding.agent_keeper import AgentKeeper

        if self._keeper is None:
            self._keeper = AgentKeeper(self._main_window, self.settings)
            self._keeper.renewed.connect(self._on_settled)
            self._keeper.enrolled.connect(self._on_settled)
            self._keeper.refreshed.connect(self._on_refreshed)
        return self._keeper

    @property
    def _claim(self) -> DayClaim:
        from r2_renewal.embedding.day_claim import DayClaim

        if self._claims is None:
            self._claims = DayClaim(self.settings.state_dir)
        return self._claims

    @property
    def _driver(self) -> UserDriver:
        if self._config.driver is not None:
            return self._config.driver
        if self._windows is None:
            from r2_renewal.embedding.memory import windows_where_there_is_room

            self._windows = windows_where_there_is_room()(self._main_window, self.settings, self._agent)
        return self._windows

    def _look(self) -> StartupCheck:
        return check(self.settings, self.settings.today())

    def _judge(self) -> StartupCheck:
        outcome = self._look()
        status = Status.ABOUT_TO_ASK if self._under_way else Status.SILENT
        if outcome.code is ErrorCode.LIBRARY_BROKEN:
            status = Status.DISABLED
        if outcome.code is not None and self._module.state.code is not outcome.code:
            where = outcome.verdict.reason if status is Status.DISABLED else "in the state folder"
            logging.getLogger("r2_renewal").warning("renewal module: %s, %s", outcome.code.value, where)
        self._module.state = ModuleState(status, outcome.verdict, outcome.decision, outcome.clock, outcome.code)
        return outcome

    # From the decision to the question

    def _refresh_first(self, outcome: StartupCheck) -> None:
        if not outcome.refresh_due:
            self._wait_for_moment()
            return
        self._waits_for_shop = True
        later(self, REFRESH_MS, self._go_on)
        # Where another program of this user is asking just now, its answer is waited for as well.
        if self._claim.take_refresh(outcome):
            self._agent.refresh(anew=outcome.verdict.is_file_aged)

    @contained
    def _on_refreshed(self, answer: RefreshResult | None) -> None:
        from r2_renewal.store.reminder_memory import note_enrolment

        program = self._module.state.verdict.program if self._module.state.verdict is not None else None
        if answer is not None and program is not None:
            note_enrolment(self.settings.state_dir, program.licence_id, answer.enrolled)
            if answer.enrolled:
                self._take_back()
        if answer is not None and not (self._under_way or self._is_over):
            self._judge()  # the file may have been fetched anew, of which no event tells
        self._go_on()

    @contained
    def _go_on(self) -> None:
        """Go on to the question, once: with the shop's answer, or without it when it took too long."""
        if self._is_over or not self._waits_for_shop:
            return
        self._waits_for_shop = False
        if self._judge().question is None:
            self._end()
        else:
            self._wait_for_moment()

    @contained
    def _refresh_quietly(self) -> None:
        if self._is_over:
            return
        outcome = self._look()
        if self._claim.take_refresh(outcome):
            self._agent.refresh(anew=outcome.verdict.is_file_aged)

    def _wait_for_moment(self) -> None:
        from r2_renewal.embedding.free_moment import FreeMoment

        moment = FreeMoment(self._main_window, self.settings.is_busy, self)
        moment.came.connect(self._ask)
        moment.failed.connect(lambda error: self.take_failure(error, "is_busy"))

    @contained
    def _ask(self) -> None:
        if self._is_over:
            return
        # Judged once more: while it waited, another process may have asked, ordered or renewed.
        question = self._judge().question
        if question is None:
            self._end()
            return
        # Before the claim: where there is no memory for a window, another program may ask.
        driver = self._driver
        claimed = self._claim.take_question(question)
        if claimed is None:
            later(self, CLAIM_RETRY_MS, self._ask)
        elif not claimed:
            self._end()
        else:
            self._show(Status.PROMPTING)
            driver.ask(question, lambda answer: self._on_answer(question, answer))

    @contained
    def _on_answer(self, question: Question, answer: Answer) -> None:
        from r2_renewal.domain.offer import ServiceKind, Wish
        from r2_renewal.store.reminder_memory import snooze

        self._under_way = False
        if self._module.state.status is not Status.PROMPTING:
            return
        self._show(Status.SILENT)
        licence_id = question.prompt.program.licence_id
        if answer is Answer.ORDER:
            self._driver.open_eshop(Wish(licence_id, ServiceKind.SUBSCRIPTION))
        snooze(self.settings.state_dir, licence_id, question.day, question.prompt.remind_on)

    @contained
    def _on_settled(self) -> None:
        self._take_back()
        if not self._is_over:
            self._judge()

    def _take_back(self) -> None:
        """Take the question back where it has been asked: it has settled itself."""
        if self._module.state.status is Status.PROMPTING:
            self._driver.withdraw()
            self._end()
