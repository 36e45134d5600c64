"""The bare WSGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder

from harness_data import sync as data


def json() -> tuple[str, bytes]:
    return "application/json", encoder.dumps({"message": "Hello, World!"}).encode()


def plaintext() -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", b"Hello, World!"


def db() -> tuple[str, bytes]:
    return "application/json", encoder.dumps(data.random_world()).encode()


ROUTES = {"/json": json, "/plaintext": plaintext, "/db": db}


def app(environ, start_response) -> list[bytes]:
    content_type, body = ROUTES[environ["PATH_INFO"]]()
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
