"""The order form walked at random, thousands of ways: whatever is done in whatever order, its promises hold at every step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from r2_renewal.domain.consent import Document
from r2_renewal.domain.contact import ContactProblem, ContactVerdict
from r2_renewal.domain.draft import draft_of, resumed
from r2_renewal.domain.offer import ServiceKind
from r2_renewal.domain.order import Orderer, OrderState
from r2_renewal.domain.order_flow import Field, OrderFlow, Step, start
from tests.samples import EXTENSION, OTHER_SUBSCRIPTION, SUBSCRIPTION, line_for, order_of, quote_of, two_programs

PAGES = (Step.SERVICE, Step.INVOICE, Step.ORDERER, Step.CONSENT)
OFFERS = {offer.offer_id: offer for offer in (SUBSCRIPTION, EXTENSION, OTHER_SUBSCRIPTION)}
EMAILS = ("", "a@b.pl", "a@b.pl, c@d.pl")
PHONES = ("", "601 234 567", "112")
VERDICTS = {
    "a@b.pl": ContactVerdict(None, "a@b.pl", "a@b.pl"),
    "a@b.pl, c@d.pl": ContactVerdict(ContactProblem.SEVERAL),
    "601 234 567": ContactVerdict(None, "+48601234567", "+48 601 234 567"),
    "112": ContactVerdict(ContactProblem.INVALID),
}


class Walk(RuleBasedStateMachine):
    """Everything that user and shop can do to a form. What was consented to and confirmed is written down beside it."""

    def __init__(self) -> None:
        super().__init__()
        shop = two_programs()
        self.flow = start(shop, shop.basket[:1])
        self.read = ""
        self.confirmed: object = None
        self.texts = 1

    def go(self, flow: OrderFlow) -> None:
        self.flow = flow

    # The user, wherever the page of it is open

    @precondition(lambda self: self.flow.step is Step.SERVICE)
    @rule(kind=st.sampled_from(ServiceKind))
    def choose_kind(self, kind: ServiceKind) -> None:
        self.go(self.flow.choose_kind(kind))

    @precondition(lambda self: self.flow.step is Step.SERVICE and self.flow.kind is ServiceKind.EXTENSION)
    @rule(wanted=st.booleans())
    def choose_limit(self, wanted: bool) -> None:
        self.go(self.flow.choose_offer("lic-1", EXTENSION if wanted else None))

    @precondition(lambda self: self.flow.step is Step.SERVICE)
    @rule(index=st.integers(0, 1), is_out=st.booleans())
    def leave_out(self, index: int, is_out: bool) -> None:
        licence_ids = self.flow.licence_ids
        self.go(self.flow.leave_out(licence_ids[index % len(licence_ids)], is_out))

    @precondition(lambda self: self.flow.receipt is None)
    @rule()
    def add_the_other(self) -> None:
        self.go(self.flow.add(self.flow.storefront.basket))

    @precondition(lambda self: self.flow.step is Step.INVOICE)
    @rule(text=st.sampled_from(EMAILS), confirmed=st.booleans())
    def fill_invoice(self, text: str, confirmed: bool) -> None:
        self.go(self.flow.type_invoice_email(text).confirm_company(confirmed))

    @precondition(lambda self: self.flow.step is Step.ORDERER)
    @rule(phone=st.sampled_from(PHONES), email=st.sampled_from(EMAILS), name=st.sampled_from(("", "Anna", "A" * 81)))
    def fill_orderer(self, phone: str, email: str, name: str) -> None:
        self.go(self.flow.type_orderer(Orderer(name, "Kłosowska", phone, email)))

    @precondition(lambda self: self.flow.step is Step.CONSENT)
    @rule(given=st.booleans())
    def consent(self, given: bool) -> None:
        self.go(self.flow.consent(given))
        self.read = self.flow.consent_text if given else ""

    @precondition(lambda self: self.flow.step is Step.SUMMARY)
    @rule(early=st.booleans(), professional=st.booleans())
    def declare(self, early: bool, professional: bool) -> None:
        self.go(self.flow.request_early_start(early).declare_professional(professional))

    @precondition(lambda self: self.flow.step is Step.SUMMARY)
    @rule(step=st.sampled_from(PAGES))
    def edit(self, step: Step) -> None:
        self.go(self.flow.edit(step))
        assert self.flow.step is step

    @precondition(lambda self: self.flow.step is Step.SERVICE and self.flow.kind is ServiceKind.SUBSCRIPTION)
    @rule()
    def hurry_to_the_summary(self) -> None:
        """Fill everything in as somebody does who knows the form: without it a random walk seldom gets there."""
        for licence_id in self.flow.licence_ids:
            self.leave_out(self.flow.licence_ids.index(licence_id), False)
        self.price(is_late=False)
        # Typed anew: what the shop refused stays refused until it is edited.
        self.flow = self.flow.type_invoice_email("").type_invoice_email("a@b.pl").confirm_company(True)
        self.flow = self.flow.type_orderer(Orderer()).type_orderer(
            Orderer("Anna", "Kłosowska", "601 234 567", "a@b.pl")
        )
        self.judge()
        for _ in range(len(PAGES)):
            self.next()
            if self.flow.step is Step.CONSENT:
                self.consent(given=True)
        assert self.flow.step is Step.SUMMARY

    @rule()
    def next(self) -> None:
        before, self.flow = self.flow, self.flow.next()
        held = bool(before.problems(before.step) or before.unjudged(before.step))
        if held or before.step >= Step.SUMMARY:
            assert self.flow is before
        elif before.is_editing:
            undone = [step for step in PAGES if before.problems(step) or before.unjudged(step)]
            assert self.flow.step is (undone[0] if undone else Step.SUMMARY)
        else:
            assert self.flow.step == before.step + 1

    @rule()
    def back(self) -> None:
        before, self.flow = self.flow, self.flow.back()
        stays = before.step in (Step.SERVICE, Step.CONFIRMATION)
        assert self.flow.step == before.step - (0 if stays else 1)
        assert replace(self.flow, step=before.step) == before  # nothing typed is lost on the way

    @precondition(lambda self: self.flow.receipt is None)
    @rule()
    def close_and_come_back(self) -> None:
        draft, shop = draft_of(self.flow), self.flow.storefront
        self.go(resumed(start(shop, self.flow.entries), draft))
        assert (self.flow.consent_given, self.flow.company_confirmed, self.flow.key) == (False, False, "")
        self.read, self.confirmed = "", None

    # The shop

    @precondition(lambda self: self.flow.service.wanted)
    @rule(is_late=st.booleans())
    def price(self, is_late: bool) -> None:
        wanted = ["sub-50"] if is_late else list(self.flow.service.wanted.values())
        self.go(self.flow.priced(quote_of([line_for(OFFERS[offer_id]) for offer_id in wanted])))

    @rule()
    def judge(self) -> None:
        for step in PAGES:
            for field in self.flow.unjudged(step):
                text = self.flow.contacts.text_of(field)
                self.go(self.flow.judged(field, text, VERDICTS.get(text, VERDICTS["a@b.pl"])))

    @precondition(lambda self: self.flow.step is Step.SUMMARY)
    @rule(key=st.sampled_from(("key-1", "key-2")))
    def confirm(self, key: str) -> None:
        complete = self.flow.quote is not None and not self.flow.problems(Step.SUMMARY) and self.flow.contacts.is_judged
        bound = self.flow.confirm(key)
        if not complete:
            with pytest.raises(ValueError, match="not complete"):
                bound.confirmed_order()
            return
        order = bound.confirmed_order()
        assert set(order.consents) in (set(), set(order.quote.licence_ids))
        assert self.flow.key in ("", order.key)
        self.confirmed = replace(order, key="")
        self.go(bound)

    def answer(self, flow: OrderFlow) -> None:
        """Take a change that must be confirmed anew; one that comes after the receipt changes nothing."""
        if self.flow.receipt is None:
            assert (flow.step, flow.key, flow.consent_given) == (Step.CONSENT, "", False)
        else:
            assert flow is self.flow
        self.go(flow)

    @precondition(lambda self: self.flow.key)
    @rule(net=st.sampled_from(("500.00", "600.00")))
    def change_price(self, net: str) -> None:
        assert self.flow.quote is not None
        lines = [replace(line, net=replace(line.net)) for line in self.flow.quote.lines]
        changed = quote_of([replace(lines[0], net=line_for(SUBSCRIPTION, net).net), *lines[1:]])
        self.answer(self.flow.repriced(changed))

    @precondition(lambda self: self.flow.key)
    @rule()
    def change_text(self) -> None:
        self.texts += 1
        text = f"Treść {self.texts} {{program}}."
        self.answer(self.flow.reworded(Document("auto_renewal", str(self.texts), "Zgoda", text)))

    @precondition(lambda self: self.flow.key)
    @rule(fields=st.sets(st.sampled_from((Field.INVOICE_EMAIL, Field.FIRST_NAME, Field.PHONE, Field.EMAIL))))
    def refuse(self, fields: set[Field]) -> None:
        is_ordered = self.flow.receipt is not None
        self.go(self.flow.refuse(*fields))
        back = (Step.INVOICE, Step.ORDERER) if fields else (Step.SUMMARY,)
        assert self.flow.step in ((Step.CONFIRMATION,) if is_ordered else back)

    @precondition(lambda self: self.flow.key or self.flow.receipt)
    @rule(state=st.sampled_from(OrderState))
    def receive(self, state: OrderState) -> None:
        assert self.flow.quote is not None
        self.go(self.flow.received(order_of(self.flow.quote, state)))

    # What always holds

    @invariant()
    def the_confirmation_is_only_ever_the_shops_receipt(self) -> None:
        assert (self.flow.step is Step.CONFIRMATION) == (self.flow.receipt is not None)

    @invariant()
    def a_consent_is_to_the_very_text_that_was_read(self) -> None:
        assert not self.flow.consent_given or self.flow.consent_text == self.read != ""

    @invariant()
    def a_key_stands_for_exactly_what_was_confirmed(self) -> None:
        if self.flow.key and self.flow.receipt is None:
            assert replace(self.flow.confirmed_order(), key="") == self.confirmed

    @invariant()
    def an_edit_is_of_a_page_before_the_summary(self) -> None:
        assert not self.flow.is_editing or self.flow.step < Step.SUMMARY

    @invariant()
    def a_price_is_for_exactly_what_is_wanted(self) -> None:
        quote = self.flow.quote
        assert quote is None or {line.licence_id: line.offer_id for line in quote.lines} == self.flow.service.wanted


TestWalk = Walk.TestCase
