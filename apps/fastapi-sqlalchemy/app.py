"""FastAPI with response models, a session of SQLAlchemy for each request as a dependency, and Jinja2 templates."""

import functools
from asyncio import Lock
from collections.abc import AsyncIterator
from typing import Annotated

import harness_data as given
import jwt
from cachetools import LRUCache
from fastapi import Depends, FastAPI, HTTPException, Request, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from fastapi.security import OAuth2PasswordBearer
from fastapi.templating import Jinja2Templates
from harness_data import events, upstream
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.orders import Order
from harness_data.tokens import TOKEN_KEY
from harness_data.uploads import Digest, digest_as_it_comes
from harness_data.work import computed
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

url = given.DATABASE_URL or "postgresql://"  # nothing connects before the first query
url = url.replace("postgresql://", "postgresql+psycopg://").replace("sqlite://", "sqlite+aiosqlite://")
engine = create_async_engine(url, pool_size=given.POOL_SIZE, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)
templates = Jinja2Templates(directory=given.TEMPLATES)
cache: LRUCache[int, "WorldOut"] = LRUCache(maxsize=given.WORLD_ROWS)
filling = Lock()
app = FastAPI()


class Base(DeclarativeBase):
    pass


class World(Base):
    __tablename__ = "world"
    id: Mapped[int] = mapped_column(primary_key=True)
    random_number: Mapped[int] = mapped_column("randomnumber")


class Fortune(Base):
    __tablename__ = "fortune"
    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]


class Message(BaseModel):
    message: str


class WorldOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    random_number: int = Field(serialization_alias="randomNumber")


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]
Rows = Annotated[int, BeforeValidator(given.row_count)]


@app.get("/json")
async def json() -> Message:
    return Message(message="Hello, World!")


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return "Hello, World!"


@app.get("/db", response_model=WorldOut)
async def db(session: Session):
    return await session.get_one(World, given.random_id())


@app.get("/queries", response_model=list[WorldOut])
async def queries(session: Session, queries: Rows = 1):
    return await read(session, queries)


@app.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request, session: Session):
    found = [*await session.scalars(select(Fortune)), Fortune(**given.ADDED_FORTUNE._asdict())]
    found.sort(key=lambda fortune: fortune.message)
    return templates.TemplateResponse(request, "fortunes.html", {"fortunes": found})


@app.get("/updates", response_model=list[WorldOut])
async def updates(session: Session, queries: Rows = 1):
    worlds = await read(session, queries)
    for world in worlds:
        world.random_number = given.random_number()
    await session.commit()  # one batch, by primary key in order
    return worlds


@app.get("/cached-worlds", response_model=list[WorldOut])
async def cached_worlds(count: Rows = 1):
    if not cache:
        await fill_the_cache()
    return [cache[given.random_id()] for _ in range(count)]


@app.post("/validate")
async def validate(order: Order) -> Order:
    return order


async def get_user(session: Session, token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]) -> World:
    refusal = HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    try:
        user = int(jwt.decode(token, TOKEN_KEY, algorithms=["HS256"])["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise refusal from error
    if (row := await session.get(World, user)) is None:
        raise refusal
    return row


@app.get("/auth", response_model=WorldOut)
async def auth(user: Annotated[World, Depends(get_user)]):
    return user


@app.post("/upload")
async def upload(request: Request) -> Digest:
    return await digest_as_it_comes(request.stream())


@app.get("/wait")
async def wait(key: str):
    return await upstream.awaited(key)


@app.get("/mixed")
async def mixed(work: int, seed: int):
    return computed(work, seed)


async def read(session: AsyncSession, n: int) -> list[World]:
    """Different rows: a session asks for none a second time."""
    return [await session.get_one(World, world) for world in given.different_ids(n)]


async def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    async with filling, new_session() as session:
        if not cache:
            cache.update((world.id, WorldOut.model_validate(world)) for world in await session.scalars(select(World)))


class Counting:
    """Pure ASGI, the other way that FastAPI's documentation shows beside `@app.middleware("http")`."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        scope["passed"] = scope.get("passed", 0) + 1
        await self.app(scope, receive, send)


async def passed(request: Request):
    return str(request.scope.get("passed", 0))


@functools.cache
def stack(n: int) -> FastAPI:
    stacked = FastAPI()
    stacked.get(f"/{n}", response_class=PlainTextResponse)(passed)
    for _ in range(n):
        stacked.add_middleware(Counting)
    return stacked


def item_of(k: int):
    async def item(name: str):
        return f"{k} {name}"

    return item


@functools.cache
def table(n: int) -> FastAPI:
    routed = FastAPI()
    for k in range(1, n + 1):
        routed.get(f"/{n}/{k}/items/{{name}}", response_class=PlainTextResponse)(item_of(k))
    return routed


async def stacks(scope, receive, send) -> None:
    await stack(asked(scope["path"], MIDDLEWARES))(scope, receive, send)


async def tables(scope, receive, send) -> None:
    await table(asked(scope["path"], ROUTES))(scope, receive, send)


app.mount("/middleware", stacks)
app.mount("/routes", tables)


@app.get("/stream")
async def stream(seed: str, pause_ms: str | None = None):
    return StreamingResponse(events.streaming(seed, pause_ms), media_type="text/event-stream")


@app.websocket("/websocket")
async def websocket(socket: WebSocket):
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])
