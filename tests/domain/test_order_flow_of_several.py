"""The order form of several programs, the edits from its summary, and what this computer and the shop add to it, without Qt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from r2_renewal.domain.company import Company, Difference, Holder, differences
from r2_renewal.domain.consent import Document, give
from r2_renewal.domain.contact import ContactProblem, ContactVerdict
from r2_renewal.domain.draft import Draft, DraftItem, draft_of, draft_of_order, resumed
from r2_renewal.domain.offer import Offer, ServiceKind
from r2_renewal.domain.order import Order, Orderer, OrderState
from r2_renewal.domain.order_days import paid_days, saved_days
from r2_renewal.domain.order_flow import Field, OrderFlow, Reason, Step, start
from r2_renewal.domain.order_service import MOST_PROGRAMS
from r2_renewal.domain.text_changes import Change, changes
from r2_renewal.domain.withdrawal_right import begins_early, last_calm_day
from tests.domain.test_order_flow import ANNA, at_invoice, at_summary, judged, reasons
from tests.samples import (
    COMPANY,
    EXTENSION,
    NOW,
    OTHER_PROGRAM,
    OTHER_SUBSCRIPTION,
    PROGRAM,
    SUBSCRIPTION,
    TODAY,
    draft_for,
    line_for,
    order_of,
    quote_for,
    quote_of,
    storefront,
    two_programs,
)

BOTH = quote_of([line_for(SUBSCRIPTION), line_for(OTHER_SUBSCRIPTION)])


def both() -> OrderFlow:
    shop = two_programs()
    return start(shop, shop.basket)


def both_priced() -> OrderFlow:
    return both().choose_kind(ServiceKind.SUBSCRIPTION).priced(BOTH)


def both_at_summary() -> OrderFlow:
    flow = judged(both_priced().next().confirm_company(True).type_orderer(ANNA))
    return flow.next().next().consent(True).next()


# Several programs


def test_a_subscription_is_chosen_for_every_program_with_one_click() -> None:
    flow = both().choose_kind(ServiceKind.SUBSCRIPTION)
    assert [item.offer for item in flow.items] == [SUBSCRIPTION, OTHER_SUBSCRIPTION]
    assert flow.service.wanted == {"lic-1": "sub-50", "lic-2": "sub-k-50"}


def test_one_price_is_for_all_of_them() -> None:
    assert both_priced().quote == BOTH
    assert both().choose_kind(ServiceKind.SUBSCRIPTION).priced(quote_for(SUBSCRIPTION)).quote is None


def test_each_program_has_its_own_consent() -> None:
    flow = both_at_summary()
    order = flow.confirm("key-1").confirmed_order()
    assert list(order.consents) == ["lic-1", "lic-2"]
    for licence_id, text in flow.consent_texts.items():
        assert order.consents[licence_id] == give(flow.storefront.consent, text)
    assert "R2płatnik" in flow.consent_texts["lic-1"]
    assert "R2księga" in flow.consent_texts["lic-2"]
    assert flow.consent_text == "\n\n".join(flow.consent_texts.values())


def test_a_program_that_cannot_be_had_so_says_so_and_can_be_left_out() -> None:
    flow = both().choose_kind(ServiceKind.EXTENSION).choose_offer("lic-1", EXTENSION)
    (problem,) = flow.problems(Step.SERVICE)
    assert (problem.field, problem.reason, problem.licence_id) == (Field.OFFER, Reason.NOT_OFFERED, "lic-2")
    assert flow.service.wanted == {}
    without = flow.leave_out("lic-2", True)
    assert without.service.wanted == {"lic-1": "ext-100"}
    assert without.priced(quote_for(EXTENSION)).problems(Step.SERVICE) == ()


def test_an_extension_wants_a_limit_of_each_program() -> None:
    flow = both().choose_kind(ServiceKind.EXTENSION)
    found = [(problem.reason, problem.licence_id) for problem in flow.problems(Step.SERVICE)]
    assert found == [(Reason.EMPTY, "lic-1"), (Reason.NOT_OFFERED, "lic-2")]


def test_leaving_out_and_taking_back_drop_price_and_consent() -> None:
    flow = both_at_summary()
    without = flow.leave_out("lic-2", True)
    assert (without.quote, without.consent_given) == (None, False)
    back = without.leave_out("lic-2", False)
    assert back.service.wanted == flow.service.wanted
    assert flow.leave_out("lic-2", False) is flow


def test_an_order_of_no_program_is_none() -> None:
    flow = both_priced().leave_out("lic-1", True).leave_out("lic-2", True)
    assert reasons(flow, Step.SERVICE) == [(Field.PROGRAMS, Reason.EMPTY)]
    assert flow.service.wanted == {}


def test_more_programs_than_the_shop_takes_are_said() -> None:
    shop = storefront()
    entries = tuple(
        replace(shop.basket[0], program=PROGRAM._replace(licence_id=f"lic-{number}"))
        for number in range(MOST_PROGRAMS + 1)
    )
    offers = tuple(replace(SUBSCRIPTION, licence_id=entry.program.licence_id) for entry in entries)
    flow = start(replace(shop, offers=offers), entries, ServiceKind.SUBSCRIPTION)
    assert reasons(flow, Step.SERVICE) == [(Field.PROGRAMS, Reason.TOO_MANY)]
    assert flow.service.wanted == {}
    assert reasons(flow.leave_out("lic-0", True), Step.SERVICE) == [(Field.QUOTE, Reason.EMPTY)]


def test_the_shop_takes_as_many_programs_as_a_form_holds() -> None:
    from r2_renewal.contract.structs import MOST_LINES

    assert MOST_PROGRAMS == MOST_LINES


def test_further_programs_begin_the_form_at_its_first_page() -> None:
    shop = two_programs()
    flow = replace(at_summary(), storefront=shop)
    joined = flow.add(shop.basket)
    assert joined.licence_ids == ("lic-1", "lic-2")
    assert (joined.step, joined.quote, joined.consent_given) == (Step.SERVICE, None, False)
    assert joined.items[1].offer == OTHER_SUBSCRIPTION
    assert joined.orderer == ANNA
    assert joined.add(shop.basket[:1]) is joined
    assert not flow.edit(Step.ORDERER).add(shop.basket).is_editing


def test_what_the_shop_has_of_further_programs_changes_nothing_until_they_are_added() -> None:
    shop = two_programs()
    alone = replace(shop, basket=shop.basket[:1], offers=(SUBSCRIPTION, EXTENSION))
    priced = start(alone, alone.basket).choose_kind(ServiceKind.SUBSCRIPTION).priced(quote_for(SUBSCRIPTION))
    confirmed = priced.confirm("key-1")
    stocked = confirmed.stocked(replace(shop, basket=shop.basket[::-1]))
    assert replace(stocked, storefront=confirmed.storefront) == confirmed
    assert stocked.storefront.basket == shop.basket
    assert stocked.storefront.offers == (SUBSCRIPTION, EXTENSION, OTHER_SUBSCRIPTION)
    assert stocked.add(shop.basket).service.wanted == {"lic-1": "sub-50", "lic-2": "sub-k-50"}
    assert stocked.stocked(shop) == stocked


def test_a_program_that_was_left_out_comes_back_when_it_is_ordered_again() -> None:
    flow = both().leave_out("lic-2", True)
    assert not flow.add(flow.entries).items[1].is_left_out
    assert both().add(both().entries).items == both().items


def test_several_subscriptions_to_choose_from_are_chosen_by_nobody_but_the_user() -> None:
    larger = replace(SUBSCRIPTION, offer_id="sub-100")
    shop = replace(storefront(), offers=(SUBSCRIPTION, larger))
    flow = start(shop, shop.basket[:1], ServiceKind.SUBSCRIPTION)
    assert flow.items[0].offer is None
    assert reasons(flow, Step.SERVICE) == [(Field.OFFER, Reason.EMPTY)]
    assert flow.choose_offer("lic-1", larger).items[0].offer == larger


def test_an_order_knows_its_line_of_each_program() -> None:
    order: Order = order_of(BOTH)
    line = order.line_of("lic-2")
    assert line is not None
    assert line.program == "R2księga"
    assert order.line_of("lic-3") is None


# Drafts of several


def test_a_draft_keeps_each_programs_choice() -> None:
    flow = both().choose_kind(ServiceKind.EXTENSION).choose_offer("lic-1", EXTENSION).leave_out("lic-2", True)
    draft = draft_of(flow)
    assert draft.items == (DraftItem("lic-1", "ext-100"), DraftItem("lic-2", "", is_left_out=True))
    again = resumed(both(), draft)
    assert again.items == flow.items


def test_going_on_from_one_program_brings_the_others_back() -> None:
    shop = two_programs()
    again = resumed(start(shop, shop.basket[1:]), draft_of(both_priced()))
    assert set(again.licence_ids) == {"lic-1", "lic-2"}
    assert set(again.service.wanted) == {"lic-1", "lic-2"}


def test_a_program_that_is_ordered_meanwhile_stays_out_of_the_form() -> None:
    shop = two_programs()
    ordered = replace(shop.basket[0], open_order=order_of(quote_for(SUBSCRIPTION)))
    shop = replace(shop, basket=(ordered, shop.basket[1]))
    again = resumed(start(shop, shop.basket[1:]), draft_of(both_priced()))
    assert again.licence_ids == ("lic-2",)


def test_a_confirmed_order_of_several_gives_back_all_of_them() -> None:
    given_back = draft_of_order(both_at_summary().confirm("key").confirmed_order())
    assert given_back.licence_ids == ("lic-1", "lic-2")


def test_a_draft_of_an_earlier_version_becomes_one_of_its_program() -> None:
    old = Draft(ServiceKind.EXTENSION, "ext-100")
    assert old.of_today(("lic-1",)) == draft_for(ServiceKind.EXTENSION, "ext-100")
    assert draft_for(ServiceKind.EXTENSION, "ext-100").of_today(("lic-9",)).licence_ids == ("lic-1",)


# Edits from the summary


@pytest.mark.parametrize("step", [Step.SERVICE, Step.INVOICE, Step.ORDERER, Step.CONSENT])
def test_every_page_is_edited_from_the_summary_and_leads_back(step: Step) -> None:
    flow = at_summary().confirm("key-1").edit(step)
    assert (flow.step, flow.is_editing, flow.key) == (step, True, "key-1")
    back = flow.next()
    assert (back.step, back.is_editing) == (Step.SUMMARY, False)


def test_only_the_summary_leads_to_an_edit() -> None:
    invoice = at_invoice()
    assert invoice.edit(Step.SERVICE) is invoice
    summary = at_summary()
    assert summary.edit(Step.SUMMARY) is summary


def test_an_edit_that_takes_the_consent_back_leads_by_the_consent() -> None:
    flow = at_summary().edit(Step.INVOICE).type_invoice_email("inny@klosowska.example")
    assert flow.next() is flow  # not judged yet
    address = ContactVerdict(None, "inny@klosowska.example", "inny@klosowska.example")
    there = flow.judged(Field.INVOICE_EMAIL, "inny@klosowska.example", address).next()
    assert (there.step, there.is_editing) == (Step.CONSENT, True)
    assert there.next() is there
    assert there.consent(True).next().step is Step.SUMMARY


def test_another_service_leads_by_its_price_and_the_consent() -> None:
    flow = at_summary().edit(Step.SERVICE).choose_kind(ServiceKind.EXTENSION)
    assert flow.next() is flow
    priced = flow.choose_offer("lic-1", EXTENSION).priced(quote_for(EXTENSION))
    assert priced.next().step is Step.CONSENT


def test_the_way_back_from_an_edit_is_still_an_edit() -> None:
    flow = at_summary().edit(Step.ORDERER).back()
    assert (flow.step, flow.is_editing) == (Step.INVOICE, True)
    assert flow.next().step is Step.SUMMARY


def test_what_the_shop_refused_is_mended_and_leads_back_to_the_summary() -> None:
    flow = at_summary().confirm("key-1").refuse(Field.PHONE)
    assert (flow.step, flow.is_editing) == (Step.ORDERER, True)
    mended = flow.type_orderer(replace(ANNA, phone="601 234 568"))
    phone = ContactVerdict(None, "+48601234568", "+48 601 234 568")
    assert mended.judged(Field.PHONE, "601 234 568", phone).next().step is Step.SUMMARY


def test_two_fields_refused_on_two_pages_are_mended_one_after_the_other() -> None:
    flow = at_summary().refuse(Field.INVOICE_EMAIL, Field.FIRST_NAME)
    assert flow.step is Step.INVOICE
    mended = flow.type_invoice_email("inny@klosowska.example")
    address = ContactVerdict(None, "inny@klosowska.example", "inny@klosowska.example")
    there = mended.judged(Field.INVOICE_EMAIL, "inny@klosowska.example", address).next()
    assert (there.step, there.is_editing) == (Step.ORDERER, True)


# What the shop changed


def test_a_changed_price_remembers_the_one_that_was_seen_until_it_is_confirmed_anew() -> None:
    first, second = quote_for(SUBSCRIPTION, net="500.00"), quote_for(SUBSCRIPTION, net="600.00")
    flow = at_summary().repriced(first).repriced(second)
    assert flow.before.quote == quote_for(SUBSCRIPTION)
    assert flow.quote == second
    assert flow.consent(True).next().confirm("key-2").before.quote is None


def test_the_same_price_once_more_is_confirmed_anew_too() -> None:
    flow = at_summary().confirm("key-1").repriced(quote_for(SUBSCRIPTION))
    assert (flow.step, flow.consent_given, flow.key) == (Step.CONSENT, False, "")


def test_a_changed_text_remembers_the_one_that_was_read() -> None:
    flow = at_summary()
    read = flow.storefront.consent
    again = flow.reworded(Document("auto_renewal", "2", "Zgoda", "Druga.")).reworded(
        Document("auto_renewal", "3", "Zgoda", "Trzecia.")
    )
    assert again.before.consent == read
    assert again.consent(True).confirm("key-2").before.consent is None


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Raz. Dwa.", "Raz. Dwa.", ()),
        ("Raz. Dwa. Trzy.", "Raz. Cztery. Trzy.", (Change("Dwa.", "Cztery."),)),
        ("Raz.", "Raz. Dwa.", (Change("", "Dwa."),)),
        ("Raz. Dwa.", "Dwa.", (Change("Raz.", ""),)),
        ("Na 2 lata, np. na ul. 3 Maja. Źle?", "Na 2 lata, np. na ul. 3 Maja. Dobrze?", (Change("Źle?", "Dobrze?"),)),
    ],
)
def test_changes_are_told_sentence_by_sentence(old: str, new: str, found: tuple[Change, ...]) -> None:
    assert changes(old, new) == found


def test_what_the_shop_has_no_late_word_changes() -> None:
    ordered = at_summary().confirm("key-1").received(order_of(quote_for(SUBSCRIPTION)))
    assert ordered.repriced(quote_for(SUBSCRIPTION, net="500.00")) is ordered
    assert ordered.reworded(Document("auto_renewal", "2", "Zgoda", "Druga.")) is ordered
    assert ordered.refuse(Field.PHONE) is ordered


# Early start and declaration


def with_start(day: date) -> OrderFlow:
    line = replace(line_for(SUBSCRIPTION), period_from=day)
    return replace(at_summary(), service=replace(at_summary().service, quote=quote_of([line])))


@pytest.mark.parametrize(("days", "asks"), [(0, True), (14, True), (15, False), (31, False)])
def test_the_early_start_is_asked_for_only_within_the_14_days(days: int, asks: bool) -> None:
    assert with_start(TODAY + timedelta(days=days)).asks_early_start is asks


def test_the_14_days_are_counted_by_the_shops_calendar_and_not_from_when_eshop_was_loaded() -> None:
    flow = with_start(TODAY + timedelta(days=15))
    quote = flow.quote
    assert quote is not None
    told_a_day_later = replace(quote, told_on=TODAY + timedelta(days=1))
    assert not flow.asks_early_start
    assert flow.repriced(told_a_day_later).asks_early_start
    # Whatever the calendar of the PC on which eSklep was loaded.
    for fetched_at in (NOW - timedelta(days=400), NOW + timedelta(days=400)):
        astray = replace(flow, storefront=replace(flow.storefront, fetched_at=fetched_at))
        assert not astray.asks_early_start
        assert astray.repriced(told_a_day_later).asks_early_start


@pytest.mark.parametrize("days", [-40, 0, 14, 15, 16, 31])
def test_the_last_calm_day_is_the_last_on_which_an_order_begins_nothing_early(days: int) -> None:
    first_days = [TODAY + timedelta(days=days), TODAY + timedelta(days=100)]
    calm = last_calm_day(first_days)
    assert not begins_early(first_days, calm)
    assert begins_early(first_days, calm + timedelta(days=1))


def test_nothing_starts_early_before_there_is_a_price() -> None:
    assert not both().asks_early_start


@pytest.mark.parametrize(("days", "sent"), [(0, True), (31, False)])
def test_an_early_start_is_sent_only_where_it_was_asked_for(days: int, sent: bool) -> None:
    flow = with_start(TODAY + timedelta(days=days)).request_early_start(True).confirm("key")
    assert flow.confirmed_order().early_start is sent


def test_declaring_drops_the_key_and_gates_nothing() -> None:
    flow = at_summary().confirm("key-1")
    declared = flow.declare_professional(True)
    assert (declared.key, flow.request_early_start(True).key) == ("", "")
    assert declared.confirm("k").confirmed_order().is_professional
    assert not flow.confirmed_order().is_professional


def test_another_price_takes_the_early_start_back() -> None:
    flow = with_start(TODAY).request_early_start(True)
    assert not flow.repriced(quote_for(SUBSCRIPTION, net="500.00")).early_start


# What this computer knows


def test_the_remembered_person_is_filled_in_where_nobody_was_typed() -> None:
    holder = Holder("Firma", COMPANY.nip)
    flow = both().opened_for(holder, ANNA)
    assert (flow.orderer, flow.remembered, flow.holder) == (ANNA, ANNA, holder)
    typed = both().type_orderer(Orderer(first_name="Ewa")).opened_for(None, ANNA)
    assert (typed.orderer.first_name, typed.remembered) == ("Ewa", ANNA)
    assert both().opened_for(None, None).orderer == Orderer()


def test_asking_to_be_remembered_is_no_part_of_the_order() -> None:
    flow = at_summary().confirm("key-1").remember(True)
    assert (flow.remember_me, flow.key) == (True, "key-1")
    assert draft_of(flow) == draft_of(at_summary())
    assert (flow.kept(ANNA).remember_me, flow.kept(ANNA).remembered, flow.kept(None).remembered) == (False, ANNA, None)


def test_a_draft_goes_before_the_remembered_person_and_an_empty_one_does_not() -> None:
    fresh = both().opened_for(None, ANNA)
    assert resumed(fresh, draft_for(orderer=Orderer(first_name="Ewa"))).orderer.first_name == "Ewa"
    assert resumed(fresh, draft_for()).orderer == ANNA


@pytest.mark.parametrize(
    ("holder", "found"),
    [
        (None, ()),
        (Holder(COMPANY.name, COMPANY.nip), ()),
        (Holder("  biuro rachunkowe KŁOSOWSKA sp.  z o.o.", "PL 526-283-15-03"), ()),
        (Holder("Inna", COMPANY.nip), (Difference("Nazwa firmy", COMPANY.name, "Inna"),)),
        (
            Holder("Inna", "8992390846"),
            (Difference("NIP", "526-283-15-03", "899-239-08-46"), Difference("Nazwa firmy", COMPANY.name, "Inna")),
        ),
    ],
)
def test_what_record_and_licence_say_otherwise_is_found(holder: Holder | None, found: tuple[Difference, ...]) -> None:
    company: Company = COMPANY
    assert differences(company, holder) == found


# Days


@pytest.mark.parametrize(
    ("today", "saved"), [(TODAY, 30), (date(2026, 12, 21), 1), (date(2026, 12, 22), 0), (date(2026, 12, 30), 0)]
)
def test_the_days_that_are_not_lost_are_those_left(today: date, saved: int) -> None:
    assert saved_days(PROGRAM, line_for(SUBSCRIPTION), today) == saved


def test_an_ended_subscription_begins_today_and_saves_nothing() -> None:
    line = replace(line_for(SUBSCRIPTION), period_from=TODAY)
    assert saved_days(PROGRAM, line, TODAY) == 0
    assert saved_days(OTHER_PROGRAM, line_for(OTHER_SUBSCRIPTION), TODAY) == 129


def test_an_extension_pays_for_the_days_from_today_to_the_end() -> None:
    assert paid_days(line_for(EXTENSION)) == 31
    assert saved_days(PROGRAM, line_for(EXTENSION), TODAY) == 0


def test_a_withdrawn_order_is_over() -> None:
    assert order_of(BOTH, OrderState.WITHDRAWN).state.is_final


def test_an_invalid_person_is_refused_on_every_way() -> None:
    flow = at_summary().edit(Step.ORDERER).type_orderer(replace(ANNA, email="anna@"))
    refused = flow.judged(Field.EMAIL, "anna@", ContactVerdict(ContactProblem.INVALID))
    assert reasons(refused, Step.ORDERER) == [(Field.EMAIL, Reason.INVALID)]
    assert refused.next() is refused
    offer: Offer = SUBSCRIPTION
    assert refused.choose_offer("lic-1", offer) is refused


def test_what_nobody_sees_in_a_pasted_name_is_no_name_and_is_not_sent() -> None:
    flow = at_invoice().confirm_company(True)
    unseen = flow.type_orderer(Orderer("\u200b\u202e", " \u00ad\t", "601234567", "anna@firma.pl"))
    nobody = [(Field.FIRST_NAME, Reason.EMPTY), (Field.LAST_NAME, Reason.EMPTY)]
    assert reasons(unseen, Step.ORDERER) == nobody
    pasted = flow.type_orderer(Orderer("\u202aAnna\u00a0Maria\u202c", "Kło\u00adsow\u200bska\u2028", "1", "2"))
    names = pasted.contacts.settled_orderer
    assert (names.first_name, names.last_name) == ("Anna Maria", "Kłosowska")


def test_a_name_too_long_for_the_shop_is_said() -> None:
    flow = at_summary().type_orderer(replace(ANNA, last_name="K" * 81))
    assert reasons(flow, Step.ORDERER) == [(Field.LAST_NAME, Reason.TOO_LONG)]
    assert reasons(flow.type_orderer(replace(ANNA, last_name="K" * 80)), Step.ORDERER) == []
    assert flow.service.item("lic-1") == flow.items[0]
