"""NAME, its own server: `python app.py HOST PORT`. Start yours here (docs/contract.md says what it answers)."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness_data import sync as data

JSON, TEXT = "application/json", "text/plain; charset=utf-8"


def answer(path: str) -> tuple[int, str, bytes]:
    """Status, Content-Type and body."""
    match path:
        case "/json":
            return 200, JSON, json.dumps({"message": "Hello, World!"}).encode()
        case "/plaintext":
            return 200, TEXT, b"Hello, World!"
        case "/db":
            return 200, JSON, json.dumps(data.random_world()).encode()
    return 404, TEXT, b"not found"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        status, content_type, body = answer(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No log of requests."""


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
