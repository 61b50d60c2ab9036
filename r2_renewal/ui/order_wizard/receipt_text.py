"""The shop's receipt in words: on the screen, and as a document to keep. Only ever made from the shop's own answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from r2_renewal.domain.basket import Storefront
from r2_renewal.domain.dates import sentence_moment, short_date
from r2_renewal.domain.money import show_money
from r2_renewal.domain.order import Order, OrderLine, OrderState, Transfer
from r2_renewal.domain.order_list import withdrawal_until

_WAY = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.INVOICED, OrderState.PAID, OrderState.FULFILLED)


def receipt_lines(order: Order) -> list[str]:
    """Return the receipt in words, a line a thing."""
    is_over = order.state.is_called_off
    lines = [
        f"{'Z' if is_over else 'Dziękujemy, z'}amówienie nr {order.number} zostało przyjęte {sentence_moment(order.placed_at)}.",
        *(_line_text(line) for line in order.lines),
        *([f"Odbiorca na fakturze: {order.recipient}."] if order.recipient else []),
        f"{_price_name(order.state)}: {show_money(order.price.gross)} (w tym VAT {show_money(order.price.vat)}).",
        f"Potwierdzenie z treścią umowy i zgody wyślemy na {order.email}; możesz je też zapisać lub wydrukować.",
    ]
    return lines if is_over else [*lines, *_renewal_lines(order)]


def _price_name(state: OrderState) -> str:
    """Return what the price is to the customer by now: nobody is told to pay what is paid, or is not wanted any more."""
    if state.is_called_off:
        return "Wartość zamówienia"
    return "Zapłacono" if state in (OrderState.PAID, OrderState.FULFILLED) else "Do zapłaty"


def _line_text(line: OrderLine) -> str:
    named = line.program in line.description
    what = line.description if named else f"{line.description} dla {line.program}"
    return f"{what}, okres {short_date(line.period_from)}–{short_date(line.period_to)}."


def _renewal_lines(order: Order) -> list[str]:
    """Return when it renews by itself: once where every program does on the same day, else program by program."""
    told = {
        line.licence_id: f"{short_date(line.renewal_date)}. "
        f"Zrezygnujesz z niego do {short_date(line.cancel_until)} w Pomoc → eSklep."
        for line in order.lines
        if line.renewal_date is not None and line.cancel_until is not None
    }
    if len(told) == len(order.lines) and len(set(told.values())) == 1:
        return [f"Kolejne odnowienie: {next(iter(told.values()))}"]
    return [
        f"Kolejne odnowienie {line.program}: {told[line.licence_id]}" for line in order.lines if line.licence_id in told
    ]


def withdrawal_text(order: Order, contact: str) -> str:
    """Return who may withdraw from the contract, until when and how.

    Args:
        order: the order.
        contact: the seller's e-mail for statements.
    """
    last = short_date(withdrawal_until(order))
    return (
        "Prowadzisz jednoosobową działalność, a ta umowa nie ma dla Ciebie charakteru zawodowego? Możesz od niej odstąpić bez "
        f"podania przyczyny w ciągu 14 dni od jej zawarcia, do {last}. Wybierz „Odstąp od umowy tutaj” albo wyślij "
        f"oświadczenie na {contact} przed upływem terminu. Płatność zwrócimy w ciągu 14 dni od otrzymania oświadczenia."
    )


def transfer_lines(transfer: Transfer) -> list[str]:
    """Return how to pay, a line a field of the bank's form."""
    account = transfer.account
    groups = [account[:2], *(account[at : at + 4] for at in range(2, len(account), 4))]
    return [
        f"Odbiorca: {transfer.recipient}",
        f"Rachunek: {' '.join(groups)}",
        f"Tytuł przelewu: {transfer.title}",
        f"Kwota: {show_money(transfer.amount)}",
    ]


def document_text(order: Order, storefront: Storefront, consent: str) -> str:
    """Return the whole confirmation to keep: receipt, payment, consent, withdrawal, terms.

    Args:
        order: the shop's answer.
        storefront: the seller's texts and addresses that the customer saw.
        consent: the consent as it was given; empty where none was.
    """
    parts = [
        "\n".join(receipt_lines(order)),
        "\n".join(["Przelew", *transfer_lines(order.transfer)]) if order.transfer else "",
        f"{storefront.consent.title} (wersja {storefront.consent.version})\n{consent}" if consent else "",
        f"Odstąpienie od umowy\n{withdrawal_text(order, storefront.contact_email)}",
        f"{storefront.terms.title} (wersja {storefront.terms.version})\n{storefront.terms.text}",
    ]
    return "\n\n".join(part for part in parts if part)


def next_text(state: OrderState) -> str:
    """Return what happens next to an order in a state."""
    return {
        OrderState.PLACED: "Co dalej: przyjmiemy zamówienie i wystawimy fakturę, zwykle w ciągu kilku minut.",
        OrderState.ACCEPTED: "Co dalej: wystawimy fakturę. Otrzymasz ją w KSeF, a powiadomienie e-mailem.",
        OrderState.INVOICED: "Co dalej: zapłać przelewem. Licencja odnowi się sama, gdy przyjmiemy płatność.",
        OrderState.PAID: "Co dalej: przygotowujemy licencję. Program pobierze ją sam, nic nie musisz robić.",
        OrderState.FULFILLED: "Gotowe: nic więcej nie musisz robić.",
        OrderState.CANCELLED: "Zamówienie zostało anulowane. Jeśli to pomyłka, złóż je ponownie w Pomoc → eSklep.",
        OrderState.WITHDRAWN: "Odstąpiono od umowy. Płatność zwrócimy w ciągu 14 dni od otrzymania oświadczenia.",
        OrderState.PENDING: "Co dalej: zamówienie jest w realizacji. Jego stan zobaczysz w Pomoc → eSklep.",
    }[state]


def way_text(state: OrderState) -> str:
    """Return the way of an order with where it stands, e.g. „✓ złożone → ● przyjęte → faktura → opłacone → zrealizowane".

    An order that is off the way, or that nobody knows where it is, has none.
    """
    if state not in _WAY:
        return ""
    at = _WAY.index(state)
    names = ("złożone", "przyjęte", "faktura wystawiona", "opłacone", "zrealizowane")
    is_over = state is OrderState.FULFILLED
    marks = ["✓ " if index < at or is_over else "● " if index == at else "" for index in range(len(_WAY))]
    return " → ".join(mark + name for mark, name in zip(marks, names, strict=True))


def state_text(state: OrderState) -> str:
    """Return an order's state in words."""
    return {
        OrderState.PLACED: "złożone",
        OrderState.ACCEPTED: "przyjęte, w realizacji",
        OrderState.INVOICED: "wystawiono fakturę, w realizacji",
        OrderState.PAID: "opłacone, w realizacji",
        OrderState.FULFILLED: "zrealizowane",
        OrderState.CANCELLED: "anulowane",
        OrderState.WITHDRAWN: "odstąpiono od umowy",
        OrderState.PENDING: "w realizacji",
    }[state]


def elsewhere_text(programs: Sequence[str]) -> str:
    """Return who fetches the licences of programs other than this one; an empty text for none."""
    if len(programs) <= 1:
        return "".join(f"Licencję pobierze program {name} przy następnym uruchomieniu." for name in programs)
    return f"Licencje pobiorą programy {', '.join(programs)}, każdy przy następnym uruchomieniu."


def installed_text(valid_until: date, renewed: bool) -> str:
    """Return „Odnowiono do 22.12.2027", or the words for a licence with another limit, a taken back or no end at all."""
    if valid_until == date.max:
        return "Licencja zaktualizowana. Abonament bezterminowy"
    return f"{'Odnowiono' if renewed else 'Licencja zaktualizowana. Abonament'} do {short_date(valid_until)}"
