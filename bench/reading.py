"""Reading: what it costs to understand release files, and how that grows with their number and their size.

``python -m bench.reading [FOLDER]`` reads a folder of one's own, or a generated one. Files and MB are per second of
processor time of one process; the peak is that of the whole process.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import generate
from feedsrv import readers
from feedsrv.errors import FileUnreadable
from feedsrv.files.catalogue import Catalogue
from feedsrv.newsroom import Newsroom

ROUNDS = 3
_GENERATED = 1_000


def seconds(files: Sequence[tuple[str, bytes]]) -> float:
    """The processor time of reading these files once."""
    newsroom = Newsroom()
    start = time.process_time()
    for source, data in files:
        try:
            readers.read(source, data, newsroom)
        except FileUnreadable:
            continue
    return time.process_time() - start


def median_seconds(files: Sequence[tuple[str, bytes]]) -> float:
    """The median of some rounds."""
    return statistics.median(seconds(files) for _ in range(ROUNDS))


def main(folder: Path) -> None:
    """Print the figures of a folder."""
    catalogue = Catalogue(folder)
    files = [(source, catalogue.data(source)) for source in catalogue.list().sources]
    size = sum(len(data) for _, data in files)
    seconds(files[:100])
    for share in (4, 2, 1):
        part = files[::share]
        spent, read = median_seconds(part), sum(len(data) for _, data in part)
        print(f"{len(part):>7,} files  {len(part) / spent:>7,.0f} files/s  {read / spent / 1e6:>6.2f} MB/s")
    longest = max(files, key=lambda file: len(file[1]) if not file[0].endswith((".docx", ".pdf")) else 0)
    for times in (1, 2, 4, 8):
        data = longest[1] + b"\n\n" + longest[1].partition(b"\n---")[2] * (times - 1)
        print(f"{len(data):>7,} bytes in one file  {median_seconds([(longest[0], data)]) * 1000:>7.1f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - size
    print(f"peak memory {peak / 1e6:,.0f} MB beside the files' {size / 1e6:,.1f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as temporary:
            generate.write(_GENERATED, Path(temporary))
            main(Path(temporary))
