"""Keeps what is typed in an order form: loaded when the form opens, saved while it is typed, by calls to the agent.

Rules: nothing is saved before it is known whether there is a draft, and while the customer is asked about it, so that none is
overwritten unseen; at most ``SAVE_MS`` of typing are not yet saved; what could not be saved is saved again, by the next agent
where this one died; an untouched form leaves no draft, an accepted order none either.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.clock import pc_clock
from r2_renewal.domain.draft import Draft, draft_of
from r2_renewal.domain.order_flow import OrderFlow
from r2_renewal.ui.agent_link import AgentLink, CallFailure

SAVE_MS = 400
FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 30_000


class DraftKeeper(QObject):
    """The draft of one order form.

    Signals:
        opened: the agent's ``DraftResult``: whose form it is, and who is remembered here; before ``found``.
        found: there is a draft to ask about: the ``Draft`` and when it was saved, aware.
        unsaved: the ``ErrorCode`` of a draft that could not be loaded or saved; it is tried again.
    """

    opened = Signal(object)
    found = Signal(object, object)
    unsaved = Signal(object)

    def __init__(self, link: AgentLink, flow: OrderFlow, left: Draft | None, parent: QObject) -> None:
        """Take the form as it opens.

        Args:
            link: the agent.
            flow: the fresh form.
            left: the form as it was left when it closed, for where no draft could be saved.
            parent: the form's window.
        """
        super().__init__(parent)
        self._link = link
        self._licence_ids = flow.licence_ids
        self._nip = flow.storefront.company.nip
        self._left = left
        self._blank = self._wanted = draft_of(flow)
        self._kept: Draft | None = self._blank
        self._customer = ""
        self._is_loading = self._is_asking = self._is_answered = self._is_over = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save)
        self._retry_ms = FIRST_RETRY_MS
        link.closing.connect(self._part)

    def load(self) -> None:
        """Ask for the draft that an earlier form left."""
        if self._is_loading:
            return
        self._is_loading = True
        params = protocol.DraftLoadParams(licence_ids=self._licence_ids, nip=self._nip)
        call = self._link.call(Method.DRAFT_LOAD, params, self)
        call.finished.connect(self._on_loaded)
        call.failed.connect(self._on_not_loaded)

    def note(self, flow: OrderFlow) -> None:
        """Take the form's newest state; it is saved in a moment."""
        if flow.receipt is not None:
            self._end()
            return
        self._licence_ids, self._wanted = flow.licence_ids, draft_of(flow)
        # Not begun anew with each letter: who types without a pause must not lose it all.
        if self._wanted != self._kept and not self._timer.isActive():
            self._timer.start(SAVE_MS)

    def begin_with(self, flow: OrderFlow) -> None:
        """Take a form that was filled in from this computer's memory and not by the user: it leaves no draft either."""
        if self._wanted == self._blank == self._kept:
            self._blank = self._wanted = self._kept = draft_of(flow)

    def save(self) -> None:
        """Save now what is not saved yet."""
        self._timer.stop()
        if self._is_over or self._is_asking:
            return
        if not self._customer:
            self.load()
        elif self._wanted != self._kept:
            self._save() if self._wanted != self._blank else self._discard()

    def resume(self, draft: Draft) -> None:
        """Go on from the draft that was found."""
        self._answer()
        # One that was only left in memory, since the agent could not be asked, is still to be saved.
        self._kept = draft if self._customer else None

    def begin_anew(self) -> None:
        """Drop the draft that was found."""
        self._answer()
        self._discard()
        self.save()

    def _answer(self) -> None:
        self._is_asking, self._is_answered, self._left = False, True, None

    def _save(self) -> None:
        self._kept = self._wanted
        params = protocol.DraftSaveParams(customer=self._customer, draft=self._wanted)
        call = self._link.call(Method.DRAFT_SAVE, params, self)
        call.finished.connect(self._on_saved)
        call.failed.connect(self._on_unsaved)

    def _discard(self) -> None:
        self._kept = self._blank
        if not self._customer:
            return
        params = protocol.DraftDiscardParams(customer=self._customer, licence_ids=self._licence_ids)
        self._link.call(Method.DRAFT_DISCARD, params, self).failed.connect(self._on_unsaved)

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._timer.stop()
            # The agent dropped it with the shop's answer; a saving that was under way then goes as well.
            self._discard()

    def _part(self) -> None:
        self.save()
        self._is_over = True

    @property
    def customer(self) -> str:
        """Whose form it is; empty before the agent told it."""
        return self._customer

    @property
    def left(self) -> Draft | None:
        """The form as it is left, to be begun with again where it could not be saved; None where nothing was typed."""
        is_begun = not self._is_over and not self._is_asking and self._wanted != self._blank
        return self._wanted if is_begun else None

    # What the agent answers

    def _on_loaded(self, result: protocol.DraftResult) -> None:
        self._is_loading, self._customer, self._retry_ms = False, result.customer, FIRST_RETRY_MS
        self.opened.emit(result)
        draft = self._left or result.draft
        if draft in (None, self._blank, self._wanted) or self._is_answered:
            self._kept = result.draft or self._blank
            self.save()
        elif draft is not None:
            self._ask(draft, result.saved_at)

    def _on_not_loaded(self, failure: CallFailure) -> None:
        self._is_loading = False
        if self._left is not None and not self._is_asking:
            self._ask(self._left, None)
        self._fail(failure)

    def _ask(self, draft: Draft, saved_at: datetime | None) -> None:
        self._is_asking = True
        self.found.emit(draft, saved_at or pc_clock())

    def _on_saved(self) -> None:
        self._retry_ms = FIRST_RETRY_MS

    def _on_unsaved(self, failure: CallFailure) -> None:
        self._kept = None
        self._fail(failure)

    def _fail(self, failure: CallFailure) -> None:
        if not self._is_over:
            self._timer.start(self._retry_ms)
            self._retry_ms = min(2 * self._retry_ms, LONGEST_RETRY_MS)
            self.unsaved.emit(failure.code)
