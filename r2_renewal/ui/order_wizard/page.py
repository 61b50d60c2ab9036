"""The ground of every page of the order form: a scrolling body, a message bar, and the mirror of the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGroupBox, QHBoxLayout, QVBoxLayout, QWidget, QWizardPage

from r2_renewal.domain.order_flow import Field, FieldProblem, OrderFlow, Reason, Step
from r2_renewal.ui.announcing import announce
from r2_renewal.ui.error_texts import field_sentence
from r2_renewal.ui.focus import give_focus
from r2_renewal.ui.message_bar import MessageBar, WayOn
from r2_renewal.ui.plain_text import PlainLabel
from r2_renewal.ui.scroll_pane import ScrollPane


class Footer(QGroupBox):
    """A part of a page that never scrolls and is never cut: as high as its wrapped words need at its width."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Grow with the words that a narrower window wraps."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Take the height that the words need."""
        self.setMinimumHeight(max(self.heightForWidth(self.width()), self.minimumSizeHint().height()))


class OrderPage(QWizardPage):
    """A page that shows the flow and tells the user's changes of it; it decides nothing.

    Attributes:
        flow: the flow as last shown.
        step: which page of the form it is.
        body: the column of the page's content.
        messages: the page's message bar, above the content.

    Signals:
        changed: the flow after the user's change.
    """

    changed = Signal(object)

    def __init__(self, step: Step, title: str, flow: OrderFlow) -> None:
        super().__init__()
        self.flow = flow
        self.step = step
        self.setTitle(title)
        self.setAccessibleName(title)
        self.messages = MessageBar(self)
        self._question = MessageBar(self)
        self._content = QWidget(self)
        self.body = QVBoxLayout(self._content)
        self._place = "" if step is Step.CONFIRMATION else f"Krok {step + 1} z {Step.SUMMARY + 1}"
        if self._place:
            self.body.addWidget(PlainLabel(self._place, self))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._question)
        self._column.addWidget(self.messages)
        # The keyboard stops here to scroll.
        self._scroll = ScrollPane(self._content, f"Treść strony: {title}", self)
        self._column.addWidget(self._scroll, 1)

    def add_footer(self, footer: Footer) -> None:
        """Put something under the scrolling body that is always seen whole."""
        line = QFrame(self)
        line.setFrameStyle(QFrame.Shape.HLine | QFrame.Shadow.Sunken)
        self._column.addWidget(line)  # what scrolls goes under it, and is not merely cut
        row = QHBoxLayout()
        margins = self.body.contentsMargins()
        margins.setTop(0)
        margins.setRight(margins.right() + self._scroll.bars[0].sizeHint().width())  # as wide as what scrolls
        row.setContentsMargins(margins)
        row.addWidget(footer)
        self._column.addLayout(row)

    # A question that comes before everything else

    def ask(self, text: str, *ways: WayOn) -> None:
        """Ask above the page; until the answer nothing else on it can be used, nor the page be left but by closing the form."""
        answers = [WayOn(way.text, partial(self._on_answer, way)) for way in ways]
        self._question.inform(text, *answers)
        self._let_use(allowed=False)
        self._question.focus_way()

    def _on_answer(self, way: WayOn) -> None:
        self._question.clear()
        self._let_use(allowed=True)
        way.act()
        self.focus_first()

    def _let_use(self, *, allowed: bool) -> None:
        self.messages.setEnabled(allowed)
        self._content.setEnabled(allowed)
        self.completeChanged.emit()

    def isComplete(self) -> bool:  # noqa: N802 - Qt's name
        """Whether „Dalej" may be clicked: not while a question waits."""
        return not self._question.text

    def show_flow(self, flow: OrderFlow) -> None:
        """Show the flow; pages with more to show extend this. A message whose reason is gone goes too."""
        self.flow = flow
        wrong = {problem.field for problem in flow.problems(self.step)}
        for field, show in self.places().items():
            if field not in wrong:
                show("")

    def change(self, flow: OrderFlow) -> None:
        """Tell the flow after the user's change."""
        if flow != self.flow:
            self.changed.emit(flow)

    def show_problems(self, problems: Iterable[FieldProblem]) -> None:
        """Show what keeps the user here, each at its place, and put the focus on the first."""
        told = {problem.field: self.sentence(problem) for problem in problems}
        for field, show in self.places().items():
            show(told.get(field, ""))
        first = next((field for field in told if field in self.places()), None)
        if first is not None:
            self.focus_on(first)

    def begin(self, flow: OrderFlow) -> None:
        """Show the page as it is come to: no message, for nothing was asked of it yet, and the focus at its first field."""
        self.show_flow(flow)
        for show in self.places().values():
            show("")
        QTimer.singleShot(0, self, self._arrive)

    def _arrive(self) -> None:
        """Put the focus where the page begins, and say which page it is: its title stands above all that the focus comes to."""
        self.focus_first()
        announce(self, ". ".join(filter(None, (self.title(), self._place))))

    def show_judgement(self, problems: Iterable[FieldProblem], fields: Iterable[Field]) -> None:
        """Show the verdict on fields that the user left; an empty field is not complained of before „Dalej"."""
        told = {problem.field: self.sentence(problem) for problem in problems if problem.reason is not Reason.EMPTY}
        for field in fields:
            self.places()[field](told.get(field, ""))

    def sentence(self, problem: FieldProblem) -> str:
        """Return a problem in words."""
        return field_sentence(problem.field, problem.reason)

    def places(self) -> dict[Field, Callable[[str], None]]:
        """Return where the message of each field of this page is shown."""
        return {}

    def focus_widget(self, field: Field) -> QWidget | None:
        """Return the widget of a field of this page."""
        del field  # a page without fields has none
        return None

    def focus_first(self) -> None:
        """Put the focus where the page begins: a question, the first field that still wants something, else its first."""
        if self._question.text:
            self._question.focus_way()
            return
        wanting = [problem.field for problem in self.flow.problems(self.step)]
        fields = [field for field in (*wanting, *self.places()) if field in self.places()]
        if fields:
            self.focus_on(fields[0])

    def focus_on(self, field: Field) -> None:
        """Put the focus on a field and scroll to it."""
        widget = self.focus_widget(field)
        if widget is not None:
            give_focus(widget)
            self._scroll.show_widget(widget)
