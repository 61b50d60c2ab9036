"""Documents draw every character that they are given: nothing is a placeholder, and nothing vanishes."""

from __future__ import annotations

import logging
import re

import pypdfium2
import pytest

from r2_renewal.reference_shop.consent_pdf import consent_pdf
from r2_renewal.reference_shop.invoice_pdf import invoice_pdf
from r2_renewal.reference_shop.pdf_document import FACE, Document
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow
from tests.reference_shop.module import Module
from tests.reference_shop.test_invoices import row, text_of

# A face has some of them, the regular one more, and no face of ours the rest: Han, Thai, a pizza, private use.
STRANGE = "Żak Ωμέγα Чай 漢字 กขค 🍕 𝓡2 \U0010fffd"
PLACEHOLDERS = ["{nb}", "{NB}", "{{nb}}", "{pages}", "{page}", "{total_pages}", "%s %d {0} {name}", "**b** __i__ --u--"]


def drawn(text: str, style: str = "") -> bytes:
    page = Document(15)
    page.add_page()
    page.set_font(FACE, style, 9)
    page.multi_cell(0, 5, text, align="L")
    return bytes(page.output())


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_no_text_of_a_customer_is_a_placeholder(name: str) -> None:
    text = text_of(invoice_pdf(row(buyer_name=f"Biuro {name} Żak", seller_name=f"Sklep {name}")))
    assert text.count(name) == 2


@pytest.mark.parametrize("style", ["", "B"])
def test_a_character_that_the_face_lacks_is_drawn_and_can_be_copied(
    style: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        pdf = drawn(STRANGE, style)
    assert " ".join(text_of(pdf).split()) == STRANGE
    assert [record.getMessage() for record in caplog.records] == []


def test_a_strange_character_is_a_box_with_its_own_code() -> None:
    pictures = {pypdfium2.PdfDocument(drawn(char))[0].render(scale=4).to_pil().tobytes() for char in "漢字🍕ก"}
    assert len(pictures) == 4
    nothing = pypdfium2.PdfDocument(drawn(" "))[0].render(scale=4).to_pil().tobytes()
    assert nothing not in pictures


def test_every_field_of_an_invoice_may_hold_strange_characters() -> None:
    pdf = invoice_pdf(row(buyer_name=STRANGE, buyer_street=STRANGE, buyer_city=STRANGE))
    assert text_of(pdf).count("漢字 กขค 🍕") == 3
    assert pdf == invoice_pdf(row(buyer_name=STRANGE, buyer_street=STRANGE, buyer_city=STRANGE))


def test_a_plain_document_has_no_font_more() -> None:
    assert len(re.findall(rb"/FontFile2", drawn("Zażółć gęślą jaźń"))) == 2  # regular and bold


def test_a_consent_is_drawn_like_an_invoice(module: Module, shop: Shop) -> None:
    module.order(LICENCE_ID)
    with shop.database.reading() as session:
        consent = session.query(ConsentRow).one()
    assert "R2 {nb} 漢" in text_of(consent_pdf(consent, "R2 {nb} 漢", shop.settings.seller))
