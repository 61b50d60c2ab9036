"""The host is left as it was: its settings, its memory, its descriptors and threads, however often the module comes and goes."""

from __future__ import annotations

import gc
import locale
import logging
import os
import sys
import threading
import warnings
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, Qt, QThread, QTimer, Signal
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from r2_renewal.embedding.module import RenewalModule
from r2_renewal.embedding.state import Status
from tests.driver import click, wait_until
from tests.embedding.hosts import END, Host, host, refreshed
from tests.embedding.licences import write_licence

__all__ = ["host"]

ROUNDS = 500
WARM_UP = 50
ATTRIBUTES = (
    Qt.ApplicationAttribute.AA_DontShowIconsInMenus,
    Qt.ApplicationAttribute.AA_DontUseNativeMenuBar,
    Qt.ApplicationAttribute.AA_ShareOpenGLContexts,
    Qt.ApplicationAttribute.AA_SynthesizeTouchForUnhandledMouseEvents,
)


def host_traits() -> dict[str, object]:
    """Return everything global that a guest could have changed."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return {
        "style sheet": application.styleSheet(),
        "palette": application.palette().cacheKey(),
        "font": application.font().toString(),
        "style": application.style().objectName(),
        "cursor": application.overrideCursor(),
        "layout direction": application.layoutDirection(),
        "word": application.translate("QPlatformTheme", "Cancel"),
        "names": (application.applicationName(), application.organizationName(), application.desktopFileName()),
        "attributes": [application.testAttribute(name) for name in ATTRIBUTES],
        "quits": application.quitOnLastWindowClosed(),
        "proxy": QNetworkProxy.applicationProxy().type(),
        "system proxy": QNetworkProxyFactory.usesSystemConfiguration(),
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook, threading.excepthook),
        "locale": (locale.setlocale(locale.LC_ALL), QLocale().name()),
        "gc": (gc.isenabled(), gc.get_threshold(), len(gc.callbacks), gc.get_freeze_count()),
        "environment": dict(os.environ),
        "cwd": Path.cwd(),
        "umask": _umask(),
        "path": (list(sys.path), list(sys.meta_path), list(sys.path_hooks)),
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "filters": list(warnings.filters),
        "logging": (logging.root.level, list(logging.root.handlers), logging.getLogger("r2_renewal").handlers),
        "tracing": (sys.gettrace(), sys.getprofile()),
        "threads": threading.active_count(),
        "GUI thread": QThread.currentThread() is application.thread(),
    }


def _umask() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


def test_the_host_is_left_as_it_was_through_question_and_eshop(host: Host) -> None:
    os.environ.setdefault("http_proxy", "http://proxy.example:3128")
    before = host_traits()
    module = host.start({"licence.refresh": [refreshed()]})
    wait_until(lambda: module.state.status is Status.PROMPTING, what="question")
    assert host_traits() == before
    click(host.window, "Zamów abonament")
    wait_until(
        lambda: module._reminding._windows is not None and module._reminding._windows._eshop is not None, what="eSklep"
    )
    QTest.qWait(300)
    assert host_traits() == before
    module.detach()
    QTest.qWait(50)
    assert host_traits() == before
    del os.environ["http_proxy"]


def settle() -> None:
    """Let everything that waits for its deletion be deleted."""
    QTest.qWait(5)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def census(host: Host) -> dict[str, int]:
    """Count what a guest could have left behind."""
    application = QCoreApplication.instance()
    assert application is not None
    objects = host.window.findChildren(QObject) + application.findChildren(QObject)
    return {
        "children": len(objects),
        "timers": sum(isinstance(one, QTimer) for one in objects),
        "windows": len(QApplication.topLevelWidgets()),
        "modules": sum(isinstance(one, RenewalModule) for one in gc.get_objects()),
        "qobjects": sum(isinstance(one, QObject) for one in gc.get_objects()),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0,
        "threads": len(list(Path("/proc/self/task").iterdir())) if Path("/proc/self/task").exists() else 0,
    }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return what there is more of: another test's remains may well go away meanwhile, but nothing may be added."""
    return {name: count - before[name] for name, count in after.items() if count > before[name]}


def resident_kib() -> int:
    """Return the process's resident memory; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def visit(host: Host, which: int) -> None:
    """Come and go: before any check, after a silent one, or with the question about to be asked."""
    module = host.attach()
    host._modules.clear()
    if which % 2:
        module.check_now()
    if which % 5 == 0:
        QTest.qWait(1)
    module.detach()


def test_five_hundred_visits_leave_nothing_behind(host: Host) -> None:
    write_licence(host.licence, END.replace(year=2028))
    for which in range(WARM_UP):
        visit(host, which)
    settle()
    before, memory = census(host), resident_kib()
    for which in range(ROUNDS):
        visit(host, which)
    settle()
    assert not grown(before, census(host))
    assert resident_kib() - memory < 4 * 1024


def test_visits_inside_the_window_leave_nothing_behind_either(host: Host) -> None:
    """With the wait for a free moment, its event filter and its agent begun each time."""

    def come_and_go() -> None:
        module = host.attach(agent_command=("/nonexistent/agent",))
        host._modules.clear()
        module.check_now()
        QTest.qWait(2)
        module.detach()

    for _ in range(5):
        come_and_go()
    settle()
    before = census(host)
    for _ in range(40):
        come_and_go()
    settle()
    assert not grown(before, census(host))


class Speaker(QObject):
    said = Signal(bool)


def test_five_thousand_emits_do_not_abort_the_host(host: Host) -> None:
    """PySide6 6.12.0 loses a reference to True at each and aborts CPython up to 3.11 after some hundreds."""
    speaker, heard = Speaker(), []
    speaker.said.connect(heard.append)
    for _ in range(5_000):
        speaker.said.emit(True)
    assert len(heard) == 5_000
