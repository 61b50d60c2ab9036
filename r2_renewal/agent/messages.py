"""The ground of every message between host and agent."""

from __future__ import annotations

from msgspec import Struct


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every message and of every parameter set: immutable, fields by name."""


class Nothing(Message, frozen=True):
    """No parameters, or no result."""


class FileSaveParams(Message, frozen=True):
    """Saves a document. Attributes: path: the file of the user's choice; content: the whole of it."""

    path: str
    content: bytes

    def __repr__(self) -> str:
        return "FileSaveParams(…)"


class CancelParams(Message, frozen=True):
    """Gives up a call that only reads.

    Attributes:
        call: its number.
    """

    call: int


class CancelResult(Message, frozen=True):
    """What became of giving it up.

    Attributes:
        cancelled: whether it was still under way and only reads; its own answer follows all the same.
    """

    cancelled: bool


class CallProgress(Message, frozen=True):
    """A call is still under way: the shop did not answer well, and is asked once more.

    Attributes:
        call: its number.
        attempt: which try begins, from 2.
        tries: how many there are at most.
    """

    call: int
    attempt: int
    tries: int
