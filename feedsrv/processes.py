"""Processes: work that is spread over the cores of the machine.

Each process is handed once what is to be asked, then one task after another, and gives back the answers, the same as if
they were found here. What one of them cannot do, because it was killed or met a fault, is done here. They end when they
are no longer asked, and when this process ends, in whichever way.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import IO, Any, Generic, TypeVar, cast

_MOST = 8  # processes, of which each takes some 100 MB
_AHEAD = 2  # batches for each process that are under way or done, and not taken yet
_LOOK_UP = 0.2  # seconds between two looks whether whoever asks is still there

T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Processes(Generic[T, R]):
    """Processes that ``ask`` is handed to, one for each core, up to eight; they start with the first task.

    It is pickled, with what it is a method of, and so are tasks and answers.
    """

    def __init__(self, ask: Callable[[T], R]) -> None:
        self.size = min(cores(), _MOST)
        self._ask = ask
        self._threads = ThreadPoolExecutor(self.size)  # each waits for one process
        self._processes: list[_Process] = []
        self._idle: SimpleQueue[_Process] = SimpleQueue()

    def __enter__(self) -> Processes[T, R]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()

    def submit(self, task: T) -> Callable[[], R]:
        """Have it asked elsewhere; what is returned waits for the answer, and raises what is raised by it."""
        if not self._processes:
            self._start()
        future = self._threads.submit(self._asked, task)

        def answer() -> R:
            found = future.result()
            return self._ask(task) if found is None else found[0]

        return answer

    def _start(self) -> None:
        state = pickle.dumps(self._ask, pickle.HIGHEST_PROTOCOL)
        self._processes = [_Process(state) for _ in range(self.size)]
        for process in self._processes:
            self._idle.put(process)

    def _asked(self, task: T) -> tuple[R] | None:
        process = self._idle.get()
        try:
            found: tuple[R] | None = process.asked(task)
            return found
        finally:
            self._idle.put(process)


def mapped(ask: Callable[[T], R], batches: Iterable[Sequence[T]]) -> Iterator[R]:
    """What ``ask`` says to each of the tasks, in their order; a batch is handed over at once, and few ahead."""
    with Processes(partial(_all, ask)) as processes:
        pending: deque[Callable[[], list[R]]] = deque()
        for batch in batches:
            pending.append(processes.submit(batch))
            if len(pending) > _AHEAD * processes.size:
                yield from pending.popleft()()
        while pending:
            yield from pending.popleft()()


def _all(ask: Callable[[T], R], tasks: Iterable[T]) -> list[R]:
    return list(map(ask, tasks))


class _Process(subprocess.Popen[bytes]):
    """One that Ctrl-C does not reach: a terminal sends it to all, and it is ours to end them."""

    def __init__(self, state: bytes) -> None:
        self._state = state
        paths = os.pathsep.join(path for path in sys.path if path)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # which a process inherits
        try:
            super().__init__(
                [sys.executable, "-P", "-c", f"from {__name__} import work; work({os.getpid()})"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": paths},
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def asked(self, task: object) -> Any:
        """The answer to a task, alone in a tuple; None if it cannot give one."""
        stdin, stdout = cast("IO[bytes]", self.stdin), cast("IO[bytes]", self.stdout)  # they are pipes
        try:
            stdin.write(self._state)
            self._state = b""
            pickle.dump(task, stdin, pickle.HIGHEST_PROTOCOL)
            stdin.flush()
            return pickle.load(stdout)  # noqa: S301 - of our own child
        except (OSError, EOFError, pickle.UnpicklingError):  # it was killed
            return None


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


def _answered(ask: Callable[[T], R], task: T) -> tuple[R] | None:
    with suppress(Exception):  # whatever it is: it is met again where it can be dealt with
        return (ask(task),)
    return None


def _follow(parent: int) -> None:
    """End when whoever asks does, even when it is killed."""
    while os.getppid() == parent:
        Event().wait(_LOOK_UP)
    os._exit(1)
