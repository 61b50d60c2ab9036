"""What counts as a valid e-mail and telephone, for the client and the shop alike.

Rules: e-mail by email-validator, syntax only, ASCII local part, one address; telephone by phonenumbers, region PL, foreign
numbers with ``+`` or ``00``, stored as E.164, shown in international form. The libraries load inside functions.
"""

from __future__ import annotations

from r2_renewal.domain.contact import ContactProblem, ContactVerdict

REGION = "PL"


def check_email(text: str) -> ContactVerdict:
    """Judge an e-mail address as typed."""
    from email_validator import EmailNotValidError, validate_email

    address = text.strip()
    if not address:
        return ContactVerdict(ContactProblem.EMPTY)
    if address.count("@") > 1 and any(separator in address for separator in ",; \t\n"):
        return ContactVerdict(ContactProblem.SEVERAL)
    try:
        value = validate_email(address, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        return ContactVerdict(ContactProblem.INVALID)
    return ContactVerdict(None, value, value)


def check_phone(text: str) -> ContactVerdict:
    """Judge a telephone number as typed."""
    import phonenumbers

    if not text.strip():
        return ContactVerdict(ContactProblem.EMPTY)
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return ContactVerdict(ContactProblem.INVALID)
    if number.extension or not phonenumbers.is_valid_number(number):
        return ContactVerdict(ContactProblem.INVALID)
    stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return ContactVerdict(None, stored, shown)
