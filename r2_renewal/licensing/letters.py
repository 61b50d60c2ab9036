"""Armour found in a letter: what mail programs, word processors and people make of a text that travels from one to another.

Rules: every pair of markers with no marker between them holds a candidate, so a letter may speak of BEGIN and END itself; what
quoting, HTML, RTF, JSON, quoted-printable (RFC 2045, 6.7) and a base64 transfer encoding (6.8) have added is taken away, as are
format characters that nobody sees; nothing inside is mended: each candidate is strict base64 or none. The work is linear in the
text, and no more candidates are looked at than ``MOST_CANDIDATES``. Loaded only where a text is no clean file.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

MOST_CANDIDATES = 32
# Shorter than any file that was ever signed: what a letter says between two markers that it mentions.
LEAST_LENGTH = 4

_QUOTED = re.compile(
    r"^(?:[^\S\n]*(?:\w{0,3}>|[|¦»]|[*•·‣▪‐‑‒–—-](?=[^\S\n])|\d{1,3}[.)](?=[^\S\n])))+[^\S\n]*", re.MULTILINE
)
# The same marks where the lines that they began were joined.
_QUOTED_WITHIN = re.compile(r"(?<=\s)(?:(?:\w{0,3}>|[|¦»])+[*•·‣▪‐‑‒–—-]?|(?:[*•·‣▪‐‑‒–—-]|\d{1,3}[.)])(?=\s))")
_NO_BREAK_TAG = re.compile(r"</?(?:wbr|span|b|i|em|strong|font|a|code|tt)\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_SOFT_BREAK = re.compile(r"=[^\S\n]*\n")
_ESCAPED = re.compile(r"(?:=[0-9A-Fa-f]{2})+")
_RTF_CONTROL = re.compile(r"\\'[0-9a-fA-F]{2}|\\[a-z]{1,32}-?\d{0,10} ?|\\[*~]|[{}]")
_TRANSFER_LINE = re.compile(r"[A-Za-z0-9+/]{1,100}={0,2}")
_WRITTEN_OUT = (("\\r", "\n"), ("\\n", "\n"), ("\\t", " "), ("\\/", "/"))
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
_AROUND = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212*_`~\"'„”“"


def bodies(text: str, label: str) -> Iterator[str]:
    """Return what stands between markers in a text, with nothing but base64 left of it where that is what it was.

    Args:
        text: the letter.
        label: what the marker lines say after BEGIN and END.
    """
    seen: set[str] = set()
    for variant in _variants(_lines(text), label):
        for body in _between(variant, label):
            if len(body) >= LEAST_LENGTH and body not in seen:
                seen.add(body)
                yield body
            if len(seen) >= MOST_CANDIDATES:
                return


def mentions(text: str, label: str) -> bool:
    """Return whether a text has the marker that begins a body of ``label``."""
    return any(_marker("BEGIN", label).search(_compact(variant)) for variant in _variants(_lines(text), label))


def _variants(text: str, label: str) -> Iterator[str]:
    """Return the readings of a text, the likeliest first: as it is; as quoted-printable; as base64 of a mail's part."""
    yield _plain(text)
    if "=" in text:
        yield _plain(_unescaped(_QUOTED.sub("", text)))
    if not _marker("BEGIN", label).search(_compact(text)):
        for inner in _transferred(_QUOTED.sub("", text)):
            yield _plain(_lines(inner))
            yield _plain(_unescaped(_lines(inner)))


def _lines(text: str) -> str:
    """Return a text with line ends of one kind, those of JSON (RFC 8259, 7) and RTF included."""
    if text.lstrip().startswith("{\\rtf"):
        text = _RTF_CONTROL.sub(_rtf_meaning, text)
    for written, meant in _WRITTEN_OUT:
        text = text.replace(written, meant)
    return _LINE_END.sub("\n", text)


def _rtf_meaning(control: re.Match[str]) -> str:
    return "\n" if control[0].rstrip() in ("\\par", "\\line", "\\row") else ""


def _plain(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("\n", _NO_BREAK_TAG.sub("", text))
    if "&" in text:
        from html import unescape

        text = unescape(text)
    seen = "".join(letter for letter in text if letter.isascii() or unicodedata.category(letter) != "Cf")
    return _QUOTED_WITHIN.sub("", _QUOTED.sub("", seen))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_meaning, _SOFT_BREAK.sub("", text))


def _meaning(escaped: re.Match[str]) -> str:
    return bytes.fromhex(escaped[0].replace("=", "")).decode("utf-8", "replace")


def _transferred(text: str) -> Iterator[str]:
    """Return what runs of base64 lines hold, where that is a text."""
    runs: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _TRANSFER_LINE.fullmatch(line.strip()):
            runs[-1].append(line.strip())
        elif runs[-1]:
            runs.append([])
    for run in sorted(runs, key=len, reverse=True)[:4]:
        try:
            yield binascii.a2b_base64("".join(run)).decode("utf-8")
        except ValueError:
            continue


def _between(text: str, label: str) -> Iterator[str]:
    """Return what stands between a BEGIN and the END that follows it with no marker between them, without white space."""
    compact = _compact(text)
    marks = [(found.start(), found.end(), True) for found in _marker("BEGIN", label).finditer(compact)]
    marks += [(found.start(), found.end(), False) for found in _marker("END", label).finditer(compact)]
    marks.sort()
    for (_, start, begins), (end, _, goes_on) in pairwise(marks):
        if begins and not goes_on:
            yield compact[start:end].strip(_AROUND)


def _compact(text: str) -> str:
    return "".join(text.split())


def _marker(word: str, label: str) -> re.Pattern[str]:
    return re.compile(re.escape(f"{word}{label.replace(' ', '')}"), re.IGNORECASE)
