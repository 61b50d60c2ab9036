"""Who speaks to the user: our windows, or a driver of the host's own that uses none of them.

Rule: typed questions go in, typed answers come out; the module decides, the driver only shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from r2_renewal.domain.offer import Wish
from r2_renewal.domain.reminder import Answer, Question


class UserDriver(Protocol):
    """What a host implements to replace the module's own windows."""

    def ask(self, question: Question, answer: Callable[[Answer], None]) -> None:
        """Show the question and return at once; call ``answer`` once, later or now, in the GUI thread."""

    def withdraw(self) -> None:
        """Take an unanswered question from the screen; it has settled itself, or the module leaves. Nothing to answer."""

    def open_eshop(self, wish: Wish) -> None:
        """Lead the user to the order: the basket, with the wished program selected."""
