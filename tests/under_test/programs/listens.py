"""Accepts connections and then: `listens.py HOST PORT silence | garbage | exit`."""

import socket
import sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
kept = []
while True:
    connection, _ = listener.accept()
    kept.append(connection)
    asked = connection.recv(4096)  # empty when somebody only looked whether the port is open
    if asked and sys.argv[3] == "garbage":
        connection.sendall(b"220 mail.example ESMTP\r\n\r\n")
        connection.close()
    if asked and sys.argv[3] == "exit":
        sys.exit("gave up: out of coffee")
