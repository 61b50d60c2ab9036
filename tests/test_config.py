"""Settings: which layer wins, and what a broken one says. Resources: found wherever the package stands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

import r2_renewal
from r2_renewal.clock import today_in_warsaw
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.issue import generate_private_key, public_key_of
from r2_renewal.resources import candidate_folders, resource
from r2_renewal.settings import default_agent_command, settle, vendor
from r2_renewal.state_place import default_state_dir

KEY = r2_renewal.TrustedKey("2026", public_key_of(generate_private_key()))


def keys_file(folder: Path) -> Path:
    path = folder / "keys.json"
    path.write_text(json.dumps({"keys": [{"id": KEY.id, "ed25519": KEY.ed25519.hex()}]}))
    return path


def test_defaults_come_from_the_vendor_file(tmp_path: Path) -> None:
    settings = settle(r2_renewal.Config(licence_path=tmp_path / "x.lic"))
    assert settings.product_code == "r2platnik"
    assert settings.vendor.panel_url == "https://online.reset2.pl/"
    assert settings.agent_command == default_agent_command()
    assert settings.today() == today_in_warsaw()
    assert settings.state_dir.is_absolute()


def test_the_hosts_arguments_win(tmp_path: Path) -> None:
    config = r2_renewal.Config(
        licence_path=str(tmp_path / "x.lic"),
        shop_url="https://sklep.example/",
        trusted_keys=(KEY,),
        product_code="r2faktury",
        state_dir=str(tmp_path),
        agent_command=("agent.exe",),
        today=lambda: date(2030, 1, 1),
    )
    settings = settle(config)
    assert (settings.shop_url, settings.product_code) == ("https://sklep.example", "r2faktury")
    assert (settings.licence_path, settings.state_dir) == (tmp_path / "x.lic", tmp_path)
    assert (settings.trusted_keys, settings.agent_command) == ((KEY,), ("agent.exe",))
    assert settings.today() == date(2030, 1, 1)


def test_a_licence_may_lie_at_the_hosts_path_for_the_machine_or_for_the_user(tmp_path: Path) -> None:
    host, machine, mine = (tmp_path / name for name in ("host", "machine", "mine"))
    config = r2_renewal.Config(licence_path=host / "x.lic", machine_dir=machine, state_dir=mine)
    assert settle(config).licence_places == (host / "x.lic", machine / "x.lic", mine / "licence" / "x.lic")
    within = settle(config._replace(licence_path=machine / "x.lic"))
    assert within.licence_places == (machine / "x.lic", mine / "licence" / "x.lic")
    assert settle(config._replace(machine_dir=None)).licence_places[1].is_absolute()


@pytest.mark.parametrize("kind", [str, Path])
def test_trusted_keys_may_be_a_file(tmp_path: Path, kind: type) -> None:
    config = r2_renewal.Config(licence_path=tmp_path / "x.lic", trusted_keys=kind(keys_file(tmp_path)))
    assert settle(config).trusted_keys == (KEY,)


def test_a_missing_file_of_keys_is_said(tmp_path: Path) -> None:
    with pytest.raises(RenewalError) as raised:
        settle(r2_renewal.Config(licence_path=tmp_path / "x.lic", trusted_keys=tmp_path / "none.json"))
    assert raised.value.code is ErrorCode.TRUSTED_KEYS


def test_links_of_the_vendor_go_only_to_its_own_https_hosts() -> None:
    seller = vendor()
    for address in (
        seller.panel_url,
        seller.ebok_url,
        seller.contact_form_url,
        seller.community_url,
        seller.privacy_url,
    ):
        assert address.startswith("https://")
        assert address.split("/")[2] in seller.link_hosts


def test_the_package_names_what_it_has_and_nothing_else() -> None:
    assert {"Config", "TrustedKey", "attach", "__version__"} == set(r2_renewal.__all__)
    with pytest.raises(AttributeError):
        r2_renewal.nothing  # noqa: B018 - the access is the test


def test_importing_the_package_costs_no_library() -> None:
    heavy = ("PySide6", "requests", "msgspec", "cryptography", "tomllib")
    code = f"import sys, r2_renewal; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_installed_wheel_has_its_resources(tmp_path: Path, repository: Path) -> None:
    wheels, installed = tmp_path / "wheels", tmp_path / "installed"
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(repository)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(installed)
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from r2_renewal.settings import vendor; vendor(); "
        "from r2_renewal.resources import resource; print(resource('texts', 'rodo-1.txt'))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    found = Path(done.stdout.strip())
    assert found.is_relative_to(installed)
    assert found.read_text(encoding="utf-8") == resource("texts", "rodo-1.txt").read_text(encoding="utf-8")
    assert not (installed / "r2_renewal" / "_resources" / "pictures").exists()
    migrations = Path("r2_renewal", "reference_shop", "migrations")
    shipped = {path.relative_to(repository) for path in (repository / migrations).rglob("*.py")}
    assert shipped == {path.relative_to(installed) for path in (installed / migrations).rglob("*.py")} != set()
    for kind in ("*.html", "*.css", "*.js", "*.j2", "*.toml", "*.ttf"):  # pages, letters, phrases and fonts of the shop
        ours = {path.relative_to(repository) for path in (repository / "r2_renewal").rglob(kind)}
        assert ours <= {path.relative_to(installed) for path in (installed / "r2_renewal").rglob(kind)}


@pytest.mark.parametrize("kept_in", ["bundle/r2_renewal/_resources", "application/resources"], ids=["inside", "beside"])
def test_a_frozen_program_finds_its_resources_inside_the_bundle_or_beside_the_executable(
    tmp_path: Path, repository: Path, kept_in: str
) -> None:
    """As frozen programs are laid out: the code apart from the data, and an interpreter that says that it is frozen."""
    code, kept = tmp_path / "code", tmp_path / kept_in
    shutil.copytree(repository / "r2_renewal", code / "r2_renewal", ignore=shutil.ignore_patterns("_resources"))
    shutil.copytree(repository / "resources", kept, ignore=shutil.ignore_patterns("pictures"))
    program = (
        f"import sys; sys.path.insert(0, {str(code)!r}); sys.frozen, sys._MEIPASS = True, {str(tmp_path / 'bundle')!r}; "
        f"sys.executable = {str(tmp_path / 'application' / 'payroll')!r}; "
        "from r2_renewal.settings import vendor; print(vendor().product_code); "
        "from r2_renewal.resources import resource; print(resource('texts', 'rodo-1.txt'))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["r2platnik", str(kept / "texts" / "rodo-1.txt")]


def test_a_frozen_bundle_looks_in_itself_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert candidate_folders()[0] == tmp_path / "r2_renewal" / "_resources"


@pytest.mark.parametrize("given", [None, "", " ", "/srv/state", "relative"])
def test_state_lies_where_platformdirs_would_put_it(monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    """At a silent start the library costs more than all the rest, so its rule is kept here and held against it."""
    import platformdirs

    if given is None:
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_STATE_HOME", given)
    assert default_state_dir() == platformdirs.user_state_dir("r2-renewal", appauthor=False)
