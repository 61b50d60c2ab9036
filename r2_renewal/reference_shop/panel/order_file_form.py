"""What the pages of a prepared order carry from one to the next: the order itself, the offers chosen and the contact fields.

Rule: nothing of it is kept in the shop before the order is placed; each page brings all of it anew, and all of it is judged anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from r2_renewal.contract.contact import check_email, check_phone
from r2_renewal.contract.prepared_order import PreparedOrder
from r2_renewal.contract.structs import OrdererBody
from r2_renewal.domain.contact import ContactProblem, ContactVerdict
from r2_renewal.reference_shop.order_checks import check_name
from r2_renewal.reference_shop.panel.forms import Form
from r2_renewal.reference_shop.panel.language import Language

LONGEST_NAME = 80
CONTACT = ("invoice_email", "first_name", "last_name", "phone", "orderer_email")


@dataclass(frozen=True, slots=True)
class Contact:
    """Contact fields as typed.

    Attributes:
        fields: by name.
        verdicts: on each of them.
    """

    fields: Mapping[str, str]
    verdicts: Mapping[str, ContactVerdict]

    @property
    def settled(self) -> Mapping[str, str]:
        """The fields in their stored form, as typed where they have none."""
        return {name: self.verdicts[name].value or text for name, text in self.fields.items()}

    @property
    def shown(self) -> Mapping[str, str]:
        """The fields as people write them."""
        return {name: self.verdicts[name].shown or text for name, text in self.fields.items()}

    @property
    def orderer(self) -> OrdererBody:
        """The ordering person, as an order has them."""
        fields = self.settled
        return OrdererBody(
            first_name=fields["first_name"],
            last_name=fields["last_name"],
            phone=fields["phone"],
            email=fields["orderer_email"],
        )

    def errors(self, language: Language) -> dict[str, str]:
        """Return what is wrong with each field, in words."""
        return {
            name: language.say_or(f"error.{name}.{verdict.problem.value}", language.say("error.invalid"))
            for name, verdict in self.verdicts.items()
            if verdict.problem is not None
        }


def contact_of(order: PreparedOrder) -> Contact:
    """Return the contact fields of a prepared order."""
    orderer = order.orderer
    return _judged((order.invoice_email, orderer.first_name, orderer.last_name, orderer.phone, orderer.email))


def contact_in(form: Form) -> Contact:
    """Return the contact fields of a form."""
    return _judged(tuple(form.text(name) for name in CONTACT))


def _judged(texts: tuple[str, ...]) -> Contact:
    fields = dict(zip(CONTACT, (text.strip() for text in texts), strict=True))
    checks = (check_email, _check_name, _check_name, check_phone, check_email)
    return Contact(fields, {name: check(fields[name]) for name, check in zip(CONTACT, checks, strict=True)})


def _check_name(text: str) -> ContactVerdict:
    return ContactVerdict(ContactProblem.INVALID) if len(text) > LONGEST_NAME else check_name(text)


def offer_field(number: int) -> str:
    """Return the name of the field that chooses the offer of a program, the first being 1."""
    return f"offer-{number}"


def chosen_in(form: Form, order: PreparedOrder) -> dict[str, str]:
    """Return the offers chosen in a form, by licence."""
    chosen = {item.licence_id: form.text(offer_field(number)) for number, item in enumerate(order.items, 1)}
    return {licence_id: offer_id for licence_id, offer_id in chosen.items() if offer_id}
