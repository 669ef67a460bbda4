"""The index of releases in a cluster: searching in it, and writing to it in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from time import monotonic, sleep
from typing import Any

from msgspec import Raw, json

from feedsrv.errors import IndexUnavailable
from feedsrv.search.opensearch.cluster import BUSY, LONGEST, LONGEST_FOR_WRITERS, PAUSE, Cluster, Json

PAGE = 1_000
"""Documents that are asked for, or written, at once."""
LINES = 10_000
"""Documents of which but a line is asked for, at once."""

_CONFLICT, _LEAST_FAILURE = 409, 300
_NOT_FOUND = 404
_RECORD = "record"
_SEVERAL = frozenset({"file"})
"""Fields that a document may have more than one of."""
_COPY = "feedsrv"  # which copy of the shard answers: always the same for this word, since scores differ between copies
_OF_ONE_COPY = {"preference": _COPY, "allow_partial_search_results": "false"}


@dataclass(frozen=True, slots=True)
class Statistics:
    """What that copy goes by when it scores: versions that are closed count in it, and those deleted not long ago.

    ``documents`` is how many have each field, ``having`` how many have a term in a field.
    """

    documents: Mapping[str, int]
    having: Mapping[tuple[str, str], int]

    def idf(self, fields: Collection[str], terms: Collection[str]) -> float:
        """How rare BM25 takes it for that a document has one of these terms in one of these fields; 0.0: none has."""
        population = max(self.documents.get(name, 0) for name in fields)
        having = max(self.having.get((name, term), 0) for name in fields for term in terms)
        return idf(having, population) if having else 0.0


@dataclass(frozen=True, slots=True)
class Releases:
    """One index, by its name. What is asked raises IndexUnavailable, and so does what cannot be written."""

    cluster: Cluster
    name: str

    def search(self, body: Json, *, within: float = LONGEST) -> Json:
        """The answer to a search, from all of them."""
        path = f"/{self.name}/_search"
        found: Json | None = self.cluster.ask("POST", path, body, within=within, **_OF_ONE_COPY)
        if found is None or not _is_whole(found):
            raise IndexUnavailable(f"the releases in the cluster at {self.cluster.address} cannot be asked")
        return found

    def search_each(self, bodies: Sequence[Json]) -> list[Json]:
        """The answers to several searches that are asked at once; what was not answered then is asked by itself."""
        if len(bodies) < 2:
            return [self.search(body) for body in bodies]
        lines = (line for body in bodies for line in (_OF_ONE_COPY, body))
        answer = self.cluster.ask(
            "POST", f"/{self.name}/_msearch", b"".join(json.encode(line) + b"\n" for line in lines)
        )
        found = answer["responses"] if answer else [{}] * len(bodies)
        return [each if _is_whole(each) else self.search(body) for each, body in zip(found, bodies, strict=True)]

    def all(self, query: Json, fields: Sequence[str], **more: Any) -> Iterator[Json]:
        """Everything that matches, by source; of each these fields, None for one that it has not.

        They are taken from the columns, for to read each document costs ten times as much; of records there are none.
        """
        size, stated = LINES, {"_source": False, "docvalue_fields": list(fields)}
        if _RECORD in fields:
            size, stated = PAGE, {"_source": list(fields)}
        after: Json = {}
        while True:
            body = {"query": query, "size": size, "sort": ["source", "from"], **stated, **more, **after}
            hits = self.search(body, within=LONGEST_FOR_WRITERS)["hits"]["hits"]
            for hit in hits:
                hit.setdefault("_source", _of_columns(hit, fields))
                yield hit
            if len(hits) < size:
                return
            after = {"search_after": hits[-1]["sort"]}

    def statistics(self, terms: Iterable[tuple[str, str]]) -> Statistics:
        """By what the scores of these terms are counted, each in a field."""
        asked: dict[str, list[str]] = {}
        for name, term in dict.fromkeys(terms):
            asked.setdefault(name, []).append(term)
        if not asked:
            return Statistics({}, {})
        told = {"term_statistics": True, "field_statistics": True}
        left_out = dict.fromkeys(("positions", "offsets", "payloads"), False)
        body = {"doc": asked, **told, **left_out}
        answer = self.cluster.ask("POST", f"/{self.name}/_termvectors", body, preference=_COPY)
        if answer is None:
            raise IndexUnavailable(f"the releases in the cluster at {self.cluster.address} are gone")
        found = answer["term_vectors"]
        return Statistics(
            {name: each["field_statistics"]["doc_count"] for name, each in found.items()},
            {
                (name, term): told.get("doc_freq", 0)
                for name, each in found.items()
                for term, told in each["terms"].items()
            },
        )

    def write(self, lines: Iterable[Mapping[str, Any] | Raw]) -> list[str]:
        """Write to several documents at once; the names of those that somebody else has changed, which stay so.

        To make one that is there already is what a further try does whose forerunner was never answered, or where a
        node that is short of memory or room refused some of them.
        """
        body = b"".join(json.encode(line) + b"\n" for line in lines)
        end, pause = monotonic() + LONGEST_FOR_WRITERS, PAUSE
        failed = self._in_bulk(body)
        while any(told["status"] == BUSY for _, told in failed) and monotonic() + pause < end:
            sleep(pause)
            pause *= 2
            failed = self._in_bulk(body)
        changed = []
        for action, told in failed:
            if told["status"] == _CONFLICT:
                changed += [told["_id"]] if action == "update" else []
            elif (action, told["status"]) != ("delete", _NOT_FOUND):
                raise IndexUnavailable(f"the cluster at {self.cluster.address} cannot be written: {told.get('error')}")
        return changed

    def _in_bulk(self, body: bytes) -> list[tuple[str, Json]]:
        """What was not done of what it says in bulk: each action, and what is told of it."""
        answer = self.cluster.ask("POST", f"/{self.name}/_bulk", body, within=LONGEST_FOR_WRITERS)
        if answer is None:
            raise IndexUnavailable(f"the releases in the cluster at {self.cluster.address} are gone")
        told = (pair for item in answer["items"] for pair in item.items()) if answer["errors"] else ()
        return [(action, told) for action, told in told if told["status"] >= _LEAST_FAILURE]

    def spans(self, names: Sequence[str]) -> list[tuple[int, ...]]:
        """From and before which generation each of these documents is valid, also where that is not found yet.

        () for one that is gone.
        """
        answer = self.cluster.ask("POST", f"/{self.name}/_mget", {"ids": list(names)}, _source="from,to")
        if answer is None:
            return [()]
        there = (found["_source"] if found.get("found") else {} for found in answer["docs"])
        return [tuple(source.values()) for source in there]

    def written(self) -> tuple[int, int] | None:
        """How many documents were written and deleted, ever: another when somebody has; None: there is no index."""
        answer = self.cluster.ask("GET", f"/{self.name}/_stats/indexing")
        if answer is None:
            return None
        told = answer["_all"]["primaries"]["indexing"]
        return told["index_total"], told["delete_total"]

    def refresh(self) -> None:
        """Let all that was written be found, on every copy."""
        answer = self.cluster.ask("POST", f"/{self.name}/_refresh", within=LONGEST_FOR_WRITERS)
        if answer is None or answer["_shards"]["failed"]:
            raise IndexUnavailable(f"the releases in the cluster at {self.cluster.address} could not be refreshed")

    def expunge(self, names: Sequence[str], *, for_good: bool) -> None:
        """Delete documents; ``for_good``: and have no byte of them stay."""
        for at in range(0, len(names), PAGE):
            self.write([{"delete": {"_id": name}} for name in names[at : at + PAGE]])
        if names and for_good:
            self.refresh()
            path = f"/{self.name}/_forcemerge"
            self.cluster.ask("POST", path, within=LONGEST_FOR_WRITERS, only_expunge_deletes="true")


def _is_whole(found: Json) -> bool:
    """Whether an answer to a search is one, and from all."""
    return "error" not in found and not (found.get("timed_out", True) or found["_shards"]["failed"])


def idf(having: int, population: int) -> float:
    """How rare Lucene's BM25 takes a word for that so many of so many have."""
    return log(1 + (population - having + 0.5) / (having + 0.5))


def _of_columns(hit: Json, fields: Sequence[str]) -> Json:
    """These fields of what was found, from its columns."""
    columns = hit.get("fields", {})
    return {name: columns.get(name, []) if name in _SEVERAL else columns.get(name, [None])[0] for name in fields}
