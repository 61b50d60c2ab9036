"""The account's sentences and cells: consents, invoices, somebody else's change. Made when asked for, never at import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from r2_renewal.domain.account import ConsentEvidence, CustomerChange, CustomerRecord, Enrolment, Invoice
from r2_renewal.domain.account_form import AccountForm, Difference, Subject
from r2_renewal.domain.company import Company, show_nip
from r2_renewal.domain.dates import moment_text, short_date, warsaw_date
from r2_renewal.domain.money import show_money
from r2_renewal.domain.plurals import Noun, counted

OTHER_CUSTOMER = (
    "To konto innej firmy niż ta, której licencja jest na tym komputerze. Zmiany w tym oknie dotyczą firmy z konta, a "
    "zamówienia w eSklepie – firmy z licencji."
)
CANNOT_ENROL = (
    "Automatycznego odnowienia nie można teraz włączyć. Sprawdź aktualne dane albo zamów abonament w eSklepie."
)
REFUSED_DATA = "eSklep nie przyjął tych danych. Sprawdź je i zapisz ponownie."
_CONSENT, _RESIGNATION = Noun("zgoda", "zgody", "zgód"), Noun("rezygnacja", "rezygnacje", "rezygnacji")
UNSAVED = (
    "eSklep jest zamknięty, a tutaj są niezapisane zmiany. Zapisz je („Moje dane” → „Zmień dane firmy”) albo zamknij to okno, "
    "aby z nich zrezygnować."
)
UNSAVED_BEHIND_LOGIN = (
    "eSklep jest zamknięty, a w „Moje dane” są niezapisane zmiany. Zaloguj się, aby je zapisać, albo zamknij to okno, "
    "aby z nich zrezygnować."
)
TEXT_CHANGED = "Treść zgody zmieniła się. Przeczytaj ją i zaznacz zgodę ponownie."


def channel_text(channel: str) -> str:
    """Return from where a consent was given or withdrawn; of a channel unknown to this version, its own name."""
    return {"module": "w programie", "panel": "w panelu klienta", "web": "na stronie WWW"}.get(channel, channel)


# Automatic renewal of one program


def enrolled_text(entry: Enrolment) -> str:
    """Return what is going to happen to a program that renews by itself, and until when that can be stopped."""
    if entry.renewal is None:
        return f"Zgoda jest wyrażona. Abonament trwa do {short_date(entry.last_day)}, a potem odnowi się automatycznie."
    renewal = entry.renewal
    return (
        f"Zgoda jest wyrażona. Abonament odnowi się automatycznie {short_date(renewal.day)} na kolejne 12 miesięcy, po cenie "
        f"z cennika z tego dnia (dziś: {show_money(renewal.price.net)} netto, {show_money(renewal.price.gross)} brutto). "
        f"Zrezygnujesz bezpłatnie do {short_date(renewal.cancel_until)}."
    )


def revoking_text(entry: Enrolment) -> str:
    """Return what a resignation means and from when."""
    day = f" {short_date(entry.renewal.day)}" if entry.renewal else ""
    return (
        f"Rezygnacja jest bezpłatna i działa od razu po zapisaniu: abonament {entry.program} nie odnowi się{day}. "
        f"Opłacony okres trwa bez zmian do {short_date(entry.last_day)}. Zgodę możesz wyrazić ponownie."
    )


def not_possible_text(entry: Enrolment, today: date) -> str:
    """Return why no consent can be given just now, and the way on."""
    if entry.last_day == date.max:
        return f"Abonament {entry.program} jest bezterminowy, więc nie trzeba go odnawiać."
    if entry.last_day < today:
        start = f"Abonament skończył się {short_date(entry.last_day)}, więc nie może odnowić się automatycznie."
    else:
        start = (
            f"Automatycznego odnowienia nie można teraz włączyć: do końca abonamentu ({short_date(entry.last_day)}) zostało "
            "za mało czasu albo programu nie ma już w cenniku."
        )
    return f"{start} Następny okres zamówisz w Pomoc → eSklep."


def shown_programs_text(first: int, end: int, total: int) -> str:
    """Return which programs are shown, e.g. „Programy 1–6 z 300"."""
    return f"Programy {first + 1}–{end} z {total}" if total else "Nie ma takiego programu."


def chosen_text(form: AccountForm) -> str:
    """Return how many consents and withdrawals wait to be saved, wherever they were ticked; empty for none."""
    parts = [(len(form.given), _CONSENT), (len(form.revoked), _RESIGNATION)]
    told = ", ".join(counted(number, noun) for number, noun in parts if number)
    return f"Zaznaczone, do zapisania: {told}." if told else ""


# A change of the data


def saved_text(change: CustomerChange, record: CustomerRecord) -> str:
    """Return what was saved and what it means."""
    entries = {entry.licence_id: entry for entry in record.enrolments}
    parts = ["Zapisano dane firmy."]
    if change.invoice_email is not None:
        parts.append(f"Powiadomienia o fakturach i odnowieniach wyślemy na {record.invoice_email}.")
    parts += [_given(entries[given.licence_id]) for given in change.consents if given.licence_id in entries]
    parts += [_revoked(entries[licence_id]) for licence_id in change.revocations if licence_id in entries]
    return " ".join(parts)


def _given(entry: Enrolment) -> str:
    day = f" {short_date(entry.renewal.day)}" if entry.renewal else ""
    return f"Zgoda jest zapisana: abonament {entry.program} odnowi się automatycznie{day}."


def _revoked(entry: Enrolment) -> str:
    until = short_date(entry.last_day)
    return (
        f"Zrezygnowano z automatycznego odnowienia: abonament {entry.program} trwa do {until} i nie przedłuży się sam."
    )


def difference_rows(differences: Sequence[Difference]) -> list[tuple[str, str, str, str]]:
    """Return somebody else's change as rows: what, as it was, as it is, as the user wants it."""
    return [(_subject(entry), entry.before or "–", entry.now or "–", entry.mine or "–") for entry in differences]


def _subject(difference: Difference) -> str:
    match difference.subject:
        case Subject.COMPANY:
            return "Dane firmy"
        case Subject.INVOICE_EMAIL:
            return "e-mail do faktury"
        case Subject.AUTO_RENEWAL:
            return f"Automatyczne odnowienie {difference.program}"
        case Subject.PERIOD:
            return f"Koniec abonamentu {difference.program}"


# Evidence


def consent_state_text(consent: ConsentEvidence) -> str:
    """Return whether a consent holds."""
    if consent.revoked_at is None:
        return "obowiązuje"
    return f"wycofana {moment_text(consent.revoked_at)}, {channel_text(consent.revoked_channel)}"


def consent_row(consent: ConsentEvidence, program: str) -> tuple[str, str, str, str, str]:
    """Return a consent as a row of the history."""
    return (
        moment_text(consent.accepted_at),
        program,
        channel_text(consent.channel),
        consent.version,
        consent_state_text(consent),
    )


def evidence_text(consent: ConsentEvidence, program: str, company: Company) -> str:
    """Return a consent's whole evidence as plain text, to be read, printed and kept."""
    lines = [
        f"Program: {program}",
        f"Firma: {company.name}, NIP {show_nip(consent.nip)}",
        f"Wyrażona: {moment_text(consent.accepted_at)} (czas polski), {channel_text(consent.channel)}",
        f"Przez: {consent.person}",
        f"Stan: {consent_state_text(consent)}",
        f"Odnowienie: {short_date(consent.renewal_date)}, bezpłatna rezygnacja do {short_date(consent.cancel_until)}",
        f"Wersja treści: {consent.version}",
        f"Skrót SHA-256 treści: {consent.sha256}",
        f"Numer potwierdzenia: {consent.receipt_id}",
        "",
        "Treść zgody:",
        consent.text,
    ]
    return "\n".join(lines)


# Invoices


def invoice_state_text(invoice: Invoice, today: date) -> str:
    """Return what an invoice corrects or is corrected by, or else whether it is paid, with a mark where it is late."""
    if invoice.corrects:
        return f"koryguje {invoice.corrects}"
    if invoice.corrected_by:
        return f"skorygowana: {invoice.corrected_by}"
    if invoice.paid_at is not None:
        return f"zapłacona {short_date(warsaw_date(invoice.paid_at))}"
    due = short_date(invoice.due_on)
    return f"⚠ po terminie ({due})" if invoice.due_on < today else f"do zapłaty do {due}"


def invoice_row(invoice: Invoice, today: date) -> tuple[str, ...]:
    """Return an invoice as a row."""
    price = invoice.price
    return (
        invoice.number,
        invoice.ksef_number or "–",
        short_date(warsaw_date(invoice.issued_at)),
        show_money(price.net),
        show_money(price.vat),
        show_money(price.gross),
        invoice_state_text(invoice, today),
    )


def invoice_sort_values(invoices: Sequence[Invoice]) -> dict[int, list[Any]]:
    """Return what the dates and the amounts of invoices' rows are sorted by, by the column."""
    amounts = [(invoice.price.net, invoice.price.vat, invoice.price.gross) for invoice in invoices]
    by_amount = {3 + at: [one[at].amount for one in amounts] for at in range(3)}
    return {2: [invoice.issued_at for invoice in invoices], **by_amount}


def invoice_file_name(invoice: Invoice) -> str:
    """Return a file's name for an invoice: its number, without what no file system takes."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in invoice.number)
    return f"{kept.strip('-') or 'faktura'}.pdf"
