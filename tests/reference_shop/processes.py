"""The demo's shop as a process of its own: started, asked over real HTTP, stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from r2_renewal.reference_shop.seed import PreparedShop
from tests.reference_shop.module import Module

COMMAND = [sys.executable, "-I", "-m", "r2_renewal.cli", "shop", "serve", "--port", "0", "--today", "2026-11-22"]
Server = tuple["subprocess.Popen[str]", str]


@contextmanager
def servers(prepared: PreparedShop) -> Iterator[Callable[..., Server]]:
    """Give a function that starts the shop with more options and tells its address; end every one at the end."""
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> Server:
        process = subprocess.Popen(
            [*COMMAND, "--state", str(prepared.folder.path), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        return process, json.loads(process.stdout.readline())["shop_url"]

    try:
        yield run
    finally:
        for process in started:
            process.kill()
            with process:  # closes its pipes and waits
                pass


@contextmanager
def module_at(url: str, prepared: PreparedShop) -> Iterator[Module]:
    """Open a module's session at an address."""
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        yield Module(http).open(prepared.licence)


def stop(process: subprocess.Popen[str], ask: Callable[[], object]) -> tuple[str, str]:
    """Ask the server to stop, check that it waits for nobody, and return what it wrote after its address."""
    began = time.monotonic()
    ask()
    process.wait(timeout=40)
    assert time.monotonic() - began < 20
    assert process.stdout
    assert process.stderr
    return process.stdout.read(), process.stderr.read()
