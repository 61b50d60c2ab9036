"""Forms as browsers send them: read as the API's own bodies, refused field by field.

Rule: what the contract says of a field holds here as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from r2_renewal.reference_shop.panel.language import Language
from r2_renewal.reference_shop.problems import Refusal

TOKEN_FIELD = "token"  # noqa: S105 - the field's name


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent. Attributes: name: as the browser names it, empty where no file was chosen; content."""

    name: str
    content: bytes


Value = str | Upload


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent. Attributes: fields: as the browser sent them, each with every value in order."""

    fields: Mapping[str, Sequence[Value]]

    def text(self, name: str) -> str:
        """Return a field's text, the first where it was sent more than once; empty where it was not sent."""
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every text sent under a name: the ticked ones of several boxes."""
        return tuple(value for value in self.fields.get(name, ()) if isinstance(value, str))

    def upload(self, name: str) -> Upload | None:
        """Return a file that was sent; None where none was."""
        return next((value for value in self.fields.get(name, ()) if isinstance(value, Upload)), None)


def errors_of(language: Language, refusal: Refusal) -> dict[str, str]:
    """Return what is wrong with each field, in words."""
    return {
        problem.field: language.say_or(f"error.{problem.field}.{problem.code}", language.say("error.invalid"))
        for problem in refusal.fields
    }
