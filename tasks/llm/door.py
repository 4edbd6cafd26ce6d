"""The door to one language model: remembers, limits, pays, and gives up in a way that is told.

Every call that goes in comes out as an answer or with exactly one reason. A call that was answered
in an earlier run is not made again, and needs neither key nor endpoint.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from tasks.base.errors import UsageError
from tasks.base.progress import Progress, announce
from tasks.base.report import Cost
from tasks.llm.budget import Budget
from tasks.llm.call import Answer, Call, Grade, Reason
from tasks.llm.client import Client
from tasks.llm.keys import api_key
from tasks.llm.limits import Pace
from tasks.llm.memory import Memory, Remembered
from tasks.llm.params import LlmParams
from tasks.llm.prices import price_of
from tasks.llm.tokens import OVERHEAD, characters, per_token

AHEAD = 2  # calls drawn for each that may be in flight
TOLD_EVERY = 50  # calls between two words of progress


class _Pending(NamedTuple):
    places: list[int]
    call: Call
    key: str
    characters: int
    reserved: tuple[int, int]


class Door:
    """Asks one model. Use it as a context manager, or close it."""

    def __init__(self, params: LlmParams, store: str, stage: str = "") -> None:
        """Open the door; nothing is sent and nothing started yet.

        Args:
            params: Endpoint, model, limits and budget.
            store: Folder of the store, which holds the memory.
            stage: Name that progress is told under; none is told without.

        Raises:
            UsageError: The endpoint is none or no address, no model is named, or money is capped
                without a price.
        """
        self.params = _checked(params)
        self.identity = identity(params)
        self.memory = Memory(store)
        self.budget = Budget(params, price_of(params))
        self.stage, self.store = stage, store
        self.unanswered: Counter[Reason] = Counter()
        self._recalled = self._answers_read = 0
        self._recalled_tokens = (0, 0)
        self._money = 0.0
        self._tokens = (0, 0)
        self._ratio = per_token(self.memory.totals(self.identity))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None
        self._done: SimpleQueue[tuple[str, Answer]] = SimpleQueue()
        self._fresh: list[tuple[_Pending, Answer]] = []
        self._tasks: set[asyncio.Future[None]] = set()

    @property
    def grade(self) -> Grade:
        """Scores of the local model decide nothing unless they are forced to."""
        return "demo" if self.params.endpoint == "local" else "real"

    @property
    def cost(self) -> Cost:
        """What was paid through this door so far."""
        paid, remembered = self._tokens, self._recalled_tokens
        price = self.budget.price
        return Cost(
            calls=self._client.sent if self._client else 0, recalled=self._recalled,
            tokens_in=paid[0], tokens_out=paid[1], money=self._money,
            answers=self._answers_read, answer_tokens=sum(paid) + sum(remembered),
            answer_money=self._money + (price.of(*remembered) if price else 0.0),
        )  # fmt: skip

    def ask_all(self, calls: Sequence[Call]) -> list[Answer]:
        """Answers in the order of the calls."""
        found = dict(self.ask(calls))
        return [found[place] for place in range(len(calls))]

    def ask(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """Answers as they arrive, each with the place of its call; one for every call.

        Calls are drawn as answers leave, so that memory stays constant however many there are. If
        the iterator is closed early, what is in flight is called off.
        """
        pending: dict[str, _Pending] = {}
        total = len(calls) if isinstance(calls, Sequence) else 0
        try:
            for done, (place, answer) in enumerate(self._answers(calls, pending), 1):
                self._count(answer)
                if self.stage and total and done % TOLD_EVERY == 0:
                    announce(Progress(self.stage, min(done, total - 1), total, total))
                yield place, answer
        finally:
            if pending:
                self._call_off()

    def _answers(
        self, calls: Iterable[Call], pending: dict[str, _Pending]
    ) -> Iterator[tuple[int, Answer]]:
        room = AHEAD * self.params.concurrency
        for place, call in enumerate(calls):
            yield from self._enter(place, call, pending)
            while len(pending) >= room:
                yield from self._arrived(pending)
        while pending:
            yield from self._arrived(pending)

    def _enter(
        self, place: int, call: Call, pending: dict[str, _Pending]
    ) -> Iterator[tuple[int, Answer]]:
        """Answer one call from memory, or send it; where the budget is tight, once there is room.

        What yields is whatever had to arrive first.
        """
        key = call.key(self.identity)
        known = self.memory.recall(key)
        if known is not None:
            before = self._recalled_tokens
            self._recalled_tokens = (before[0] + known.tokens_in, before[1] + known.tokens_out)
            yield place, Answer(known.body, recalled=True)
        elif key in pending:  # the same question is under way
            pending[key].places.append(place)
        else:
            while not self._send(place, call, key, pending):
                if not pending:
                    yield place, Answer(None, "budget_reached", "the cap leaves no room for it")
                    return
                yield from self._arrived(pending)

    def _send(self, place: int, call: Call, key: str, pending: dict[str, _Pending]) -> bool:
        """Hand one call to the loop; False if the budget has no room for it now."""
        size = characters(call.body)
        reserved = (int(size / self._ratio) + OVERHEAD, call.tokens_out)
        if not self.budget.reserve(*reserved):
            return False
        one = _Pending([place], call, key, size, reserved)
        pending[key] = one
        self._started().call_soon_threadsafe(self._begin, one)
        return True

    def _begin(self, one: _Pending) -> None:
        """Runs in the loop, as does all down to `_write`."""
        task = asyncio.ensure_future(self._ask_one(one))
        self._tasks.add(task)  # the loop itself holds tasks but weakly
        task.add_done_callback(self._tasks.discard)

    async def _ask_one(self, one: _Pending) -> None:
        try:
            assert self._client is not None
            answer = await self._client.ask(one.call, sum(one.reserved))
        except Exception as error:  # a fault of ours must not leave the asker waiting for ever
            answer = Answer(None, "endpoint_failed", f"fault in the door: {type(error).__name__}")
        if answer.body is not None and not answer.tokens_in + answer.tokens_out:
            answer = answer._replace(tokens_in=one.reserved[0])  # the endpoint does not count
        if not self._fresh:  # all that arrive in one turn of the loop are written together
            asyncio.get_running_loop().call_soon(self._write)
        self._fresh.append((one, answer))

    def _write(self) -> None:
        """An answer is on disk before anybody sees it."""
        fresh, self._fresh = self._fresh, []
        kept = [
            (one.key, one.characters, Remembered(a.body, a.tokens_in, a.tokens_out))
            for one, a in fresh
            if a.body is not None
        ]
        failed: Answer | None = None
        try:
            if kept:
                self.memory.remember(self.identity, kept)
        except sqlite3.Error as error:
            told = f"the memory cannot be written: {type(error).__name__}"
            failed = Answer(None, "endpoint_failed", told)
        for one, answer in fresh:
            self._done.put((one.key, failed or answer))

    def _arrived(self, pending: dict[str, _Pending]) -> Iterator[tuple[int, Answer]]:
        """Wait for one answer, and hand it to all who asked for it."""
        key, answer = self._done.get()
        one = pending.pop(key)
        self._money += self.budget.settle(one.reserved, (answer.tokens_in, answer.tokens_out))
        taken = (self._tokens[0] + answer.tokens_in, self._tokens[1] + answer.tokens_out)
        self._tokens = taken
        yield one.places[0], answer
        for place in one.places[1:]:
            yield place, answer._replace(recalled=answer.body is not None)

    def _count(self, answer: Answer) -> None:
        self._recalled += answer.recalled
        self._answers_read += answer.body is not None
        if answer.reason is not None:
            self.unanswered[answer.reason] += 1

    def _started(self) -> asyncio.AbstractEventLoop:
        """The event loop, in a thread of its own, with a client for the endpoint."""
        if self._loop is None:
            base, key, model = _endpoint(self.params)
            loop = asyncio.new_event_loop()
            self._thread = Thread(target=loop.run_forever, name="llm-door", daemon=True)
            self._thread.start()
            self._loop = loop
            asyncio.run_coroutine_threadsafe(self._connect(base, key, model), loop).result()
        return self._loop

    async def _connect(self, base: str, key: str, model: str) -> None:
        import httpx2
        from openai import AsyncOpenAI

        from tasks.llm.lanes import Lanes

        given = self.params
        timeout = httpx2.Timeout(given.timeout, connect=min(10.0, given.timeout))
        http = httpx2.AsyncClient(transport=Lanes(), timeout=timeout)
        # one loop of retries: ours, which counts every attempt and keeps to the limits
        sdk = AsyncOpenAI(
            base_url=base, api_key=key, max_retries=0, http_client=http, timeout=timeout
        )
        pace = Pace(given.concurrency, given.requests_per_minute, given.tokens_per_minute)
        self._client = Client(sdk, model, pace, given.attempts)

    def _call_off(self) -> None:
        """Cancel what is in flight; its answers are lost, and asked for again another time."""
        if self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result()
        self._done = SimpleQueue()

    def close(self) -> None:
        """End the loop and let go of the memory."""
        if self._loop is not None and self._client is not None:
            self._call_off()
            asyncio.run_coroutine_threadsafe(self._client.client.close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = None
        self.memory.close()

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


async def _cancel_others() -> None:
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _checked(params: LlmParams) -> LlmParams:
    """`params` if they name a model that can be asked.

    Raises:
        UsageError: They do not.
    """
    if params.endpoint == "none":
        raise UsageError(
            "no language model is named: set llm.endpoint=local (after `finery models install`), "
            "or the base URL of an OpenAI-compatible API and llm.model"
        )
    if params.endpoint == "local":
        return params
    parts = urlsplit(params.endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"llm.endpoint {params.endpoint!r} is no address; wanted: none, local, or a base URL "
            "such as https://api.openai.com/v1"
        )
    if parts.username or parts.password or parts.query:
        raise UsageError("llm.endpoint holds a key or a query; keys go into llm.key_variable")
    if not params.model:
        raise UsageError(f"llm.model is empty; name a model that {params.endpoint} serves")
    return params


def identity(params: LlmParams) -> str:
    """Name of the model and what tells its weights from others of that name."""
    if params.endpoint == "local":
        from tasks.llm import weights

        name = weights.identity(params.model or weights.DEFAULT)
    else:
        name = params.model
    return f"{name}+{params.revision}" if params.revision else name


def _endpoint(params: LlmParams) -> tuple[str, str, str]:
    """Base URL, key and model name; a local server is started here."""
    if params.endpoint == "local":
        from tasks.llm import weights
        from tasks.llm.local import local_server

        server = local_server(params.model or weights.DEFAULT)
        return server.base_url, server.key, server.model
    return params.endpoint.rstrip("/"), api_key(params), params.model
