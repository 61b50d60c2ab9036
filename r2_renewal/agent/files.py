"""Files of the user's choice: written by the agent, since a disk or a share may hang; whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.atomic_file import replace_file


def write_whole(path: str, content: bytes) -> None:
    """Write a file of the user's choice, whole or not at all; whatever stood there stands until then.

    Raises:
        RenewalError: FILE_NOT_WRITABLE.
    """
    if not Path(path).is_absolute():
        raise RenewalError(ErrorCode.FILE_NOT_WRITABLE, "not an absolute path")
    try:
        replace_file(Path(os.path.realpath(path)), content)
    except (OSError, ValueError, RenewalError) as error:
        raise RenewalError(ErrorCode.FILE_NOT_WRITABLE, type(error).__name__) from error
