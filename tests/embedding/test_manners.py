"""Manners on a real screen with a window manager: who has the keyboard, what is covered, where the question appears."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.embedding.screen import RunningHost, Screen, StartHost, screen, start
from tests.embedding.screen_host import TITLE

__all__ = ["screen", "start"]

pytestmark = pytest.mark.timeout(90)


def in_line(screen: Screen, host: RunningHost) -> RunningHost:
    """Wait for the host and click into its line, as its user does."""
    seen = host.until(lambda seen: seen["host"][2] > 0 and seen["active"] == TITLE, "host")
    screen.do("mousemove", *seen["line"], "click", 1)
    host.until(lambda seen: seen["focus"] == "line", "focus")
    return host


def within(inner: list[int], outer: list[int]) -> bool:
    left, top, width, height = inner
    return (
        left >= outer[0]
        and top >= outer[1]
        and left + width <= outer[0] + outer[2]
        and top + height <= outer[1] + outer[3]
    )


def covers(one: list[int], other: list[int]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def test_typing_goes_on_and_the_keys_in_flight_press_nothing_of_ours(screen: Screen, start: StartHost) -> None:
    host = in_line(screen, start())
    typing = screen.typing("abc" * 12, 120)
    while typing.poll() is None:
        assert host.do("report")["ours"] == [], "a question while somebody types"
        time.sleep(0.1)
    assert host.asked()["focus"] == "line"
    screen.do("key", "Return", "space", "Return", "y", "space")
    seen = host.until(lambda seen: seen["text"].endswith(" y "), "text")
    assert seen["text"] == "abc" * 12 + " y "
    assert (seen["status"], seen["active"], len(seen["ours"])) == ("prompting", TITLE, 1)


def test_the_hosts_window_stays_usable_while_the_question_stands(screen: Screen, start: StartHost) -> None:
    host = in_line(screen, start())
    host.asked()
    (ours,) = host.do("report")["ours"]
    host.do("move", 0, 0)
    screen.do("mousemove", *host.do("report")["line"], "click", 1)
    screen.do("type", "lista plac")
    seen = host.until(lambda seen: seen["text"] == "lista plac", "text")
    assert seen["ours"][0]["title"] == ours["title"] == "Abonament R2płatnik"
    assert seen["status"] == "prompting"


@pytest.mark.parametrize(("begin", "end"), [("open modal", "close modal"), ("minimize", "restore")])
def test_no_question_under_a_dialog_nor_for_a_minimized_host(
    screen: Screen, start: StartHost, begin: str, end: str
) -> None:
    host = in_line(screen, start())
    host.do(begin)
    time.sleep(3)
    assert (host.do("report")["status"], host.do("report")["ours"]) == ("about_to_ask", [])
    host.do(end)
    assert len(host.asked()["ours"]) == 1


def test_no_question_over_an_open_menu(screen: Screen, start: StartHost) -> None:
    host = in_line(screen, start())
    host.do("open menu")
    time.sleep(3)
    assert host.do("report")["ours"] == []
    host.do("close menu")
    assert len(host.asked()["ours"]) == 1


@pytest.mark.parametrize("place", [(100, 80), (-300, 60), (860, 60), (300, 520)])
def test_it_appears_over_the_host_and_inside_the_screen(
    screen: Screen, start: StartHost, place: tuple[int, int]
) -> None:
    host = start(place=place)
    host.until(lambda seen: seen["active"] == TITLE, "host")
    host.do("move", *place)
    seen = host.asked()
    (ours,) = seen["ours"]
    assert within(ours["frame"], seen["screen"]), seen
    assert covers(ours["frame"], seen["host"]), seen


def test_esc_pressed_in_the_host_is_the_hosts_own(screen: Screen, start: StartHost) -> None:
    host = in_line(screen, start())
    host.asked()
    screen.do("key", "Escape")
    time.sleep(0.3)
    assert host.do("report")["status"] == "prompting"


def test_a_click_on_later_answers_and_leaves_the_keyboard_with_the_host(screen: Screen, start: StartHost) -> None:
    host = in_line(screen, start())
    left, top, width, height = host.asked()["ours"][0]["frame"]
    screen.do("mousemove", left + width - 60, top + height - 24, "click", 1)
    host.until(lambda seen: seen["status"] == "silent" and not seen["ours"], "answer")
    screen.do("type", "dalej")
    host.until(lambda seen: seen["text"] == "dalej", "text")


def test_the_bar_pushes_nothing_off_and_gives_the_room_back(screen: Screen, start: StartHost) -> None:
    host = in_line(screen, start(presentation="banner", size=(900, 480)))
    before = host.do("report")
    seen: dict[str, Any] = host.asked()
    (bar,) = seen["bars"]
    assert seen["ours"] == []
    assert seen["status bar"]
    assert within(seen["host"], seen["screen"])
    assert not covers(bar, seen["centre"])
    assert (seen["focus"], seen["active"]) == ("line", TITLE)
    screen.do("type", "pod paskiem")
    host.until(lambda seen: seen["text"] == "pod paskiem", "text")
    screen.do(
        "mousemove", seen["client"][0] + bar[0] + bar[2] - 40, seen["client"][1] + bar[1] + bar[3] // 2, "click", 1
    )
    after = host.until(lambda seen: not seen["bars"] and seen["status"] == "silent", "answer")
    for what in ("host", "centre", "client"):
        assert after[what] == before[what]


@pytest.mark.parametrize("size", [(500, 380), (300, 500), (900, 340)])
def test_a_host_without_room_for_the_bar_gets_the_dialog(
    screen: Screen, start: StartHost, size: tuple[int, int]
) -> None:
    host = in_line(screen, start(presentation="banner", size=size))
    before = host.do("report")
    seen = host.asked()
    (ours,) = seen["ours"]
    assert ours["title"] == "Abonament R2płatnik"
    assert seen["bars"] == []
    assert seen["host"] == before["host"]
