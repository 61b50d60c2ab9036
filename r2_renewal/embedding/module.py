"""The handle that a host gets from ``attach``: it never raises, never waits, and leaves nothing behind.

Rules: before the host's first paint there is one menu action and one event filter; any failure inside becomes a log line and a
disabled feature; before a question the licence is asked for anew, three seconds at most; inside the window the shop is asked once
a day and spread over a quarter of an hour where nobody waits for the answer, so that Monday at eight does not fell it.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import shiboken6
from PySide6.QtCore import QObject

from r2_renewal.config import Config
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.reminder import Answer, Question
from r2_renewal.embedding.day_claim import DayClaim
from r2_renewal.embedding.later import later
from r2_renewal.embedding.state import ModuleState, Status
from r2_renewal.settings import Settings, settle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from r2_renewal.agent.protocol import RefreshResult
    from r2_renewal.embedding.agent_keeper import AgentKeeper
    from r2_renewal.embedding.driver import UserDriver
    from r2_renewal.embedding.menu import MenuEntry
    from r2_renewal.embedding.startup_check import StartupCheck
    from r2_renewal.embedding.windows import Windows

LOG = logging.getLogger("r2_renewal")
REFRESH_MS = 3_000
QUIET_REFRESH_SPREAD_MS = 15 * 60 * 1_000
CLAIM_RETRY_MS = 250
Act = TypeVar("Act", bound=Callable[..., None])


def contained(act: Act) -> Act:
    """Turn any failure of a method into a log line and a disabled state: the host always lives."""

    @wraps(act)
    def safely(module: RenewalModule, *args: Any, **kwargs: Any) -> None:
        try:
            act(module, *args, **kwargs)
        except (Exception, SystemExit) as error:
            module.take_failure(error, act.__name__)

    return cast("Act", safely)


class RenewalModule(QObject):
    """The module in one host window.

    Attributes:
        state: where it stands; a typed value, replaced at every change.
    """

    def __init__(self, main_window: QMainWindow, config: Config) -> None:
        super().__init__()
        self.state = ModuleState()
        self._main_window = main_window
        self._config = config
        self._settled: Settings | None = None
        self._menu: MenuEntry | None = None
        self._keeper: AgentKeeper | None = None
        self._windows: Windows | None = None
        self._under_way = False
        self._waits_for_shop = False
        self._claim = DayClaim()
        self._day = date.min
        self._embed()

    @contained
    def open_eshop(self) -> None:
        """Open eSklep, or bring it to the front."""
        from r2_renewal.domain.offer import Wish

        if self.state.status is not Status.DETACHED and not self._settings.unattended:
            self._driver.open_eshop(Wish())

    @contained
    def check_now(self) -> None:
        """Judge the licence anew and ask where the time has come."""
        if self.state.status is Status.DETACHED or self._under_way:
            return
        outcome = self._judge()
        if self._settings.unattended:
            return
        if outcome.unsettled:
            self._agent.link.resume()
        if outcome.question is not None:
            self._under_way = True
            self._refresh_first(outcome)
        elif outcome.refresh_due:
            later(self, random.randrange(QUIET_REFRESH_SPREAD_MS), self._refresh_quietly)  # noqa: S311

    @contained
    def detach(self) -> None:
        """Leave the host: no menu action, window, timer, event filter or process of ours stays."""
        if self.state.status is Status.DETACHED:
            return
        if self.state.status is Status.PROMPTING:
            self._driver.withdraw()
        self.state = replace(self.state, status=Status.DETACHED)
        if self._menu is not None and shiboken6.isValid(self._menu.action):
            self._menu.remove()
        for part in (self._windows, self._keeper):
            if part is not None and shiboken6.isValid(part):
                part.close()
        self._menu = self._windows = self._keeper = None
        # With every child of its own; the handle stays for the host to look at.
        self.deleteLater()

    def take_failure(self, error: BaseException, where: str) -> None:
        """Take note of a failure inside; the host goes on."""
        code = error.code if isinstance(error, RenewalError) else ErrorCode.INTERNAL
        LOG.error("renewal module: %s in %s (%s)", code.value, where, type(error).__name__)
        status = Status.DETACHED if self.state.status is Status.DETACHED else Status.DISABLED
        self.state = replace(self.state, status=status, code=code)
        self._under_way = False

    @contained
    def _embed(self) -> None:
        from r2_renewal.embedding.first_paint import FirstPaint
        from r2_renewal.embedding.menu import add_entry

        self.setParent(self._main_window)
        self._menu = add_entry(self._main_window)
        self._menu.action.triggered.connect(lambda: self.open_eshop())  # noqa: PLW0108 - not its `checked`
        FirstPaint(self._main_window, self).painted.connect(self.check_now)

    @property
    def _settings(self) -> Settings:
        if self._settled is None:
            self._settled = settle(self._config)
        return self._settled

    @property
    def _agent(self) -> AgentKeeper:
        from r2_renewal.embedding.agent_keeper import AgentKeeper

        if self._keeper is None:
            self._keeper = AgentKeeper(self._main_window, self._settings)
            self._keeper.renewed.connect(self._on_renewed)
            self._keeper.refreshed.connect(self._on_refreshed)
        return self._keeper

    @property
    def _driver(self) -> UserDriver:
        if self._config.driver is not None:
            return self._config.driver
        from r2_renewal.embedding.windows import Windows

        if self._windows is None:
            self._windows = Windows(self._main_window, self._settings, self._agent)
        return self._windows

    def _judge(self) -> StartupCheck:
        from r2_renewal.embedding.startup_check import check

        outcome = check(self._settings, self._settings.today())
        self.state = ModuleState(Status.SILENT, outcome.verdict, outcome.decision, outcome.clock)
        self._day = outcome.day
        return outcome

    # From the decision to the question

    def _refresh_first(self, outcome: StartupCheck) -> None:
        if not outcome.refresh_due:
            self._wait_for_moment()
            return
        self._waits_for_shop = True
        later(self, REFRESH_MS, self._go_on)
        self._agent.refresh()

    @contained
    def _on_refreshed(self, answer: RefreshResult | None) -> None:
        from r2_renewal.store.reminder_memory import note_refresh

        program = self.state.verdict.program if self.state.verdict is not None else None
        if answer is not None and program is not None:
            note_refresh(self._settings.state_dir, program.licence_id, self._day, answer.enrolled)
            if answer.enrolled:
                self._take_back()
        self._go_on()

    @contained
    def _go_on(self) -> None:
        """Go on to the question, once: with the shop's answer, or without it when it took too long."""
        if self.state.status is Status.DETACHED or not self._waits_for_shop:
            return
        self._waits_for_shop = False
        if self._judge().question is None:
            self._under_way = False
        else:
            self._wait_for_moment()

    @contained
    def _refresh_quietly(self) -> None:
        if self.state.status is not Status.DETACHED:
            self._agent.refresh()

    def _wait_for_moment(self) -> None:
        from r2_renewal.embedding.free_moment import FreeMoment

        moment = FreeMoment(self._main_window, self._settings.is_busy, self)
        moment.came.connect(self._ask)
        moment.failed.connect(lambda error: self.take_failure(error, "is_busy"))

    @contained
    def _ask(self) -> None:
        if self.state.status is Status.DETACHED:
            return
        # Judged once more: while it waited, another process may have asked, ordered or renewed.
        question = self._judge().question
        claimed = self._claim.take(self._settings.state_dir, question) if question is not None else False
        if claimed is None:
            later(self, CLAIM_RETRY_MS, self._ask)
        elif question is None or not claimed:
            self._under_way = False
        else:
            self.state = replace(self.state, status=Status.PROMPTING)
            self._driver.ask(question, lambda answer: self._on_answer(question, answer))

    @contained
    def _on_answer(self, question: Question, answer: Answer) -> None:
        from r2_renewal.domain.offer import ServiceKind, Wish
        from r2_renewal.store.reminder_memory import snooze

        self._under_way = False
        if self.state.status is not Status.PROMPTING:
            return
        self.state = replace(self.state, status=Status.SILENT)
        licence_id = question.prompt.program.licence_id
        if answer is Answer.ORDER:
            self._driver.open_eshop(Wish(licence_id, ServiceKind.SUBSCRIPTION))
        snooze(self._settings.state_dir, licence_id, question.day, question.prompt.remind_on)

    @contained
    def _on_renewed(self) -> None:
        self._take_back()
        if self.state.status is not Status.DETACHED:
            self._judge()

    def _take_back(self) -> None:
        """Take the question back where it has been asked: it has settled itself."""
        if self.state.status is Status.PROMPTING:
            self._driver.withdraw()
            self.state = replace(self.state, status=Status.SILENT)
            self._under_way = False


def attach_module(main_window: QMainWindow, config: Config) -> RenewalModule:
    """Return the module embedded in a main window; see ``r2_renewal.attach``."""
    return RenewalModule(main_window, config)
