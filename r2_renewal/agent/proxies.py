"""Which proxy leads to the shop: the administrator's, else the system's; what the system leaves to a script is not guessed.

Rules: loopback is reached directly; a proxy script (PAC) is a program from the network and is not run here, so a computer that
has nothing else is told so instead of „offline".
"""

from __future__ import annotations

import os
import sys
from urllib.parse import SplitResult
from urllib.request import getproxies, proxy_bypass

from r2_renewal.domain.loopback import is_loopback

# The variable that browsers on Linux know; Windows keeps the script's address in the registry.
_SCRIPT_VARIABLE = "auto_proxy"
_SCRIPT_KEY, _SCRIPT_VALUE = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings", "AutoConfigURL"


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
