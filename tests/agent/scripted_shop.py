"""A shop on raw sockets: healthy by default, at any call as broken as a test wants it, byte for byte.

It keeps what a shop keeps for ever: which key made which order. So a test can ask it how many orders there are.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from r2_renewal.contract import paths, structs
from r2_renewal.contract.problems import Problem
from tests.licence_files import LICENCE, Vendor, licence_with
from tests.samples import COMPANY, PROGRAM, SUBSCRIPTION

TOKEN = "tok-3f9c2a71-very-secret"


@dataclass(frozen=True)
class Seen:
    """A request as it came. Attributes: headers: names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


Reply = Callable[[socket.socket, Seen], None]
Reception = Callable[[socket.socket], None]


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def raw(*pieces: bytes, pause: float = 0.0) -> Reply:
    """Answer with bytes as they are, resting between the pieces, and close."""

    def reply(peer: socket.socket, _seen: Seen) -> None:
        for piece in pieces:
            peer.sendall(piece)
            if pause and threading.Event().wait(pause):
                return

    return reply


def http(status: int, body: bytes, media_type: str, *headers: str) -> bytes:
    """Return a whole HTTP answer."""
    head = [
        f"HTTP/1.1 {status} Status",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body)}",
        *headers,
        "Connection: close",
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


def json_of(value: Any, status: int = 200, media_type: str = paths.JSON_TYPE) -> bytes:
    """Return an HTTP answer with a JSON body."""
    return http(status, msgspec.json.encode(value), media_type)


def problem(status: int, code: str, *headers: str, **more: Any) -> Reply:
    """Refuse as the shop refuses."""
    body = Problem(type="about:blank", title="refused", status=status, code=code, **more)
    return raw(http(status, msgspec.json.encode(body), paths.PROBLEM_TYPE, *headers))


def reset(peer: socket.socket, _seen: Seen) -> None:
    """Cut the connection with RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def silence(peer: socket.socket, _seen: Seen) -> None:
    """Never answer: wait for the client to go."""
    with suppress(OSError):
        peer.recv(1)


class ScriptedShop:
    """The shop.

    Attributes:
        requests: everything that came, in order.
        orders: order identifier by idempotency key.
        state: state that every order is told in.
        certificate: the licence file that is served.
        tls: its side of TLS, from the next connection on; None for plain HTTP.
        connections: how many there were.
    """

    def __init__(
        self,
        vendor: Vendor,
        port: int = 0,
        *,
        listener: socket.socket | None = None,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        is_open: bool = True,
    ) -> None:
        self.vendor = vendor
        self.requests: list[Seen] = []
        self.orders: dict[str, str] = {}
        self.state = "placed"
        self.certificate = vendor.certificate()
        self.tls = tls
        self.connections = 0
        self._scripts: dict[tuple[str, str], list[Reply]] = {}
        self._receptions: list[Reception] = []
        self._host = host
        self._listener = listener or socket.create_server(("127.0.0.1", port))
        self._is_closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._peers: list[socket.socket] = []
        self._lock = threading.Lock()
        if is_open:
            self.open()

    def open(self) -> None:
        """Begin to listen and to answer."""
        self._listener.listen()
        self._spawn(self._accept)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self._host}:{self.address[1]}"

    def script(self, method: str, path: str, *replies: Reply) -> None:
        """Answer the next calls of a method and path so, one reply a call; then be healthy again."""
        with self._lock:
            self._scripts.setdefault((method, path), []).extend(replies)

    def receive(self, *receptions: Reception) -> None:
        """Treat the next connections so, before a byte is read from them; then be healthy again."""
        with self._lock:
            self._receptions.extend(receptions)

    def seen(self, method: str, path: str) -> list[Seen]:
        """Return the requests of a method and path."""
        with self._lock:
            return [seen for seen in self.requests if (seen.method, seen.path) == (method, path)]

    def forget_scripts(self) -> None:
        """Be healthy again."""
        with self._lock:
            self._scripts.clear()
            self._receptions.clear()

    def commit(self, then: Reply) -> Reply:
        """Take the order, then answer so."""

        def reply(peer: socket.socket, seen: Seen) -> None:
            self._place(seen)
            then(peer, seen)

        return reply

    def close(self) -> None:
        """Stop, with every connection."""
        self._is_closing.set()
        # Waking accept() by its socket is not portable; a connection is, but not into another network.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            socket.create_connection(self.address, 1).close()
        with self._lock:
            peers, threads = list(self._peers), list(self._threads)
        for peer in peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        self._listener.close()
        for peer in peers:
            peer.close()

    def _spawn(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                if self._is_closing.is_set():
                    peer.close()
                    return
                peer.settimeout(10)
                with self._lock:
                    self.connections += 1
                    self._peers.append(peer)
                    reception = self._receptions.pop(0) if self._receptions else None
                self._spawn(self.serve if reception is None else _received(reception), peer)

    def serve(self, accepted: socket.socket) -> None:
        """Answer one request on a connection, over TLS where there is any."""
        with suppress(OSError), self._secured(accepted) as peer:
            seen = _request(peer)
            if seen is None:
                return
            with self._lock:
                self.requests.append(seen)
                script = self._scripts.get((seen.method, seen.path))
                reply = script.pop(0) if script else None
            (reply or self._healthy)(peer, seen)

    def _secured(self, accepted: socket.socket) -> socket.socket:
        if self.tls is None:
            return accepted
        secured = self.tls.wrap_socket(accepted, server_side=True)
        with self._lock:
            self._peers.append(secured)
        return secured

    def _healthy(self, peer: socket.socket, seen: Seen) -> None:
        peer.sendall(self._answer(seen))

    def _answer(self, seen: Seen) -> bytes:
        match seen.method, seen.path.removeprefix(paths.PREFIX).split("/")[1:]:
            case "POST", ["licence-sessions"]:
                return json_of({"token": TOKEN, "scope": "order", "expires_at": "2030-01-01T00:00:00Z"}, 201)
            case "GET", ["storefront"]:
                return json_of(storefront_body())
            case "GET", ["documents", kind, version]:
                return json_of(structs.DocumentBody(kind=kind, version=version, title=kind, text="Treść {email}"))
            case "POST", ["quotes"]:
                return json_of(quote_body(), 201)
            case "POST", ["orders"]:
                return json_of(self._place(seen), 201)
            case "GET", ["orders", order_id] if order_id in self.orders.values():
                return json_of(order_body(order_id, self.state))
            case "GET", ["licences", _, "file"]:
                return http(200, self.certificate, paths.LICENCE_TYPE)
            case "POST", ["data-corrections"]:
                return json_of({"ticket": "K/2026/0001"}, 201)
            case _:
                body = Problem(type="about:blank", title="nothing here", status=404, code="not_found")
                return http(404, msgspec.json.encode(body), paths.PROBLEM_TYPE)

    def _place(self, seen: Seen) -> structs.OrderBody:
        with self._lock:
            order_id = self.orders.setdefault(seen.key, f"ord-{len(self.orders) + 1}")
        return order_body(order_id, self.state)


def _received(reception: Reception) -> Reception:
    def receive(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            reception(peer)

    return receive


def _request(peer: socket.socket) -> Seen | None:
    stream = peer.makefile("rb")
    line = stream.readline().decode().split()
    if len(line) < 2:
        return None
    headers = {}
    while (header := stream.readline().decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Seen(line[0], line[1], headers, stream.read(int(headers.get("content-length", "0"))))


def _amount(text: str) -> structs.Amount:
    return structs.Amount(amount=text)


PRICE = structs.PriceBody(net=_amount("455.40"), vat=_amount("104.74"), gross=_amount("560.14"))
RENEWAL = msgspec.convert(
    {"day": "2027-12-23", "price": msgspec.to_builtins(PRICE), "cancel_until": "2027-12-22"}, structs.RenewalBody
)
PERIOD = msgspec.convert({"first_day": "2026-12-23", "last_day": "2027-12-22"}, structs.PeriodBody)


LINE = structs.LineBody(
    licence_id=PROGRAM.licence_id,
    program=PROGRAM.name,
    offer_id=SUBSCRIPTION.offer_id,
    kind="subscription",
    description=SUBSCRIPTION.name,
    limits={"employees": 50},
    net=_amount("455.40"),
    vat_rate="0.23",
    period=PERIOD,
    renewal=RENEWAL,
)
VAT = (structs.VatBody(rate="0.23", price=PRICE),)


def quote_body() -> structs.QuoteBody:
    """Return the price of the sample subscription."""
    return structs.QuoteBody(
        quote_id="quote-1",
        lines=(LINE,),
        vat=VAT,
        price=PRICE,
        expires_at=LICENCE.issued.replace(year=2030),
        told_on=LICENCE.issued.date(),
    )


def order_body(order_id: str, state: str) -> structs.OrderBody:
    """Return an order in a state."""
    return structs.OrderBody(
        order_id=order_id,
        number=f"R2/2026/{order_id}",
        state=state,
        placed_at=LICENCE.issued,
        lines=(LINE,),
        vat=VAT,
        price=PRICE,
        email="anna.nowak@klosowska.example",
    )


def storefront_body() -> structs.StorefrontBody:
    """Return what the sample customer sees, with an offer and a state that this version does not know."""
    program = structs.ProgramBody(
        licence_id=PROGRAM.licence_id,
        program_id=PROGRAM.program_id,
        product=PROGRAM.product,
        name=PROGRAM.name,
        edition=PROGRAM.edition,
        valid_until=PROGRAM.valid_until,
        seq=PROGRAM.seq,
        limits={"employees": 50},
        services=PROGRAM.services,
        auto_renewal=False,
        renewal_date=None,
    )
    offer = structs.OfferBody(
        offer_id=SUBSCRIPTION.offer_id,
        licence_id=PROGRAM.licence_id,
        kind="subscription",
        name=SUBSCRIPTION.name,
        net=_amount("455.40"),
        limits={"employees": 50},
    )
    return structs.StorefrontBody(
        company=structs.CompanyBody(
            name=COMPANY.name, nip=COMPANY.nip, street=COMPANY.street, postcode=COMPANY.postcode, city=COMPANY.city
        ),
        invoice_email="faktury@klosowska.example",
        programs=(program,),
        offers=(offer, msgspec.structs.replace(offer, offer_id="lease-1", kind="lease")),
        documents=tuple(structs.DocumentRef(kind=kind, version="1") for kind in ("auto_renewal", "terms", "rodo", "x")),
        orders=(order_body("ord-0", "being_carried_by_pigeon"),),
        consent_required=True,
        panel_url="https://online.reset2.pl/",
        contact_email="kontakt@example.com",
    )


def renewed(vendor: Vendor) -> bytes:
    """Return the licence file after the sample order."""
    return vendor.certificate(licence_with(valid_until=PERIOD.last_day, seq=LICENCE.programs[0].seq + 1))
