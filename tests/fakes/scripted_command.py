"""How a scripted agent is started."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = (
    f"import sys; sys.path.insert(0, {json.dumps(str(ROOT))}); "
    "from tests.fakes.scripted_agent import main; main(*sys.argv[1:])"
)


def scripted_command(script: Mapping[str, list[dict[str, Any]]], path: Path, log: Path) -> tuple[str, ...]:
    """Write a script down and return the command of an agent that answers by it.

    Args:
        script: steps by method; a method may be written with two underscores for its dot.
        path: where the script is written.
        log: where the agent writes down what it is asked.
    """
    path.write_bytes(msgspec.json.encode({name.replace("__", "."): steps for name, steps in script.items()}))
    return (sys.executable, "-c", RUN, str(path), str(log))
