"""„Pomoc" of eSklep: where a customer turns, each an address of the vendor's configuration; what has none is not shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from r2_renewal.ui.button import Button
from r2_renewal.ui.links import Links


class HelpButton(Button):
    """A button „Pomoc" with a menu of links, opened by Space and Enter as well."""

    def __init__(self, links: Links, parent: QWidget | None = None) -> None:
        super().__init__("Pomoc", parent)
        menu = QMenu(self)
        menu.setAccessibleName("Pomoc")
        for words, address in _places(links):
            if links.allows(address):
                menu.addAction(words).triggered.connect(partial(self._open, links, address))
        self.setMenu(menu)
        self.setVisible(not menu.isEmpty())

    @staticmethod
    def _open(links: Links, address: str, _checked: bool = False) -> None:
        links.open(address)


def _places(links: Links) -> tuple[tuple[str, str], ...]:
    return (
        ("Pomoc do eSklepu", links.help),
        ("Zadaj pytanie Społeczności", links.community),
        ("eBOK Symfonia", links.ebok),
        ("Formularz kontaktowy", links.contact_form),
        ("Panel klienta", links.panel),
    )
