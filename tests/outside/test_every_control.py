"""Every window of the module and of the demo's program, in every state of the gallery: whatever can be pressed is answered.

Each press is in a copy of the state of its own (see ``tests/gallery/presses.py``); the panel's are in
``test_every_panel_control.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.gallery.press import CHAPTERS, DEAD, Told, walked

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="a state is copied by a fork"),
    pytest.mark.timeout(900),  # a chapter is hundreds of presses: seconds, but not on a machine with much else to do
]

# What nothing need follow from, and why: the state, the control.
# Enter alone: by the mouse, the focus goes from „Dalej” back to the field, which is seen.
ENTER = "key „Enter”"
TOLD_ALREADY = "what is missing stands at the very field that has the focus, from the „Dalej” before"
NOTHING_TO_SEE = {
    ("usluga-rozszerzenie-bez-limitu", ENTER): TOLD_ALREADY,
    ("usluga-kilka-rozszerzenie", ENTER): TOLD_ALREADY,
    ("dane-do-faktury-bledy", ENTER): TOLD_ALREADY,
    ("dane-do-faktury-zly-email", ENTER): TOLD_ALREADY,
    ("dane-do-faktury-zly-nip", ENTER): TOLD_ALREADY,
    ("osoba-bledy", ENTER): TOLD_ALREADY,
    ("osoba-zly-telefon-i-email", ENTER): TOLD_ALREADY,
    ("los-odrzucone-pole", ENTER): TOLD_ALREADY,
}


def is_argued(told: Told) -> bool:
    """Return whether there is a reason why nothing follows."""
    return told.problem == "nothing follows" and (told.state, told.control) in NOTHING_TO_SEE


@pytest.mark.parametrize("chapter", [name for name in CHAPTERS if name != DEAD])
def test_whatever_can_be_pressed_is_answered(chapter: str, tmp_path: Path) -> None:
    told, number = walked(chapter, tmp_path)
    assert number > 0
    assert [one for one in told if not is_argued(one)] == []


def test_the_walk_tells_the_dead_from_the_living(tmp_path: Path) -> None:
    told, number = walked(DEAD, tmp_path)
    assert {(one.control, one.problem) for one in told} == {
        ("entry „context menu of Deaf: martwa pozycja”", "nothing follows"),
        ("entry „Menu: martwe”", "nothing follows"),
        ("button „martwy”", "nothing follows"),
        ("Space on button „martwy”", "nothing follows"),
        ("Enter on button „martwy”", "nothing follows"),
        *(
            (f"{how}button „pada”", "raises ZeroDivisionError: division by zero (<lambda>)")
            for how in ("", "Space on ", "Enter on ")
        ),
        ("column „głucha”", "nothing follows"),
        ('link „1 in <a href="https://ebok.example/">martwy odnośnik</a>”', "nothing follows"),
        ("key „Esc”", "nothing follows"),
        ("frame „X”", "nothing follows"),
    }
    assert number > 2 * len(told) - 6
