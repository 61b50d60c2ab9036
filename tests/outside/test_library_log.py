"""What libraries complain of may quote a customer: in our own processes none of it reaches stderr, in a host's all stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from r2_renewal.agent.agent_log import Step
from r2_renewal.agent.protocol import Method, Nothing
from r2_renewal.library_log import FILE_NAME, UNLISTED
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts

__all__ = ["hosts", "shop", "vendor"]

SECRET = "Łucja 漢字 🐢 5262831503"
# The shop's own text font, set in the shop's own way, lacks the second and third word.
PDF = f"""
from fpdf import FPDF
from r2_renewal.reference_shop import pdf_document
from pathlib import Path
document = FPDF()
font = next((Path(pdf_document.__file__).parent / "fonts").glob("*.ttf"))
document.add_font("own", fname=str(font))
document.set_font("own", size=10)
document.add_page()
document.cell(text={SECRET!r})
document.output()
"""
COMPLAINTS = f"""
import logging, threading, warnings
logging.getLogger("urllib3.connectionpool").warning("Retrying after %s: /v1/orders", {SECRET!r})
logging.getLogger({SECRET!r}).error({SECRET!r})
logging.getLogger().error({SECRET!r}, exc_info=ValueError({SECRET!r}))
warnings.warn({SECRET!r}, UserWarning)
warnings.warn(type("W5262831503", (UserWarning,), {{}})({SECRET!r}))
logging.getLogger("urllib3").warning("%d", {SECRET!r})
def fail():
    raise ValueError({SECRET!r})
thread = threading.Thread(target=fail); thread.start(); thread.join()
class Late:
    def __del__(self):
        raise ValueError({SECRET!r})
Late()
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=90, check=True,
        env={**os.environ, "PYTHONWARNINGS": "always", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def is_silent_about_the_customer(text: str) -> bool:
    return not any(word in text for word in (*SECRET.split(), "u6f22", "U+6F22", "\\u0141"))


def lines_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / FILE_NAME).read_text(encoding="ascii").splitlines()]


def ended(folder: Path) -> str:
    names = "from pathlib import Path\nfrom r2_renewal.library_log import end_libraries_in, file_in\n"
    return f"{names}end_libraries_in(file_in(Path({str(folder)!r})))\n"


@pytest.mark.parametrize("program", [PDF, COMPLAINTS], ids=["pdf", "others"])
def test_without_us_they_would_name_the_customer(program: str) -> None:
    assert not is_silent_about_the_customer(run(program).stderr)


def test_letters_that_the_font_lacks_are_not_told(tmp_path: Path) -> None:
    assert run(ended(tmp_path) + PDF).stderr == ""
    assert {"library": "fpdf", "kind": "WARNING"}.items() <= lines_of(tmp_path)[0].items()
    assert is_silent_about_the_customer((tmp_path / FILE_NAME).read_text())
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_no_complaint_of_any_kind_reaches_stderr(tmp_path: Path) -> None:
    assert run("import urllib3\n" + ended(tmp_path) + COMPLAINTS).stderr == ""
    written = lines_of(tmp_path)
    assert is_silent_about_the_customer(json.dumps(written, ensure_ascii=False))
    kinds = {(line["library"], line["kind"]) for line in written}
    assert {("urllib3", "WARNING"), (UNLISTED, "ERROR"), (UNLISTED, "ValueError"), (UNLISTED, UNLISTED)} <= kinds
    assert len(kinds) == len(written)


def test_our_own_words_go_on_to_stderr(tmp_path: Path) -> None:
    told = run(ended(tmp_path) + "import logging\nlogging.getLogger('r2_renewal.shop').warning('mail 7 not delivered')")
    assert told.stderr == "mail 7 not delivered\n"


@pytest.mark.parametrize("place", ["missing", "file", "pipe"])
def test_without_a_place_for_it_nothing_is_written_and_nothing_fails(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "state"
    if place == "file":
        folder.write_text("")
    if place == "pipe":
        folder.mkdir()
        os.mkfifo(folder / FILE_NAME)
    assert run(ended(folder) + COMPLAINTS).stderr == ""


def test_the_command_line_and_the_shop_are_such_processes(tmp_path: Path) -> None:
    """The real command, with a library that complains in the middle of it."""
    program = f"""
import sys
from r2_renewal import cli
from r2_renewal.reference_shop import folder
real = folder.init
def init(place):
    real(place)
    exec({COMPLAINTS!r})
folder.init = init
sys.argv = ["r2-renewal", "shop", "init", "--state", {str(tmp_path / "shop")!r}]
sys.exit(cli.main())
"""
    assert run(program).stderr == ""
    assert any(line["library"] == UNLISTED for line in lines_of(tmp_path / "shop"))


def test_the_agent_is_such_a_process(hosts: Hosts) -> None:
    """The real agent's main, with a library that complains while it serves."""
    program = f"""
import runpy, threading
import urllib3
from r2_renewal.agent.service import Service
real = Service.call
def call(self, method, params):
    exec({COMPLAINTS!r}, {{}})
    return real(self, method, params)
Service.call = call
runpy.run_module("r2_renewal.agent", run_name="__main__")
"""
    agent = hosts.start(command=(sys.executable, "-c", program))
    agent.call(Method.HELLO, hosts.hello())
    agent.call(Method.ESHOP_LOAD, Nothing())
    agent.close()
    assert agent.errors == b""
    written = [json.loads(line) for line in hosts.log().splitlines()]
    assert any(line["what"] == Step.LIBRARY.value and line["outcome"] == "urllib3:WARNING" for line in written)
    assert is_silent_about_the_customer(hosts.log())


def test_a_hosts_own_log_and_warnings_are_not_touched(tmp_path: Path) -> None:
    program = f"""
import logging, os, sys, threading, warnings
ours = logging.getLogger("r2_renewal")
def traits():
    hooks = (warnings.showwarning, threading.excepthook, sys.unraisablehook)
    return (*hooks, list(logging.root.handlers), ours.propagate)
before = traits()
from PySide6.QtWidgets import QApplication, QMainWindow
import r2_renewal
app, window = QApplication([]), QMainWindow()
module = r2_renewal.attach(window, r2_renewal.Config({str(tmp_path / "no.lic")!r}, state_dir={str(tmp_path)!r}))
window.show(); module.check_now(); module.detach()
after = traits()
assert before == after
assert "r2_renewal.library_log" not in sys.modules
"""
    run(program)
