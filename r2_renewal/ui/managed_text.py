"""What the administrator has decided, in words: a user who cannot change something is told who can. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence

from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.error_texts import sentence


def standing_text(decided: Sequence[str], without: ErrorCode | None) -> str:
    """Return what eSklep says for as long as it is open; empty where there is nothing to say.

    Args:
        decided: names of the settings that the administrator has decided.
        without: the code of what the module has to do without; None for nothing.
    """
    lines = [managed_text(decided), f"{sentence(without)} ({without.value})" if without is not None else ""]
    return "\n".join(filter(None, lines))


def managed_text(decided: Sequence[str]) -> str:
    """Return the note on settings that the administrator has decided; empty where there are none.

    Args:
        decided: their names, as ``Policy.decided`` gives them; one without words here still counts.
    """
    if not decided:
        return ""
    words = _words()
    known = ", ".join(words[name] for name in decided if name in words)
    return f"Zarządzane przez administratora: {known or 'ustawienia modułu'}."


def _words() -> dict[str, str]:
    return {
        "reminders_enabled": "przypomnienia",
        "shop_url": "adres eSklepu",
        "proxy": "serwer proxy",
        "ca_file": "zaufane certyfikaty",
        "offline_only": "praca bez połączenia z eSklepem",
    }
