"""Applications that cheat in the scenarios of prepared requests; `code` is the fault the verifier must find."""

import hashlib
from decimal import Decimal
from typing import Any

from tests.fakes.prepared import Answer
from tests.fakes.wrong import Wrong


class WrongAboutOrders(Wrong):
    scenario = "validate"


class ValidationSkipped(WrongAboutOrders):
    """Takes whatever comes."""

    code = "status-differs"

    def validated(self, order: dict[str, Any]) -> Answer:
        try:
            return "200 OK", self.normalised(order)
        except (ArithmeticError, KeyError, TypeError):
            return "200 OK", order


class BrokenOrderIsAnError(WrongAboutOrders):
    code = "status-differs"

    def refusal(self, field: str) -> Answer:
        return "500 Internal Server Error", {"wrong": field}


class FieldIsNotNamed(WrongAboutOrders):
    code = "body-lacks"

    def refusal(self, field: str) -> Answer:
        return "400 Bad Request", {"error": "the request cannot be understood"}


class DecimalsAsFloats(WrongAboutOrders):
    code = "body-differs"

    def money(self, amount: Decimal) -> object:
        return float(amount)


class DefaultsNotFilledIn(WrongAboutOrders):
    code = "body-differs"

    def normalised(self, order: dict[str, Any]) -> dict[str, object]:
        filled_in = super().normalised(order)
        return {key: filled_in[key] for key in (*order, "total")}


class WrongAboutTokens(Wrong):
    scenario = "auth"
    code = "status-differs"


class TokenNotChecked(WrongAboutTokens):
    def is_signed(self, token: str, header: dict[str, str]) -> bool:
        return True

    def is_current(self, claims: dict[str, int]) -> bool:
        return True


class OnlySignatureChecked(WrongAboutTokens):
    """Whether the token has expired is not looked at."""

    def is_current(self, claims: dict[str, int]) -> bool:
        return True


class UnsignedTokenTaken(WrongAboutTokens):
    """`alg: none`: the token itself says that it needs no signature."""

    def is_signed(self, token: str, header: dict[str, str]) -> bool:
        return header["alg"] == "none" or super().is_signed(token, header)


class UserWithoutARowIsAnswered(WrongAboutTokens):
    def has_row(self, user: int) -> bool:
        return True

    def told(self, row: int) -> dict[str, object]:
        return super().told(row) if super().has_row(row) else {"id": row, "randomNumber": 1}


class RowOfAnotherUser(WrongAboutTokens):
    code = "body-differs"

    def user_of(self, token: str) -> int | None:
        user = super().user_of(token)
        return user and user % 10_000 + 1


class WrongAboutUploads(Wrong):
    scenario = "upload"
    code = "body-differs"


class HashOfABeginning(WrongAboutUploads):
    def hashed(self, body: bytes) -> str:
        return hashlib.sha256(body[:65_536]).hexdigest()


class HashRememberedByTheBeginning(WrongAboutUploads):
    def hashed(self, body: bytes) -> str:
        with self.lock:
            self.known: dict[bytes, str] = getattr(self, "known", {})
            return self.known.setdefault(body[:65_536], super().hashed(body))
