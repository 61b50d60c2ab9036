"""The host's end of the conversation with the agent: ``QProcess`` and the event loop, never a thread, never a wait.

Rules: the agent starts with the first call; every call has a deadline, and an agent that misses one is killed, since only its
death frees what hangs inside it; an agent that dies fails its calls and is started anew by the next one; a reply to a window
that is gone is dropped in silence, and the agent told to stop working on it; closing the link closes the agent's stdin, which
ends it; the agent gets of the host's environment what ``child_environment`` allows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment, QTimer, Signal

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import LONGEST_LINE, Event, HelloParams, Incoming, Message, Method, Request
from r2_renewal.child_environment import LIBRARY_PATHS, is_allowed, library_path
from r2_renewal.domain.errors import ErrorCode

LOG = logging.getLogger("r2_renewal.ui")
DEADLINES_MS = {
    Method.ACCOUNT_LOGIN: 45_000,
    Method.ACCOUNT_LOGOUT: 45_000,
    Method.HELLO: 10_000,
    Method.ORDER_PLACE: 40_000,
    Method.CONTACT_CHECK: 10_000,
}
DEADLINE_MS = 25_000
GRACE_MS = 1_000


@dataclass(frozen=True, slots=True)
class CallFailure:
    """Why a call failed.

    Attributes:
        code: the stable code.
        data: the typed part of the agent's answer; None where the agent gave none.
    """

    code: ErrorCode
    data: protocol.ErrorData | None = None


class AgentCall(QObject):
    """One call under way.

    Signals:
        progressed: the ``CallProgress``, each time that the shop is asked once more.
        finished: the typed result (a struct of ``agent/protocol.py``).
        failed: the ``CallFailure``.
    """

    progressed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(
        self, method: Method, deadline: Callable[[], None], abandon: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.method = method
        self._abandon = abandon
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(deadline)
        self._timer.start(DEADLINES_MS.get(method, DEADLINE_MS))

    def cancel(self) -> None:
        """Give it up: nothing more is told of it, and the agent stops working on it where it only reads."""
        self._timer.stop()
        self._abandon()
        self.deleteLater()

    def deliver(self, answer: object) -> None:
        """Tell the result or the failure, once, and go."""
        self._timer.stop()
        signal = self.failed if isinstance(answer, CallFailure) else self.finished
        signal.emit(answer)
        if shiboken6.isValid(self):
            self.deleteLater()


class AgentProcess(QProcess):
    """The agent's process: ended by closing its stdin, killed only when that is not enough."""

    def end(self) -> None:
        """Ask it to end; it is killed should it not go within a second. Does not wait."""
        self._outlive_link()
        self.closeWriteChannel()
        QTimer.singleShot(GRACE_MS, self, self.kill)

    def end_at_once(self) -> None:
        """Kill it. Does not wait."""
        self._outlive_link()
        self.kill()

    def _outlive_link(self) -> None:
        # Qt complains of, and waits for, a process object that is destroyed while its process runs.
        application = QCoreApplication.instance()
        self.setParent(application)
        self.finished.connect(self.deleteLater)
        self.errorOccurred.connect(self._go_if_never_started)
        if application is not None:
            application.aboutToQuit.connect(self.await_end)

    def _go_if_never_started(self, error: QProcess.ProcessError) -> None:
        # A process that never started never finishes either.
        if error is QProcess.ProcessError.FailedToStart:
            self.deleteLater()

    def await_end(self) -> None:
        """Wait for the end, at most a second: the host's event loop is over and nobody looks at a window any more."""
        if not self.waitForFinished(GRACE_MS):
            self.kill()
            self.waitForFinished(GRACE_MS)


class AgentLink(QObject):
    """The agent, from the windows' side.

    Signals:
        happened: an event of the agent by itself: its name and its typed content.
        gone: the agent ended without being asked to, or had to be killed.
        closing: the agent is about to be ended; a call made now is the last that it reads.
    """

    happened = Signal(object, object)
    gone = Signal()
    closing = Signal()

    def __init__(self, command: tuple[str, ...], hello: HelloParams, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._hello = hello
        self._process: AgentProcess | None = None
        self._calls: dict[int, AgentCall] = {}
        self._last_id = 0
        self._buffer = b""
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._part)

    @property
    def product(self) -> str:
        """The product code of the host's own program."""
        return self._hello.product_code

    def call(self, method: Method, params: Message, owner: QObject) -> AgentCall:
        """Make a call; the answer comes through the returned object's signals, later, from the event loop.

        Args:
            method: what to do.
            params: its parameters.
            owner: the window that asks; when it is gone the answer is dropped.
        """
        if not self.is_running:
            self._start()
        return self._send(method, params, owner)

    def resume(self) -> None:
        """Start the agent so that it settles what an earlier run left unsettled."""
        if not self.is_running:
            self._start()

    @property
    def is_running(self) -> bool:
        """Whether there is an agent process."""
        return self._process is not None

    def close(self) -> None:
        """End the agent: its stdin closes, and it is killed should it not go within a second. Does not wait."""
        if self.is_running:
            self.closing.emit()
        process = self._release()
        if process is not None:
            process.end()
        self._calls.clear()

    def _part(self) -> None:
        process = self._process
        self.close()
        if process is not None:
            process.await_end()

    # The process

    def _start(self) -> None:
        process = AgentProcess(self)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.errorOccurred.connect(self._on_error)
        process.finished.connect(self._on_finished)
        process.setProcessEnvironment(_environment(self._command[0]))
        self._process, self._buffer = process, b""
        process.start(self._command[0], list(self._command[1:]))
        hello = self._send(Method.HELLO, self._hello, self)
        hello.failed.connect(self._on_hello_failed)
        hello.finished.connect(self._on_hello)

    def _send(self, method: Method, params: Message, owner: QObject) -> AgentCall:
        self._last_id += 1
        number = self._last_id
        abandon = partial(self._abandon, number, method)
        call = AgentCall(method, lambda: self._on_deadline(number), abandon, owner)
        call.destroyed.connect(abandon)  # with its window, answered or not
        self._calls[number] = call
        line = msgspec.json.encode(
            Request(id=number, method=method.value, params=msgspec.Raw(msgspec.json.encode(params)))
        )
        if len(line) >= LONGEST_LINE:
            QTimer.singleShot(0, call, lambda: self._settle(number, CallFailure(ErrorCode.INTERNAL)))
        elif self._process is not None:
            self._process.write(line + b"\n")
        else:
            QTimer.singleShot(0, call, lambda: self._settle(number, CallFailure(ErrorCode.AGENT_MISSING)))
        return call

    def _abandon(self, number: int, method: Method, _gone: QObject | None = None) -> None:
        call = self._calls.pop(number, None)
        if call is not None and self.is_running and method in protocol.CANCELLABLE and shiboken6.isValid(self):
            self._send(Method.CANCEL, protocol.CancelParams(call=number), self)

    def _on_deadline(self, number: int) -> None:
        LOG.warning("agent missed a deadline")
        self._kill()
        self._settle(number, CallFailure(ErrorCode.TIMEOUT))
        self._fail_all(ErrorCode.AGENT_DIED)
        self.gone.emit()

    def _on_hello(self, result: protocol.HelloResult) -> None:
        for code in result.notices:
            LOG.warning("agent: %s", ErrorCode.named(code).value)

    def _on_hello_failed(self, failure: CallFailure) -> None:
        LOG.warning("agent refused the greeting: %s", failure.code.value)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._drop_process()
            self._fail_all(ErrorCode.AGENT_MISSING)

    def _on_finished(self) -> None:
        LOG.warning("agent ended by itself")
        self._drop_process()
        self._fail_all(ErrorCode.AGENT_DIED)
        self.gone.emit()

    def _drop_process(self) -> None:
        process = self._release()
        if process is not None:
            process.deleteLater()

    def _kill(self) -> None:
        process = self._release()
        if process is not None:
            process.end_at_once()

    def _release(self) -> AgentProcess | None:
        process, self._process = self._process, None
        if process is not None:
            process.readyReadStandardOutput.disconnect(self._read)
            process.errorOccurred.disconnect(self._on_error)
            process.finished.disconnect(self._on_finished)
        return process

    # Its answers

    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += self._process.readAllStandardOutput().data()
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._buffer) > LONGEST_LINE:
            self._garbled()

    def _take(self, line: bytes) -> None:
        try:
            message = msgspec.json.decode(line, type=Incoming)
            if message.method is not None:
                event = Event(message.method)
                self._tell(event, msgspec.json.decode(message.params, type=protocol.EVENTS[event]))
            elif message.id is not None:
                self._settle(message.id, self._answer(message.id, message))
        except (msgspec.MsgspecError, ValueError):
            self._garbled()

    def _tell(self, event: Event, content: Message) -> None:
        if not isinstance(content, protocol.CallProgress):
            self.happened.emit(event, content)
            return
        call = self._calls.get(content.call)
        if call is not None and shiboken6.isValid(call):
            call.progressed.emit(content)

    def _answer(self, number: int, message: Incoming) -> object:
        if message.error is not None:
            return CallFailure(ErrorCode.named(message.error.data.code), message.error.data)
        call = self._calls.get(number)
        if call is None or not shiboken6.isValid(call):
            return None
        return msgspec.json.decode(message.result, type=protocol.RESULTS[call.method])

    def _garbled(self) -> None:
        LOG.warning("agent spoke garbage")
        self._kill()
        self._fail_all(ErrorCode.AGENT_GARBLED)
        self.gone.emit()

    def _settle(self, number: int, answer: object) -> None:
        call = self._calls.pop(number, None)
        if call is not None and answer is not None and shiboken6.isValid(call):
            call.deliver(answer)

    def _fail_all(self, code: ErrorCode) -> None:
        for number in list(self._calls):
            self._settle(number, CallFailure(code))


def _environment(program: str) -> QProcessEnvironment:
    """Return the agent's environment: made of Qt's copy, which keeps values that are no UTF-8 as they are."""
    environment = QProcessEnvironment.systemEnvironment()
    for name in environment.keys():  # noqa: SIM118 - no mapping
        if not is_allowed(name):
            environment.remove(name)
    for name in LIBRARY_PATHS:
        if path := library_path(name, program):
            environment.insert(name, path)
    return environment
