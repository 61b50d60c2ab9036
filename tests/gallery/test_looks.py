"""Every window in every state: no word cut, nothing off the screen, nothing that scrolls sideways without need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gallery.judge import SIDEWAYS
from tests.gallery.variants import VARIANTS, Variant, pictured

# Wider than some of these desktops, whatever is done: names of a hundred letters, an invoice's number in KSeF beside its amounts,
# and large letters beside the account's menu.
WIDE = ("esklep-dlugie-nazwy", "esklep-nic-nie-pasuje", "konto-faktury", "konto-moje-programy")
USUAL = ("dark-200", "letters-14")


@pytest.mark.parametrize("variant", [each for each in VARIANTS if each.name in USUAL], ids=lambda variant: variant.name)
def test_nothing_is_cut_on_a_usual_desktop(variant: Variant, tmp_path: Path) -> None:
    told = pictured(variant, tmp_path)
    assert len(list(tmp_path.glob("*.png"))) > 100
    assert [fault for fault in told if not (SIDEWAYS in fault and fault.startswith(WIDE))] == []
