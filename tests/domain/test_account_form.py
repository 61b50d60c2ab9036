"""„Dane dodatkowe firmy" as a state machine: boxes that only the user ticks, and somebody else's change beside one's own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r2_renewal.contract.contact import check_email
from r2_renewal.domain.account import CustomerChange, CustomerRecord
from r2_renewal.domain.account_form import AccountForm, Difference, Subject, differences, fresh
from r2_renewal.domain.contact import ContactProblem, ContactVerdict
from r2_renewal.domain.order_fields import Reason
from tests.samples import COMPANY, CONSENT, customer_record, enrolment

NEW = "nowe@klosowska.example"


def opened(**changes: object) -> AccountForm:
    return fresh(customer_record(**changes), CONSENT)


def judged(form: AccountForm) -> AccountForm:
    return form.judged(form.email, check_email(form.email))


def test_it_opens_with_the_data_on_record_and_no_box_ticked() -> None:
    form = opened()
    assert (form.email, dict(form.given), form.revoked) == ("faktury@klosowska.example", {}, frozenset())
    assert not form.is_changed
    assert form.email_problem is None
    assert form.change() == CustomerChange('"1"')


def test_the_consent_names_program_price_period_address_panel_and_contact() -> None:
    text = opened().consent_text("lic-1")
    assert "skończy się bieżący okres," in text
    for part in ("R2płatnik", "22.12.2026", "455,40", "560,14", "faktury@klosowska.example", "online.reset2.pl"):
        assert part in text
    assert "kontakt@example.com" in text


def test_a_consent_given_goes_with_the_digest_of_the_very_text() -> None:
    form = opened().consent("lic-1", True)
    change = form.change()
    [one] = change.consents
    text = form.consent_text("lic-1")
    assert (one.licence_id, one.consent.text) == ("lic-1", text)
    assert one.consent.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (change.invoice_email, change.revocations, form.is_changed) == (None, (), True)


def test_a_consent_unticked_is_not_sent() -> None:
    assert not opened().consent("lic-1", True).consent("lic-1", False).is_changed


@pytest.mark.parametrize("licence_id", ["lic-2", "unknown"])
def test_where_a_consent_is_given_already_or_there_is_no_such_licence_none_is_given(licence_id: str) -> None:
    form = opened().consent(licence_id, True)
    assert (form.can_consent(licence_id), form.consent_text(licence_id), form.is_changed) == (False, "", False)


def test_where_there_can_be_no_renewal_no_consent_is_given() -> None:
    form = opened(enrolments=(replace(enrolment(), renewal=None),)).consent("lic-1", True)
    assert (form.can_consent("lic-1"), form.is_changed) == (False, False)


def test_another_address_takes_the_consent_back_and_typing_the_old_one_does_not_give_it_again() -> None:
    form = opened().consent("lic-1", True).type_email(NEW)
    assert dict(form.given) == {}
    assert dict(form.type_email("faktury@klosowska.example").given) == {}


def test_the_new_address_goes_in_the_consent_as_it_is_sent() -> None:
    form = judged(opened().type_email(f"  {NEW} ")).consent("lic-1", True)
    change = form.change()
    assert change.invoice_email == NEW
    assert NEW in change.consents[0].consent.text


def test_a_verdict_that_writes_the_address_otherwise_takes_the_consent_back() -> None:
    typed = opened().type_email("Nowe@KLOSOWSKA.example").consent("lic-1", True)
    assert dict(judged(typed).given) == {}


def test_a_verdict_on_an_older_text_is_none() -> None:
    form = opened().type_email("x").judged("x", check_email("x")).type_email(NEW)
    assert (form.email_problem, form.is_unjudged) == (None, True)
    assert not judged(form).is_unjudged


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", Reason.EMPTY), ("  ", Reason.EMPTY), ("kłopot", Reason.INVALID), ("a@b.pl, c@d.pl", Reason.SEVERAL)],
)
def test_an_address_that_is_none_keeps_the_form_from_being_saved(text: str, reason: Reason) -> None:
    assert judged(opened().type_email(text)).email_problem is reason


def test_what_the_shop_refused_is_wrong_until_it_is_edited() -> None:
    refused = judged(opened().type_email(NEW)).refuse_email()
    assert refused.email_problem is Reason.INVALID
    assert refused.type_email(NEW + "x").email_problem is None


def test_without_an_address_on_record_only_a_consent_wants_one() -> None:
    form = opened(invoice_email="")
    assert form.email_problem is None
    assert form.revoke("lic-2", True).email_problem is None
    assert form.consent("lic-1", True).email_problem is Reason.EMPTY


def test_a_withdrawal_is_of_what_was_given() -> None:
    assert opened().revoke("lic-2", True).change().revocations == ("lic-2",)
    assert not opened().revoke("lic-1", True).is_changed
    assert not opened().revoke("lic-2", True).revoke("lic-2", False).is_changed


def test_a_new_text_of_the_vendor_must_be_consented_to_anew() -> None:
    other = replace(CONSENT, version="2", text="Nowa treść dla {program}.")
    form = opened().consent("lic-1", True).reworded(other)
    assert dict(form.given) == {}
    assert form.consent("lic-1", True).change().consents[0].consent.version == "2"


# Somebody else's change


def test_somebody_elses_address_is_shown_beside_ones_own_and_not_taken_over() -> None:
    form = judged(opened().type_email(NEW))
    present = customer_record('"2"', invoice_email="inne@klosowska.example")
    assert differences(form, present) == (
        Difference(Subject.INVOICE_EMAIL, "", "faktury@klosowska.example", "inne@klosowska.example", NEW),
    )
    met = form.met(present)
    assert (met.email, met.change()) == (NEW, CustomerChange('"2"', NEW))


def test_what_one_did_not_touch_follows_the_record() -> None:
    present = customer_record('"2"', invoice_email="inne@klosowska.example")
    met = opened().revoke("lic-2", True).met(present)
    assert (met.email, met.change()) == ("inne@klosowska.example", CustomerChange('"2"', revocations=("lic-2",)))


def test_a_consent_given_or_withdrawn_elsewhere_is_shown_and_is_not_sent_again() -> None:
    present = customer_record('"2"', enrolments=(enrolment(on=True), enrolment("lic-2", "R2księga", date(2027, 3, 31))))
    form = opened().consent("lic-1", True).revoke("lic-2", True)
    assert differences(form, present) == (
        Difference(Subject.AUTO_RENEWAL, "R2płatnik", "wyłączone", "włączone", "włączone"),
        Difference(Subject.AUTO_RENEWAL, "R2księga", "włączone", "wyłączone", "wyłączone"),
    )
    assert not form.met(present).is_changed


def test_a_renewal_meanwhile_takes_the_consent_back_and_is_shown() -> None:
    present = customer_record('"2"', enrolments=(enrolment(last_day=date(2027, 12, 22)),))
    form = opened().consent("lic-1", True)
    assert differences(form, present) == (Difference(Subject.PERIOD, "R2płatnik", "22.12.2026", "22.12.2027"),)
    assert dict(form.met(present).given) == {}


def test_a_companys_new_name_is_shown() -> None:
    present = customer_record('"2"', company=replace(COMPANY, name="Kłosowska S.A."))
    [told] = differences(opened(), present)
    assert (told.subject, told.now.split(",")[0]) == (Subject.COMPANY, "Kłosowska S.A.")
    assert "526-283-15-03" in told.before


def test_nothing_to_see_is_no_difference() -> None:
    assert differences(opened().consent("lic-1", True), customer_record('"2"')) == ()
    assert dict(opened().consent("lic-1", True).met(customer_record('"2"')).given) != {}


# A repetition of what had arrived


@pytest.mark.parametrize(
    ("change", "done"),
    [
        (opened().consent("lic-1", True).change(), False),
        (opened(enrolments=(enrolment(on=False),)).type_email(NEW).change(), False),
        (opened().revoke("lic-2", True).change(), False),
        (CustomerChange('"1"', "faktury@klosowska.example"), True),
        (CustomerChange('"1"', revocations=("lic-1",)), True),
        (CustomerChange('"1"', revocations=("gone",)), False),
    ],
)
def test_a_change_is_done_where_the_record_says_all_of_it(change: CustomerChange, done: bool) -> None:
    assert change.is_done_in(customer_record()) is done


def test_a_given_consent_is_done_where_the_renewal_is_on() -> None:
    change = opened().consent("lic-1", True).change()
    assert change.is_done_in(customer_record(enrolments=(enrolment(on=True),)))


def _acts() -> st.SearchStrategy[object]:
    licences = st.sampled_from(["lic-1", "lic-2", "lic-3"])
    return st.one_of(
        st.tuples(st.just("type"), st.sampled_from([NEW, "", "x", "faktury@klosowska.example"])),
        st.tuples(st.just("judge"), st.just("")),
        st.tuples(st.just("consent"), licences, st.booleans()),
        st.tuples(st.just("revoke"), licences, st.booleans()),
        st.tuples(st.just("met"), st.booleans(), st.booleans()),
    )


def _record(first: bool, second: bool) -> CustomerRecord:
    return customer_record('"9"', enrolments=(enrolment(on=first), enrolment("lic-2", "R2księga", on=second)))


def _after(form: AccountForm, act: tuple[object, ...]) -> AccountForm:
    match act:
        case ("type", str(text)):
            return form.type_email(text)
        case ("consent", str(licence_id), bool(on)):
            return form.consent(licence_id, on)
        case ("revoke", str(licence_id), bool(on)):
            return form.revoke(licence_id, on)
        case ("met", bool(first), bool(second)):
            return form.met(_record(first, second))
        case _:
            return form.judged(
                form.email, ContactVerdict(ContactProblem.INVALID) if form.email == "x" else check_email(form.email)
            )


@given(st.lists(_acts(), max_size=12))
def test_whatever_is_done_only_the_shown_text_is_consented_to_and_only_by_a_tick(
    acts: list[tuple[object, ...]],
) -> None:
    form = opened()
    for act in acts:
        before, form = form, _after(form, act)
        for licence_id, text in form.given.items():
            assert text == form.consent_text(licence_id) != ""
            assert licence_id in before.given or act == ("consent", licence_id, True)
        assert form.revoked <= {entry.licence_id for entry in form.record.enrolments if entry.auto_renewal}
        assert not set(form.given) & form.revoked
