"""A server of threads and raw sockets that claims more than it can do; each subclass breaks one promise.

Started as an application's own server: `python capable.py PORT CLASS`.
"""

import base64
import hashlib
import json
import os
import socket
import sys
import threading
import time

OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "fake", "version": "1"},
    "paths": {
        "/": {
            "get": {
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                    }
                }
            }
        }
    },
    "components": {"schemas": {"Order": {"type": "object", "properties": {"id": {"type": "integer"}}}}},
}
PAGE = '<!doctype html><title>Swagger UI</title><script src="%s"></script>'
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Capable:
    """Keeps its promises, over HTTP/1.1."""

    def serve(self, connection):
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                part = connection.recv(65536)
                if not part:
                    return
                data += part
            if data.startswith(PREFACE):
                return self.http2(connection)
            head, _, data = data.partition(b"\r\n\r\n")
            if len(head) > 65536:
                return self.answer(connection, 431, b"", "text/plain")
            length = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            if length > 1048576:
                return self.answer(connection, 413, b"", "text/plain")
            while len(data) < length:
                part = connection.recv(65536)
                if not part:
                    return
                data += part
            data = data[length:]
            path = head.split(b" ")[1].decode()
            if b"upgrade: websocket" in head.lower():
                return self.websocket(connection, head)
            if path.startswith("/stream"):
                self.stream(connection)
            else:
                self.page(connection, path)

    def page(self, connection, path):
        if path == "/openapi.json":
            return self.answer(connection, 200, json.dumps(self.document()).encode(), "application/json")
        if path == "/docs":
            return self.answer(connection, 200, (PAGE % self.script()).encode(), "text/html")
        if path == "/plaintext":
            return self.answer(connection, 200, b"ok", "text/plain")
        return self.answer(connection, 404, b"", "text/plain")

    def answer(self, connection, status, body, kind):
        head = f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    def document(self):
        return OPENAPI

    def script(self):
        return "/static/swagger.js"

    def http2(self, connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def stream(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in self.pieces():
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")

    def pieces(self):
        for number in range(100):
            yield b"id: %d\ndata: {}\n\n" % number
            time.sleep(0.02)

    def websocket(self, connection, head):
        key = next(
            line.split(b":")[1].strip()
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key:")
        )
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        connection.sendall(
            b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + accept
            + b"\r\n\r\n"
        )
        while frame := connection.recv(65536):
            length, mask, payload = frame[1] & 127, frame[2:6], frame[6:]
            said = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload[:length]))
            said = self.said(said)
            connection.sendall(frame[:1] + bytes([len(said)]) + said)

    def said(self, message):
        return message


class ClaimsHttp2(Capable):
    """Takes the preface, sends its settings, and answers nothing."""

    def http2(self, connection):
        connection.sendall(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        while connection.recv(65536):
            """Whatever is asked, until the client leaves."""


class ConstantEcho(Capable):
    def said(self, message):
        return b"x" * len(message)


class Buffers(Capable):
    def pieces(self):
        yield b"".join(super().pieces())


class InTens(Capable):
    """Ten events at a time."""

    def pieces(self):
        waiting = []
        for piece in super().pieces():
            waiting.append(piece)
            if len(waiting) == 10:
                yield b"".join(waiting)
                waiting = []


class InvalidDocument(Capable):
    def document(self):
        return {"openapi": "3.1.0", "paths": []}


class RefersElsewhere(Capable):
    def document(self):
        return {**OPENAPI, "paths": {"/": {"$ref": "http://192.0.2.1/other.json"}}}


class FromACdn(Capable):
    def script(self):
        return "https://cdn.example.org/swagger.js"


class EndsAtLongHeaders(Capable):
    def serve(self, connection):
        if len(connection.recv(1 << 20, socket.MSG_PEEK)) > 10000:
            os._exit(7)
        super().serve(connection)


def main(port, name):
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=256)
    application = globals()[name]()

    def serve(connection):
        with connection:
            try:
                application.serve(connection)
            except OSError:
                pass

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
