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


class Stripped(BaseModel):
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
        """Of all items."""
        return sum((item.quantity * item.price for item in self.items), Decimal("0.00"))
