"""NAME, a WSGI application. Write each answer as your framework's documentation does (docs/contract.md says which)."""

import json

from harness_data import sync as data

JSON, TEXT = "application/json", "text/plain; charset=utf-8"


def answer(path: str) -> tuple[str, str, bytes]:
    """Status, Content-Type and body."""
    match path:
        case "/json":
            return "200 OK", JSON, json.dumps({"message": "Hello, World!"}).encode()
        case "/plaintext":
            return "200 OK", TEXT, b"Hello, World!"
        case "/db":
            return "200 OK", JSON, json.dumps(data.random_world()).encode()
    return "404 Not Found", TEXT, b"not found"


def app(environ, start_response) -> list[bytes]:
    status, content_type, body = answer(environ["PATH_INFO"])
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
