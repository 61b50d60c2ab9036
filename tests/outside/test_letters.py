"""Licence texts out of letters: what mail programs, word processors and people make of one on its way."""

from __future__ import annotations

import base64
import html
import json
import quopri
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.armour import ORDER, unwrap, wrap
from r2_renewal.licensing.container import MAX_CERTIFICATE_BYTES, clean, open_container, verify
from r2_renewal.licensing.install import install
from r2_renewal.licensing.letters import MOST_CANDIDATES, bodies
from r2_renewal.licensing.reader import parse_certificate
from r2_renewal.ui.error_texts import sentence
from tests.licence_files import LICENCE, NOW, PROGRAM, Vendor

VENDOR, STRANGER = Vendor(), Vendor()
CERTIFICATE = VENDOR.certificate().decode("ascii")
KEYS = VENDOR.keys
OPENED = open_container(CERTIFICATE)
BEGIN, END = "-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----"

Mangler = Callable[[str], str]


def prefixed(prefix: str) -> Mangler:
    return lambda text: "".join(prefix + line for line in text.splitlines(keepends=True))


def at_line_ends(mark: str) -> Mangler:
    return lambda text: text.replace("\n", f"{mark}\n")


def quoted_printable(text: str) -> str:
    return quopri.encodestring(text.encode()).decode("ascii")


def as_html(between: str) -> Mangler:
    return lambda text: between.join(html.escape(line, quote=False) for line in text.splitlines()) + "\n"


MANGLERS: dict[str, Mangler] = {
    "quoted": prefixed("> "),
    "quoted without a space": prefixed(">"),
    "quoted twice": prefixed(">> "),
    "quoted three times": prefixed("> > > "),
    "quoted with a bar": prefixed("| "),
    "quoted with initials": prefixed("AK> "),
    "quoted as a word processor does": prefixed("» "),
    "quoted and indented": prefixed("  > "),
    "a list with stars": prefixed("* "),
    "a list with bullets": prefixed("• "),
    "a list with hyphens": prefixed("- "),
    "a list with dashes": prefixed("– "),
    "a numbered list": lambda text: "".join(f"{n}. {line}" for n, line in enumerate(text.splitlines(keepends=True), 1)),
    "tabs": prefixed("\t"),
    "indented": prefixed("        "),
    "no-break spaces before": prefixed("\u00a0\u00a0"),
    "soft hyphens": at_line_ends("\u00ad"),
    "zero-width spaces": at_line_ends("\u200b"),
    "zero-width joiners": at_line_ends("\u200d"),
    "word joiners": at_line_ends("\u2060"),
    "byte order marks": at_line_ends("\ufeff"),
    "direction marks": at_line_ends("\u200e"),
    "isolates around": lambda text: f"\u2068{text}\u2069",
    "zero-width spaces before lines": prefixed("\u200b"),
    "trailing spaces": at_line_ends("   "),
    "no-break spaces after": at_line_ends("\u00a0"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "line separators": lambda text: text.replace("\n", "\u2028"),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "one line": lambda text: " ".join(text.splitlines()),
    "wrapped anew at 40": lambda text: "\n".join(textwrap.fill(line, 40) for line in text.splitlines()) + "\n",
    "<br>": as_html("<br>\n"),
    "<br />": as_html("<br />"),
    "<p>": lambda text: "".join(f"<p>{html.escape(line, quote=False)}</p>\n" for line in text.splitlines()),
    "<div> with a style": lambda text: "".join(
        f'<div style="font-family: Consolas">{line}</div>\n' for line in as_html("\n")(text).splitlines()
    ),
    "<pre>": lambda text: f"<html><body><pre>{html.escape(text, quote=False)}</pre></body></html>",
    "<wbr>": lambda text: as_html("<br>")(text).replace("J", "J<wbr>"),
    "&nbsp;": as_html("&nbsp;<br>\n"),
    "&shy;": as_html("&shy;<br>\n"),
    "numeric entities": lambda text: as_html("<br>\n")(text).replace("=", "&#61;").replace("-", "&#x2d;"),
    "&gt; quoted": lambda text: "".join(f"&gt; {html.escape(line, quote=False)}<br>\n" for line in text.splitlines()),
    "quoted-printable": quoted_printable,
    "base64 of a mail's part": lambda text: base64.encodebytes(text.encode()).decode("ascii"),
    "copied out of JSON": lambda text: json.dumps({"certificate": text}),
    "copied out of JSON with slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "rich text": lambda text: "{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Calibri;}}\\f0\\fs22 " + text.replace("\n", "\\par\n") + "}",
    "dashes made typographic": lambda text: text.replace("--", "–"),
    "dashes made one": lambda text: text.replace("-----", "—"),
    "dashes lost": lambda text: text.replace("-----", ""),
    "bold": lambda text: text.replace(BEGIN, f"**{BEGIN}**").replace(END, f"**{END}**"),
    "a code block": lambda text: f"```\n{text}```\n",
    "small markers": lambda text: text.replace("BEGIN LICENSE FILE", "begin license file").replace(
        "END LICENSE FILE", "End License File"
    ),
    "markers broken over lines": lambda text: text.replace("LICENSE FILE", "LICENSE\nFILE"),
    "a covering letter": lambda text: f"Dzień dobry,\nw załączeniu licencja – proszę wczytać.\n\n{text}\nZ poważaniem\n",
    "a letter that names the markers": lambda text: (
        f"Proszę skopiować wszystko od {BEGIN} do {END}, razem z nimi.\n\n{text}\nTo znaczy: od BEGIN LICENSE FILE.\n"
    ),
    "a letter that names the last marker first": lambda text: f"Kopiuj aż do END LICENSE FILE włącznie.\n{text}",
    "a letter with an example": lambda text: f"Wygląda to tak:\n{BEGIN}\neyJlbmMi…\n{END}\nA to licencja:\n{text}",
    "the same twice": lambda text: f"{text}\n\n{text}",
    "a mail with its head": lambda text: f"From: Sklep <sklep@example.com>\nSubject: =?utf-8?q?Licencja?=\n\n{text}",
    "an answer": lambda text: f"Dziękuję!\n\nW dniu 22.11.2026 o 9:00 sklep pisze:\n{prefixed('> ')(text)}",
}  # fmt: skip

ENCODINGS: dict[str, Callable[[str], str | bytes]] = {
    "text": str,
    "UTF-8": str.encode,
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16 LE without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE without a mark": lambda text: text.encode("utf-16-be"),
}
# What is wrapped whole by a program comes last of what happens to a text; people and mail programs come before and after.
_WHOLE = ("rich text", "copied out of JSON", "copied out of JSON with slashes escaped", "base64 of a mail's part")
_HTML = (
    "<br>",
    "<br />",
    "<p>",
    "<div> with a style",
    "<pre>",
    "<wbr>",
    "&nbsp;",
    "&shy;",
    "numeric entities",
    "&gt; quoted",
)
_SIMPLE = sorted(MANGLERS.keys() - {*_WHOLE, *_HTML, "quoted-printable"})


def reads_as_the_licence(text: str | bytes) -> bool:
    return verify(text, KEYS).document == verify(CERTIFICATE, KEYS).document and clean(text, KEYS) == CERTIFICATE


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS.keys())
@pytest.mark.parametrize("mangler", MANGLERS.values(), ids=MANGLERS.keys())
def test_a_licence_out_of_a_letter_is_read(mangler: Mangler, encoding: Callable[[str], str | bytes]) -> None:
    assert reads_as_the_licence(encoding(mangler(CERTIFICATE)))


@pytest.mark.parametrize("encoding", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_every_encoding_is_read(encoding: Callable[[str], str | bytes]) -> None:
    assert reads_as_the_licence(encoding(CERTIFICATE))


@st.composite
def letters(draw: st.DrawFn) -> tuple[list[str], str]:
    """Draw what happens to a licence: at most three things, in an order in which they happen."""
    names = draw(st.lists(st.sampled_from(_SIMPLE), max_size=2, unique=True))
    names += draw(st.lists(st.sampled_from([*_HTML, "quoted-printable", *_SIMPLE]), max_size=1))
    return names, draw(st.sampled_from(sorted(ENCODINGS)))


@settings(max_examples=150)
@given(letters())
def test_whatever_happens_to_it_one_after_the_other(letter: tuple[list[str], str]) -> None:
    names, encoding = letter
    names.sort(
        key=lambda name: name not in ("one line", "wrapped anew at 40")
    )  # what was joined is quoted, seldom the reverse
    text = CERTIFICATE
    for name in names:
        text = MANGLERS[name](text)
    content = ENCODINGS[encoding](text)
    if len(content) <= MAX_CERTIFICATE_BYTES:
        assert reads_as_the_licence(content)


def test_two_different_licences_say_so() -> None:
    other = VENDOR.certificate(LICENCE._replace(programs=(PROGRAM._replace(seq=9),))).decode("ascii")
    for text in (f"{CERTIFICATE}\n{other}", prefixed("> ")(f"{other}\nalbo\n{CERTIFICATE}")):
        for read in (verify, parse_certificate, clean):
            with pytest.raises(RenewalError) as refusal:
                read(text, KEYS)
            assert refusal.value.code is ErrorCode.LICENCE_SEVERAL
    assert "dwie różne licencje" in sentence(ErrorCode.LICENCE_SEVERAL)


def test_a_licence_beside_one_that_nobody_trusts_is_the_one() -> None:
    foreign = STRANGER.certificate().decode("ascii")
    assert reads_as_the_licence(f"{foreign}\n{CERTIFICATE}")
    assert reads_as_the_licence(f"{CERTIFICATE}\n{foreign}")


def test_a_letter_is_installed(tmp_path: Path) -> None:
    letter = MANGLERS["an answer"](CERTIFICATE).encode()
    licence = install(letter, tmp_path / "R2.lic", KEYS, LICENCE.programs[0].product, NOW)
    assert licence.customer_id == LICENCE.customer_id
    assert reads_as_the_licence((tmp_path / "R2.lic").read_bytes())


@pytest.mark.parametrize(
    "mangler", [MANGLERS[name] for name in ("quoted", "<br>", "quoted-printable", "zero-width spaces", "an answer")]
)
def test_an_order_out_of_a_letter_is_read_and_is_no_licence(mangler: Mangler) -> None:
    letter = mangler(wrap(b'{"an": "order"}', ORDER))
    assert unwrap(letter, ORDER) == b'{"an": "order"}'
    with pytest.raises(RenewalError) as refusal:
        verify(letter, KEYS)
    assert refusal.value.code is ErrorCode.ORDER_FILE_IS_NO_LICENCE


@pytest.mark.parametrize("foreign", ["\x00", "ą", "-", "_", "=", ".", ">"])
def test_nothing_inside_is_mended(foreign: str) -> None:
    middle = CERTIFICATE.index("\n", len(CERTIFICATE) // 2) + 20
    with pytest.raises(RenewalError) as refusal:
        verify(CERTIFICATE[:middle] + foreign + CERTIFICATE[middle:], KEYS)
    assert refusal.value.code is ErrorCode.LICENCE_MALFORMED


@pytest.mark.parametrize(
    "flood",
    [
        "-----BEGIN LICENSE FILE-----END LICENSE FILE" * 1400,
        "BEGINLICENSEFILEAAAAENDLICENSEFILE" * 1900,
        "> " * 32000,
        "<" * 65000,
        "<a" * 32000,
        "&amp;" * 13000,
        "=3D" * 21000,
        "=\n" * 32000,
        "{\\rtf1" + "\\a" * 32000,
        "AAAA" * 16000,
        ("A" * 60 + "\n") * 1000,
        "- " * 32000,
        "1. " * 21000,
        "a>" * 32000,
    ],
    ids=lambda flood: ascii(flood[:8]),  # the whole would not fit into a child's environment, where pytest puts it
)
def test_a_flood_is_read_with_bounded_work(flood: str) -> None:
    with pytest.raises(RenewalError):
        verify(flood, KEYS)
    assert len(list(bodies(flood, "LICENSE FILE"))) <= MOST_CANDIDATES
