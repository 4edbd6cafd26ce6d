"""Connections to an endpoint, one per call in flight.

The pool of the HTTP library looks at all its connections for every call, with a system call for
each that is idle, and sends head and body of a request apart; at 64 calls in flight that is more
than half of all work. Here a call takes the connection that was last given back, or opens one, and
a request leaves as one.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from tasks.llm.keys import is_loopback

_CORE = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException)


def transport(base_url: str) -> httpx2.AsyncBaseTransport | None:
    """What carries calls to an endpoint; None: what the library takes, which knows proxies."""
    parts = urlsplit(base_url)
    proxies = getproxies()
    has_proxy = parts.scheme in proxies or "all" in proxies
    if has_proxy and not is_loopback(base_url) and not proxy_bypass(parts.hostname or ""):
        return None
    return Lanes()


class Lanes(httpx2.AsyncBaseTransport):
    """A transport that keeps idle connections on a stack. How many there are, its user decides."""

    def __init__(self) -> None:
        self._idle: list[httpcore2.AsyncHTTPConnection] = []
        self._trust = httpx2.create_ssl_context()  # once: it takes as long as 20 calls
        self._network = _Network()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request over a connection of its own, and read the whole reply."""
        where = request.url
        url = httpcore2.URL(
            scheme=where.raw_scheme, host=where.raw_host, port=where.port, target=where.raw_path
        )
        asked = httpcore2.Request(
            request.method, url, headers=request.headers.raw,
            content=request.stream, extensions=request.extensions,
        )  # fmt: skip
        lane = await self._lane(url.origin)
        try:
            reply = await lane.handle_async_request(asked)
            content = await reply.aread()
            await reply.aclose()
        except BaseException as error:
            await lane.aclose()
            if isinstance(error, _CORE):  # the upper library has the same errors by the same names
                raise getattr(httpx2, type(error).__name__)("no whole reply") from error
            raise
        if lane.is_idle():
            self._idle.append(lane)
        return httpx2.Response(reply.status, headers=reply.headers, content=content)

    async def _lane(self, origin: httpcore2.Origin) -> httpcore2.AsyncHTTPConnection:
        while self._idle:
            lane = self._idle.pop()
            if lane.can_handle_request(origin) and not lane.has_expired():
                return lane
            await lane.aclose()  # the server has closed it meanwhile
        return httpcore2.AsyncHTTPConnection(origin, self._trust, network_backend=self._network)

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().aclose()


class _Network(httpcore2.AsyncNetworkBackend):
    """The network as it is, but for streams that send a request as one."""

    def __init__(self) -> None:
        self._real = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return _Whole(
            await self._real.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _Whole(httpcore2.AsyncNetworkStream):
    """Holds back what is written until something is to be read."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._unsent = bytearray()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._unsent += buffer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            unsent, self._unsent = bytes(self._unsent), bytearray()
            await self._stream.write(unsent, timeout)
        return await self._stream.read(max_bytes, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *given: Any, **more: Any) -> httpcore2.AsyncNetworkStream:  # noqa: ANN401
        return _Whole(await self._stream.start_tls(*given, **more))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)
