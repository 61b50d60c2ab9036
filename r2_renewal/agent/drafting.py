"""Drafts and remembered ordering persons on this computer: they need neither shop nor network, and no call under way delays them.

Rules: a draft is bound to the customer of the licence that lies here when its form opens, and by no name or number of theirs in a
log; what cannot be read is no draft; what was given to be saved before the host's pipe ended is saved before the agent ends.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from r2_renewal.agent import protocol
from r2_renewal.agent.licence_refresh import LicenceRefresh
from r2_renewal.agent.order_origin import BY_NIP
from r2_renewal.contract.reading import read
from r2_renewal.domain.company import Holder, normalize_nip
from r2_renewal.domain.draft import Draft
from r2_renewal.domain.errors import RenewalError
from r2_renewal.domain.order import Orderer
from r2_renewal.store.drafts import Drafts, StoredDraft
from r2_renewal.store.licences import apart, together
from r2_renewal.store.orderers import Orderers


class Drafting:
    """Answers the calls on drafts."""

    def __init__(self, drafts: Drafts, orderers: Orderers, refresh: LicenceRefresh) -> None:
        self._drafts = drafts
        self._orderers = orderers
        self._refresh = refresh

    def call(self, params: protocol.DraftParams) -> protocol.Message:
        """Load, save or discard a draft; remember or forget an ordering person.

        Raises:
            RenewalError: STORE, where local state cannot be used.
        """
        match params:
            case protocol.DraftLoadParams(licence_ids=licence_ids, nip=nip):
                return self._load(self.customer(nip), together(licence_ids))
            case protocol.DraftSaveParams(customer=customer, draft=draft):
                self._drafts.save(customer, together(draft.licence_ids), msgspec.json.encode(draft))
            case protocol.DraftDiscardParams(customer=customer, licence_ids=licence_ids):
                self._drafts.discard(customer, together(licence_ids))
            case protocol.OrdererRememberParams(customer=customer, orderer=orderer):
                self._orderers.remember(customer, msgspec.json.encode(orderer))
            case protocol.OrdererForgetParams(customer=customer):
                self._orderers.forget(customer)
        return protocol.Nothing()

    def customer(self, nip: str) -> str:
        """Return whose drafts these are: the customer of the licence here, or of the NIP where none can be read."""
        try:
            return self._refresh.customer()
        except RenewalError:
            return f"{BY_NIP}{normalize_nip(nip)}"

    def forget_old(self) -> None:
        """Drop drafts that nobody came back to in 90 days.

        Raises:
            RenewalError: STORE, where local state cannot be used.
        """
        self._drafts.forget_old()

    def _load(self, customer: str, licences: str) -> protocol.DraftResult:
        stored = self._drafts.load(customer, licences)
        draft = None if stored is None else _read(stored)
        return protocol.DraftResult(
            customer=customer,
            draft=draft,
            saved_at=datetime.fromtimestamp(stored.saved_at, UTC) if stored is not None and draft is not None else None,
            orderer=_person(self._orderers.recall(customer)),
            holder=self._holder(),
        )

    def _holder(self) -> Holder | None:
        try:
            licence = self._refresh.licence()
        except RenewalError:
            return None
        return Holder(licence.company, licence.nip)


def _read(stored: StoredDraft) -> Draft | None:
    try:
        return read(stored.body, Draft).of_today(apart(stored.licences))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _person(body: bytes | None) -> Orderer | None:
    try:
        return None if body is None else read(body, Orderer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
