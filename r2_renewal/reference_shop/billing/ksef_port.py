"""The port by which invoices go to KSeF: what a sender does, and how it fails. Fakes and KSeF's own client stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class KsefError(Exception):
    """An attempt that came to nothing; the invoice is as it was before.

    Attributes:
        failure: a short code for the record, e.g. ``http 503``; no text of the server.
    """

    def __init__(self, failure: str) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Sent:
    """KSeF's references of a document that it has received. Attributes: session: of its session; invoice: in it."""

    session: str
    invoice: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """KSeF has taken an invoice. Attributes: number: its number in KSeF; upo: the official receipt, byte for byte."""

    number: str
    upo: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """KSeF has refused an invoice for good. Attributes: failure: its status code, e.g. ``status 430``."""

    failure: str


@dataclass(frozen=True, slots=True)
class Lost:
    """KSeF has called the processing off itself: the document is to be sent again. Attributes: failure: its status code."""

    failure: str


Outcome = Accepted | Refused | Lost | None


class KsefSender(Protocol):
    """What sends documents to KSeF; every method raises ``KsefError``."""

    def send(self, content: bytes) -> Sent:
        """Send a document, in the session of this round."""

    def outcome(self, sent: Sent) -> Outcome:
        """Ask what became of a document; None while KSeF works on it."""

    def end_round(self) -> None:
        """Close the session of this round, if there is one; never raises."""
