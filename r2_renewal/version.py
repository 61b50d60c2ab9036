"""The version, alone: rooms that may not import the public surface ask here."""

from __future__ import annotations

VERSION = "0.1.0"
