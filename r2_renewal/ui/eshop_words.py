"""What eSklep says of its basket: how old it is, how much of it is shown, what of it is selected. No Qt here."""

from __future__ import annotations

from datetime import date, datetime

from r2_renewal.domain.dates import days_left, moment_text, warsaw_date
from r2_renewal.domain.plurals import DAY, PROGRAM, PROGRAM_GENITIVE, counted

# One order has room for so many programs (the shop's contract).
MOST_TOGETHER = 50


def checked_text(fetched_at: datetime) -> str:
    """Return „Ostatnio sprawdzono: 22.11.2026, 8:01", so that an old basket shows its age."""
    return f"Ostatnio sprawdzono: {moment_text(fetched_at)}"


def stored_text(fetched_at: datetime, today: date) -> str:
    """Return „Stan z 22.11.2026, 8:01 (3 dni temu)" for the last basket known."""
    return f"Stan z {moment_text(fetched_at)} ({_ago(days_left(warsaw_date(fetched_at), today))})"


def _ago(days: int) -> str:
    match days:
        case 0:
            return "dzisiaj"
        case 1:
            return "wczoraj"
        case _ if days < 0:
            return "według innej daty niż w tym komputerze"
        case _:
            return f"{counted(days, DAY)} temu"


def shown_text(shown: int, total: int) -> str:
    """Return how many programs are shown, and the way out where there are none."""
    if shown == total:
        return counted(total, PROGRAM) if total else ""
    if shown == 0:
        return f"Żaden z {counted(total, PROGRAM_GENITIVE)} nie pasuje. Wyczyść pole „Szukaj” albo wybór miesiąca."
    return f"Pokazano {shown} z {counted(total, PROGRAM_GENITIVE)}"


def selection_text(selected: int, orderable: int) -> str:
    """Return how many programs are selected, of several, and how many of them can be ordered; else an empty text."""
    if selected <= 1:
        return ""
    if orderable > MOST_TOGETHER:
        return f"Zaznaczono {selected}. Jedno zamówienie mieści najwyżej {counted(MOST_TOGETHER, PROGRAM)} – zaznacz mniej."
    return f"Zaznaczono {selected}, do zamówienia {orderable}"


def empty_basket_text(nip: str) -> str:
    """Return the words for a customer without programs."""
    return f"Nie znaleźliśmy programów przypisanych do Twojej firmy (NIP {nip}). Sprawdź NIP lub zgłoś to przez eBOK Symfonia."


def without_shop_text(sentence: str) -> str:
    """Return a failure's sentence where the last basket known is on the screen."""
    return f"{sentence} Na razie widzisz ostatnio znany stan; zamówisz po odzyskaniu połączenia."
