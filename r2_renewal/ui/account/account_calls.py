"""What the account's pages ask of the agent, and the one place where an ended session is noticed.

Rule: whoever asked hears of the failure first, so that its buttons are usable again; then the window asks for the login.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from r2_renewal.agent.protocol import Message, Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.agent_link import AgentLink, CallFailure

Refuse = Callable[[CallFailure], None]


class AccountCalls(QObject):
    """Calls in the account's session.

    Attributes:
        link: the agent, for dialogs of their own.

    Signals:
        ended: the shop has ended the session, or nobody is logged in: log in again.
    """

    ended = Signal()

    def __init__(self, link: AgentLink, parent: QObject) -> None:
        super().__init__(parent)
        self.link = link

    def ask(self, method: Method, params: Message, owner: QObject, take: Callable[[Any], None], refuse: Refuse) -> None:
        """Make a call.

        Args:
            method: what to do.
            params: its parameters.
            owner: the widget that asks; when it is gone the answer is dropped.
            take: takes the result.
            refuse: takes the failure; LOGIN_AGAIN needs no words there, the window asks for the login.
        """
        call = self.link.call(method, params, owner)
        call.finished.connect(take)
        call.failed.connect(partial(self._on_failed, refuse))

    def _on_failed(self, refuse: Refuse, failure: CallFailure) -> None:
        refuse(failure)
        if failure.code is ErrorCode.LOGIN_AGAIN:
            self.ended.emit()
