"""Rows D6 and N11 of the fault matrix for orders: SIGKILL at every system call that matters, and at random moments.

Each order is a customer's own, sent by the real agent to the real shop. After every kill what lies on the disk is compared with
what the shop has committed; then everything starts again, and in the end the shop has exactly one order.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import groupby, takewhile
from pathlib import Path

import msgspec
import pytest

from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.store.drafts import Drafts
from r2_renewal.store.unsettled import has_unsettled
from tests.agent.conversation import Hosts
from tests.faults.injection import Call, Tracer, tracer
from tests.faults.order_kills import Purchase, await_truth, live, points, traced_agent
from tests.real_shop import RealShop
from tests.reference_shop.conftest import TODAY
from tests.samples import draft_for

__all__ = ["tracer"]

# Of a machine on which much else is going on; alone, each takes half a minute at most.
pytestmark = pytest.mark.timeout(900)

HOST = Path(__file__).with_name("ordering_host.py")
AT_ONCE = 3  # a killed sender's lease is waited for; meanwhile others go on
SHARES = 12
BATCHES, ROUNDS = 20, 25
ROUNDS_A_HOST = 12
LONGEST_WAIT = 0.3  # an undisturbed order takes about a third of that on an idle machine, and more on a busy one


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take one share of the work, or with ``--long`` all of them."""
    is_long = bool(metafunc.config.getoption("--long"))
    for name, whole in (("share", SHARES), ("batch", BATCHES)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, range(whole if is_long else 1))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    """A shop that fulfils an order at once."""
    with closing(RealShop(tmp_path_factory.mktemp("shop"), "--auto-fulfil", "0")) as shop:
        yield shop


# Killed at every call


def bought(shop: RealShop, folder: Path, injection: str, *, written_down: bool) -> tuple[Purchase, bool]:
    """Let a traced agent place an order, or take up one that is written down; return it and whether the agent was killed."""
    purchase = Purchase.prepared(shop, folder)
    if written_down:
        purchase.write_down()
    agent = traced_agent(folder / "strace.log", injection)
    return purchase, live(agent, purchase, placing=not written_down)


def killed_at(shop: RealShop, folder: Path, call: Call, *, written_down: bool) -> bool:
    """Kill the agent at one call and see the order through; return whether the call came at all."""
    injection = f"{call.name}:signal=SIGKILL:when={call.ordinal}"
    purchase, killed = bought(shop, folder, injection, written_down=written_down)
    purchase.recover()
    shutil.rmtree(folder)
    return killed


def kill_at_a_share(shop: RealShop, folder: Path, share: int, *, written_down: bool) -> list[Call]:
    """Kill at a share of the calls that an undisturbed run makes, some of every name; return where that was done."""
    purchase, _ = bought(shop, folder / "whole", "", written_down=written_down)
    purchase.judge_end()
    alike = [list(calls) for _, calls in groupby(points(folder / "whole" / "strace.log"), lambda call: call.name)]
    chosen = [call for calls in alike for call in calls[share::SHARES]]
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def kill(call: Call) -> bool:
            return killed_at(shop, folder / f"{call.name}-{call.ordinal}", call, written_down=written_down)

        return [call for call, killed in zip(chosen, pool.map(kill, chosen), strict=True) if killed]


def test_n11_killed_at_every_call_of_confirming_and_sending_the_order_is_one(
    shop: RealShop, tmp_path: Path, tracer: Tracer, share: int
) -> None:
    killed = kill_at_a_share(shop, tmp_path, share, written_down=False)
    assert share or {"pwrite64", "fdatasync", "unlink", "sendto"} <= {call.name for call in killed}


def test_d06_killed_at_every_call_of_resuming_settling_and_installing_the_order_is_one(
    shop: RealShop, tmp_path: Path, tracer: Tracer, share: int
) -> None:
    killed = kill_at_a_share(shop, tmp_path, share, written_down=True)
    assert share or {"pwrite64", "fdatasync", "fsync", "rename", "unlink"} <= {call.name for call in killed}


# Killed at random


def kill_agents(purchase: Purchase, chance: random.Random) -> None:
    """Place the order and kill the agent on its way, and perhaps the ones that resume it."""
    agent = purchase.hosts.greeted()
    purchase.begin(agent)
    time.sleep(chance.uniform(0, LONGEST_WAIT))
    agent.kill()
    for _ in range(chance.randrange(3)):
        purchase.judge()
        agent = purchase.hosts.greeted()
        time.sleep(chance.uniform(0, 2 * LONGEST_WAIT))
        agent.kill()


def kill_the_shop(purchase: Purchase, chance: random.Random) -> None:
    """Place the order and kill the shop meanwhile; what the user is told must be true."""
    agent = purchase.hosts.greeted()
    number = purchase.begin(agent)
    time.sleep(chance.uniform(0, LONGEST_WAIT))
    purchase.shop.kill_and_start(chance.uniform(0, LONGEST_WAIT))
    purchase.judge_answer(agent.end(number))
    agent.close()


def play(purchase: Purchase, seed: int) -> None:
    chance = random.Random(seed)
    chance.choice((kill_agents, kill_agents, kill_the_shop))(purchase, chance)
    purchase.recover()


def test_n11_agent_or_shop_killed_at_random_moments_each_round_has_one_order(
    shop: RealShop, tmp_path: Path, batch: int
) -> None:
    seeds = [random.getrandbits(32) for which in range(ROUNDS) if which % ROUNDS_A_HOST]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # All filled in first: a price is not to be had from a shop that another round has just killed.
        purchases = list(pool.map(lambda seed: Purchase.prepared(shop, tmp_path / str(seed)), seeds))
        rounds = {seed: pool.submit(play, one, seed) for seed, one in zip(seeds, purchases, strict=True)}
    failed = {seed: error for seed, one in rounds.items() if (error := one.exception())}
    assert not failed, f"by seed: {failed}"


# The host killed


def start_host(shop: RealShop, hosts: Hosts, scenario: str) -> subprocess.Popen[str]:
    specification = {
        "licence": str(hosts.licence),
        "trusted_keys": shop.trusted_keys,
        "shop_url": shop.url,
        "state": str(hosts.state_dir),
        "today": TODAY.isoformat(),
    }
    command = [sys.executable, str(HOST), scenario, json.dumps(specification)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def children_of(process: subprocess.Popen[str]) -> list[Path]:
    """Return the processes that a process has started, as folders of /proc (Linux)."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [Path("/proc") / pid for task in tasks for pid in task.read_text().split()]


def lived(shop: RealShop, hosts: Hosts, scenario: str) -> None:
    host = start_host(shop, hosts, scenario)
    said, _ = host.communicate(timeout=90)
    assert said.splitlines()[-1:] == ["done"], said
    assert host.returncode == 0


def kill_the_host(shop: RealShop, hosts: Hosts, chance: random.Random) -> None:
    """Kill a host soon after „Zamówienie z obowiązkiem zapłaty"; its agent must go too, and the next host finish the order."""
    with start_host(shop, hosts, "order") as host:
        assert host.stdout is not None
        told = list(takewhile(lambda line: line != "podsumowanie\n", iter(host.stdout.readline, "")))
        assert not any(line.startswith("failed") for line in told), told
        agents = children_of(host)
        time.sleep(chance.uniform(0, LONGEST_WAIT))
        host.send_signal(signal.SIGKILL)
    assert agents
    await_truth(lambda: not any(agent.exists() for agent in agents), "end of the killed host's agent")


def licence_id_in(shop: RealShop, hosts: Hosts) -> str:
    content = hosts.licence.read_bytes()
    return parse_certificate(content, parse_trusted_keys(shop.trusted_keys)).programs[0].licence_id


def test_n11_a_host_killed_before_its_order_was_written_down_orders_it_once_anew(
    shop: RealShop, tmp_path: Path
) -> None:
    hosts = shop.computer(tmp_path)
    licence = parse_certificate(hosts.licence.read_bytes(), parse_trusted_keys(shop.trusted_keys))
    licence_id = licence.programs[0].licence_id
    left = draft_for(ServiceKind.SUBSCRIPTION, orderer=Orderer("Anna", "Kłosowska"), licence_id=licence_id)
    Drafts(hosts.state_dir).save(licence.customer_id, licence_id, msgspec.json.encode(left))
    lived(shop, hosts, "order")
    assert len(shop.orders(licence_id)) == 1


def test_n11_a_host_killed_after_the_order_button_leaves_one_order_and_no_agent(
    shop: RealShop, tmp_path: Path, batch: int
) -> None:
    for which in range(0, ROUNDS, ROUNDS_A_HOST):
        seed = random.getrandbits(32)
        sys.stdout.write(f"seed {seed}\n")
        hosts = shop.computer(tmp_path / str(which))
        licence_id = licence_id_in(shop, hosts)
        kill_the_host(shop, hosts, random.Random(seed))
        assert len(shop.orders(licence_id)) <= 1
        is_on_its_way = has_unsettled(hosts.state_dir) or shop.orders(licence_id)
        lived(shop, hosts, "settle" if is_on_its_way else "order")
        assert len(shop.orders(licence_id)) == 1
