"""Where states are shown: windows over a scripted agent with the real texts, each handed to whoever looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from r2_renewal.domain.basket import BasketEntry, Storefront
from r2_renewal.domain.consent import Document
from r2_renewal.resources import resource
from r2_renewal.ui.agent_link import AgentLink, AgentProcess
from tests.driver import wait_until
from tests.fakes.scripted_command import scripted_command
from tests.samples import NOW, two_programs
from tests.ui.conftest import HELLO
from tests.ui.conftest import LINKS as BARE_LINKS

Look = Callable[[str, QWidget], None]
W = TypeVar("W", bound=QWidget)
SETTLE_MS = 60
PLACES = {
    "{sprzedawca}": "Reset2 sp. z o.o. (dane przykładowe)",
    "{administrator}": "Reset2 sp. z o.o. (dane przykładowe)",
    "{iod}": "iod@example.com",
    "{kontakt}": "kontakt@example.com",
    "{panel}": "https://online.reset2.pl/",
    "{link}": "https://online.reset2.pl/rodo",
}
LINKS = replace(
    BARE_LINKS,
    community="https://panel.example/spolecznosc",
    help="https://panel.example/pomoc",
    contact_email="kontakt@example.com",
)


class Room:
    """One place in which states are shown, and whoever looks at them.

    Attributes:
        host: a window that dialogs open over.
        folder: where whatever a state needs lies.
    """

    def __init__(self, look: Look, folder: Path) -> None:
        self._look, self.folder = look, folder
        self._commands = 0
        self._links: list[AgentLink] = []
        self._shown: list[QWidget] = []
        self._parent = QObject()
        self.host = QWidget()
        self.host.resize(960, 600)

    def agent(self, **script: list[dict[str, Any]]) -> AgentLink:
        """Return a link to an agent of its own; methods are written with two underscores for a dot."""
        link = AgentLink(self.command(**script), HELLO, self._parent)
        self._links.append(link)
        return link

    def command(self, **script: list[dict[str, Any]]) -> tuple[str, ...]:
        """Return the command of an agent of its own, for whoever starts it."""
        self._commands += 1
        path, log = self.folder / f"script-{self._commands}.json", self.folder / f"log-{self._commands}.jsonl"
        return scripted_command(script, path, log)

    def links(self) -> list[AgentLink]:
        """Return the links to every agent: the room's, and those of the hosts in it."""
        application = QCoreApplication.instance()
        return [*self._links, *(application.findChildren(AgentLink) if application else ())]

    def show(self, window: W) -> W:
        """Show a window until the room is cleared."""
        self._shown.append(window)
        window.show()
        QTest.qWaitForWindowExposed(window)
        return window

    def look(self, name: str, window: QWidget) -> None:
        """Have a window looked at once it has settled."""
        QTest.qWait(SETTLE_MS)
        self._look(name, window)

    def clear(self) -> None:
        """Take every window and every agent away."""
        for window in reversed(self._shown):
            window.close()
            window.deleteLater()
        self._shown.clear()
        for link in self._links:
            link.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        application = QCoreApplication.instance()
        assert application is not None
        wait_until(lambda: not application.findChildren(AgentProcess), what="end of the agents")


def document(kind: str, name: str) -> Document:
    """Return a text of the vendor's as the reference shop would send it."""
    title, _, text = resource("texts", name).read_text(encoding="utf-8").partition("\n")
    if kind != "auto_renewal":
        for place, words in PLACES.items():
            text = text.replace(place, words)
    return Document(kind, "1", title, text.strip())


def shop(*basket: BasketEntry, **changes: Any) -> Storefront:
    """Return what eSklep opens with, with the real texts."""
    texts = {
        "consent": document("auto_renewal", "auto_renewal-2.txt"),
        "terms": document("terms", "terms-1.txt"),
        "privacy": document("rodo", "rodo-1.txt"),
    }
    found = replace(two_programs(), **texts)
    return replace(found, **({"basket": basket} if basket else {}), **changes)


def loaded(storefront: Storefront, **more: Any) -> dict[str, Any]:
    """Return the step that answers with a storefront."""
    return {"result": {"storefront": msgspec.to_builtins(storefront), **more}}


def stored(storefront: Storefront, days: int = 3) -> dict[str, Any]:
    """Return the step that answers with a storefront of some days ago."""
    old = replace(storefront, fetched_at=NOW - timedelta(days=days), offers=())
    return {"result": {"load": {"storefront": msgspec.to_builtins(old)}}}
