"""Every call by every caller, generated from the application: who may call what, and what of another customer's is there.

Rule of this file: each route of the application stands in ``REACH``; a new one fails the first test until somebody has said who
may call it, and every one whose address names an object is asked for another customer's.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from r2_renewal.contract import paths
from r2_renewal.reference_shop.app import create_app
from r2_renewal.reference_shop.clock import set_to
from r2_renewal.reference_shop.folder import ShopFolder, settings_of
from r2_renewal.reference_shop.fulfilment import invoice
from r2_renewal.reference_shop.open_sessions import name_of
from r2_renewal.reference_shop.panel import addresses
from r2_renewal.reference_shop.panel.forms import TOKEN_FIELD
from r2_renewal.reference_shop.panel.visit import SESSION, form_token
from r2_renewal.reference_shop.passwords import hash_password
from r2_renewal.reference_shop.seed import LICENCE_ID, PreparedShop
from r2_renewal.reference_shop.sessions import digest
from r2_renewal.reference_shop.settings import ShopSettings
from r2_renewal.reference_shop.shop import Shop, opened
from r2_renewal.reference_shop.tables import User
from tests.reference_shop.conftest import TODAY, add_customer
from tests.reference_shop.module import Json, Module, asked, problem

PUBLIC, ANY_SESSION, ACCOUNT = "public", "any session", "account"
# Pages of the panel: for everybody, and for those whose cookie is an account's session.
PAGE, OWN_PAGE = "page", "own page"

REACH = {
    ("POST", paths.LICENCE_SESSIONS): PUBLIC,
    ("POST", paths.ACCOUNT_SESSIONS): PUBLIC,
    ("POST", paths.PASSWORD_RESETS): PUBLIC,
    ("POST", paths.PASSWORD_RESETS + "/{token}"): PUBLIC,
    ("GET", paths.DOCUMENTS + "/{kind}/{version}"): PUBLIC,
    ("GET", "/health"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/panel"): PAGE,
    ("GET", "/panel/panel.css"): PAGE,
    ("GET", addresses.LOGIN): PAGE,
    ("POST", addresses.LOGIN): PAGE,
    ("POST", addresses.LOGOUT): OWN_PAGE,
    ("GET", addresses.PASSWORD): PAGE,
    ("POST", addresses.PASSWORD): PAGE,
    ("GET", addresses.PASSWORD + "/{token}"): PAGE,
    ("POST", addresses.PASSWORD + "/{token}"): PAGE,
    ("GET", addresses.ORDER_FILE): PAGE,
    ("GET", addresses.ORDER_FILE_SCRIPT): PAGE,
    ("POST", addresses.ORDER_FILE): PAGE,
    ("POST", addresses.ORDER_FILE_DETAILS): PAGE,
    ("POST", addresses.ORDER_FILE_PLACE): PAGE,
    ("GET", addresses.ORDER_FILE + "/{token}"): PAGE,
    ("GET", addresses.ORDER_FILE + "/{token}/licencja/{licence}"): PAGE,
    ("GET", addresses.ORDER_FILE + "/{token}/odstapienie"): PAGE,
    ("POST", addresses.ORDER_FILE + "/{token}/odstapienie"): PAGE,
    ("GET", "/"): PAGE,
    ("GET", addresses.DATA): OWN_PAGE,
    ("POST", addresses.DATA): OWN_PAGE,
    ("POST", addresses.PUT_BACK_EMAIL): OWN_PAGE,
    ("GET", addresses.REPORT): OWN_PAGE,
    ("POST", addresses.REPORT): OWN_PAGE,
    ("GET", addresses.CONSENTS): OWN_PAGE,
    ("GET", addresses.CONSENTS + "/{consent_id}/pdf"): OWN_PAGE,
    ("GET", addresses.PROGRAMS): OWN_PAGE,
    ("GET", addresses.PROGRAMS + "/{licence_id}/licencja"): OWN_PAGE,
    ("GET", addresses.ORDERS): OWN_PAGE,
    ("GET", addresses.ORDERS + "/{order_id}"): OWN_PAGE,
    ("POST", addresses.ORDERS + "/{order_id}/anulowanie"): OWN_PAGE,
    ("GET", addresses.ORDERS + "/{order_id}/odstapienie"): OWN_PAGE,
    ("POST", addresses.ORDERS + "/{order_id}/odstapienie"): OWN_PAGE,
    ("GET", addresses.INVOICES): OWN_PAGE,
    ("GET", addresses.INVOICES + "/{invoice_id}/pdf"): OWN_PAGE,
    ("GET", addresses.SESSIONS): OWN_PAGE,
    ("POST", addresses.SESSIONS + "/{session_name}/wyloguj"): OWN_PAGE,
    ("POST", addresses.END_SESSIONS): OWN_PAGE,
    ("GET", "/schema"): PUBLIC,
    ("GET", "/schema/openapi.json"): PUBLIC,
    ("GET", "/schema/{path}"): PUBLIC,
    ("DELETE", paths.CURRENT_SESSION): ANY_SESSION,
    ("GET", paths.STOREFRONT): ANY_SESSION,
    ("GET", paths.PROGRAMS): ANY_SESSION,
    ("GET", paths.PROGRAMS + "/{licence_id}"): ANY_SESSION,
    ("POST", paths.QUOTES): ANY_SESSION,
    ("POST", paths.ORDERS): ANY_SESSION,
    ("GET", paths.ORDERS): ANY_SESSION,
    ("GET", paths.ORDERS + "/{order_id}"): ANY_SESSION,
    ("POST", paths.ORDERS + "/{order_id}/withdrawals"): ANY_SESSION,
    ("POST", paths.ORDERS + "/{order_id}/cancellations"): ANY_SESSION,
    ("GET", paths.LICENCES + "/{licence_id}/file"): ANY_SESSION,
    ("POST", paths.DATA_CORRECTIONS): ANY_SESSION,
    ("GET", paths.CUSTOMER): ANY_SESSION,
    ("GET", paths.ENROLMENTS): ANY_SESSION,
    ("PATCH", paths.CUSTOMER): ANY_SESSION,
    ("GET", paths.CONSENTS): ACCOUNT,
    ("GET", paths.INVOICES): ACCOUNT,
    ("GET", paths.INVOICES + "/{invoice_id}/pdf"): ACCOUNT,
}
# What of an address names an object of a customer; the others name a text, a secret or a file of ours.
OBJECTS = {"order_id", "licence_id", "invoice_id", "consent_id", "session_name"}
NO_OBJECTS = {"kind", "version", "token", "licence", "path"}
OTHER_EMAIL, OTHER_PASSWORD = "jan@slusarz.example", "inne hasło niż tamto"

Call = tuple[str, str]


def calls_of(application: Litestar) -> set[Call]:
    """Return every method and address that the application answers."""
    return {
        (method, route.path_format or "/")
        for route in application.routes
        for method in getattr(route, "methods", ())
        if method not in ("HEAD", "OPTIONS")
    }


def parameters(path: str) -> set[str]:
    return {part.strip("{}") for part in path.split("/") if part.startswith("{")}


def test_every_route_of_the_application_is_in_the_matrix(settings: ShopSettings) -> None:
    assert calls_of(create_app(settings)) == set(REACH)


def test_every_part_of_an_address_is_an_object_or_is_none() -> None:
    named = set().union(*(parameters(path) for _, path in REACH))
    assert named == OBJECTS | NO_OBJECTS


@dataclass(frozen=True)
class World:
    """Two customers on one shop. Attributes: objects: the first one's, by what an address calls them."""

    own: Module
    other: Module
    other_order: Module
    objects: dict[str, str]
    order: Json

    def ask(self, caller: Module, method: str, path: str) -> httpx.Response:
        if path.startswith("/panel"):
            return self._visit(caller, method, path)
        headers = {**caller.headers, paths.IDEMPOTENCY_KEY: "k", paths.IF_MATCH: "*"}
        return caller.http.request(method, path.format(**self.objects), headers=headers, json=self._body(path))

    def _visit(self, caller: Module, method: str, path: str) -> httpx.Response:
        """Ask for a page of the panel, with the caller's token as its cookie and in the form."""
        cookies = {"Cookie": f"{SESSION}={caller.token}"} if caller.token else {}
        form = {TOKEN_FIELD: form_token(caller.token), **(self._body(path) or {})} if method == "POST" else None
        address = path.format(**self.objects)
        return caller.http.request(method, address, headers=cookies, data=form, follow_redirects=False)

    def _body(self, path: str) -> Json | None:
        if path.endswith(("/withdrawals", "/odstapienie")):
            number = self.order["number"]
            return {"name": "Jan", "order_number": number, "email": "jan@slusarz.example", "channel": "module"}
        return {"channel": "module"} if path.endswith("/cancellations") else None


@pytest.fixture(scope="module")
def shared_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One shop for the whole matrix: nothing in it is changed by calls that are refused."""
    seeded: PreparedShop = request.getfixturevalue("seeded")
    folder = ShopFolder(tmp_path_factory.mktemp("matrix") / "shop")
    shutil.copytree(seeded.folder.path, folder.path)
    settings = settings_of(folder, clock=set_to(TODAY))
    with opened(settings) as shop, TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield replace(seeded, folder=folder), shop, client


@pytest.fixture(scope="module")
def world(shared_shop: Any) -> World:
    prepared, shop, client = shared_shop
    own = Module(client).log_in(prepared.account_email, prepared.account_password)
    order = own.order(LICENCE_ID)
    invoice(shop, order["order_id"])
    invoice_id = own.get(paths.INVOICES).json()["invoices"][0]["invoice_id"]
    licence = add_customer(shop, "K-2", "L-2")
    _add_login(shop)
    objects = {
        "order_id": order["order_id"],
        "licence_id": LICENCE_ID,
        "invoice_id": invoice_id,
        "consent_id": own.get(paths.CONSENTS).json()["consents"][0]["consent_id"],
        "session_name": name_of(digest(own.token)),
        "token": "x",
        "licence": "x",
        "kind": "terms",
        "version": "1",
        "path": "x",
    }
    other = Module(client).log_in(OTHER_EMAIL, OTHER_PASSWORD)
    return World(own, other, Module(client).open(licence), objects, order)


def _add_login(shop: Shop) -> None:
    with shop.database.writing() as session:
        session.add(User(email=OTHER_EMAIL, customer_id="K-2", password_hash=hash_password(OTHER_PASSWORD)))


WITH_OBJECT = sorted(call for call in REACH if parameters(call[1]) & OBJECTS)
OF_API = [call for call in WITH_OBJECT if REACH[call] != OWN_PAGE]
OF_PANEL = [call for call in WITH_OBJECT if REACH[call] == OWN_PAGE]
SECURED = sorted(call for call, reach in REACH.items() if reach in (ANY_SESSION, ACCOUNT))
OWN_PAGES = sorted(call for call, reach in REACH.items() if reach == OWN_PAGE)
OF_ACCOUNT = sorted(call for call, reach in REACH.items() if reach == ACCOUNT)


@pytest.mark.parametrize(("method", "path"), OF_API)
def test_another_customers_object_is_not_there(world: World, method: str, path: str) -> None:
    problem(world.ask(world.other, method, path), 404, "not_found")
    if REACH[method, path] == ANY_SESSION:
        problem(world.ask(world.other_order, method, path), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), OF_PANEL)
def test_another_customers_object_has_no_page(world: World, method: str, path: str) -> None:
    answer = world.ask(world.other, method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    none = replace(world, objects=dict.fromkeys(world.objects, "x")).ask(world.other, method, path)
    assert _but_for_tokens(none.text) == _but_for_tokens(answer.text)  # nor is it told from one that never was


def _but_for_tokens(text: str) -> str:
    return re.sub(r'name="token" value="[^"]*"', "", text)


@pytest.mark.parametrize(("method", "path"), OWN_PAGES)
@pytest.mark.parametrize("token", ["", "x", "a" * 43])
def test_without_a_session_a_page_leads_to_the_login(world: World, method: str, path: str, token: str) -> None:
    assert leads_to_the_login(world.ask(Module(world.own.http, token), method, path))


def leads_to_the_login(answer: httpx.Response) -> bool:
    if answer.status_code == 403:  # what was typed is shown first
        return "Sesja wygasła" in answer.text and f'action="{addresses.LOGIN}"' in answer.text
    return answer.status_code == 303 and answer.headers["location"].startswith(f"{addresses.LOGIN}?dalej=/panel/")


@pytest.mark.parametrize(("method", "path"), OWN_PAGES)
def test_a_licences_session_does_not_reach_the_panel(world: World, method: str, path: str) -> None:
    assert leads_to_the_login(world.ask(world.other_order, method, path))


@pytest.mark.parametrize("path", sorted(path for method, path in REACH if method == "POST" and "/panel" in path))
def test_a_form_without_its_token_changes_nothing(world: World, path: str) -> None:
    cookies = {"Cookie": f"{SESSION}={world.own.token}; r2_visitor=x"}
    address = path.format(**world.objects)
    for form in ({}, {TOKEN_FIELD: ""}, {TOKEN_FIELD: form_token(world.other.token)}, {TOKEN_FIELD: "ż"}):
        answer = world.own.http.request("POST", address, headers=cookies, data=form, follow_redirects=False)
        assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    answer = world.own.http.request("POST", address, headers=cookies, json={"token": form_token(world.own.token)})
    assert answer.status_code == 415  # refused before it is read


@pytest.mark.parametrize(("method", "path"), [call for call in WITH_OBJECT if call[0] == "GET"])
def test_ones_own_object_is_there(world: World, method: str, path: str) -> None:
    assert world.ask(world.own, method, path).status_code == 200


@pytest.mark.parametrize(("method", "path"), SECURED)
@pytest.mark.parametrize("token", ["", "x", "a" * 43])
def test_without_a_session_nothing_is_answered(world: World, method: str, path: str, token: str) -> None:
    stranger = Module(world.own.http)
    if token:
        stranger.use(token)
    answer = world.ask(stranger, method, path)
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), OF_ACCOUNT)
def test_a_licences_session_does_not_reach_the_account(world: World, method: str, path: str) -> None:
    answer = world.ask(world.other_order, method, path)
    problem(answer, 403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path"), sorted(REACH))
def test_every_answer_forbids_what_a_browser_might_do_with_it(world: World, method: str, path: str) -> None:
    headers = world.ask(Module(world.own.http), method, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert "strict-transport-security" not in headers  # this was no https
    assert headers["cache-control"] in ("no-store", "public, max-age=3600")


def test_objects_named_in_a_body_are_not_there_either(world: World) -> None:
    other = world.other
    offer = world.own.offer("L-R2F-100482")
    problem(other.post(paths.QUOTES, asked("L-R2F-100482", offer["offer_id"])), 404, "not_found")
    quote = world.own.quote("L-R2F-100482")
    body = {**world.own.body(quote), "nip": "7010019252"}
    problem(other.post(paths.ORDERS, body, **{paths.IDEMPOTENCY_KEY: "k"}), 404, "not_found")
    change = {"channel": "panel", "revocations": [LICENCE_ID]}
    headers = {**other.headers, paths.IF_MATCH: "*"}
    problem(other.http.patch(paths.CUSTOMER, json=change, headers=headers), 404, "not_found")


@pytest.mark.parametrize("path", [paths.ORDERS, paths.CONSENTS, paths.INVOICES])
def test_another_customers_lists_are_empty_and_their_cursors_are_none(world: World, path: str) -> None:
    entries = world.own.get(path).json()
    (name,) = set(entries) - {"next"}
    assert len(entries[name]) == 1
    assert world.other.get(path).json() == {name: [], "next": None}
    cursor = next(value for key, value in entries[name][0].items() if key in ("order_id", "consent_id", "invoice_id"))
    problem(world.other.get(f"{path}?cursor={cursor}"), 422, "validation_failed")


@pytest.mark.parametrize("path", ["/schema/x", "/schema/x.json"])
def test_beside_the_description_there_is_nothing(world: World, path: str) -> None:
    problem(world.own.get(path), 404, "not_found")
