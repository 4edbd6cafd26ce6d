"""A real HTTP server that speaks like a model's endpoint, and misbehaves as it is told.

In a test: `with FaultServer(reply) as server`. By itself: `python -m tests.fault_server PORT
DELAY`, which answers every call after DELAY seconds. Lean, so that a benchmark measures the client.
"""

import asyncio
import hashlib
import json
import ssl
import sys
from collections import Counter
from collections.abc import Callable
from threading import Thread
from typing import Any, NamedTuple


class Fault(NamedTuple):
    """Anything that is not a plain answer."""

    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 (of a tuple, and never filled)
    body: bytes | dict[str, Any] = b""
    delay: float = 0.0  # seconds
    reset: bool = False  # break the connection before a word is said
    cut: bool = False  # break it in the middle of the body


Reply = Callable[[str, dict[str, Any]], "dict[str, Any] | Fault"]


def chat(text: str = "ok", *, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def with_logprobs(top: dict[str, float]) -> dict[str, Any]:
    """A chat completion of one token, with the probabilities of the likeliest ones."""
    import math

    listed = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in top.items()]
    best = max(listed, key=lambda one: one["logprob"])
    answer = chat(best["token"], finish="length")
    answer["choices"][0]["logprobs"] = {"content": [{**best, "top_logprobs": listed}]}
    return answer


def answer(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """A good answer of each endpoint: OpenAI's, and the scoring ones of vLLM."""
    if path == "/decisions":
        answers = [decided(question) for question in body["questions"]]
        return {"answers": answers, "model": body["model"], "usage": {"input_tokens": 10}}
    texts = body.get("input", body.get("text_2", ""))
    many = range(len(texts) if isinstance(texts, list) else 1)
    values: dict[str, dict[str, Any]] = {
        "/embeddings": {"embedding": [1.0, 0.0]},
        "/score": {"score": 0.5},
        "/classify": {"label": "LABEL_0", "probs": [0.75, 0.25], "num_classes": 2},
        "/pooling": {"data": [0.5]},
    }
    if path not in values:
        return chat()
    data = [{"index": at, **values[path]} for at in many]
    return {"object": "list", "data": data, "usage": {"prompt_tokens": 10, "total_tokens": 10}}


def decided(question: dict[str, Any]) -> dict[str, Any]:
    """An answer to one question of `/decisions`: the first that it may have, at 0.7."""
    kind = question["type"]
    named = {"type": kind, "name": question.get("name")}
    if kind == "predicate":
        return {**named, "probability": 0.7}
    listed = question["choices" if kind == "choice" else "levels"]
    offered = [one.get("value", one.get("label")) for one in listed]
    likely = [0.7] + [0.3 / (len(offered) - 1)] * (len(offered) - 1)
    if kind == "choice":
        listed = [{"value": v, "probability": p} for v, p in zip(offered, likely, strict=True)]
        return {**named, "choice": offered[0], "confidence": 0.7, "probabilities": listed}
    listed = [
        {"label": label, "value": at, "probability": p}
        for at, (label, p) in enumerate(zip(offered, likely, strict=True))
    ]
    score = sum(one["value"] * one["probability"] for one in listed)
    return {**named, "score": score, "confidence": 0.7, "probabilities": listed}


class FaultServer:
    """A server in a thread of its own, on a free port of this machine."""

    def __init__(
        self,
        reply: Reply | None = None,
        delay: float = 0.0,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.reply: Reply = reply or answer
        self.delay, self.trust = delay, trust
        self.asked: Counter[str] = Counter()  # calls by hash of their body
        self.answered: Counter[str] = Counter()  # those of them that got a whole 200
        self.keys: set[str] = set()  # what stood in Authorization
        self.in_flight = self.most_in_flight = self.connections = 0
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Base URL."""
        start = "https://localhost" if self.trust else "http://127.0.0.1"
        return f"{start}:{self.port}/v1"

    def __enter__(self) -> "FaultServer":
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.start(0), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def hang_up(self) -> None:
        """Close every connection, as a server does with those that were idle for long."""

        async def close() -> None:
            for writer in self._open:
                writer.close()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result()

    async def start(self, port: int) -> None:
        """Listen; port 0 takes a free one."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", port, backlog=2048, ssl=self.trust
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        mine = asyncio.current_task()
        while others := [task for task in asyncio.all_tasks() if task is not mine]:
            await asyncio.wait(others, timeout=0.02)  # they find their connection gone
            for task in asyncio.all_tasks() - {mine}:
                task.cancel()  # unless they sleep

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # cancelled when the server stops
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines if line)}
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        self.keys.add(headers.get("authorization", ""))
        path = first.split(" ")[1].removeprefix("/v1")
        digest = hashlib.sha256(path.encode() + content).hexdigest()
        self.asked[digest] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._answer(writer, path, content, digest)
        finally:
            self.in_flight -= 1

    async def _answer(
        self, writer: asyncio.StreamWriter, path: str, content: bytes, digest: str
    ) -> bool:
        try:
            body = json.loads(content) if content else {}
        except ValueError:
            body = {"raw": content.decode("latin-1")}
        given = self.reply(path, body)
        fault = given if isinstance(given, Fault) else Fault(body=given)
        await asyncio.sleep(self.delay + fault.delay)
        if fault.reset:
            writer.transport.abort()
            return False
        text = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
        extra = "".join(f"{k}: {v}\r\n" for k, v in fault.headers.items())
        head = (
            f"HTTP/1.1 {fault.status} X\r\ncontent-type: application/json\r\n"
            f"content-length: {len(text)}\r\n{extra}\r\n"
        )
        if fault.cut:
            writer.write(head.encode() + text[: len(text) // 2])
            await writer.drain()
            writer.close()
            return False
        writer.write(head.encode() + text)
        await writer.drain()
        if fault.status == 200:
            self.answered[digest] += 1
        return True


async def _run(port: int, delay: float) -> None:
    server = FaultServer(delay=delay)
    await server.start(port)
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), float(sys.argv[2])))
