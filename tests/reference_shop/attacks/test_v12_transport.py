"""V12.1: who comes by https comes by https the next time too, also where a proxy ends TLS before the shop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.reference_shop.module import Module

PAGES = ["/healthz", "/panel/logowanie", "/panel/nic", "/v1/storefront", "/v1/nic"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("public_url", "expected"), [("https://sklep.example", True), ("http://127.0.0.1:1", False), ("", False)]
)
def test_a_shop_whose_public_address_is_https_says_so(
    serve: Callable[..., Module], page: str, public_url: str, expected: bool
) -> None:
    answer = serve(public_url=public_url).http.get(page, follow_redirects=False)
    assert ("strict-transport-security" in answer.headers) is expected
    if expected:
        assert int(answer.headers["strict-transport-security"].removeprefix("max-age=")) >= 365 * 24 * 3600
