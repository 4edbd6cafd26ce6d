"""The counter at which batches are handed in, waited for and picked up."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from tasks.base.errors import FineryError, StageError, UsageError
from tasks.llm.batch_notes import Note, Notes
from tasks.llm.batch_results import results

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

logger = logging.getLogger(__name__)

ENDED = ("completed", "failed", "expired", "cancelled")
ATTEMPTS = 5  # at creating a batch
BACKOFF = 1.0  # seconds before the second; doubled each time
PATIENCE = 20  # looks in a row at which nobody answers
ABSENT = (404, 405, 501)  # statuses of an endpoint that has no batches
TAG = "finery"  # name of the meta datum by which a batch is found whose id was not noted
HOUR = 3600  # seconds that the clocks of both sides may differ


class Pause(NamedTuple):
    """Seconds between two looks at open batches: the first, and the most that it grows to."""

    first: float = 5.0
    most: float = 120.0


class File(NamedTuple):
    """Calls at one path, as the endpoint takes them."""

    path: str
    keys: list[str]
    content: bytes  # JSON lines


class Office:
    """Batches at one endpoint."""

    def __init__(self, client: "AsyncOpenAI", folder: Path) -> None:
        self.patient = client.with_options(max_retries=4, timeout=900)  # for files
        self.client = client.with_options(max_retries=0)
        self.notes = Notes(folder, str(client.base_url))
        self.open: dict[str, Note] = {}  # by id of the batch
        self.silent = 0  # looks in a row without an answer

    async def take_up(self, wanted: set[str]) -> set[str]:
        """Open the noted batches that hold a wanted call; returns the keys of all their calls."""
        for note in self.notes.about(wanted):
            batch_id = note.batch or await self._created(note)
            if batch_id:
                self.open[batch_id] = note
            else:
                self.notes.forget(note)  # the run ended before the batch was created
        if self.open:
            logger.info("batches of an earlier run that are waited for: %d", len(self.open))
        return {key for note in self.open.values() for key in note.keys}

    async def hand_in(self, file: File) -> None:
        """Upload one file and create its batch.

        Raises:
            UsageError: The endpoint has no batches.
            StageError: It did not take this one.
        """
        from openai import APIConnectionError, APIStatusError

        note = Note(uuid4().hex, None, file.keys, time())
        try:
            name = (f"{note.tag}.jsonl", file.content)
            uploaded = await self.patient.files.create(file=name, purpose="batch")
            self.notes.keep(note)
            batch_id = await self._create(uploaded.id, file.path, note)
        except APIStatusError as error:
            self.notes.forget(note)
            raise _refused(error.status_code) from None
        except APIConnectionError as error:
            raise StageError(f"no file could be handed in: {type(error).__name__}") from None
        self.open[batch_id] = note._replace(batch=batch_id)
        self.notes.keep(self.open[batch_id])
        logger.info("handed in a batch of %d calls", len(file.keys))

    async def _create(self, file: str, path: str, note: Note) -> str:
        """Create a batch once, although the word that it was created may get lost."""
        from openai import APIConnectionError, InternalServerError, RateLimitError

        for attempt in range(ATTEMPTS):
            try:
                batch = await self.client.batches.create(
                    input_file_id=file,
                    endpoint=f"/v1{path}",  # type: ignore[arg-type]
                    completion_window="24h",
                    metadata={TAG: note.tag},
                )
            except (APIConnectionError, InternalServerError, RateLimitError) as error:
                if getattr(error, "status_code", 0) in ABSENT:
                    raise
                await asyncio.sleep(BACKOFF * 2**attempt)
                known = await self._created(note)
                if known:
                    return known
            else:
                return batch.id
        raise StageError("the endpoint takes no batches at the moment; the next run tries again")

    async def _created(self, note: Note) -> str | None:
        """Id of the batch that carries the note's tag; they are listed newest first."""
        from openai import APIError, NotFoundError

        try:
            async for batch in self.patient.batches.list(limit=100):
                if (batch.metadata or {}).get(TAG) == note.tag:
                    return batch.id
                if batch.created_at < note.since - HOUR:
                    break
        except NotFoundError:
            logger.warning("the endpoint lists no batches: one that was not noted is paid twice")
        except APIError as error:
            raise StageError(f"batches could not be listed: {type(error).__name__}") from None
        return None

    async def collect(self, pause: Pause) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Answers of every open batch, as batches end."""
        wait = pause.first
        while self.open:
            for batch_id in list(self.open):
                is_over, batch = await self._look(batch_id)
                if not is_over:
                    continue
                if batch is not None:
                    async for answer in results(self.patient, batch):
                        yield answer
                self.notes.forget(self.open.pop(batch_id))
            if self.open:
                await asyncio.sleep(wait)
                wait = min(pause.most, wait * 1.5)

    async def _look(self, batch_id: str) -> tuple[bool, "Batch | None"]:
        """Whether a batch is over, and the batch if it is still there."""
        import openai

        try:
            batch = await self.client.batches.retrieve(batch_id)
        except openai.NotFoundError:
            logger.warning("a batch is gone from the endpoint, and its answers with it")
            return True, None
        except (openai.APIConnectionError, openai.InternalServerError, openai.RateLimitError):
            self.silent += 1
            if self.silent > PATIENCE:
                raise StageError("no word of the open batches; the next run asks again") from None
            return False, None
        except openai.APIStatusError as error:
            raise _refused(error.status_code) from None
        self.silent = 0
        return batch.status in ENDED, batch


def _refused(status: int) -> FineryError:
    """What a refusal means; its text is not kept, it may quote a row or a part of the key."""
    if status in ABSENT:
        return UsageError(
            f"llm.mode=batch, but the endpoint has no batches (status {status}); set "
            "llm.mode=online"
        )
    return StageError(f"the endpoint does not do this batch (status {status})")
