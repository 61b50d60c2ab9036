#!/usr/bin/env bash
# PySide6 6.8.0 to 6.11.1: the menu that QAction.menu() returns is made a child of the action's Python object. Where nobody keeps that
# action (a list of menuBar().actions() that is gone), the menu's one wrapper is invalid, for everybody who holds it, although the menu
# itself lives on. QMenu.menuInAction() gives the same menu and ties it to nothing; from 6.11.2 on both do.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/host.py" <<'PYTHON'
import sys

import PySide6
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

application = QApplication([])
window = QMainWindow()
kept = window.menuBar().addMenu("Help")
found = [QMenu.menuInAction(action) for action in window.menuBar().actions()]
assert found[0].title() == kept.title() == "Help"
menus = [action.menu() for action in window.menuBar().actions()]
try:
    seen = menus[0].title(), kept.title()
except RuntimeError as error:
    seen = "already deleted" if "already deleted" in str(error) else str(error)
print("PySide6", PySide6.__version__, "QAction.menu():", seen)
assert (seen == "already deleted") is (sys.argv[1] == "dies"), seen
PYTHON
for case in 6.8.3:dies 6.11.1:dies 6.11.2:lives; do
  python3 -m venv "$folder/${case%:*}"
  "$folder/${case%:*}/bin/pip" install --quiet --disable-pip-version-check "PySide6-Essentials==${case%:*}"
  QT_QPA_PLATFORM=offscreen "$folder/${case%:*}/bin/python" "$folder/host.py" "${case#*:}"
done
