"""A host's end of the conversation for tests: the real agent process, spoken to over its real pipes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import msgspec

from r2_renewal.agent import protocol
from r2_renewal.agent.protocol import ErrorData, Event, HelloParams, Incoming, KeyParam, Message, Method, Request
from tests.licence_files import PRODUCT, Vendor

COMMAND = (sys.executable, "-I", "-m", "r2_renewal.agent")
PATIENCE = 60.0


class RefusedError(Exception):
    """The agent answered with a failure."""

    def __init__(self, error: protocol.ErrorBody) -> None:
        super().__init__(error.message)
        self.error = error

    @property
    def data(self) -> ErrorData:
        return self.error.data


class Conversation:
    """One agent process.

    Attributes:
        events: every event so far, in order.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND, environment: dict[str, str] | None = None) -> None:
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={**os.environ, **(environment or {})},
        )
        self.events: list[tuple[Event, Any]] = []
        self._answers: dict[int | None, Queue[Incoming]] = {}
        self._news = threading.Condition()
        self._last = 0
        self._errors = b""
        self._readers = [threading.Thread(target=target, daemon=True) for target in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def send(self, line: bytes) -> None:
        """Write one raw line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def begin(self, method: str, params: Message | dict[str, Any]) -> int:
        """Send a call without waiting; return its number."""
        self._last += 1
        raw = msgspec.Raw(msgspec.json.encode(params))
        self.send(msgspec.json.encode(Request(id=self._last, method=method, params=raw)))
        return self._last

    def end(self, number: int | None, patience: float = PATIENCE) -> Incoming:
        """Wait for the raw answer to a call."""
        try:
            return self._queue(number).get(timeout=patience)
        except Empty:
            raise AssertionError(f"no answer to {number}; stderr: {self._errors!r}") from None

    def call(self, method: Method, params: Message, patience: float = PATIENCE) -> Any:
        """Make a call and return its typed result.

        Raises:
            RefusedError: the agent answered with a failure.
        """
        message = self.end(self.begin(method.value, params), patience)
        if message.error is not None:
            raise RefusedError(message.error)
        assert message.result is not None
        return msgspec.json.decode(message.result, type=protocol.RESULTS[method])

    def wait_for(self, wanted: Callable[[Event, Any], bool], patience: float = PATIENCE) -> Any:
        """Return the content of the first event, past or to come, that is wanted."""
        with self._news:
            found: list[Any] = []

            def come() -> bool:
                found[:] = [content for event, content in self.events if wanted(event, content)]
                return bool(found)

            assert self._news.wait_for(come, patience), f"not among {self.events}"
            return found[0]

    def close(self) -> float:
        """Close the pipe; return how many seconds the agent took to end."""
        assert self.process.stdin is not None
        began = time.monotonic()
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        took = time.monotonic() - began
        self._end()
        return took

    def kill(self) -> None:
        """Kill the agent as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self._end()

    @property
    def errors(self) -> bytes:
        """Everything the agent said on stderr."""
        return self._errors

    def _end(self) -> None:
        for reader in self._readers:
            reader.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def _queue(self, number: int | None) -> Queue[Incoming]:
        with self._news:
            return self._answers.setdefault(number, Queue())

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = msgspec.json.decode(line, type=Incoming)
            assert message.jsonrpc == "2.0"
            if message.method is None:
                self._queue(message.id).put(message)
                continue
            event = Event(message.method)
            content = msgspec.json.decode(message.params, type=protocol.EVENTS[event])
            with self._news:
                self.events.append((event, content))
                self._news.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors = self.process.stderr.read()


class Hosts:
    """Starts agents for one licence file, one state folder and one shop; ends those left over.

    Attributes:
        licence: path of the licence file.
        state_dir: folder of local state.
        keys: keys that the host trusts.
    """

    def __init__(self, folder: Path, vendor: Vendor, shop_url: str) -> None:
        self.licence = folder / "licencja ąę.lic"
        self.state_dir = folder / "stan"
        self.shop_url = shop_url
        self.keys = tuple(KeyParam(id=key.id, ed25519=key.ed25519.hex()) for key in vendor.keys)
        self._open: list[Conversation] = []

    def hello(self, **changes: Any) -> HelloParams:
        """Return the greeting, with other values where wanted."""
        params = HelloParams(
            protocol=protocol.VERSION,
            shop_url=self.shop_url,
            licence_path=str(self.licence),
            trusted_keys=self.keys,
            product_code=PRODUCT,
            state_dir=str(self.state_dir),
            call_seconds=4.0,
            order_seconds=6.0,
        )
        return msgspec.structs.replace(params, **changes)

    def start(self, environment: dict[str, str] | None = None, command: tuple[str, ...] = COMMAND) -> Conversation:
        """Return an agent that was not greeted yet."""
        conversation = Conversation(command, environment)
        self._open.append(conversation)
        return conversation

    def greeted(self, **changes: Any) -> Conversation:
        """Return an agent at work."""
        conversation = self.start()
        conversation.call(Method.HELLO, self.hello(**changes))
        return conversation

    def log(self) -> str:
        """Return the agents' log."""
        return (self.state_dir / "agent.log").read_text(encoding="utf-8")

    def close(self) -> None:
        """End the agents that still run; each must go quietly."""
        for conversation in self._open:
            if conversation.process.returncode is None:
                assert conversation.close() < 1.0
                assert conversation.errors == b""
                assert conversation.process.returncode == 0
