"""A panel pressed all over: every link followed, every button of every form, each press on a copy of the shop of its own.

Rule: an answer is another page, a file, or the same page that says something else; none is a refusal of the shop's own making
(404, 405, 403, 5xx), and none the same page again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from litestar.testing import TestClient

from r2_renewal.reference_shop.app import create_app
from r2_renewal.reference_shop.clock import Clock
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.settings import vendor
from tests.reference_shop.panel.visitor import Page, Visitor, is_hidden

ANSWERS = (200, 422)
REDIRECTS = (303, 301, 302)
# What is typed into a field of a name where all of a form is filled in.
TYPED = {
    "email": "anna.klosowska@klosowska.example",
    "orderer_email": "anna.klosowska@klosowska.example",
    "invoice_email": "faktury@klosowska.example",
    "password": "zupełnie nowe hasło",
    "again": "zupełnie nowe hasło",
    "phone": "601 234 567",
    "name": "Anna Kłosowska",
    "first_name": "Anna",
    "last_name": "Kłosowska",
    "message": "Zmieniliśmy adres: Polna 2, 53-326 Wrocław.",
}
# How a page of the walk is come to; the rest are found by their links.
Opening = Callable[[Visitor], Page]


class Send(NamedTuple):
    """A form as it is sent. Attributes: action, fields, files: of the request."""

    action: str
    fields: dict[str, str | list[str]]
    files: dict[str, tuple[str, bytes]]


@dataclass
class Stage:
    """A shop as it stands and somebody at its panel.

    Attributes:
        folder: the shop's.
        clock: its.
        cookies: the visitor's.
        typed: what is typed besides ``TYPED``, by the field's name.
        file: what is uploaded.
    """

    folder: ShopFolder
    clock: Clock
    cookies: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    file: bytes = b""

    @contextmanager
    def copied(self, to: Path) -> Iterator[Visitor]:
        """Yield the visitor at a copy of the shop."""
        shutil.copytree(self.folder.path, to)
        settings = settings_of(ShopFolder(to), clock=self.clock)
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            for name, value in self.cookies.items():
                client.cookies.set(name, value)
            yield Visitor(client)
        shutil.rmtree(to)


class Walk:
    """Everything on the pages of a stage, pressed. Attributes: faults: what is wrong, in words; pressed: how much was."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.faults: list[str] = []
        self.pressed = 0
        self._stage, self._folder = stage, folder
        self._known: set[str] = set()
        self._sent: set[str] = set()
        self._copies = 0

    def walk(self, openings: dict[str, Opening]) -> None:
        """Press all of the pages, and of those that their links lead to."""
        waiting = dict(openings)
        while waiting:
            name, opening = waiting.popitem()
            self._known.add(name)
            with self._copy() as visitor:
                page = opening(visitor)
                fault = _fault_of(page)
                if fault:
                    self.faults.append(f"{name}: {fault}")
                    continue
                for at in self._follow(name, page, visitor):
                    link = _plain(page.links()[at])
                    if link not in self._known:
                        waiting[link] = _by_link(opening, at)
            self._send_all(name, opening, page)

    @contextmanager
    def _copy(self) -> Iterator[Visitor]:
        self._copies += 1
        with self._stage.copied(self._folder / f"copy-{self._copies}") as visitor:
            yield visitor

    def _follow(self, name: str, page: Page, visitor: Visitor) -> list[int]:
        """Follow every link of a page; return the numbers of those that lead to pages."""
        found = []
        for at, link in [(at, link) for at, link in enumerate(page.links()) if not link.startswith("#")]:
            self.pressed += 1
            address = urlsplit(link)
            if address.scheme in ("https", "mailto"):
                if address.scheme == "https" and address.hostname not in vendor().link_hosts:
                    self.faults.append(f"{name}: leads to {link}")
                continue
            answer = _arrived(visitor, visitor.get(link.partition("#")[0]))
            fault = _fault_of(answer)
            if fault:
                self.faults.append(f"{name}: link {link}: {fault}")
            elif not _is_file(answer):
                found.append(at)
        return found

    def _send_all(self, name: str, opening: Opening, page: Page) -> None:
        for number, form in enumerate(page.every("form")):
            for at, button in enumerate(form.iter("button")):
                has_fields = any(not is_hidden(node) for node in form.iter("input")) or any(form.iter("textarea"))
                for is_filled in (False, True)[: 1 + has_fields]:
                    # The same on every page, as „Wyloguj" is: pressed on one of them.
                    what = f"{_action(form, button)} „{_words(button)}” {'filled in' if is_filled else 'as it is'}"
                    if what not in self._sent:
                        self._sent.add(what)
                        self.pressed += 1
                        self._send(f"{name}: {what}", opening, (number, at), is_filled=is_filled)

    def _send(self, what: str, opening: Opening, place: tuple[int, int], *, is_filled: bool) -> None:
        with self._copy() as visitor:
            page = opening(visitor)
            sent = self._filled(page, place, is_filled=is_filled)
            kwargs = {"files": sent.files} if sent.files else {}
            answer = visitor.http.post(sent.action, data=sent.fields, follow_redirects=False, **kwargs)
            after = _arrived(visitor, Page(answer))
            fault = _fault_of(after) or ("" if _is_file(after) or _said(after) != _said(page) else "nothing follows")
            if fault:
                self.faults.append(f"{what}: {fault}")

    def _filled(self, page: Page, place: tuple[int, int], *, is_filled: bool) -> Send:
        form = page.every("form")[place[0]]
        button = list(form.iter("button"))[place[1]]
        fields: dict[str, str | list[str]] = {}
        for node in form.iter("input"):
            _fill(fields, node, TYPED | self._stage.typed if is_filled else {})
        for node in form.iter("textarea"):
            given = node.text or ""
            fields[node.get("name", "")] = TYPED.get(node.get("name", ""), given) if is_filled else given
        if button.get("name"):
            fields[button.get("name", "")] = button.get("value", "")
        is_upload = form.get("enctype") == "multipart/form-data"
        files = {"file": ("zamówienie.r2order", self._stage.file if is_filled else b"")} if is_upload else {}
        return Send(_action(form, button), fields, files)


def _fill(fields: dict[str, str | list[str]], node: Element, typed: dict[str, str]) -> None:
    name, value, kind = node.get("name", ""), node.get("value", ""), node.get("type", "text")
    if kind in ("checkbox", "radio"):
        is_ticked = node.get("checked") is not None or (bool(typed) and (kind == "checkbox" or name not in fields))
        if is_ticked:
            given = fields.get(name, [])
            fields[name] = [*given, value] if kind == "checkbox" and isinstance(given, list) else value
    elif kind != "file":
        fields[name] = value if is_hidden(node) else typed.get(name, value)


def _plain(link: str) -> str:
    """Return a link as it is in every copy: an order that is placed in one has an identifier of its own."""
    return re.sub(r"ord_[^/]+", "ord", link.partition("#")[0])


def _by_link(opening: Opening, at: int) -> Opening:
    """Return how the page behind a link of another page is come to."""
    return lambda visitor: _arrived(visitor, visitor.get(opening(visitor).links()[at].partition("#")[0]))


def _arrived(visitor: Visitor, page: Page) -> Page:
    for _ in range(5):
        if page.status not in REDIRECTS:
            break
        page = visitor.get(urljoin(str(page.answer.url), page.location))
    return page


def _fault_of(page: Page) -> str:
    # A session that has ended is told with the login in place, and what was typed is kept.
    is_ended = page.status == 403 and page.every("form", action=addresses.LOGIN)
    return "" if page.status in ANSWERS or is_ended else f"{page.status} at {page.answer.url.path}"


def _is_file(page: Page) -> bool:
    return bool(page.answer.headers.get("content-disposition") and page.answer.content)


def _said(page: Page) -> tuple[str, ...]:
    """Return what a person has of a page: its words and what stands in its fields."""
    values = [node.get("value", "") for node in page.root.iter("input") if not is_hidden(node)]
    ticked = [str(node.get("checked") is not None) for node in page.root.iter("input")]
    return (page.text, *values, *ticked)


def _action(form: Element, button: Element) -> str:
    return button.get("formaction") or form.get("action", "")


def _words(node: Element) -> str:
    return node.get("aria-label") or " ".join("".join(node.itertext()).split())
