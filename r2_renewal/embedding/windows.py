"""The module's own windows over a host: the reminder as a dialog or a bar, and eSklep. The default ``UserDriver``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject

from r2_renewal.clock import today_in_warsaw
from r2_renewal.config import Presentation
from r2_renewal.private_files import refusal_of
from r2_renewal.ui.basket_model import Usage
from r2_renewal.ui.eshop_window import EshopWindow
from r2_renewal.ui.links import Links
from r2_renewal.ui.placing import place_over
from r2_renewal.ui.reminder_banner import ReminderBanner
from r2_renewal.ui.reminder_dialog import ReminderDialog

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from PySide6.QtWidgets import QMainWindow

    from r2_renewal.domain.offer import Wish
    from r2_renewal.domain.reminder import Answer, Question
    from r2_renewal.embedding.agent_keeper import AgentKeeper
    from r2_renewal.settings import Settings

LOG = logging.getLogger("r2_renewal")


class Windows(QObject):
    """Shows the reminder and eSklep over the host's main window."""

    def __init__(self, main_window: QMainWindow, settings: Settings, keeper: AgentKeeper) -> None:
        super().__init__(main_window)
        self._main_window = main_window
        self._settings = settings
        self._keeper = keeper
        self._eshop: EshopWindow | None = None
        self._reminder: ReminderDialog | ReminderBanner | None = None

    def ask(self, question: Question, answer: Callable[[Answer], None]) -> None:
        """Show the reminder as the host prefers it."""
        if self._settings.presentation is Presentation.BANNER and self._ask_in_bar(question, answer):
            return
        self._reminder = ReminderDialog(question, self._main_window)
        self._reminder.answered.connect(answer)
        self._reminder.show_over(self._main_window)

    def _ask_in_bar(self, question: Question, answer: Callable[[Answer], None]) -> bool:
        """Show the bar where the host has the room for it, and return whether it has."""
        bar = ReminderBanner(question, self._main_window)
        if not bar.fits:
            bar.deleteLater()
            return False
        self._reminder = bar
        bar.answered.connect(answer)
        bar.show_in_host()
        return True

    def withdraw(self) -> None:
        """Take the reminder from the screen, unanswered."""
        reminder, self._reminder = self._reminder, None
        if reminder is not None and shiboken6.isValid(reminder):
            reminder.blockSignals(True)
            reminder.hide()
            reminder.deleteLater()

    def open_eshop(self, wish: Wish) -> None:
        """Open eSklep, or bring the open one to the front."""
        if self._eshop is None:
            settings = self._settings
            self._eshop = EshopWindow(
                self._keeper.link,
                links_of(settings),
                self._today,
                self._main_window,
                settings.policy.decided,
                self._usage(),
                refusal_of(settings.state_dir),
            )
            self._keeper.need()
            self._eshop.destroyed.connect(self._on_eshop_gone)
            place_over(self._eshop, self._main_window)
        self._eshop.wish(wish)
        self._eshop.show()
        self._eshop.raise_()
        self._eshop.activateWindow()

    def _today(self) -> date:
        """Return the host's day; where the host fails to tell it, the computer's, since the basket must be shown."""
        try:
            return self._settings.today()
        except Exception as error:
            LOG.warning("renewal module: the host cannot tell the day (%s)", type(error).__name__)
            return today_in_warsaw()

    def _usage(self) -> Usage:
        """Return what the host's program uses of its limits; nothing where the host does not tell it rightly."""
        settings = self._settings
        try:
            told = dict(settings.usage()) if settings.usage is not None else {}
            used = {name: number for name, number in told.items() if type(number) is int and number >= 0}
        except Exception as error:
            LOG.warning("renewal module: the host cannot tell its usage (%s)", type(error).__name__)
            used = {}
        return Usage(settings.product_code, used)

    def close(self) -> None:
        """Close every window."""
        self.withdraw()
        if self._eshop is not None and shiboken6.isValid(self._eshop):
            self._eshop.deleteLater()
        self._eshop = None
        self.deleteLater()

    def _on_eshop_gone(self) -> None:
        self._eshop = None
        if shiboken6.isValid(self._keeper):
            self._keeper.spare()


def links_of(settings: Settings) -> Links:
    """Return the vendor's addresses for the windows."""
    vendor = settings.vendor
    return Links(
        panel=vendor.panel_url,
        ebok=vendor.ebok_url,
        contact_form=vendor.contact_form_url,
        privacy=vendor.privacy_url,
        allowed_hosts=vendor.link_hosts,
        community=vendor.community_url,
        help=vendor.help_url,
        contact_email=vendor.contact_email,
    )
