"""The outer wrapping of a licence file, and of an order's: marker lines around base64, as Keygen writes it.

Rules: tolerant outside, strict inside. Mail programs, editors and USB sticks add a BOM, CRLF, spaces, a covering letter,
save as UTF-16, and lose dashes or the last line end: none of that makes a customer's licence bad; what else letters do,
``letters`` undoes. The base64 between the markers is strict and canonical, so that one content has exactly one encoding.
"""

from __future__ import annotations

import binascii
import codecs

from r2_renewal.domain.errors import ErrorCode, RenewalError

LICENCE, ORDER = "LICENSE FILE", "R2 ORDER"
LINE_LENGTH = 60

# Editors turn "--" into one of the typographic dashes; base64 has none of them.
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
# Of this many bytes every second one is looked at, to tell UTF-16 without a mark.
_SAMPLE = 512


def unwrap(certificate: bytes | str, label: str = LICENCE) -> bytes:
    """Return the bytes inside the armour; of several, the first.

    Args:
        certificate: the file's content.
        label: what the marker lines say after BEGIN and END.

    Raises:
        RenewalError: LICENCE_MALFORMED, where a marker is missing or the base64 between them is not strict;
            ORDER_FILE_IS_NO_LICENCE, where a licence is wanted and it is an order.
    """
    return contents(certificate, label)[0]


def contents(certificate: bytes | str, label: str = LICENCE) -> tuple[bytes, ...]:
    """Return the bytes inside every armour of a text, in their order, each once; which of them is meant a signature says.

    Args:
        certificate: the file's content, or a letter with it.
        label: what the marker lines say after BEGIN and END.

    Raises:
        RenewalError: as ``unwrap``.
    """
    text = text_of(certificate)
    try:
        return (_only_content(text, label),)
    except RenewalError as refusal:
        found = _in_letter(text, label)
        if not found and label == LICENCE and _in_letter(text, ORDER):
            raise RenewalError(ErrorCode.ORDER_FILE_IS_NO_LICENCE, "a prepared order inside") from refusal
        if not found:
            raise
        return found


def _only_content(text: str, label: str) -> bytes:
    """Return the bytes of a file that is nothing but one armour in a plain text: what nearly every file is."""
    # A licence server answers in JSON: whoever copies a file out of that brings the line ends along as they are written there.
    line = " ".join(text.replace("\\r", " ").replace("\\n", " ").split())
    _, begun, rest = line.partition(f"BEGIN {label}")
    body, ended, after = rest.partition(f"END {label}")
    if not begun and label == LICENCE and f"BEGIN {ORDER}" in line:
        raise RenewalError(ErrorCode.ORDER_FILE_IS_NO_LICENCE, "a prepared order inside")
    if not begun:
        raise malformed("no licence inside")
    if not ended:
        raise malformed("cut before its end")
    if label in after:
        raise malformed("more than one armour")
    return strict_base64(body.replace(" ", "").strip(_DASHES))


def _in_letter(text: str, label: str) -> tuple[bytes, ...]:
    from r2_renewal.licensing.letters import bodies

    found: dict[bytes, None] = {}
    for body in bodies(text, label):
        try:
            found[strict_base64(body)] = None
        except RenewalError:
            continue
    return tuple(found)


def wrap(content: bytes, label: str = LICENCE) -> str:
    """Return ``content`` in armour: ASCII, lines of 60 characters, a final line end."""
    encoded = binascii.b2a_base64(content, newline=False).decode("ascii")
    lines = [encoded[start : start + LINE_LENGTH] for start in range(0, len(encoded), LINE_LENGTH)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def strict_base64(text: str) -> bytes:
    """Return the bytes of canonical base64 (RFC 4648, section 4): no foreign character, exact padding, no spare bits.

    Raises:
        RenewalError: LICENCE_MALFORMED.
    """
    try:
        decoded = binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise malformed("base64 is broken") from error
    # The strict mode still forgives bits left over after the last byte.
    if not decoded or binascii.b2a_base64(decoded, newline=False).decode("ascii") != text:
        raise malformed("base64 is not canonical")
    return decoded


def malformed(detail: str) -> RenewalError:
    """Return the failure of content that is not what it should be."""
    return RenewalError(ErrorCode.LICENCE_MALFORMED, detail)


def text_of(certificate: bytes | str) -> str:
    """Return a file's content as text: UTF-8, or UTF-16 by its mark or by the zeros between its letters."""
    if isinstance(certificate, str):
        return certificate
    if certificate.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return certificate.decode("utf-16", errors="replace")
    for codec, zeros in (("utf-16-le", certificate[1:_SAMPLE:2]), ("utf-16-be", certificate[:_SAMPLE:2])):
        if zeros and 2 * zeros.count(0) > len(zeros) and len(set(certificate[:_SAMPLE])) > 2:  # noqa: PLR2004 - not all zeros
            return certificate.decode(codec, errors="replace")
    # Not the codec "utf-8-sig", which does the same: it is one more file to load on a silent start.
    return certificate.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")
