"""From where, and with what, a session is opened: as much of it as its owner needs to recognise it.

Rules: of an address only its neighbourhood is kept, of what a browser says of itself only its name and system; what cannot be
told is empty, and nothing is decided by it, since a caller may say what it likes.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_PROGRAM = re.compile(r"r2-renewal/(?P<version>[0-9][0-9a-z.+-]{0,19})")
# The first that is found counts: the later ones stand in the texts of those before them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
PROGRAM = "R2 Renewal"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who opens a session.

    Attributes:
        address: what the caller's attempts are counted by: an IPv4 address, or a network of IPv6 ones.
        user_agent: what the caller says of itself.
    """

    address: str
    user_agent: str = ""

    @property
    def neighbourhood(self) -> str:
        """The address roughly: ``192.0.2.*`` or ``2001:db8:7:*``; empty where it is none."""
        try:
            network = ipaddress.ip_network(self.address)
        except ValueError:
            return ""
        if network.version == 4:  # noqa: PLR2004 - the protocol's name
            return ".".join(str(network.network_address).split(".")[:3]) + ".*"
        groups = network.network_address.exploded.split(":")[:3]
        return ":".join(f"{int(group, 16):x}" for group in groups) + ":*"

    @property
    def program(self) -> str:
        """What it was opened with: ``Firefox, Windows`` or ``R2 Renewal 1.0``; empty where nobody can tell."""
        ours = _PROGRAM.fullmatch(self.user_agent)
        if ours is not None:
            return f"{PROGRAM} {ours['version']}"
        return ", ".join(
            name for name in (_found(_BROWSERS, self.user_agent), _found(_SYSTEMS, self.user_agent)) if name
        )


def _found(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in names if sign in text), "")
