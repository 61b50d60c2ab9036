"""What of the host's environment the processes that we start get: what is on a list, and nothing else.

Why: a host is started by launchers that set variables for itself (``PYTHONEXECUTABLE``, ``__PYVENV_LAUNCHER__``, which even
``python -I`` obeys; a frozen program's library paths and its loader's own marks), and some variables would weaken the agent:
``LD_PRELOAD`` loads foreign code, ``SSL_CERT_FILE`` decides whom OpenSSL trusts, ``SSLKEYLOGFILE`` writes session keys down.

Rules: systems, folders, locale, time zone, display, D-Bus and proxies pass; names are compared without regard to case, as Windows
does; a search path for libraries passes only to the interpreter that runs already, which may not start without it. The standard
library only.
"""

from __future__ import annotations

import os
import sys

from r2_renewal.interpreter import interpreter

# Windows: libraries start, folders and the user's vault are found (CreateProcess fails in odd ways without SYSTEMROOT).
_WINDOWS = """
    SYSTEMROOT WINDIR SYSTEMDRIVE COMSPEC PATH PATHEXT TEMP TMP USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA
    ALLUSERSPROFILE PUBLIC PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 COMMONPROGRAMFILES COMMONPROGRAMFILES(X86)
    COMMONPROGRAMW6432 USERNAME USERDOMAIN USERDNSDOMAIN USERDOMAIN_ROAMINGPROFILE LOGONSERVER COMPUTERNAME SESSIONNAME OS
    NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE PROCESSOR_ARCHITEW6432 PROCESSOR_IDENTIFIER
"""
# Elsewhere: home, locale and zone; display, D-Bus and desktop for the prompts of a keyring.
_POSIX = """
    HOME USER LOGNAME SHELL PATH TMPDIR LANG LANGUAGE TZ TZDIR DISPLAY WAYLAND_DISPLAY XAUTHORITY ICEAUTHORITY DESKTOP_SESSION
    DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS GNOME_KEYRING_CONTROL GNOME_KEYRING_PID KDE_FULL_SESSION
    KDE_SESSION_VERSION KDE_SESSION_UID __CF_USER_TEXT_ENCODING
"""
_PROXIES = "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY AUTO_PROXY"
ALLOWED = frozenset(f"{_WINDOWS} {_POSIX} {_PROXIES}".split())
ALLOWED_PREFIXES = ("LC_", "XDG_")
# A frozen program puts its own path here and keeps what it found under a second name (PyInstaller's manual, „Run-time").
LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
ORIGINAL = "_ORIG"


def is_allowed(name: str) -> bool:
    """Return whether a variable of this name passes."""
    upper = name.upper()
    return upper in ALLOWED or upper.startswith(ALLOWED_PREFIXES)


def library_path(name: str, program: str) -> str:
    """Return the search path for libraries that a program is started with, empty for none.

    Args:
        name: of ``LIBRARY_PATHS``.
        program: what is started.
    """
    if name + ORIGINAL in os.environ:
        return os.environ[name + ORIGINAL]
    is_ours = not getattr(sys, "frozen", False) and program in (sys.executable, interpreter())
    return os.environ.get(name, "") if is_ours else ""


def child_environment(program: str) -> dict[str, str]:
    """Return the whole environment of a process to be started.

    Args:
        program: what is started, the first word of its command.
    """
    environment = {name: value for name, value in os.environ.items() if is_allowed(name)}
    paths = {name: path for name in LIBRARY_PATHS if (path := library_path(name, program))}
    return {**environment, **paths}
