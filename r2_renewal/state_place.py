"""Where this user's local state lies where the host does not say: asked for at every silent start, so as light as can be."""

from __future__ import annotations

import os
import sys

NAME = "r2-renewal"


def default_state_dir() -> str:
    """Return the folder for local state of this user on this system.

    It is the folder that platformdirs finds, found without loading it: by the XDG specification, and on Windows the known folder
    LocalAppData, which a logon puts into ``LOCALAPPDATA``, also where it is redirected. A relative path is no place.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "").strip()
        return os.path.join(base, NAME) if os.path.isabs(base) else _asked_for()  # noqa: PTH117, PTH118
    if sys.platform == "darwin":
        return _asked_for()
    base = os.environ.get("XDG_STATE_HOME", "").strip()
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.local/state"), NAME)  # noqa: PTH111, PTH117, PTH118


def _asked_for() -> str:
    import platformdirs

    return platformdirs.user_state_dir(NAME, appauthor=False)
