"""Orders to validate, each with its normalised form. Every 16th breaks one rule of docs/contract.md."""

import json
import random
from collections.abc import Callable
from decimal import Decimal

from harness.model.asked.request import Expectation, Request

Order = dict[str, object]
NAMES = ("Ada", "Zoë", "Grace", "José", "Linus", "Margaret", "陽子", "Guido")
SEED = 20_261_129
ITEMS = 10
OF_WHICH_ONE_IS_BROKEN = 16


def prepare(count: int) -> list[Request]:
    """`count` orders."""
    dice = random.Random(SEED)
    return [
        broken(place, dice) if place % OF_WHICH_ONE_IS_BROKEN == 15 else right(place, dice) for place in range(count)
    ]


def right(place: int, dice: random.Random) -> Request:
    order = order_of(place, dice)
    expect = Expectation(content_type="application/json", form="json", body=json.dumps(normalised(order)))
    return posted(order, expect)


def broken(place: int, dice: random.Random) -> Request:
    order = order_of(place, dice)
    field = WAYS[place // OF_WHICH_ONE_IS_BROKEN % len(WAYS)](order, dice)
    return posted(order, Expectation(status=400, status_to=499, content_type="", form="any", holds=field))


def posted(order: Order, expect: Expectation) -> Request:
    body = json.dumps(order, ensure_ascii=False)
    return Request(
        method="POST", path="/validate", headers={"Content-Type": "application/json"}, body=body, expect=expect
    )


def order_of(place: int, dice: random.Random) -> Order:
    """An order; what has a default is left out half the time."""
    name = dice.choice(NAMES)
    customer = {"name": f"  {name} {dice.randrange(1000)} ", "email": f"buyer{dice.randrange(10**6)}@example.org"}
    order = {
        "number": place + 1,
        "ordered": date_of(dice, 2025),
        "deliver": date_of(dice, 2026),
        "customer": customer | sometimes(dice, country=dice.choice(("DE", "FR", "JP"))),
        "items": [item_of(dice) for _ in range(ITEMS)],
    }
    return order | sometimes(dice, currency=dice.choice(("EUR", "GBP", "USD")), note=f"door {dice.randrange(100)}")


def item_of(dice: random.Random) -> Order:
    price = dice.choice(
        (
            f"{dice.randint(1, 999)}",
            f"{dice.randint(0, 99)}.{dice.randint(1, 9)}",
            f"{dice.randint(0, 99)}.{dice.randint(10, 99)}",
        )
    )
    return {"sku": f"AB-{dice.randrange(10_000):04}", "price": price} | sometimes(dice, quantity=dice.randint(1, 99))


def date_of(dice: random.Random, year: int) -> str:
    return f"{year}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"


def sometimes(dice: random.Random, **more: object) -> Order:
    return {key: value for key, value in more.items() if dice.random() < 0.5}


def normalised(order: Order) -> Order:
    """What a right application answers: blanks around texts stripped, defaults filled in, two places, the total."""
    given: dict = order["customer"]  # type: ignore[assignment]
    items = [
        {"sku": item["sku"], "quantity": item.get("quantity", 1), "price": money(item["price"])}
        for item in order["items"]  # type: ignore[attr-defined]
    ]
    customer = {"name": given["name"].strip(), "email": given["email"], "country": given.get("country", "DE")}
    total = sum(item["quantity"] * Decimal(item["price"]) for item in items)
    defaults = {"currency": "EUR", "note": ""}
    return defaults | order | {"customer": customer, "items": items, "total": money(total)}


def money(amount: object) -> str:
    return f"{Decimal(str(amount)):.2f}"


def with_items(field: str, value: object) -> Callable[[Order, random.Random], str]:
    """One item gets this value; None takes the field away."""

    def change(order: Order, dice: random.Random) -> str:
        item = order["items"][dice.randrange(ITEMS)]  # type: ignore[index]
        item.pop(field, None)
        item.update({} if value is None else {field: value})
        return field

    return change


def with_customer(field: str, value: object) -> Callable[[Order, random.Random], str]:
    def change(order: Order, _: random.Random) -> str:
        order["customer"][field] = value  # type: ignore[index]
        return field

    return change


def with_order(field: str, value: object) -> Callable[[Order, random.Random], str]:
    def change(order: Order, _: random.Random) -> str:
        order.pop(field, None)
        order.update({} if value is None else {field: value})
        return field

    return change


WAYS = (
    with_items("quantity", 0),
    with_items("quantity", "many"),
    with_items("price", "12.345"),
    with_items("price", "-1"),
    with_items("price", "cheap"),
    with_items("sku", None),
    with_items("sku", "4711"),
    with_customer("email", "nobody"),
    with_customer("country", "Germany"),
    with_customer("name", "   "),
    with_order("customer", None),
    with_order("ordered", "2026-02-30"),
    with_order("deliver", None),
    with_order("currency", "XYZ"),
    with_order("items", []),
    with_order("number", 0),
)
