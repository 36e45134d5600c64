"""The bare ASGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder

from harness_data import asynchronous as data


async def json() -> tuple[bytes, bytes]:
    return b"application/json", encoder.dumps({"message": "Hello, World!"}).encode()


async def plaintext() -> tuple[bytes, bytes]:
    return b"text/plain; charset=utf-8", b"Hello, World!"


async def db() -> tuple[bytes, bytes]:
    return b"application/json", encoder.dumps(await data.random_world()).encode()


ROUTES = {"/json": json, "/plaintext": plaintext, "/db": db}


async def app(scope, receive, send) -> None:  # noqa: ARG001 - daphne passes all three by keyword
    if scope["type"] != "http":
        raise NotImplementedError(f"no {scope['type']} here")  # the specification's answer to a lifespan not supported
    content_type, body = await ROUTES[scope["path"]]()
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
