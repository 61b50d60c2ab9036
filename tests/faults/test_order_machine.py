"""A customer, the agent and the real shop through whatever may happen to them, step by step as Hypothesis will have it.

The machine orders, repeats, kills, spoils replies, changes prices and ends sessions, in any order, and knows nothing of how the
agent decides: it only compares every word that the user was given, and every draft, with what the shop has committed.
"""

from __future__ import annotations

import tempfile
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from r2_renewal.agent.protocol import (
    CorrectParams,
    Delivery,
    DraftLoadParams,
    DraftSaveParams,
    Incoming,
    Method,
    Nothing,
    PlaceParams,
)
from r2_renewal.domain.draft import Draft, DraftItem
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.reference_shop.fault_hooks import PATH as HOOKS
from r2_renewal.store.outbox import OutboxState
from tests.agent.conversation import Conversation, RefusedError
from tests.agent.test_with_reference_shop import fill_in, load
from tests.faults.order_kills import Purchase, await_truth
from tests.real_shop import RealShop

STEPS_A_CUSTOMER = 40
LONG, SHORT = 10_000, 60

LOST = [{"kind": "drop"}, {"kind": "reset"}]
REFUSED = [{"kind": "status", "status": status, "headers": {"Retry-After": "0"}} for status in (429, 500, 502, 503)]
STRANGE = [{"kind": "status", "status": status} for status in (204, 302, 404)]
SLOW = [{"kind": "delay", "seconds": 0.2}, {"kind": "hold", "seconds": 0.2}]
FAULTS = st.sampled_from(LOST * 3 + REFUSED + STRANGE + SLOW)
PLACES = st.sampled_from(
    ["POST /v1/orders", "POST /v1/orders", "GET /v1/orders", "GET /v1/licences", "GET ", "POST ", " "]
)
MOMENTS = st.floats(0, 0.3)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
DRAFTS = st.builds(Draft, st.sampled_from(ServiceKind), invoice_email=TEXTS, orderer=st.builds(Orderer, TEXTS, TEXTS))


class Customer(RuleBasedStateMachine):
    """One customer of the shop at one computer.

    Attributes:
        steps: counts the steps of every machine of a run.
    """

    def __init__(self, shop: RealShop, folder: Path, steps: Any) -> None:
        super().__init__()
        self.steps = steps
        self._shop = shop
        self._folder = tempfile.TemporaryDirectory(dir=folder)
        self._agent: Conversation | None = None
        self.sit_down()

    def sit_down(self) -> None:
        """Be a new customer at a new computer, who has looked at the shop's price while all was well."""
        self.heal()
        self._hosts = self._shop.computer(Path(tempfile.mkdtemp(dir=self._folder.name)))
        self._old = self._hosts.licence.read_bytes()
        content = parse_certificate(self._old, parse_trusted_keys(self._shop.trusted_keys))
        self._licence_id, self._nip = content.programs[0].licence_id, content.nip
        self._purchase: Purchase | None = None
        self._draft: Draft | None = None
        self._was_placed = False
        self.fill_in_the_form()
        assert self._purchase is not None

    # What happens to them

    @rule(fault=FAULTS, place=PLACES, times=st.sampled_from([1, 2, 9]))
    def spoil(self, fault: dict[str, Any], place: str, times: int) -> None:
        method, _, path = place.partition(" ")
        self._hook({**fault, "method": method, "path": path, "times": times})

    @rule(what=st.sampled_from(["well again", "sessions end", "other prices", "shop killed"]), down=MOMENTS)
    def befall_the_shop(self, what: str, down: float) -> None:
        match what:
            case "well again":
                self.heal()
            case "sessions end":
                self._hook({"kind": "end_sessions"}, "/changes")
            case "other prices":
                self._shop.reprice(self._licence_id)
            case _:
                self._shop.kill_and_start(down)

    def heal(self) -> None:
        """Let no fault wait any more."""
        requests.delete(self._shop.url + HOOKS, timeout=30)

    @rule(killed=st.booleans())
    def end_the_agent(self, killed: bool) -> None:
        if self._agent is not None and killed:
            self._agent.kill()
        elif self._agent is not None:
            assert self._agent.close() < 5
        self._agent = None

    # What the customer does

    @rule(method=st.sampled_from([Method.ESHOP_LOAD, Method.LICENCE_REFRESH, Method.DATA_CORRECT]))
    def look_around(self, method: Method) -> None:
        params = CorrectParams(message="NIP") if method is Method.DATA_CORRECT else Nothing()
        with suppress(RefusedError):
            self._at_work().call(method, params)

    @precondition(lambda self: not self._was_placed)
    @rule(draft=DRAFTS)
    def type_on(self, draft: Draft) -> None:
        agent = self._at_work()
        kept = replace(draft, items=(DraftItem(self._licence_id),))
        customer = agent.call(Method.DRAFT_LOAD, self._asked_draft()).customer
        agent.call(Method.DRAFT_SAVE, DraftSaveParams(customer=customer, draft=kept))
        self._draft = kept

    @precondition(lambda self: not self._was_placed)
    @rule()
    def come_back_to_the_form(self) -> None:
        assert self._at_work().call(Method.DRAFT_LOAD, self._asked_draft()).draft == self._draft

    @precondition(lambda self: self._purchase is None)
    @rule()
    def fill_in_the_form(self) -> None:
        with suppress(RefusedError):
            confirmed = fill_in(self._at_work(), load(self._at_work()))
            self._purchase = Purchase(self._shop, self._hosts, confirmed, self._old)

    @precondition(lambda self: self._purchase is not None)
    @rule(clicks=st.integers(1, 3))
    def order(self, clicks: int) -> None:
        agent = self._at_work()
        numbers = [self._begin(agent) for _ in range(clicks)]
        for number in numbers:
            self._hear(agent.end(number))

    @precondition(lambda self: self._purchase is not None)
    @rule(moment=MOMENTS)
    def order_and_lose_the_agent(self, moment: float) -> None:
        self._begin(self._at_work())
        sleep(moment)
        self.end_the_agent(killed=True)

    @precondition(lambda self: self._purchase is not None and self._purchase.row() is not None)
    @rule()
    def another_order_under_the_same_key(self) -> None:
        assert self._purchase is not None
        other = replace(self._purchase.confirmed, invoice_email="inny@zak.example")
        agent = self._at_work()
        answer = agent.end(agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=other)))
        assert answer.error is not None
        assert answer.error.data.delivery != Delivery.UNKNOWN

    @precondition(lambda self: self._was_placed)
    @rule()
    def see_the_order_through(self) -> None:
        self.heal()
        self._see_through()
        self.end_the_agent(killed=False)
        self.sit_down()

    # What must hold

    @invariant()
    def the_shop_has_one_order_at_most(self) -> None:
        next(self.steps)
        orders = self._shop.orders(self._licence_id)
        key = self._purchase.confirmed.key if self._purchase is not None else None
        assert [had for had, _ in orders] in ([], [key]), orders

    def teardown(self) -> None:
        """Let everything be well again: an order that was ever sent ends as one order and a renewed licence."""
        try:
            self.heal()
            if self._was_placed:
                self._see_through()
            self.end_the_agent(killed=False)
        finally:
            self.end_the_agent(killed=True)
            self._folder.cleanup()

    def _see_through(self) -> None:
        agent, purchase = self._at_work(), self._purchase
        if purchase is None:
            return
        await_truth(lambda: self._hear(agent.end(self._begin(agent))), "an end of the order")
        if self._purchase is not None:
            await_truth(purchase.is_settled, "settled")
            purchase.judge_end()
            assert agent.call(Method.DRAFT_LOAD, self._asked_draft()).draft is None

    # How it is done

    def _at_work(self) -> Conversation:
        if self._agent is None:
            self._agent = self._hosts.greeted()
        return self._agent

    def _asked_draft(self) -> DraftLoadParams:
        return DraftLoadParams(licence_ids=(self._licence_id,), nip=self._nip)

    def _begin(self, agent: Conversation) -> int:
        assert self._purchase is not None
        self._was_placed = True
        return self._purchase.begin(agent)

    def _hear(self, answer: Incoming) -> bool:
        """Compare the user's word with the shop; return whether it is final. A refused order may be made out anew."""
        orders = self._shop.orders(self._licence_id)
        if answer.error is None:
            assert len(orders) == 1
            return True
        delivery = answer.error.data.delivery
        assert delivery in set(Delivery), answer.error
        if delivery != Delivery.UNKNOWN:
            assert orders == [], answer.error
        if delivery == Delivery.REFUSED and self._purchase is not None:
            row = self._purchase.row()
            assert row is None or row.state is OutboxState.REJECTED
            self._purchase = None
        return delivery == Delivery.REFUSED

    def _hook(self, content: dict[str, Any], path: str = "") -> None:
        requests.post(self._shop.url + HOOKS + path, json=content, timeout=30).raise_for_status()


@pytest.mark.timeout(6 * 3600)
@pytest.mark.rows("N9", "N10", "N11", "N12", "S1", "S4", "S8")
def test_whatever_happens_one_confirmation_is_one_order_and_no_word_is_untrue(tmp_path: Path, long_mode: bool) -> None:
    ways = settings(
        max_examples=8 if long_mode else 3,
        stateful_step_count=STEPS_A_CUSTOMER,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # what depends on moments cannot be made smaller
        suppress_health_check=list(HealthCheck),
    )
    steps, made = count(), 0
    with closing(RealShop(tmp_path / "shop", "--auto-fulfil", "0", "--fault-hooks")) as shop:
        while made < (LONG if long_mode else SHORT):
            machine = partial(Customer, shop, tmp_path, steps)
            run_state_machine_as_test(machine, settings=ways)  # type: ignore[arg-type]  # any maker of machines will do
            made = next(steps)
