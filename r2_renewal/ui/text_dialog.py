"""A text to read in a window of its own: terms of sale and the like; selectable, scrollable, to be kept, closed by Esc."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.document_buttons import DocumentButtons
from r2_renewal.ui.placing import roomy
from r2_renewal.ui.plain_text import PlainTextView
from r2_renewal.ui.printout import Printout

SIZE = QSize(560, 480)


class TextDialog(QDialog):
    """One titled plain text with „Zamknij"; with an agent also „Zapisz PDF" and „Drukuj"."""

    def __init__(
        self, title: str, text: str, parent: QWidget | None = None, link: AgentLink | None = None, name: str = ""
    ) -> None:
        """Show a text.

        Args:
            title: the window's title and the document's.
            text: plain text.
            parent: the window over which it opens.
            link: the agent, which writes the file; None where the text is only to be read.
            name: suggested name of the file, without ``.pdf``.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        view = PlainTextView(title, self)
        view.show_text(text)
        buttons = QDialogButtonBox(self)
        close = buttons.addButton("Zamknij", QDialogButtonBox.ButtonRole.RejectRole)
        close.setAccessibleName("Zamknij")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(view)
        if link is not None:
            column.addWidget(DocumentButtons(link, f"{name or title}.pdf", lambda: Printout(title, text), self))
        column.addWidget(buttons)
        self.resize(roomy(self, SIZE))
