"""A host that speaks to its user itself: typed questions in, typed answers out, and nothing of ours on the screen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMenu

from r2_renewal.domain.offer import ServiceKind, Wish
from r2_renewal.domain.reminder import Answer, Question
from r2_renewal.embedding.module import RenewalModule
from r2_renewal.embedding.state import Status
from r2_renewal.store.reminder_memory import recall
from tests.driver import wait_until
from tests.embedding.hosts import TODAY, Host, host, refreshed
from tests.embedding.licences import KEYS, LICENCE_ID, write_licence

__all__ = ["host"]

REFRESH = "licence.refresh"
INSTALLED = ["licence.installed", {"licence_id": LICENCE_ID, "valid_until": "2027-12-22"}]


class OwnWords:
    """The host's own driver: a ``UserDriver`` that writes down what it was told."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.answer: Callable[[Answer], None] = lambda _: None
        self.withdrawn = 0
        self.wishes: list[Wish] = []

    def ask(self, question: Question, answer: Callable[[Answer], None]) -> None:
        self.questions.append(question)
        self.answer = answer

    def withdraw(self) -> None:
        self.withdrawn += 1

    def open_eshop(self, wish: Wish) -> None:
        self.wishes.append(wish)


@pytest.fixture
def driver() -> OwnWords:
    return OwnWords()


def asked(host: Host, driver: OwnWords) -> RenewalModule:
    module = host.start({REFRESH: [refreshed()]}, driver=driver)
    wait_until(lambda: driver.questions, what="question")
    return module


def test_it_gets_the_whole_question_and_answers_later(host: Host, driver: OwnWords) -> None:
    module = asked(host, driver)
    (question,) = driver.questions
    assert question.prompt.text.startswith("Abonament kończy się za 30 dni. ")
    assert (question.prompt.program.name, question.prompt.days_left, question.day) == ("R2płatnik", 30, TODAY)
    assert question.company
    assert module.state.status is Status.PROMPTING
    driver.answer(Answer.REMIND_LATER)
    assert module.state.status is Status.SILENT
    assert recall(host.state_dir, LICENCE_ID).remind_on == question.prompt.remind_on == date(2026, 12, 8)
    assert (driver.wishes, driver.withdrawn) == ([], 0)


def test_ordering_and_the_menu_lead_to_its_own_eshop(host: Host, driver: OwnWords) -> None:
    module = asked(host, driver)
    driver.answer(Answer.ORDER)
    module.open_eshop()
    assert driver.wishes == [Wish(LICENCE_ID, ServiceKind.SUBSCRIPTION), Wish()]
    assert module._reminding._windows is None
    own = [top for top in QApplication.topLevelWidgets() if top is not host.window and not isinstance(top, QMenu)]
    assert own == []


def test_a_second_answer_changes_nothing(host: Host, driver: OwnWords) -> None:
    asked(host, driver)
    driver.answer(Answer.REMIND_LATER)
    driver.answer(Answer.ORDER)
    assert driver.wishes == []


def test_the_question_is_taken_back_at_leaving_and_its_answer_is_void(host: Host, driver: OwnWords) -> None:
    module = asked(host, driver)
    module.detach()
    driver.answer(Answer.ORDER)
    assert (driver.withdrawn, driver.wishes) == (1, [])
    assert recall(host.state_dir, LICENCE_ID).remind_on is None


def test_the_question_is_taken_back_once_renewed(host: Host, driver: OwnWords) -> None:
    module = host.start({REFRESH: [{"silent": True, "after": 6, "events": [INSTALLED]}]}, driver=driver)
    wait_until(lambda: driver.questions, what="question")
    write_licence(host.licence, date(2027, 12, 22))
    wait_until(lambda: driver.withdrawn, what="withdrawal")
    assert (driver.withdrawn, module.state.status) == (1, Status.SILENT)


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, MemoryError])
def test_a_driver_that_fails_disables_the_question_and_not_the_host(host: Host, error: type[BaseException]) -> None:
    class Broken(OwnWords):
        def ask(self, *_: object) -> None:
            raise error

    module = host.start({REFRESH: [refreshed()]}, driver=Broken())
    wait_until(lambda: module.state.status is Status.DISABLED, what="failure")


OWN_HOST = """
import json, sys
from datetime import date
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
import r2_renewal
from r2_renewal.domain.reminder import Answer
class Driver:
    def ask(self, question, answer):
        answer(Answer.ORDER)
    def withdraw(self): ...
    def open_eshop(self, wish):
        loaded = sorted(name for name in sys.modules if name.startswith('r2_renewal.ui'))
        print(json.dumps({'wish': wish.licence_id, 'loaded': loaded}))
        QTimer.singleShot(0, QApplication.quit)
app = QApplication([])
window = QMainWindow()
keys = tuple(r2_renewal.TrustedKey('test', bytes.fromhex(key)) for key in sys.argv[3:])
module = r2_renewal.attach(window, r2_renewal.Config(licence_path=sys.argv[1], state_dir=sys.argv[2], trusted_keys=keys,
    shop_url='http://127.0.0.1:1', agent_command=('/nonexistent',), today=lambda: date(2026, 11, 22), driver=Driver()))
window.show()
app.exec()
"""


def test_no_window_of_ours_is_even_loaded(tmp_path: Path) -> None:
    licence = write_licence(tmp_path / "R2.lic", date(2026, 12, 22))
    keys = [key.ed25519.hex() for key in KEYS]
    command = [sys.executable, "-c", OWN_HOST, str(licence), str(tmp_path / "state"), *keys]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    assert told == {"wish": LICENCE_ID, "loaded": ["r2_renewal.ui", "r2_renewal.ui.agent_link"]}
