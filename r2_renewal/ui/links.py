"""Opening the browser: https addresses of hosts from the vendor's configuration, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

LOG = logging.getLogger("r2_renewal.ui")


@dataclass(frozen=True, slots=True)
class Links:
    """The vendor's addresses, as the windows need them.

    Attributes:
        panel: the customer's web panel.
        ebok: where wrong company data is reported.
        contact_form: the same, without an account.
        privacy: the full privacy information.
        community: questions to other users; empty for none.
        help: help on eSklep; empty for none.
        contact_email: where statements may be sent; empty for nowhere.
        allowed_hosts: hosts that may be opened.
    """

    panel: str
    ebok: str
    contact_form: str
    privacy: str
    allowed_hosts: tuple[str, ...]
    community: str = ""
    help: str = ""
    contact_email: str = ""

    def allows(self, address: str) -> bool:
        """Return whether an address may be opened: https, a listed host, no credentials."""
        url = QUrl(address, QUrl.ParsingMode.StrictMode)
        return url.isValid() and url.scheme() == "https" and not url.userInfo() and url.host() in self.allowed_hosts

    def open(self, address: str) -> bool:
        """Open an allowed address in the browser; return whether it was opened."""
        if not self.allows(address):
            LOG.warning("a link outside the vendor's hosts was not opened")
            return False
        return QDesktopServices.openUrl(QUrl(address))
