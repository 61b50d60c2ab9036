"""Where this user's local state lies where the host does not say: asked for at every silent start, so as light as can be."""

from __future__ import annotations

import os
import sys

NAME = "r2-renewal"


def default_state_dir() -> str:
    """Return the folder for local state of this user on this system."""
    if sys.platform in ("win32", "darwin"):
        import platformdirs

        return platformdirs.user_state_dir(NAME, appauthor=False)
    # What platformdirs finds by the XDG specification (a relative path is no place), without loading it.
    base = os.environ.get("XDG_STATE_HOME", "").strip()
    return os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.local/state"), NAME)  # noqa: PTH111, PTH117, PTH118
