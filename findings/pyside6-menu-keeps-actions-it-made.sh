#!/usr/bin/env bash
# PySide6 6.8.3 to 6.11.3: a QMenu whose Python object lives keeps the Python object of every action made by its addAction(text) for
# ever, also after the action was removed, deleted by deleteLater() and collected: each round of adding and removing an entry leaves one,
# invalid. An action made in Python, QAction(menu), goes with its C++ half.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/host.py" <<'PYTHON'
import gc

import PySide6
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow

application = QApplication([])
window = QMainWindow()
menu = window.menuBar().addMenu("Help")


def by_menu():
    return menu.addAction("entry")


def by_python():
    action = QAction(menu)
    menu.addAction(action)
    return action


def left(make):
    for _ in range(50):
        action = make()
        menu.removeAction(action)
        action.deleteLater()
        del action
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    return sum(isinstance(one, QAction) and not shiboken6.isValid(one) for one in gc.get_objects())


seen = left(by_python), left(by_menu)
print("PySide6", PySide6.__version__, "of 50 removed actions stay: made in Python", seen[0], "made by addAction(text)", seen[1])
assert seen == (0, 50), seen
PYTHON
for version in 6.8.3 6.11.3; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "PySide6-Essentials==$version"
  QT_QPA_PLATFORM=offscreen "$folder/$version/bin/python" "$folder/host.py"
done
