"""Links to others: only by https, and only to hosts that the vendor has listed."""

from __future__ import annotations

from urllib.parse import urlsplit

from r2_renewal.settings import Vendor


def safe_link(vendor: Vendor, url: str) -> str:
    """Return the address where it may be linked to, else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname in vendor.link_hosts else ""
