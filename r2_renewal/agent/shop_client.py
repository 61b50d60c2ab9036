"""The shop's API as calls: typed, retried where a repetition is harmless, every failure a ``ShopError``.

Rules: only what changes nothing is repeated, and an order, whose key makes its repetition the same order; a lost session is
renewed once, in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from r2_renewal.agent.calls import Caller, post, retried, typed, with_token
from r2_renewal.agent.deadline import Deadline
from r2_renewal.agent.failures import ShopError
from r2_renewal.agent.protocol import Delivery
from r2_renewal.agent.shop_session import LicenceSession
from r2_renewal.agent.transport import IF_NONE_MATCH, LICENCE_CAP, Answer, Message, Transport
from r2_renewal.contract import accounts, paths, structs
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.offer import ServiceKind

T = TypeVar("T")


class ShopClient:
    """The shop, for one licence file. Every method raises ``ShopError``, or RenewalError where the licence cannot be read.

    Attributes:
        caller: sends its requests.
        session: the licence's session.
    """

    def __init__(
        self,
        transport: Transport,
        licence_text: Callable[[], str],
        on_contact: Callable[[datetime], None],
        key_of: Callable[[str], str | None],
    ) -> None:
        self.caller = Caller(transport, on_contact)
        self._key_of = key_of
        self.session = LicenceSession(self._open_session, licence_text)

    def programs(self, cursor: str, deadline: Deadline) -> structs.ProgramList:
        """Return the page of programs after a cursor that the shop gave."""
        return self._read(f"{paths.PROGRAMS}?cursor={quote(cursor, safe='')}", structs.ProgramList, deadline)

    def program(self, licence_id: str, deadline: Deadline) -> structs.ProgramBody:
        """Return one program."""
        return self._read(paths.program(licence_id), structs.ProgramBody, deadline)

    def storefront(self, deadline: Deadline) -> structs.StorefrontBody:
        """Return everything that eSklep opens with."""
        return self._read(paths.STOREFRONT, structs.StorefrontBody, deadline)

    def storefront_unless(self, tag: str, deadline: Deadline) -> tuple[structs.StorefrontBody, str] | None:
        """Return the same with its entity tag; None where it is still what ``tag`` stands for (empty for nothing)."""
        condition = {IF_NONE_MATCH: tag} if tag else {}
        message = Message("GET", paths.STOREFRONT, {"Accept": paths.JSON_TYPE, **condition})
        answer = retried(lambda: self.send(message, deadline), deadline)
        return None if answer.is_unchanged else (typed(answer, structs.StorefrontBody), answer.tag)

    def document(self, ref: structs.DocumentRef, deadline: Deadline) -> structs.DocumentBody:
        """Return a version of a text."""
        return self._read(paths.document(ref.kind, ref.version), structs.DocumentBody, deadline)

    def order(self, order_id: str, deadline: Deadline) -> structs.OrderBody:
        """Return an order as it stands."""
        return _known_kind(self._read(paths.order(order_id), structs.OrderBody, deadline))

    def quote(self, offers: Mapping[str, str], deadline: Deadline) -> structs.QuoteBody:
        """Return the price of offers, one by each licence; asking twice binds nobody, so it is retried."""
        items = tuple(structs.QuoteItem(licence_id=one, offer_id=offer_id) for one, offer_id in offers.items())
        body = structs.QuoteRequest(items=items)
        message = post(paths.QUOTES, msgspec.json.encode(body))
        return typed(retried(lambda: self.send(message, deadline), deadline), structs.QuoteBody)

    def report(self, text: str, deadline: Deadline) -> accounts.DataCorrectionBody:
        """Report wrong company data; sent once, for every repetition would be another ticket."""
        body = msgspec.json.encode(accounts.DataCorrectionRequest(message=text))
        message = post(paths.DATA_CORRECTIONS, body, fresh=True)
        return typed(self.send(message, deadline), accounts.DataCorrectionBody)

    def licence_file(self, licence_id: str, deadline: Deadline) -> bytes:
        """Return the signed licence file, unverified."""
        message = Message("GET", paths.licence_file(licence_id), {"Accept": paths.LICENCE_TYPE}, cap=LICENCE_CAP)
        answer = retried(lambda: self.send(message, deadline), deadline)
        if answer.media_type != paths.LICENCE_TYPE:
            raise ShopError(ErrorCode.NOT_THE_SHOP, "not a licence's content type")
        return answer.body

    def place(self, key: str, body: bytes, deadline: Deadline) -> structs.OrderBody:
        """Send an order, repeatedly if need be, always with the same key and bytes.

        Raises:
            ShopError: its ``delivery`` holds for all tries together: one that may have arrived is not undone by a later
                one that did not.
        """
        message = post(paths.ORDERS, body, key, fresh=True)
        may_have_arrived = False

        def once() -> structs.OrderBody:
            nonlocal may_have_arrived
            try:
                return _known_kind(typed(self.send(message, deadline), structs.OrderBody))
            except ShopError as error:
                may_have_arrived = may_have_arrived or error.delivery is Delivery.UNKNOWN
                raise

        try:
            return retried(once, deadline, unless_never_sent=True)
        except ShopError as error:
            unclear = may_have_arrived and error.delivery is not Delivery.REFUSED
            raise (error.told_as(error.code, Delivery.UNKNOWN) if unclear else error) from error

    def _read(self, path: str, kind: type[T], deadline: Deadline) -> T:
        message = Message("GET", path, {"Accept": paths.JSON_TYPE})
        return typed(retried(lambda: self.send(message, deadline), deadline), kind)

    def send(self, message: Message, deadline: Deadline) -> Answer:
        """Send a request in the licence's session, once more in a new one where the shop no longer knows it."""
        token = self._token(deadline)
        try:
            return self.caller.send(with_token(message, token), deadline)
        except ShopError as error:
            if error.code is not ErrorCode.SESSION_EXPIRED:
                raise
        self.session.forget(token)
        return self.caller.send(with_token(message, self._token(deadline)), deadline)

    def _token(self, deadline: Deadline) -> str:
        try:
            return self.session.token(deadline)
        except ShopError as error:
            # Whatever came of opening the session, the request itself was not sent.
            raise error.told_as(error.code, Delivery.NOT_SENT) from error

    def _open_session(self, certificate: str, deadline: Deadline) -> structs.SessionBody:
        key = self._key_of(certificate) or UNSET
        body = msgspec.json.encode(structs.LicenceSessionRequest(certificate=certificate, licence_key=key))
        # Not retried here: the call that needs the session is, and three tries are three.
        return typed(self.caller.send(post(paths.LICENCE_SESSIONS, body), deadline), structs.SessionBody)


def _known_kind(body: structs.OrderBody) -> structs.OrderBody:
    """Return the order; one of a kind that was never ordered here is not the shop's answer to us."""
    if not {line.kind for line in body.lines} <= set(ServiceKind):
        raise ShopError(ErrorCode.NOT_THE_SHOP, "unknown kind of service")
    return body
