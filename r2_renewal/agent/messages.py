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
