"""Failures of the module: a stable code each. Words for people live in ``ui/error_texts.py`` only.

Rules: a code never changes its meaning and is never reused; only ``RenewalError`` leaves an adapter, a library's own
exception never crosses a room; ``detail`` is for the log and holds no secret and no personal datum.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes, short enough to be read over the telephone. L licence, N network, O order, A account, S system."""

    LICENCE_MISSING = "R2-L01"
    LICENCE_UNREADABLE = "R2-L02"
    LICENCE_MALFORMED = "R2-L03"
    LICENCE_BAD_SIGNATURE = "R2-L04"
    LICENCE_UNKNOWN_KEY = "R2-L05"
    LICENCE_WRONG_PRODUCT = "R2-L06"
    LICENCE_NOT_YET_VALID = "R2-L07"
    LICENCE_FILE_EXPIRED = "R2-L08"
    LICENCE_EXPIRED = "R2-L09"
    LICENCE_OLDER = "R2-L10"
    LICENCE_OTHER_CUSTOMER = "R2-L11"
    LICENCE_NOT_WRITABLE = "R2-L12"
    LICENCE_KEY_NEEDED = "R2-L13"
    TRUSTED_KEYS = "R2-L14"
    LICENCE_KEY_WRONG = "R2-L15"
    LICENCE_SEVERAL = "R2-L16"
    LICENCE_KEY_FILE = "R2-L17"
    LICENCE_TOO_LARGE = "R2-L18"

    OFFLINE = "R2-N01"
    TIMEOUT = "R2-N02"
    TLS = "R2-N03"
    NOT_THE_SHOP = "R2-N04"
    SHOP_FAILURE = "R2-N05"
    SHOP_BUSY = "R2-N06"
    SESSION_EXPIRED = "R2-N07"
    LICENCE_REFUSED_BY_SHOP = "R2-N08"
    PROXY = "R2-N09"
    NOT_FOUND = "R2-N10"
    OFFLINE_BY_POLICY = "R2-N11"
    PROXY_SCRIPT = "R2-N12"
    PROXY_SETTING = "R2-N13"
    CA_FILE = "R2-N14"

    ORDER_NOT_SENT = "R2-O01"
    ORDER_UNKNOWN = "R2-O02"
    PRICE_CHANGED = "R2-O03"
    CONSENT_TEXT_CHANGED = "R2-O04"
    ORDER_INVALID = "R2-O05"
    INVOICE_NIP_INVALID = "R2-O06"
    CONSENT_REQUIRED = "R2-O07"
    OFFER_WITHDRAWN = "R2-O08"
    KEY_REUSED = "R2-O09"
    ORDER_IN_PROGRESS = "R2-O10"
    ORDER_CANCELLED = "R2-O11"
    WITHDRAWAL_TOO_LATE = "R2-O12"
    ORDER_CLOSED = "R2-O13"
    ORDER_FILE_MALFORMED = "R2-O21"
    ORDER_FILE_NEWER = "R2-O22"
    ORDER_FILE_TOO_BIG_FOR_QR = "R2-O23"
    ORDER_FILE_IS_NO_LICENCE = "R2-O24"
    ORDER_FILE_ENCRYPTED_LICENCE = "R2-O25"
    ORDER_FILE_TOO_LARGE = "R2-O26"

    ACCOUNT_REFUSED = "R2-A01"
    LOGIN_AGAIN = "R2-A02"
    VAULT_ABSENT = "R2-A03"
    VAULT_LOCKED = "R2-A04"
    VAULT_FAILED = "R2-A05"
    VAULT_MUTE = "R2-A06"
    VAULT_TOO_LONG = "R2-A07"
    CUSTOMER_CHANGED = "R2-A08"

    AGENT_MISSING = "R2-S01"
    AGENT_DIED = "R2-S02"
    AGENT_GARBLED = "R2-S03"
    STORE = "R2-S04"
    CONFIGURATION = "R2-S05"
    NO_DISPLAY = "R2-S06"
    PORT_BUSY = "R2-S07"
    EXTRA_MISSING = "R2-S08"
    SHOP_FOLDER = "R2-S09"
    SHOP_DATABASE = "R2-S10"
    SIGNING_KEY = "R2-S11"
    NO_SUCH_ORDER = "R2-S12"
    NO_SUCH_LICENCE = "R2-S13"
    ADDRESS_UNUSABLE = "R2-S14"
    FILE_NOT_WRITABLE = "R2-S15"
    MAIL_SETTINGS = "R2-S16"
    CALL_CANCELLED = "R2-S17"
    INVOICE_DOCUMENT = "R2-S18"
    RECIPIENT = "R2-S19"
    KSEF_SETTINGS = "R2-S22"
    STATE_FOLDER = "R2-S20"
    LOG_UNUSABLE = "R2-S21"
    NO_PRINTER = "R2-S23"
    LIBRARY_BROKEN = "R2-S24"
    INTERNAL = "R2-S99"

    @classmethod
    def named(cls, text: str) -> ErrorCode:
        """Return the code that a text names; INTERNAL for one that this version does not know."""
        return cls(text) if text in set(cls) else cls.INTERNAL


class RenewalError(Exception):
    """A failure with a stable code.

    Attributes:
        code: what happened, for programs and for the reader of the log.
        detail: one line for the log; never shown as it is to a user.
    """

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(f"{code.value} {code.name}: {detail}" if detail else f"{code.value} {code.name}")
        self.code = code
        self.detail = detail
