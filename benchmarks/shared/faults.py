"""Faults as people build them into applications, each as an edit of an application of the project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Fault:
    """`edits`: pieces of app.py and what stands there instead. `layers`: which of them may be named first; "waiting":
    what a sentence says of waiting. `functions`: words one of which is in a right function's name or file."""

    id: str
    app: str
    scenario: str
    edits: Sequence[tuple[str, str]]
    layers: frozenset[str]
    functions: tuple[str, ...]


JSON: Final = "async def json(_: Request) -> JSONResponse:\n"
DB: Final = "async def db(_: Request) -> JSONResponse:\n"
FIRST: Final = "from harness_data import TEMPLATES, row_count\n"


def fault(
    id_: str,
    imports: str,
    handler: str,
    *edits: tuple[str, str],
    layers: str,
    functions: Sequence[str],
    on: tuple[str, str] = ("json", JSON),
) -> Fault:
    """In the handler of one scenario of the Starlette application."""
    scenario, head = on
    added = ((FIRST, f"{imports}\n{FIRST}"), (head, f"{head}    {handler}\n"))
    return Fault(id_, "starlette", scenario, (*added, *edits), frozenset(layers.split()), tuple(functions))


MIDDLEWARE: Final = """

class Counting:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        total = 0
        for number in range(2000):
            total += number
        await self.app(scope, receive, send)


app = Counting(app)
"""
ROUTES: Final = '        Route("/fortunes", fortunes),\n    ]\n)\n'

FAULTS: Final = (
    Fault(
        "busy-middleware",
        "starlette",
        "json",
        ((ROUTES, ROUTES + MIDDLEWARE),),
        frozenset({"application"}),
        ("Counting.__call__",),
    ),
    fault(
        "deep-copies",
        "import copy\nMUCH = {str(n): [n] * 3 for n in range(8)}",
        "copy.deepcopy(MUCH)",
        layers="standard-library",
        functions=["deepcopy", "_deepcopy"],
    ),
    fault(
        "extra-query",
        "",
        "await data.random_world()",
        layers="driver event-loop",
        functions=["psycopg", "harness_data"],
        on=("db", DB),
    ),
    fault(
        "one-read-a-row",
        "",
        "[await data.random_world() for _ in range(6)]",
        layers="driver event-loop",
        functions=["psycopg", "harness_data"],
        on=("db", DB),
    ),
    fault(
        "formatted-logs",
        "import io\nimport logging\nlogging.basicConfig(stream=io.StringIO(), level=logging.INFO, force=True,"
        " format='%(asctime)s %(name)s %(funcName)s %(message)s')",
        "[logging.getLogger('app').info('request %s of %s', n, 4) for n in range(4)]",
        layers="telemetry",
        functions=["logging"],
    ),
    fault(
        "expressions-compiled",
        "import re",
        r"re.purge(); re.compile(r'^/(?P<name>[a-z]+)/(\d{1,3})(\.json|\.html)?$').match('/json/1.json')",
        layers="standard-library",
        functions=["re/", "_parser", "_compiler", "sre"],
    ),
    fault(
        "validated-again",
        "from pydantic import BaseModel\n\n\n"
        "class Order(BaseModel):\n    id: int\n    lines: list[dict[str, int]]\n\n\n"
        "ORDER = {'id': 1, 'lines': [{'n': 1}] * 200}",
        "Order.model_validate(ORDER); Order.model_validate(ORDER)",
        layers="validation",
        functions=["pydantic"],
    ),
    fault(
        "template-compiled",
        "import jinja2",
        "jinja2.Environment().from_string('<p>{% if name %}{{ name }}{% endif %}</p>').render(name='World')",
        layers="template-engine",
        functions=["jinja2"],
    ),
    fault(
        "indented-json",
        "import json as encoder",
        "encoder.dumps({str(n): {'id': n, 'name': 'x'} for n in range(12)}, indent=2)",
        layers="serialiser",
        functions=["json/encoder"],
    ),
    fault(
        "lock-around",
        "import asyncio\nLOCK = asyncio.Lock()",
        "await held()",
        ("templates = ", "async def held():\n    async with LOCK:\n        await asyncio.sleep(0)\n\n\ntemplates = "),
        layers="event-loop waiting",
        functions=["asyncio/locks", "uvloop", "held"],
    ),
    fault(
        "blocking-wait",
        "import time",
        "time.sleep(0.001)",
        layers="waiting",
        functions=(),
    ),
    fault(
        "larger-response",
        """BODY = b'{"message":"Hello, World!"}' + b' ' * 60_000""",
        "return Response(BODY, media_type='application/json')",
        layers="kernel",
        functions=["write", "send"],
    ),
)
