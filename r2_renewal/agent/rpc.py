"""JSON-RPC 2.0, one object a line: reading calls, answering them, telling of events.

Rules: lines are read on the main thread and answered from a small pool, so a call that waits for the shop stops no other; calls
on drafts are answered in the order in which they came, and before the end; a line that is not understood gets an answer, never
an end; only the end of the host's pipe ends the agent.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import BinaryIO

import msgspec

from r2_renewal.agent import protocol
from r2_renewal.agent.agent_log import AgentLog, Done
from r2_renewal.agent.protocol import LONGEST_LINE, Event, HelloParams, Incoming, Message, Method, Request
from r2_renewal.agent.service import Service
from r2_renewal.agent.under_way import CallsUnderWay, CallUnderWay
from r2_renewal.contract.reading import read
from r2_renewal.domain.errors import ErrorCode, RenewalError

WORKERS = 6
# The agent must be gone within a second of its pipe.
LAST_WORDS_SECONDS = 0.6
_JSON_RPC = "2.0"
# The greeting is answered before the next line is read: calls may follow it without waiting. A cancellation must not wait itself.
_AT_ONCE = (Method.HELLO, Method.CANCEL)
_IN_ORDER = (Method.DRAFT_LOAD, Method.DRAFT_SAVE, Method.DRAFT_DISCARD)


class Channel:
    """The agent's only way to the host: whole lines, one at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, message: bytes) -> None:
        """Write one line; a host that no longer listens is no failure here, its closed stdin will end the agent."""
        with self._lock:
            try:
                self._stream.write(message + b"\n")
                self._stream.flush()
            except (OSError, ValueError):
                return

    def notify(self, event: Event, content: Message) -> None:
        """Tell of something that happened by itself."""
        params = msgspec.Raw(msgspec.json.encode(content))
        self.write(msgspec.json.encode(Incoming(jsonrpc=_JSON_RPC, method=event.value, params=params)))

    def refuse(self, number: int | None, error: protocol.ErrorBody) -> None:
        """Answer a call with a failure; a line that has no readable number is answered with ``null`` for it."""
        self.write(msgspec.json.encode({"jsonrpc": _JSON_RPC, "id": number, "error": error}))


class Server:
    """Serves one host until its pipe ends."""

    def __init__(self, calls: BinaryIO, channel: Channel, service: Service, log: AgentLog) -> None:
        self._calls = calls
        self._channel = channel
        self._service = service
        self._log = log
        self._pool = ThreadPoolExecutor(WORKERS, "call")
        # One worker: of two savings of a draft the later one must stay.
        self._queue = ThreadPoolExecutor(1, "draft")
        self._last_words: Future[None] | None = None
        self._under_way = CallsUnderWay(lambda told: channel.notify(Event.CALL_PROGRESS, told))

    def serve(self) -> None:
        """Read calls until the host closes the pipe; only drafts are still awaited then, the rest is left to the caller."""
        while line := self._calls.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                self._skip(line)
                self._refuse(None, protocol.PARSE_ERROR, "line too long")
            elif line.strip():
                self._take(line)
        if self._last_words is not None:
            wait((self._last_words,), LAST_WORDS_SECONDS)

    def _skip(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._calls.readline(LONGEST_LINE)

    def _take(self, line: bytes) -> None:
        try:
            request = read(line, Request)
        except msgspec.ValidationError:
            self._refuse(_number(line), protocol.INVALID_REQUEST, "not a request")
            return
        except (msgspec.DecodeError, ValueError, RecursionError):
            self._refuse(None, protocol.PARSE_ERROR, "not JSON")
            return
        if request.jsonrpc != _JSON_RPC:
            self._refuse(request.id, protocol.INVALID_REQUEST, "not JSON-RPC 2.0")
        elif request.method not in set(Method):
            self._refuse(request.id, protocol.METHOD_NOT_FOUND, "unknown method")
        else:
            self._hand_on(request, Method(request.method))

    def _hand_on(self, request: Request, method: Method) -> None:
        call = self._under_way.begin(request.id, may_cancel=method in protocol.CANCELLABLE)
        if self._service.is_greeted and method in _IN_ORDER:
            self._last_words = self._queue.submit(self._work, request, method, call)
        elif self._service.is_greeted and method not in _AT_ONCE:
            self._pool.submit(self._work, request, method, call)
        else:
            self._work(request, method, call)

    def _work(self, request: Request, method: Method, call: CallUnderWay) -> None:
        began = time.monotonic()
        with self._under_way.worked_on(call):
            outcome = self._outcome(request, method, call)
        # Said only now: a call that has its answer is under way no more, and cannot be cancelled.
        self._log.write(method, self._say(method, request.id, outcome), time.monotonic() - began)

    def _outcome(self, request: Request, method: Method, call: CallUnderWay) -> Message | protocol.ErrorBody:
        """Do a call and return what is to be answered."""
        try:
            params = read(request.params, protocol.PARAMS[method])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return _garbled(protocol.INVALID_PARAMS, "parameters do not fit")
        try:
            return self._result(method, params, call)
        except RenewalError as error:
            told = RenewalError(ErrorCode.CALL_CANCELLED, "by the host") if call.is_cancelled else error
            return _failed(method, told)
        except Exception as error:
            self._log.write_unforeseen(method, error)
            return _failed(method, RenewalError(ErrorCode.INTERNAL, type(error).__name__))

    def _say(self, method: Method, number: int, outcome: Message | protocol.ErrorBody) -> ErrorCode | Done:
        """Answer a call; return what became of it, for the log. An answer longer than a line costs the call, not the agent."""
        if not isinstance(outcome, protocol.ErrorBody):
            line = _answer(number, outcome)
            if len(line) < LONGEST_LINE:
                self._channel.write(line)
                return Done.OK
            outcome = _failed(method, RenewalError(ErrorCode.AGENT_GARBLED, "the answer is longer than a line may be"))
        self._channel.refuse(number, outcome)
        return ErrorCode(outcome.data.code)

    def _result(self, method: Method, params: Message, call: CallUnderWay) -> Message:
        if isinstance(params, HelloParams):
            return self._service.greet(params)
        if not self._service.is_greeted:
            raise RenewalError(ErrorCode.CONFIGURATION, "hello comes first")
        if isinstance(params, protocol.CancelParams):
            return protocol.CancelResult(cancelled=self._under_way.cancel(params.call))
        if call.is_cancelled:
            raise RenewalError(ErrorCode.CALL_CANCELLED, "before it began")
        return self._service.call(method, params)

    def _refuse(self, number: int | None, code: int, message: str) -> None:
        self._channel.refuse(number, _garbled(code, message))


def _answer(number: int, result: Message) -> bytes:
    raw = msgspec.Raw(msgspec.json.encode(result))
    return msgspec.json.encode(Incoming(jsonrpc=_JSON_RPC, id=number, result=raw))


def _failed(method: Method, error: RenewalError) -> protocol.ErrorBody:
    # Imported late: it knows the shop's contract, which the greeting does not need.
    from r2_renewal.agent.failures import error_data

    data = error_data(error, of_order=method is Method.ORDER_PLACE)
    return protocol.ErrorBody(code=protocol.SERVER_ERROR, message=f"{error.code.value} {error.code.name}", data=data)


def _garbled(code: int, message: str) -> protocol.ErrorBody:
    return protocol.ErrorBody(code=code, message=message, data=protocol.ErrorData(code=ErrorCode.AGENT_GARBLED.value))


class _Numbered(msgspec.Struct):
    id: int


def _number(line: bytes) -> int | None:
    """Return the number of a line that is JSON but no request, where it has one."""
    try:
        return read(line, _Numbered).id
    except (msgspec.MsgspecError, ValueError):
        return None
