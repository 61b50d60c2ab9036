"""Wires the demo: a reference shop as a process of its own, a signed licence, and the payroll host.

Rules: the JSON line comes first on stdout, when the shop really listens; whatever ends the demo ends the shop too, because the
shop goes when its stdin closes; a folder given with ``--state`` keeps its licence, shop and customer for the next start.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from r2_renewal.child_environment import child_environment
from r2_renewal.cli.screen import require_reachable_screen
from r2_renewal.clock import today_in_warsaw
from r2_renewal.config import Config
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.interpreter import interpreter
from r2_renewal.licensing.keys import read_trusted_keys
from r2_renewal.private_files import open_private, private_folder, replace_private

LICENCE = "R2platnik.lic"
TRUSTED_KEYS = "trusted-keys.json"
ACCOUNT = "account.json"
STOP_SECONDS = 5
WAIT_SECONDS = 3600
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line asks for.

    Attributes:
        days_left: days to the end of the demo subscription.
        state: folder to keep; None for a temporary one.
        port: the shop's port; 0 for a free one.
        auto_fulfil: seconds after which the shop fulfils an order.
        accept_after: seconds in which an order can still be cancelled.
        gui: whether to open the payroll host.
        offscreen: whether to do it without a screen.
    """

    days_left: int
    state: Path | None
    port: int
    auto_fulfil: float
    accept_after: float
    gui: bool
    offscreen: bool


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where the demo keeps its things.

    Attributes:
        folder: everything is inside.
    """

    folder: Path

    @property
    def shop(self) -> Path:
        """The shop's database and keys."""
        return self.folder / "shop"

    @property
    def licence(self) -> Path:
        """The licence that the payroll host reads."""
        return self.folder / LICENCE

    @property
    def trusted_keys(self) -> Path:
        """The keys that the module trusts."""
        return self.folder / TRUSTED_KEYS

    @property
    def account(self) -> Path:
        """The demo customer's login."""
        return self.folder / ACCOUNT

    @property
    def shop_log(self) -> Path:
        """What the shop complains of."""
        return self.folder / "shop.log"

    @property
    def mail(self) -> Path:
        """The letters that the shop sends, as ``.eml`` files."""
        return self.folder / "mail"

    @property
    def module_state(self) -> Path:
        """The module's local state."""
        return self.folder / "module"


def launch(options: DemoOptions) -> int:
    """Run the demo until its window is closed or it is interrupted; return the exit code.

    Raises:
        RenewalError: NO_DISPLAY, before anything is made; SHOP_FOLDER, PORT_BUSY, or EXTRA_MISSING where the shop's
            libraries are not installed.
    """
    if options.gui:
        if options.offscreen:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        require_reachable_screen()
    # Set outright: a program started in the background by a script inherits Ctrl-C as ignored.
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    with _folder(options.state) as folder:
        files = DemoFiles(folder)
        _prepare(files, options.days_left)
        with _shop(files, options) as shop_url:
            # Whoever reads the line may interrupt at once: from here on that is an ordinary end.
            with suppress(KeyboardInterrupt):
                print(json.dumps(announcement(files, shop_url), ensure_ascii=False), flush=True)
                return _run_host(files, shop_url) if options.gui else _wait()
            return 0


def announcement(files: DemoFiles, shop_url: str) -> dict[str, Any]:
    """Return the demo's first line: addresses, files and the customer's login."""
    return {
        "shop_url": shop_url,
        "panel_url": f"{shop_url}/panel/",
        "licence": str(files.licence),
        "trusted_keys": str(files.trusted_keys),
        "account": json.loads(files.account.read_text(encoding="utf-8")),
        "state": str(files.folder),
        "mail": str(files.mail),
    }


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        try:
            private_folder(kept)
        except (OSError, RenewalError) as error:
            detail = error.detail if isinstance(error, RenewalError) else type(error).__name__
            raise RenewalError(ErrorCode.SHOP_FOLDER, detail) from error
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="r2-renewal-demo-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def _prepare(files: DemoFiles, days_left: int) -> None:
    if files.licence.exists() and files.account.exists():
        return
    try:
        from r2_renewal.reference_shop.seed import prepare
    except ImportError as error:
        raise RenewalError(ErrorCode.EXTRA_MISSING, str(error.name)) from error
    prepared = prepare(files.shop, days_left, today_in_warsaw())
    replace_private(files.trusted_keys, json.dumps(prepared.trusted_keys, indent=2).encode())
    account = {"email": prepared.account_email, "password": prepared.account_password}
    replace_private(files.account, json.dumps(account, ensure_ascii=False).encode())
    replace_private(files.licence, prepared.licence.encode())


@contextmanager
def _shop(files: DemoFiles, options: DemoOptions) -> Iterator[str]:
    command = [interpreter(), "-I", "-m", "r2_renewal.cli", "shop", "serve", "--state", str(files.shop)]
    command += ["--mail-folder", str(files.mail), "--public-url", "auto"]
    command += ["--port", str(options.port), "--auto-fulfil", str(options.auto_fulfil)]
    command += ["--accept-after", str(options.accept_after), "--stop-with-stdin"]
    # A group of its own: Ctrl-C in the terminal reaches the demo, and the demo ends the shop.
    with os.fdopen(open_private(files.shop_log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as log:
        shop = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            env=child_environment(command[0]),
        )
    try:
        yield _address(shop, files.shop_log)
    finally:
        _stop(shop)


def _address(shop: subprocess.Popen[bytes], log: Path) -> str:
    output: IO[bytes] | None = shop.stdout
    line = output.readline() if output is not None else b""
    if not line:
        raise RenewalError(
            _failure_in(log.read_text(encoding="utf-8", errors="replace")), f"shop ended with {shop.wait()}"
        )
    return str(json.loads(line)["shop_url"])


def _failure_in(log: str) -> ErrorCode:
    return next((code for code in ErrorCode if f"({code.value})" in log), ErrorCode.INTERNAL)


def _stop(shop: subprocess.Popen[bytes]) -> None:
    if shop.stdin is not None:
        shop.stdin.close()
    try:
        shop.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        shop.kill()
        shop.wait()
    if shop.stdout is not None:
        shop.stdout.close()


def _wait() -> int:
    while True:
        time.sleep(WAIT_SECONDS)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back until the block is over: Qt, interrupted while it loads, takes the process with it."""
    came: list[int] = []
    earlier = {number: signal.signal(number, lambda number, _: came.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def _run_host(files: DemoFiles, shop_url: str) -> int:
    with _undisturbed():
        from PySide6.QtWidgets import QApplication

        from r2_renewal.cli.interrupt import quit_on_interrupt
        from r2_renewal.demo.payroll_host import PayrollHost

        application = QApplication.instance() or QApplication(sys.argv[:1])
        config = Config(
            licence_path=files.licence,
            shop_url=shop_url,
            trusted_keys=read_trusted_keys(files.trusted_keys),
            state_dir=files.module_state,
        )
        host = PayrollHost(config)
        host.show()
    with quit_on_interrupt(application):
        return int(application.exec())
