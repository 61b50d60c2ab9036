"""A host in which somebody fills in an order form, to be killed while typing and started again.

Run as ``python typing_host.py SCENARIO DEMO_JSON [PICTURES]``. ``type`` fills the form in, says „typing" and goes on until it is
killed; ``resume`` opens the form, goes on from the draft and prints what stands in it as JSON; ``end`` types and quits at once.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

FIELDS = ("Imię", "Nazwisko", "Telefon", "E-mail")


def say(line: str) -> None:
    """Tell whoever started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def opened_form(module: Any) -> Any:
    """Open eSklep and the order form."""
    from tests.e2e import order_by_widgets as steps

    module.open_eshop()
    return steps.open_form(lambda *_: None)


def type_in(module: Any) -> None:
    """Fill the form in up to the middle of a name."""
    from tests.driver import fill, go_on, tick, wait_until

    form = opened_form(module)
    wait_until(lambda: form._drafts.customer, what="word on drafts")
    tick(form, "Abonament")
    wait_until(lambda: form.flow.quote is not None, what="price")
    go_on(form, "Dane do faktury")
    tick(form, "Dane do faktury są poprawne")
    fill(form, "e-mail do faktury", "inny@klosowska.example")
    go_on(form, "Osoba zamawiająca")
    for name, text in zip(FIELDS, ("Anna Łucja", "Kłosowska-Świ", "601 2", "anna@"), strict=True):
        fill(form, name, text)


def resume(module: Any, look: Any) -> dict[str, Any]:
    """Go on from the draft, and return what stands in the form."""
    from PySide6.QtWidgets import QCheckBox, QLineEdit

    from tests.driver import click, find, go_on, tick, wait_until
    from tests.ui.test_drafts import question

    form = opened_form(module)
    wait_until(lambda: question(form), what="question")
    asked = question(form)
    look("pytanie-o-szkic", form)
    click(form, "Kontynuuj")
    wait_until(lambda: form.currentPage().title() == "Dane do faktury", what="page reached")
    ticks = [box.isChecked() for box in form.findChildren(QCheckBox)]
    email = find(form, QLineEdit, "e-mail do faktury").text()
    look("szkic-faktura", form)
    tick(form, "Dane do faktury są poprawne")
    go_on(form, "Osoba zamawiająca")
    look("szkic-osoba", form)
    lines = [find(form, QLineEdit, name).text() for name in FIELDS]
    return {"asked": asked, "ticks": ticks, "email": email, "lines": lines}


def main() -> None:
    """Be the host."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    import r2_renewal
    from tests.e2e.host_process import config_of, looker

    scenario, demo = sys.argv[1], json.loads(sys.argv[2])
    application, window = QApplication(["R2płatnik"]), QMainWindow()
    module = r2_renewal.attach(window, config_of(demo))
    window.show()

    def story() -> None:
        if scenario == "resume":
            look = looker(Path(sys.argv[3]) if len(sys.argv) > 3 else None)
            say(json.dumps(resume(module, look)))
        else:
            type_in(module)
            say("typing")
        if scenario != "type":
            application.quit()

    QTimer.singleShot(0, story)
    application.exec()


if __name__ == "__main__":
    main()
