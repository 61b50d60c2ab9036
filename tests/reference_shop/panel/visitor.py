"""Somebody at the panel over plain HTTP: pages read strictly, forms sent with everything hidden that they hold.

Every page that a visitor gets is parsed by html5lib in strict mode and looked over for what a parser does not mind: a page that
is not valid fails whatever test opened it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import html5lib
import httpx

from r2_renewal.reference_shop.panel.visit import NOTICE, SESSION, VISITOR
from r2_renewal.reference_shop.seed import PreparedShop

LOGIN, DATA = "/panel/logowanie", "/panel/moje-dane"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,pl;q=0.5"}


@dataclass
class Page:
    """A page as it came. Attributes: root: its parsed HTML; empty for what is no HTML."""

    answer: httpx.Response
    root: Element = field(init=False)

    def __post_init__(self) -> None:
        is_html = self.answer.headers.get("content-type", "").startswith("text/html")
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.root = parser.parse(self.answer.text) if is_html and self.answer.text else Element("html")
        assert flaws(self.root) == []

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def location(self) -> str:
        return self.answer.headers.get("location", "")

    @property
    def text(self) -> str:
        """Everything that is written on it, gaps made one space; no-break spaces are gaps too."""
        return " ".join("".join(self.root.itertext()).split())

    @property
    def title(self) -> str:
        return "".join(self.root.find(".//h1").itertext())  # type: ignore[union-attr]

    @property
    def language(self) -> str:
        return self.root.get("lang", "")

    def every(self, tag: str, **attributes: str) -> list[Element]:
        found = self.root.iter(tag)
        return [node for node in found if all(node.get(name) == value for name, value in attributes.items())]

    def value(self, name: str) -> str:
        """Return what a field holds."""
        (node,) = [node for node in self.root.iter("input") if node.get("name") == name]
        return node.get("value", "")

    def links(self) -> list[str]:
        return [node.get("href", "") for node in self.every("a")]

    def errors(self) -> dict[str, str]:
        """Return each field's error, found as a screen reader finds it: by ``aria-describedby``."""
        by_id = {node.get("id"): "".join(node.itertext()) for node in self.root.iter() if node.get("id")}
        return {
            node.get("name") or node.get("id", ""): by_id[node.get("aria-describedby", "").split()[0]]
            for node in self.root.iter()
            if node.get("aria-invalid") == "true"
        }


def flaws(root: Element) -> list[str]:
    """Return what no parser minds but HTML and ARIA forbid: names given twice, ways to nowhere, roles that a table has."""
    nodes = list(root.iter())
    names = [name for node in nodes if (name := node.get("id"))]
    wanted = [(node.tag, name) for node in nodes for key in REFERENCES for name in node.get(key, "").split()]
    wanted += [(node.tag, way[1:]) for node in nodes if (way := node.get("href", "")).startswith("#")]
    found = [f"twice: {name}" for name in set(names) if names.count(name) > 1]
    found += [f"{tag} to nowhere: {name}" for tag, name in wanted if name not in names]
    return found + [f"role of {node.tag}" for node in nodes if node.tag in TABLE and "role" in node.attrib]


REFERENCES = ("for", "aria-describedby", "aria-labelledby")
TABLE = ("table", "thead", "tbody", "tr", "th", "td")


@dataclass
class Visitor:
    """A browser without scripts. Attributes: http: the client, which keeps the cookies; headers: of every request."""

    http: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Page:
        return Page(self.http.get(address, headers={**self.headers, **headers}, follow_redirects=False))

    def post(self, address: str, fields: dict[str, str | list[str]], **headers: str) -> Page:
        """Send a form as it is given."""
        sent = {**self.headers, **headers}
        return Page(self.http.post(address, data=fields, headers=sent, follow_redirects=False))

    def send(self, page: str, to: str = "", **fields: str | list[str]) -> Page:
        """Open a page and send its form with the hidden fields that it holds and these."""
        opened = self.get(page)
        assert opened.status == 200, (opened.status, opened.location)
        return self.send_from(opened, to or page, **fields)

    def send_from(self, opened: Page, to: str, **fields: str | list[str]) -> Page:
        """Send a form of a page that is open."""
        (form,) = opened.every("form", action=to)
        hidden = {node.get("name", ""): node.get("value", "") for node in form.iter("input") if is_hidden(node)}
        return self.post(to, {**hidden, **fields})

    def follow(self, page: Page) -> Page:
        """Go where a redirect leads."""
        assert page.status == 303, (page.status, page.text)
        return self.get(page.location)

    def log_in(self, email: str, password: str) -> Page:
        return self.send(LOGIN, email=email, password=password)

    @property
    def session(self) -> str:
        return self.http.cookies.get(SESSION, default="")

    @property
    def cookies(self) -> dict[str, str]:
        return {name: value for name in (SESSION, VISITOR, NOTICE) if (value := self.http.cookies.get(name))}


def is_hidden(node: Element) -> bool:
    return node.get("type") == "hidden"


def logged_in(visitor: Visitor, prepared: PreparedShop) -> Visitor:
    """Log the demo's customer in."""
    assert visitor.log_in(prepared.account_email, prepared.account_password).location == DATA
    return visitor


def reset_link(letter: str) -> str:
    """Return the address within the shop of the link in a letter."""
    found = re.search(r"https?://\S+?(/haslo/\S+)", letter)
    assert found is not None
    return f"/panel{found[1]}"
