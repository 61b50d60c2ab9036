"""The host's end of the conversation: deadlines, deaths, garbage, and windows that are gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import Method
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui import agent_link
from r2_renewal.ui.agent_link import AgentLink, CallFailure
from r2_renewal.ui.retrying_text import retrying_text
from tests.driver import wait_until
from tests.ui.conftest import HELLO, Agent, failure


def load(link: AgentLink, owner: QObject) -> agent_link.AgentCall:
    return link.call(Method.ESHOP_LOAD, protocol.Nothing(), owner)


def failed(qtbot: QtBot, call: agent_link.AgentCall) -> CallFailure:
    with qtbot.waitSignal(call.failed, timeout=60_000) as blocker:
        pass
    answer = blocker.args[0]
    assert isinstance(answer, CallFailure)
    return answer


def test_the_agent_starts_with_the_first_call_and_greets_first(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent()
    assert not made.link.is_running
    with qtbot.waitSignal(load(made.link, made.link).finished, timeout=60_000) as blocker:
        pass
    assert isinstance(blocker.args[0], protocol.LoadResult)
    assert made.asked("hello") == [_plain(HELLO)]


def _plain(hello: protocol.HelloParams) -> dict[str, object]:
    return {
        "protocol": hello.protocol,
        "shop_url": hello.shop_url,
        "licence_path": hello.licence_path,
        "trusted_keys": [],
        "product_code": hello.product_code,
        "state_dir": hello.state_dir,
    }


def test_a_failure_carries_its_code_and_data(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent(eshop__load=[failure(ErrorCode.ORDER_INVALID, fields=["orderer.phone"])])
    answer = failed(qtbot, load(made.link, made.link))
    assert answer.code is ErrorCode.ORDER_INVALID
    assert answer.data is not None
    assert answer.data.fields == ("orderer.phone",)


def test_a_missing_agent_is_said_and_the_host_lives(qtbot: QtBot) -> None:
    owner = QObject()
    link = AgentLink(("/nonexistent/agent",), HELLO, owner)
    assert failed(qtbot, load(link, owner)).code is ErrorCode.AGENT_MISSING
    assert not link.is_running


def test_an_agent_that_dies_fails_its_call_and_the_next_call_starts_another(
    qtbot: QtBot, agent: Callable[..., Agent]
) -> None:
    made = agent(eshop__load=[{"die": True}])
    assert failed(qtbot, load(made.link, made.link)).code is ErrorCode.AGENT_DIED
    assert failed(qtbot, load(made.link, made.link)).code is ErrorCode.AGENT_DIED
    assert len(made.asked("hello")) == 2


@pytest.mark.parametrize(
    "garbage", ["not json", '{"jsonrpc":"2.0","id":2,"result":{"storefront":7}}', '{"method":"x"}']
)
def test_garbage_ends_the_agent_and_fails_its_calls(qtbot: QtBot, agent: Callable[..., Agent], garbage: str) -> None:
    made = agent(eshop__load=[{"garbage": garbage}])
    assert failed(qtbot, load(made.link, made.link)).code is ErrorCode.AGENT_GARBLED
    assert not made.link.is_running


def test_a_missed_deadline_kills_the_agent(
    qtbot: QtBot, agent: Callable[..., Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agent_link.DEADLINES_MS, Method.ESHOP_LOAD, 300)
    made = agent(eshop__load=[{"silent": True}])
    assert failed(qtbot, load(made.link, made.link)).code is ErrorCode.TIMEOUT
    assert not made.link.is_running


def test_a_reply_to_a_window_that_is_gone_is_dropped(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent()
    window = QObject()
    load(made.link, window)
    window.deleteLater()
    with qtbot.waitSignal(load(made.link, made.link).finished, timeout=60_000):
        pass


def test_an_event_is_told_typed(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    event = ["licence.installed", {"licence_id": "lic-1", "valid_until": "2027-12-22"}]
    made = agent(eshop__load=[{"events": [event]}])
    with qtbot.waitSignal(made.link.happened, timeout=60_000) as blocker:
        load(made.link, made.link)
    assert blocker.args == [
        protocol.Event.LICENCE_INSTALLED,
        protocol.LicenceInstalled(licence_id="lic-1", valid_until=blocker.args[1].valid_until),
    ]
    assert str(blocker.args[1].valid_until) == "2027-12-22"


def test_closing_ends_the_process_without_a_wait(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent()
    with qtbot.waitSignal(load(made.link, made.link).finished, timeout=60_000):
        pass
    process = made.link._process
    assert process is not None
    with qtbot.waitSignal(process.finished, timeout=60_000):
        made.link.close()
    assert not made.link.is_running


def test_an_agent_that_cannot_be_started_leaves_nothing_though_the_link_closed_meanwhile(qtbot: QtBot) -> None:
    owner = QObject()
    link = AgentLink(("/nonexistent/agent",), HELLO, owner)
    load(link, owner)
    link.close()
    wait_until(lambda: not QCoreApplication.instance().findChildren(agent_link.AgentProcess), what="end of the process")


def test_a_call_given_up_is_told_of_no_more_and_the_agent_is_told(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    made = agent(eshop__load=[{"silent": True}, {}])
    told: list[object] = []
    call = load(made.link, made.link)
    call.finished.connect(told.append)
    call.failed.connect(told.append)
    call.cancel()
    with qtbot.waitSignal(load(made.link, made.link).finished, timeout=60_000):
        pass
    assert (told, made.asked("call.cancel")) == ([], [{"call": 2}])


def test_the_call_of_a_window_that_is_gone_is_given_up_unless_it_changes_something(
    qtbot: QtBot, agent: Callable[..., Agent]
) -> None:
    made = agent(eshop__load=[{"silent": True}, {}], data__correct=[{"silent": True}])
    window = QObject()
    made.link.call(Method.DATA_CORRECT, protocol.CorrectParams(message="NIP"), window)
    load(made.link, window)
    window.deleteLater()
    wait_until(lambda: made.asked("call.cancel") == [{"call": 3}], what="the agent being told")


def test_progress_is_told_of_its_own_call(qtbot: QtBot, agent: Callable[..., Agent]) -> None:
    step = {"silent": True, "events": [["call.progress", {"attempt": 2, "tries": 3}]]}
    made = agent(eshop__load=[step])
    heard: list[object] = []
    made.link.happened.connect(lambda event, _content: heard.append(event))
    call = load(made.link, made.link)
    with qtbot.waitSignal(call.progressed, timeout=60_000) as blocker:
        pass
    assert blocker.args == [protocol.CallProgress(call=2, attempt=2, tries=3)]
    assert retrying_text(blocker.args[0]) == "eSklep jeszcze nie odpowiedział. Próbuję ponownie (2 z 3)…"
    assert heard == []
    call.cancel()
