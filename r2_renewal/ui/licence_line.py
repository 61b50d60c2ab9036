"""The quiet line at the foot of eSklep on the licence file here: what a user may want to know and need not hurry about.

Rule: a file that has long not been fetched again is asked for at once, since whoever opens eSklep may be online for the first
time in months; the line goes when the file has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import LicenceNotes, Method, StoredResult
from r2_renewal.domain.dates import short_date
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.plurals import Noun, counted
from r2_renewal.ui.error_texts import sentence
from r2_renewal.ui.plain_text import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from r2_renewal.ui.agent_link import AgentLink

_ENTRIES = Noun("dalszego wpisu", "dalszych wpisów", "dalszych wpisów")


class LicenceLine(PlainLabel):
    """The line; hidden while there is nothing to say."""

    def __init__(self, link: AgentLink, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._link = link
        self._is_aged = False
        self.setVisible(False)

    def take(self, notes: LicenceNotes) -> None:
        """Show what the agent knows of the file, and have an aged one fetched."""
        self._show(notes)
        self.fetch_aged()

    def fetch_aged(self) -> None:
        """Have the file fetched where it has long aged; nothing else is asked for."""
        if self._is_aged:
            call = self._link.call(Method.LICENCE_REFRESH, protocol.RefreshParams(anew=True), self)
            call.finished.connect(self._look_again)

    def _look_again(self) -> None:
        self._link.call(Method.ESHOP_STORED, protocol.Nothing(), self).finished.connect(self._on_stored)

    def _on_stored(self, result: StoredResult) -> None:
        self._show(result.notes)

    def _show(self, notes: LicenceNotes) -> None:
        self._is_aged = notes.aged_since is not None
        self.setText(notes_text(notes))
        self.setVisible(bool(self.text()))


def notes_text(notes: LicenceNotes) -> str:
    """Return the notes in words, a line each; empty where there are none."""
    lines = []
    if notes.aged_since is not None:
        lines.append(
            f"Plik licencji od dawna nie był pobierany ponownie (termin minął {short_date(notes.aged_since)}). "
            "Abonamentu to nie zmienia; połącz się z Internetem i wybierz „Odśwież”."
        )
    if notes.own_code:
        code = ErrorCode.named(notes.own_code)
        lines.append(f"{sentence(code)} Na razie obowiązuje licencja z innego miejsca na tym komputerze.")
    if notes.faults:
        lines.append(
            f"W pliku licencji nie można odczytać {counted(notes.faults, _ENTRIES)}; pozostałe programy działają. "
            "Poproś o nowy plik przez eBOK."
        )
    if notes.foreign:
        lines.append(
            f"Na tym komputerze jest też licencja innej firmy, której moduł nie używa: {', '.join(notes.foreign)}"
        )
    return "\n".join(lines)
