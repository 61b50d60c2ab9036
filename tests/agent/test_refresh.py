"""The licence asked for anew: in one round trip, with a tag for what is known, installed where it is newer."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method, Nothing
from r2_renewal.contract import paths
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.store import database
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import PERIOD, Reply, ScriptedShop, http, raw, renewed, silence, storefront_body
from tests.agent.test_orders import is_installed
from tests.licence_files import PROGRAM, Vendor

TAG = '"3f9c"'
NOT_MODIFIED = raw(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")


def told(tag: str = TAG, **changes: object) -> Reply:
    """Answer with a storefront whose program has other values."""
    body = storefront_body()
    program = msgspec.structs.replace(body.programs[0], **changes)
    body = msgspec.structs.replace(body, programs=(program,))
    return raw(http(200, msgspec.json.encode(body), paths.JSON_TYPE, f"ETag: {tag}"))


def refresh(hosts: Hosts) -> protocol.RefreshResult:
    """Ask as each start of the host does: by an agent of its own."""
    result: protocol.RefreshResult = hosts.greeted().call(Method.LICENCE_REFRESH, Nothing())
    return result


def conditions(shop: ScriptedShop) -> list[str | None]:
    return [seen.headers.get("if-none-match") for seen in shop.seen("GET", paths.STOREFRONT)]


def test_nothing_new_is_asked_by_tag_and_still_known(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, told(auto_renewal=True), NOT_MODIFIED)
    first, second = refresh(hosts), refresh(hosts)
    assert first == second == protocol.RefreshResult(valid_until=PROGRAM.valid_until, enrolled=True)
    assert conditions(shop) == [None, TAG]


def test_a_newer_licence_is_installed_also_where_the_tag_was_known_before(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor
) -> None:
    newer = {"seq": PROGRAM.seq + 1, "valid_until": PERIOD.last_day}
    shop.script("GET", paths.STOREFRONT, told(**newer), NOT_MODIFIED)
    shop.script("GET", paths.licence_file(PROGRAM.licence_id), raw(b"HTTP/1.1 200 OK\r\n\r\nno licence"))
    with pytest.raises(RefusedError):
        refresh(hosts)
    shop.certificate = renewed(vendor)
    agent = hosts.greeted()
    assert agent.call(Method.LICENCE_REFRESH, Nothing()).valid_until == PERIOD.last_day
    assert agent.wait_for(is_installed).valid_until == PERIOD.last_day
    assert hosts.licence.read_bytes() == renewed(vendor)
    assert conditions(shop) == [None, TAG]


def test_a_changed_storefront_comes_whole_with_its_new_tag(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, told(), told('"next"', auto_renewal=True), NOT_MODIFIED)
    assert [refresh(hosts).enrolled for _ in range(3)] == [False, True, True]
    assert conditions(shop) == [None, TAG, '"next"']


def test_a_tag_of_another_shop_is_not_sent(hosts: Hosts, shop: ScriptedShop, vendor: Vendor) -> None:
    shop.script("GET", paths.STOREFRONT, told())
    refresh(hosts)
    other = ScriptedShop(vendor)
    hosts.shop_url = other.url
    refresh(hosts)
    assert conditions(other) == [None]
    other.close()


def test_not_modified_without_a_condition_is_not_the_shops_answer(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, NOT_MODIFIED)
    with pytest.raises(RefusedError) as refused:
        refresh(hosts)
    assert refused.value.data.code == ErrorCode.NOT_THE_SHOP.value


def test_without_a_usable_cache_it_is_asked_whole(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, told(), told())
    refresh(hosts)
    with database.writing(hosts.state_dir) as connection:
        connection.execute("UPDATE shop_cache SET valid_until = 'tomorrow'")
    refresh(hosts)
    assert conditions(shop) == [None, None]


def test_a_shop_that_never_answers_is_given_up_within_three_seconds(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, silence, silence, silence)
    with pytest.raises(RefusedError) as refused:
        hosts.greeted().call(Method.LICENCE_REFRESH, Nothing(), patience=3.2)
    assert refused.value.data.code == ErrorCode.TIMEOUT.value


def test_a_licence_that_the_shop_does_not_list_is_said(hosts: Hosts, shop: ScriptedShop) -> None:
    shop.script("GET", paths.STOREFRONT, told(licence_id="another"))
    with pytest.raises(RefusedError) as refused:
        refresh(hosts)
    assert refused.value.data.code == ErrorCode.LICENCE_REFUSED_BY_SHOP.value


def test_a_renewed_licence_goes_to_the_users_own_folder_where_no_other_takes_it(
    hosts: Hosts, shop: ScriptedShop, vendor: Vendor, tmp_path: Path
) -> None:
    """The machine's folder holds the old licence for all; the user's folder is made when it is first needed."""
    machine, mine = tmp_path / "machine" / "R2.lic", tmp_path / "mine" / "licence" / "R2.lic"
    machine.parent.mkdir()
    machine.write_bytes(vendor.certificate())
    machine.parent.joinpath(".R2.lic.lock").mkdir()  # a lock that nobody can take: what lies here cannot be replaced
    shop.script("GET", paths.STOREFRONT, told(seq=PROGRAM.seq + 1, valid_until=PERIOD.last_day))
    shop.certificate = renewed(vendor)
    gone = tmp_path / "gone" / "R2.lic"
    agent = hosts.greeted(licence_path=str(gone), other_places=(str(machine), str(mine)))
    assert agent.call(Method.LICENCE_REFRESH, Nothing()).valid_until == PERIOD.last_day
    assert (machine.read_bytes(), mine.read_bytes()) == (vendor.certificate(), renewed(vendor))
    assert not gone.parent.exists()
