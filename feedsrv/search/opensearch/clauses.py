"""Clauses: what questions to OpenSearch are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from feedsrv.search.opensearch.cluster import Json
from feedsrv.search.opensearch.mapping import micros

NEWEST: Sequence[Json] = (
    {"appeared": {"order": "desc", "missing": "_last"}},
    {"id": {"order": "asc"}},
)
"""The newest first, equals by id, then those without a date."""
NONE: Json = {"match_none": {}}
MOST_CLAUSES = 1_000
"""In one question, and some for what it is asked within: a node takes 1,024 unless it was told otherwise."""

_MADE_OF_OTHERS = frozenset({"bool", "dis_max", "constant_score", "function_score", "span_near"})


def every(queries: Iterable[Json]) -> Json:
    """What all of these match."""
    return {"bool": {"filter": list(queries)}}


def any_of(queries: Iterable[Json]) -> Json:
    """What one of these matches; nothing where there are none."""
    found = list(queries)
    return {"bool": {"should": found, "minimum_should_match": 1}} if found else NONE


def within(clauses: Iterable[Json], most: int) -> list[Json]:
    """The first of these, as many as are no more than so many clauses together."""
    counted = list(clauses)
    ends = accumulate(map(clauses_in, counted))
    return [clause for clause, end in zip(counted, ends, strict=True) if end <= most]


def clauses_in(query: Json) -> int:
    """How many clauses OpenSearch counts in a query: all but those that are made of others."""
    ((kind, told),) = query.items()
    if kind not in _MADE_OF_OTHERS:
        return 1
    parts = [
        told[name] for name in ("filter", "must", "should", "must_not", "queries", "query", "clauses") if name in told
    ]
    parts.append([each["filter"] for each in told.get("functions", ()) if "filter" in each])
    return sum(clauses_in(part) for each in parts for part in (each if isinstance(each, list) else [each]))


def none_of(query: Json) -> Json:
    """What this does not match."""
    return {"bool": {"must_not": [query]}}


def said(forms: Sequence[str], field: str, boost: float = 1.0) -> Json:
    """What has these words one after another in a field."""
    kind = "match_phrase" if len(forms) > 1 else "match"
    return {kind: {field: {"query": " ".join(forms), "boost": boost}}}


def near(forms: Sequence[str], field: str, distance: int) -> Json:
    """What has these words so far from each other at most, whichever is first."""
    terms = [{"span_term": {field: form}} for form in forms]
    return {"span_near": {"clauses": terms, "slop": distance - 1, "in_order": False}}


def constant(query: Json, score: float) -> Json:
    """This score for whatever a query matches."""
    return {"constant_score": {"filter": query, "boost": score}}


def multiplied(query: Json, functions: Sequence[Json], mode: str) -> Json:
    """What a query scores, times the sum of what these functions say, or times each of them (``multiply``)."""
    return {
        "function_score": {"query": query, "functions": list(functions), "score_mode": mode, "boost_mode": "multiply"}
    }


def between(since: Any, before: Any) -> Json:
    """The releases published at ``since`` or later and earlier than ``before``; without both, all of them."""
    bounds = {name: micros(moment) for name, moment in (("gte", since), ("lt", before)) if moment}
    return {"range": {"published": bounds}} if bounds else {"match_all": {}}
