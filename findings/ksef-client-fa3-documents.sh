#!/usr/bin/env bash
# ksef-client 0.20.0 (PyPI, extra fa3): what its FA(3) builders write that a seller would not expect. Valid input throughout.
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install -q 'ksef-client[fa3]==0.20.0'
"$room/venv/bin/python" - <<'PY'
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal as D

from ksef_client.documents.fa3 import (
    Address, BasicInvoiceBuilder, CorrectionInvoiceBuilder, InvoiceLine, InvoiceParty, TaxCategory, validate_fa3_xml_xsd,
)

DAY = date(2026, 11, 22)


def begun(builder):
    for name, nip in (("seller", "1234563218"), ("buyer", "5262831503")):
        party = InvoiceParty.polish_company(nip=nip, name="Firma", address=Address.polish("ul. Prosta 1", "00-001 Warszawa"))
        getattr(builder, name)(party)
    return builder.issued_on(DAY)


def invoice(*lines, **after):
    builder = begun(BasicInvoiceBuilder(invoice_number="FV/1"))
    for line in lines:
        builder.add_service_line("Usługa", **{"quantity": D(1), "unit_net_price": D("10.02"), **line})
    return builder


def said(builder, name):
    xml = builder.to_xml(xsd_validate=True).decode()
    return re.findall(f"<{name}>([^<]*)</{name}>", xml)


def expect(words, found, wanted):
    print(f"{words}: {found}")
    assert found == wanted, f"it changed: {wanted} before"


# 23 % of the rate's net total 30.06 is 6.91; the builder adds 2.30 three times.
expect("P_14_1 of three lines of 10.02 at 23 %", said(invoice({}, {}, {}), "P_14_1"), ["6.90"])
# „P_11Vat" belongs to prices counted from gross (VAT act 106e(10)); it stands in every line.
expect("P_11Vat of a line with a net price", said(invoice({}), "P_11Vat"), ["2.30"])
# One day to pay, two elements: the builder keeps it in two lists and writes both.
expect("Termin after one payment_due()", said(invoice({}).payment_due(date(2026, 12, 6)), "Termin"), ["2026-12-06"] * 2)
gross = invoice({"unit_gross_price": D("99.00")})
expect("a gross unit price is printed (P_9B), and counted nowhere (P_15)", [said(gross, "P_9B"), said(gross, "P_15")], [["99"], ["12.32"]])
third = invoice({"quantity": 1 / 3, "unit_net_price": D("3000.00")})
expect("a float quantity, rounded without a word (P_8B), counted unrounded (P_11)", [said(third, "P_8B"), said(third, "P_11")], [["0.333333"], ["1000.00"]])
exempt = invoice({"tax": TaxCategory.from_vat_rate(None)})
expect("the legal basis (P_19A) of an exemption for which none was given", said(exempt, "P_19A"), ["zwolnienie"])

for letter in "\u0086\ufdd0":  # KSeF's rules of file preparation forbid them, XML 1.0 does not
    name = invoice({})
    name._lines[0] = replace(name._lines[0], description=f"Usługa{letter}")
    assert letter in said(name, "P_7")[0], "it changed: a discouraged character is refused"
print("U+0086 and U+FDD0 pass the builder and its check by the official schema")


def correction(quantity, price):
    before = InvoiceLine.create("Usługa", quantity=D(1), unit_net_price=D("10.00"))
    after = replace(before, quantity=quantity, unit_net_price=price)
    builder = begun(CorrectionInvoiceBuilder(invoice_number="KOR/1"))
    builder.corrects_invoice(number="FV/1", issue_date=DAY, reason="Zwrot")
    return builder.add_corrected_line_before_after(before=before, after=after)


try:
    correction(D(0), D("10.00")).to_xml()
    raise SystemExit("it changed: a quantity of 0 after a correction is taken")
except ValueError as error:
    print(f"a quantity of 0 after a correction: {error}")
taken = correction(D(1), D("0.00")).to_xml(xsd_validate=True).decode()
validate_fa3_xml_xsd(re.sub(r"<P_8B>1</P_8B>(?!.*<P_8B>)", "<P_8B>0</P_8B>", taken))
print("the official schema takes it; with a price of 0 the library does as well")
PY
