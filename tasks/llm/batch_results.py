"""What a batch that is over came to."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from tasks.base.errors import StageError
from tasks.llm.replies import parsed

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import Batch

logger = logging.getLogger(__name__)


async def results(
    client: "AsyncOpenAI", batch: "Batch"
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Answers of a batch by key. What has none is counted in the log and not yielded.

    Raises:
        StageError: A file of answers could not be picked up.
    """
    faults = (batch.errors and batch.errors.data) or []
    without = Counter(fault.code or "unknown" for fault in faults)
    for file in filter(None, (batch.output_file_id, batch.error_file_id)):
        for line in await _lines(client, file):
            key, body, why = _read(line)
            if body is None:
                without[why] += 1
            else:
                yield key, body
    logger.log(
        logging.WARNING if without else logging.INFO,
        "a batch is %s; calls without an answer: %s", batch.status, dict(without) or "none",
    )  # fmt: skip


async def _lines(client: "AsyncOpenAI", file: str) -> list[bytes]:
    from openai import APIError, NotFoundError

    try:
        return (await client.files.content(file)).content.splitlines()
    except NotFoundError:
        logger.warning("a file of answers is gone from the endpoint")
        return []
    except APIError as error:
        raise StageError(f"answers were not picked up: {type(error).__name__}") from None


def _read(line: bytes) -> tuple[str, dict[str, Any] | None, str]:
    """Key and body of one line of results; without a body, why."""
    try:
        result: Any = parsed(line)
        reply = result.get("response") or {}
        status, body = reply.get("status_code"), reply.get("body")
        key, error = str(result["custom_id"]), result.get("error") or {}
    except (ValueError, RecursionError, AttributeError, KeyError):
        return "", None, "unreadable line"
    if status == 200 and isinstance(body, dict):
        return key, body, ""
    return key, None, str(error.get("code") or f"status {status}")
