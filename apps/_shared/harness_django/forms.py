"""The order of the scenario `validate` as Django's forms, with which its documentation checks what a client sends."""

from decimal import Decimal

from django import forms


class CustomerForm(forms.Form):
    name = forms.CharField(max_length=80)
    email = forms.EmailField(max_length=80)
    country = forms.RegexField(r"^[A-Z]{2}$", required=False, empty_value="DE")


class ItemForm(forms.Form):
    sku = forms.RegexField(r"^[A-Z]{2}-[0-9]{4}$")
    quantity = forms.IntegerField(min_value=1, max_value=99, required=False)
    price = forms.DecimalField(min_value=Decimal("0.01"), max_digits=8, decimal_places=2)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class OrderForm(forms.Form):
    """An order and, as forms of their own, its customer and its items."""

    number = forms.IntegerField(min_value=1)
    ordered = forms.DateField(input_formats=["%Y-%m-%d"])
    deliver = forms.DateField(input_formats=["%Y-%m-%d"])
    currency = forms.ChoiceField(choices=[(code, code) for code in ("EUR", "GBP", "USD")], required=False)
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, order: dict) -> None:
        super().__init__(order)
        self.customer = CustomerForm(order.get("customer") or {})
        self.items = [ItemForm(item) for item in order.get("items") or []]

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or "EUR"

    def clean(self) -> dict:
        if not 1 <= len(self.items) <= 50:
            self.add_error(None, "items: an order has 1 to 50 items")
        if not self.customer.is_valid():
            self.add_error(None, f"customer: {self.customer.errors.as_json()}")
        for place, item in enumerate(self.items):
            if not item.is_valid():
                self.add_error(None, f"items.{place}: {item.errors.as_json()}")
        return self.cleaned_data

    def normalised(self) -> dict[str, object]:
        """A valid order, ready for JSON."""
        items = [item.cleaned_data for item in self.items]
        total = sum(item["quantity"] * item["price"] for item in items)
        return self.cleaned_data | {
            "customer": self.customer.cleaned_data,
            "items": [item | {"price": f"{item['price']:.2f}"} for item in items],
            "total": f"{total:.2f}",
        }
