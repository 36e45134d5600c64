"""Applications that answer `mixed`: a right one, and those that do not compute what they should."""

import json
from urllib.parse import parse_qs, urlsplit

from scenarios.mixed.prepare import after
from tests.fakes.server import Right


class Computes(Right):
    def content(self, path):
        asked = parse_qs(urlsplit(path).query)
        work, seed = int(asked["work"][0]), int(asked["seed"][0])
        return "application/json", json.dumps({"seed": seed, "result": after(self.steps(work), seed)}).encode()

    def steps(self, work: int) -> int:
        return work


class ComputesNothing(Computes):
    def steps(self, work):
        return 0


class ComputesHalf(Computes):
    def steps(self, work):
        return work // 2
