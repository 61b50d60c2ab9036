"""Failures in words: one Polish sentence that says what happened and what to do, for every code. No Qt here.

Rule: texts are made when asked for, never at import, so that a translation chosen later is honoured.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from r2_renewal.domain.clock import ClockState
from r2_renewal.domain.dates import short_date
from r2_renewal.domain.errors import ErrorCode
from r2_renewal.domain.licence import VerdictKind
from r2_renewal.domain.offer import Quote, QuoteLine
from r2_renewal.domain.order_flow import Field, Reason


def sentence(code: ErrorCode) -> str:
    """Return the sentence for a user: what happened and what to do."""
    of_users = {**_of_licences(), **_of_the_network(), **_of_orders(), **_of_the_account(), **_of_the_system()}
    return {**of_users, **_of_the_shops_keeper()}[code]


def _of_licences() -> dict[ErrorCode, str]:
    return {
        ErrorCode.LICENCE_MISSING: "Nie znaleziono pliku licencji. Wczytaj plik otrzymany od sprzedawcy albo poproś o niego przez eBOK.",
        ErrorCode.LICENCE_UNREADABLE: "Nie można odczytać pliku licencji. Sprawdź uprawnienia do pliku albo wczytaj go ponownie.",
        ErrorCode.LICENCE_TOO_LARGE: "Licencja nie mieści się w jednym pliku (64 KiB). Wydaj ją w kilku plikach, na przykład po jednym na program.",
        ErrorCode.LICENCE_SEVERAL: "W tym pliku są dwie różne licencje. Zapisz każdą w osobnym pliku i wczytaj właściwą.",
        ErrorCode.LICENCE_MALFORMED: "Plik licencji jest uszkodzony. Wczytaj go ponownie albo poproś o nowy przez eBOK.",
        ErrorCode.LICENCE_BAD_SIGNATURE: "Podpis pliku licencji jest nieprawidłowy. Wczytaj oryginalny plik albo poproś o nowy przez eBOK.",
        ErrorCode.LICENCE_UNKNOWN_KEY: (
            "Plik licencji podpisano nieznanym kluczem. Zaktualizuj program albo pobierz licencję w Pomoc → eSklep."
        ),
        ErrorCode.LICENCE_WRONG_PRODUCT: "Ta licencja jest dla innego programu. Wczytaj plik licencji tego programu.",
        ErrorCode.LICENCE_NOT_YET_VALID: "Licencja jeszcze nie obowiązuje. Sprawdź datę w komputerze.",
        ErrorCode.LICENCE_FILE_EXPIRED: "Plik licencji trzeba pobrać ponownie. Połącz się z Internetem i wybierz Pomoc → eSklep.",
        ErrorCode.LICENCE_EXPIRED: "Abonament wygasł. Nowy zamówisz w Pomoc → eSklep; dotychczasowe dane są bezpieczne.",
        ErrorCode.LICENCE_OLDER: "Ten plik licencji jest starszy niż zainstalowany. Wczytaj nowszy plik; obecna licencja działa dalej.",
        ErrorCode.LICENCE_OTHER_CUSTOMER: "Ta licencja należy do innej firmy. Wczytaj plik swojej firmy; obecna licencja działa dalej.",
        ErrorCode.LICENCE_NOT_WRITABLE: (
            "Nie można zapisać pliku licencji. Zamknij inne programy i spróbuj ponownie; obecna licencja działa dalej."
        ),
        ErrorCode.LICENCE_KEY_NEEDED: "Ten plik licencji jest zaszyfrowany. Podaj klucz licencji.",
        ErrorCode.LICENCE_KEY_FILE: "Nie można odczytać klucza licencji z pliku. Sprawdź ścieżkę, uprawnienia i czy plik zawiera sam klucz.",
        ErrorCode.LICENCE_KEY_WRONG: "Klucz licencji nie pasuje do tego pliku. Sprawdź klucz i podaj go ponownie.",
        ErrorCode.TRUSTED_KEYS: "Nie można odczytać kluczy zaufanych. Sprawdź plik podany w --trusted-keys.",
    }


def _of_the_network() -> dict[ErrorCode, str]:
    return {
        ErrorCode.OFFLINE: "Brak połączenia z eSklepem. Sprawdź Internet i wybierz „Ponów”.",
        ErrorCode.TIMEOUT: "eSklep nie odpowiedział na czas. Wybierz „Ponów” za chwilę.",
        ErrorCode.TLS: (
            "Nie można potwierdzić, że to eSklep sprzedawcy. Sprawdź datę w komputerze i sieć, potem wybierz „Ponów”."
        ),
        ErrorCode.NOT_THE_SHOP: "Zamiast eSklepu odpowiedziało coś innego. Sprawdź sieć (np. logowanie do Wi-Fi) i wybierz „Ponów”.",
        ErrorCode.SHOP_FAILURE: "eSklep zgłosił błąd po swojej stronie. Wybierz „Ponów” za kilka minut.",
        ErrorCode.SHOP_BUSY: "eSklep ma teraz dużo zapytań. Wybierz „Ponów” za chwilę.",
        ErrorCode.SESSION_EXPIRED: "Sesja w eSklepie wygasła. Wybierz „Ponów”, aby połączyć się ponownie.",
        ErrorCode.LICENCE_REFUSED_BY_SHOP: "eSklep nie rozpoznał tej licencji. Wczytaj aktualny plik licencji albo skontaktuj się przez eBOK.",
        ErrorCode.PROXY: "Serwer proxy nie przepuścił połączenia z eSklepem. Sprawdź ustawienia proxy w systemie i wybierz „Ponów”.",
        ErrorCode.PROXY_SCRIPT: (
            "Brak połączenia z eSklepem, a ten komputer wybiera serwer proxy skryptem (PAC), którego moduł nie wykonuje. Sprawdź "
            "Internet albo poproś administratora o wpisanie adresu proxy w ustawieniach modułu i wybierz „Ponów”."
        ),
        ErrorCode.PROXY_SETTING: (
            "Adres serwera proxy w ustawieniach jest nieprawidłowy albo innego rodzaju niż HTTP. Popraw go w ustawieniach systemu "
            "(np. http://proxy.firma.pl:3128) albo poproś o to administratora i wybierz „Ponów”."
        ),
        ErrorCode.CA_FILE: (
            "Nie można użyć pliku zaufanych certyfikatów, który wskazał administrator, więc moduł nie łączy się z eSklepem. Poproś "
            "administratora o poprawienie tego ustawienia (CaFile)."
        ),
        ErrorCode.NOT_FOUND: "eSklep nie ma już tej pozycji. Wybierz „Odśwież” i spróbuj ponownie.",
        ErrorCode.OFFLINE_BY_POLICY: (
            "Łączenie z eSklepem jest wyłączone – to ustawienie jest zarządzane przez administratora. Poproś go o plik licencji "
            "i wczytaj ten plik albo skontaktuj się przez eBOK."
        ),
    }


def _of_orders() -> dict[ErrorCode, str]:
    return {
        ErrorCode.ORDER_NOT_SENT: (
            "Brak połączenia z eSklepem. Zamówienie nie zostało wysłane. Zachowaliśmy wpisane dane na tym "
            "komputerze. Sprawdź Internet i wybierz „Ponów”."
        ),
        ErrorCode.ORDER_UNKNOWN: (
            "Nie wiemy, czy zamówienie dotarło. Nie składaj go ponownie – sprawdzimy jego stan po odzyskaniu "
            "połączenia."
        ),
        ErrorCode.PRICE_CHANGED: "Cena zmieniła się. Sprawdź podsumowanie i potwierdź zamówienie ponownie.",
        ErrorCode.CONSENT_TEXT_CHANGED: "Zmieniła się treść zgody. Przeczytaj ją i potwierdź ponownie.",
        ErrorCode.ORDER_INVALID: "eSklep nie przyjął danych zamówienia. Popraw wskazane pola i wyślij je ponownie.",
        ErrorCode.INVOICE_NIP_INVALID: (
            "NIP w danych do faktury jest nieprawidłowy, a faktura nie dotarłaby w KSeF. Zgłoś to przez eBOK lub "
            "formularz kontaktowy."
        ),
        ErrorCode.CONSENT_REQUIRED: "Aby złożyć zamówienie, zaznacz zgodę na automatyczne odnowienie.",
        ErrorCode.OFFER_WITHDRAWN: "Tej usługi nie ma już w sprzedaży. Wróć do strony „Usługa” i wybierz inną.",
        ErrorCode.KEY_REUSED: "Pod tym potwierdzeniem zapisano już inne zamówienie. Otwórz eSklep ponownie i sprawdź zamówienia.",
        ErrorCode.ORDER_IN_PROGRESS: "To zamówienie jest właśnie przetwarzane. Poczekaj chwilę – sprawdzimy jego stan.",
        ErrorCode.ORDER_CANCELLED: "Zamówienie zostało anulowane. Jeśli to pomyłka, złóż je ponownie w Pomoc → eSklep.",
        ErrorCode.WITHDRAWAL_TOO_LATE: "Termin na odstąpienie od umowy już minął. W sprawie tego zamówienia napisz przez eBOK.",
        ErrorCode.ORDER_CLOSED: "Tego zamówienia nie można już zmienić w ten sposób. Wybierz „Odśwież”, aby zobaczyć jego stan.",
        ErrorCode.ORDER_FILE_MALFORMED: "To nie jest plik zamówienia albo został uszkodzony. Zapisz zamówienie do pliku jeszcze raz.",
        ErrorCode.ORDER_FILE_NEWER: "Ten plik zamówienia zapisała nowsza wersja programu. Zaktualizuj program, który ma go odczytać.",
        ErrorCode.ORDER_FILE_TOO_LARGE: "To zamówienie jest za duże, aby zapisać je do pliku. Zamów mniej programów naraz.",
        ErrorCode.ORDER_FILE_TOO_BIG_FOR_QR: "To zamówienie nie mieści się w kodzie QR. Przenieś je jako plik.",
        ErrorCode.ORDER_FILE_ENCRYPTED_LICENCE: (
            "Z zaszyfrowanej licencji nie można przygotować zamówienia do pliku. Zamów przez Internet w Pomoc → eSklep albo poproś "
            "sprzedawcę o niezaszyfrowany plik licencji."
        ),
        ErrorCode.ORDER_FILE_IS_NO_LICENCE: "To plik zamówienia, a nie licencji. Wczytaj go na stronie eSklepu i stamtąd pobierz plik licencji.",
    }


def _of_the_account() -> dict[ErrorCode, str]:
    return {
        ErrorCode.ACCOUNT_REFUSED: "Adres e-mail lub hasło są nieprawidłowe. Popraw je albo wybierz „Nie pamiętasz hasła?”.",
        ErrorCode.LOGIN_AGAIN: "Sesja na koncie wygasła. Zaloguj się ponownie.",
        ErrorCode.VAULT_ABSENT: "Na tym komputerze nie działa bezpieczny magazyn haseł. Po ponownym uruchomieniu zaloguj się jeszcze raz.",
        ErrorCode.VAULT_LOCKED: "Magazyn haseł systemu jest zablokowany. Odblokuj go i zaloguj się ponownie.",
        ErrorCode.VAULT_FAILED: "Magazyn haseł systemu zgłosił błąd. Zaloguj się ponownie albo poproś o pomoc administratora.",
        ErrorCode.VAULT_MUTE: "Magazyn haseł systemu nie odpowiedział na czas. Odblokuj go i zaloguj się ponownie.",
        ErrorCode.VAULT_TOO_LONG: "Ta sesja nie mieści się w magazynie haseł systemu. Po ponownym uruchomieniu zaloguj się jeszcze raz.",
        ErrorCode.CUSTOMER_CHANGED: "Dane firmy zmieniono w międzyczasie w innym miejscu. Sprawdź aktualne dane i zapisz swoje zmiany ponownie.",
    }


def session_only_sentence(code: ErrorCode) -> str:
    """Return the sentence after a login that was to be remembered and could not be, for a VAULT_* code."""
    return f"Zalogowano tylko do zamknięcia eSklepu: {_vault_cause(code)}."


def not_kept_hint(code: ErrorCode) -> str:
    """Return the sentence beside „Pozostań zalogowany” where it is known beforehand that it cannot be, for a VAULT_* code."""
    return f"Zalogujesz się tylko do zamknięcia eSklepu: {_vault_cause(code)}."


def _vault_cause(code: ErrorCode) -> str:
    causes = {
        ErrorCode.VAULT_ABSENT: "na tym komputerze nie działa bezpieczny magazyn haseł",
        ErrorCode.VAULT_LOCKED: "magazyn haseł systemu jest zablokowany",
        ErrorCode.VAULT_MUTE: "magazyn haseł systemu nie odpowiedział na czas",
        ErrorCode.VAULT_TOO_LONG: "sesja nie mieści się w magazynie haseł systemu",
    }
    return causes.get(code, "magazyn haseł systemu zgłosił błąd")


def logout_sentence(*, is_revoked: bool, is_removed: bool) -> str:
    """Return the sentence after „Wyloguj”.

    Args:
        is_revoked: whether the shop has ended the session.
        is_removed: whether nothing of it is left on this computer; without consequence once it is revoked.
    """
    if is_revoked:
        return "Wylogowano."
    if is_removed:
        return "Wylogowano na tym komputerze. eSklep nie odpowiedział, więc po jego stronie sesja wygaśnie później."
    return (
        "Nie udało się wylogować: eSklep nie odpowiedział, a magazyn haseł systemu jest niedostępny. Połącz się z Internetem "
        "i wyloguj się ponownie."
    )


def _of_the_system() -> dict[ErrorCode, str]:
    return {
        ErrorCode.AGENT_MISSING: (
            "Nie można uruchomić modułu łączności z eSklepem. Zainstaluj program ponownie; lista płac działa dalej."
        ),
        ErrorCode.AGENT_DIED: "Moduł łączności z eSklepem przerwał pracę. Wybierz „Ponów”; wpisane dane są zachowane.",
        ErrorCode.AGENT_GARBLED: (
            "Moduł łączności z eSklepem odpowiedział niezrozumiale. Wybierz „Ponów” albo zainstaluj program ponownie."
        ),
        ErrorCode.CALL_CANCELLED: "Przerwano czekanie na odpowiedź eSklepu. Jeśli nadal jej potrzebujesz, wybierz „Ponów”.",
        ErrorCode.STORE: "Nie można zapisać danych modułu na tym komputerze. Sprawdź wolne miejsce i uprawnienia.",
        ErrorCode.STATE_FOLDER: (
            "Folder danych modułu należy do kogoś innego, więc moduł nic w nim nie zapisuje i nie wyśle zamówienia. Poproś "
            "administratora, aby oddał ten folder Tobie albo go usunął; lista płac działa dalej."
        ),
        ErrorCode.LOG_UNUSABLE: (
            "Moduł nie może pisać dziennika pracy: w folderze jego danych leży pod tą nazwą coś innego niż plik albo nie ma miejsca. "
            "Sprawdź agent.log; eSklep działa bez dziennika."
        ),
        ErrorCode.CONFIGURATION: "Ustawienia modułu są niekompletne. Zainstaluj program ponownie albo skontaktuj się przez eBOK.",
        ErrorCode.NO_DISPLAY: (
            "Nie ma ekranu, na którym można pokazać okno. Uruchom polecenie w sesji graficznej albo bez okien: z --unattended, a demo z --offscreen."
        ),
        ErrorCode.NO_PRINTER: "Na tym komputerze nie ma drukarki. Dodaj ją w ustawieniach systemu albo wybierz „Zapisz PDF”.",
        ErrorCode.LIBRARY_BROKEN: (
            "Brakuje części programu albo jest uszkodzona, więc nie można sprawdzić licencji. Zainstaluj program ponownie. Lista płac działa dalej."
        ),
        ErrorCode.PORT_BUSY: "Port jest zajęty przez inny program. Podaj inny port albo 0, aby wybrać wolny.",
        ErrorCode.EXTRA_MISSING: "Brakuje bibliotek tego polecenia. Zainstaluj pakiet z dodatkiem „demo”.",
        ErrorCode.INTERNAL: (
            "Coś poszło nie tak w module odnawiania. Lista płac działa dalej; spróbuj ponownie albo napisz do eBOK."
        ),
    }


def _of_the_shops_keeper() -> dict[ErrorCode, str]:
    return {
        ErrorCode.SHOP_FOLDER: "W tym katalogu nie ma sklepu albo nie można go użyć. Sprawdź --state; nowy sklep zakłada r2-renewal shop init.",
        ErrorCode.SHOP_DATABASE: "Nie można otworzyć bazy danych sklepu. Sprawdź --database; tabele zakłada r2-renewal shop init.",
        ErrorCode.SIGNING_KEY: "Nie można użyć klucza podpisującego sklepu. Sprawdź plik signing-key: prawa tylko dla właściciela, treść jak w kopii.",
        ErrorCode.NO_SUCH_ORDER: "W tym sklepie nie ma takiego zamówienia. Sprawdź jego numer, np. ZAM/2026/000001.",
        ErrorCode.NO_SUCH_LICENCE: "W tym sklepie nie ma takiej licencji. Sprawdź jej identyfikator.",
        ErrorCode.ADDRESS_UNUSABLE: "Sklep nie może przyjmować połączeń pod tym adresem. Podaj w --host adres tego komputera, np. 127.0.0.1, i inny port.",
        ErrorCode.FILE_NOT_WRITABLE: "Nie można zapisać tego pliku. Sprawdź, czy jego folder istnieje i czy można w nim pisać.",
        ErrorCode.INVOICE_DOCUMENT: "Z danych klienta nie powstanie faktura, którą przyjmie KSeF. Popraw dane klienta w sklepie; faktura powstanie sama.",
        ErrorCode.KSEF_SETTINGS: "Połączenie sklepu z KSeF jest źle skonfigurowane. Popraw plik ksef.toml w katalogu sklepu i pliki, które wymienia.",
        ErrorCode.RECIPIENT: "Nie można zapisać tego odbiorcy. Sprawdź klienta, nazwę, NIP albo identyfikator wewnętrzny (NIP-00000) i adres.",
        ErrorCode.MAIL_SETTINGS: "Sklep nie wie, jak wysyłać pocztę. Podaj w --smtp adres smtp://[użytkownik@]host[:port], a hasło w pliku albo w zmiennej.",
    }


def clock_sentence(state: ClockState) -> str | None:
    """Return the sentence on a doubtful clock of the PC; None for a plausible one."""
    match state:
        case ClockState.BEHIND:
            return "Zegar komputera jest cofnięty. Sprawdź datę i godzinę; lista płac działa dalej."
        case ClockState.FAR_AHEAD:
            return "Zegar komputera może się spieszyć. Sprawdź datę i godzinę; lista płac działa dalej."
        case _:
            return None


def code_of_verdict(kind: VerdictKind) -> ErrorCode | None:
    """Return the error code of a verdict that is a failure; None for a subscription that is valid or expiring."""
    match kind:
        case VerdictKind.VALID | VerdictKind.EXPIRING:
            return None
        case _:
            return ErrorCode[f"LICENCE_{kind.name}"]


def field_sentence(field: Field, reason: Reason, limit: str = "") -> str:
    """Return the sentence under a field of the order form.

    Args:
        field: which field.
        reason: why it is refused.
        limit: the present limit in words, for a missing extension.
    """
    by_reason = {**_of_nip(), **_of_contacts(), **_of_programs()}
    text = by_reason.get((field, reason)) or _of_fields()[field]
    return text.replace("{limit}", limit)


def _of_nip() -> dict[tuple[Field, Reason], str]:
    return {
        (Field.NIP, Reason.EMPTY): "Podaj NIP.",
        (Field.NIP, Reason.LENGTH): "NIP musi mieć 10 cyfr.",
        (Field.NIP, Reason.CHARACTERS): "NIP może zawierać tylko cyfry, spacje, myślniki i przedrostek PL.",
        (Field.NIP, Reason.FOREIGN): "To numer VAT z innego kraju. Podaj polski NIP: 10 cyfr.",
        (Field.NIP, Reason.CHECKSUM): "Ten NIP jest nieprawidłowy. Sprawdź, czy cyfry się zgadzają.",
    }


def _of_contacts() -> dict[tuple[Field, Reason], str]:
    wrong_email = "Ten adres e-mail jest nieprawidłowy. Przykład: faktury@twojafirma.pl."
    one_email = "Podaj tylko jeden adres e-mail."
    return {
        (Field.RECIPIENT, Reason.REFUSED): "Tego odbiorcy nie ma już w danych firmy. Wybierz innego.",
        (Field.INVOICE_EMAIL, Reason.EMPTY): "Podaj e-mail do faktury.",
        (Field.INVOICE_EMAIL, Reason.INVALID): wrong_email,
        (Field.INVOICE_EMAIL, Reason.SEVERAL): one_email,
        **_of_phone(),
        (Field.EMAIL, Reason.EMPTY): "Podaj adres e-mail osoby zamawiającej.",
        (Field.EMAIL, Reason.INVALID): wrong_email,
        (Field.EMAIL, Reason.SEVERAL): one_email,
        (Field.FIRST_NAME, Reason.TOO_LONG): "Imię może mieć najwyżej 80 znaków.",
        (Field.LAST_NAME, Reason.TOO_LONG): "Nazwisko może mieć najwyżej 80 znaków.",
        (
            Field.FIRST_NAME,
            Reason.CHARACTERS,
        ): "Imię może zawierać litery, spacje, łączniki, apostrofy i kropki (po kropce spacja). Popraw je.",
        (
            Field.LAST_NAME,
            Reason.CHARACTERS,
        ): "Nazwisko może zawierać litery, spacje, łączniki, apostrofy i kropki (po kropce spacja). Popraw je.",
        (Field.FIRST_NAME, Reason.REFUSED): "eSklep nie przyjął tego imienia. Sprawdź je.",
        (Field.LAST_NAME, Reason.REFUSED): "eSklep nie przyjął tego nazwiska. Sprawdź je.",
    }


def _of_phone() -> dict[tuple[Field, Reason], str]:
    return {
        (Field.PHONE, Reason.EMPTY): "Podaj numer telefonu.",
        (
            Field.PHONE,
            Reason.TOO_SHORT,
        ): "Ten numer telefonu jest za krótki. Numer w Polsce ma 9 cyfr, np. 601 234 567.",
        (
            Field.PHONE,
            Reason.TOO_LONG,
        ): "Ten numer telefonu jest za długi. Numer w Polsce ma 9 cyfr, wewnętrzny najwyżej 6.",
        (Field.PHONE, Reason.SEVERAL): "Podaj tylko jeden numer telefonu.",
        (
            Field.PHONE,
            Reason.INVALID,
        ): "Ten numer telefonu jest nieprawidłowy. Przykład: 601 234 567 lub +48 601 234 567.",
    }


def _of_programs() -> dict[tuple[Field, Reason], str]:
    return {
        (
            Field.PROGRAMS,
            Reason.TOO_MANY,
        ): "W jednym zamówieniu może być najwyżej 50 programów. Odznacz pozostałe i zamów je osobno.",
        (
            Field.OFFER,
            Reason.NOT_OFFERED,
        ): "Tego programu nie można teraz tak zamówić. Odznacz go albo wybierz inną usługę.",
    }


def _of_fields() -> dict[Field, str]:
    return {
        Field.KIND: "Wybierz usługę: Abonament lub Rozszerzenie.",
        Field.PROGRAMS: "Zaznacz co najmniej jeden program.",
        Field.OFFER: "Wybierz limit większy niż obecny ({limit}).",
        Field.QUOTE: "Poczekaj na cenę z eSklepu.",
        Field.NIP: "Ten NIP jest nieprawidłowy. Sprawdź, czy cyfry się zgadzają.",
        Field.COMPANY_CONFIRMED: "Potwierdź, że dane do faktury są poprawne.",
        Field.INVOICE_EMAIL: "Podaj e-mail do faktury.",
        Field.RECIPIENT: "Wybierz odbiorcę.",
        Field.FIRST_NAME: "Podaj imię.",
        Field.LAST_NAME: "Podaj nazwisko.",
        Field.PHONE: "Podaj numer telefonu.",
        Field.EMAIL: "Podaj adres e-mail osoby zamawiającej.",
        Field.CONSENT: "Aby złożyć zamówienie, zaznacz zgodę na automatyczne odnowienie.",
        Field.RECEIPT: "Czekamy na potwierdzenie eSklepu.",
    }


def other_price_sentence(old: Quote, new: Quote) -> str:
    """Return the sentence about an order refused for its price: renewed by another route, another price, or held no longer."""
    renewed = new.renewed_since(old)
    if renewed:
        return _renewed_sentence(renewed)
    prices = str(old.price.gross), str(new.price.gross)
    what = (
        f"Cena zmieniła się z {prices[0]} na {prices[1]}."
        if prices[0] != prices[1]
        else f"Poprzednia wycena straciła ważność, cena pozostała ta sama: {prices[1]}."
    )
    return f"{what} Sprawdź podsumowanie i potwierdź zamówienie ponownie."


def _renewed_sentence(lines: Sequence[QuoteLine]) -> str:
    ends = ", ".join(f"{line.program} do {short_date(line.period_from - timedelta(days=1))}" for line in lines)
    return (
        f"Abonament już odnowiono: {ends}. To zamówienie nie zostało złożone; potwierdzone ponownie przedłuży abonament "
        "jeszcze raz. Jeśli tego nie chcesz, wybierz „Anuluj”."
    )
