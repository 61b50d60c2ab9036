"""What was typed into a form that could not be taken, because its session had ended: kept, and back in the form after the login.

Rules: a form says whose it is, by a proof that only the shop makes; its words are shown to the session that it was given to, and
come back to nobody but its login, on the page that they were typed on; nothing is sent by itself, and what was ticked is asked
for anew, since a tick is to what stood beside it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form
from r2_renewal.reference_shop.settings import ShopSettings

OWNER_FIELD = "owner"
_PREFIX, _PAGE = "kept-", "kept-page"
# What a person types at length or with care, in the order in which it is shown.
TYPED = ("invoice_email", "message", "name", "order_number", "email")
# What says to which state of which page it was typed, and that something was ticked beside it.
_CARRIED = ("tag", "cursor", "ticked")
_LONGEST = 10_000
_BOXES = ("consent", "revocation")
_PURPOSE = b"r2-renewal: whose a form is, 1"


def owner_of(settings: ShopSettings, login: str) -> str:
    """Return the proof that a form was given to a login."""
    # Derived, so that what signs licences is never used for anything else.
    key = hmac.new(settings.signing_key.private, _PURPOSE, hashlib.sha256).digest()
    return hmac.new(key, login.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a form.

    Attributes:
        page: the page of the form.
        owner: the proof of whose it is.
        fields: what was typed, and what it was typed to.
    """

    page: str
    owner: str
    fields: Mapping[str, str]

    @property
    def typed(self) -> dict[str, str]:
        """What the user typed, by field."""
        return {name: self.fields[name] for name in TYPED if name in self.fields}

    @property
    def is_ticked(self) -> bool:
        """Whether something was ticked that is to be ticked anew."""
        return "ticked" in self.fields

    @property
    def hidden(self) -> dict[str, str]:
        """What the form of the login carries."""
        carried = {f"{_PREFIX}{name}": text for name, text in self.fields.items()}
        return {_PAGE: self.page, OWNER_FIELD: self.owner, **carried}

    def text(self, name: str) -> str:
        """Return a field's text; empty where it was not typed."""
        return self.fields.get(name, "")

    def is_of(self, settings: ShopSettings, login: str) -> bool:
        """Whether it was a login's form."""
        return hmac.compare_digest(self.owner.encode(), owner_of(settings, login).encode())


def kept_of(form: Form, page: str) -> Kept | None:
    """Return what is to be kept of a form that was sent to a page; None where nothing was typed into it."""
    fields = {name: text for name in (*TYPED, "tag", "cursor") if (text := form.text(name)).strip() and _fits(text)}
    if any(form.texts(name) for name in _BOXES):
        fields["ticked"] = "1"
    kept = Kept(_with_place(page, form.text("cursor")), form.text(OWNER_FIELD), fields)
    return kept if kept.typed else None


def _fits(text: str) -> bool:
    # Nothing longer could be sent anyway, and the page that shows it is made on the event loop.
    return len(text) <= _LONGEST


def _with_place(page: str, cursor: str) -> str:
    return addresses.own_page(f"{page}?po={quote(cursor)}" if cursor else page)


def kept_in(login: Form) -> Kept | None:
    """Return what the form of a login carries; None where it carries nothing."""
    fields = {name: text for name in (*TYPED, *_CARRIED) if (text := login.text(f"{_PREFIX}{name}"))}
    kept = Kept(addresses.own_page(login.text(_PAGE)), login.text(OWNER_FIELD), fields)
    return kept if kept.typed else None
