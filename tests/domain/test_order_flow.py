"""The order form as a state machine, walked without a window: every way forward, back, and every refusal."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from r2_renewal.domain.consent import Document
from r2_renewal.domain.contact import ContactProblem, ContactVerdict
from r2_renewal.domain.draft import draft_of, resumed
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer, OrderState
from r2_renewal.domain.order_flow import Field, FieldProblem, OrderFlow, Reason, Step, start
from r2_renewal.domain.recipient import Recipient, is_internal_id
from tests.samples import COMPANY, EXTENSION, SUBSCRIPTION, order_of, quote_for, storefront

ANNA = Orderer("Anna", "Kłosowska", "601 234 567", "anna@klosowska.example")
EMAIL = ContactVerdict(None, "faktury@klosowska.example", "faktury@klosowska.example")
PHONE = ContactVerdict(None, "+48601234567", "+48 601 234 567")
PERSON = ContactVerdict(None, "anna@klosowska.example", "anna@klosowska.example")


def fresh() -> OrderFlow:
    shop = storefront()
    return start(shop, shop.basket[:1])


def judged(flow: OrderFlow) -> OrderFlow:
    for field, verdict in ((Field.INVOICE_EMAIL, EMAIL), (Field.PHONE, PHONE), (Field.EMAIL, PERSON)):
        flow = flow.judged(field, flow.contacts.text_of(field), verdict)
    return flow


def at_invoice() -> OrderFlow:
    return fresh().choose_kind(ServiceKind.SUBSCRIPTION).priced(quote_for(SUBSCRIPTION)).next()


def at_summary() -> OrderFlow:
    flow = judged(at_invoice().confirm_company(True).type_orderer(ANNA))
    return flow.next().next().consent(True).next()


def reasons(flow: OrderFlow, step: Step) -> list[tuple[Field, Reason]]:
    return [(problem.field, problem.reason) for problem in flow.problems(step)]


def test_nothing_is_preselected_in_a_fresh_form() -> None:
    flow = fresh()
    assert (flow.kind, flow.items[0].offer, flow.quote, flow.offers_for("lic-1")) == (None, None, None, ())
    boxes = (flow.company_confirmed, flow.consent_given, flow.early_start, flow.is_professional, flow.remember_me)
    assert not any(boxes)
    assert (flow.step, flow.is_editing, flow.key) == (Step.SERVICE, False, "")


def test_a_service_already_clicked_is_the_only_preselection() -> None:
    shop = storefront()
    flow = start(shop, shop.basket[:1], ServiceKind.SUBSCRIPTION)
    assert flow.kind is ServiceKind.SUBSCRIPTION
    assert flow.items[0].offer == SUBSCRIPTION


def test_an_extension_is_never_preselected() -> None:
    flow = fresh().choose_kind(ServiceKind.EXTENSION)
    assert flow.items[0].offer is None
    assert reasons(flow, Step.SERVICE) == [(Field.OFFER, Reason.EMPTY)]


def test_the_whole_way_forward_gives_the_order_that_was_shown() -> None:
    flow = at_summary()
    assert flow.step is Step.SUMMARY
    order = flow.confirm("key-1").confirmed_order()
    assert order.key == "key-1"
    assert order.nip == "5262831503"
    assert order.quote == quote_for(SUBSCRIPTION)
    assert order.orderer == Orderer("Anna", "Kłosowska", "+48601234567", "anna@klosowska.example")
    assert order.consents
    assert order.consents["lic-1"].text == flow.consent_text
    assert order.consents["lic-1"].sha256 == hashlib.sha256(flow.consent_text.encode()).hexdigest()


def test_all_the_way_back_and_forward_keeps_what_was_typed() -> None:
    flow = at_summary()
    there = flow.back().back().back().back()
    assert there.step is Step.SERVICE
    assert there.back() == there
    again = there.next().next().next().next()
    assert replace(again, step=Step.SERVICE) == there
    assert again.step is Step.SUMMARY


def test_the_page_is_not_left_without_a_kind_an_offer_or_a_price() -> None:
    flow = fresh()
    assert reasons(flow.next(), Step.SERVICE) == [(Field.KIND, Reason.EMPTY)]
    waiting = flow.choose_kind(ServiceKind.SUBSCRIPTION)
    assert waiting.next().step is Step.SERVICE
    assert reasons(waiting, Step.SERVICE) == [(Field.QUOTE, Reason.EMPTY)]


def test_a_price_for_another_offer_comes_too_late() -> None:
    flow = fresh().choose_kind(ServiceKind.SUBSCRIPTION)
    assert flow.priced(quote_for(EXTENSION)) == flow


def test_another_kind_or_offer_drops_price_and_consent() -> None:
    flow = at_summary().choose_kind(ServiceKind.EXTENSION)
    assert flow.quote is None
    assert not flow.consent_given
    chosen = flow.choose_offer("lic-1", EXTENSION)
    assert chosen.items[0].offer == EXTENSION
    assert chosen.priced(quote_for(EXTENSION)).choose_offer("lic-1", EXTENSION).quote is not None


def test_choosing_the_same_kind_again_changes_nothing() -> None:
    flow = at_summary()
    assert flow.choose_kind(ServiceKind.SUBSCRIPTION) is flow


@pytest.mark.parametrize(
    ("nip", "reason"),
    [
        ("", Reason.EMPTY),
        ("526283150", Reason.LENGTH),
        ("52628I1503", Reason.CHARACTERS),
        ("5262831504", Reason.CHECKSUM),
    ],
)
def test_a_wrong_nip_on_record_stops_the_order(nip: str, reason: Reason) -> None:
    flow = at_invoice().confirm_company(True)
    wrong = replace(flow, storefront=replace(flow.storefront, company=replace(COMPANY, nip=nip)))
    assert reasons(judged(wrong), Step.INVOICE) == [(Field.NIP, reason)]
    assert judged(wrong).next().step is Step.INVOICE


def test_the_invoice_page_wants_confirmation_and_an_address() -> None:
    flow = at_invoice().type_invoice_email("  ")
    assert reasons(flow, Step.INVOICE) == [(Field.COMPANY_CONFIRMED, Reason.EMPTY), (Field.INVOICE_EMAIL, Reason.EMPTY)]


def test_an_address_without_a_verdict_keeps_the_page_until_it_is_judged() -> None:
    flow = at_invoice().confirm_company(True)
    assert flow.unjudged(Step.INVOICE) == (Field.INVOICE_EMAIL,)
    assert flow.next().step is Step.INVOICE
    assert flow.judged(Field.INVOICE_EMAIL, flow.contacts.invoice_email, EMAIL).next().step is Step.ORDERER


@pytest.mark.parametrize("problem", [ContactProblem.INVALID, ContactProblem.SEVERAL])
def test_a_refused_address_is_a_problem_until_it_is_typed_anew(problem: ContactProblem) -> None:
    flow = at_invoice().confirm_company(True).type_invoice_email("a@b, c@d")
    refused = flow.judged(Field.INVOICE_EMAIL, "a@b, c@d", ContactVerdict(problem))
    assert reasons(refused, Step.INVOICE) == [(Field.INVOICE_EMAIL, Reason(problem.value))]
    assert reasons(refused.type_invoice_email("a@b.pl"), Step.INVOICE) == []


def test_the_orderer_page_names_each_missing_field_in_order() -> None:
    flow = judged(at_invoice().confirm_company(True)).next()
    assert [problem.field for problem in flow.problems(Step.ORDERER)] == [
        Field.FIRST_NAME,
        Field.LAST_NAME,
        Field.PHONE,
        Field.EMAIL,
    ]


def test_consent_is_obligatory_unless_the_shop_says_otherwise() -> None:
    flow = at_summary().consent(False)
    assert reasons(flow, Step.CONSENT) == [(Field.CONSENT, Reason.EMPTY)]
    free = replace(flow, storefront=replace(flow.storefront, consent_required=False))
    assert reasons(free, Step.CONSENT) == []
    assert free.confirm("k").confirmed_order().consents == {}


def test_the_consent_text_names_the_judged_address_and_changes_with_it() -> None:
    flow = at_summary()
    assert "faktury@klosowska.example" in flow.consent_text
    changed = flow.type_invoice_email("ksiegowosc@klosowska.example")
    assert not changed.consent_given
    assert "ksiegowosc@klosowska.example" in changed.consent_text
    assert flow.type_invoice_email(flow.contacts.invoice_email) is flow


def test_there_is_no_consent_text_before_a_price() -> None:
    assert fresh().consent_text == ""


def test_the_summary_is_left_only_by_the_shops_receipt() -> None:
    flow = at_summary().confirm("key-1")
    assert flow.next() is flow
    received = flow.received(order_of(quote_for(SUBSCRIPTION)))
    assert received.step is Step.CONFIRMATION
    assert received.back() is received
    assert received.problems(Step.CONFIRMATION) == ()
    assert flow.problems(Step.CONFIRMATION) == (FieldProblem(Field.RECEIPT, Reason.EMPTY),)


def test_a_second_confirmation_of_the_same_content_keeps_the_first_key() -> None:
    flow = at_summary().confirm("key-1")
    assert flow.confirm("key-2").key == "key-1"


def test_any_edit_drops_the_key_of_the_confirmation() -> None:
    flow = at_summary().confirm("key-1")
    assert flow.confirm_company(True).key == ""
    assert flow.type_orderer(replace(ANNA, first_name="Ewa")).key == ""
    assert flow.consent(True).key == ""
    assert flow.type_orderer(ANNA).key == "key-1"


def test_a_new_price_goes_back_to_the_consent_unticked() -> None:
    flow = at_summary().confirm("key-1").repriced(quote_for(SUBSCRIPTION, net="500.00"))
    assert flow.step is Step.CONSENT
    assert not flow.consent_given
    assert flow.key == ""
    assert flow.quote == quote_for(SUBSCRIPTION, net="500.00")


def test_a_new_consent_text_is_read_and_given_anew() -> None:
    document = Document("auto_renewal", "2", "Zgoda", "Nowa treść dla {program}.")
    flow = at_summary().confirm("key-1").reworded(document)
    assert flow.step is Step.CONSENT
    assert flow.consent_text == "Nowa treść dla R2płatnik."
    assert (flow.consent_given, flow.key) == (False, "")
    assert flow.consent(True).confirm("key-2").confirmed_order().consents
    assert flow.consent(True).confirm("key-2").confirmed_order().consents["lic-1"].version == "2"


def test_fields_that_the_shop_refused_lead_back_to_their_first_page() -> None:
    flow = at_summary().confirm("key-1").refuse(Field.PHONE, Field.FIRST_NAME)
    assert flow.step is Step.ORDERER
    assert reasons(flow, Step.ORDERER) == [(Field.FIRST_NAME, Reason.REFUSED), (Field.PHONE, Reason.INVALID)]
    mended = flow.type_orderer(replace(ANNA, first_name="Ewa", phone="+48601234568"))
    assert reasons(mended, Step.ORDERER) == []


def test_a_refusal_of_no_known_field_stays_where_it_is() -> None:
    assert at_summary().refuse().step is Step.SUMMARY


def test_an_incomplete_form_cannot_become_an_order() -> None:
    with pytest.raises(ValueError, match="not complete"):
        at_summary().confirmed_order()
    with pytest.raises(ValueError, match="not complete"):
        at_invoice().confirm("key").confirmed_order()
    unjudged = at_summary().type_orderer(replace(ANNA, phone="601 234 568")).confirm("key")
    with pytest.raises(ValueError, match="not complete"):
        unjudged.confirmed_order()


def test_a_later_state_of_the_order_replaces_the_receipt() -> None:
    flow = at_summary().confirm("k").received(order_of(quote_for(SUBSCRIPTION)))
    done = flow.received(order_of(quote_for(SUBSCRIPTION), OrderState.FULFILLED))
    assert done.receipt is not None
    assert done.receipt.state is OrderState.FULFILLED


def test_a_receipt_that_comes_amid_an_edit_ends_it() -> None:
    editing = at_summary().confirm("k").edit(Step.ORDERER)
    received = editing.received(order_of(quote_for(SUBSCRIPTION)))
    assert (received.step, received.is_editing) == (Step.CONFIRMATION, False)


def test_shown_contacts_are_the_judged_ones_and_else_as_typed() -> None:
    flow = at_summary()
    assert flow.contacts.shown(Field.PHONE) == "+48 601 234 567"
    assert flow.type_orderer(replace(ANNA, phone=" 12 ")).contacts.shown(Field.PHONE) == "12"


# „Nabywca / Odbiorca"

SCHOOL = Recipient("rec_1", "Szkoła nr 3", "7010019252", "", "Szkolna 7", "00-950", "Warszawa")


def with_recipients() -> OrderFlow:
    shop = replace(storefront(), recipients=(SCHOOL,))
    return start(shop, shop.basket[:1])


def test_nobody_but_the_buyer_is_named_until_somebody_is_chosen() -> None:
    flow = with_recipients()
    assert (flow.recipient, flow.recipient_id) == (None, "")
    assert flow.choose_recipient("") is flow
    assert flow.choose_recipient("rec_1").recipient == SCHOOL


def test_another_recipient_takes_back_what_was_said_to_be_right_and_the_key() -> None:
    flow = replace(with_recipients().confirm_company(True), key="k")
    chosen = flow.choose_recipient("rec_1")
    assert (chosen.company_confirmed, chosen.key) == (False, "")


def test_a_recipient_that_the_shop_refused_is_refused_until_another_is_chosen() -> None:
    flow = with_recipients().choose_recipient("rec_1").confirm_company(True)
    refused = flow.refuse(Field.RECIPIENT)
    assert (Field.RECIPIENT, Reason.REFUSED) in reasons(refused, Step.INVOICE)
    assert (Field.RECIPIENT, Reason.REFUSED) not in reasons(refused.choose_recipient(""), Step.INVOICE)


def test_a_draft_brings_the_recipient_back_where_the_shop_still_has_it() -> None:
    draft = draft_of(with_recipients().choose_recipient("rec_1"))
    assert resumed(with_recipients(), draft).recipient == SCHOOL
    assert resumed(fresh(), draft).recipient_id == ""


def test_the_order_names_the_recipient_that_is_on_record_and_no_other() -> None:
    shop = replace(storefront(), recipients=(SCHOOL,))
    chosen = replace(at_summary(), storefront=shop, recipient_id="rec_1", key="k")
    assert chosen.confirmed_order().recipient_id == "rec_1"
    assert replace(chosen, storefront=storefront()).confirmed_order().recipient_id == ""


def test_a_recipients_line_tells_it_from_others() -> None:
    assert SCHOOL.line == "Szkoła nr 3, NIP 701-001-92-52, Szkolna 7, 00-950 Warszawa"
    assert Recipient("r", "Oddział", internal_id="5262831503-00018").line == "Oddział, IDWew 5262831503-00018"
    assert Recipient("r", "Żłobek", city="Łódź").line == "Żłobek, Łódź"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("5262831503-00018", True),
        ("5262831503-0018", False),
        ("7010019252-00018", False),
        ("5262831503-00018\n", False),
        ("", False),
    ],
)
def test_an_internal_identifier_is_the_buyers_nip_and_five_digits(text: str, is_one: bool) -> None:
    assert is_internal_id(text, "5262831503") is is_one


def test_a_name_that_could_be_an_address_of_a_page_is_said_to_hold_characters_of_none() -> None:
    flow = at_invoice().type_orderer(replace(ANNA, last_name="http://example.com/x"))
    assert (Field.LAST_NAME, Reason.CHARACTERS) in reasons(flow, Step.ORDERER)
