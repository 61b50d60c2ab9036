"""Letters as text and HTML from one template each, so that the two never say different things.

Rules: a template is prose in Polish and calls the parts of a layout (``layout.txt``, ``layout.html``); in HTML every value is
escaped; there is no image, script or address of others in a letter; a subject is one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from r2_renewal.domain.company import show_nip
from r2_renewal.domain.dates import end_text, sentence_moment, short_date
from r2_renewal.domain.money import show_money
from r2_renewal.reference_shop.seller import Seller, show_account
from r2_renewal.settings import Vendor

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "mail"
# A no-break space is no gap; whatever some reader takes for the end of a line is one, and a header with it is none.
_GAPS = re.compile(r"[ \t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


class MailKind(StrEnum):
    """What a letter tells of; its template has the same name."""

    ORDER_CONFIRMATION = "order_confirmation"
    INVOICE = "invoice"
    CORRECTION_INVOICE = "correction_invoice"
    RENEWAL_NOTICE = "renewal_notice"
    RENEWAL_DONE = "renewal_done"
    RENEWAL_REFUSED = "renewal_refused"
    RENEWAL_CANCELLED = "renewal_cancelled"
    WITHDRAWAL_RECEIPT = "withdrawal_receipt"
    CORRECTION_TICKET = "correction_ticket"
    INVOICE_EMAIL_CHANGED = "invoice_email_changed"
    INVOICE_EMAIL_NEW = "invoice_email_new"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the kind's name


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be sent. Attributes: subject: one line; text; html: the same, for people who read HTML."""

    subject: str
    text: str
    html: str


def render(kind: MailKind, values: Mapping[str, Any], vendor: Vendor, seller: Seller) -> Letter:
    """Return the letter of a kind.

    Args:
        kind: what it tells of.
        values: what its template names.
        vendor: where customers turn.
        seller: who writes.
    """
    known = {**values, "vendor": vendor, "seller": seller}
    text = _environment(html=False).get_template(f"{kind.value}.j2").make_module({**known, "layout": "layout.txt"})
    html = _environment(html=True).get_template(f"{kind.value}.j2").make_module({**known, "layout": "layout.html"})
    subject: str = vars(text)["subject"]
    return Letter(one_line(subject), _EMPTY_LINES.sub("\n\n", str(text)).strip() + "\n", str(html).strip() + "\n")


def one_line(text: str) -> str:
    """Return the text with every gap made one space."""
    return _GAPS.sub(" ", text).strip()


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,  # noqa: S701 - the other is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=short_date,
        end=end_text,
        money=show_money,
        moment=sentence_moment,
        nip=show_nip,
        account=show_account,
        one_line=one_line,
    )
    return environment
