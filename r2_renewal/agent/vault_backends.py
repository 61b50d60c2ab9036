"""Which keyrings may hold a session: the operating systems' own, by name, and no other.

Rules: keyring's own choice is never asked for, since the user's ``keyringrc.cfg`` or environment could turn it into a plaintext
file, the null keyring or a chain that ends in one; what is not on this list does not exist, and no keyring is an answer.
On Windows a session stays on the computer on which the user logged in: by default, keyring has it roam with a domain's profile.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SAFE: dict[str, tuple[tuple[str, str], ...]] = {
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "linux": (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring")),
}


def safe_backends() -> tuple[type[KeyringBackend], ...]:
    """Return this system's keyrings, best first; those whose libraries are missing or broken are left out."""
    loaded = (_loaded(module, name) for module, name in SAFE.get(sys.platform, ()))
    return tuple(backend for backend in loaded if backend is not None)


def _loaded(module: str, name: str) -> type[KeyringBackend] | None:
    try:
        backend: type[KeyringBackend] = getattr(importlib.import_module(module), name)
    except Exception:
        return None
    return backend


def chosen(backends: tuple[type[KeyringBackend], ...]) -> KeyringBackend | None:
    """Return the first keyring that works here; None where none does."""
    for backend in backends:
        try:
            backend.priority  # noqa: B018  asking raises where the keyring is not there
            keyring = backend()
        except Exception:  # noqa: S112  the next one may work
            continue
        _keep_on_this_computer(keyring)
        return keyring
    return None


def _keep_on_this_computer(keyring: KeyringBackend) -> None:
    """Set CRED_PERSIST_LOCAL_MACHINE (Microsoft, CREDENTIALW structure) where the keyring is Windows' own."""
    if type(keyring).__name__ == "WinVaultKeyring":
        keyring.persist = "local machine"  # type: ignore[attr-defined]
