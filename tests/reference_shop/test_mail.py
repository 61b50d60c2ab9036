"""The shop's mail through a real mail server: what it says, that it comes once, and what happens when it cannot."""

from __future__ import annotations

import email
import email.policy
import html
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any, cast

import pytest
from jinja2 import UndefinedError
from sqlalchemy import select

from r2_renewal.domain.dates import warsaw
from r2_renewal.domain.money import money, price_with_vat
from r2_renewal.reference_shop.mail import letters
from r2_renewal.reference_shop.mail.queue import LEASE, note_failed, note_sent, queue_mail, take_up
from r2_renewal.reference_shop.mail.rendering import MailKind, render
from r2_renewal.reference_shop.mail.sender import MailSender, Posted, message_of, send_due
from r2_renewal.reference_shop.mail.transports import (
    SmtpServer,
)
from r2_renewal.reference_shop.renewal_rules import Reason
from r2_renewal.reference_shop.seed import CUSTOMER_ID, LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.seller import seller
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import ConsentRow, InvoiceRow, MailRow, OrderRow
from r2_renewal.settings import vendor
from tests.reference_shop.conftest import POSTGRESQL, SQLITE
from tests.reference_shop.module import Module
from tests.reference_shop.postbox import Postbox, body

on_both = pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL], indirect=True)
TO = "anna.klosowska@klosowska.example"

SEND = """
import sys
from pathlib import Path
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.mail.sender import send_due
from r2_renewal.reference_shop.mail.transports import SmtpServer
from r2_renewal.reference_shop.shop import opened
with opened(settings_of(ShopFolder(Path(sys.argv[1]), sys.argv[2]))) as shop:
    print("ready", flush=True)
    sys.stdin.readline()
    print(send_due(shop, SmtpServer("127.0.0.1", int(sys.argv[3]))).sent, flush=True)
"""


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with Postbox() as postbox:
        yield postbox


@pytest.fixture
def smtp(postbox: Postbox) -> SmtpServer:
    return SmtpServer("127.0.0.1", postbox.port)


def queue(shop: Shop, event: str = "1", to: str = TO, link: str = "https://panel.example/", **more: Any) -> MailRow:
    """Queue a letter."""
    values = {"link": link, "ends_at": shop.settings.now()}
    with shop.database.writing() as session:
        return queue_mail(
            session,
            shop.settings,
            MailKind.PASSWORD_RESET,
            customer_id=CUSTOMER_ID,
            to=to,
            event=event,
            values=values,
            **more,
        )


def stored(shop: Shop) -> list[MailRow]:
    with shop.database.reading() as session:
        return list(session.scalars(select(MailRow).order_by(MailRow.pk)))


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_an_order_is_confirmed_with_the_contract_and_the_exact_consent(
    serve: Callable[..., Module], prepared: PreparedShop, shop: Shop, postbox: Postbox, smtp: SmtpServer
) -> None:
    module = serve(mail=smtp).open(prepared.licence)
    order = module.order(LICENCE_ID)
    wait_for(lambda: postbox.messages)
    (message,) = postbox.messages
    with shop.database.reading() as session:
        consent = session.scalars(select(ConsentRow)).one()
    assert postbox.recipients == [[TO]]
    assert message["Subject"] == f"Potwierdzenie zamówienia nr {order['number']}"
    text, page = body(message), html.unescape(body(message, "html"))
    for words in (consent.full_text, consent.receipt_id, "560,14\u00a0zł", "23.12.2026–22.12.2027", "526-283-15-03"):
        assert words in text
        assert words in page
    terms = module.get("/v1/documents/terms/1").json()["text"]
    assert terms in text
    wait_for(lambda: stored(shop)[0].state == "sent")


def test_a_report_of_wrong_data_is_acknowledged_in_the_customers_words(module: Module, shop: Shop) -> None:
    message = "Ulica się zmieniła.\nBy\u0142o: \u0141\u0105kowa <b>3</b> & 5"
    ticket = module.post("/v1/data-corrections", {"message": message}).json()["ticket"]
    (mail,) = stored(shop)
    assert (mail.kind, mail.recipient) == ("correction_ticket", "faktury@klosowska.example")
    assert ticket in mail.subject
    assert message in mail.text
    assert "&lt;b&gt;3&lt;/b&gt; &amp; 5" in mail.html
    assert "<b>" not in mail.html


def test_a_message_is_plain_mail_of_the_old_kind(shop: Shop, postbox: Postbox, smtp: SmtpServer) -> None:
    row = queue(shop)
    assert send_due(shop, smtp) == Posted(sent=1)
    (message,) = postbox.messages
    assert (message["To"], message["Message-ID"], message["Auto-Submitted"]) == (TO, row.message_id, "auto-generated")
    assert message["From"].addresses[0].addr_spec == shop.settings.seller.mail_from
    assert row.message_id.endswith("@example.com>")
    assert message["Date"].datetime.astimezone(UTC) == row.created_at.replace(microsecond=0)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    raw = message_of(row, shop.settings.seller).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78
    assert {part["Content-Transfer-Encoding"] for part in message.iter_parts()} == {"quoted-printable"}
    assert body(message) == row.text


def letters_of_every_kind(shop: Shop, module: Module) -> None:
    module.order(LICENCE_ID)
    module.post("/v1/data-corrections", {"message": "Zły NIP"})
    with shop.database.writing() as session:
        order = session.scalars(select(OrderRow)).one()
        now = shop.settings.now()
        letters.acknowledge_withdrawal(session, shop.settings, order, person="Anna Kłosowska", to=TO, received_at=now)
        letters.send_password_reset(
            session,
            shop.settings,
            customer_id=CUSTOMER_ID,
            to=TO,
            link="https://panel.example/?a=1&b=2",
            event="reset",
            ends_at=now + timedelta(minutes=10),
        )


def words_of(page: str) -> list[str]:
    """Return what a reader of HTML reads."""
    inside = re.sub(r"(?s)<head>.*?</head>|<h2[^>]*>|</h2>", lambda m: "" if "head" in m[0] else " ", page)
    return html.unescape(re.sub(r"<[^>]+>", " ", inside)).split()


def test_text_and_html_say_the_same_and_load_nothing(shop: Shop, module: Module) -> None:
    letters_of_every_kind(shop, module)
    kinds = {row.kind for row in stored(shop)}
    assert kinds == {"order_confirmation", "correction_ticket", "withdrawal_receipt", "password_reset"}
    for row in stored(shop):
        plain = [word for word in row.text.split() if set(word) != {"-"}]
        assert plain == words_of(row.html), row.kind
        assert not re.search(r"<(img|script|link|iframe|style)|src=|url\(", row.html)
        assert "{" not in row.text


RENEWED = {
    "program": "R2płatnik",
    "company": "Żak & Syn <sp. z o.o.>",
    "recipient": None,
    "renewal_date": date(2027, 12, 23),
    "cancel_until": date(2027, 12, 22),
    "last_day": date(2027, 12, 22),
    "description": "Abonament R2płatnik do 50 pracowników",
    "period_from": date(2027, 12, 23),
    "period_to": date(2028, 12, 22),
    "price": price_with_vat([money("1455.40")], Decimal("0.23")),
    "noticed_on": date(2027, 11, 7),
    "order_number": "ZAM/2027/000002",
    "next_renewal": date(2028, 12, 23),
    "next_cancel_until": date(2028, 12, 22),
    "revoked_at": datetime(2027, 12, 1, 23, 30, tzinfo=UTC),
    "gross": money("1790.14"),
}


def an_invoice(paid_at: datetime | None = None) -> InvoiceRow:
    return InvoiceRow(
        year=2027,
        running=2,
        order_number="ZAM/2027/000002",
        buyer_nip="5262831503",
        kind="invoice",
        is_sample=True,
        ksef_number="1234563218-20271223-0123456789AB-CD",
        due_on=date(2028, 1, 6),
        seller_name="Reset2",
        account="83109000000000000012345678",
        paid_at=paid_at,
    )


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (MailKind.INVOICE, {"invoice": an_invoice()}, "Rachunek: 83 1090 0000 0000 0000 1234 5678"),
        (MailKind.INVOICE, {"invoice": an_invoice(datetime(2028, 1, 1, tzinfo=UTC))}, "Zapłacono: 1\u00a0790,14\u00a0zł"),
        (MailKind.RENEWAL_NOTICE, {}, "Cena brutto: 1\u00a0790,14\u00a0zł"),
        (MailKind.RENEWAL_DONE, {"invoice": an_invoice()}, "zapowiedzią z 07.11.2027"),
        (MailKind.RENEWAL_CANCELLED, {"too_late_for": None}, "02.12.2027, godz.\u00a00:30 przyjęliśmy rezygnację"),
        (MailKind.RENEWAL_CANCELLED, {"too_late_for": date(2027, 12, 23)}, "Kolejnych odnowień nie będzie."),
        *((MailKind.RENEWAL_REFUSED, {"reason": reason.value}, words) for reason, words in {
            Reason.NO_TIMELY_NOTICE: "co najmniej 30 dni wcześniej",
            Reason.NO_CONSENT: "Nie mamy Twojej zgody",
            Reason.INVOICE_DETAILS: "Zgłoś poprawny NIP",
            Reason.NOT_ON_SALE: "nie ma już w cenniku",
            Reason.ORDER_OPEN: "czeka inne zamówienie",
            Reason.TOO_LATE: "nie udało się wykonać na czas",
        }.items()),
    ],
)  # fmt: skip
def test_every_letter_of_billing_and_renewal_reads_alike_in_both_forms(
    kind: MailKind, values: dict[str, Any], said: str
) -> None:
    letter = render(kind, {**RENEWED, **values}, vendor(), seller())
    assert said in letter.text
    assert [word for word in letter.text.split() if set(word) != {"-"}] == words_of(letter.html)
    assert "<sp." not in letter.html
    assert "\n" not in letter.subject
    assert vendor().contact_email in letter.text


def test_every_reason_of_a_refusal_has_a_letter() -> None:
    told = [
        render(MailKind.RENEWAL_REFUSED, {**RENEWED, "reason": reason.value}, vendor(), seller()) for reason in Reason
    ]
    assert len({letter.text for letter in told}) == len(Reason)


def test_a_letter_with_a_value_that_is_missing_is_a_fault_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        render(MailKind.RENEWAL_NOTICE, {"program": "R2płatnik"}, vendor(), seller())


def test_a_withdrawal_is_acknowledged_with_content_day_and_time(shop: Shop, module: Module) -> None:
    letters_of_every_kind(shop, module)
    (row,) = (row for row in stored(shop) if row.kind == "withdrawal_receipt")
    here = row.created_at.astimezone(warsaw())
    for words in (
        f"{here:%d.%m.%Y}, godz.\u00a0{here.hour}:{here:%M}",
        "Odstępuję od umowy",
        "Anna Kłosowska",
        "ZAM/2026/000001",
    ):
        assert words in row.text


@pytest.mark.parametrize("name", ["Zła\r\nBcc: ktos@example.org", "Zła\n\nTreść", "<script>alert(1)</script>"])
def test_a_name_never_becomes_a_header_or_markup(shop: Shop, name: str) -> None:
    values = {"program": name, "company": name, "revoked_at": shop.settings.now(), "too_late_for": None}
    with shop.database.writing() as session:
        row = queue_mail(
            session,
            shop.settings,
            MailKind.RENEWAL_CANCELLED,
            customer_id=CUSTOMER_ID,
            to=TO,
            event="1",
            values={**values, "last_day": shop.settings.today()},
        )
    assert "\n" not in row.subject
    message = email.message_from_bytes(message_of(row, shop.settings.seller).as_bytes(), policy=email.policy.default)
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert "<script>" not in body(cast("EmailMessage", message), "html")


def test_an_address_that_is_none_is_given_up_and_keeps_nobody_else(
    shop: Shop, postbox: Postbox, smtp: SmtpServer
) -> None:
    queue(shop, "1", to="x@example.org\r\nBcc: y@example.org")
    queue(shop, "2")
    assert send_due(shop, smtp) == Posted(sent=1, failed=1)
    assert [row.state for row in stored(shop)] == ["refused", "sent"]
    assert postbox.recipients == [[TO]]


@on_both
def test_an_event_is_told_of_once(shop: Shop) -> None:
    first, again, other = queue(shop), queue(shop), queue(shop, "2")
    assert first.pk == again.pk != other.pk
    assert first.message_id != other.message_id


def test_a_recipient_refused_for_good_is_not_tried_again(shop: Shop, postbox: Postbox, smtp: SmtpServer) -> None:
    postbox.script = ["550 no such user anna.klosowska"]
    queue(shop)
    assert send_due(shop, smtp) == Posted(failed=1)
    (row,) = stored(shop)
    assert (row.state, row.failure, row.due_at) == ("refused", "recipient refused: 550", None)
    assert send_due(shop, smtp) == Posted()


@pytest.mark.parametrize("answer", ["451 try later", "cut"])
def test_what_fails_for_now_is_tried_again_under_the_same_name_and_comes_once(
    shop: Shop, postbox: Postbox, smtp: SmtpServer, answer: str
) -> None:
    postbox.script = [answer]
    queue(shop)
    assert send_due(shop, smtp) == Posted(failed=1)
    (row,) = stored(shop)
    assert (row.state, row.attempts) == ("queued", 1)
    assert row.due_at is not None
    assert send_due(shop, smtp) == Posted()  # not before it is due
    with shop.database.writing() as session:
        session.get_one(MailRow, row.pk).due_at = shop.settings.now()
    assert send_due(shop, smtp) == Posted(sent=1)
    assert [message["Message-ID"] for message in postbox.messages] == [row.message_id]
    assert (stored(shop)[0].state, stored(shop)[0].failure) == ("sent", None)


def test_a_server_that_never_answers_is_left_and_the_next_letter_goes(shop: Shop, postbox: Postbox) -> None:
    postbox.script = ["mute"]
    queue(shop, "1")
    queue(shop, "2")
    assert send_due(shop, SmtpServer("127.0.0.1", postbox.port, wait=120, longest=1)) == Posted(sent=1, failed=1)
    assert [row.state for row in stored(shop)] == ["queued", "sent"]


def test_nobody_there_is_a_failure_for_now(shop: Shop) -> None:
    queue(shop)
    assert send_due(shop, SmtpServer("127.0.0.1", 1)) == Posted(failed=1)
    assert (stored(shop)[0].state, stored(shop)[0].failure) == ("queued", "ConnectionRefusedError")


def test_a_shop_that_stops_does_not_wait_for_a_mute_mail_server(shop: Shop, postbox: Postbox) -> None:
    postbox.script = ["mute"]
    queue(shop)
    sender = MailSender(shop, SmtpServer("127.0.0.1", postbox.port, wait=120, longest=120))
    sender.start()
    wait_for(lambda: not postbox.script)
    sender.stop()
    wait_for(lambda: not any(thread.name == "mail" for thread in threading.enumerate()), 30)
    wait_for(lambda: stored(shop)[0].claim is None, 30)
    assert (stored(shop)[0].state, len(postbox.messages)) == ("queued", 0)


@on_both
def test_two_processes_at_once_send_each_letter_once(shop: Shop, prepared: PreparedShop, postbox: Postbox) -> None:
    for number in range(12):
        queue(shop, str(number))
    with shop.database.writing() as session:  # the processes live in the real year
        for row in session.scalars(select(MailRow)):
            row.useless_after = None
    folder = prepared.folder
    command = [sys.executable, "-c", SEND, str(folder.path), folder.database, str(postbox.port)]
    with ExitStack() as stack:
        senders = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for _ in range(2)
        ]
        for sender in senders:
            assert sender.stdout is not None
            assert sender.stdout.readline() == "ready\n"
        for sender in senders:
            assert sender.stdin is not None
            sender.stdin.write("go\n")
            sender.stdin.flush()
        sent = [int(sender.communicate()[0]) for sender in senders]
    assert sum(sent) == 12
    assert sorted(message["Message-ID"] for message in postbox.messages) == sorted(
        row.message_id for row in stored(shop)
    )


@on_both
def test_a_letter_taken_up_is_left_alone_until_its_lease_ends(shop: Shop) -> None:
    queue(shop)
    now = shop.settings.now()
    with shop.database.writing() as session:
        first = take_up(session, now)
    assert first is not None
    with shop.database.writing() as session:
        assert take_up(session, now + LEASE - timedelta(seconds=1)) is None
    with shop.database.writing() as session:  # its sender died
        second = take_up(session, now + LEASE)
    assert second is not None
    assert (second.message_id, second.attempts, second.claim) == (first.message_id, 2, second.claim)
    with shop.database.writing() as session:  # and was not dead after all: the letter is the other's now
        note_failed(session, first, "late", now, for_good=True)
    assert stored(shop)[0].state == "queued"
    with shop.database.writing() as session:
        note_sent(session, first, now)
        note_failed(session, second, "too late", now, for_good=True)
    assert (stored(shop)[0].state, stored(shop)[0].failure) == ("sent", None)


def test_the_waits_grow_and_after_five_days_it_is_given_up(shop: Shop) -> None:
    queue(shop)
    now, waits = shop.settings.now(), []
    while stored(shop)[0].state == "queued":
        with shop.database.writing() as session:
            taken = take_up(session, now)
            assert taken is not None
            note_failed(session, taken, "OSError", now, for_good=False)
        due = stored(shop)[0].due_at
        if due is not None:
            waits.append((due - now) // timedelta(minutes=1))
            now = due
    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 240]
    assert timedelta(days=4) < now - stored(shop)[0].created_at < timedelta(days=5)
    assert stored(shop)[0].state == "refused"


@on_both
def test_a_way_to_a_new_password_is_not_sent_late_and_not_kept(shop: Shop, postbox: Postbox, smtp: SmtpServer) -> None:
    queue(shop, "late", useless_after=shop.settings.now())
    queue(shop, "early", useless_after=shop.settings.now() + timedelta(minutes=10))
    assert all("https://panel.example/" in row.text for row in stored(shop))
    assert send_due(shop, smtp) == Posted(sent=1)
    assert [(row.state, row.text, row.html) for row in stored(shop)] == [("expired", "", ""), ("sent", "", "")]
    assert "https://panel.example/" in body(postbox.messages[0])


def test_other_letters_are_kept_as_evidence(shop: Shop, module: Module, smtp: SmtpServer) -> None:
    module.order(LICENCE_ID)
    assert send_due(shop, smtp) == Posted(sent=1)
    assert "Wyrażam zgodę" in stored(shop)[0].text
