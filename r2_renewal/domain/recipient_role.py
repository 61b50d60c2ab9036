"""What a recipient of invoices („Odbiorca") is to the buyer: names that the command line needs before anything else is loaded."""

from __future__ import annotations

from enum import StrEnum


class RecipientRole(StrEnum):
    """What a recipient is to the buyer."""

    RECIPIENT = "recipient"
    LOCAL_GOVERNMENT_UNIT = "local_government_unit"
    VAT_GROUP_MEMBER = "vat_group_member"


ROLE_WORDS = {
    RecipientRole.RECIPIENT.value: "odbiorca",
    RecipientRole.LOCAL_GOVERNMENT_UNIT.value: "jednostka podrzędna JST",
    RecipientRole.VAT_GROUP_MEMBER.value: "członek grupy VAT",
}
