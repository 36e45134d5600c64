"""Applications that answer `wait`: a right one, and those that do not ask the upstream as they should."""

import http.client
import json
from urllib.parse import parse_qs, urlsplit

from tests.fakes.server import Right


class AsksUpstream(Right):
    """Asks the upstream at `url` for each request, over a connection of its own, which is allowed."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = urlsplit(url)

    def content(self, path):
        (key,) = parse_qs(urlsplit(path).query)["key"]
        return "application/json", self.answer(key)

    def answer(self, key: str) -> bytes:
        connection = http.client.HTTPConnection(self.url.netloc)
        connection.request("GET", f"{self.url.path}/{key}")
        body = connection.getresponse().read()
        connection.close()
        return body


class MadeUp(AsksUpstream):
    """Answers something that looks right, and asks nobody."""

    code = "upstream-differs"

    def answer(self, key):
        return json.dumps({"key": key, "value": 123_456_789}).encode()


class Remembers(AsksUpstream):
    """Asks the upstream once for each key."""

    code = "upstream-not-asked"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.known = {}

    def answer(self, key):
        if key not in self.known:
            self.known[key] = super().answer(key)
        return self.known[key]
