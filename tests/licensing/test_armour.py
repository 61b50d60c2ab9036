"""The armour: what mail, editors and USB sticks do to a file, and what they must not be able to do."""

from __future__ import annotations

import binascii
import contextlib
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import strict_base64, unwrap, wrap
from tests.licence_files import Vendor

VENDOR = Vendor()
CERTIFICATE = VENDOR.certificate().decode("ascii")
CONTENT = unwrap(CERTIFICATE)


def refused(text: str | bytes) -> str:
    with pytest.raises(RenewalError) as refusal:
        unwrap(text)
    assert refusal.value.code is ErrorCode.LICENCE_MALFORMED
    return refusal.value.detail


def one_line(text: str) -> str:
    return "".join(text.splitlines())


TOLERATED: dict[str, Callable[[str], str | bytes]] = {
    "as it was": str,
    "bytes": str.encode,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "line ends written out, as in JSON": lambda text: text.replace("\n", "\\n"),
    "Windows line ends written out": lambda text: text.replace("\n", "\\r\\n"),
    "old Mac line ends": lambda text: text.replace("\n", "\r"),
    "no final line end": str.rstrip,
    "many final line ends": lambda text: text + "\n\r\n\n",
    "UTF-8 BOM": lambda text: text.encode("utf-8-sig"),
    "UTF-16 little endian, as Notepad saves": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 big endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "indented": lambda text: textwrap.indent(text, "\t  "),
    "trailing spaces": lambda text: text.replace("\n", "  \n"),
    "no-break spaces": lambda text: text.replace("\n", "\u00a0\n"),
    "blank lines between": lambda text: text.replace("\n", "\n\n"),
    "one long line": one_line,
    "wrapped anew at 37": lambda text: (
        text[:28] + "\n" + "\n".join(textwrap.wrap(one_line(text)[27:-26], 37)) + text[-27:]
    ),
    "a lost dash at the start": lambda text: text[1:],
    "a lost dash at the end": lambda text: text.rstrip()[:-1],
    "a lost dash before the content": lambda text: text.replace("FILE-----", "FILE----", 1),
    "all dashes lost": lambda text: text.replace("-", ""),
    "dashes made typographic": lambda text: text.replace("--", "\u2013"),
    "a covering letter around": lambda text: (
        f"Dzień dobry,\nprzesyłam licencję – proszę wczytać.\n\n{text}\nZ poważaniem\n"
    ),
}


@pytest.mark.parametrize("damage", TOLERATED.values(), ids=TOLERATED.keys())
def test_what_mail_and_editors_do_is_forgiven(damage: Callable[[str], str | bytes]) -> None:
    assert unwrap(damage(CERTIFICATE)) == CONTENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \r\n",
        "licencja",
        b"",
        b"\x00" * 500,
        b"\xff\xfe",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        bytes(range(256)),
        "\ud800",
    ],
)
def test_what_holds_no_licence_says_so(text: str | bytes) -> None:
    assert refused(text) == "no licence inside"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_zeros(codec: str) -> None:
    assert unwrap(CERTIFICATE.encode(codec)) == CONTENT


def test_a_machine_file_is_not_a_licence_file() -> None:
    assert refused(CERTIFICATE.replace("LICENSE", "MACHINE")) == "no licence inside"


def test_a_file_cut_anywhere_is_refused_until_its_end_marker_is_whole() -> None:
    whole = CERTIFICATE.index("END LICENSE FILE") + len("END LICENSE FILE")
    for length in range(len(CERTIFICATE)):
        if length >= whole:
            assert unwrap(CERTIFICATE[:length]) == CONTENT
        else:
            refused(CERTIFICATE[:length])


@pytest.mark.parametrize("foreign", ["\x00", "ą", "-", "_", "=", "."])
def test_a_foreign_character_inside_is_refused(foreign: str) -> None:
    middle = len(CERTIFICATE) // 2
    refused(CERTIFICATE[:middle] + foreign + CERTIFICATE[middle:])


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QUI", "QUJ=", "QQ==QQ==", "Q Q==", "====", "", "QQ===", "Q-__"])
def test_base64_is_strict_and_canonical(text: str) -> None:
    with pytest.raises(RenewalError):
        strict_base64(text)


def test_a_flood_of_dashes_and_markers_is_read_in_no_time() -> None:
    refused("-" * 60_000)
    refused("BEGIN LICENSE FILE" * 3_000)
    refused("-----BEGIN " * 5_000)


@given(st.binary(min_size=1, max_size=600))
def test_every_content_travels_in_armour(content: bytes) -> None:
    wrapped = wrap(content)
    assert unwrap(wrapped) == content
    assert wrapped.isascii()
    assert max(map(len, wrapped.splitlines())) <= 60


@given(st.binary(min_size=1, max_size=300), st.data())
def test_no_other_text_decodes_to_the_same_bytes(content: bytes, data: st.DataObject) -> None:
    text = binascii.b2a_base64(content, newline=False).decode()
    place = data.draw(st.integers(0, len(text) - 1))
    other = text[:place] + data.draw(st.sampled_from("ABCxyz019+/=")) + text[place + 1 :]
    if other == text:
        return
    with contextlib.suppress(RenewalError):
        assert strict_base64(other) != content
