"""An async view of Flask, for a statement about it. Each request of one has an event loop of its own, so a client that
lives as long as one loop cannot be kept from one request to the next."""

import aiohttp
from flask import Flask, request
from harness_data.upstream import UPSTREAM_URL

app = Flask(__name__)


@app.get("/wait")
async def wait():
    async with aiohttp.ClientSession() as session, session.get(f"{UPSTREAM_URL}/{request.args['key']}") as answer:
        return await answer.json()
