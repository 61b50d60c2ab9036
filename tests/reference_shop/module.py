"""A customer's module as a test drives it: the calls of the API in the order of the form, over any HTTP client.

It knows the wire only: what it renders and counts comes from the shop's own answers, as a real module's would.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx

from r2_renewal.contract import paths
from r2_renewal.domain.consent import ORDERED_PERIOD, Document, give, renewal_text
from r2_renewal.domain.money import Price, money

Json = dict[str, Any]
INVOICE_EMAIL = "faktury@klosowska.example"
# The demo's program that ends late enough for an extension: 28.03.2027.
LATER_LICENCE_ID = "L-R2F-100482"


@dataclass
class Module:
    """A module of one customer. Attributes: http: the client; token: of its session."""

    http: httpx.Client
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, certificate: str) -> Module:
        answer = self.http.post(paths.LICENCE_SESSIONS, json={"certificate": certificate})
        assert answer.status_code == 201, answer.text
        return self.use(answer.json()["token"])

    def log_in(self, email: str, password: str) -> Module:
        answer = self.http.post(paths.ACCOUNT_SESSIONS, json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        return self.use(answer.json()["token"])

    def use(self, token: str) -> Module:
        self.token, self.headers = token, {"Authorization": f"Bearer {token}"}
        return self

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers={**self.headers, **headers})

    def post(self, path: str, body: Json, **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers={**self.headers, **headers})

    def storefront(self) -> Json:
        answer = self.get(paths.STOREFRONT)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def offer(self, licence_id: str, kind: str = "subscription") -> Json:
        offers: list[Json] = self.storefront()["offers"]
        return next(offer for offer in offers if (offer["licence_id"], offer["kind"]) == (licence_id, kind))

    def quote(self, licence_id: str, kind: str = "subscription") -> Json:
        return self.quote_all((licence_id, kind))

    def quote_all(self, *wanted: tuple[str, str]) -> Json:
        """Return the price of several programs, each with the kind of what is wanted for it."""
        items = [
            {"licence_id": licence_id, "offer_id": self.offer(licence_id, kind)["offer_id"]}
            for licence_id, kind in wanted
        ]
        answer = self.post(paths.QUOTES, {"items": items})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def consents(self, quote: Json, invoice_email: str = INVOICE_EMAIL) -> list[Json]:
        """Return the consent to renew each program, to the text as this module would show it."""
        storefront = self.storefront()
        version = next(ref["version"] for ref in storefront["documents"] if ref["kind"] == "auto_renewal")
        template = Document(**self.get(paths.document("auto_renewal", version)).json())
        return [_consent(template, line, invoice_email, storefront) for line in quote["lines"]]

    def body(self, quote: Json, **changes: Any) -> Json:
        """Return the order of a quote, rightly filled in but for the changes."""
        invoice_email = changes.get("invoice_email", INVOICE_EMAIL)
        return {
            "quote_id": quote["quote_id"],
            "nip": "526-283-15-03",
            "company_confirmed": True,
            "invoice_email": invoice_email,
            "orderer": {
                "first_name": "Anna",
                "last_name": "Kłosowska",
                "phone": "601 234 567",
                "email": "anna.klosowska@klosowska.example",
            },
            "consents": self.consents(quote, invoice_email),
            "gross": quote["price"]["gross"],
            "channel": "module",
            "app_version": "0.1.0",
            **changes,
        }

    def submit(self, body: Json, key: str | None = None) -> httpx.Response:
        return self.post(paths.ORDERS, body, **{paths.IDEMPOTENCY_KEY: key or str(uuid.uuid4())})

    def order_from(self, licence_id: str, offer_id: str) -> Json:
        """Order one offer of a program that the storefront has no room for."""
        quote = self.post(paths.QUOTES, asked(licence_id, offer_id))
        assert quote.status_code == 201, quote.text
        answer = self.submit(self.body(dict(quote.json())))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def order(self, licence_id: str, kind: str = "subscription") -> Json:
        """Order as a customer does who fills everything in rightly."""
        answer = self.submit(self.body(self.quote(licence_id, kind)))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def asked(licence_id: str, offer_id: str) -> Json:
    """Return the body that asks for the price of one offer."""
    return {"items": [{"licence_id": licence_id, "offer_id": offer_id}]}


def _consent(template: Document, line: Json, invoice_email: str, storefront: Json) -> Json:
    text = renewal_text(
        template,
        program=line["program"],
        period=ORDERED_PERIOD,
        last_day=date.fromisoformat(line["period"]["last_day"]),
        price=as_price(line["renewal"]["price"]),
        email=invoice_email,
        panel=storefront["panel_url"],
        contact=storefront["contact_email"],
    )
    given = give(template, text)
    return {
        "licence_id": line["licence_id"],
        "kind": given.kind,
        "text_version": given.version,
        "sha256": given.sha256,
        "locale": given.locale,
    }


def as_price(body: Json) -> Price:
    """Return a price's body as the rules know it."""
    return Price(*(money(body[part]["amount"], body[part]["currency"]) for part in ("net", "vat", "gross")))


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    """Return the body of a refusal after checking that it is one, as RFC 9457 and the contract say."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = dict(answer.json())
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"].endswith(code)
    assert body["title"]
    return body


def fields(body: Json) -> set[tuple[str, str]]:
    """Return the refused fields of a problem with the reasons."""
    return {(entry["field"], entry["code"]) for entry in body["fields"]}
