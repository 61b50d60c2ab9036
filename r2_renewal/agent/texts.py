"""The vendor's texts, fetched once: a version of a text never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from r2_renewal.agent import translate
from r2_renewal.contract.structs import DocumentBody, DocumentRef, StorefrontBody
from r2_renewal.domain.errors import ErrorCode, RenewalError

Fetch = Callable[[DocumentRef], DocumentBody]


class Texts:
    """Texts already fetched, by kind and version."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], DocumentBody] = {}

    def of(self, shop: StorefrontBody, fetch: Fetch) -> Mapping[str, DocumentBody]:
        """Return the texts in force of every kind that must be shown.

        Raises:
            RenewalError: NOT_THE_SHOP, where one is not offered or another came; why it could not be fetched.
        """
        refs = {ref.kind: ref for ref in shop.documents if ref.kind in translate.DOCUMENT_KINDS}
        if refs.keys() != set(translate.DOCUMENT_KINDS):
            raise RenewalError(ErrorCode.NOT_THE_SHOP, "a text that must be shown is not offered")
        return {kind: self._text(ref, fetch) for kind, ref in refs.items()}

    def _text(self, ref: DocumentRef, fetch: Fetch) -> DocumentBody:
        known = self._known.get((ref.kind, ref.version))
        if known is None:
            known = fetch(ref)
            if (known.kind, known.version) != (ref.kind, ref.version):
                raise RenewalError(ErrorCode.NOT_THE_SHOP, "another text than was asked for")
            self._known[ref.kind, ref.version] = known
        return known
