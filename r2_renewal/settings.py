"""Settings in layers: administrator policy > arguments of the host > vendor file > defaults.

Everything that differs between vendors (seller, addresses, URLs, trusted keys) is configuration; nothing of the kind
stands in code. The standard library only: a silent start reads this and nothing more.
"""

from __future__ import annotations

import os
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from r2_renewal.config import without_key
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.reminder import VENDOR_POLICY
from r2_renewal.interpreter import interpreter
from r2_renewal.licensing.keys import parse_trusted_keys, read_trusted_keys
from r2_renewal.licensing.trusted_key import TrustedKey  # the shop's framework reads the types of what it hands on
from r2_renewal.policy import Policy, read_policy
from r2_renewal.state_place import default_state_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from r2_renewal.clock import Clock
    from r2_renewal.config import Config, Presentation
    from r2_renewal.domain.reminder import ReminderPolicy

UNATTENDED = "R2_RENEWAL_UNATTENDED"


class Vendor(NamedTuple):
    """The vendor file ``resources/vendor.toml``: who sells, and where customers turn.

    Attributes:
        product_code: the product whose licence is judged by default.
        product_name: its name for people where no licence tells it.
        shop_url: base of the shop's API; empty where the host must give it.
        panel_url: the customer's web panel.
        ebok_url: where wrong company data is reported.
        contact_form_url: the same, without an account.
        community_url: questions to other users.
        help_url: help on eSklep; empty where there is none.
        contact_email: where statements may be sent.
        administrator: administrator of personal data (RODO 13).
        data_protection_officer: its officer's contact.
        privacy_url: the full privacy information.
        link_hosts: hosts that may be opened in a browser, https only.
        trusted_keys: keys that may sign licences.
    """

    product_code: str
    product_name: str
    shop_url: str
    panel_url: str
    ebok_url: str
    contact_form_url: str
    community_url: str
    help_url: str
    contact_email: str
    administrator: str
    data_protection_officer: str
    privacy_url: str
    link_hosts: tuple[str, ...]
    trusted_keys: tuple[TrustedKey, ...]


class Settings(NamedTuple):
    """The settled settings of one embedding: every layer applied.

    Attributes:
        licence_path: the licence file.
        licence_places: where a licence may lie: the host's own path, the machine-wide folder, this user's folder. The best one
            is gone by, wherever it lies; a renewed one goes to the first that can be written.
        shop_url: base URL of the shop, no trailing slash.
        trusted_keys: keys that may sign licences.
        product_code: the product to judge.
        state_dir: folder of local state.
        agent_command: argument vector of the helper process.
        is_busy: the host's answer to "may we interrupt?".
        today: the calendar date in Warsaw.
        clock: the present moment, aware.
        presentation: dialog or bar.
        reminder_policy: when to ask.
        unattended: whether nobody sits there: never a window.
        policy: what the administrator has decided.
        reminders_enabled: whether the module may ask by itself.
        offline_only: whether the agent must not connect to anything.
        proxy: the proxy that the agent uses before the system's; empty for none of our own.
        ca_file: a file of authorities that the agent believes besides the system's; empty for none.
        vendor: the vendor file.
        usage: how much of each limit the host's program uses; None where the host does not tell.
        licence_key: decrypts an encrypted licence file; empty for none.
    """

    licence_path: Path
    licence_places: tuple[Path, ...]
    shop_url: str
    trusted_keys: tuple[TrustedKey, ...]
    product_code: str
    state_dir: Path
    agent_command: tuple[str, ...]
    is_busy: Callable[[], bool]
    today: Callable[[], date]
    presentation: Presentation
    reminder_policy: ReminderPolicy
    unattended: bool
    policy: Policy
    reminders_enabled: bool
    offline_only: bool
    proxy: str
    ca_file: str
    vendor: Vendor
    usage: Callable[[], Mapping[str, int]] | None
    clock: Clock
    licence_key: str = ""

    def __repr__(self) -> str:
        """Return every value but the licence key."""
        return without_key(self)


@cache
def vendor() -> Vendor:
    """Return the vendor file of this installation.

    Raises:
        RenewalError: CONFIGURATION, where it is missing or incomplete.
    """
    import tomllib

    from r2_renewal.resources import resource

    try:
        document = tomllib.loads(resource("vendor.toml").read_text(encoding="utf-8"))
        return _vendor_of(document)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RenewalError(ErrorCode.CONFIGURATION, f"vendor.toml: {type(error).__name__} {error}") from error


def _vendor_of(document: Mapping[str, Any]) -> Vendor:
    keys = document.get("trusted_keys", [])
    return Vendor(
        product_code=document["product"]["code"],
        product_name=document["product"]["name"],
        shop_url=document["shop"]["url"],
        panel_url=document["links"]["panel"],
        ebok_url=document["links"]["ebok"],
        contact_form_url=document["links"]["contact_form"],
        community_url=document["links"]["community"],
        help_url=document["links"].get("help", ""),
        contact_email=document["seller"]["contact_email"],
        administrator=document["seller"]["administrator"],
        data_protection_officer=document["seller"]["data_protection_officer"],
        privacy_url=document["links"]["privacy"],
        link_hosts=tuple(document["links"]["allowed_hosts"]),
        trusted_keys=parse_trusted_keys({"keys": keys}) if keys else (),
    )


def default_machine_dir() -> Path:
    """Return the folder in which an administrator may lay a licence for every user of this computer."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "R2 Renewal")
    return Path("/var/lib/r2-renewal")


def default_agent_command() -> tuple[str, ...]:
    """Return how to start the helper process with this interpreter, isolated from the user's environment."""
    return (interpreter(), "-I", "-m", "r2_renewal.agent")


def _keys(given: Sequence[TrustedKey] | Path | str) -> tuple[TrustedKey, ...]:
    if isinstance(given, str | Path):
        return read_trusted_keys(Path(given)) if str(given) else ()
    return tuple(given)


def _is_unattended() -> bool:
    """Return whether the environment says that nobody sits there."""
    return os.environ.get(UNATTENDED, "").strip() not in ("", "0")


def settle(config: Config, policy: Policy | None = None) -> Settings:
    """Apply the layers to what the host gave.

    Args:
        config: what the host gave.
        policy: the administrator's decisions; None reads those of this computer.

    Raises:
        RenewalError: CONFIGURATION, where the vendor file is missing or broken; TRUSTED_KEYS, where the file of keys is.
    """
    from r2_renewal.clock import pc_clock, today_in_warsaw

    seller, clock = vendor(), config.clock or pc_clock
    ruled = read_policy() if policy is None else policy
    licence_path = Path(config.licence_path)
    state_dir = Path(config.state_dir or default_state_dir())
    machine_dir = Path(config.machine_dir) if config.machine_dir else default_machine_dir()
    folders = (licence_path.parent, machine_dir, state_dir / "licence")
    return Settings(
        licence_path=licence_path,
        licence_places=tuple(dict.fromkeys(folder / licence_path.name for folder in folders)),
        shop_url=(ruled.shop_url or config.shop_url or seller.shop_url).rstrip("/"),
        trusted_keys=_keys(config.trusted_keys) or seller.trusted_keys,
        product_code=config.product_code or seller.product_code,
        state_dir=state_dir,
        agent_command=config.agent_command or default_agent_command(),
        is_busy=config.is_busy,
        today=config.today or partial(today_in_warsaw, clock),
        presentation=config.presentation,
        reminder_policy=config.reminder_policy or VENDOR_POLICY,
        unattended=config.unattended or _is_unattended(),
        policy=ruled,
        reminders_enabled=ruled.reminders_enabled is not False,
        offline_only=ruled.offline_only,
        proxy=ruled.proxy,
        ca_file=ruled.ca_file,
        vendor=seller,
        usage=config.usage,
        clock=clock,
        licence_key=config.licence_key.strip(),
    )
