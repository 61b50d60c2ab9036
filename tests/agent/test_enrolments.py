"""An accounting office's account through the agent at the real shop: hundreds of automatic renewals, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from r2_renewal.agent.protocol import ChangeParams, Event, Method, PageParams
from r2_renewal.domain.account import CustomerChange, CustomerRecord
from r2_renewal.domain.account_form import fresh
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.reference_shop.folder import settings_of
from r2_renewal.reference_shop.programs import MOST_PROGRAMS
from r2_renewal.reference_shop.seed import LICENCE_ID
from r2_renewal.reference_shop.shop import opened
from r2_renewal.reference_shop.tables import LicenceRow
from r2_renewal.store.reminder_memory import recall
from tests.agent.conversation import Conversation, Hosts
from tests.agent.test_account_calls import NEW, agent, change, customer, real_hosts, reference, refused
from tests.agent.test_with_reference_shop import ShopProcess

__all__ = ["agent", "real_hosts", "reference"]
OWNED = 450


@pytest.fixture
def office(reference: ShopProcess, agent: Conversation) -> Conversation:
    """An account of hundreds of programs, its own R2płatnik behind all of them."""
    with opened(settings_of(reference.prepared.folder)) as shop, shop.database.writing() as session:
        known = session.get_one(LicenceRow, LICENCE_ID)
        values = {column.name: getattr(known, column.name) for column in LicenceRow.__table__.c}
        session.add_all(
            LicenceRow(**{**values, "id": f"L-{number:04}", "name": f"R2faktury {number:04}"})
            for number in range(OWNED)
        )
    return agent


def whole(agent: Conversation, record: CustomerRecord) -> CustomerRecord:
    while record.next:
        page = agent.call(Method.CUSTOMER_MORE, PageParams(cursor=record.next))
        record = replace(record, enrolments=record.enrolments + page.enrolments, next=page.next)
    return record


def test_the_rest_comes_by_its_cursor_each_program_once(office: Conversation) -> None:
    first = customer(office).record
    assert len(first.enrolments) == MOST_PROGRAMS
    gathered = whole(office, first)
    assert len({entry.licence_id for entry in gathered.enrolments}) == len(gathered.enrolments) == OWNED + 3
    assert LICENCE_ID not in {entry.licence_id for entry in first.enrolments}


def test_this_computers_program_is_heard_of_on_whichever_page_it_stands(
    office: Conversation, real_hosts: Hosts
) -> None:
    result = customer(office)
    form = fresh(whole(office, result.record), result.consent)
    saved = change(office, form.consent(LICENCE_ID, True).change()).record
    assert recall(real_hosts.state_dir, LICENCE_ID).enrolled
    office.wait_for(lambda event, _: event is Event.ENROLMENT_TOLD)
    assert LICENCE_ID not in {entry.licence_id for entry in saved.enrolments}


def test_a_consent_given_on_the_panel_is_heard_of_with_its_page(
    office: Conversation, real_hosts: Hosts, reference: ShopProcess
) -> None:
    first = customer(office).record
    assert not recall(real_hosts.state_dir, LICENCE_ID).enrolled
    with opened(settings_of(reference.prepared.folder)) as shop, shop.database.writing() as session:
        session.get_one(LicenceRow, LICENCE_ID).auto_renewal = True
    whole(office, first)
    assert recall(real_hosts.state_dir, LICENCE_ID).enrolled


def test_a_change_on_a_late_page_is_known_as_done_when_it_is_sent_again(office: Conversation) -> None:
    result = customer(office)
    wanted = fresh(whole(office, result.record), result.consent).consent(LICENCE_ID, True).change()
    first = change(office, wanted).record
    assert change(office, wanted).record == first
    assert next(entry for entry in whole(office, first).enrolments if entry.licence_id == LICENCE_ID).auto_renewal


def test_somebody_elses_data_come_back_with_the_way_to_the_rest_of_them(office: Conversation) -> None:
    stale = customer(office).record.tag
    change(office, CustomerChange(stale, NEW))
    error = refused(
        office, Method.CUSTOMER_CHANGE, ChangeParams(change=CustomerChange(stale, "moje@klosowska.example"))
    )
    assert error.data.code == ErrorCode.CUSTOMER_CHANGED.value
    assert error.data.customer is not None
    assert len(whole(office, error.data.customer).enrolments) == OWNED + 3
