"""What „Moje dane" asks of the agent: the customer's data, a change of them, a verdict on an address.

Rule: whoever asks gets the data whole, however many pages their enrolments come in, also those that stand in a refusal; where a
page fails, the whole has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import msgspec
from PySide6.QtCore import QObject

from r2_renewal.agent.protocol import (
    ChangeParams,
    ContactParams,
    ContactResult,
    CustomerResult,
    EnrolmentsResult,
    Method,
    Nothing,
    PageParams,
)
from r2_renewal.domain.account import CustomerChange, CustomerRecord
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.ui.account.account_calls import AccountCalls, Refuse
from r2_renewal.ui.agent_link import CallFailure

_FIELD = "invoice_email"
TakeResult = Callable[[CustomerResult], None]
TakeRecord = Callable[[CustomerRecord], None]


class CustomerCalls:
    """The calls of one page, which is their owner."""

    def __init__(self, calls: AccountCalls, owner: QObject) -> None:
        self._calls = calls
        self._owner = owner

    def load(self, take: TakeResult, refuse: Refuse) -> None:
        """Ask for the data on record."""
        taken = partial(self._take_whole, take, refuse)
        self._calls.ask(Method.CUSTOMER_LOAD, Nothing(), self._owner, taken, refuse)

    def change(self, change: CustomerChange, take: TakeResult, refuse: Refuse) -> None:
        """Have the data changed."""
        taken = partial(self._take_whole, take, refuse)
        refused = partial(self._refuse_whole, refuse)
        self._calls.ask(Method.CUSTOMER_CHANGE, ChangeParams(change=change), self._owner, taken, refused)

    def judge(self, email: str, take: Callable[[ContactVerdict], None], refuse: Refuse) -> None:
        """Ask what an address is."""

        def taken(result: ContactResult) -> None:
            take(result.verdicts[_FIELD])

        self._calls.ask(Method.CONTACT_CHECK, ContactParams(emails={_FIELD: email}), self._owner, taken, refuse)

    def _take_whole(self, take: TakeResult, refuse: Refuse, result: CustomerResult) -> None:
        self._gather(result.record, lambda record: take(msgspec.structs.replace(result, record=record)), refuse)

    def _refuse_whole(self, refuse: Refuse, failure: CallFailure) -> None:
        data = failure.data
        if data is None or data.customer is None:
            refuse(failure)
            return

        def taken(record: CustomerRecord) -> None:
            refuse(CallFailure(failure.code, msgspec.structs.replace(data, customer=record)))

        self._gather(data.customer, taken, refuse)

    def _gather(self, record: CustomerRecord, take: TakeRecord, refuse: Refuse) -> None:
        if not record.next:
            take(record)
            return

        def taken(page: EnrolmentsResult) -> None:
            more = replace(record, enrolments=record.enrolments + page.enrolments, next=page.next)
            self._gather(more, take, refuse)

        self._calls.ask(Method.CUSTOMER_MORE, PageParams(cursor=record.next), self._owner, taken, refuse)
