"""Which proxy leads to the shop: the administrator's, else the system's; what the system leaves to a script is not guessed.

Rules: loopback is reached directly; user and password of a proxy are sent as UTF-8 (RFC 7617), as they stand or percent-encoded;
a proxy script (PAC) is a program from the network and is not run here, so a computer that has nothing else is told so instead of
„offline".
"""

from __future__ import annotations

import base64
import os
import sys
from typing import NamedTuple
from urllib.parse import SplitResult, unquote_to_bytes
from urllib.request import getproxies, proxy_bypass

from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.protocol import Delivery
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.loopback import is_loopback
from r2_renewal.policy import proxy_address

# The variable that browsers on Linux know; Windows keeps the script's address in the registry.
_SCRIPT_VARIABLE = "auto_proxy"
_SCRIPT_KEY, _SCRIPT_VALUE = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings", "AutoConfigURL"


class Proxy(NamedTuple):
    """A proxy to go by.

    Attributes:
        url: its address, without user and password.
        authorization: value of ``Proxy-Authorization``; empty for none.
    """

    url: str
    authorization: str = ""


def proxy_of(setting: str) -> Proxy:
    """Return the proxy that a setting names.

    Raises:
        ShopError: PROXY_SETTING, where it is no address of an HTTP proxy.
    """
    address = proxy_address(setting)
    if address is None:
        raise ShopError(ErrorCode.PROXY_SETTING, "no address of an HTTP proxy", Delivery.NOT_SENT)
    scheme, _, rest = address.partition("://")
    userinfo, _, place = rest.rpartition("@")
    return Proxy(_connectable(f"{scheme}://{place}"), _basic(userinfo) if userinfo else "")


def _basic(userinfo: str) -> str:
    """Return the credentials of RFC 7617, 2: what a percent-encoding or the environment holds that is no UTF-8 goes as it is."""
    user, _, password = userinfo.partition(":")
    raw = (unquote_to_bytes(part.encode("utf-8", errors="surrogateescape")) for part in (user, password))
    return f"Basic {base64.b64encode(b':'.join(raw)).decode('ascii')}"


def _connectable(url: str) -> str:
    """Return the address where its host's name can be looked up at all.

    Raises:
        ShopError: PROXY_SETTING.
    """
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    try:
        (parse_url(url).host or "").strip("[]").encode("idna")
    except (LocationParseError, UnicodeError) as error:
        raise ShopError(ErrorCode.PROXY_SETTING, type(error).__name__, Delivery.NOT_SENT) from error
    return url


def proxies_for(url: SplitResult, given: str) -> dict[str, str]:
    """Return the given proxy for the shop, or the system's; none for loopback and for hosts that the system excepts.

    Called under the deadline: on Windows the exceptions may be looked up in DNS.
    """
    host = url.hostname or ""
    if is_loopback(host):
        return {}
    if given:
        return {url.scheme: given}
    if proxy_bypass(host):
        return {}
    system = getproxies()
    proxy = system.get(url.scheme) or system.get("all")
    return {url.scheme: proxy} if proxy else {}


def is_left_to_a_script(url: SplitResult, given: str) -> bool:
    """Whether the system knows no proxy for the shop but a script that would choose one."""
    host = url.hostname or ""
    return not is_loopback(host) and not given and not proxies_for(url, "") and bool(_script())


def _script() -> str:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _SCRIPT_KEY) as key:
                return str(winreg.QueryValueEx(key, _SCRIPT_VALUE)[0])
        except OSError:
            return ""
    return os.environ.get(_SCRIPT_VARIABLE, "")
