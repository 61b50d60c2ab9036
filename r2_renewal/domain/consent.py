"""Consent to automatic renewal and the other texts a customer reads before ordering.

Rules: the user consents to the exact text shown, so its SHA-256 goes with the order and the shop renders the same template
with its own numbers to compare; a box is never ticked by the program (CJEU C-673/17 Planet49).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from r2_renewal.domain.dates import short_date
from r2_renewal.domain.money import Price, show_money
from r2_renewal.domain.offer import QuoteLine

AUTO_RENEWAL = "auto_renewal"
TERMS = "terms"
RODO = "rodo"
LOCALE = "pl-PL"
# What ends before the renewal: what is being ordered, or, where nothing is, what runs.
ORDERED_PERIOD = "zamawiany okres"
RUNNING_PERIOD = "bieżący okres"


@dataclass(frozen=True, slots=True)
class Document:
    """A versioned text of the vendor, with ``{placeholders}`` in a template.

    Attributes:
        kind: ``auto_renewal`` (consent), ``terms`` or ``rodo``.
        version: the vendor's version of the text.
        title: heading for people.
        text: plain text.
    """

    kind: str
    version: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent as the user gave it.

    Attributes:
        kind: the document's kind.
        version: the document's version.
        text: the full text shown.
        sha256: hexadecimal digest of the text in UTF-8.
        locale: language of the text.
    """

    kind: str
    version: str
    text: str
    sha256: str
    locale: str = LOCALE


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the template with each ``{name}`` of ``values`` replaced; text of the values is never read as a template."""
    pieces = template.split("{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, brace, rest = piece.partition("}")
        filled.append(values[name] + rest if brace and name in values else "{" + piece)
    return "".join(filled)


def auto_renewal_text(template: Document, line: QuoteLine, email: str, panel: str, contact: str) -> str:
    """Return the consent to the automatic renewal of one program with its numbers filled in.

    Args:
        template: the consent document.
        line: the program's price and period.
        email: „e-mail do faktury", where notices go.
        panel: address of the web panel.
        contact: the seller's e-mail for statements.
    """
    return renewal_text(
        template,
        program=line.program,
        period=ORDERED_PERIOD,
        last_day=line.period_to,
        price=line.renewal_price,
        email=email,
        panel=panel,
        contact=contact,
    )


def renewal_text(
    template: Document, *, program: str, period: str, last_day: date, price: Price, email: str, panel: str, contact: str
) -> str:
    """Return the consent to automatic renewal for a period ordered now or long ago.

    Args:
        template: the consent document.
        program: name of the program.
        period: ``ORDERED_PERIOD`` in an order, ``RUNNING_PERIOD`` in the account.
        last_day: last day of that period.
        price: today's price of the renewal.
        email: „e-mail do faktury", where notices go.
        panel: address of the web panel.
        contact: the seller's e-mail for statements.
    """
    return fill(
        template.text,
        {
            "program": program,
            "okres": period,
            "data_końca": short_date(last_day),
            "netto": show_money(price.net),
            "brutto": show_money(price.gross),
            "email": email,
            "panel": panel,
            "kontakt": contact,
        },
    )


def give(template: Document, text: str) -> GivenConsent:
    """Return the consent given to the text as shown."""
    return GivenConsent(template.kind, template.version, text, hashlib.sha256(text.encode()).hexdigest())
