"""The administrator's policy: read from real files and from a registry, above every other layer, and never broken open."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

import r2_renewal
from r2_renewal.embedding.agent_keeper import hello_of
from r2_renewal.policy import (
    NO_POLICY,
    POLICY_KEY,
    UNREADABLE_POLICY,
    Policy,
    policy_of_file,
    policy_of_registry,
    proxy_address,
    read_policy,
    shop_address,
)
from r2_renewal.settings import settle

WHOLE = """
reminders_enabled = false
shop_url = "https://sklep.firma.example/r2/"
proxy = "http://proxy.firma.example:8080"
offline_only = true
"""
ALL = Policy(
    reminders_enabled=False,
    shop_url="https://sklep.firma.example/r2",
    proxy="http://proxy.firma.example:8080",
    offline_only=True,
)


class FakeRegistry:
    """``winreg`` with one key, or none, or one that may not be opened."""

    HKEY_LOCAL_MACHINE = 2
    KEY_READ = 0x20019
    KEY_WOW64_64KEY = 0x100

    def __init__(self, values: Mapping[str, object] | None = None, refusal: OSError | None = None) -> None:
        self._values = {name.lower(): value for name, value in (values or {}).items()}
        self._refusal = refusal if refusal is not None or values is not None else FileNotFoundError()
        self.opened: list[tuple[int, str, int]] = []

    @contextmanager
    def OpenKey(self, key: int, sub_key: str, _reserved: int, access: int) -> Iterator[object]:  # noqa: N802
        self.opened.append((key, sub_key, access))
        if self._refusal is not None:
            raise self._refusal
        yield self

    def QueryValueEx(self, key: object, name: str) -> tuple[object, int]:  # noqa: N802
        assert key is self
        if name.lower() not in self._values:
            raise FileNotFoundError
        return self._values[name.lower()], 1


def of_text(folder: Path, text: str | bytes) -> Policy:
    path = folder / "policy.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return policy_of_file(str(path))


def test_a_file_tells_everything(tmp_path: Path) -> None:
    assert of_text(tmp_path, WHOLE) == ALL
    assert ALL.decided == ("reminders_enabled", "shop_url", "proxy", "offline_only")
    assert of_text(tmp_path, "\ufeff" + WHOLE.replace("\n", "\r\n")) == ALL


def test_a_registry_tells_the_same() -> None:
    registry = FakeRegistry(
        {
            "RemindersEnabled": 0,
            "ShopUrl": "https://sklep.firma.example/r2/",
            "proxy": "proxy.firma.example:8080",
            "OfflineOnly": 1,
        }
    )
    assert policy_of_registry(registry) == ALL
    assert registry.opened == [(2, POLICY_KEY, 0x20019 | 0x100)]


def test_no_policy_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert policy_of_file(str(tmp_path / "none.toml")) == NO_POLICY
    assert policy_of_file(str(tmp_path / "none" / "none.toml")) == NO_POLICY
    assert policy_of_registry(FakeRegistry()) == NO_POLICY
    assert policy_of_registry(FakeRegistry({})) == NO_POLICY
    assert of_text(tmp_path, "") == NO_POLICY
    assert NO_POLICY.decided == ()
    assert caplog.messages == []


@pytest.mark.parametrize("text", ["offline_only = false", "reminders_enabled = true"])
def test_what_is_switched_to_the_usual_changes_nothing(tmp_path: Path, text: str) -> None:
    policy = of_text(tmp_path, text)
    assert not policy.offline_only
    assert policy.reminders_enabled is not False


BROKEN = (
    "reminders_enabled = 0",
    'reminders_enabled = "nie"',
    'shop_url = "sklep.example"',
    "shop_url = 5",
    'shop_url = "http://sklep.example"',
    'proxy = "ftp://proxy.example:21"',
    'proxy = ""',
    "proxy = [1]",
)


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_value_is_logged_and_not_given(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert of_text(tmp_path, text + '\nproxy_note = "x"\n') == NO_POLICY
    (broken,) = [line for line in caplog.messages if "broken value" in line]
    assert text.split(" = ", maxsplit=1)[0] in broken
    assert text.split(" = ")[1].strip('"') not in broken or text.endswith(("0", '""', "5"))


def test_a_broken_value_leaves_the_others_alone(tmp_path: Path) -> None:
    assert of_text(tmp_path, "shop_url = 1\nreminders_enabled = false") == Policy(reminders_enabled=False)
    broken = FakeRegistry({"ShopUrl": b"\x00", "RemindersEnabled": 0, "Proxy": ["a"]})
    assert policy_of_registry(broken) == Policy(reminders_enabled=False)


@pytest.mark.parametrize(
    "text",
    ["offline_only = 1", 'offline_only = "nie"', "offline_only = [[", "reminders_enabled = flase\noffline_only = true"],
)
def test_a_broken_offline_only_closes_and_never_opens(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert of_text(tmp_path, text).offline_only
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("value", [2, -1, "0", "", b"\x00", None.__class__, True])
def test_a_broken_offline_only_in_a_registry_closes(value: object) -> None:
    assert policy_of_registry(FakeRegistry({"OfflineOnly": value})) == Policy(offline_only=True)


@pytest.mark.parametrize("content", [b"= = =", b"\xff\xfe\x00", b"[" * 5000, b"reminders_enabled = flase"])
def test_a_file_that_is_no_toml_counts_as_none_where_it_names_no_offline_only(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert of_text(tmp_path, content) == NO_POLICY
    assert len(caplog.messages) == 1


def test_a_misspelt_name_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert of_text(tmp_path, "ofline_only = true") == NO_POLICY
    assert "ofline_only" in caplog.text


def test_a_policy_that_is_there_and_cannot_be_read_closes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "long.toml").write_bytes(b"#" * 70_000)
    for name in ("folder.toml", "pipe.toml", "long.toml"):
        assert policy_of_file(str(tmp_path / name)) == UNREADABLE_POLICY
    assert policy_of_registry(FakeRegistry(refusal=PermissionError())) == UNREADABLE_POLICY
    assert len(caplog.messages) == 4


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://sklep.example/", "https://sklep.example"),
        (" https://sklep.example:8443/r2 ", "https://sklep.example:8443/r2"),
        ("http://127.0.0.1:8642", "http://127.0.0.1:8642"),
        ("http://sklep.example", None),
        ("https://", None),
        ("https://a:b@sklep.example", None),
        ("https://sklep.example?x=1", None),
        ("https://sklep.example:99999", None),
        ("https://skl ep.example", None),
        ("https://[::1", None),
        (None, None),
    ],
)
def test_shop_addresses(text: object, address: str | None) -> None:
    assert shop_address(text) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("https://proxy.example/", "https://proxy.example"),
        ("http://u:p@proxy.example:3128", "http://u:p@proxy.example:3128"),
        ("socks5://proxy.example", None),
        ("http://proxy.example/pac.js", None),
        ("http=a:1;https=b:2", None),
        ("proxy.example:0", None),
        (8080, None),
    ],
)
def test_proxy_addresses(text: object, address: str | None) -> None:
    assert proxy_address(text) == address


def config(folder: Path) -> r2_renewal.Config:
    return r2_renewal.Config(licence_path=folder / "x.lic", shop_url="https://host.example", state_dir=folder)


def test_the_policy_wins_over_the_host(tmp_path: Path) -> None:
    settings = settle(config(tmp_path), ALL)
    assert settings.shop_url == ALL.shop_url
    assert (settings.reminders_enabled, settings.offline_only, settings.proxy) == (False, True, ALL.proxy)
    assert settings.policy == ALL
    hello = hello_of(settings)
    assert (hello.shop_url, hello.proxy, hello.offline_only) == (ALL.shop_url, ALL.proxy, True)


def test_without_a_policy_the_host_decides(tmp_path: Path) -> None:
    settings = settle(config(tmp_path), NO_POLICY)
    assert settings.shop_url == "https://host.example"
    assert (settings.reminders_enabled, settings.offline_only, settings.proxy) == (True, False, "")


@pytest.mark.parametrize(
    ("environment", "given", "unattended"),
    [(None, False, False), ("", False, False), ("0", False, False), ("1", False, True), ("0", True, True)],
)
def test_unattended_is_an_argument_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str | None, given: bool, unattended: bool
) -> None:
    monkeypatch.delenv("R2_RENEWAL_UNATTENDED", raising=False)
    if environment is not None:
        monkeypatch.setenv("R2_RENEWAL_UNATTENDED", environment)
    given_config = r2_renewal.Config(licence_path=tmp_path / "x.lic", state_dir=tmp_path, unattended=given)
    assert settle(given_config, NO_POLICY).unattended is unattended


READER = """
import sys
from r2_renewal.policy import read_policy
policy = read_policy()
print(policy.offline_only, policy.reminders_enabled, sorted({"tomllib", "urllib.parse", "logging"} & set(sys.modules)))
"""


def in_a_computer_with(folder: Path, policy: str | None) -> list[str]:
    """Run the real reader where ``/etc`` has, or has not, a policy: a mount of its own, seen by the one process only."""
    etc = folder / "etc"
    (etc / "r2-renewal").mkdir(parents=True)
    if policy is not None:
        (etc / "r2-renewal" / "policy.toml").write_text(policy)
    mounted = f"mount --bind {etc} /etc && exec {sys.executable} -c '{READER}'"
    command = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c", mounted]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "unshare" in done.stderr or "mount:" in done.stderr or "permission denied" in done.stderr.lower():
        pytest.skip(f"no mount namespace here: {done.stderr.strip()[:80]}")
    assert done.stderr == ""
    return done.stdout.split(maxsplit=2)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the policy is not a file in /etc")
@pytest.mark.skipif(not Path("/usr/bin/unshare").exists(), reason="unshare is not installed")
def test_the_real_place_is_etc_and_looking_there_costs_no_library(tmp_path: Path) -> None:
    assert in_a_computer_with(tmp_path / "ruled", WHOLE)[:2] == ["True", "False"]
    assert in_a_computer_with(tmp_path / "free", None) == ["False", "None", "[]\n"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the policy is not a file in /etc")
def test_no_environment_variable_moves_the_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_policy()
    (tmp_path / "r2-renewal").mkdir()
    (tmp_path / "r2-renewal" / "policy.toml").write_text(WHOLE)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "PROGRAMDATA", "ALLUSERSPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert read_policy() == before
