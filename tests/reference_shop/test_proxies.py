"""A server behind another one: whose word is taken for who calls, and by which way."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select

from r2_renewal.cli import main
from r2_renewal.contract import paths
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import Attempts
from tests.reference_shop.processes import Server

FORWARDED = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("options", "is_believed"),
    [([], False), (["--trusted-proxy", "192.0.2.0/24"], False), (["--trusted-proxy", "127.0.0.1"], True)],
)
def test_only_a_trusted_proxy_is_believed(
    start: Callable[..., Server], shop: Shop, options: list[str], is_believed: bool
) -> None:
    _, url = start(*options)
    for address in ("203.0.113.7", "203.0.113.8"):
        headers = {**FORWARDED, "X-Forwarded-For": address}
        body = {"email": "a@example.com", "password": "x"}
        answer = httpx.post(f"{url}{paths.ACCOUNT_SESSIONS}", json=body, headers=headers, trust_env=False)
    assert ("strict-transport-security" in answer.headers) is is_believed
    with shop.database.reading() as session:
        by_address = select(Attempts.count).where(Attempts.kind == "login_from_address")
        assert sorted(session.scalars(by_address)) == ([1, 1] if is_believed else [2])


def test_a_proxy_that_is_no_address(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["shop", "serve", "--state", str(tmp_path), "--trusted-proxy", "wszyscy"])
    assert ended.value.code == 2
    assert "podaj adres IP albo sieć" in capsys.readouterr().err
