"""The form's order written to a file by the real agent: no shop, no network, and no word of it in the log."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from r2_renewal.agent.protocol import ExportParams, ExportResult, Method, WantedItem
from r2_renewal.contract.prepared_order import PreparedOrder, unpack
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.money import Money
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer
from r2_renewal.licensing.armour import ORDER, unwrap
from tests.agent.conversation import Hosts, RefusedError
from tests.agent.scripted_shop import ScriptedShop
from tests.licence_files import LICENCE


def order_in(path: Path) -> PreparedOrder:
    return unpack(unwrap(path.read_bytes(), ORDER))


def log_with(hosts: Hosts, what: str) -> str:
    """Return the agent's log once a line is in it: it is written after the answer."""
    end = time.monotonic() + 30
    while what not in (log := hosts.log()):
        assert time.monotonic() < end, log
        time.sleep(0.02)
    return log


def test_a_filled_in_form_is_written_without_the_shop(hosts: Hosts, shop: ScriptedShop, tmp_path: Path) -> None:
    shop.close()
    file = tmp_path / "zamówienie.r2order"
    params = ExportParams(
        path=str(file),
        items=(WantedItem("L-9", ServiceKind.EXTENSION, "offer-100", date(2027, 3, 28)),),
        invoice_email="  faktury@zak.example ",
        orderer=Orderer("Łucja", "Żak", "601 2", "ł" * 400),
        gross=Money(Decimal("560.14")),
        told_on=date(2026, 11, 1),
    )
    result: ExportResult = hosts.greeted(offline_only=True).call(Method.ORDER_EXPORT, params)
    order = order_in(file)
    assert [(item.licence_id, item.kind, item.offer_id) for item in order.items] == [("L-9", "extension", "offer-100")]
    assert order.items[0].runs_until == date(2027, 3, 28)
    assert (order.invoice_email, order.orderer.phone) == ("faktury@zak.example", "601 2")
    assert order.orderer.email == "ł" * 254
    assert order.shown is not None
    assert (order.shown.gross.amount, order.shown.told_on) == ("560.14", date(2026, 11, 1))
    assert result.page == f"{hosts.shop_url}/panel/zamowienie-z-pliku"
    assert len(result.qr) > 60
    assert {len(row) for row in result.qr} == {len(result.qr)}
    log = log_with(hosts, "order.export")
    assert "zak" not in log.lower()


def test_with_nothing_chosen_it_is_for_the_program_of_the_licence(hosts: Hosts, tmp_path: Path) -> None:
    file = tmp_path / "z.r2order"
    hosts.greeted().call(Method.ORDER_EXPORT, ExportParams(path=str(file)))
    [item] = order_in(file).items
    assert (item.licence_id, item.kind, item.runs_until) == ("lic-1", "", LICENCE.programs[0].valid_until)


def test_a_folder_is_no_place_for_a_file(hosts: Hosts, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        hosts.greeted().call(Method.ORDER_EXPORT, ExportParams(path=str(tmp_path / "nie ma" / "z.r2order")))
    assert refused.value.data.code == ErrorCode.FILE_NOT_WRITABLE.value


def test_a_broken_licence_is_not_carried_to_the_shop(hosts: Hosts, tmp_path: Path) -> None:
    hosts.licence.write_bytes(hosts.licence.read_bytes()[:300])
    file = tmp_path / "z.r2order"
    with pytest.raises(RefusedError) as refused:
        hosts.greeted().call(Method.ORDER_EXPORT, ExportParams(path=str(file)))
    assert refused.value.data.code == ErrorCode.LICENCE_MALFORMED.value
    assert not file.exists()
