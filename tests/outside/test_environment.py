"""The host's environment: whatever a launcher set for itself, the agent lives, and gets nothing that is not on the list."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from r2_renewal import child_environment as listed
from r2_renewal.agent.protocol import Method, Nothing
from r2_renewal.agent.vault import own_command
from r2_renewal.child_environment import child_environment, is_allowed
from r2_renewal.interpreter import interpreter
from r2_renewal.settings import default_agent_command
from r2_renewal.ui.agent_link import AgentLink, AgentProcess
from tests.agent.conftest import hosts, shop, vendor
from tests.agent.conversation import Hosts
from tests.driver import wait_until
from tests.faults.test_kills import HOST
from tests.real_shop import RealShop
from tests.reference_shop.conftest import TODAY

__all__ = ["hosts", "shop", "vendor"]

NONSENSE = "/nonsense/żółw"
# What CPython 3.11 to 3.14 read (``python --help-env``, „Environment variables" of its manual), and what launchers add.
_PYTHONS = """
    PYTHONASYNCIODEBUG PYTHONBREAKPOINT PYTHONCASEOK PYTHONCOERCECLOCALE PYTHONDEBUG PYTHONDEVMODE
    PYTHONDONTWRITEBYTECODE PYTHONDUMPREFS PYTHONEXECUTABLE PYTHONFAULTHANDLER PYTHONHASHSEED PYTHONHOME
    PYTHONINSPECT PYTHONINTMAXSTRDIGITS PYTHONIOENCODING PYTHONLEGACYWINDOWSFSENCODING
    PYTHONLEGACYWINDOWSSTDIO PYTHONMALLOC PYTHONMALLOCSTATS PYTHONNODEBUGRANGES PYTHONNOUSERSITE
    PYTHONOPTIMIZE PYTHONPATH PYTHONPERFSUPPORT PYTHONPLATLIBDIR PYTHONPROFILEIMPORTTIME PYTHONPYCACHEPREFIX
    PYTHONSAFEPATH PYTHONSTARTUP PYTHONTRACEMALLOC PYTHONTZPATH PYTHONUNBUFFERED PYTHONUSERBASE PYTHONUTF8
    PYTHONVERBOSE PYTHONWARNDEFAULTENCODING PYTHONWARNINGS PYTHON_BASIC_REPL PYTHON_COLORS PYTHON_CPU_COUNT
    PYTHON_FROZEN_MODULES PYTHON_GIL PYTHON_HISTORY PYTHON_JIT PYTHON_KEYRING_BACKEND PYTHON_PERF_JIT_SUPPORT
    PYTHON_PRESITE PYTHON_CONTEXT_AWARE_WARNINGS PYTHON_THREAD_INHERIT_CONTEXT PYTHONOLD __PYVENV_LAUNCHER__
    VIRTUAL_ENV CONDA_PREFIX
"""
_LOADERS = """
    LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSLKEYLOGFILE
    SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE _MEIPASS2 _PYI_ARCHIVE_FILE
    _PYI_APPLICATION_HOME_DIR _PYI_PARENT_PROCESS_LEVEL QT_PLUGIN_PATH QGIS_PREFIX_PATH GCONV_PATH
    GLIBC_TUNABLES MALLOC_CHECK_ KEYRING_PROPERTY_X NODE_OPTIONS PERL5LIB NETRC
"""
PYTHONS, LOADERS = tuple(_PYTHONS.split()), tuple(_LOADERS.split())


@pytest.fixture
def link(qtbot: QtBot, hosts: Hosts) -> Iterator[AgentLink]:
    """A link whose agent has not started yet."""
    made = AgentLink(default_agent_command(), hosts.hello())
    yield made
    made.close()
    wait_until(lambda: not QCoreApplication.instance().findChildren(AgentProcess), what="end of the agent")


def loads(link: AgentLink) -> None:
    """Let the agent fetch eSklep."""
    answers: list[object] = []
    call = link.call(Method.ESHOP_LOAD, Nothing(), link)
    call.finished.connect(answers.append)
    call.failed.connect(answers.append)
    wait_until(lambda: bool(answers), 30, what="answer of the agent")
    assert hasattr(answers[0], "storefront"), answers


def environment_of(link: AgentLink) -> dict[str, str]:
    """Return what the running agent was given."""
    proc = Path(f"/proc/{link._process.processId()}/environ")
    if not proc.exists():
        pytest.skip("the environment of a process is looked up in /proc")
    pairs = (os.fsdecode(entry).partition("=") for entry in proc.read_bytes().split(b"\0") if entry)
    return {name: value for name, _, value in pairs}


def test_the_agent_lives_whatever_python_is_told_by_the_environment(
    link: AgentLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*PYTHONS, *LOADERS):
        monkeypatch.setenv(name, NONSENSE)
    loads(link)
    given = environment_of(link)
    assert not set(given) & {*PYTHONS, *LOADERS}
    assert all(is_allowed(name) or name in listed.LIBRARY_PATHS for name in given)


@pytest.mark.parametrize("name", [name for name in PYTHONS if name.startswith(("PYTHON", "__"))])
def test_no_python_variable_passes(name: str) -> None:
    assert not is_allowed(name)
    assert not is_allowed(name.lower())


@pytest.mark.parametrize("name", ["PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__"])
def test_a_host_that_a_launcher_started_orders_all_the_same(tmp_path: Path, name: str) -> None:
    """The whole way, by widgets: host, agent and shop are processes; ``sys.executable`` of the host is nonsense."""
    with closing(RealShop(tmp_path / "shop", "--auto-fulfil", "0")) as shop:
        computer = shop.computer(tmp_path / "pc")
        specification = {
            "licence": str(computer.licence),
            "trusted_keys": {"keys": [{"id": key.id, "ed25519": key.ed25519} for key in computer.keys]},
            "shop_url": shop.url,
            "state": str(computer.state_dir),
            "today": TODAY.isoformat(),
        }
        environment = {
            **os.environ,
            name: NONSENSE,
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PYTHONUSERBASE": NONSENSE,
        }
        done = subprocess.run(
            [sys.executable, str(HOST), "order", json.dumps(specification)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        assert done.stdout.endswith("done\n"), (done.stdout, done.stderr)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_a_virtual_environment_of_windows_or_macos_is_started_as_they_start_it(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """There ``__PYVENV_LAUNCHER__`` is the ordinary way to a virtual environment's Python, and names a file that is right."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("__PYVENV_LAUNCHER__", sys.executable)
    assert interpreter() == sys.executable
    monkeypatch.setattr(sys, "executable", NONSENSE)
    assert interpreter() == sys._base_executable
    monkeypatch.undo()
    assert interpreter() == sys.executable


@pytest.mark.skipif(sys.platform != "linux", reason="the file that runs is told by /proc")
@pytest.mark.parametrize("name", ["PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__"])
@pytest.mark.parametrize("value", ["/usr/bin/env", "/bin/sh", "", "python3"])
def test_another_program_in_the_interpreters_place_is_seen_through(name: str, value: str) -> None:
    """QGIS names its own program, which exists and is no Python."""
    told = subprocess.run(
        [sys.executable, "-c", "from r2_renewal.interpreter import interpreter; print(interpreter())"],
        env={
            **os.environ,
            name: value,
            "PYTHONPATH": os.pathsep.join((str(HOST.parents[2]), sysconfig.get_path("purelib"))),
        },
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.stdout.strip() == sys.executable


def test_what_the_agent_needs_passes() -> None:
    needed = """
        SystemRoot windir Path TEMP TMP USERPROFILE APPDATA LOCALAPPDATA ProgramData ProgramFiles(x86) HOME LANG LC_ALL LC_CTYPE
        TZ XDG_STATE_HOME XDG_RUNTIME_DIR XDG_CURRENT_DESKTOP DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY XAUTHORITY
        http_proxy HTTPS_PROXY no_proxy ALL_PROXY auto_proxy
    """
    assert all(map(is_allowed, needed.split()))


def test_values_that_are_no_utf8_pass_as_they_are(link: AgentLink) -> None:
    os.environb[b"XDG_ODD"] = b"ha\xb3as"
    try:
        loads(link)
        assert os.fsencode(environment_of(link)["XDG_ODD"]) == b"ha\xb3as"
    finally:
        del os.environb[b"XDG_ODD"]


# Libraries of a frozen host


def test_a_frozen_hosts_libraries_are_not_the_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/host/_internal")
    bundle = "/opt/r2-renewal/agent"
    # Unfrozen: the very interpreter may need it in order to start at all, another program must not get it.
    assert child_environment(sys.executable)["LD_LIBRARY_PATH"] == "/opt/host/_internal"
    assert "LD_LIBRARY_PATH" not in child_environment(bundle)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "LD_LIBRARY_PATH" not in child_environment(sys.executable)
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/usr/local/lib")
    assert child_environment(bundle)["LD_LIBRARY_PATH"] == "/usr/local/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in child_environment(bundle)
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "")
    assert "LD_LIBRARY_PATH" not in child_environment(bundle)


def test_the_vaults_process_gets_no_more_than_the_agent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PYTHONS, *LOADERS):
        monkeypatch.setenv(name, NONSENSE)
    assert not set(child_environment(own_command()[0])) & {*PYTHONS, *LOADERS}
