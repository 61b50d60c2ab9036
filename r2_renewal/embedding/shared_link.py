"""One agent for a host process: all windows that are attached with the same settings speak to it over one link.

Rule: the link lives as long as anybody attached uses it, and its agent is ended with the last of them; other settings (another
licence, another shop) are another agent's, which is told them once.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QCoreApplication

from r2_renewal.agent.protocol import HelloParams
from r2_renewal.ui.agent_link import AgentLink

_Key = tuple[tuple[str, ...], HelloParams]
_uses: dict[_Key, list[LinkUse]] = {}


class LinkUse:
    """One attached window's use of the link.

    Attributes:
        link: the link.
        needs: how many of its windows need the agent now.
    """

    def __init__(self, command: tuple[str, ...], hello: HelloParams) -> None:
        self.needs = 0
        self._key = (command, hello)
        self._all = _uses.setdefault(self._key, [])
        usable: list[AgentLink] = [use.link for use in self._all if shiboken6.isValid(use.link)]
        self.link: AgentLink = usable[0] if usable else AgentLink(command, hello, QCoreApplication.instance())
        self._all.append(self)

    @property
    def is_needed(self) -> bool:
        """Whether any window of any user needs the agent now."""
        return any(use.needs > 0 for use in self._all)

    def give_up(self, *_: object) -> None:
        """Use it no longer; with the last user the agent ends. Doing it again changes nothing."""
        if self not in self._all:
            return
        self._all.remove(self)
        if not self._all:
            _uses.pop(self._key, None)
            if shiboken6.isValid(self.link):
                self.link.close()
                self.link.deleteLater()
