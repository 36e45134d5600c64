"""FastAPI, as the first pages of its tutorial write it: path operations that return plain data.

No response model here: validating what goes out is a feature of its own, and belongs to an idiomatic variant.
"""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from harness_data import asynchronous as data

app = FastAPI()


@app.get("/json")
async def json():
    return {"message": "Hello, World!"}


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return "Hello, World!"


@app.get("/db")
async def db():
    return await data.random_world()
