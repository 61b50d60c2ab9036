"""„Sesje": where and with what the account is open, and the end of any of it or of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from r2_renewal.reference_shop import open_sessions
from r2_renewal.reference_shop.origins import PROGRAM
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import Form
from r2_renewal.reference_shop.panel.page import Page, go, show
from r2_renewal.reference_shop.panel.visit import SESSION, Notice, Visit
from r2_renewal.reference_shop.shop import Shop
from r2_renewal.reference_shop.tables import SessionRow


@dataclass(frozen=True, slots=True)
class _Session:
    """A session as the page shows it.

    Attributes:
        name: what its address calls it.
        what: browser and system, or the program, in words.
        where: the neighbourhood of the address; empty where nobody can tell.
        opened_at: when it was opened; None where nobody can tell.
        expires_at: when it ends by itself.
        is_own: whether it is the page's own.
    """

    name: str
    what: str
    where: str
    opened_at: datetime | None
    expires_at: datetime
    is_own: bool


def _shown(visit: Visit, row: SessionRow) -> _Session:
    what = row.opened_with or visit.language.say("sessions.unknown_program")
    if what.startswith(PROGRAM):
        what = visit.language.say("sessions.program", program=what)
    return _Session(
        name=open_sessions.name_of(row.token_hash),
        what=what,
        where=row.opened_from or "",
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        is_own=row.token_hash == visit.who.token_hash,
    )


@get(addresses.SESSIONS, sync_to_thread=True)
def show_sessions(shop: NamedDependency[Shop], visit: NamedDependency[Visit]) -> Page:
    """Return the open sessions of the login, the latest first."""
    listed = [_shown(visit, row) for row in open_sessions.sessions_of(shop, visit.who)]
    return show(visit, "sessions.html", seller=shop.settings.vendor, listed=listed)


@post(f"{addresses.SESSIONS}/{{session_name:str}}/wyloguj", sync_to_thread=True)
def end_session(
    session_name: FromPath[str],
    shop: NamedDependency[Shop],
    visit: NamedDependency[Visit],
    form: NamedDependency[Form],  # noqa: ARG001 - its token is what counts
) -> Page:
    """End one session of the login; one's own is a logout."""
    if open_sessions.close_one(shop, visit.who, session_name):
        return go(visit, addresses.LOGIN, Notice("login.out"), cookies=(visit.cookie(SESSION, ""),))
    return go(visit, addresses.SESSIONS, Notice("sessions.one_ended"))


@post(addresses.END_SESSIONS, sync_to_thread=True)
def end_sessions(shop: NamedDependency[Shop], visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Page:  # noqa: ARG001
    """End every session of the login, this one included."""
    open_sessions.close_all(shop, visit.who)
    return go(visit, addresses.LOGIN, Notice("sessions.ended"), cookies=(visit.cookie(SESSION, ""),))


ACCOUNT = (show_sessions, end_session, end_sessions)
