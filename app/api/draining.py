"""Stops in order: first no longer ready, then no longer listening."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def draining(state: Any, seconds: float) -> Iterator[None]:
    """Put the signal to stop off: ``state.draining`` is set at once, the server is told some seconds later.

    Meanwhile load balancers see that the process is not ready and send no more; what they still send is answered. A
    second signal stops without waiting. Only a server that handles SIGTERM itself is put off, and only in the main
    thread, where signals arrive.
    """
    state.draining = False
    stop = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(stop):
        yield
        return
    loop = asyncio.get_running_loop()

    def drain(number: int, frame: FrameType | None) -> None:
        if state.draining:
            stop(number, frame)
            return
        state.draining = True
        loop.call_soon_threadsafe(loop.call_later, seconds, stop, number, None)

    signal.signal(signal.SIGTERM, drain)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, stop)
