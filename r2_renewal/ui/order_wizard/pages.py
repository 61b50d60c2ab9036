"""The pages of the order form, made together for one form."""

from __future__ import annotations

from r2_renewal.domain.order_flow import OrderFlow
from r2_renewal.ui.agent_link import AgentLink
from r2_renewal.ui.links import Links
from r2_renewal.ui.order_wizard.confirmation_page import ConfirmationPage
from r2_renewal.ui.order_wizard.consent_page import ConsentPage
from r2_renewal.ui.order_wizard.invoice_page import InvoicePage
from r2_renewal.ui.order_wizard.orderer_page import OrdererPage
from r2_renewal.ui.order_wizard.page import OrderPage
from r2_renewal.ui.order_wizard.service_page import ServicePage
from r2_renewal.ui.order_wizard.summary_page import SummaryPage


class Pages:
    """The pages of one form.

    Attributes:
        service: „Usługa".
        invoice: „Dane do faktury".
        orderer: „Osoba zamawiająca".
        consent: „Zgoda na automatyczne odnowienie".
        summary: „Podsumowanie".
        confirmation: „Potwierdzenie".
        by_step: all of them, in order.
    """

    def __init__(self, flow: OrderFlow, links: Links, link: AgentLink) -> None:
        self.service = ServicePage(flow)
        self.invoice = InvoicePage(flow, links)
        self.orderer = OrdererPage(flow, links)
        self.consent = ConsentPage(flow, link)
        self.summary = SummaryPage(flow)
        self.confirmation = ConfirmationPage(flow, link.product, link)
        pages: tuple[OrderPage, ...] = (
            self.service,
            self.invoice,
            self.orderer,
            self.consent,
            self.summary,
            self.confirmation,
        )
        self.by_step = {page.step: page for page in pages}
