"""One consent, two places, real processes: given in the module it is on the panel, given on the panel the module is silent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.panel_browser import PanelBrowser, needs_browser, open_browser

PROGRAM = "R2płatnik"
Host = Callable[..., dict[str, Any]]


@needs_browser
def test_a_consent_in_the_module_is_on_the_panel_with_the_same_hash(
    demo: dict[str, Any], host: Host, tmp_path: Path
) -> None:
    given = host("consent", demo)
    assert given["dialogs"] == []  # the reminder that stood there is gone
    digest = hashlib.sha256(given["text"].encode()).hexdigest()
    assert digest in given["evidence"]
    with open_browser(tmp_path / "browser") as driver:
        panel = PanelBrowser(driver, demo["panel_url"]).log_in(**demo["account"])
        assert panel.renewal_of(PROGRAM) == "włączone"
        [record] = panel.consents()
        sessions = panel.open("sesje").text
    assert "Moje konto w programie (R2 Renewal " in sessions
    assert re.search(r"Chrome, \S+ \(ta sesja\)", sessions)
    assert record["program"] == PROGRAM
    assert digest in record.values()
    assert "".join(record["text"].split()) == "".join(given["text"].split())
    second = host("quiet", demo)
    assert (second["dialogs"], second["children"], second["state"]) == ([], [], "silent")


@needs_browser
def test_a_consent_on_the_panel_silences_the_module_and_is_withdrawn_there(
    demo: dict[str, Any], host: Host, tmp_path: Path
) -> None:
    with open_browser(tmp_path / "browser") as driver:
        panel = PanelBrowser(driver, demo["panel_url"]).log_in(**demo["account"])
        panel.consent(PROGRAM)
        seen = host("enrolled", demo)
        assert seen["dialogs"] == []
        assert seen["renewal"].startswith("tak, ")
        assert not seen["is_ticked"]
        [[_, program, channel, _, state]] = seen["history"]
        assert (program, channel, state) == (PROGRAM, "w panelu klienta", "obowiązuje")
        assert panel.renewal_of(PROGRAM) == "wyłączone"
        [record] = panel.consents()
    assert any("w programie" in value for value in record.values()), record
