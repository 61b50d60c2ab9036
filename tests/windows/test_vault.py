"""„Pozostań zalogowany" in Windows' own vault: kept, read by another process, on this computer alone, and removed."""

from __future__ import annotations

import sys
from uuid import uuid4

import pytest

from r2_renewal.agent.vault import OPTION, Vault

REAL = (sys.executable, "-I", "-m", "r2_renewal.agent", OPTION)
CRED_PERSIST_LOCAL_MACHINE = 2


def test_a_session_stays_on_the_computer_where_the_user_logged_in() -> None:
    win32cred = pytest.importorskip("win32ctypes.pywin32.win32cred")
    shop = f"https://{uuid4().hex}.example.pl"
    vault = Vault(REAL, shop)
    vault.keep("K-1", "sekret ąę")
    try:
        assert Vault(REAL, shop).read("K-1") == "sekret ąę"
        kept = win32cred.CredRead(f"R2 Renewal {shop}", win32cred.CRED_TYPE_GENERIC)
        assert kept["Persist"] == CRED_PERSIST_LOCAL_MACHINE
    finally:
        vault.remove("K-1")
    assert vault.read("K-1") is None
