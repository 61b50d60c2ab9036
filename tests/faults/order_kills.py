"""An order on a computer where programs are killed: the customer's side of the kill tests.

What must hold after every kill is said once, in ``Purchase``: what is on this computer never contradicts the shop, the next
start brings the order to its end, and the shop has exactly one.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from r2_renewal.agent import translate
from r2_renewal.agent.protocol import Delivery, Incoming, Method, PlaceParams
from r2_renewal.domain.errors import RenewalError
from r2_renewal.domain.order import ConfirmedOrder
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.store import database
from r2_renewal.store.outbox import UNANSWERED, Outbox, OutboxRow, OutboxState
from r2_renewal.version import VERSION
from tests.agent.conversation import Conversation, Hosts
from tests.agent.test_with_reference_shop import fill_in, load
from tests.faults.injection import Call
from tests.real_shop import RealShop

PATIENCE = 90.0
CALLS = "write,pwrite64,fsync,fdatasync,rename,unlink,ftruncate,sendto"
_CALL = re.compile(r"^(\d+) +([a-z_0-9]+)\((.*)$")
_AGENT = (sys.executable, "-I", "-B", "-m", "r2_renewal.agent")
_NEVER_SENT = (None, OutboxState.CONFIRMED, OutboxState.NOT_SENT)


def await_truth(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds, without minding how busy the machine is."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {PATIENCE:.0f} s"
        time.sleep(0.02)


@dataclass(frozen=True)
class Purchase:
    """One confirmed order of one customer.

    Attributes:
        shop: the shop.
        hosts: the customer's computer.
        confirmed: what the customer confirmed.
        old: the licence file from before.
    """

    shop: RealShop
    hosts: Hosts
    confirmed: ConfirmedOrder
    old: bytes

    @staticmethod
    def prepared(shop: RealShop, folder: Path) -> Purchase:
        """Return the order of a new customer, filled in and not sent; the price was asked for by another agent."""
        hosts = shop.computer(folder)
        agent = hosts.greeted()
        confirmed = fill_in(agent, load(agent))
        agent.close()
        return Purchase(shop, hosts, confirmed, hosts.licence.read_bytes())

    @property
    def licence_id(self) -> str:
        return self.confirmed.quote.licence_ids[0]

    def write_down(self) -> None:
        """Put the confirmed order into the outbox and no further, as a kill just after the commit does."""
        request = translate.order_request(self.confirmed, VERSION)
        body = msgspec.json.encode(request)
        Outbox(self.hosts.state_dir).confirm(self.confirmed.key, self.licence_id, translate.digest(request), body)

    def row(self) -> OutboxRow | None:
        """Return what this computer knows of the order."""
        if not database.exists(self.hosts.state_dir):
            return None
        return Outbox(self.hosts.state_dir).row(self.confirmed.key)

    def is_settled(self) -> bool:
        """Whether nothing is left to be done; where a traced agent holds the database longer than readers wait, not yet."""
        with suppress(RenewalError):
            row = self.row()
            return row is not None and row.settled
        return False

    def begin(self, agent: Conversation) -> int:
        """Have an agent place the order, without waiting; return the number of the call."""
        return agent.begin(Method.ORDER_PLACE.value, PlaceParams(order=self.confirmed))

    def judge(self) -> None:
        """Check, with no agent running, that this computer says nothing that the shop contradicts."""
        orders, row = self.shop.orders(self.licence_id), self.row()
        assert len(orders) <= 1, orders
        state = row.state if row is not None else None
        if state in _NEVER_SENT:
            assert orders == [], f"{state}, but the shop has it"
        elif row is not None and state is OutboxState.ACCEPTED:
            assert orders == [(self.confirmed.key, row.order_id)]
        else:
            assert state in (OutboxState.SENDING, OutboxState.UNKNOWN), state
        self.judge_licence()

    def judge_licence(self) -> bool:
        """Check that the licence is the old or the new one, whole; return whether it is the new one."""
        content = self.hosts.licence.read_bytes()
        program = parse_certificate(content, parse_trusted_keys(self.shop.trusted_keys)).programs[0]
        is_new = program.valid_until == self.confirmed.quote.lines[0].period_to
        assert is_new or content == self.old
        return is_new

    def judge_answer(self, answer: Incoming) -> bool:
        """Check the word given to the user against the shop; return whether the order is placed."""
        if answer.error is None:
            assert len(self.shop.orders(self.licence_id)) == 1
            return True
        delivery = answer.error.data.delivery
        assert delivery in (Delivery.NOT_SENT, Delivery.UNKNOWN), answer.error
        if delivery == Delivery.NOT_SENT:
            assert self.shop.orders(self.licence_id) == []
        return False

    def recover(self) -> None:
        """Start the agent anew, let it bring the order to its end or send it by „Ponów", and count the shop's orders."""
        self.judge()
        row = self.row()
        is_open = row is not None and not row.settled and row.state in (*UNANSWERED, OutboxState.ACCEPTED)
        agent = self.hosts.start()
        assert agent.call(Method.HELLO, self.hosts.hello(), PATIENCE).open_orders == is_open
        if is_open:
            await_truth(self.is_settled, "settled by the next start")
        await_truth(lambda: self.judge_answer(agent.end(self.begin(agent), PATIENCE)), "placed")
        await_truth(self.is_settled, "settled")
        agent.close()
        self.judge_end()

    def judge_end(self) -> None:
        """Check that the order is one, and the licence renewed."""
        row = self.row()
        assert row is not None
        assert self.shop.orders(self.licence_id) == [(self.confirmed.key, row.order_id)]
        assert self.judge_licence()


def traced_agent(log: Path, injection: str = "") -> Conversation:
    """Return an agent, not greeted yet, under strace, all its threads; ``injection`` as for strace."""
    inject = [f"--inject={injection}"] if injection else []
    # Without --seccomp-bpf: with it, strace 6.1 injects nothing into most calls.
    options = ("-f", "-qq", "-y", "-o", str(log), f"--trace={CALLS}")
    return Conversation(("strace", *options, *inject, *_AGENT))


def live(agent: Conversation, purchase: Purchase, *, placing: bool) -> bool:
    """Let an agent work until the order is settled or it is dead; return whether it was killed."""
    with suppress(BrokenPipeError):
        agent.begin(Method.HELLO.value, purchase.hosts.hello())
        if placing:
            purchase.begin(agent)
    await_truth(lambda: agent.process.poll() is not None or purchase.is_settled(), "killed or settled")
    with suppress(BrokenPipeError):
        agent.close()
    return agent.process.returncode != 0


def calls_in(log: Path) -> list[Call]:
    """Return the calls of a trace, each with its number among the calls of that name of its own thread."""
    counts: Counter[tuple[str, str]] = Counter()
    calls = []
    for match in filter(None, map(_CALL.match, log.read_text(errors="replace").splitlines())):
        thread, name, line = match.groups()
        counts[thread, name] += 1
        calls.append(Call(name, counts[thread, name], line))
    return calls


def points(log: Path) -> list[Call]:
    """Return every place in a trace where a kill can be told from the others.

    strace counts by thread, and a kill takes the thread that gets so far first: one point a name and ordinal.
    """
    found = {(call.name, call.ordinal): call for call in reversed(calls_in(log))}
    return sorted(found.values(), key=lambda call: (call.name, call.ordinal))
