"""NAME, an ASGI application. Write each answer as your framework's documentation does (docs/contract.md says which)."""

import json

from harness_data import asynchronous as data

JSON, TEXT = b"application/json", b"text/plain; charset=utf-8"


async def answer(path: str) -> tuple[int, bytes, bytes]:
    """Status, Content-Type and body."""
    match path:
        case "/json":
            return 200, JSON, json.dumps({"message": "Hello, World!"}).encode()
        case "/plaintext":
            return 200, TEXT, b"Hello, World!"
        case "/db":
            return 200, JSON, json.dumps(await data.random_world()).encode()
    return 404, TEXT, b"not found"


async def app(scope, receive, send) -> None:  # noqa: ARG001 - the interface
    if scope["type"] != "http":
        raise NotImplementedError(f"no {scope['type']} here")  # the specification's answer to a lifespan not supported
    status, content_type, body = await answer(scope["path"])
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
