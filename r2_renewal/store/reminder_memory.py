"""What the host remembers of its reminders: when it asked, until when it promised silence, whether an order is on its way.

Rules: remembering costs the host's start next to nothing (no database, no import of SQLite); a memory that cannot be read
is an empty memory, since a question too many is better than a payroll program that fails to start; where the folder of state is
somebody else's, this process remembers in its own memory until it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from r2_renewal.domain.errors import ErrorCode, RenewalError
from r2_renewal.domain.reminder import ReminderMemory
from r2_renewal.store import database
from r2_renewal.store.licences import overlap
from r2_renewal.store.unsettled import UNSETTLED

_unsaved: dict[tuple[str, str], ReminderMemory] = {}


def recall(state_dir: Path, licence_id: str) -> ReminderMemory:
    """Return what is remembered of one licence; an empty memory where nothing is, or nothing can be read. Never raises.

    Args:
        state_dir: folder of local state; nothing is created in it.
        licence_id: the shop's identifier of the licence.
    """
    unsaved = _unsaved.get((str(state_dir), licence_id))
    if unsaved is not None or not database.exists(state_dir):
        return unsaved or ReminderMemory()
    with suppress(RenewalError), database.reading(state_dir, database.HOST_BUSY_SECONDS) as connection:
        row = connection.execute(
            "SELECT asked_on, remind_on, enrolled, refreshed_on FROM reminder WHERE licence_id = ?", (licence_id,)
        ).fetchone()
        # Orders that were not sent or were refused do not count: the customer still has to be asked.
        query = f"SELECT licence_id FROM outbox WHERE {UNSETTLED}"  # noqa: S608
        is_open = any(overlap(licences, licence_id) for (licences,) in connection.execute(query))
        asked_on, remind_on, enrolled, refreshed_on = row or ("", "", 0, "")
        return ReminderMemory(_day(asked_on), _day(remind_on), is_open, bool(enrolled), _day(refreshed_on))
    return ReminderMemory()


def snooze(state_dir: Path, licence_id: str, asked_on: date, remind_on: date) -> None:
    """Remember „Przypomnij później"; the answer to a question that another has followed since changes nothing.

    Args:
        state_dir: folder of local state; made where missing.
        licence_id: the shop's identifier of the licence.
        asked_on: the day of the question (Warsaw calendar).
        remind_on: the day on which to ask again.

    Raises:
        RenewalError: STORE, where it cannot be written down.
    """
    try:
        with database.writing(state_dir, database.HOST_BUSY_SECONDS) as connection:
            connection.execute(
                "INSERT INTO reminder (licence_id, asked_on, remind_on) VALUES (?, ?, ?)"
                " ON CONFLICT (licence_id) DO UPDATE SET asked_on = excluded.asked_on, remind_on = excluded.remind_on"
                # A question claimed on another day and left open may be answered after a newer one was asked.
                " WHERE asked_on IN ('', excluded.asked_on)",
                (licence_id, asked_on.isoformat(), remind_on.isoformat()),
            )
    except RenewalError as error:
        _change_unsaved(
            error, state_dir, licence_id, lambda known: known._replace(asked_on=asked_on, remind_on=remind_on)
        )


def claim(state_dir: Path, licence_id: str, day: date) -> bool:
    """Take the user's one question of the day for this process and licence; of several programs that start together, one gets it.

    A question about another licence counts as well: it is the user who is interrupted. This one comes at a later day's start.

    Args:
        state_dir: folder of local state; made where missing.
        licence_id: the shop's identifier of the licence.
        day: the day of the question (Warsaw calendar).

    Returns:
        Whether the question is this process's to ask.

    Raises:
        RenewalError: STORE, where it cannot be written down.
    """
    try:
        with database.writing(state_dir, database.HOST_BUSY_SECONDS) as connection:
            changed = connection.execute(
                "INSERT INTO reminder (licence_id, asked_on) SELECT :licence, :day"
                " WHERE NOT EXISTS (SELECT 1 FROM reminder WHERE asked_on = :day)"
                " ON CONFLICT (licence_id) DO UPDATE SET asked_on = excluded.asked_on, remind_on = ''",
                {"licence": licence_id, "day": day.isoformat()},
            )
            return changed.rowcount == 1
    except RenewalError as error:
        if error.code is not ErrorCode.STATE_FOLDER:
            raise
        asked = any(known.asked_on == day for (place, _), known in _unsaved.items() if place == str(state_dir))
        if not asked:
            _change_unsaved(error, state_dir, licence_id, lambda known: known._replace(asked_on=day, remind_on=None))
        return not asked


def claim_refresh(state_dir: Path, licence_id: str, day: date) -> bool:
    """Take the day's one request to the shop for this process, whether it will be answered or not.

    Args:
        state_dir: folder of local state; made where missing.
        licence_id: the shop's identifier of the licence.
        day: the day of the request (Warsaw calendar).

    Returns:
        Whether the request is this process's to make.

    Raises:
        RenewalError: STORE, where it cannot be written down.
    """
    try:
        with database.writing(state_dir, database.HOST_BUSY_SECONDS) as connection:
            changed = connection.execute(
                "INSERT INTO reminder (licence_id, refreshed_on) VALUES (?, ?)"
                " ON CONFLICT (licence_id) DO UPDATE SET refreshed_on = excluded.refreshed_on"
                " WHERE refreshed_on <> excluded.refreshed_on",
                (licence_id, day.isoformat()),
            )
            return changed.rowcount == 1
    except RenewalError as error:
        before = _unsaved.get((str(state_dir), licence_id), ReminderMemory())
        _change_unsaved(error, state_dir, licence_id, lambda known: known._replace(refreshed_on=day))
        return before.refreshed_on != day


def note_enrolment(state_dir: Path, licence_id: str, enrolled: bool) -> None:
    """Remember what the shop said of automatic renewal.

    Args:
        state_dir: folder of local state; made where missing.
        licence_id: the shop's identifier of the licence.
        enrolled: whether the licence renews by itself.

    Raises:
        RenewalError: STORE, where it cannot be written down.
    """
    try:
        with database.writing(state_dir, database.HOST_BUSY_SECONDS) as connection:
            connection.execute(
                "INSERT INTO reminder (licence_id, enrolled) VALUES (?, ?)"
                " ON CONFLICT (licence_id) DO UPDATE SET enrolled = excluded.enrolled",
                (licence_id, int(enrolled)),
            )
    except RenewalError as error:
        _change_unsaved(error, state_dir, licence_id, lambda known: known._replace(enrolled=enrolled))


def _change_unsaved(
    error: RenewalError, state_dir: Path, licence_id: str, change: Callable[[ReminderMemory], ReminderMemory]
) -> None:
    """Remember in this process alone, where the folder is somebody else's; any other failure is raised on."""
    if error.code is not ErrorCode.STATE_FOLDER:
        raise error
    place = str(state_dir), licence_id
    _unsaved[place] = change(_unsaved.get(place, ReminderMemory()))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
