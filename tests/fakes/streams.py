"""The part of the right application that streams events and echoes messages. Wrong ones override one thing of it."""

import json
import socket
import time
from urllib.parse import parse_qs, urlsplit


class Streams:
    """Events in chunks, each by itself, and WebSocket messages by wsproto, which knows nothing of this project."""

    def events(self, seed: int) -> list[bytes]:
        return [self.event(seed, number) for number in range(100)]

    def event(self, seed: int, number: int) -> bytes:
        value = (seed + number) * 2654435761 % 2**32
        return f"id: {number}\ndata: {json.dumps({'number': number, 'value': value})}\n\n".encode()

    def stream(self, connection: socket.socket, path: str, head: bytes) -> None:
        """`head`: of the response, without its end."""
        query = parse_qs(urlsplit(path).query)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        self.send_events(connection, self.events(int(query["seed"][0])), int(query.get("pause_ms", ["0"])[0]) / 1000)
        connection.sendall(b"0\r\n\r\n")

    def send_events(self, connection: socket.socket, events: list[bytes], pause_s: float) -> None:
        for event in events:
            connection.sendall(b"%x\r\n%s\r\n" % (len(event), event))
            time.sleep(pause_s)

    def echo(self, connection: socket.socket, handshake: bytes) -> None:
        """Answer a handshake, and every message after it, until the client hangs up."""
        from wsproto import ConnectionType, WSConnection
        from wsproto.events import AcceptConnection, BytesMessage, Message, Ping, Request

        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        spoken, data = WSConnection(ConnectionType.SERVER), handshake
        while data:
            spoken.receive_data(data)
            for event in spoken.events():
                if isinstance(event, Request):
                    connection.sendall(spoken.send(AcceptConnection()))
                elif isinstance(event, Message) and event.message_finished:
                    is_text = not isinstance(event, BytesMessage)
                    payload = event.data.encode() if is_text else bytes(event.data)
                    self.answer(connection, payload, is_text=is_text)
                elif isinstance(event, Ping):
                    connection.sendall(spoken.send(event.response()))
            data = connection.recv(65_536)

    def answer(self, connection: socket.socket, payload: bytes, *, is_text: bool) -> None:
        """Send what `echoed` makes of a message."""
        payload, is_text = self.echoed(payload, is_text)
        connection.sendall(bytes((0x81 if is_text else 0x82, len(payload))) + payload)

    def echoed(self, payload: bytes, is_text: bool) -> tuple[bytes, bool]:
        return payload, is_text
