"""The panel's page: honest, escaped, without a script."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

from r2_renewal.settings import vendor
from tests.reference_shop.module import Module


class Page(HTMLParser):
    """A page read as a browser reads it. Attributes: tags: in order; language: of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attrs)["lang"] or ""


def test_the_page_says_what_it_is(stranger: Module) -> None:
    answer = stranger.get("/panel/")
    page = Page(answer.text)
    assert answer.headers["content-type"].startswith("text/html")
    assert (page.language, page.tags.count("h1"), "main" in page.tags) == ("pl", 1, True)
    assert "sklep wzorcowy" in answer.text
    assert "w wersji 1.0.0" in answer.text
    assert "późniejszej wersji" in answer.text
    assert vendor().panel_url in answer.text


def test_no_script_may_run(stranger: Module) -> None:
    answer = stranger.get("/panel/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_style_sheet_is_served(stranger: Module) -> None:
    answer = stranger.get("/panel/panel.css")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/css")


def test_the_vendors_data_are_escaped(serve: Callable[..., Module]) -> None:
    evil = vendor()._replace(product_name="<script>alert(1)</script>", contact_email='"><img src=x>')
    text = serve(vendor=evil).get("/panel/").text
    assert not {"script", "img"} & set(Page(text).tags)
    assert "&lt;script&gt;" in text
