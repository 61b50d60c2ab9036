"""The contact fields of the order form: what was typed, how it was judged, what the shop refused of it.

Rule: a verdict counts for exactly the text that it was given on; what the shop refused stays refused until it is edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from r2_renewal.domain.contact import ContactVerdict, visible
from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_fields import Field, Step

JUDGED = {Step.INVOICE: (Field.INVOICE_EMAIL,), Step.ORDERER: (Field.PHONE, Field.EMAIL)}


@dataclass(frozen=True, slots=True)
class Contacts:
    """Invoice address and ordering person.

    Attributes:
        invoice_email: „e-mail do faktury" as typed.
        orderer: the ordering person as typed.
        verdicts: contact fields already judged: the judged text and the verdict on it.
        refused: fields that the shop refused, until they are edited.
    """

    invoice_email: str = ""
    orderer: Orderer = field(default_factory=Orderer)
    verdicts: Mapping[Field, tuple[str, ContactVerdict]] = field(default_factory=dict)
    refused: frozenset[Field] = frozenset()

    def text_of(self, contact: Field) -> str:
        """Return a contact field as typed."""
        texts = {
            Field.INVOICE_EMAIL: self.invoice_email,
            Field.PHONE: self.orderer.phone,
            Field.EMAIL: self.orderer.email,
        }
        return texts[contact]

    def verdict_on(self, contact: Field) -> ContactVerdict | None:
        """Return the verdict on a contact field's present text; None where that was not judged yet."""
        judged, verdict = self.verdicts.get(contact, ("", None))
        return verdict if judged == self.text_of(contact) else None

    def shown(self, contact: Field) -> str:
        """Return a contact field as people write it: the judged form where there is one, else as typed."""
        verdict = self.verdict_on(contact)
        return (verdict.shown if verdict else "") or visible(self.text_of(contact))

    def settled(self, contact: Field) -> str:
        """Return a contact field as it is stored: the judged form where there is one, else as typed."""
        verdict = self.verdict_on(contact)
        return (verdict.value if verdict else "") or visible(self.text_of(contact))

    @property
    def settled_orderer(self) -> Orderer:
        """The ordering person as an order has it."""
        names = visible(self.orderer.first_name), visible(self.orderer.last_name)
        return Orderer(*names, self.settled(Field.PHONE), self.settled(Field.EMAIL))

    def unjudged(self, step: Step) -> tuple[Field, ...]:
        """Return the contact fields of a page whose present text has no verdict yet."""
        return tuple(
            contact
            for contact in JUDGED.get(step, ())
            if visible(self.text_of(contact)) and self.verdict_on(contact) is None
        )

    @property
    def is_judged(self) -> bool:
        """Whether every contact field that is filled in has its verdict."""
        return not any(self.unjudged(step) for step in JUDGED)

    def with_invoice_email(self, text: str) -> Contacts:
        """Type „e-mail do faktury"."""
        return replace(self, invoice_email=text, refused=self.refused - {Field.INVOICE_EMAIL})

    def with_recipient_chosen(self) -> Contacts:
        """Return the fields once a recipient was chosen: one that the shop refused is refused no more."""
        return replace(self, refused=self.refused - {Field.RECIPIENT})

    def with_orderer(self, orderer: Orderer) -> Contacts:
        """Type the ordering person."""
        return replace(self, orderer=orderer, refused=self.refused - _changed_fields(self.orderer, orderer))

    def judged(self, contact: Field, text: str, verdict: ContactVerdict) -> Contacts:
        """Take the verdict on a contact field's text."""
        return replace(self, verdicts={**self.verdicts, contact: (text, verdict)})


def _changed_fields(old: Orderer, new: Orderer) -> frozenset[Field]:
    pairs = {
        Field.FIRST_NAME: old.first_name != new.first_name,
        Field.LAST_NAME: old.last_name != new.last_name,
        Field.PHONE: old.phone != new.phone,
        Field.EMAIL: old.email != new.email,
    }
    return frozenset(name for name, changed in pairs.items() if changed)
