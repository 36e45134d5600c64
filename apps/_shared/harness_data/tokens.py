"""Tokens of the scenario `auth`: JWTs, signed by HS256 with a key that the harness sets."""

import os

TOKEN_KEY = os.environ.get("HARNESS_TOKEN_KEY", "")


def user_of(authorization: str | None) -> int | None:
    """The user that a header `Authorization` proves; None where the token is missing, forged, expired or unsigned."""
    scheme, _, token = (authorization or "").partition(" ")
    return user_of_token(token) if scheme.lower() == "bearer" else None


def user_of_token(token: str) -> int | None:
    """The user that a token proves, for frameworks that read the header themselves."""
    import jwt  # noqa: PLC0415 - costs memory and start-up where nobody asks for it

    try:
        claims = jwt.decode(token, TOKEN_KEY, algorithms=["HS256"], options={"require": ["exp", "sub"]})
        return int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        return None
