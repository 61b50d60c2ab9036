"""``status`` and ``licence …`` as a shell sees them: exit codes, JSON, one line on stderr, never a traceback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from r2_renewal.cli import main
from tests.licence_files import LICENCE, PRODUCT, Vendor, licence_with

STATUS_KEYS = {"verdict", "valid_until", "days_left", "prompt", "file", "holder", "programs"}
QUESTION = (
    "Chcesz teraz zamówić abonament na aktualizację programu, pomoc techniczną oraz pobieranie danych z Internetu "
    "na kolejne 12 miesięcy?"
)


@dataclass
class Shell:
    """Runs commands on a folder with a licence and the keys that signed it."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    vendor: Vendor

    @property
    def licence(self) -> Path:
        return self.folder / "licence.lic"

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def run(self, *arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = self.capture.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    def json(self, *arguments: object) -> tuple[int, Any]:
        code, out, _ = self.run(*arguments, "--trusted-keys", self.keys, "--json")
        return code, json.loads(out)

    def status(self, today: str) -> tuple[int, Any]:
        return self.json("status", "--licence", self.licence, "--product", PRODUCT, "--today", today)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    shell = Shell(tmp_path, capsys, Vendor())
    shell.licence.write_bytes(shell.vendor.certificate())
    shell.keys.write_text(json.dumps(shell.vendor.keys_document), encoding="utf-8")
    return shell


@pytest.mark.parametrize(
    "command", [["status"], ["licence"], ["licence", "verify"], ["licence", "install"], ["licence", "show"]]
)
def test_every_command_has_its_help(shell: Shell, command: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert left.value.code == 0
    assert "Użycie: r2-renewal" in shell.capture.readouterr().out


@pytest.mark.parametrize(
    ("today", "code", "verdict", "days_left", "first_sentence"),
    [
        ("2026-11-21", 0, "valid", 31, None),
        ("2026-11-22", 10, "expiring", 30, "Abonament kończy się za 30 dni."),
        ("2026-12-22", 10, "expiring", 0, "Abonament kończy się dzisiaj."),
        ("2026-12-23", 20, "expired", -1, "Abonament wygasł wczoraj."),
        ("2024-01-01", 30, "not_yet_valid", 1086, None),
    ],
)
def test_status_is_the_startup_decision(
    shell: Shell, today: str, code: int, verdict: str, days_left: int, first_sentence: str | None
) -> None:
    exit_code, document = shell.status(today)
    assert exit_code == code
    assert set(document) == STATUS_KEYS
    assert (document["verdict"], document["days_left"], document["valid_until"]) == (verdict, days_left, "2026-12-22")
    assert document["prompt"] == (first_sentence and f"{first_sentence} {QUESTION}")


def test_status_names_holder_and_programs(shell: Shell) -> None:
    _, document = shell.status("2026-11-22")
    assert document["holder"] == {"company": LICENCE.company, "nip": LICENCE.nip, "customer_id": LICENCE.customer_id}
    (program,) = document["programs"]
    assert (program["licence_id"], program["seq"], program["limits"]) == ("lic-1", 7, {"employees": 50})


@pytest.mark.parametrize(
    ("today", "days_left", "first_sentence"),
    [
        ("2026-11-30", 22, "Abonament kończy się za 22 dni."),
        ("2026-12-20", 2, "Abonament kończy się za 2 dni."),
        ("2026-12-21", 1, "Abonament kończy się jutro."),
        ("2027-01-13", -22, "Abonament wygasł 22 dni temu (22.12.2026)."),
    ],
)
def test_status_speaks_the_reminders_words(shell: Shell, today: str, days_left: int, first_sentence: str) -> None:
    _, document = shell.status(today)
    assert (document["days_left"], document["prompt"]) == (days_left, f"{first_sentence} {QUESTION}")


def test_status_of_a_missing_file_is_still_json(shell: Shell) -> None:
    shell.licence.unlink()
    code, document = shell.status("2026-11-22")
    assert code == 30
    assert document == {
        "verdict": "missing", "valid_until": None, "days_left": None, "prompt": None, "file": None, "holder": None,
        "programs": [],
    }  # fmt: skip


@pytest.mark.parametrize("today", ["2026-11-22", "2026-12-24"])
def test_status_for_people_says_the_vendors_words(shell: Shell, today: str) -> None:
    _, out, _ = shell.run("status", "--licence", shell.licence, "--trusted-keys", shell.keys, "--today", today)
    assert QUESTION in out


def test_a_verdict_that_is_a_failure_has_one_line_with_its_code(shell: Shell) -> None:
    shell.licence.write_bytes(b"junk")
    code, _, err = shell.run("status", "--licence", shell.licence, "--trusted-keys", shell.keys)
    assert code == 30
    assert err.count("\n") == 1
    assert "(R2-L03)" in err


@pytest.mark.parametrize(
    "content", [None, "", "{}", '{"keys": []}', '{"keys": [{"id": "a", "ed25519": "00"}]}', "[" * 9999]
)
def test_without_usable_trusted_keys_nothing_is_said_to_be_valid(shell: Shell, content: str | None) -> None:
    shell.keys.unlink()
    if content is not None:
        shell.keys.write_text(content, encoding="utf-8")
    code, out, err = shell.run("status", "--licence", shell.licence, "--trusted-keys", shell.keys, "--json")
    assert (code, out) == (30, "")
    assert "(R2-L14)" in err


def test_verify_tells_what_the_file_says(shell: Shell) -> None:
    code, document = shell.json("licence", "verify", shell.licence)
    assert code == 0
    assert document["verified"] is True
    assert (document["key_id"], document["alg"], document["profile"]) == ("test-1", "base64+ed25519", "r2/1")
    assert document["meta"] == {"issued": "2025-12-20T10:00:00.000Z", "expiry": None, "ttl": None}
    assert document["holder"]["nip"] == LICENCE.nip


def test_verify_takes_a_keygen_file_of_any_profile(shell: Shell) -> None:
    payload = {"meta": {}, "data": {"id": "x", "type": "licenses", "attributes": {"name": "Other", "expiry": None}}}
    shell.licence.write_bytes(shell.vendor.sign(payload))
    code, document = shell.json("licence", "verify", shell.licence)
    assert (code, document["name"], document["profile"], document["programs"]) == (0, "Other", None, [])
    assert shell.run("licence", "show", shell.licence, "--trusted-keys", shell.keys)[0] == 0


def test_verify_refuses_a_file_that_breaks_the_profile_it_claims(shell: Shell) -> None:
    attributes = {"name": "R2", "expiry": None, "metadata": {"profile": "r2/1"}}
    shell.licence.write_bytes(shell.vendor.sign({"meta": {}, "data": {"type": "licenses", "attributes": attributes}}))
    code, document = shell.json("licence", "verify", shell.licence)
    assert (code, document["error"]["code"]) == (30, "R2-L03")


def test_verify_refuses_another_vendors_file(shell: Shell) -> None:
    shell.licence.write_bytes(Vendor().certificate())
    code, document = shell.json("licence", "verify", shell.licence)
    assert (code, document["verified"], document["error"]["name"]) == (30, False, "licence_unknown_key")


def test_show_is_readable_for_people(shell: Shell) -> None:
    code, out, _ = shell.run("licence", "show", shell.licence, "--trusted-keys", shell.keys)
    assert code == 0
    assert LICENCE.company in out
    assert "abonament do 2026-12-22" in out


def test_install_puts_the_file_in_its_place(shell: Shell) -> None:
    target = shell.folder / "host" / "r2.lic"
    target.parent.mkdir()
    code, document = shell.json("licence", "install", shell.licence, "--licence", target, "--today", "2026-11-22")
    assert (code, document) == (0, {"installed": True, "place": str(target)})
    assert target.read_bytes() == shell.licence.read_bytes()


def test_install_refuses_an_older_file_and_keeps_the_newer(shell: Shell) -> None:
    target = shell.folder / "r2.lic"
    newer = shell.vendor.certificate(licence_with(seq=8, issued=LICENCE.issued + timedelta(days=1)))
    target.write_bytes(newer)
    code, document = shell.json("licence", "install", shell.licence, "--to", target)
    assert (code, document["installed"], document["error"]["code"]) == (30, False, "R2-L10")
    assert target.read_bytes() == newer
