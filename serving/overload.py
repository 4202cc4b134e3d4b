"""The app limits itself: a few long forecasts are made at once, some wait, and more are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_RUNNING = 4  # their months take turns, so that none waits for a whole other one; /health waits for a month of each
MOST_WAITING = 16  # about a second of work; whoever came later would rather ask another host


class LongForecasts:
    """The long forecasts of one process."""

    def __init__(self) -> None:
        self._running = asyncio.Semaphore(MOST_RUNNING)
        self._room = MOST_RUNNING + MOST_WAITING

    @property
    def is_full(self) -> bool:
        """Whether another one has to be refused."""
        return self._room == 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until one of those that run has ended, and run the block."""
        self._room -= 1
        try:
            async with self._running:
                yield
        finally:
            self._room += 1
