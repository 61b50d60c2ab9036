"""The whole order as a screen reader's user places it: found by role and accessible name, done by accessible actions alone.

Run by the system's own Python, which has the AT-SPI bindings, as ``python3 screen_reader.py JSON``; nothing of the project is
imported. It prints one JSON report: what was heard on the way, and what a listener would have stumbled over.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.simplefilter("ignore", DeprecationWarning)

Node = Any
Role, State = Atspi.Role, Atspi.StateType
PATIENCE = 60.0
DEEPEST = 25
MOST_CHILDREN = 200
# Roles that a listener stops at: each must say what it is.
NAMED = (Role.PUSH_BUTTON, Role.CHECK_BOX, Role.RADIO_BUTTON, Role.TEXT, Role.COMBO_BOX, Role.TABLE, Role.PAGE_TAB)
CONTENT = (Role.LABEL, Role.TEXT, Role.PANEL, Role.NOTIFICATION, Role.ALERT)


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """Return the first answer that is something."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            found = look()
        except GLib.Error:  # what was looked at is gone meanwhile: look again
            found = None
        if found:
            return found
        if time.monotonic() > end:
            raise SystemExit(f"not found in {PATIENCE:.0f} s: {what}; windows: {[*map(title, windows())]}")
        pause()


def pause() -> None:
    """Wait a moment, with an ear for what is announced."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass
    time.sleep(0.05)


def title(node: Node) -> str:
    """Return an object's accessible name."""
    return node.get_name() or ""


def has(node: Node, state: Any) -> bool:
    """Whether an object is in a state."""
    return bool(node.get_state_set().contains(state))


def children(node: Node) -> Iterator[Node]:
    """Yield an object's children."""
    for index in range(min(node.get_child_count(), MOST_CHILDREN)):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def windows() -> list[Node]:
    """Return the windows on the screen."""
    tops = [top for program in children(Atspi.get_desktop(0)) for top in children(program)]
    return [top for top in tops if has(top, State.SHOWING)]


def under(node: Node, depth: int = 0) -> Iterator[Node]:
    """Yield everything shown under an object, in the order in which it is read."""
    for child in children(node):
        if has(child, State.SHOWING):
            yield child
            if depth < DEEPEST:
                yield from under(child, depth + 1)


def window(name: str) -> Node:
    """Return the window of a name, waiting for it."""
    return wait_for(lambda: next((top for top in windows() if title(top) == name), None), f"window {name!r}")


def is_there(role: Any, name: str, root: Node) -> Node | None:
    """Return the one shown object of a role and name; None while there is none."""
    found = [node for node in under(root) if node.get_role() == role and title(node) == name]
    if len(found) > 1:
        raise SystemExit(f"{len(found)} objects are {name!r}: a listener cannot tell them apart")
    return found[0] if found else None


def find(root: Node, role: Any, name: str) -> Node:
    """Return the object of a role and name that can be used, waiting for it."""

    def usable() -> Node | None:
        node = is_there(role, name, root)
        return node if node is not None and has(node, State.ENABLED) else None

    return wait_for(usable, f"{role.value_nick} {name!r} in {title(root)!r}")


def act(node: Node, action: str) -> None:
    """Do one of an object's accessible actions."""
    interface = node.get_action_iface()
    names = [interface.get_action_name(index) for index in range(interface.get_n_actions())]
    if action not in names:
        raise SystemExit(f"{title(node)!r} cannot {action}, only {names}")
    interface.do_action(names.index(action))


def press(root: Node, name: str) -> None:
    """Press a button."""
    act(find(root, Role.PUSH_BUTTON, name), "Press")


def tick(root: Node, role: Any, name: str) -> None:
    """Tick a box or choose a radio button, which must not be ticked yet, and hear that it is."""
    node = find(root, role, name)
    if has(node, State.CHECKED):
        raise SystemExit(f"{name!r} was ticked before anybody ticked it")
    act(node, "Press" if role == Role.CHECK_BOX else "Toggle")
    wait_for(lambda: has(node, State.CHECKED), f"{name!r} ticked")


def fill(root: Node, name: str, text: str) -> None:
    """Fill in a line, as a voice or a Braille display's user does."""
    node = find(root, Role.TEXT, name)
    node.get_editable_text_iface().set_text_contents(text)
    wait_for(lambda: text_of(node) == text, f"text in {name!r}")


def text_of(node: Node) -> str:
    """Return the text inside an object."""
    interface = node.get_text_iface()
    return str(interface.get_text(0, interface.get_character_count())) if interface is not None else ""


def heard(root: Node) -> list[str]:
    """Return what is read out of a window, in order: names, and the text in them where it says more."""
    said = []
    for node in under(root):
        texts = [title(node)]
        if node.get_role() in CONTENT and text_of(node) not in texts:
            texts.append(text_of(node))
        said += [text for text in texts if text.strip()]
    return said


def hears(root: Node, words: str) -> str:
    """Return the first thing read out of a window that contains these words, waiting for it."""
    return str(wait_for(lambda: next((said for said in heard(root) if words in said), ""), f"{words!r}"))


def stumbles(root: Node) -> list[str]:
    """Return what a listener stumbles over in a window: something to use that does not say what it is."""
    where = title(root)
    return [
        f"{where}: {node.get_role_name()} without a name"
        for node in under(root)
        if node.get_role() in NAMED and has(node, State.FOCUSABLE) and not title(node).strip()
    ]


class Listener:
    """One user. Attributes: report: what they have heard."""

    def __init__(self) -> None:
        self.report: dict[str, Any] = {"stumbles": [], "announced": []}
        self._ear = Atspi.EventListener.new(lambda event: self.report["announced"].append(event.any_data))

    def attend(self) -> None:
        """Listen to announcements; a program that is only just joining AT-SPI might never learn that anybody does."""
        self._ear.register("object:announcement")

    def listen(self, name: str, root: Node) -> list[str]:
        """Have a window read out."""
        said = heard(root)
        self.report[name] = said
        self.report["stumbles"] += stumbles(root)
        return said

    def page(self, form: Node, name: str) -> None:
        """Wait for a page of the form, and have it read out."""
        wait_for(lambda: name in heard(form), f"page {name!r}")
        self.listen(name, form)


def order(listener: Listener, orderer: dict[str, str]) -> None:
    """Go the whole way, from the reminder to the renewed licence."""
    reminder = window("Abonament R2płatnik")
    listener.attend()
    listener.listen("przypomnienie", reminder)
    press(reminder, "Zamów abonament")
    eshop = window("eSklep")
    listener.report["role"] = eshop.get_role_name()
    table = find(eshop, Role.TABLE, "Koszyk posiadanych programów")
    wait_for(lambda: any(node.get_role() == Role.TABLE_CELL for node in under(table)), "basket")
    listener.listen("eSklep", eshop)
    press(eshop, "Zamów…")
    form = window("Zamówienie")
    fill_in(listener, form, orderer)
    listener.listen("Podsumowanie", form)
    press(form, "Zamówienie z obowiązkiem zapłaty")
    listener.page(form, "Potwierdzenie")
    listener.report["receipt"] = hears(form, "zostało przyjęte")
    listener.report["renewed"] = hears(form, "Odnowiono do ")
    pause()


def fill_in(listener: Listener, form: Node, orderer: dict[str, str]) -> None:
    """Fill in the form up to the summary."""
    listener.page(form, "Usługa")
    listener.report["price"] = hears(form, "Brutto: ")
    press(form, "Dalej")
    listener.page(form, "Dane do faktury")
    press(form, "Dalej")
    listener.report["stopped"] = hears(form, "Potwierdź, że dane do faktury są poprawne.")
    tick(form, Role.CHECK_BOX, "Dane do faktury są poprawne")
    press(form, "Dalej")
    listener.page(form, "Osoba zamawiająca")
    for name, text in orderer.items():
        fill(form, name, text)
    press(form, "Dalej")
    listener.page(form, "Zgoda na automatyczne odnowienie")
    tick(form, Role.CHECK_BOX, "Wyrażam zgodę na automatyczne odnowienie")
    press(form, "Dalej")
    hears(form, "Podsumowanie")


def main() -> None:
    """Be the listener of the command line."""
    Atspi.init()
    listener = Listener()
    order(listener, json.loads(sys.argv[1]))
    sys.stdout.write(json.dumps(listener.report) + "\n")


if __name__ == "__main__":
    main()
