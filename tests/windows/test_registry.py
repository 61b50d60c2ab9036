r"""The administrator's policy in the real registry: ``HKLM\Software\Policies\R2 Renewal``, 64-bit view."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from r2_renewal.policy import NO_POLICY, POLICY_KEY, read_policy

if sys.platform == "win32":
    import winreg

Put = Callable[..., None]


@pytest.fixture
def put(throwaway: None) -> Iterator[Put]:
    """Return what writes a value; the keys are removed afterwards."""
    made: list[tuple[int, int]] = []

    def write(name: str, kind: int, value: Any, root: int | None = None, view: int | None = None) -> None:
        place = (winreg.HKEY_LOCAL_MACHINE if root is None else root, winreg.KEY_WOW64_64KEY if view is None else view)
        made.append(place)
        with winreg.CreateKeyEx(place[0], POLICY_KEY, 0, winreg.KEY_WRITE | place[1]) as key:
            winreg.SetValueEx(key, name, 0, kind, value)

    yield write
    for root, view in set(made):
        winreg.DeleteKeyEx(root, POLICY_KEY, view, 0)


def test_without_a_key_nothing_is_decided(throwaway: None) -> None:
    assert read_policy() == NO_POLICY


def test_every_value_is_read(put: Put) -> None:
    put("RemindersEnabled", winreg.REG_DWORD, 0)
    put("ShopUrl", winreg.REG_SZ, "https://sklep.example/")
    put("Proxy", winreg.REG_SZ, "proxy.example:3128")
    put("OfflineOnly", winreg.REG_DWORD, 1)
    policy = read_policy()
    assert policy.reminders_enabled is False
    assert policy.shop_url == "https://sklep.example"
    assert policy.proxy == "http://proxy.example:3128"
    assert policy.offline_only is True


def test_a_users_own_key_decides_nothing(put: Put) -> None:
    put("OfflineOnly", winreg.REG_DWORD, 1, winreg.HKEY_CURRENT_USER)
    assert read_policy() == NO_POLICY


def test_the_machines_key_wins_over_a_users(put: Put) -> None:
    put("ShopUrl", winreg.REG_SZ, "https://zly.example", winreg.HKEY_CURRENT_USER)
    put("ShopUrl", winreg.REG_SZ, "https://sklep.example")
    assert read_policy().shop_url == "https://sklep.example"


def test_the_view_of_32_bit_programs_is_another_place(put: Put) -> None:
    put("OfflineOnly", winreg.REG_DWORD, 1, view=winreg.KEY_WOW64_32KEY)
    assert read_policy() == NO_POLICY


def test_values_of_a_wrong_type_count_as_not_given_and_offline_only_as_on(put: Put) -> None:
    put("RemindersEnabled", winreg.REG_SZ, "0")
    put("ShopUrl", winreg.REG_DWORD, 7)
    put("Proxy", winreg.REG_BINARY, b"\x00\xff")
    put("OfflineOnly", winreg.REG_SZ, "tak")
    policy = read_policy()
    assert (policy.reminders_enabled, policy.shop_url, policy.proxy) == (None, "", "")
    assert policy.offline_only is True


def test_the_command_line_obeys_it(put: Put, arguments: Callable[..., tuple[str, ...]]) -> None:
    put("RemindersEnabled", winreg.REG_DWORD, 0)
    done = subprocess.run(arguments("startup"), capture_output=True, text=True, check=False, timeout=120)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["prompted"], done.returncode) == (False, 10)
