"""The openai SDK, set up for the door."""

from typing import TYPE_CHECKING

from tasks.llm.endpoint import Address

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT = 10.0  # seconds until somebody must be there


def sdk(where: Address, timeout: float) -> "AsyncOpenAI":
    """A client of the SDK that tries nothing again by itself.

    There is one loop of retries, the door's (`tasks.llm.client`), which counts every attempt and
    keeps to the limits; it also times each call as a whole. The time-outs here are for what else
    the SDK asks, such as batches.
    """
    import httpx2
    from openai import AsyncOpenAI

    from tasks.llm.lanes import transport

    patience = httpx2.Timeout(2 * timeout + CONNECT, connect=min(CONNECT, timeout))
    http = httpx2.AsyncClient(transport=transport(where.base_url), timeout=patience)
    return AsyncOpenAI(
        base_url=where.base_url, api_key=where.key, max_retries=0, http_client=http,
        timeout=patience,
    )  # fmt: skip
