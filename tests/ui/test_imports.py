"""Every module of the windows can be the first one that is imported: no two need each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.startswith("r2_renewal")]:
        del sys.modules[known]
    importlib.import_module(name)
"""


def test_each_module_is_imported_alone(repository: Path) -> None:
    files = sorted((repository / "r2_renewal" / "ui").rglob("*.py"))
    names = [".".join(path.relative_to(repository).with_suffix("").parts) for path in files]
    ended = subprocess.run(
        [sys.executable, "-c", CODE, *names], cwd=repository, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
