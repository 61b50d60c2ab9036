"""The QR code of a bank transfer as rows of modules: what it holds is the shop's word, drawing it is the windows' work."""

from __future__ import annotations


def transfer_code(content: str) -> tuple[str, ...]:
    """Return the rows of a bank transfer's QR code, dark modules as ``1``, without its quiet zone; none for no content."""
    if not content:
        return ()
    import segno

    code = segno.make_qr(content, error="l", encoding="utf-8")
    return tuple("".join(str(int(module)) for module in row) for row in code.matrix)
