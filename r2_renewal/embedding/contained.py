"""Failures of ours end with us: whatever is raised inside becomes a log line and a disabled feature of the module."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Container(Protocol):
        """Whoever takes the failures of its own methods."""

        def take_failure(self, error: BaseException, where: str) -> None:
            """Take note of a failure inside; the host goes on."""


Act = TypeVar("Act", bound="Callable[..., None]")


def contained(act: Act) -> Act:
    """Turn any failure of a method into a log line and a disabled state: the host always lives."""

    @wraps(act)
    def safely(container: Container, *args: Any, **kwargs: Any) -> None:
        try:
            act(container, *args, **kwargs)
        except (Exception, SystemExit) as error:
            container.take_failure(error, act.__name__)

    return cast("Act", safely)
