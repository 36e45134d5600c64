"""An HTTP server of the standard library: `answers.py HOST PORT [reuse-port] [double-fork]`."""

import os
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        if "reuse-port" in sys.argv:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


def become_a_daemon() -> None:
    """The parent stays, the grandchild in a session of its own goes on."""
    if os.fork():
        time.sleep(300)
    os.setsid()
    if os.fork():
        os._exit(0)


if "double-fork" in sys.argv:
    become_a_daemon()
Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
