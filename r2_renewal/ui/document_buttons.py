"""„Zapisz PDF" and „Drukuj" under a text that is worth keeping, and what became of the saving."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.button import Button
from r2_renewal.ui.message_bar import MessageBar
from r2_renewal.ui.printout import Printout, print_out, save_pdf, saved_text


class DocumentButtons(QWidget):
    """Keeps a document.

    Attributes:
        messages: where it was saved, or why not.
    """

    def __init__(self, link: AgentLink, name: str, made: Callable[[], Printout], parent: QWidget | None = None) -> None:
        """Take what is kept.

        Args:
            link: the agent, which writes the file.
            name: the suggested file name, e.g. ``Regulamin.pdf``.
            made: makes the document as it stands when a button is clicked.
            parent: where the buttons are.
        """
        super().__init__(parent)
        self._link, self._name, self._made = link, name, made
        self.messages = MessageBar(self)
        row = QHBoxLayout()
        for text, act in (("Zapisz PDF", self._save), ("Drukuj", self._print)):
            button = Button(text, self)
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.messages)
        column.addLayout(row)

    def _save(self) -> None:
        self.messages.clear()
        save_pdf(
            self,
            self._link,
            self._name,
            self._made(),
            lambda path: self.messages.inform(saved_text(path)),
            lambda failure: self.messages.warn(failure.code),
        )

    def _print(self) -> None:
        self.messages.clear()
        print_out(self, self._made(), self.messages.warn)
