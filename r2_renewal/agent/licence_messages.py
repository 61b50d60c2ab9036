"""What host and agent say to each other of the licence on this computer."""

from __future__ import annotations

from datetime import date

from r2_renewal.agent.messages import Message


class ImportParams(Message, frozen=True):
    """Attributes: path: a licence file of the user's choice, to verify and install."""

    path: str


class RefreshParams(Message, frozen=True):
    """Attributes: anew: whether the file here has aged, and is fetched also where the shop has the same licence."""

    anew: bool = False


class LicenceNotes(Message, frozen=True):
    """What a user may want to know of the licence file here, besides the subscription.

    Attributes:
        aged_since: the day since which the file should have been fetched again, where that is long ago; else None.
        foreign: paths of licences of other customers, which lie here and are not used.
        own_code: why the host's own file cannot be used, where that of another place is used instead; else empty.
        faults: how many other programs of the file cannot be read.
    """

    aged_since: date | None = None
    foreign: tuple[str, ...] = ()
    own_code: str = ""
    faults: int = 0


class RefreshResult(Message, frozen=True):
    """What the shop knows of this licence.

    Attributes:
        valid_until: its last day there; 9999-12-31 for a perpetual one.
        enrolled: whether it renews by itself.
    """

    valid_until: date
    enrolled: bool


class LicenceInstalled(Message, frozen=True):
    """A newer licence stands in place of the old one.

    Attributes:
        licence_id: whose.
        valid_until: its last day; 9999-12-31 for a perpetual one.
        renewed: whether it lasts longer; otherwise a limit changed, or something was taken back.
    """

    licence_id: str
    valid_until: date
    renewed: bool = True


class LicenceNotInstalled(Message, frozen=True):
    """A licence came and was refused; the old one stays. Attributes: licence_id; code: the ``ErrorCode``."""

    licence_id: str
    code: str
