"""What counts as a valid e-mail and telephone, for the client and the shop alike.

Rules: e-mail by email-validator, syntax only, ASCII local part, at most 64 octets of it and 254 of the whole (RFC 5321);
an international domain and its ``xn--`` form are one address: stored and shown in Unicode, sent in ASCII (RFC 5891). Telephone:
``phone``. The libraries load inside functions.
"""

from __future__ import annotations

from r2_renewal.contract.phone import check_phone
from r2_renewal.domain.contact import ContactProblem, ContactVerdict, visible

__all__ = ["check_email", "check_phone", "sendable_email"]

LONGEST_LOCAL_PART, LONGEST_EMAIL = 64, 254


def check_email(text: str) -> ContactVerdict:
    """Judge an e-mail address as typed."""
    address = visible(text)
    if not address:
        return ContactVerdict(ContactProblem.EMPTY)
    if address.count("@") > 1 and any(separator in address for separator in ",; \t\n"):
        return ContactVerdict(ContactProblem.SEVERAL)
    valid = _validated(address)
    return ContactVerdict(ContactProblem.INVALID) if valid is None else ContactVerdict(None, valid[0], valid[0])


def sendable_email(address: str) -> str:
    """Return the ASCII form of an address, as SMTP carries it; what is no address is returned as it is."""
    valid = _validated(visible(address))
    return address if valid is None else valid[1]


def _validated(address: str) -> tuple[str, str] | None:
    """Return an address in Unicode and in ASCII; None for what is none."""
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    sent = valid.ascii_email or valid.normalized
    if len(sent.rpartition("@")[0]) > LONGEST_LOCAL_PART or len(sent) > LONGEST_EMAIL:
        return None
    return valid.normalized, sent
