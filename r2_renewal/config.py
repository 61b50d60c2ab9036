"""What a host tells the module: the one record that it builds before its first paint.

Rule: this costs the host next to nothing: no file is read and nothing is judged here; ``r2_renewal.settings`` does both, later.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from r2_renewal.licensing.trusted_key import TrustedKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from r2_renewal.clock import Clock
    from r2_renewal.domain.reminder import ReminderPolicy
    from r2_renewal.embedding.driver import UserDriver

__all__ = ["Config", "Presentation", "TrustedKey"]


class Presentation(StrEnum):
    """How the module's own windows ask: a dialog beside the host's window, or a bar inside it."""

    DIALOG = "dialog"
    BANNER = "banner"


def never_busy() -> bool:
    """Return False: a host that does not say when it is busy may be spoken to."""
    return False


def without_key(record: NamedTuple) -> str:
    """Return the representation of a record, with three dots for its licence key."""
    shown = record._replace(licence_key="…") if getattr(record, "licence_key", "") else record
    values = (f"{name}={value!r}" for name, value in zip(shown._fields, shown, strict=True))
    return f"{type(record).__name__}({', '.join(values)})"


class Config(NamedTuple):
    """What a host tells the module; given by name, since more may come.

    Attributes:
        licence_path: the licence file that the host reads.
        shop_url: base URL of the shop; empty takes the vendor file's.
        trusted_keys: keys that may sign licences, or the path of a JSON file of them; empty takes the vendor file's.
        product_code: the product to judge; empty takes the vendor file's.
        state_dir: folder of local state; None takes the system's place for it.
        machine_dir: folder in which a licence for every user of the computer may lie; None takes the system's place for it.
        agent_command: how the helper process is started; empty takes this interpreter.
        is_busy: asked before the module shows anything by itself.
        usage: how much of each limit the host's program uses, e.g. ``{"employees": 37}``, for eSklep to show; None does not tell.
        today: the calendar date to judge by; None reads the clock in Europe/Warsaw.
        clock: the present moment, aware; None reads the computer's clock.
        presentation: dialog or bar.
        reminder_policy: when to ask; None is the vendor's.
        driver: whoever speaks to the user instead of the module's own windows; None for those.
        licence_key: decrypts an ``aes-256-gcm+ed25519`` file; it goes to the helper process over its pipe and to the shop with
            the file, and is neither stored nor logged nor shown. Empty for files that are not encrypted.
        unattended: whether nobody sits there: never a window. The environment's ``R2_RENEWAL_UNATTENDED=1`` says the same.
    """

    licence_path: Path | str
    shop_url: str = ""
    trusted_keys: Sequence[TrustedKey] | Path | str = ()
    product_code: str = ""
    state_dir: Path | str | None = None
    machine_dir: Path | str | None = None
    agent_command: tuple[str, ...] = ()
    is_busy: Callable[[], bool] = never_busy
    today: Callable[[], date] | None = None
    presentation: Presentation = Presentation.DIALOG
    reminder_policy: ReminderPolicy | None = None
    driver: UserDriver | None = None
    unattended: bool = False
    usage: Callable[[], Mapping[str, int]] | None = None
    clock: Clock | None = None
    licence_key: str = ""

    def __repr__(self) -> str:
        """Return every value but the licence key, which no log of a host's may hold."""
        return without_key(self)
