"""Faults as people build them into applications, each as an edit of an application of the project.

They are written, and what `harness explain` must name is decided, without a look at what it finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Fault:
    """`edits`: pieces of app.py and what stands there instead. `layers`: which of them may be named first; "waiting":
    what a sentence says of waiting. `functions`: words one of which is in a right function's name, file or owner."""

    id: str
    app: str
    scenario: str
    edits: Sequence[tuple[str, str]]
    layers: frozenset[str]
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Base:
    """What is edited: the first lines of the scenario's handler, and its last line."""

    app: str
    scenario: str
    head: str
    last: str


FIRST: Final = "from harness_data import TEMPLATES, "
"""In every application: where its import of shared data begins."""

ROWS: Final = Base(
    "fastapi",
    "cached",
    '@app.get("/cached-worlds")\n',
    "    return await data.cached_worlds(row_count(count))\n",
)
ASYNCHRONOUS: Final = Base(
    "starlette",
    "json",
    "async def json(_: Request) -> JSONResponse:\n",
    '    return JSONResponse({"message": "Hello, World!"})\n',
)
THREADED: Final = Base(
    "flask",
    "json",
    '@app.get("/json")\n',
    '    return {"message": "Hello, World!"}\n',
)
PAGE: Final = Base(
    "django",
    "fortunes",
    "def fortunes(request: HttpRequest) -> HttpResponse:\n",
    '    return render(request, "fortunes.html", {"fortunes": data.fortunes()})\n',
)


def fault(
    id_: str,
    base: Base,
    layer: str,
    *functions: str,
    imports: str = "",
    code: str = "",
    head: str = "",
    last: str = "",
    other: tuple[tuple[str, str], ...] = (),
) -> Fault:
    """`code` stands before the handler. `head` and `last` stand instead of its first lines and its last one."""
    before = f"{code.lstrip()}\n\n" if code else ""
    edits = (
        (FIRST, f"{imports}{FIRST}"),
        (base.head, f"{before}{head or base.head}"),
        (base.last, last.lstrip("\n") or base.last),
        *other,
    )
    changed = tuple((old, new) for old, new in edits if new != old)
    return Fault(id_, base.app, base.scenario, changed, frozenset({layer}), functions)


FAULTS: Final = (
    fault(
        "copying-serialiser",
        ROWS,
        "standard-library",
        "asdict",
        "deepcopy",
        imports="from dataclasses import asdict, dataclass\n",
        code="""
@dataclass
class World:
    id: int
    randomNumber: int


def serialised(worlds):
    return [asdict(World(**world)) for world in worlds]
""",
        last="    return serialised(await data.cached_worlds(row_count(count)))\n",
    ),
    fault(
        "validator-twice",
        ROWS,
        "validation",
        "pydantic/main",
        "pydantic_core",
        "pydantic-core",
        imports="from pydantic import BaseModel, Field\n",
        code="""
class World(BaseModel):
    id: int = Field(ge=1, le=10_000)
    randomNumber: int = Field(ge=1, le=10_000)


def checked(worlds):
    return [World.model_validate(world).model_dump() for world in worlds]


async def checked_worlds(n):
    return checked(await data.cached_worlds(n))
""",
        last="    return checked(await checked_worlds(row_count(count)))\n",
    ),
    fault(
        "indented-json",
        ROWS,
        "serialiser",
        "_iterencode",
        imports="import json as encoder\n",
        code="""
class Readable(JSONResponse):
    def render(self, content):
        return encoder.dumps(content, indent=4, ensure_ascii=False).encode()
""",
        head='@app.get("/cached-worlds", response_class=Readable)\n',
        other=(
            (
                "from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse\n",
                "from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse\n",
            ),
        ),
    ),
    fault(
        # The pattern's C code is the interpreter's, and works for its caller: the application.
        "backtracking-pattern",
        ASYNCHRONOUS,
        "application",
        "is_staff",
        imports="import re\n",
        code=r"""
STAFF = re.compile(r"^(?:[a-z0-9]+[._-]?)+@example\.com$")


def is_staff(address):
    return STAFF.match(address) is not None
""",
        head="async def json(request: Request) -> JSONResponse:\n",
        last="""
    audience = "staff" if is_staff(request.headers.get("x-user", "newsletters@example.org")) else "all"
    return JSONResponse({"message": "Hello, World!"}, headers={"x-audience": audience})
""",
    ),
    fault(
        "lock-around",
        ASYNCHRONOUS,
        "waiting",
        "asyncio/locks",
        "held",
        imports="import asyncio\nimport functools\n",
        code="""
STOCK = asyncio.Lock()


def one_at_a_time(handler):
    @functools.wraps(handler)
    async def held(request):
        async with STOCK:
            return await handler(request)

    return held


async def reserved():
    await asyncio.sleep(0.001)  # how long the stock's own service takes
""",
        head="@one_at_a_time\nasync def json(_: Request) -> JSONResponse:\n    await reserved()\n",
    ),
    fault(
        "blocking-resolver",
        ASYNCHRONOUS,
        "waiting",
        "resolved",
        "socket",
        imports="import socket\n",
        code=r"""
SILENT = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
SILENT.bind(("127.0.0.1", 0))
QUESTION = b"\0\1\1\0\0\1\0\0\0\0\0\0\3api\7example\0\0\1\0\1"


def resolved():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.001)
        asking.sendto(QUESTION, SILENT.getsockname())
        try:
            return asking.recv(512)
        except TimeoutError:
            return None
""",
        head="async def json(_: Request) -> JSONResponse:\n    resolved()\n",
    ),
    fault(
        "busy-middleware",
        THREADED,
        "application",
        "is_barred",
        code="""
BARRED = [f"10.{n // 250}.{n % 250}." for n in range(2000)]


class Gate:
    def __init__(self, within):
        self.within = within

    def __call__(self, environ, start_response):
        if self.is_barred(environ["REMOTE_ADDR"]):
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        return self.within(environ, start_response)

    def is_barred(self, address):
        barred = False
        for network in BARRED:
            if address.startswith(network):
                barred = True
        return barred


app.wsgi_app = Gate(app.wsgi_app)
""",
    ),
    fault(
        "formatting-handler",
        THREADED,
        "telemetry",
        "logging/",
        imports="import logging\nfrom collections import deque\n",
        code="""
class Recent(logging.Handler):
    def __init__(self):
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(funcName)s:%(lineno)d %(message)s"))
        self.lines = deque(maxlen=1000)

    def emit(self, record):
        self.lines.append(self.format(record))


log = logging.getLogger("shop")
log.setLevel(logging.DEBUG)
log.propagate = False
log.addHandler(Recent())


@app.before_request
def trace():
    path = request.path
    for step in ("received", "matched", "unlocked", "identified", "permitted", "limited", "parsed", "begun"):
        log.debug("%s: %s", path, step)
""",
    ),
    fault(
        "larger-response",
        THREADED,
        "kernel",
        "send",
        code="""
PADDING = b" " * 256_000


@app.after_request
def length_hidden(response):
    if response.is_json:
        response.set_data(response.get_data() + PADDING)
    return response
""",
    ),
    fault(
        "extra-query",
        PAGE,
        "driver",
        "psycopg",
        last="""
    context = {"fortunes": data.fortunes(), "total": len(data.fortunes())}
    return render(request, "fortunes.html", context)
""",
    ),
    fault(
        "one-read-a-row",
        PAGE,
        "driver",
        "psycopg",
        "random_world",
        code="""
def rating(fortune):
    return fortune.id, data.random_world()["randomNumber"]
""",
        last="""
    fortunes = data.fortunes()
    ratings = dict(rating(fortune) for fortune in fortunes)
    return render(request, "fortunes.html", {"fortunes": fortunes, "ratings": ratings})
""",
    ),
    fault(
        # A list of loaders without the one that caches.
        "template-compiled",
        PAGE,
        "template-engine",
        "django/template/",
        other=(
            (
                '"DIRS": [TEMPLATES]}',
                '"DIRS": [TEMPLATES], "OPTIONS": {"loaders": ["django.template.loaders.filesystem.Loader"]}}',
            ),
        ),
    ),
)
