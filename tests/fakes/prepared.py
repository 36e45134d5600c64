"""The scenarios of prepared requests, answered right with the standard library alone. A wrong application overrides one
thing."""

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
import re
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from harness.model.asked.tokens import TOKEN_KEY

PATHS = ("/validate", "/auth", "/upload")
Answer = tuple[str, object]
"""A status line's end, and what is answered as JSON."""


class PreparedAnswers(ABC):
    @abstractmethod
    def told(self, row: int) -> dict[str, object]:
        """A row of `world`."""

    def prepared(self, path: str, head: bytes, body: bytes) -> Answer:
        if path == "/validate":
            return self.validated(json.loads(body))
        if path == "/upload":
            return "200 OK", {"sha256": self.hashed(body), "size": len(body)}
        return self.authorised(head)

    def validated(self, order: dict[str, Any]) -> Answer:
        wrong = next(broken_fields(order), None)
        return self.refusal(wrong) if wrong else ("200 OK", self.normalised(order))

    def refusal(self, field: str) -> Answer:
        return "422 Unprocessable Content", {"wrong": field}

    def normalised(self, order: dict[str, Any]) -> dict[str, object]:
        items = [{"quantity": 1} | item | {"price": Decimal(item["price"])} for item in order["items"]]
        customer = {"country": "DE"} | order["customer"] | {"name": order["customer"]["name"].strip()}
        total = sum((item["quantity"] * item["price"] for item in items), Decimal(0))
        told = [item | {"price": self.money(item["price"])} for item in items]
        return (
            {"currency": "EUR", "note": ""}
            | order
            | {
                "customer": customer,
                "items": told,
                "total": self.money(total),
            }
        )

    def money(self, amount: Decimal) -> object:
        return f"{amount:.2f}"

    def authorised(self, head: bytes) -> Answer:
        found = re.search(rb"\r\nauthorization: bearer ([^\r]+)", head, re.IGNORECASE)
        user = self.user_of(found[1].decode()) if found else None
        if user is None or not self.has_row(user):
            return "401 Unauthorized", {"error": "a valid token is needed"}
        return "200 OK", self.told(user)

    def user_of(self, token: str) -> int | None:
        header, claims, _ = (decoded(part) for part in token.split("."))
        asked = json.loads(claims)
        return int(asked["sub"]) if self.is_signed(token, json.loads(header)) and self.is_current(asked) else None

    def is_signed(self, token: str, header: dict[str, str]) -> bool:
        signed, _, signature = token.rpartition(".")
        right = hmac.digest(TOKEN_KEY.encode(), signed.encode(), hashlib.sha256)
        return header["alg"] == "HS256" and hmac.compare_digest(decoded(signature), right)

    def is_current(self, claims: dict[str, int]) -> bool:
        return claims["exp"] > time.time()

    def has_row(self, user: int) -> bool:
        return 1 <= user <= 10_000

    def hashed(self, body: bytes) -> str:
        return hashlib.sha256(body).hexdigest()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def broken_fields(order: dict[str, Any]) -> Iterator[str]:
    """Names of fields that break a rule of docs/contract.md."""
    if order["number"] < 1:
        yield "number"
    yield from (field for field in ("ordered", "deliver") if not is_date(order.get(field)))
    if order.get("currency", "EUR") not in ("EUR", "GBP", "USD"):
        yield "currency"
    yield from broken_in_customer(order["customer"]) if "customer" in order else ("customer",)
    if not order["items"]:
        yield "items"
    for item in order["items"]:
        if not re.fullmatch(r"[A-Z]{2}-[0-9]{4}", item.get("sku", "")):
            yield "sku"
        if item.get("quantity", 1) not in range(1, 100):
            yield "quantity"
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", item["price"]) or not Decimal(item["price"]):
            yield "price"


def broken_in_customer(customer: dict[str, str]) -> Iterator[str]:
    if not customer["name"].strip():
        yield "name"
    if "@" not in customer["email"]:
        yield "email"
    if not re.fullmatch("[A-Z]{2}", customer.get("country", "DE")):
        yield "country"


def is_date(text: str | None) -> bool:
    try:
        date.fromisoformat(text or "")
    except ValueError:
        return False
    return True
