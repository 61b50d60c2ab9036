"""The words while a call to the shop is being repeated, so that nobody takes patience for a standstill."""

from __future__ import annotations

from r2_renewal.agent.protocol import CallProgress


def retrying_text(progress: CallProgress) -> str:
    """Return „eSklep jeszcze nie odpowiedział. Próbuję ponownie (2 z 3)…"."""
    return f"eSklep jeszcze nie odpowiedział. Próbuję ponownie ({progress.attempt} z {progress.tries})…"


def resending_text(progress: CallProgress) -> str:
    """Return the same of an order, whose repetition is the same order."""
    return (
        f"eSklep jeszcze nie potwierdził zamówienia. Wysyłam je ponownie ({progress.attempt} z {progress.tries}) "
        "pod tym samym numerem, więc nie zamówisz dwa razy…"
    )
