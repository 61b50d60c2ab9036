"""Checks an FA(3) document before it is kept: the official schema, KSeF's own rules of form, and every field against the invoice.

Rules: nothing is fetched (the schemas come with the library); the document is read anew from its bytes, by another library than
the one that wrote it, so that what is compared is what KSeF will read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from r2_renewal.domain.dates import warsaw_date
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.money import Money
from r2_renewal.domain.recipient_role import RecipientRole
from r2_renewal.reference_shop.pricing import VatTotal, vat_totals
from r2_renewal.reference_shop.tables import InvoiceKind, InvoiceRow

NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"
NAMES = {"f": NAMESPACE}
_SCHEMAS, _SCHEMA = "ksef_client.documents.fa3.schemas", "schemat_FA(3)_v1-0E.xsd"
# What the Ministry's rules of file preparation name beside XML 1.0's own: controls and characters that are none.
_DISCOURAGED = re.compile(
    "[\x7f-\x84\x86-\x9f\ufdd0-\ufdef"
    + "".join(f"{chr(0x10000 * plane + 0xFFFE)}{chr(0x10000 * plane + 0xFFFF)}" for plane in range(17))
    + "]"
)
# Where the net total of a rate stands and where its VAT does; a rate of nothing has none.
_FIELDS = {
    Decimal("0.23"): ("P_13_1", "P_14_1"),
    Decimal("0.22"): ("P_13_1", "P_14_1"),
    Decimal("0.08"): ("P_13_2", "P_14_2"),
    Decimal("0.07"): ("P_13_2", "P_14_2"),
    Decimal("0.05"): ("P_13_3", "P_14_3"),
    Decimal("0.04"): ("P_13_4", "P_14_4"),
    Decimal("0.03"): ("P_13_4", "P_14_4"),
    Decimal("0"): ("P_13_6_1", ""),
}
# What a recipient is to the buyer, as „Rola" of „Podmiot3".
ROLES = {
    RecipientRole.RECIPIENT.value: "2",
    RecipientRole.LOCAL_GOVERNMENT_UNIT.value: "8",
    RecipientRole.VAT_GROUP_MEMBER.value: "10",
}
_KINDS = {InvoiceKind.INVOICE.value: "VAT", InvoiceKind.CORRECTION.value: "KOR"}


@cache
def schema() -> Any:
    """Return the official schema, compiled once a process from the files that come with the library."""
    from lxml import etree  # type: ignore[import-untyped]

    class _Bundled(etree.Resolver):  # type: ignore[misc]
        def resolve(self, url: str, _public_id: str | None, context: Any) -> Any:
            content = (resources.files(_SCHEMAS) / PurePosixPath(url).name).read_bytes()
            return self.resolve_string(content, context, base_url=url)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Bundled())
    content = (resources.files(_SCHEMAS) / _SCHEMA).read_bytes()
    return etree.XMLSchema(etree.fromstring(content, parser, base_url=_SCHEMA))


def parsed(content: bytes) -> Any:
    """Return the root of a document, read without entities and without the network."""
    from lxml import etree

    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def written(root: Any) -> bytes:
    """Return a document as bytes: UTF-8 without BOM."""
    from lxml import etree

    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def check(content: bytes, row: InvoiceRow) -> None:
    """Refuse a document that KSeF would refuse, or that says anything else than the invoice.

    Raises:
        RenewalError: INVOICE_DOCUMENT, naming what is wrong; never a value.
    """
    wrong = next(_faults(content, row), None)
    if wrong is not None:
        raise RenewalError(ErrorCode.INVOICE_DOCUMENT, f"{row.number}: {wrong}")


def _faults(content: bytes, row: InvoiceRow) -> Iterator[str]:
    text = content.decode("utf-8")
    if text.startswith("\ufeff") or "<!" in text or "<?" in text[2:]:
        yield "a byte order mark, a processing instruction or a declaration"
    if is_discouraged(text):
        yield "a discouraged character"
    root = parsed(content)
    if not schema().validate(root):
        yield "; ".join(error.type_name for error in schema().error_log)
    said, meant = dict(_said(root)), dict(_meant(row))
    for name in sorted(said.keys() | meant.keys()):
        if said.get(name) != meant.get(name):
            yield f"{name} is not the invoice's"


def is_discouraged(text: str) -> bool:
    """Whether a text holds a character that KSeF's rules of file preparation forbid though XML takes it."""
    return _DISCOURAGED.search(text) is not None


_LINE_TEXTS = ("P_7", "P_8A", "P_8B", "P_12", "StanPrzed")
_LINE_AMOUNTS = ("P_9A", "P_11")
# Gross prices, discounts, and the VAT of a line, which is said where prices are gross alone.
_NEVER_IN_A_LINE = ("P_11Vat", "P_11A", "P_9B", "P_10")
_PLACES = {"seller": "Podmiot1", "buyer": "Podmiot2"}


def _said(root: Any) -> Iterator[tuple[str, object]]:
    """Read every field that is compared, by its path; of repeated elements, all of them in order."""
    for path in ("Fa/P_1", "Fa/P_2", "Fa/KodWaluty", "Fa/RodzajFaktury", "Fa/OkresFa/P_6_Od", "Fa/OkresFa/P_6_Do"):
        yield path, _texts(root, path)
    yield from _said_parties(root)
    for element in root.iterfind("f:Fa/*", NAMES):
        if _name(element).startswith(("P_13", "P_14", "P_15")):
            yield f"Fa/{_name(element)}", Decimal(element.text)
    for field in _LINE_TEXTS:
        yield f"FaWiersz/{field}", _texts(root, f"Fa/FaWiersz/{field}")
    for field in (*_LINE_AMOUNTS, *_NEVER_IN_A_LINE):
        yield f"FaWiersz/{field}", tuple(Decimal(text) for text in _texts(root, f"Fa/FaWiersz/{field}"))
    for path in ("TerminPlatnosci/Termin", "FormaPlatnosci", "RachunekBankowy/NrRB"):
        yield f"Platnosc/{path}", _texts(root, f"Fa/Platnosc/{path}")
    yield "Fa/Zamowienia", _texts(root, "Fa/WarunkiTransakcji/Zamowienia/NrZamowienia")
    for element in root.iterfind("f:Fa/f:DaneFaKorygowanej/*", NAMES):
        yield f"DaneFaKorygowanej/{_name(element)}", (element.text,)


def _said_parties(root: Any) -> Iterator[tuple[str, object]]:
    for place in ("Podmiot1", "Podmiot2", "Podmiot3"):
        for field in ("DaneIdentyfikacyjne", "Adres"):
            for element in root.iterfind(f"f:{place}/f:{field}/*", NAMES):
                yield f"{place}/{_name(element)}", (element.text,)
        for field in ("JST", "GV", "Rola"):
            if found := _texts(root, f"{place}/{field}"):
                yield f"{place}/{field}", found


def _meant(row: InvoiceRow) -> Iterator[tuple[str, object]]:
    yield "Fa/P_1", (warsaw_date(row.issued_at).isoformat(),)
    yield "Fa/P_2", (row.number,)
    yield "Fa/KodWaluty", ("PLN",)
    yield "Fa/RodzajFaktury", (_KINDS[row.kind],)
    yield "Fa/OkresFa/P_6_Od", (row.sold_from.isoformat(),)
    yield "Fa/OkresFa/P_6_Do", (row.sold_to.isoformat(),)
    yield from _meant_parties(row)
    yield from _meant_totals(row)
    yield from _meant_lines(row)
    is_invoice = row.kind == InvoiceKind.INVOICE.value
    yield "Platnosc/TerminPlatnosci/Termin", (row.due_on.isoformat(),) if is_invoice else ()
    yield "Platnosc/FormaPlatnosci", ("6",) if is_invoice else ()
    yield "Platnosc/RachunekBankowy/NrRB", (row.account,) if is_invoice else ()
    yield "Fa/Zamowienia", (row.order_number,)
    if row.corrects is not None:
        yield from _meant_correction(row, row.corrects)


def _meant_parties(row: InvoiceRow) -> Iterator[tuple[str, object]]:
    for side, place in _PLACES.items():
        yield f"{place}/NIP", (getattr(row, f"{side}_nip"),)
        yield f"{place}/Nazwa", (getattr(row, f"{side}_name"),)
        yield from _meant_address(row, side, place)
    role = ROLES[row.recipient_role] if row.recipient_name else ""
    yield "Podmiot2/JST", ("1" if role == "8" else "2",)
    yield "Podmiot2/GV", ("1" if role == "10" else "2",)
    if role:
        yield from _meant_recipient(row, role)


def _meant_recipient(row: InvoiceRow, role: str) -> Iterator[tuple[str, object]]:
    place = "Podmiot3"
    yield f"{place}/Nazwa", (row.recipient_name,)
    yield f"{place}/Rola", (role,)
    if row.recipient_nip:
        yield f"{place}/NIP", (row.recipient_nip,)
    elif row.recipient_internal_id:
        yield f"{place}/IDWew", (row.recipient_internal_id,)
    else:
        yield f"{place}/BrakID", ("1",)
    yield from _meant_address(row, "recipient", place)


def _meant_address(row: InvoiceRow, side: str, place: str) -> Iterator[tuple[str, object]]:
    street, postcode, city = (getattr(row, f"{side}_{name}") for name in ("street", "postcode", "city"))
    lines = [line for line in (street.strip(), f"{postcode} {city}".strip()) if line]
    if lines:
        yield f"{place}/KodKraju", ("PL",)
    for number, line in enumerate(lines, 1):
        yield f"{place}/AdresL{number}", (line,)


def _meant_totals(row: InvoiceRow) -> Iterator[tuple[str, object]]:
    sign = -1 if row.kind == InvoiceKind.CORRECTION.value else 1
    nets, vats = dict[str, Decimal](), dict[str, Decimal]()
    for total in _totals(row):
        net, vat = _FIELDS.get(total.rate, ("a rate of its own", ""))
        nets[net] = nets.get(net, Decimal(0)) + sign * total.price.net.amount
        if vat:
            vats[vat] = vats.get(vat, Decimal(0)) + sign * total.price.vat.amount
    for name, amount in (*nets.items(), *vats.items()):
        yield f"Fa/{name}", amount
    yield "Fa/P_15", row.gross
    # The invoice's own sums, which nothing of the document is counted from.
    if (sum(nets.values()), sum(vats.values()), row.net + row.vat) != (row.net, row.vat, row.gross):
        yield "the invoice's totals", row.gross


def _totals(row: InvoiceRow) -> tuple[VatTotal, ...]:
    return vat_totals((line.vat_rate, Money(line.net)) for line in row.lines)


def _meant_lines(row: InvoiceRow) -> Iterator[tuple[str, object]]:
    is_correction = row.kind == InvoiceKind.CORRECTION.value
    copies = 2 if is_correction else 1  # before the correction, and after it
    lines = [line for line in row.lines for _copy in range(copies)]
    prices = [Decimal(0) if is_correction and at % 2 else line.net for at, line in enumerate(lines)]
    yield "FaWiersz/P_7", tuple(line.description for line in lines)
    yield "FaWiersz/P_8A", ("szt.",) * len(lines)
    yield "FaWiersz/P_8B", ("1",) * len(lines)
    yield "FaWiersz/P_12", tuple(_rate(line.vat_rate) for line in lines)
    yield "FaWiersz/StanPrzed", ("1",) * (len(row.lines) if is_correction else 0)
    for field in _LINE_AMOUNTS:
        yield f"FaWiersz/{field}", tuple(prices)
    for field in _NEVER_IN_A_LINE:
        yield f"FaWiersz/{field}", ()


def _rate(rate: Decimal) -> str:
    return f"{rate * 100:.0f}" if rate else "0 KR"


def number_named(row: InvoiceRow, corrected: InvoiceRow) -> str | None:
    """Return the number in KSeF that a correction names; a made-up one is never told to KSeF."""
    return None if corrected.is_sample and not row.is_sample else corrected.ksef_number


def _meant_correction(row: InvoiceRow, corrected: InvoiceRow) -> Iterator[tuple[str, object]]:
    place = "DaneFaKorygowanej"
    yield f"{place}/DataWystFaKorygowanej", (warsaw_date(corrected.issued_at).isoformat(),)
    yield f"{place}/NrFaKorygowanej", (corrected.number,)
    number = number_named(row, corrected)
    if number:
        yield f"{place}/NrKSeF", ("1",)
        yield f"{place}/NrKSeFFaKorygowanej", (number,)
    else:
        yield f"{place}/NrKSeFN", ("1",)


def _texts(root: Any, path: str) -> tuple[str, ...]:
    steps = "/".join(f"f:{step}" for step in path.split("/"))
    return tuple(element.text or "" for element in root.iterfind(steps, NAMES))


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
