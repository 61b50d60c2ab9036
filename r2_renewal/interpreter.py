"""The file of the Python that runs this: ``sys.executable`` may be told otherwise by whoever started the process.

Why: ``PYTHONEXECUTABLE`` and ``__PYVENV_LAUNCHER__`` take the place of ``sys.executable``, even with ``-I``, and Python removes
the second one from the environment, so that nobody sees afterwards where the name came from. ``sys._base_executable`` is then
the file that runs; in an ordinary virtual environment it is the Python below it, which does not know our package.
"""

from __future__ import annotations

import os
import sys

_RUNNING = "/proc/self/exe"


def interpreter() -> str:
    """Return the path by which this very Python can be started again."""
    named = sys.executable or ""
    base: str = getattr(sys, "_base_executable", None) or ""
    return base if base and _is_misnamed(named, base) else named


def _is_misnamed(named: str, base: str) -> bool:
    if sys.platform == "linux" and os.path.exists(_RUNNING):  # noqa: PTH110
        running = os.path.realpath(_RUNNING)
        return os.path.realpath(named) != running and os.path.realpath(base) == running
    # Windows and macOS start a virtual environment's Python through __PYVENV_LAUNCHER__ themselves: what exists is right.
    return not os.path.isfile(named) or named == os.environ.get("PYTHONEXECUTABLE")  # noqa: PTH113
