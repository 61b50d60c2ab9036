"""The QR code of a prepared order: a link to the shop's page with the order behind ``#``, for a telephone's camera.

Rule: one code or none; an order that does not fit into the largest code goes as a file. Error correction is the lowest: the code
is read from a screen, which has no dirt or folds, and fewer modules are read more surely.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from r2_renewal.contract.prepared_order import PreparedOrder, to_letters
from r2_renewal.domain.errors import ErrorCode, RenewalError

if TYPE_CHECKING:
    import segno

PIXELS = 4  # of one module in a picture: wide enough for a camera, and the largest code still fits on a screen
KINDS = (".png", ".svg")


def order_code(order: PreparedOrder, page: str) -> segno.QRCode:
    """Return the code.

    Args:
        order: the prepared order.
        page: the address of the shop's page.

    Raises:
        RenewalError: ORDER_FILE_TOO_BIG_FOR_QR.
    """
    import segno
    from segno.encoder import DataOverflowError

    try:
        # Two segments: letters as bytes, the order's capitals and digits packed closer. The library's types know of one only.
        segments: Any = [f"{page}#", to_letters(order)]
        return segno.make_qr(segments, error="l", boost_error=False)
    except DataOverflowError as error:
        raise RenewalError(ErrorCode.ORDER_FILE_TOO_BIG_FOR_QR, "more than the largest code holds") from error


def rows_of(order: PreparedOrder, page: str) -> tuple[str, ...]:
    """Return the code's rows of ``1`` (dark) and ``0``, without its quiet zone; empty where the order does not fit."""
    try:
        code = order_code(order, page)
    except RenewalError:
        return ()
    return tuple("".join(str(module) for module in row) for row in code.matrix)


def write_picture(path: Path, code: segno.QRCode) -> None:
    """Write the code as a picture, PNG or SVG by the file's name.

    Raises:
        RenewalError: FILE_NOT_WRITABLE.
    """
    from io import BytesIO

    from r2_renewal.licensing.atomic_file import NotWritableError, replace_file

    picture = BytesIO()
    code.save(picture, kind=path.suffix.lower().lstrip("."), scale=PIXELS, light="white")
    try:
        replace_file(path, picture.getvalue())
    except NotWritableError as error:
        raise RenewalError(ErrorCode.FILE_NOT_WRITABLE, error.detail) from error
