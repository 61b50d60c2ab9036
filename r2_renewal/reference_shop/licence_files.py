"""Signed licence files: made when a licence changes, served as they were signed.

Rule: the file is signed once for each ``seq`` and kept, so that every download of it is the same to the byte.
"""

from __future__ import annotations

from r2_renewal.domain.licence import Licence
from r2_renewal.licensing.issue import licence_payload, sign_licence
from r2_renewal.reference_shop.programs import owned_program
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import LicenceRow


def sign(settings: ShopSettings, row: LicenceRow) -> str:
    """Sign the licence as it stands in its row, keep the file there and return it."""
    licence = Licence(
        customer_id=row.customer_id,
        company=row.customer.name,
        nip=row.customer.nip,
        issued=settings.now(),
        file_expiry=None,
        programs=(owned_program(row),),
    )
    row.certificate = sign_licence(licence_payload(licence), settings.signing_key.private)
    return row.certificate


def reissue(shop: Shop, licence_id: str) -> str | None:
    """Sign a licence again as it stands, with the same ``seq``; return the file, or None for an unknown licence."""
    with shop.database.writing() as session:
        row = session.get(LicenceRow, licence_id)
        return sign(shop.settings, row) if row is not None else None
