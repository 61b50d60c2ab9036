"""The vault: a keyring of the operating system, asked by a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from r2_renewal.agent import vault as vault_module
from r2_renewal.agent import vault_backends
from r2_renewal.agent.vault import OPTION, Vault, own_command
from r2_renewal.domain.errors import ErrorCode, RenewalError
from tests.agent.keyrings import SHOP, agent_with, calls, gnome_keyring, secrets_in, vault_with

REAL = (sys.executable, "-I", "-m", "r2_renewal.agent", OPTION)
ALLOWED = {
    ("keyring.backends.Windows", "WinVaultKeyring"),
    ("keyring.backends.macOS", "Keyring"),
    ("keyring.backends.SecretService", "Keyring"),
    ("keyring.backends.kwallet", "DBusKeyring"),
}


def test_a_secret_is_kept_read_replaced_and_removed(tmp_path: Path) -> None:
    vault = vault_with("Odd", tmp_path)
    assert vault.read("K-1") is None
    vault.keep("K-1", "pierwszy")
    vault.keep("K-1", 'drugi "ąę" \U0001f511')
    assert vault.read("K-1") == 'drugi "ąę" \U0001f511'
    assert vault.read("K-2") is None
    assert Vault(vault._command, "https://inny.example.pl").read("K-1") is None
    vault.remove("K-1", "pierwszy")  # not what lies there: somebody else's newer one
    assert vault.read("K-1") is not None
    vault.remove("K-1")
    vault.remove("K-1")
    assert vault.read("K-1") is None
    assert secrets_in(tmp_path) == "{}"


def test_the_same_shop_has_one_place_with_and_without_a_slash(tmp_path: Path) -> None:
    vault = vault_with("Odd", tmp_path)
    vault.keep("K-1", "sekret")
    assert Vault(vault._command, SHOP.rstrip("/")).read("K-1") == "sekret"


def test_a_library_that_speaks_on_stdout_spoils_no_report(tmp_path: Path) -> None:
    vault = vault_with("Chatty", tmp_path)
    vault.keep("K-1", "sekret")
    assert vault.read("K-1") == "sekret"


def test_a_wallet_that_keeps_nothing_without_a_word_has_failed(tmp_path: Path) -> None:
    with pytest.raises(RenewalError) as failed:
        vault_with("Forgetful", tmp_path).keep("K-1", "sekret")
    assert failed.value.code is ErrorCode.VAULT_FAILED


def test_a_process_that_cannot_be_started_is_a_failure_of_the_vault(tmp_path: Path) -> None:
    with pytest.raises(RenewalError) as failed:
        Vault((str(tmp_path / "nic"),), SHOP).read("K-1")
    assert failed.value.code is ErrorCode.VAULT_FAILED


@pytest.mark.parametrize("command", [("true",), (sys.executable, "-c", "print('x'); print('{}')")])
def test_a_process_that_speaks_another_language_is_a_failure_of_the_vault(command: tuple[str, ...]) -> None:
    with pytest.raises(RenewalError) as failed:
        Vault(command, SHOP).read("K-1")
    assert failed.value.code is ErrorCode.VAULT_FAILED


@pytest.mark.parametrize(
    ("text", "fits"), [("a" * 1280, True), ("a" * 1281, False), ("\U0001f511" * 640, True), ("\U0001f511" * 641, False)]
)
def test_the_limit_is_counted_in_utf16_units(tmp_path: Path, text: str, fits: bool) -> None:
    vault = vault_with("Odd", tmp_path)
    if fits:
        vault.keep("K-1", text)
        assert vault.read("K-1") == text
        return
    with pytest.raises(RenewalError) as refused:
        vault.keep("K-1", text)
    assert refused.value.code is ErrorCode.VAULT_TOO_LONG
    assert calls(tmp_path) == []


# Which keyring


def test_only_the_operating_systems_own_keyrings_are_on_the_list() -> None:
    assert {entry for entries in vault_backends.SAFE.values() for entry in entries} == ALLOWED
    assert {type(backend) for backend in vault_backends.safe_backends()} <= {type(vault_backends.safe_backends()[0])}
    assert all((backend.__module__, backend.__name__) in ALLOWED for backend in vault_backends.safe_backends())


def test_the_users_own_settings_cannot_bring_in_a_plaintext_keyring(tmp_path: Path) -> None:
    """All three ways of keyring's own: the environment, ``keyringrc.cfg`` with a path, and properties."""
    smuggled = tmp_path / "smuggled"
    smuggled.mkdir()
    (smuggled / "plaintext.py").write_text(
        "from pathlib import Path\nfrom keyring.backend import KeyringBackend\n"
        f"Path({str(tmp_path / 'imported')!r}).touch()\n"
        "class Keyring(KeyringBackend):\n    priority = 9\n"
        "    def get_password(self, s, u): return None\n"
        f"    def set_password(self, s, u, p): Path({str(tmp_path / 'leak')!r}).write_text(p)\n"
    )
    for folder in (
        tmp_path / "python_keyring",
        tmp_path / "config" / "python_keyring",
        tmp_path / ".local/share/python_keyring",
    ):
        folder.mkdir(parents=True)
        (folder / "keyringrc.cfg").write_text(
            f"[backend]\ndefault-keyring=plaintext.Keyring\nkeyring-path={smuggled}\n"
        )
    environment = {
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHON_KEYRING_BACKEND": "plaintext.Keyring",
        "PYTHONPATH": str(smuggled),
        "KEYRING_PROPERTY_KEYCHAIN": "elsewhere",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
    }
    probe = "import keyring; keyring.set_password('s', 'u', 'p')"
    subprocess.run([sys.executable, "-c", probe], env={**os.environ, **environment}, check=True)
    assert (tmp_path / "leak").read_text() == "p"  # keyring itself would have done so
    (tmp_path / "leak").unlink()
    (tmp_path / "imported").unlink()
    assert keep_in(environment) == ErrorCode.VAULT_ABSENT.value
    assert not (tmp_path / "leak").exists()
    assert not (tmp_path / "imported").exists()


def keep_in(environment: dict[str, str], secret: str = "sekret") -> str:
    """Keep a secret by the real command in another environment; return the failure's code, empty for none."""
    program = (
        "import sys\nfrom r2_renewal.agent.vault import Vault\nfrom r2_renewal.domain.errors import RenewalError\n"
        f"try:\n    Vault({REAL!r}, {SHOP!r}).keep('K-1', sys.stdin.read())\n"
        "except RenewalError as error:\n    print(error.code.value, end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        input=secret,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_no_keyring_at_all_is_an_answer(tmp_path: Path) -> None:
    with pytest.raises(RenewalError) as absent:
        vault_with("none", tmp_path).read("K-1")
    assert absent.value.code is ErrorCode.VAULT_ABSENT


def test_a_real_gnome_keyring_keeps_the_secret_for_another_process(tmp_path: Path) -> None:
    from keyring.backends.SecretService import Keyring

    secret = f"sekret-{uuid4()}"
    with gnome_keyring(tmp_path) as environment:
        assert keep_in(environment, secret) == ""
        place = ("R2 Renewal https://sklep.example.pl", "K-1")
        reader = f"from {Keyring.__module__} import Keyring; print(Keyring().get_password(*{place!r}), end='')"
        found = subprocess.run(
            [sys.executable, "-c", reader],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout == secret
        on_disk = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
        assert on_disk
        assert secret.encode() not in on_disk


# Where the secret goes


def test_the_secret_is_in_no_argument_and_no_environment(tmp_path: Path) -> None:
    """A keyring's process is looked at from outside while it works."""
    process = subprocess.Popen(
        [*agent_with("Hanging", tmp_path), OPTION], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        errand = {"action": "keep", "service": "s", "account": "K-1", "secret": "bardzo-tajne"}
        process.stdin.write(json.dumps(errand).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"\n"
        proc = Path(f"/proc/{process.pid}")
        if not proc.exists():
            pytest.skip("arguments and environment of a process are looked up in /proc")
        assert b"bardzo-tajne" not in (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
    finally:
        process.kill()
        process.communicate(timeout=20)


def test_the_vaults_process_is_started_as_the_agent_was() -> None:
    """By the same interpreter with the same isolation; in a frozen bundle by the executable itself."""
    program = "from r2_renewal.agent.vault import own_command; print(*own_command(), sep='\\n')"
    shown = subprocess.run([sys.executable, "-I", "-c", program, "agent"], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == [sys.executable, "-I", "-c", program, "agent", OPTION]
    assert own_command()[-1] == vault_module.OPTION


def test_a_frozen_bundle_starts_itself() -> None:
    program = (
        "import sys; sys.frozen = True; sys.argv[0] = 'r2-agent.exe'\n"
        "from r2_renewal.agent.vault import own_command; print(*own_command(), sep='\\n')"
    )
    shown = subprocess.run([sys.executable, "-I", "-c", program, "agent"], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == [sys.executable, "agent", OPTION]
