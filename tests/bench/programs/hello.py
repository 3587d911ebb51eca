"""The floor: what FastAPI and Mangum cost when nothing stands on them."""

import os

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.get("/hello")
async def hello():
    """Say it."""
    return {"hello": "world"}


handle = Mangum(app, lifespan="off")

if __name__ == "__main__":
    os._exit(0)  # Lambda never takes an interpreter down either
