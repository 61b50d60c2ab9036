"""What host and agent say of an order form: contacts, prices, the order, drafts, reports; part of ``agent/protocol.py``."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import field

from r2_renewal.agent.messages import Message
from r2_renewal.domain.company import Holder
from r2_renewal.domain.contact import ContactVerdict
from r2_renewal.domain.draft import Draft
from r2_renewal.domain.money import Money
from r2_renewal.domain.offer import Quote, ServiceKind
from r2_renewal.domain.order import ConfirmedOrder, Order, Orderer


class ContactParams(Message, frozen=True):
    """Texts to judge, by field name. Attributes: emails; phones: text by the caller's name of the field."""

    emails: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)


class ContactResult(Message, frozen=True):
    """Attributes: verdicts: by the caller's name of the field."""

    verdicts: dict[str, ContactVerdict]


class QuoteParams(Message, frozen=True):
    """Attributes: offers: what to price, an offer by each owned program's licence."""

    offers: dict[str, str]


class QuoteResult(Message, frozen=True):
    """Attributes: quote: price, period and renewal."""

    quote: Quote


class PlaceParams(Message, frozen=True):
    """Attributes: order: what the customer confirmed, with its key; customer: whose form it is, as ``draft.load`` told it."""

    order: ConfirmedOrder
    customer: str = ""


class OrderResult(Message, frozen=True):
    """Attributes: order: as the shop has it; key: the confirmation it came from, where this computer knows it."""

    order: Order
    key: str = ""


class StatusParams(Message, frozen=True):
    """Attributes: order_id: the shop's identifier."""

    order_id: str


class CorrectParams(Message, frozen=True):
    """Attributes: message: what is wrong with the company data; in_account: whether the account's data are meant."""

    message: str
    in_account: bool = False


class CorrectResult(Message, frozen=True):
    """Attributes: ticket: number for people."""

    ticket: str


class WantedItem(Message, frozen=True):
    """One program of an order to be carried.

    Attributes:
        licence_id: the owned program.
        kind: the service, None where undecided.
        offer_id: empty where not chosen.
        runs_until: the last day of its subscription as it is known here.
    """

    licence_id: str
    kind: ServiceKind | None = None
    offer_id: str = ""
    runs_until: date | None = None


class ExportParams(Message, frozen=True):
    """An order to be carried to the shop's page as a file, from a PC without Internet.

    Attributes:
        path: the file of the user's choice.
        items: what is wanted; empty for this program, with the service to be chosen on the page.
        invoice_email: „e-mail do faktury" as typed.
        orderer: the ordering person as typed.
        gross: the price that was shown; None where none was known.
        told_on: the day on which the shop had told it.
    """

    path: str
    items: tuple[WantedItem, ...] = ()
    invoice_email: str = ""
    orderer: Orderer = Orderer()
    gross: Money | None = None
    told_on: date | None = None


class ExportResult(Message, frozen=True):
    """Where the file goes next.

    Attributes:
        page: address of the shop's page that takes it.
        qr: the same as a QR code, rows of ``1`` (dark) and ``0``; empty where it does not fit into one.
    """

    page: str
    qr: tuple[str, ...] = ()


class DraftLoadParams(Message, frozen=True):
    """Which draft.

    Attributes:
        licence_ids: the programs that the form is opened for; the newest draft with any of them is theirs.
        nip: the NIP on record of the customer who opens the form.
    """

    licence_ids: tuple[str, ...]
    nip: str


class DraftResult(Message, frozen=True):
    """The draft of one customer for their programs.

    Attributes:
        customer: whose form it is from now on; goes with every saving of it, whoever's licence lies here by then.
        draft: what was kept; None where nothing is, or nothing that can be read.
        saved_at: when it was saved last, aware; None with no draft.
        orderer: the ordering person whom the customer asked to be remembered here; None for nobody.
        holder: the company that the licence here is for; None where it cannot be read.
    """

    customer: str
    draft: Draft | None = None
    saved_at: datetime | None = None
    orderer: Orderer | None = None
    holder: Holder | None = None


class DraftSaveParams(Message, frozen=True):
    """Attributes: customer: as ``draft.load`` told it; draft: what to keep, in place of every draft with any of its programs."""

    customer: str
    draft: Draft


class DraftDiscardParams(Message, frozen=True):
    """Attributes: customer: as ``draft.load`` told it; licence_ids: the drafts with any of these programs go."""

    customer: str
    licence_ids: tuple[str, ...]


class OrdererRememberParams(Message, frozen=True):
    """Attributes: customer: as ``draft.load`` told it; orderer: the ordering person who asked to be remembered here."""

    customer: str
    orderer: Orderer


class OrdererForgetParams(Message, frozen=True):
    """Attributes: customer: as ``draft.load`` told it; whoever is remembered for them goes."""

    customer: str


DraftParams = DraftLoadParams | DraftSaveParams | DraftDiscardParams | OrdererRememberParams | OrdererForgetParams
