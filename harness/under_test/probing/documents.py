"""The OpenAPI document, the JSON Schemas in it, and the pages that show it."""

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from harness.contract.bodies import strict_json
from harness.contract.response import Response
from harness.model.asked.request import Request
from harness.model.found.capabilities import MOST_EXCHANGES, Evidence, Probed
from harness.process.asking import ask
from harness.process.folders import temporary_folder
from harness.under_test.probing.site import Site, answered, asked, seen, unknown

PLACES: Final = (
    "/openapi.json",  # FastAPI, APIFlask, Quart-Schema, flask-smorest, BlackSheep, Connexion
    "/schema/openapi.json",  # Litestar
    "/api/openapi.json",  # Django Ninja
    "/docs/openapi.json",  # Sanic
    "/api/schema/",  # drf-spectacular
    "/apidoc/openapi.json",  # SpecTree
    "/swagger.json",  # Flask-RESTX
)
"""Where frameworks document that they serve their document."""
PAGES: Final = (
    *("/docs", "/redoc", "/scalar", "/redocs"),
    *("/schema", "/schema/swagger", "/schema/redoc", "/schema/elements", "/schema/rapidoc", "/schema/scalar"),
    *("/api/docs", "/docs/swagger", "/docs/redoc", "/api/schema/swagger-ui/", "/apidoc/swagger", "/apidoc/redoc"),
)
TOOLS: Final = ("swagger", "redoc", "scalar", "rapidoc", "elements", "openapi")
ACCEPTED: Final = "application/vnd.oai.openapi+json, application/json"
JUDGED_S: Final = 15.0
MOST_BYTES: Final = 4 * 1024 * 1024
MODEL_PATH: Final = "/validate"
LOADED_BY: Final = {"script": "src", "link": "href", "img": "src", "iframe": "src"}
IMPORT: Final = re.compile(r"""(?:\bfrom|\bimport|@import|url\()\s*\(?\s*["']?((?:https?:)?//[^"')\s]+)""")
RELATIONS: Final = frozenset({"stylesheet", "preload", "modulepreload", "icon", "shortcut icon"})
"""Of a link: those that a browser loads."""


@dataclass(frozen=True)
class Found:
    """The application's OpenAPI document, None where there is none; and what was asked to find it."""

    document: Mapping[str, Any] | None
    place: str
    exchanges: tuple[Evidence, ...]


async def find_document(site: Site) -> Found:
    """Ask every documented place until one gives a document."""
    exchanges = []
    for place in PLACES:
        request = Request(path=place, headers={"Accept": ACCEPTED})
        answer = await site.ask(request)
        exchanges.append(Evidence(sent=asked(request), got=seen(answer)))
        document = _document_in(answer.body) if isinstance(answer, Response) and answer.status == 200 else None
        if document is not None:
            return Found(document, place, (exchanges[-1],))
    return Found(None, "", tuple(exchanges))


def _document_in(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = strict_json(body.decode("utf-8")) if len(body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "openapi" in found else None


async def openapi(site: Site) -> Probed:
    """A document at one of the places, valid by openapi-spec-validator."""
    probe: Final = "openapi"
    found = await find_document(site)
    if found.document is None:
        return answered(probe, False, *found.exchanges, how="no document at any place that frameworks document")
    verdict = await asyncio.to_thread(_judged, found.document)
    if isinstance(verdict, str):
        return unknown(probe, f"it cannot be judged: {verdict}", *found.exchanges)
    faults = verdict["faults"]
    judged = Evidence(
        sent=f"{found.place} to openapi-spec-validator {verdict['version']}", got="\n".join(faults) or "no fault"
    )
    version = str(found.document["openapi"])[:20]
    how = f"OpenAPI {version} at {found.place}" + (", not valid" if faults else "")
    return answered(probe, not faults, *found.exchanges, judged, how=how)


def _judged(document: Mapping[str, Any]) -> Any:
    """What the validator says, or why it says nothing."""
    with temporary_folder("openapi") as folder:
        file = folder / "openapi.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        argv = [sys.executable, "-I", "-m", "harness.under_test.probing.openapi_judge", str(file)]
        said = ask(argv, JUDGED_S)
    return said.fault or json.loads(said.stdout)


async def json_schema(site: Site) -> Probed:
    """The schema of something that an operation takes or gives: of the order of /validate, else the first there is."""
    probe: Final = "json-schema"
    found = await find_document(site)
    if found.document is None:
        return answered(probe, False, *found.exchanges, how="no document that could hold a schema")
    name, schema = next(models_in(found.document), ("", None))
    if schema is None:
        return answered(probe, False, *found.exchanges, how="no operation names a model")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        judged = Evidence(sent=f"{name} to jsonschema's check_schema (2020-12)", got=error.message)
        return answered(probe, False, *found.exchanges, judged, how=f"{name} is no right schema")
    judged = Evidence(sent=f"{name} to jsonschema's check_schema (2020-12)", got=json.dumps(schema))
    return answered(probe, True, *found.exchanges, judged, how=name)


def models_in(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Schemas with properties that operations take or answer with success, by name; those of /validate first."""
    paths = document.get("paths")
    for path, operations in sorted(_pairs(paths), key=lambda pair: pair[0] != MODEL_PATH):
        for method, operation in _pairs(operations):
            given = [("takes", _member(operation, "requestBody"))]
            given += [
                ("answers", answer) for status, answer in _pairs(_member(operation, "responses")) if status[:1] == "2"
            ]
            for verb, part in given:
                for _, media in _pairs(_member(part, "content")):
                    name, schema = _resolved(document, _member(media, "schema"))
                    if isinstance(schema, dict) and schema.get("properties"):
                        yield name or f"what {method.upper()} {path} {verb}", schema


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _resolved(document: Mapping[str, Any], schema: Any) -> tuple[str, Any]:
    """What a schema refers to inside the document, with its name; a list of models is that of its items."""
    if _member(schema, "type") == "array":
        schema = _member(schema, "items")
    reference = _member(schema, "$ref")
    if not isinstance(reference, str):
        return "", schema
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = _member(found, part)
    return reference.rpartition("/")[2], found


@dataclass(frozen=True)
class Page:
    """A page of documentation, and what a browser would load for it, as absolute URLs."""

    path: str
    exchange: Evidence
    loads: tuple[str, ...]

    def of_others(self, authority: str) -> tuple[str, ...]:
        """What it loads from another host."""
        return tuple(url for url in self.loads if urlsplit(url).netloc not in ("", authority))


async def find_pages(site: Site) -> tuple[list[Page], list[Evidence]]:
    """Pages of documentation at the places where frameworks document them; and what the other places answered."""
    pages: list[Page] = []
    others: list[Evidence] = []
    for path in PAGES:
        request = Request(path=path, headers={"Accept": "text/html"})
        answer = await site.ask(request)
        exchange = Evidence(sent=asked(request), got=seen(answer))
        text = _page_in(answer)
        if text is None:
            others.append(exchange)
        else:
            pages.append(Page(path, exchange, loads_of(text, f"http://{site.authority}{path}")))
    return pages, others


def _page_in(answer: object) -> str | None:
    """The HTML of a page with a script that has to do with OpenAPI."""
    if not isinstance(answer, Response) or answer.status != 200:
        return None
    types = [value for name, value in answer.headers if name.lower() == "content-type"]
    text = answer.body[:MOST_BYTES].decode("utf-8", errors="replace")
    plain = text.lower()
    shows = "<script" in plain and any(tool in plain for tool in TOOLS)
    return text if types and types[0].startswith("text/html") and shows else None


async def interactive_docs(site: Site) -> Probed:
    """Which pages there are."""
    probe: Final = "interactive-docs"
    pages, others = await find_pages(site)
    if not pages:
        return answered(probe, False, *others[:MOST_EXCHANGES], how="no page", figure=0, unit="pages")
    how = ", ".join(page.path for page in pages)
    evidence = [page.exchange for page in pages]
    return answered(probe, True, *evidence[:MOST_EXCHANGES], how=how, figure=len(pages), unit="pages")


async def docs_offline(site: Site) -> Probed:
    """Whether one of the pages loads nothing from another host. Nothing is loaded to find out."""
    probe: Final = "docs-offline"
    pages, _ = await find_pages(site)
    if not pages:
        return unknown(probe, "there is no page")
    evidence = [
        Evidence(sent=page.exchange.sent, got="what it loads:\n" + ("\n".join(page.loads) or "nothing"))
        for page in pages
    ]
    alone = [page.path for page in pages if not page.of_others(site.authority)]
    hosts = sorted({urlsplit(url).netloc for page in pages for url in page.of_others(site.authority)})
    how = ", ".join(alone) if alone else f"every page loads from {', '.join(hosts)}"
    return answered(probe, bool(alone), *evidence[:MOST_EXCHANGES], how=how)


def loads_of(page: str, base: str) -> tuple[str, ...]:
    """Absolute URLs of what a browser loads for a page, as far as its HTML and the imports of its inline scripts and
    styles say; each once."""
    loader = _Loader()
    loader.feed(page)
    return tuple(dict.fromkeys(urljoin(base, url) for url in loader.urls))


class _Loader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag
        url = given.get(LOADED_BY.get(tag, ""))
        if url and (tag != "link" or (given.get("rel") or "").lower() in RELATIONS):
            self.urls.append(url)

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.urls += [found[1] for found in IMPORT.finditer(data)]

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as HTMLParser calls it
        self._inside = ""
