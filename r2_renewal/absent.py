"""The handle that a host gets where the module itself cannot be loaded: the same surface, doing nothing.

Rule: the standard library only, and nothing of ours, since anything of ours may be what is broken or missing.
"""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

LOG = logging.getLogger("r2_renewal")
# Of ``domain.errors.ErrorCode.INTERNAL`` and ``embedding.state.Status.DISABLED``, which may not be there to be asked.
INTERNAL: Final = "R2-S99"
DISABLED: Final = "disabled"


class AbsentState(NamedTuple):
    """The state of a module that could not be loaded; compares with ``Status`` and ``ErrorCode`` by value.

    Attributes:
        status: always ``"disabled"``.
        verdict: always None: nothing was judged.
        decision: always None.
        code: always the code of an inner failure.
        cause: name of the exception's type.
    """

    status: str = DISABLED
    verdict: None = None
    decision: None = None
    code: str = INTERNAL
    cause: str = ""


class AbsentSetting:
    """Stands where ``Config`` and ``TrustedKey`` would: takes anything and means nothing."""

    def __init__(self, *values: object, **options: object) -> None:
        """Take whatever the host says."""


class AbsentModule:
    """Stands where ``RenewalModule`` would, and lets the host live.

    Attributes:
        state: disabled, for ever.
    """

    def __init__(self, error: BaseException) -> None:
        self.state = AbsentState(cause=type(error).__name__)
        LOG.error("renewal module: %s, it cannot be loaded (%s)", INTERNAL, self.state.cause)

    def open_eshop(self) -> None:
        """Do nothing: there is no eSklep."""

    def check_now(self) -> None:
        """Do nothing: nothing can be judged."""

    def detach(self) -> None:
        """Do nothing: nothing was attached."""
