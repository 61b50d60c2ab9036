"""What a session's owner is told of where it was opened: enough to recognise it, and no more than that."""

from __future__ import annotations

import pytest

from r2_renewal.reference_shop.attempts import counted_address
from r2_renewal.reference_shop.origins import Origin

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome, Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge, Windows",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/142.0.0.0 Safari/537.36", "Chrome, Linux"),
        (
            f"Mozilla/5.0 (Linux; Android 16; K) {WEBKIT} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
            "Samsung Internet, Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
            "Safari/605.1.15",
            "Safari, macOS",
        ),
        ("r2-renewal/0.1.0", "R2 Renewal 0.1.0"),
        ("r2-renewal/0.1.0 <b>", ""),
        ("r2-renewal/" + "9" * 400, ""),
        ("Lynx/2.9", ""),
        ("Windows", "Windows"),
        ("", ""),
    ],
)
def test_what_a_session_was_opened_with(says: str, told: str) -> None:
    assert Origin("192.0.2.1", says).program == told


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("192.0.2.17", "192.0.2.*"),
        ("::ffff:192.0.2.17", "192.0.2.*"),
        ("2001:db8:7:8::1", "2001:db8:7:*"),
        ("fe80::1%eth0", "fe80:0:0:*"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_from_where_it_was_opened(address: str, told: str) -> None:
    assert Origin(counted_address(address)).neighbourhood == told
