"""„Sesje": where the account is open, and the end of all of it at once."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency

from r2_renewal.reference_shop import sessions
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import SESSION, Notice, Visit
from r2_renewal.reference_shop.shop import Shop


@get(addresses.SESSIONS, sync_to_thread=True)
def show_sessions(shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the open sessions of the login, the latest first."""
    listed = sessions.sessions_of(shop, visit.who)
    return show(visit, "sessions.html", seller=shop.settings.vendor, listed=listed)


@post(addresses.END_SESSIONS, sync_to_thread=True)
def end_sessions(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:  # noqa: ARG001
    """End every session of the login, this one included."""
    sessions.close_all(shop, visit.who)
    return go(visit, addresses.LOGIN, Notice("sessions.ended"), cookies=(visit.cookie(SESSION, ""),))


ACCOUNT = (show_sessions, end_sessions)
