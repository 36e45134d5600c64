"""Tokens of the scenario `auth`: the key that applications check them with, and how they are made (RFC 7515, RFC 7519).

The key is no secret: it is the same in every campaign, and reaches an application as HARNESS_TOKEN_KEY.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

TOKEN_KEY: Final = "harness: a constant of the project, and no secret"  # noqa: S105
KEY_VARIABLE: Final = "HARNESS_TOKEN_KEY"
NEVER: Final = 4_102_444_800
"""An expiry (Unix seconds) that no campaign lives to see: the year 2100."""


def token_of(claims: Mapping[str, object], key: str | None = TOKEN_KEY) -> str:
    """A JWT of these claims, signed by HS256; without a key one that says `alg: none` and has no signature."""
    header = {"alg": "none" if key is None else "HS256", "typ": "JWT"}
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{'' if key is None else _encoded(hmac.digest(key.encode(), signed.encode(), hashlib.sha256))}"


def forged(token: str, claims: Mapping[str, object]) -> str:
    """The token with other claims below the signature that it had."""
    header, _, signature = token.split(".")
    return f"{header}.{_part(claims)}.{signature}"


def _part(value: Mapping[str, object]) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
