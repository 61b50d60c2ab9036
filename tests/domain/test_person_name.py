"""A person's name is letters and what stands between them; an address of a page is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.person_name import is_person_name

NAMES = [
    "Anna",
    "Łucja Żółć-Ćwiąkała",
    "O'Brien",
    "O’Neill",
    "D‘Arc",
    "Jean-Luc",
    "Jean–Luc",
    "J. R. R.",
    "J.R.R. Tolkien",
    "dr Jan Kot",
    "św. p. Jan",
    "von der Leyen",
    "Nguyễn Thị Minh",
    "Анна Ковальчук",
    "Ελένη",
    "王小明",
    "محمد",
    "Zofia III",
    "Z\u0307ak",
    "Müller",
    "Ñandú",
    "Gal·la",
    "Ng",
    "Ó",
    "Kowalski jr.",
    "İnönü",
    "Đặng",
    "प्रिया",
]
OTHERS = [
    "",
    " ",
    ".",
    "-",
    "'",
    "...",
    "a@b.example",
    "http://zly.example",
    "https zly.example",
    "www.zly.example",
    "zly.example",
    "zly.pl",
    "zly.example/wygrana",
    "bit.ly",
    "x.co",
    "Wygrana na zly.example.",
    "Jan Kot zly.com",
    "t.me",
    "J.Kowalski",
    "1234",
    "Jan 2",
    "+48601234567",
    "Jan <b>",
    "<script>",
    "{{7*7}}",
    "{nb}",
    "=1+1",
    "@suma",
    "Jan\nKot",
    "Jan\r\nBcc: a@b.example",
    "Jan\x00",
    "a\u202eb",
    "\ud800",
    "a\u200bb",
    "zly․example",
    "zly。example",
    "zly．example",
    "ｚｌｙ.ｅｘ",
    "Jan; DROP",
    "Jan, Kot",
    "Jan (Kot)",
    "Jan/Kot",
    "Jan\\Kot",
    "Jan|Kot",
    "Jan & Kot",
    "50%",
    "👩‍💻",
    "★",
    "\u0301a",
    "Jan\u00ad",
    "a:b",
    "javascript:alert",
    "a?b",
    "a#b",
    "a_b",
    "a*b",
    '„Jan"',
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_a_name(name: str) -> None:
    assert is_person_name(name)


@pytest.mark.parametrize("text", OTHERS)
def test_what_could_be_an_address_or_a_message_is_no_name(text: str) -> None:
    assert not is_person_name(text)


@given(st.text())
def test_no_name_holds_what_makes_an_address(text: str) -> None:
    if is_person_name(text):
        assert not set(text) & set(':/@?#%&=<>{}[]\\|;,"\r\n\t\0+*_0123456789')
        assert not any(len(part) > 1 for part in text.replace(".", " .").split(" .")[1:] if part and part[:2].isalpha())


@given(st.from_regex(r"[a-z]{1,9}(\.[a-z]{2,5}){1,3}", fullmatch=True))
def test_no_domain_is_a_name(domain: str) -> None:
    assert not is_person_name(domain)
    assert not is_person_name(f"Jan {domain} Kot")
