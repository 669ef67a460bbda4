"""The pool: where many files are to be read, they are read in as many processes as there are cores.

Each process is handed the examination once, then some files at a time, and gives back what they are, in the same order
and the same as if they were read here. What one of them cannot do, because it was killed or met a fault, is done here.
They end when they are no longer asked, and when this process ends, in whichever way.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TypeVar

from feedsrv.processes import cores

FEW = 200
"""Files that are read here before others are asked for help: to start them takes as long as reading these."""

_MOST = 8  # processes, of which each takes some 100 MB
_AT_ONCE = 32  # files that are handed over: a tenth of a second of reading
_AHEAD = 2  # batches for each process that are under way or done, and not taken yet
_LOOK_UP = 0.2  # seconds between two looks whether whoever asks is still there

T = TypeVar("T")
R = TypeVar("R")


def mapped(ask: Callable[[T], R], tasks: Iterator[T]) -> Iterator[R]:
    """What ``ask`` says to each of the tasks, in their order. Its exceptions are raised here.

    It is pickled, with what it is a method of, and so are tasks and answers.
    """
    with _crew(pickle.dumps(ask, pickle.HIGHEST_PROTOCOL)) as crew:
        pending: deque[tuple[Sequence[T], Future[list[R] | None]]] = deque()
        while batch := list(islice(tasks, _AT_ONCE)):
            pending.append((batch, crew.submit(batch)))
            if len(pending) > _AHEAD * crew.size:
                yield from _answers(ask, *pending.popleft())
        while pending:
            yield from _answers(ask, *pending.popleft())


def _answers(ask: Callable[[T], R], batch: Sequence[T], future: Future[list[R] | None]) -> Iterable[R]:
    answers = future.result()
    return map(ask, batch) if answers is None else answers


class _Crew:
    """Processes, each with a thread here that waits for it."""

    def __init__(self, processes: Sequence[subprocess.Popen[bytes]], state: bytes) -> None:
        self.size = len(processes)
        self._processes = processes
        self._threads = ThreadPoolExecutor(self.size)
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._state = state
        self._are_told: set[int] = set()
        for process in processes:
            self._idle.put(process)

    def submit(self, batch: Sequence[object]) -> Future[list[Any] | None]:
        return self._threads.submit(self._asked, batch)

    def end(self) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()

    def _asked(self, batch: Sequence[object]) -> list[Any] | None:
        """The answers of a process that has nothing else to do; None if it cannot give them."""
        process = self._idle.get()
        try:
            if process.stdin is None or process.stdout is None:
                return None
            if process.pid not in self._are_told:
                self._are_told.add(process.pid)
                process.stdin.write(self._state)
            pickle.dump(batch, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            answers: list[Any] | None = pickle.load(process.stdout)  # noqa: S301 - of our own child
        except (OSError, EOFError, pickle.UnpicklingError):  # it was killed
            return None
        else:
            return answers
        finally:
            self._idle.put(process)


@contextmanager
def _crew(state: bytes) -> Iterator[_Crew]:
    crew = _Crew([_started() for _ in range(min(cores(), _MOST))], state)
    try:
        yield crew
    finally:
        crew.end()


def _started() -> subprocess.Popen[bytes]:
    """A process that Ctrl-C does not reach: a terminal sends it to all, and it is ours to end them."""
    program = f"from {__name__} import work; work({os.getpid()})"
    paths = os.pathsep.join(path for path in sys.path if path)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # which a process inherits
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work(parent: int) -> None:
    """Answer what is asked on standard input, until nobody asks any more."""
    Thread(target=_follow, args=[parent], daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    with suppress(EOFError, BrokenPipeError):
        ask = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
        while True:
            pickle.dump(_answered(ask, pickle.load(sys.stdin.buffer)), answers, pickle.HIGHEST_PROTOCOL)  # noqa: S301
            answers.flush()


def _answered(ask: Callable[[T], R], batch: Sequence[T]) -> list[R] | None:
    answers = None
    with suppress(Exception):  # whatever it is: it is met again where it can be dealt with
        answers = list(map(ask, batch))
    return answers


def _follow(parent: int) -> None:
    """End when whoever asks does, even when it is killed."""
    while os.getppid() == parent:
        Event().wait(_LOOK_UP)
    os._exit(1)
