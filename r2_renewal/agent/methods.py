"""What the host may call, each call as one function of the desk and its parameters.

Rule: a call returns a struct of the protocol or raises RenewalError; whatever it starts in the background is the settler's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from r2_renewal.agent import account_methods, protocol, translate
from r2_renewal.agent.account import Account
from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.enrolment_news import EnrolmentNews
from r2_renewal.agent.files import write_whole
from r2_renewal.agent.licence_refresh import LicenceRefresh
from r2_renewal.agent.outbox import OrderSender
from r2_renewal.agent.placed_orders import PlacedOrders
from r2_renewal.agent.protocol import Event, Method
from r2_renewal.agent.settling import Settler
from r2_renewal.agent.shop_client import ShopClient
from r2_renewal.agent.showcase import Showcase
from r2_renewal.agent.texts import Texts
from r2_renewal.contract import structs
from r2_renewal.domain.basket import Storefront
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.shop_cache import KnownLicence, ShopCache

# The host gives up waiting after three seconds.
REFRESH_SECONDS = 2.7


@dataclass
class Desk:
    """Everything that calls work with, composed once after the greeting.

    Attributes:
        client: the shop.
        outbox: confirmed orders.
        sender: places them.
        settler: brings them to their end.
        refresh: the licence file on this computer.
        cache: what the shop last said of it.
        account: who is logged in.
        showcase: the storefront as it is gathered and kept.
        notify: tells the host what happens by itself.
        call_seconds: total deadline of a call that reads.
        news: tells the host whether this computer's licence renews by itself.
        clock: the agent's clock.
        texts: the vendor's texts already fetched.
    """

    client: ShopClient
    outbox: Outbox
    sender: OrderSender
    settler: Settler
    refresh: LicenceRefresh
    cache: ShopCache
    account: Account
    showcase: Showcase
    notify: Callable[[Event, protocol.Message], None]
    call_seconds: float
    news: EnrolmentNews
    clock: Clock = pc_clock
    texts: Texts = field(default_factory=Texts)

    def orders(self, *, account: bool = False) -> PlacedOrders:
        """Return the orders as the licence's session sees them, or the account's."""
        return PlacedOrders(self.account.send if account else self.client.send)

    def deadline(self) -> Deadline:
        """Return a fresh deadline for a call that reads."""
        return Deadline(self.call_seconds)


def eshop_load(desk: Desk, _params: protocol.Nothing) -> protocol.LoadResult:
    """Return everything that eSklep opens with."""
    deadline = desk.deadline()
    body = desk.client.storefront(deadline)
    documents = desk.texts.of(body, lambda ref: desk.client.document(ref, deadline))
    desk.news.tell({entry.licence_id: entry.auto_renewal for entry in body.programs})
    return desk.showcase.begin(translate.storefront(body, documents, desk.clock()), body.next or "")


def eshop_more(desk: Desk, params: protocol.MoreParams) -> protocol.MoreResult:
    """Return the next page of the basket."""
    deadline = desk.deadline()
    if params.account:
        client = desk.account.client
        return more_result(desk.account.run(lambda token: client.programs(params.cursor, token, deadline)))
    body = desk.client.programs(params.cursor, deadline)
    desk.news.tell({entry.licence_id: entry.auto_renewal for entry in body.programs})
    return desk.showcase.go_on(params.cursor, more_result(body))


def load_result(desk: Desk, storefront: Storefront, following: str) -> protocol.LoadResult:
    """Return what eSklep opens with, with what this computer knows of orders without a receipt."""
    return desk.showcase.with_fates(storefront, following)


def more_result(body: structs.ProgramList) -> protocol.MoreResult:
    """Return a further page of the basket."""
    offers = Raw(msgspec.json.encode(translate.offers(body)))
    return protocol.MoreResult(entries=translate.basket(body), offers=offers, next=body.next or "")


def order_quote(desk: Desk, params: protocol.QuoteParams) -> protocol.QuoteResult:
    """Return the price of offers, one a program."""
    body = desk.client.quote(params.offers, desk.deadline())
    return protocol.QuoteResult(quote=translate.quote(body))


def order_place(desk: Desk, params: protocol.PlaceParams) -> protocol.OrderResult:
    """Place a confirmed order; from then on it is watched, unless it was refused before anything was written down."""
    key = params.order.key
    try:
        order = desk.sender.place(params.order, params.customer)
    except Exception as error:
        if type(error) is not RenewalError:
            desk.settler.watch(key)
        raise
    desk.settler.watch(key)
    return protocol.OrderResult(order=order, key=key)


def order_status(desk: Desk, params: protocol.StatusParams) -> protocol.OrderResult:
    """Return an order as the shop has it now."""
    return protocol.OrderResult(order=translate.order(desk.client.order(params.order_id, desk.deadline())))


def orders_load(desk: Desk, params: protocol.OrdersParams) -> protocol.OrdersResult:
    """Return a page of the orders."""
    orders, following = desk.orders(account=params.account).page(params.cursor, desk.deadline())
    return protocol.OrdersResult(orders=orders, next=following)


def order_cancel(desk: Desk, params: protocol.OrderCancelParams) -> protocol.OrderCancelResult:
    """Cancel an order."""
    order = desk.orders(account=params.account).cancel(params.order_id, desk.deadline())
    return protocol.OrderCancelResult(order=order)


def order_withdraw(desk: Desk, params: protocol.WithdrawParams) -> protocol.WithdrawResult:
    """Withdraw from the contract of an order."""
    orders = desk.orders(account=params.account)
    receipt = orders.withdraw(params.order_id, params.number, params.name, params.email, desk.deadline())
    return protocol.WithdrawResult(receipt=receipt)


def renewal_resign(desk: Desk, params: protocol.ResignParams) -> protocol.Nothing:
    """End the automatic renewal of some licences."""
    desk.orders().resign(params.licence_ids, desk.deadline())
    return protocol.Nothing()


def data_correct(desk: Desk, params: protocol.CorrectParams) -> protocol.CorrectResult:
    """Report wrong company data: those of the licence's holder, or of the account's."""
    if params.in_account:
        return account_methods.report(desk, params.message)
    return protocol.CorrectResult(ticket=desk.client.report(params.message, desk.deadline()).ticket)


def order_export(refresh: LicenceRefresh, shop_url: str, params: protocol.ExportParams) -> protocol.ExportResult:
    """Write an order to a file of the user's choice; needs neither the desk nor the network."""
    from r2_renewal.agent.order_export import page_of, prepare, wanted_of, write
    from r2_renewal.agent.order_qr import rows_of

    page = page_of(shop_url)
    items = params.items or (_of_this_program(refresh),)
    order = prepare(refresh.certificate(), wanted_of(params, items), refresh.now())
    write(Path(params.path), order, page)
    return protocol.ExportResult(page=page, qr=rows_of(order, page))


def _of_this_program(refresh: LicenceRefresh) -> protocol.WantedItem:
    program = refresh.program()
    return protocol.WantedItem(licence_id=program.licence_id, runs_until=program.valid_until)


def licence_import(refresh: LicenceRefresh, params: protocol.ImportParams) -> protocol.LicenceInstalled:
    """Install a licence from a file of the user's choice; needs neither the desk nor the network."""
    program = refresh.import_file(Path(params.path))
    return protocol.LicenceInstalled(licence_id=program.licence_id, valid_until=program.last_day)


def licence_refresh(desk: Desk, params: protocol.RefreshParams) -> protocol.RefreshResult:
    """Ask the shop for a newer licence of this program, and install it where there is one; quick, or not at all.

    An aged file is fetched anew also where the licence is the same: the host is told of nothing then, for nothing changed.

    Raises:
        RenewalError: why the shop could not be asked, or why its licence was refused; the old one stays.
    """
    deadline = Deadline(REFRESH_SECONDS)
    here = desk.refresh.program()
    known = _known_there(desk, here.licence_id, deadline)
    if known.seq > here.seq:
        desk.refresh.install(desk.client.licence_file(here.licence_id, deadline))
        installed = protocol.LicenceInstalled(
            licence_id=here.licence_id, valid_until=known.valid_until, renewed=known.valid_until > here.last_day
        )
        desk.notify(Event.LICENCE_INSTALLED, installed)
    elif params.anew:
        desk.refresh.replace_aged(desk.client.licence_file(here.licence_id, deadline))
    return protocol.RefreshResult(valid_until=known.valid_until, enrolled=known.enrolled)


def _known_there(desk: Desk, licence_id: str, deadline: Deadline) -> KnownLicence:
    cached = desk.cache.get(licence_id)
    answer = desk.client.storefront_unless(cached.tag if cached else "", deadline)
    if answer is None and cached is not None:
        return cached
    body, tag = answer or (None, "")
    entry = next((entry for entry in (body.programs if body else ()) if entry.licence_id == licence_id), None)
    if entry is None and body is not None and body.next:
        # On a later page: the first page's tag says nothing of it.
        entry, tag = desk.client.program(licence_id, deadline), ""
    if entry is None:
        raise RenewalError(ErrorCode.LICENCE_REFUSED_BY_SHOP, "the shop does not list this licence")
    known = KnownLicence(tag, entry.seq, entry.valid_until, entry.auto_renewal)
    desk.cache.put(licence_id, known)
    return known


def contact_check(params: protocol.ContactParams) -> protocol.ContactResult:
    """Judge contact fields; needs neither the desk nor the network."""
    from r2_renewal.contract.contact import check_email, check_phone

    emails = {name: check_email(text) for name, text in params.emails.items()}
    phones = {name: check_phone(text) for name, text in params.phones.items()}
    return protocol.ContactResult(verdicts=emails | phones)


def file_save(params: protocol.FileSaveParams) -> protocol.Nothing:
    """Save a document where the user chose to; needs neither the desk nor the network."""
    write_whole(params.path, params.content)
    return protocol.Nothing()


AT_THE_DESK: Mapping[Method, Callable[[Desk, Any], protocol.Message]] = {
    Method.ESHOP_LOAD: eshop_load,
    Method.ESHOP_MORE: eshop_more,
    Method.ORDER_QUOTE: order_quote,
    Method.ORDER_PLACE: order_place,
    Method.ORDER_STATUS: order_status,
    Method.ORDERS_LOAD: orders_load,
    Method.ORDER_CANCEL: order_cancel,
    Method.ORDER_WITHDRAW: order_withdraw,
    Method.RENEWAL_RESIGN: renewal_resign,
    Method.DATA_CORRECT: data_correct,
    Method.LICENCE_REFRESH: licence_refresh,
    **account_methods.CALLS,
}
