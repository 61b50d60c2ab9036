"""The order form's rules, branch by branch: none of them is there that no test of the form walks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RULES = {
    "draft.py",
    "order_contacts.py",
    "order_days.py",
    "order_flow.py",
    "order_form.py",
    "order_problems.py",
    "order_service.py",
    "text_changes.py",
}
WALKS = ("test_order_flow.py", "test_order_flow_of_several.py", "test_draft.py")


def run(*arguments: str) -> None:
    command = [sys.executable, "-m", "coverage", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_branch_of_the_order_form_is_walked(tmp_path: Path) -> None:
    data, report, program = (tmp_path / name for name in ("data", "report.json", "walk.py"))
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", *(f"tests/domain/{name}" for name in WALKS)]
    program.write_text(f"import sys, pytest\nsys.exit(pytest.main({options!r}))\n")
    rules = ",".join(f"{ROOT}/r2_renewal/domain/{name}" for name in ("order_*.py", "draft.py", "text_changes.py"))
    run("run", "--branch", f"--include={rules}", f"--data-file={data}", str(program))
    run("json", f"--data-file={data}", "-o", str(report))
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    walked = {Path(name).name: found["summary"] for name, found in files.items()}
    assert set(walked) >= RULES
    assert {name: found for name, found in walked.items() if found["missing_lines"] or found["missing_branches"]} == {}
