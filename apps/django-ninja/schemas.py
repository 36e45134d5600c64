"""The order of `validate` as Schemas, from which Django Ninja validates a body and answers 422 by itself.

https://django-ninja.dev/guide/schemas/
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from harness_data.orders import Money, Text
from ninja import Schema
from pydantic import ConfigDict, Field, computed_field


class Stripped(Schema):
    model_config = ConfigDict(str_strip_whitespace=True)


class Customer(Stripped):
    name: Text
    email: Annotated[Text, Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "DE"


class Item(Stripped):
    sku: Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{4}$")]
    quantity: Annotated[int, Field(ge=1, le=99)] = 1
    price: Money


class Order(Stripped):
    number: Annotated[int, Field(ge=1)]
    ordered: date
    deliver: date
    customer: Customer
    currency: Literal["EUR", "GBP", "USD"] = "EUR"
    items: Annotated[list[Item], Field(min_length=1, max_length=50)]
    note: Annotated[str, Field(max_length=200)] = ""

    @computed_field
    @property
    def total(self) -> Decimal:
        return sum((item.quantity * item.price for item in self.items), Decimal("0.00"))
