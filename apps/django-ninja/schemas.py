"""The order of `validate` as Schemas, from which Django Ninja validates a body and answers 422 by itself.

https://django-ninja.dev/guide/schemas/
"""

from datetime import date
from decimal import Decimal
from typing import Annotated

from harness_data.orders import MOST_ITEMS, Country, Currency, Email, Money, Note, Number, Quantity, Sku, Text
from ninja import Schema
from pydantic import ConfigDict, Field, computed_field


class Stripped(Schema):
    model_config = ConfigDict(str_strip_whitespace=True)


class Customer(Stripped):
    name: Text
    email: Email
    country: Country = "DE"


class Item(Stripped):
    sku: Sku
    quantity: Quantity = 1
    price: Money


class Order(Stripped):
    number: Number
    ordered: date
    deliver: date
    customer: Customer
    currency: Currency = "EUR"
    items: Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]
    note: Note = ""

    @computed_field
    @property
    def total(self) -> Decimal:
        return sum((item.quantity * item.price for item in self.items), Decimal("0.00"))
