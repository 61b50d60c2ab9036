"""The demo's payroll program with the module in it: at rest, asked by a dialog, asked by a bar."""

from __future__ import annotations

from datetime import date
from typing import Any

import r2_renewal
from r2_renewal.config import Presentation
from r2_renewal.demo.payroll_host import PayrollHost
from r2_renewal.embedding.state import Status
from r2_renewal.ui.reminder_banner import ReminderBanner
from r2_renewal.ui.reminder_dialog import ReminderDialog
from tests.driver import wait_until
from tests.embedding.licences import KEYS, write_licence
from tests.gallery.room import Room
from tests.samples import TODAY

END, FAR_END = date(2026, 12, 22), date(2027, 6, 30)


def show(room: Room) -> None:
    """Show the host's states."""
    room.look("program", _open(room, "program", FAR_END))
    asking = _open(room, "dialog", END)
    wait_until(lambda: _asked(asking, ReminderDialog), what="the reminder")
    room.look("program-pyta", asking)
    room.look("przypomnienie-w-programie", _asked(asking, ReminderDialog)[0])
    barred = _open(room, "pasek", END, presentation=Presentation.BANNER)
    wait_until(lambda: _asked(barred, ReminderBanner), what="the bar")
    room.look("program-pasek", barred)


def _asked(host: PayrollHost, kind: type[Any]) -> list[Any]:
    return [one for one in host.findChildren(kind) if one.isVisible()]


def _open(room: Room, name: str, end: date, **more: Any) -> PayrollHost:
    folder = room.folder / name
    folder.mkdir()
    host = PayrollHost(
        r2_renewal.Config(
            licence_path=write_licence(folder / "R2.lic", end),
            trusted_keys=KEYS,
            state_dir=folder / "state",
            shop_url="http://127.0.0.1:1",
            agent_command=room.command(),
            today=lambda: TODAY,
            **more,
        )
    )
    room.show(host)
    wait_until(lambda: host.module.state.status is not Status.WAITING, what="first check")
    return host
