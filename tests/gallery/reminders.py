"""The reminder on each of its days, as a dialog and as a bar, and with a doubtful clock."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QLabel, QMainWindow

from r2_renewal.domain.clock import ClockState
from r2_renewal.domain.reminder import Prompt, Question, next_reminder, prompt_text
from r2_renewal.ui.reminder_banner import ReminderBanner
from r2_renewal.ui.reminder_dialog import ReminderDialog
from tests.gallery.room import Room
from tests.samples import COMPANY, PROGRAM

DAYS = (30, 14, 3, 1, 0, -1, -12, -22)


def question(days: int, company: str = COMPANY.name, clock: ClockState = ClockState.PLAUSIBLE) -> Question:
    """Return the question some days before the end."""
    today = PROGRAM.valid_until - timedelta(days=days)
    text = prompt_text(days, PROGRAM.valid_until) or ""
    return Question(Prompt(PROGRAM, days, text, next_reminder(today, PROGRAM.valid_until)), company, today, clock)


def show(room: Room) -> None:
    """Show the reminder's states."""
    room.show(room.host)
    for days in DAYS:
        _dialog(room, f"przypomnienie-{days}", question(days))
    long = "Przedsiębiorstwo Wielobranżowe „Świętokrzyskie Źródła” Spółka z ograniczoną odpowiedzialnością Spółka komandytowa"
    _dialog(room, "przypomnienie-zegar", question(7, long, ClockState.BEHIND))
    for width in (960, 700):
        _banner(room, width)


def _dialog(room: Room, name: str, asked: Question) -> None:
    dialog = ReminderDialog(asked)
    dialog.show_over(room.host)
    room.show(dialog)
    room.look(name, dialog)
    dialog.hide()


def _banner(room: Room, width: int) -> None:
    host = QMainWindow()
    host.setCentralWidget(QLabel("Lista płac", host))
    host.resize(width, 400)
    room.show(host)
    ReminderBanner(question(7), host).show_in_host()
    room.look(f"pasek-{width}", host)
    host.hide()
