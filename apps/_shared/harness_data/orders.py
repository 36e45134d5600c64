"""The order of the scenario `validate` as a model. It imports pydantic: an application that is not asked this scenario
gets along without (`harness_data.validating` imports it when it is first needed)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, computed_field

CENT = Decimal("0.01")
Money = Annotated[
    Decimal, Field(gt=0, max_digits=8, decimal_places=2), AfterValidator(lambda amount: amount.quantize(CENT))
]
Text = Annotated[str, Field(min_length=1, max_length=80)]
Email = Annotated[Text, Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Sku = Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{4}$")]
Quantity = Annotated[int, Field(ge=1, le=99)]
Number = Annotated[int, Field(ge=1)]
Currency = Literal["EUR", "GBP", "USD"]
Note = Annotated[str, Field(max_length=200)]
MOST_ITEMS = 50


class Stripped(BaseModel):
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
        """Of all items."""
        return sum((item.quantity * item.price for item in self.items), Decimal("0.00"))
