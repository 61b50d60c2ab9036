"""Runs of automatic renewal side by side, killed in the middle, or failing: each step wholly or not at all, and once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from datetime import date

import pytest

from r2_renewal.reference_shop.renewals import Summary, renew_due
from r2_renewal.reference_shop.seed import PreparedShop
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import (
    InvoiceRow,
    MailRow,
    OrderRow,
    RenewalNotice,
    RenewalRow,
)
from tests.reference_shop.conftest import Calendar
from tests.reference_shop.test_renewals import RENEWAL, count, enrolled, letters, licence, on_both, post, told

__all__ = ["enrolled", "post", "told"]


RUN = """
import json, sys
from datetime import date
from pathlib import Path
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.renewals import renew_due
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.shop import opened
clock = set_to(date.fromisoformat(sys.argv[3]))
with opened(settings_of(ShopFolder(Path(sys.argv[1]), sys.argv[2]), clock=clock)) as shop:
    print("ready", flush=True)
    sys.stdin.readline()
    print(renew_due(shop).renewals, flush=True)
"""

# The same, killed in the middle of its work: while the licence is renewed, just before the commit, or just after it.
KILLED_RUN = """
import os, signal, sys
from datetime import date
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from r2_renewal.reference_shop import renewal
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.renewals import renew_due
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.shop import opened

def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

clock = set_to(date.fromisoformat(sys.argv[3]))
with opened(settings_of(ShopFolder(Path(sys.argv[1]), sys.argv[2]), clock=clock)) as shop:
    if sys.argv[4] == "renew":
        renewal.ledger.grant = die
    else:
        event.listen(Session, sys.argv[4], die)
    renew_due(shop)
"""


@on_both
def test_two_runs_at_once_in_two_processes_make_one_renewal(told: str, shop: Shop, prepared: PreparedShop) -> None:
    folder = prepared.folder
    command = [sys.executable, "-c", RUN, str(folder.path), folder.database, RENEWAL.isoformat()]
    with ExitStack() as stack:
        runs = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(2)
        ]
        for run in runs:
            assert run.stdout is not None
            assert run.stdout.readline() == "ready\n"
        made = [int(run.communicate("go\n")[0]) for run in runs]
    assert sorted(made) == [0, 1]
    assert (count(shop, RenewalRow), count(shop, InvoiceRow), licence(shop).seq) == (1, 2, 3)


@pytest.mark.posix("a process is killed by a signal")
@on_both
@pytest.mark.parametrize(("moment", "left"), [("renew", 1), ("before_commit", 1), ("after_commit", 0)])
def test_a_run_killed_anywhere_has_done_a_step_wholly_or_not_at_all(
    told: str, shop: Shop, prepared: PreparedShop, calendar: Calendar, moment: str, left: int
) -> None:
    folder = prepared.folder
    command = [sys.executable, "-c", KILLED_RUN, str(folder.path), folder.database, RENEWAL.isoformat(), moment]
    assert subprocess.run(command, check=False).returncode == -9
    assert (count(shop, RenewalRow), len(letters(shop, "renewal_done"))) == (1 - left, 1 - left)
    calendar.day = RENEWAL
    assert renew_due(shop) == Summary(renewals=left)
    assert (count(shop, RenewalRow), count(shop, OrderRow), count(shop, InvoiceRow)) == (1, 2, 2)
    assert (licence(shop).valid_until, licence(shop).seq) == (date(2028, 12, 22), 3)
    assert len(letters(shop, "renewal_done")) == 1


@pytest.mark.parametrize("step", ["pass_to", "ledger.grant"])
def test_a_step_that_fails_has_done_nothing_and_the_next_run_does_it(
    told: str, shop: Shop, calendar: Calendar, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    calendar.day = RENEWAL
    before = (count(shop, OrderRow), count(shop, MailRow), count(shop, InvoiceRow), licence(shop).seq)

    def die(*_arguments: object, **_named: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(f"r2_renewal.reference_shop.renewal.{step}", die)
        assert renew_due(shop) == Summary(failed=1)
    assert (count(shop, OrderRow), count(shop, MailRow), count(shop, InvoiceRow), licence(shop).seq) == before
    assert renew_due(shop) == Summary(renewals=1)
    assert (count(shop, RenewalRow), count(shop, RenewalNotice)) == (1, 1)
