"""The agent's one composition: greeted by the host, configured by the greeting, then answering calls.

Rules: the greeting comes first and once; it touches neither ``requests`` nor TLS, so that the host hears back at once; the
rest is loaded in the background and by the first call that needs it, whichever comes first.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from r2_renewal.agent import protocol
from r2_renewal.agent.agent_log import AgentLog, Done, Step
from r2_renewal.agent.clock import Clock, pc_clock
from r2_renewal.agent.drafting import Drafting
from r2_renewal.agent.licence_refresh import LicenceRefresh
from r2_renewal.agent.protocol import Event, HelloParams, HelloResult, Message, Method
from r2_renewal.agent.showcase import Showcase
from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.licensing.keys import parse_trusted_keys
from r2_renewal.store.clock_marks import ClockMarkFile
from r2_renewal.store.drafts import Drafts
from r2_renewal.store.orderers import Orderers
from r2_renewal.store.outbox import Outbox
from r2_renewal.store.shop_cache import ShopCache
from r2_renewal.store.storefronts import Storefronts
from r2_renewal.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from r2_renewal.agent.methods import Desk


@dataclass(frozen=True, slots=True)
class _Settings:
    hello: HelloParams
    refresh: LicenceRefresh
    outbox: Outbox
    drafting: Drafting
    showcase: Showcase


class Service:
    """Answers the calls of one host."""

    def __init__(self, notify: Callable[[Event, Message], None], log: AgentLog, clock: Clock = pc_clock) -> None:
        self._clock = clock
        self._notify = notify
        self._log = log
        self._settings: _Settings | None = None
        self._desk: Desk | None = None
        self._composing = threading.Lock()

    @property
    def is_greeted(self) -> bool:
        """Whether the greeting has come."""
        return self._settings is not None

    def greet(self, params: HelloParams) -> HelloResult:
        """Take the settings and begin to settle what an earlier run left.

        Raises:
            RenewalError: CONFIGURATION for another protocol or a second greeting; TRUSTED_KEYS for unusable keys.
        """
        if params.protocol != protocol.VERSION:
            raise RenewalError(ErrorCode.CONFIGURATION, "another version of the protocol")
        if self._settings is not None:
            raise RenewalError(ErrorCode.CONFIGURATION, "greeted twice")
        keys = parse_trusted_keys({"keys": [{"id": key.id, "ed25519": key.ed25519} for key in params.trusted_keys]})
        state_dir = Path(params.state_dir)
        without_log = self._log.open(state_dir)
        places = tuple(map(Path, (params.licence_path, *params.other_places)))
        refresh = LicenceRefresh(places, keys, params.product_code, self._clock, params.licence_key)
        outbox = Outbox(state_dir, self._clock)
        showcase = Showcase(Storefronts(state_dir, params.shop_url, self._clock), outbox, refresh)
        drafting = Drafting(Drafts(state_dir, self._clock), Orderers(state_dir), refresh)
        result = HelloResult(
            protocol=protocol.VERSION,
            version=VERSION,
            open_orders=self._open_orders(outbox),
            notices=(without_log.value,) if without_log is not None else (),
        )
        self._begin_with(_Settings(params, refresh, outbox, drafting, showcase))
        return result

    def _begin_with(self, settings: _Settings) -> None:
        """Be greeted: last of all that may fail, so that a greeting that failed can be repeated."""
        self._settings = settings
        try:
            threading.Thread(target=self._begin, name="begin", daemon=True).start()
        except BaseException:
            self._settings = None
            raise

    def call(self, method: Method, params: Message) -> Message:
        """Do what the host asks.

        Raises:
            RenewalError: why it could not be done.
        """
        if isinstance(params, protocol.DraftParams):
            return self._configured().drafting.call(params)
        if method is Method.ESHOP_STORED:
            return self._configured().showcase.stored()
        if isinstance(params, protocol.MoreParams) and params.stored:
            return self._configured().showcase.stored_page(params.cursor)
        from r2_renewal.agent import methods

        if isinstance(params, protocol.ContactParams):
            return methods.contact_check(params)
        if isinstance(params, protocol.ExportParams):
            settings = self._configured()
            return methods.order_export(settings.refresh, settings.hello.shop_url, params)
        if isinstance(params, protocol.ImportParams):
            return methods.licence_import(self._configured().refresh, params)
        if isinstance(params, protocol.FileSaveParams):
            self._configured()
            return methods.file_save(params)
        return methods.AT_THE_DESK[method](self._composed(), params)

    def _configured(self) -> _Settings:
        if self._settings is None:
            raise RenewalError(ErrorCode.CONFIGURATION, "not greeted")
        return self._settings

    def _open_orders(self, outbox: Outbox) -> int:
        try:
            return len(outbox.unsettled())
        except RenewalError as error:
            # eSklep can still be looked at; an order will be refused with the same code, unsent.
            self._log.write(Step.OUTBOX, error.code)
            return 0

    def _begin(self) -> None:
        began = time.monotonic()
        try:
            self._composed().settler.resume()
            self._log.write(Step.BEGIN, Done.OK, time.monotonic() - began)
            self._load_contact_rules()
            self._configured().outbox.forget_unsent()
            self._configured().drafting.forget_old()
        except RenewalError as error:
            self._log.write(Step.BEGIN, error.code)
        except Exception as error:
            self._log.write_unforeseen(Step.BEGIN, error)

    @staticmethod
    def _load_contact_rules() -> None:
        from r2_renewal.contract.contact import check_email, check_phone

        check_email("a@example.com")
        check_phone("1")

    def _composed(self) -> Desk:
        with self._composing:
            if self._desk is None:
                self._desk = self._compose()
            return self._desk

    def _compose(self) -> Desk:
        from r2_renewal.agent.account import Account
        from r2_renewal.agent.account_client import AccountClient
        from r2_renewal.agent.enrolment_news import EnrolmentNews
        from r2_renewal.agent.methods import Desk
        from r2_renewal.agent.order_origin import OrderOrigin
        from r2_renewal.agent.outbox import OrderSender
        from r2_renewal.agent.settling import Settler
        from r2_renewal.agent.shop_client import ShopClient
        from r2_renewal.agent.transport import Transport
        from r2_renewal.agent.vault import Vault, own_command

        settings = self._configured()
        hello, outbox, refresh = settings.hello, settings.outbox, settings.refresh
        marks = ClockMarkFile(Path(hello.state_dir))
        client = ShopClient(
            Transport(
                hello.shop_url,
                f"r2-renewal/{VERSION}",
                hello.proxy,
                offline_only=hello.offline_only,
                ca_file=hello.ca_file,
                clock=self._clock,
            ),
            refresh.certificate,
            lambda moment: marks.note(lambda known: known.after_contact(moment)),
            refresh.key_of,
        )
        origin = OrderOrigin(outbox, refresh)
        sender = OrderSender(outbox, client, hello.order_seconds, settings.drafting.customer, origin, self._clock)
        settler = Settler(outbox, sender, client, refresh, self._notify, self._log, hello.call_seconds, self._clock)
        cache = ShopCache(Path(hello.state_dir), hello.shop_url)
        vault = Vault(own_command(), hello.shop_url)
        account = Account(AccountClient(client.caller), vault, refresh.customer, self._log)
        news = EnrolmentNews(Path(hello.state_dir), refresh.program, self._notify)
        return Desk(
            client,
            outbox,
            sender,
            settler,
            refresh,
            cache,
            account,
            settings.showcase,
            self._notify,
            hello.call_seconds,
            news,
            self._clock,
        )
