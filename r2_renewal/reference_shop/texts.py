"""The vendor's versioned texts: consent, terms and the RODO clause, read from ``resources/texts/KIND-VERSION.txt``.

Rules: a text's first line is its title; a published version never changes, a change is a new file; the consent stays a
template, since its numbers are the quote's; in the other texts the shop fills in the vendor's data.
"""

from __future__ import annotations

from functools import cache

from r2_renewal.contract.structs import DocumentBody, DocumentRef
from r2_renewal.domain.consent import AUTO_RENEWAL, RODO, TERMS, Document, fill
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.resources import resource
from r2_renewal.settings import Vendor

KINDS = (AUTO_RENEWAL, TERMS, RODO)


@cache
def versions(kind: str) -> tuple[str, ...]:
    """Return the published versions of a kind, oldest first.

    Raises:
        RenewalError: CONFIGURATION, where a known kind has no text.
    """
    found = sorted(int(path.stem.removeprefix(f"{kind}-")) for path in resource("texts").glob(f"{kind}-*.txt"))
    if not found:
        raise RenewalError(ErrorCode.CONFIGURATION, f"no text of kind {kind}")
    return tuple(str(number) for number in found)


def document(kind: str, version: str, vendor: Vendor) -> Document | None:
    """Return one version of a text with the vendor's data filled in, or None where there is none."""
    if kind not in KINDS or version not in versions(kind):
        return None
    return _read(kind, version, vendor)


def _read(kind: str, version: str, vendor: Vendor) -> Document:
    title, _, text = resource("texts", f"{kind}-{version}.txt").read_text(encoding="utf-8").partition("\n")
    body = text.strip()
    return Document(kind, version, title.strip(), body if kind == AUTO_RENEWAL else fill(body, _vendor_data(vendor)))


def current(kind: str, vendor: Vendor) -> Document:
    """Return the version of a text in force.

    Raises:
        RenewalError: CONFIGURATION, where there is none.
    """
    return _read(kind, versions(kind)[-1], vendor)


def current_versions() -> tuple[DocumentRef, ...]:
    """Return the names of the texts in force."""
    return tuple(DocumentRef(kind=kind, version=versions(kind)[-1]) for kind in KINDS)


def body_of(text: Document) -> DocumentBody:
    """Return a text as it goes over the wire."""
    return DocumentBody(kind=text.kind, version=text.version, title=text.title, text=text.text)


def _vendor_data(vendor: Vendor) -> dict[str, str]:
    return {
        "administrator": vendor.administrator,
        "sprzedawca": vendor.administrator,
        "iod": vendor.data_protection_officer,
        "link": vendor.privacy_url,
        "kontakt": vendor.contact_email,
        "panel": vendor.panel_url,
    }
