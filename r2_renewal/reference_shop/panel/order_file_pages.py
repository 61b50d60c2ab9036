"""„Wczytaj zamówienie z pliku": an order that was prepared on a PC without Internet is completed, confirmed and followed here.

Rules: no login, since the licence inside the file says whose it is; the file orders nothing, only „Zamówienie z obowiązkiem
zapłaty" does, with everything that the law wants directly above it; each box is empty when it is shown; the file brought again
leads to the order that it made; nothing is shown of a customer but what their own licence file and invoices already say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from r2_renewal.contract.prepared_order import LONGEST_TEXT, to_letters
from r2_renewal.contract.problems import ProblemCode
from r2_renewal.contract.structs import Amount, OrderRequest, QuoteBody, QuoteItem
from r2_renewal.domain.company import nip_problem
from r2_renewal.domain.consent import AUTO_RENEWAL, LOCALE, RODO, TERMS, GivenConsent
from r2_renewal.domain.order import BuyerKind
from r2_renewal.domain.recipient import Recipient
from r2_renewal.domain.withdrawal_right import begins_early, last_day
from r2_renewal.reference_shop import quotes, texts
from r2_renewal.reference_shop.bodies import struct_of
from r2_renewal.reference_shop.order_checks import expected_consent
from r2_renewal.reference_shop.order_files import (
    FILE_FIELD,
    Brought,
    Choice,
    bring,
    choices,
    placed_with,
    renewed_since,
    token_of,
)
from r2_renewal.reference_shop.ordering import place
from r2_renewal.reference_shop.orders import has_open_order
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form, errors_of
from r2_renewal.reference_shop.panel.links import safe_link
from r2_renewal.reference_shop.panel.order_file_form import Contact, chosen_in, contact_in, contact_of
from r2_renewal.reference_shop.panel.page import SECURITY_HEADERS, TEMPLATES, Page, go, show
from r2_renewal.reference_shop.panel.visit import Notice, Visit
from r2_renewal.reference_shop.problems import STATUS, Refusal
from r2_renewal.reference_shop.programs import amount
from r2_renewal.reference_shop.recipients import recipients_of
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.storefront import company_body
from r2_renewal.reference_shop.tables import Customer, QuoteRow

CHANNEL = "web"
UNPROCESSABLE = STATUS[ProblemCode.VALIDATION].value
_SCRIPT_CACHE = "public, max-age=3600"
_STOPS = {ProblemCode.ORDER_OPEN: "order_file.open", ProblemCode.NIP_INVALID: "order_file.nip"}


@dataclass(frozen=True, slots=True)
class _Started:
    """An order on its way through the pages.

    Attributes:
        chosen: offers by licence.
        errors: what to say of which field.
        recipient_id: the recipient chosen; empty for nobody but the customer.
    """

    brought: Brought
    contact: Contact
    chosen: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    recipient_id: str = ""


def _started_in(form: Form, brought: Brought) -> _Started:
    chosen = chosen_in(form, brought.order)
    return _Started(brought, contact_in(form), chosen, recipient_id=form.text("recipient_id"))


# The file


@get(addresses.ORDER_FILE, sync_to_thread=False)
def show_upload(shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the form that takes a file, or the letters of a code."""
    return _upload(shop, visit, {}, 200)


def _upload(shop: Shop, visit: Visit, errors: dict[str, str], status: int) -> Page:
    page = show(visit, "order_file.html", status=status, seller=shop.settings.vendor, errors=errors)
    # The one script of the panel: it takes the order from behind the link's ``#``, which no browser sends by itself.
    page.headers["Content-Security-Policy"] = f"{SECURITY_HEADERS['Content-Security-Policy']}; script-src 'self'"
    return page


@get(addresses.ORDER_FILE_SCRIPT, sync_to_thread=True, media_type="text/javascript")
def get_script() -> Response[str]:
    """Return the script that fills the letters in for who comes by the link of a code."""
    words = (TEMPLATES / "order_file.js").read_text(encoding="utf-8")
    return Response(words, media_type="text/javascript", headers={"Cache-Control": _SCRIPT_CACHE})


@post(addresses.ORDER_FILE, sync_to_thread=True)
def take_file(
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    address: NamedDependency[str],
) -> Page:
    """Read the order, and show what it still needs."""
    upload = form.upload(FILE_FIELD)
    given = upload.content[: LONGEST_TEXT + 1] if upload is not None and upload.name else b""
    return _with_brought(shop, visit, given or form.text("code"), address, _begin)


def _with_brought(shop: Shop, visit: Visit, given: bytes | str, address: str, then: Any) -> Page:
    """Go on with an order that can be read; its order's page where it has made one already."""
    try:
        brought = bring(shop, given, address)
    except Refusal as refusal:
        if refusal.code is not ProblemCode.VALIDATION:
            raise
        return _upload(shop, visit, errors_of(visit.language, refusal), UNPROCESSABLE)
    with shop.database.reading() as session:
        placed = placed_with(session, brought)
        renewed = renewed_since(session, brought)
    if placed is not None:
        return go(visit, addresses.order_by_file(token_of(shop.settings, placed.id)), Notice("order_file.already"))
    if renewed is not None:
        words = visit.language.say(
            "order_file.renewed", program=renewed.name, until=visit.language.day(renewed.valid_until)
        )
        return _upload(shop, visit, {FILE_FIELD: words}, UNPROCESSABLE)
    page: Page = then(shop, visit, brought)
    return page


def _begin(shop: Shop, visit: Visit, brought: Brought) -> Page:
    started = _Started(brought, contact_of(brought.order))
    needed = _needed(shop, started)
    return (
        _details(shop, visit, started)
        if needed or started.contact.errors(visit.language) or _recipients(shop, started)
        else _quoted(shop, visit, started)
    )


# What the file does not say


def _needed(shop: Shop, started: _Started) -> tuple[Choice, ...]:
    return tuple(choice for choice in _choices(shop, started) if choice.chosen is None)


def _choices(shop: Shop, started: _Started) -> tuple[Choice, ...]:
    with shop.database.reading() as session:
        return choices(session, shop.settings, started.brought, started.chosen)


def _recipients(shop: Shop, started: _Started) -> list[Recipient]:
    with shop.database.reading() as session:
        return recipients_of(session, started.brought.caller.customer_id)


def _recipient(shop: Shop, started: _Started) -> Recipient | None:
    return next((one for one in _recipients(shop, started) if one.recipient_id == started.recipient_id), None)


def _details(shop: Shop, visit: Visit, started: _Started) -> Page:
    return show(
        visit,
        "order_file_details.html",
        status=UNPROCESSABLE if started.errors else 200,
        seller=shop.settings.vendor,
        code=to_letters(started.brought.order),
        choices=_choices(shop, started),
        contact=started.contact.fields,
        recipients=_recipients(shop, started),
        recipient_id=started.recipient_id,
        wire=amount,
        clause=texts.current(RODO, shop.settings.vendor),
        errors=started.errors,
    )


@post(addresses.ORDER_FILE_DETAILS, sync_to_thread=True)
def take_details(
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    address: NamedDependency[str],
) -> Page:
    """Take what was missing and show the summary; or show the details again, to be changed."""

    def go_on(shop: Shop, visit: Visit, brought: Brought) -> Page:
        started = _started_in(form, brought)
        if form.text("change"):
            return _details(shop, visit, started)
        missing = {
            f"offer-{number}": visit.language.say("error.offer.empty")
            for number, choice in enumerate(_choices(shop, started), 1)
            if choice.chosen is None
        }
        errors = {**missing, **started.contact.errors(visit.language)}
        if started.recipient_id and _recipient(shop, started) is None:
            errors["recipient_id"] = visit.language.say("order_file.recipient_gone")
        if errors:
            return _details(shop, visit, replace(started, errors=errors))
        return _quoted(shop, visit, started)

    return _with_brought(shop, visit, form.text("code"), address, go_on)


# The summary


def _quoted(shop: Shop, visit: Visit, started: _Started) -> Page:
    customer_id = started.brought.caller.customer_id
    items = [
        QuoteItem(licence_id=choice.licence_id, offer_id=choice.chosen.offer_id)
        for choice in _choices(shop, started)
        if choice.chosen is not None
    ]
    with shop.database.writing(customer_id) as session:
        quotes.count(session, shop.settings, started.brought.caller, items, started.brought.address)
        quote_id = quotes.make_quote(session, shop.settings, customer_id, items).id
    return _summary(shop, visit, started, quote_id)


def _summary(shop: Shop, visit: Visit, started: _Started, quote_id: str) -> Page:
    vendor, customer_id = shop.settings.vendor, started.brought.caller.customer_id
    today = shop.settings.today()
    with shop.database.reading() as session:
        row = quotes.find_quote(session, customer_id, quote_id)
        quote, consents = quotes.quote_body(row, today), _consents(shop, row, started.contact.settled["invoice_email"])
        company = company_body(session.get_one(Customer, customer_id))
        is_open = has_open_order(session, [line.licence_id for line in row.lines])
    return show(
        visit,
        "order_file_summary.html",
        status=UNPROCESSABLE if started.errors else 200,
        seller=vendor,
        code=to_letters(started.brought.order),
        chosen={number: line.offer_id for number, line in enumerate(quote.lines, 1)},
        fields=started.contact.fields,
        contact=started.contact.shown,
        company=company,
        recipient=_recipient(shop, started),
        quote=quote,
        consents=consents,
        is_required=shop.settings.consent_required,
        stop="nip" if nip_problem(company.nip) else "open" if is_open else "",
        shown=_shown(started, quote),
        terms=texts.current(TERMS, vendor),
        clause=texts.current(RODO, vendor),
        withdraw_until=last_day(today),
        is_early=begins_early((line.period.first_day for line in quote.lines), today),
        ebok=safe_link(vendor, vendor.ebok_url),
        contact_form=safe_link(vendor, vendor.contact_form_url),
        errors=started.errors,
    )


def _consents(shop: Shop, row: QuoteRow, invoice_email: str) -> dict[str, GivenConsent]:
    lines = [quotes.stored_line(line) for line in row.lines]
    return {line.offer.licence_id: expected_consent(shop.settings, line, invoice_email) for line in lines}


def _shown(started: _Started, quote: QuoteBody) -> Any:
    """Return the price that was seen on the PC, where it is another one than today's."""
    shown = started.brought.order.shown
    return shown if shown is not None and shown.gross != quote.price.gross else None


# The order


@post(addresses.ORDER_FILE_PLACE, sync_to_thread=True)
def place_order(
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],
    address: NamedDependency[str],
) -> Page:
    """Place the order; at most one for a file."""

    def go_on(shop: Shop, visit: Visit, brought: Brought) -> Page:
        started = _started_in(form, brought)
        unticked = _unticked(shop, visit, form, brought)
        if unticked:
            return _again(shop, visit, started, form, unticked)
        try:
            place(shop, brought.caller, brought.order.key, _request(shop, form, started), brought.address)
        except Refusal as refusal:
            return _refused(shop, visit, started, form, refusal)
        return _to_placed(shop, visit, brought)

    return _with_brought(shop, visit, form.text("code"), address, go_on)


def _again(shop: Shop, visit: Visit, started: _Started, form: Form, errors: dict[str, str], quote_id: str = "") -> Page:
    return _summary(shop, visit, replace(started, errors=errors), quote_id or form.text("quote"))


def _unticked(shop: Shop, visit: Visit, form: Form, brought: Brought) -> dict[str, str]:
    errors = {}
    if not form.text("company_confirmed"):
        errors["company_confirmed"] = visit.language.say("error.company_confirmed.required")
    if shop.settings.consent_required and len(form.texts("consent")) < len(brought.order.items):
        errors["consents"] = visit.language.say("error.consents.required")
    return errors


def _request(shop: Shop, form: Form, started: _Started) -> OrderRequest:
    with shop.database.reading() as session:
        customer = session.get_one(Customer, started.brought.caller.customer_id)
        nip = customer.nip
    return struct_of(
        {
            "quote_id": form.text("quote"),
            "nip": nip,
            "company_confirmed": True,
            "invoice_email": started.contact.settled["invoice_email"],
            "orderer": started.contact.orderer,
            "consents": [_consent(tick) for tick in form.texts("consent")],
            "gross": {"amount": form.text("gross"), "currency": "PLN"},
            "channel": CHANNEL,
            "app_version": started.brought.order.app_version,
            "recipient_id": started.recipient_id or None,
            "early_start": bool(form.text("early_start")),
            "buyer_kind": (BuyerKind.SOLE_PROFESSIONAL if form.text("professional") else BuyerKind.UNDECLARED).value,
        },
        OrderRequest,
    )


def _consent(tick: str) -> dict[str, str]:
    licence_id, _, version = tick.rpartition(" ")[0].rpartition(" ")
    return {
        "licence_id": licence_id,
        "kind": AUTO_RENEWAL,
        "text_version": version,
        "sha256": tick.rpartition(" ")[2],
        "locale": LOCALE,
    }


def _refused(shop: Shop, visit: Visit, started: _Started, form: Form, refusal: Refusal) -> Page:
    say = visit.language.say
    match refusal.code:
        case ProblemCode.PRICE_CHANGED if refusal.quote is not None:
            show_money = visit.language.money
            old, new = show_money(Amount(amount=form.text("gross"))), show_money(refusal.quote.price.gross)
            words = say("order_file.price_lapsed" if old == new else "order_file.price_changed", old=old, new=new)
            return _again(shop, visit, started, form, {"quote": words}, refusal.quote.quote_id)
        case ProblemCode.CONSENT_TEXT_CHANGED | ProblemCode.CONSENT_REQUIRED:
            return _again(shop, visit, started, form, {"consents": say("order_file.text_changed")})
        case ProblemCode.ORDER_OPEN | ProblemCode.NIP_INVALID:
            return _again(shop, visit, started, form, {"quote": say(_STOPS[refusal.code])})
        case ProblemCode.OFFER_WITHDRAWN | ProblemCode.NOT_FOUND:
            errors = {"offer-1": say("order_file.withdrawn")}
            return _details(shop, visit, replace(started, chosen={}, errors=errors))
        case ProblemCode.VALIDATION if any(fault.field == "recipient_id" for fault in refusal.fields):
            errors = {"recipient_id": say("order_file.recipient_gone")}
            return _details(shop, visit, replace(started, recipient_id="", errors=errors))
        case ProblemCode.KEY_REUSED:
            return _to_placed(shop, visit, started.brought)
        case _:
            raise refusal


def _to_placed(shop: Shop, visit: Visit, brought: Brought) -> Page:
    with shop.database.reading() as session:
        placed = placed_with(session, brought)
    if placed is None:
        raise Refusal(ProblemCode.NOT_FOUND)
    return go(visit, addresses.order_by_file(token_of(shop.settings, placed.id)))


PUBLIC = (show_upload, get_script, take_file, take_details, place_order)
