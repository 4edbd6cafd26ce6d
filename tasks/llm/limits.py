"""How fast an endpoint may be asked: rates, concurrency, back-off and a circuit breaker.

Concurrency follows the endpoint: halved when it says too much (429, 503, time-outs), one more after
as many answers as are in flight (AIMD). When it fails again and again nobody is sent there but one
call at a time that looks whether it is back, later and later; after `PROBES` of those it is given
up, and so are all calls.
"""

import asyncio
import random
from collections import deque
from collections.abc import Mapping
from time import monotonic

from tasks.llm.headers import seconds

PAUSE = 2.0  # seconds before the first look at an endpoint that failed; doubled each time
PROBES = 5  # a minute in all
LONGEST_WAIT = 120.0  # seconds that a server may ask us to wait; longer is a failure
BACKOFF, MOST_BACKOFF = 0.5, 30.0


class Bucket:
    """Tokens that flow in at a rate. It may be overdrawn by one call, which the next waits for."""

    def __init__(self, per_minute: int) -> None:
        self.rate = per_minute / 60
        self.most = max(self.rate, 1.0)  # a second's worth may come at once
        self.level, self.told = self.most, monotonic()

    def wait(self) -> float:
        """Seconds until something may be taken."""
        if not self.rate:
            return 0.0
        now = monotonic()
        self.level = min(self.most, self.level + (now - self.told) * self.rate)
        self.told = now
        return 0.0 if self.level > 0 else -self.level / self.rate + 0.001

    def take(self, amount: float) -> None:
        """Take `amount`; a negative one gives back what was estimated too high."""
        self.level -= amount


class Pace:
    """Lets calls through to one endpoint. Lives in one event loop."""

    def __init__(self, concurrency: int, requests: int, tokens: int) -> None:
        self.most = concurrency
        self.allowed = float(concurrency)
        self.running = 0
        self.requests, self.tokens = Bucket(requests), Bucket(tokens)
        self.not_before = 0.0  # the endpoint asked all to wait until then
        self.reached = False  # whether anybody was ever there
        self.failures = 0  # in a row
        self.probes = 0
        self.given_up = asyncio.Event()
        self._eased = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._chance = random.Random(0)

    async def enter(self, tokens: int) -> bool:
        """Wait for a turn; False if the endpoint was given up."""
        while not self.given_up.is_set():
            if self.running >= self._room():
                turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append(turn)
                await turn
                continue
            wait = max(self.requests.wait(), self.tokens.wait(), self.not_before - monotonic())
            if wait <= 0:
                self.running += 1
                self.requests.take(1)
                self.tokens.take(tokens)
                return True
            await self.sleep(wait)
        return False

    def leave(self, *, estimated: int, used: int) -> None:
        """A call is over; what it really used goes on the books."""
        self.running -= 1
        self.tokens.take(used - estimated)
        self._wake(1)

    def succeeded(self) -> None:
        """An answer came: after as many as are in flight, one more may be."""
        self.reached = True
        if self.failures >= self.threshold():
            self._wake(self.most)
        self.failures = self.probes = 0
        if self.allowed < self.most:
            self.allowed = min(self.most, self.allowed + 1 / max(self.allowed, 1))
            self._wake(1)

    def too_much(self) -> None:
        """The endpoint wants less at a time."""
        now = monotonic()
        if now - self._eased > 1:  # all that were in flight fail together; that counts once
            self._eased, self.allowed = now, max(1.0, self.allowed / 2)

    def failed(self, *, reached: bool) -> None:
        """No answer came; after many in a row the circuit opens.

        Where nobody has ever been, one look is enough.
        """
        self.reached = self.reached or reached
        self.failures += 1
        now = monotonic()
        if self.failures < self.threshold() or now < self.not_before:
            return  # in the pause, it is what was under way when the circuit opened
        self.probes += 1
        if self.probes > (PROBES if self.reached else 1):
            self.give_up()
        else:
            self.wait_for(PAUSE * 2 ** (self.probes - 1))

    def give_up(self) -> None:
        """Nobody is let through any more, and nobody waits any longer."""
        self.given_up.set()
        self._wake(len(self._waiting))

    def threshold(self) -> int:
        """Failures in a row that open the circuit: sooner where nobody has ever answered."""
        return 2 * self.most + 4 if self.reached else max(4, self.most)

    def wait_for(self, seconds: float) -> None:
        """Nobody is let through for so long."""
        self.not_before = max(self.not_before, monotonic() + seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait, but no longer than there is hope."""
        try:
            async with asyncio.timeout(seconds):
                await self.given_up.wait()
        except TimeoutError:
            return

    def backoff(self, attempt: int) -> float:
        """Seconds before attempt `attempt` + 2, with full jitter."""
        most = min(MOST_BACKOFF, BACKOFF * 2.0**attempt)
        return self._chance.uniform(0.1, 1) * most

    def heed(self, headers: Mapping[str, str], tokens: int) -> None:
        """Wait for the reset where the endpoint has nothing left for another such call.

        What it calls its limit is not used: to some that is per minute, to others per day.
        """
        for kind, needed in (("requests", 1), ("tokens", tokens)):
            left = seconds(headers.get(f"x-ratelimit-remaining-{kind}", ""))
            reset = seconds(headers.get(f"x-ratelimit-reset-{kind}", ""))
            if left is not None and left < needed and reset and reset <= LONGEST_WAIT:
                self.wait_for(reset)

    def _room(self) -> int:
        return 1 if self.failures >= self.threshold() else int(self.allowed)

    def _wake(self, many: int) -> None:
        while many > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                many -= 1
