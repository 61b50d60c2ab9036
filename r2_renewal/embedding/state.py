"""What a host may know of the module at any moment."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from r2_renewal.domain.clock import ClockState
    from r2_renewal.domain.errors import ErrorCode
    from r2_renewal.domain.licence import Verdict
    from r2_renewal.domain.reminder import Prompt, Silence


class Status(StrEnum):
    """Where the module stands."""

    WAITING = "waiting"
    SILENT = "silent"
    ABOUT_TO_ASK = "about_to_ask"
    PROMPTING = "prompting"
    DISABLED = "disabled"
    DETACHED = "detached"


class ModuleState(NamedTuple):
    """The module at one moment.

    Attributes:
        status: where it stands.
        verdict: the last judgement on the licence; None before the first check.
        decision: what the last check decided; None before it.
        clock: what the last check thought of the PC's clock; None before it.
        code: the failure that disabled a feature; None where there was none.
    """

    status: Status = Status.WAITING
    verdict: Verdict | None = None
    decision: Prompt | Silence | None = None
    clock: ClockState | None = None
    code: ErrorCode | None = None
