"""The scenario `validate` for frameworks that do not validate from types by themselves."""


class InvalidOrder(ValueError):
    """An order that breaks a rule. `errors`: what is wrong, by the field's path (`items.3.price`)."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {what}" for field, what in errors.items()))
        self.errors = errors


def normalised(order: object) -> dict[str, object]:
    """An order as it came, parsed from JSON, in its normalised form, ready for JSON. Raises InvalidOrder."""
    from pydantic import ValidationError  # noqa: PLC0415 - the same

    from harness_data.orders import Order  # noqa: PLC0415 - pydantic costs memory and start-up where nobody asks for it

    try:
        return Order.model_validate(order).model_dump(mode="json")
    except ValidationError as error:
        raise InvalidOrder({".".join(map(str, one["loc"])): one["msg"] for one in error.errors()}) from error
