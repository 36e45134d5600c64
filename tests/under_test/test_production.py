"""The command that runs a configuration outside the harness."""

import shlex

import pytest

from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell
from harness.under_test.launch.production import Production, production
from harness.under_test.launch.servers import SERVERS


def made(
    server: str,
    target: str,
    *,
    workers: int = 2,
    threads: int | None = None,
    runtime_threads: int | None = None,
    pool: int | None = None,
    src: bool = False,
) -> Production:
    manifest = {"id": "shop", "title": "shop", "servers": (server,), "scenarios": ("json",)}
    named = {"targets": {SERVERS[server].interface: target}} if server != "own" else {"own": {"argv": target.split()}}
    settings = {"workers": workers, "threads": threads, "runtime_threads": runtime_threads, "pool": pool}
    cell = Cell.model_validate({"app": "shop", "server": server, "database": "none", "interpreter": "3.11"} | settings)
    return production(cell, AppManifest.model_validate(manifest | named), src=src)


@pytest.mark.parametrize("server", [one.id for one in SERVERS.values() if one.argv])
def test_every_server_is_given_the_users_own_target_and_nothing_of_the_harness(server: str) -> None:
    found = made(server, "shop.main:app", threads=4 if SERVERS[server].threads else None)
    assert "harness" not in found.line
    assert "shop.main" in found.line
    assert shlex.split(found.line) == list(found.argv)
    assert not found.note
    assert "4" in found.line.split("threads")[-1][:4] if SERVERS[server].threads else True


def test_workers_and_threads_are_those_of_the_configuration() -> None:
    argv = made("gunicorn-gthread", "shop.main:app", workers=3, threads=16).argv
    assert argv[argv.index("--workers") + 1] == "3"
    assert argv[argv.index("--threads") + 1] == "16"
    of_granian = made("granian-wsgi", "shop.main:app", threads=16, runtime_threads=2).line
    assert of_granian.endswith("--blocking-threads 16 --runtime-threads 2")
    assert "--runtime-threads" not in made("granian-wsgi", "shop.main:app").line


def test_a_pool_that_was_measured_is_named_as_what_each_worker_gets() -> None:
    assert made("uvicorn", "shop:app", workers=2, pool=8).note == (
        "limit each worker's pool to 4 database connections, as was measured"
    )
    assert made("daphne", "shop:create()", workers=1, pool=8).note.endswith(
        "; limit each worker's pool to 8 database connections, as was measured"
    )


def test_a_factory_is_named_as_each_server_takes_it() -> None:
    assert "--factory" in made("uvicorn", "shop.main:create()").argv
    assert "shop.main:create" in made("uvicorn", "shop.main:create()").argv
    assert "shop.main:create()" in made("gunicorn-sync", "shop.main:create()").argv
    assert "shop.main.create()" in made("waitress", "shop.main:create()").line


def test_what_a_server_cannot_be_given_takes_a_module_and_that_is_said() -> None:
    found = made("gunicorn-sync", "shop.main:holder.app")
    assert "application = shop.main.holder.app" in found.note
    assert "wsgi_or_asgi:application" in found.argv


def test_an_own_server_is_its_command_filled_in() -> None:
    assert made("own", "{python} -m shop --port {port} --workers {workers}").line == (
        "python -m shop --port 8000 --workers 2"
    )


def test_a_src_layout_says_where_modules_are() -> None:
    assert made("uvicorn", "shop.main:app", src=True).argv[:2] == ("env", "PYTHONPATH=src")
