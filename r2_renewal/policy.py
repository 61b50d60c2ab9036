r"""What the administrator of this computer has decided, above the host, the vendor and the user.

It stands in the registry under ``HKEY_LOCAL_MACHINE\Software\Policies\R2 Renewal`` (64-bit view) on Windows, and in the file
``/etc/r2-renewal/policy.toml`` elsewhere: places that only an administrator can write, and that no environment variable moves.

Rules: a broken value is a logged line and counts as not given, but for two. ``OfflineOnly``: present and broken it counts as on,
as it does where the policy is there and cannot be read. ``CaFile``: broken it is handed on all the same, and the agent, which
cannot use it, refuses to connect with a code of its own. A mistake of the administrator's may close the way to the Internet,
never open it. No value is ever logged. Where there is no policy, reading it costs one look for it. The standard library only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

POLICY_FILE = "/etc/r2-renewal/policy.toml"
POLICY_KEY = r"Software\Policies\R2 Renewal"
LARGEST_BYTES = 64 * 1024

_REGISTRY_NAMES = {
    "reminders_enabled": "RemindersEnabled",
    "shop_url": "ShopUrl",
    "proxy": "Proxy",
    "ca_file": "CaFile",
    "offline_only": "OfflineOnly",
}
_CONTROLS = frozenset(map(chr, (*range(32), 127)))
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NAMES_OFFLINE = re.compile(rb"offline_only", re.IGNORECASE)


class Policy(NamedTuple):
    """The administrator's decisions; the default is none.

    Attributes:
        reminders_enabled: whether the module may ask by itself; None where it is not decided.
        shop_url: base URL of the shop, no trailing slash; empty where it is not decided.
        proxy: ``http://host:port`` that the agent uses before the system's; empty where it is not decided.
        ca_file: a file of authorities that the agent believes besides the system's, as given; empty where it is not decided.
        offline_only: whether the module must not connect to anything.
    """

    reminders_enabled: bool | None = None
    shop_url: str = ""
    proxy: str = ""
    ca_file: str = ""
    offline_only: bool = False

    @property
    def decided(self) -> tuple[str, ...]:
        """Names of the attributes that the administrator has decided, in their order."""
        given = {
            "reminders_enabled": self.reminders_enabled is not None,
            "shop_url": bool(self.shop_url),
            "proxy": bool(self.proxy),
            "ca_file": bool(self.ca_file),
            "offline_only": self.offline_only,
        }
        return tuple(name for name, is_given in given.items() if is_given)


NO_POLICY = Policy()
# Given in place of a value that names no file, so that the agent refuses it rather than go by the system's trust alone.
UNUSABLE_CA_FILE = "?"
UNREADABLE_POLICY = Policy(offline_only=True)


class Registry(Protocol):
    """The part of the standard library's ``winreg`` that reading a policy needs."""

    HKEY_LOCAL_MACHINE: int
    KEY_READ: int
    KEY_WOW64_64KEY: int

    def OpenKey(self, key: int, sub_key: str, reserved: int, access: int, /) -> AbstractContextManager[Any]:  # noqa: N802 - winreg's name
        """Open a key; FileNotFoundError where there is none."""

    def QueryValueEx(self, key: Any, name: str) -> tuple[Any, int]:  # noqa: N802 - winreg's name
        """Return a value and its type; FileNotFoundError where there is none."""


def read_policy() -> Policy:
    """Return the policy of this computer. Never raises."""
    if sys.platform == "win32":
        import winreg

        return policy_of_registry(winreg)
    else:  # noqa: RET505 - mypy judges each platform's branch on its own
        return policy_of_file(POLICY_FILE)


def policy_of_registry(registry: Registry) -> Policy:
    """Return the policy of a registry; a DWORD is 0 or 1, a text is REG_SZ. Never raises."""
    access = registry.KEY_READ | registry.KEY_WOW64_64KEY
    try:
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, POLICY_KEY, 0, access) as key:
            found = {ours: _value(registry, key, theirs) for ours, theirs in _REGISTRY_NAMES.items()}
    except FileNotFoundError:
        return NO_POLICY
    except OSError as error:
        return _unreadable(type(error).__name__)
    return _policy_of({name: value for name, value in found.items() if value is not None}, _switch_of_number)


def _value(registry: Registry, key: Any, name: str) -> object:
    try:
        return registry.QueryValueEx(key, name)[0]
    except FileNotFoundError:
        return None


def policy_of_file(path: str) -> Policy:
    """Return the policy of a TOML file, at most 64 KiB. Never raises.

    A file that is no TOML cannot tell what it meant: it counts as not given, unless it names ``offline_only`` anywhere.
    """
    from r2_renewal.licensing.files import read_regular_file

    try:
        content = read_regular_file(path, LARGEST_BYTES)
    except RenewalError as error:
        return NO_POLICY if error.code is ErrorCode.LICENCE_MISSING else _unreadable(error.detail)
    import tomllib

    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        _complain("the file is no TOML", type(error).__name__)
        return UNREADABLE_POLICY if _NAMES_OFFLINE.search(content) else NO_POLICY
    for name in sorted(document.keys() - _REGISTRY_NAMES.keys()):
        _complain("unknown name", name)
    return _policy_of(document, _switch_of_truth)


def _policy_of(values: Mapping[str, object], switch: Callable[[object], bool | None]) -> Policy:
    """Return the policy of the values that are present; ``switch`` returns None for what is neither on nor off."""
    reminders = switch(values.get("reminders_enabled"))
    offline = switch(values.get("offline_only"))
    shop_url, proxy = shop_address(values.get("shop_url")), proxy_address(values.get("proxy"))
    ca_file = _ca_file(values.get("ca_file"))
    read = {
        "reminders_enabled": reminders,
        "offline_only": offline,
        "shop_url": shop_url,
        "proxy": proxy,
        "ca_file": ca_file,
    }
    for name, value in read.items():
        if name in values and value is None:
            _complain("broken value", name)
    is_offline = "offline_only" in values if offline is None else offline
    unusable = UNUSABLE_CA_FILE if "ca_file" in values else ""
    return Policy(reminders, shop_url or "", proxy or "", ca_file or unusable, is_offline)


def _switch_of_number(value: object) -> bool | None:
    return {0: False, 1: True}.get(value) if type(value) is int else None


def _switch_of_truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def shop_address(value: object) -> str | None:
    """Return a shop's base URL without its trailing slash, HTTPS or loopback; None for anything else."""
    parts = _parts(value)
    if parts is None or parts.query or parts.fragment or parts.username is not None:
        return None
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return None
    return str(parts.geturl()).rstrip("/")


def proxy_address(value: object) -> str | None:
    """Return a proxy's URL; ``host:port`` alone, as Windows writes it, is one of HTTP. None for anything else."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    scheme, _, rest = (text if "://" in text else f"http://{text}").partition("://")
    # A password may stand there as it is, with any of the letters that end the host's name elsewhere.
    userinfo, at, place = rest.rpartition("@")
    parts = _parts(f"{scheme}://{place}")
    if parts is None or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query or parts.fragment:
        return None
    if any(letter in _CONTROLS for letter in userinfo):
        return None
    return f"{parts.scheme}://{userinfo}{at}{parts.netloc}"


def _ca_file(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _parts(value: object) -> Any:
    """Return the parts of a URL with a host and a usable port; None for anything else."""
    if not isinstance(value, str) or any(letter.isspace() or not letter.isprintable() for letter in value.strip()):
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value.strip())
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _unreadable(why: str) -> Policy:
    _complain("cannot be read", why)
    return UNREADABLE_POLICY


def _complain(what: str, detail: str) -> None:
    import logging

    logging.getLogger("r2_renewal").warning("administrator policy: %s (%.80s)", what, detail)
