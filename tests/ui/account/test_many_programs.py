"""„Moje dane" of an accounting office: the programs come page by page, are shown together, and nothing is sent half seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
from PySide6.QtWidgets import QAbstractButton

from r2_renewal.agent.protocol import CustomerResult, EnrolmentsResult
from r2_renewal.domain.account import CustomerRecord, Enrolment
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.ui.account.account_window import AccountWindow
from r2_renewal.ui.account.consent_box import GIVE
from r2_renewal.ui.plain_text import PlainLabel
from tests.driver import fill, find, wait_until
from tests.samples import CONSENT, customer_record, enrolment
from tests.ui.account.by_hand import box, consent, group, line, press, said, save
from tests.ui.account.test_account_fates import opened
from tests.ui.conftest import Agent, failure

__all__ = ["opened"]
Open = Callable[..., tuple[AccountWindow, Agent]]
PAGE = 5
NAMES = [f"R2księga {number:02}" for number in range(3 * PAGE)]


def entries(page: int) -> tuple[Enrolment, ...]:
    return tuple(enrolment(f"lic-{name[-2:]}", name) for name in NAMES[page * PAGE : (page + 1) * PAGE])


def answer(content: Any) -> dict[str, Any]:
    return {"result": msgspec.to_builtins(content)}


def record(tag: str = '"1"', **changes: Any) -> CustomerRecord:
    return replace(customer_record(tag), enrolments=entries(0), next="lic-04", **changes)


def first(tag: str = '"1"', **changes: Any) -> dict[str, Any]:
    return answer(CustomerResult(record=record(tag, **changes), consent=CONSENT))


PAGES = [
    answer(EnrolmentsResult(enrolments=entries(1), next="lic-09")),
    answer(EnrolmentsResult(enrolments=entries(2))),
]


def test_what_comes_on_three_pages_is_one_list(opened: Open) -> None:
    window, agent = opened(customer__load=[first()], customer__more=PAGES)
    group(window, "Dane dodatkowe firmy")
    cursors = [call["cursor"] for call in agent.asked("customer.more")]
    assert cursors == ["lic-04", "lic-09"]
    fill(window, "Szukaj programu", NAMES[-1])
    assert box(window, NAMES[-1]).isEnabled()


def test_nothing_is_shown_before_the_whole_is_there(opened: Open) -> None:
    window, _ = opened(customer__load=[first()], customer__more=[PAGES[0], failure(ErrorCode.OFFLINE), *PAGES])
    wait_until(lambda: "R2-N" in said(window), what="the failure")
    assert [entry for entry in window.findChildren(QAbstractButton) if entry.text() == GIVE and entry.isVisible()] == []
    press(window, "Ponów")
    group(window, "Dane dodatkowe firmy")


def test_somebody_elses_change_on_a_late_page_is_shown_beside_ones_own(opened: Open) -> None:
    on = replace(entries(2)[-1], auto_renewal=True)
    present = [PAGES[0], answer(EnrolmentsResult(enrolments=(*entries(2)[:-1], on)))]
    window, agent = opened(
        customer__load=[first()],
        customer__more=[*PAGES, *present],
        customer__change=[failure(ErrorCode.CUSTOMER_CHANGED, customer=msgspec.to_builtins(record('"2"')))],
    )
    group(window, "Dane dodatkowe firmy")
    fill(window, "Szukaj programu", NAMES[0])
    consent(window, NAMES[0])
    save(window, "R2-A")
    conflict = group(window, "Zmieniono w innym miejscu")
    assert NAMES[-1] in " ".join(label.text() for label in conflict.findChildren(PlainLabel))
    assert len(agent.asked("customer.change")) == 1
    assert box(window, NAMES[0]).isChecked()


def test_a_page_that_fails_after_the_saving_leaves_what_was_typed(opened: Open) -> None:
    window, agent = opened(
        customer__load=[first()],
        customer__more=[*PAGES, failure(ErrorCode.OFFLINE), *PAGES],
        customer__change=[first('"2"', invoice_email="nowe@klosowska.example")],
    )
    group(window, "Dane dodatkowe firmy")
    fill(window, "e-mail do faktury", "nowe@klosowska.example")
    save(window, "R2-N")
    assert line(window, "e-mail do faktury").text() == "nowe@klosowska.example"
    assert find(window, QAbstractButton, "Zmień dane firmy").isEnabled()
    press(window, "Ponów")
    wait_until(lambda: "R2-N" not in said(window) and "Zapisuję" not in said(window), what="the second answer")
    assert len(agent.asked("customer.change")) == 2
