"""What the publisher alone can tell, and tells at its own address alone: what is not public is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from feedsrv.cli.telling import Teller
from feedsrv.publishing import Summary
from feedsrv.reading import Status


class PublisherCollector(Collector):
    """How many files are what to the public, and what others were told of changes."""

    def __init__(self, tellers: Sequence[Teller]) -> None:
        self._tellers = tellers
        self._files: Mapping[Status, int] = {}

    def note(self, summary: Summary) -> None:
        """Take note of a run."""
        self._files = summary.statuses

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        files = GaugeMetricFamily("feedsrv_files", "Files in the folder, by what they are.", labels=["status"])
        for status, count in self._files.items():
            files.add_metric([status.value], count)
        yield files
        told = CounterMetricFamily("feedsrv_told", "Changes that others were told of.", labels=["whom", "result"])
        untold = GaugeMetricFamily("feedsrv_untold", "Changes that they have still to be told of.", labels=["whom"])
        for teller in self._tellers:
            told.add_metric([teller.kind, "taken"], teller.taken)
            told.add_metric([teller.kind, "failed"], teller.failed)
            untold.add_metric([teller.kind], teller.pending)
        yield from (told, untold)
