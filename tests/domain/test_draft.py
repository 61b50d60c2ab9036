"""The draft of an order form: what is kept, what never is, and what the form looks like when it comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.domain.draft import LONGEST_TEXT, Draft, draft_of, draft_of_order, resumed, shown_day
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.domain.order import Orderer
from r2_renewal.domain.order_flow import OrderFlow, Step, start
from tests.domain.test_order_flow import ANNA, at_summary, fresh
from tests.samples import EXTENSION, SUBSCRIPTION, draft_for, order_of, quote_for, storefront

TYPED = draft_for(ServiceKind.SUBSCRIPTION, "sub-50", "faktury@klosowska.example", ANNA, Step.SUMMARY)


def fresh_with(*offers: Offer) -> OrderFlow:
    shop = replace(storefront(), offers=offers)
    return start(shop, shop.basket[:1])


def test_what_was_chosen_and_typed_is_kept() -> None:
    assert draft_of(at_summary()) == TYPED


def test_an_untouched_form_has_nothing_of_the_customers() -> None:
    assert draft_of(fresh()) == draft_for(invoice_email="faktury@klosowska.example")


def test_a_receipt_adds_nothing() -> None:
    flow = at_summary().confirm("key").received(order_of(quote_for(SUBSCRIPTION)))
    assert draft_of(flow) == TYPED


def test_a_confirmed_order_gives_its_form_back() -> None:
    flow = at_summary().confirm("key-1")
    given_back = draft_of_order(flow.confirmed_order())
    assert (given_back.kind, given_back.items, given_back.step) == (TYPED.kind, TYPED.items, TYPED.step)
    assert given_back.orderer.last_name == ANNA.last_name


def test_the_form_comes_back_with_every_box_unticked_and_no_price() -> None:
    flow = resumed(fresh(), TYPED)
    assert (flow.kind, flow.items[0].offer, flow.orderer) == (ServiceKind.SUBSCRIPTION, SUBSCRIPTION, ANNA)
    assert not flow.company_confirmed
    assert not flow.consent_given
    assert flow.quote is None
    assert flow.key == ""
    assert flow.step is Step.SERVICE


@pytest.mark.parametrize(
    ("draft", "offers", "kind", "offer"),
    [
        (draft_for(ServiceKind.EXTENSION, "ext-100"), (SUBSCRIPTION, EXTENSION), ServiceKind.EXTENSION, EXTENSION),
        (draft_for(ServiceKind.EXTENSION, "ext-100"), (SUBSCRIPTION,), None, None),
        (draft_for(ServiceKind.EXTENSION, "ext-999"), (SUBSCRIPTION, EXTENSION), ServiceKind.EXTENSION, None),
        (draft_for(ServiceKind.EXTENSION), (EXTENSION,), ServiceKind.EXTENSION, None),
        # The only subscription on sale is what choosing „Abonament" means, whatever it was called.
        (draft_for(ServiceKind.SUBSCRIPTION, "gone"), (SUBSCRIPTION,), ServiceKind.SUBSCRIPTION, SUBSCRIPTION),
        (draft_for(ServiceKind.SUBSCRIPTION, "sub-50"), (), None, None),
        (draft_for(None, "sub-50"), (SUBSCRIPTION,), None, None),
    ],
)
def test_what_is_no_longer_offered_is_left_out(
    draft: Draft, offers: tuple[Offer, ...], kind: ServiceKind | None, offer: Offer | None
) -> None:
    flow = resumed(fresh_with(*offers), draft)
    assert (flow.kind, flow.items[0].offer) == (kind, offer)


def test_an_offer_for_another_program_is_none_for_this_one() -> None:
    foreign = replace(SUBSCRIPTION, licence_id="lic-2")
    assert resumed(fresh_with(foreign), TYPED).kind is None


def test_the_wish_of_the_reminder_gives_way_to_the_draft() -> None:
    shop = storefront()
    flow = resumed(start(shop, shop.basket[:1], ServiceKind.SUBSCRIPTION), draft_for(ServiceKind.EXTENSION, "ext-100"))
    assert (flow.kind, flow.items[0].offer) == (ServiceKind.EXTENSION, EXTENSION)


@pytest.mark.parametrize(
    ("saved_on", "text"),
    [(date(2026, 11, 22), "22.11."), (date(2026, 1, 2), "02.01."), (date(2025, 12, 31), "31.12.2025")],
)
def test_the_day_is_told_with_its_year_only_when_that_is_another(saved_on: date, text: str) -> None:
    assert shown_day(saved_on, date(2026, 11, 23)) == text


TEXTS = st.text(max_size=30)
ORDERERS = st.builds(Orderer, TEXTS, TEXTS, TEXTS, TEXTS)
CHOICES = st.sampled_from([(None, ""), (ServiceKind.SUBSCRIPTION, "sub-50"), (ServiceKind.EXTENSION, "ext-100")])


@given(choice=CHOICES, email=TEXTS, orderer=ORDERERS, step=st.sampled_from(Step))
def test_what_comes_back_is_what_was_kept(
    choice: tuple[ServiceKind | None, str], email: str, orderer: Orderer, step: Step
) -> None:
    draft = draft_for(*choice, email, orderer, step)
    again = draft_of(resumed(fresh(), draft))
    assert again == replace(draft, step=Step.SERVICE)


@given(text=st.text(alphabet=st.characters(), max_size=3 * LONGEST_TEXT))
def test_any_text_can_be_kept_within_its_bounds(text: str) -> None:
    kept = draft_of(fresh().type_orderer(Orderer(first_name=text))).orderer.first_name
    assert len(kept) == min(len(text), LONGEST_TEXT)
    assert kept.encode("utf-8").decode("utf-8") == kept
    if len(text) <= LONGEST_TEXT and not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert kept == text
