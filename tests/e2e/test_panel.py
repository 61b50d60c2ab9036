"""A consent given on the panel in a real browser: the shop has it, eSklep shows it, and the program falls silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.panel_browser import PanelBrowser, needs_browser, open_browser

pytestmark = [needs_browser, pytest.mark.timeout(360)]


def test_a_consent_on_the_panel_silences_the_program(
    demo: dict[str, Any], host: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    with open_browser(tmp_path / "profile") as driver:
        panel = PanelBrowser(driver, demo["panel_url"]).log_in(**demo["account"])
        assert panel.renewal_of("R2płatnik") == "wyłączone"
        panel.consent("R2płatnik")
        (consent,) = panel.consents()
        assert (consent["program"], consent["Gdzie"], consent["Stan"]) == ("R2płatnik", "panel klienta", "obowiązuje")

        first = host("basket", demo)
        assert first["dialogs"] == []
        assert first["renewals"]["R2płatnik"].startswith("tak, ")
        assert first["renewals"]["R2faktury"] == "nie"
        second = host("quiet", demo)
        assert (second["dialogs"], second["children"], second["state"]) == ([], [], "silent")

        panel.open("moje-dane").revoke("R2płatnik")
        assert panel.renewal_of("R2płatnik") == "wyłączone"
