"""Connections to an endpoint, one per call in flight.

The pool of the HTTP library looks at all its connections for every call, with a system call for
each that is idle; at 64 calls in flight that is a third of all work. Here a call takes the
connection that was last given back, or opens one, and nobody looks at the others.
"""

import ssl

import httpx2


class Lanes(httpx2.AsyncBaseTransport):
    """A transport that keeps idle connections on a stack."""

    def __init__(self) -> None:
        self._idle: list[httpx2.AsyncHTTPTransport] = []
        self._trust = ssl.create_default_context()  # once: it takes as long as 20 calls

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of its own, and read the whole reply."""
        lane = self._idle.pop() if self._idle else self._open()
        try:
            reply = await lane.handle_async_request(request)
            content = await reply.aread()
            await reply.aclose()
        except BaseException:
            await lane.aclose()
            raise
        self._idle.append(lane)
        headers = [(k, v) for k, v in reply.headers.raw if k.lower() != b"content-encoding"]
        return httpx2.Response(reply.status_code, headers=headers, content=content)

    def _open(self) -> httpx2.AsyncHTTPTransport:
        return httpx2.AsyncHTTPTransport(verify=self._trust)

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().aclose()
