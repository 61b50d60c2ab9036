"""The panel and the program at the same moment: of two changes to one state of the data one is made, and the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from r2_renewal.contract import paths
from r2_renewal.contract.accounts import CustomerChange
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.reference_shop import customers
from r2_renewal.reference_shop.problems import Refusal
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.sessions import caller_by
from r2_renewal.reference_shop.shop import Shop
from tests.reference_shop.module import INVOICE_EMAIL, Module
from tests.reference_shop.panel.test_data import enrolment, tick
from tests.reference_shop.panel.visitor import DATA, Visitor

BOTH_DATABASES = True
ROUNDS, CHANGES = 4, 8
T = TypeVar("T")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Return what each act returns, all of them begun together."""
    start = threading.Barrier(len(acts))

    def begun(act: Callable[[], T]) -> T:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begun, acts))


def test_of_many_changes_to_one_state_one_is_saved_and_the_others_meet_it(
    account: Visitor, program: Module, shop: Shop
) -> None:
    """The inner function that both sides ask, so that nothing of HTTP keeps its callers apart."""
    callers = [caller_by(shop, token) for token in (account.session, program.token)]

    def change(number: int, tag: str) -> ProblemCode | None:
        channel = ("panel", "module")[number % 2]
        wanted = CustomerChange(channel=channel, invoice_email=f"{tag[1:9]}.{number}@klosowska.example")
        try:
            customers.change(shop, callers[number % 2], tag, wanted)
        except Refusal as refusal:
            return refusal.code
        return None

    for _ in range(ROUNDS):
        tag = program.get(paths.CUSTOMER).headers["etag"]
        refused = at_once(*(partial(change, number, tag) for number in range(CHANGES)))
        assert (refused.count(None), refused.count(ProblemCode.CUSTOMER_CHANGED)) == (1, CHANGES - 1)
        email = f"{tag[1:9]}.{refused.index(None)}@klosowska.example"
        assert (program.get(paths.CUSTOMER).json()["invoice_email"], account.get(DATA).value("invoice_email")) == (
            email,
            email,
        )


def test_a_consent_given_and_withdrawn_at_once_ends_in_one_state_that_both_sides_tell(
    account: Visitor, program: Module
) -> None:
    for _ in range(ROUNDS):
        page = account.get(DATA)
        is_on = enrolment(program)["auto_renewal"]
        box = {"revocation": tick(page, "revocation")} if is_on else {"consent": tick(page)}
        body = {"channel": "module", "revocations": [LICENCE_ID]}
        headers = {**program.headers, paths.IF_MATCH: "*"}
        at_once(
            lambda page=page, box=box: account.send_from(page, DATA, invoice_email=INVOICE_EMAIL, **box).status,
            lambda body=body, headers=headers: (
                program.http.patch(paths.CUSTOMER, json=body, headers=headers).status_code
            ),
        )
        now = enrolment(program)["auto_renewal"]
        in_force = [one for one in program.get(paths.CONSENTS).json()["consents"] if one["revoked_at"] is None]
        assert len(in_force) == (1 if now else 0)
        assert ("Automatyczne odnowienie: włączone" in account.get(DATA).text) is now


def test_two_consents_at_once_are_one_record(account: Visitor, program: Module) -> None:
    pages = [account.get(DATA) for _ in range(4)]
    fields = {"invoice_email": INVOICE_EMAIL, "consent": tick(pages[0])}
    at_once(*(lambda page=page: account.send_from(page, DATA, **fields).status for page in pages))
    assert len(program.get(paths.CONSENTS).json()["consents"]) == 1
