"""Batch mode: calls handed in as files and answered within a day, at half the price.

A batch that was handed in is paid for. So it is noted on disk before it is created, and a run
after one that was killed waits for the batches of that one instead of handing the calls in again.

What comes back without an answer (expired, failed, cancelled, refused line by line) is not
yielded, and whoever asks sends it another way. Put one call that is not `noted`
online before: a wrong model or field then costs one call and no batch, and what the endpoint does
not take is learnt (`tasks.llm.dialect`).
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tasks.llm.batch_notes import Notes
from tasks.llm.batch_office import File, Office, Pause
from tasks.llm.call import Call
from tasks.llm.dialect import dialect_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PATHS = ("/chat/completions", "/completions", "/embeddings", "/responses", "/moderations")
"""What OpenAI answers in batches."""

MOST_LINES = 50_000  # OpenAI takes no more in one file
MOST_BYTES = 190_000_000  # it takes 200 MB
FOLDER = "memo/llm/batches"  # of the store
PAUSE = Pause()


class Line(NamedTuple):
    """One call in a file."""

    key: str
    content: bytes


async def answered(
    client: "AsyncOpenAI",
    calls: Sequence[tuple[str, Call]],
    model: str,
    store: str,
    pause: Pause | None = None,
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Hand calls in, and wait for what comes of them.

    Args:
        client: For the endpoint.
        calls: Each with its key; one at a path that is not batched is passed over.
        model: Name of the model.
        store: Folder of the store, in which open batches are noted.
        pause: Between two looks at open batches; `PAUSE` if not given.

    Yields:
        Key and body of every answer; also of answers to other calls, where an earlier batch held
        those beside one of `calls`. A batch is forgotten only when the answer after its last is
        asked for, so keep each before asking for the next.

    Raises:
        UsageError: The endpoint has no batches.
        StageError: The endpoint is gone; the next run takes the open batches up.
    """
    office = Office(client, Path(store, FOLDER))
    wanted = {key: call for key, call in calls if call.path in PATHS}
    held = await office.take_up(set(wanted))
    say = dialect_of(str(client.base_url), model).wire
    for path in PATHS:
        bodies = {k: c.body for k, c in wanted.items() if c.path == path and k not in held}
        lines = (_line(k, path, say({"model": model, **b})) for k, b in bodies.items())
        for file in _files(path, lines):
            await office.hand_in(file)
    async for answer in office.collect(pause or PAUSE):
        yield answer


def noted(client: "AsyncOpenAI", store: str, keys: set[str]) -> set[str]:
    """Those of `keys` that lie in an open batch of an earlier run."""
    notes = Notes(Path(store, FOLDER), str(client.base_url)).about(keys)
    return keys & {key for note in notes for key in note.keys}


def _line(key: str, path: str, body: dict[str, Any]) -> Line:
    call = {"custom_id": key, "method": "POST", "url": f"/v1{path}", "body": body}
    return Line(key, orjson.dumps(call, option=orjson.OPT_APPEND_NEWLINE))


def _files(path: str, lines: Iterable[Line]) -> Iterator[File]:
    """As few files as the endpoint's limits allow."""
    keys: list[str] = []
    content = bytearray()
    for line in lines:
        if keys and (len(keys) == MOST_LINES or len(content) + len(line.content) > MOST_BYTES):
            yield File(path, keys, bytes(content))
            keys, content = [], bytearray()
        keys.append(line.key)
        content += line.content
    if keys:
        yield File(path, keys, bytes(content))
