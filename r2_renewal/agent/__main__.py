"""``python -I -m r2_renewal.agent``: the agent process, from the host's pipe opening to its end.

With ``--vault`` at the end it is the agent's own child instead, which runs one errand to the keyring.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from r2_renewal.agent import vault_process
from r2_renewal.agent.agent_log import AgentLog, Step
from r2_renewal.agent.rpc import Channel, Server
from r2_renewal.agent.service import Service
from r2_renewal.agent.stdio import take_over
from r2_renewal.agent.vault import OPTION
from r2_renewal.library_log import end_libraries_in, nowhere


def main() -> NoReturn:
    """Serve the host and end with it, quietly and at once."""
    if sys.argv[-1] == OPTION:
        end_libraries_in(nowhere)
        vault_process.main()
    # Ctrl-C in a terminal reaches the whole process group; the host decides when we end, by closing the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = AgentLog()
    end_libraries_in(log.write_library)
    try:
        calls, answers = take_over()
    except OSError:
        end(1)
    channel = Channel(answers)
    try:
        Server(calls, channel, Service(channel.notify, log), log).serve()
    except Exception as error:
        log.write_unforeseen(Step.SERVE, error)
        end(1)
    end(0)


def end(code: int) -> NoReturn:
    """End the process now, whatever its threads are doing.

    An ordinary exit would wait for calls under way, up to half a minute for an order. Nothing is lost without them: what
    matters was committed before it was done, an order in flight is resumed with its key at the next start.
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
