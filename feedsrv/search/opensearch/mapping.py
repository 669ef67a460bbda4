"""The two indices of a newsroom, and a release as a document of one of them.

Terms are sent as lists, a value each, and taken as they are. In a question the words that stand for one are sent as
one, with `OR_ELSE` between them, and what stands one after another with blanks.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from feedsrv.ids import former_address, key
from feedsrv.newsroom import Newsroom
from feedsrv.release import Release, Withdrawal, to_json
from feedsrv.search import documents, ranking
from feedsrv.search.documents import SCHEMA_VERSION, document
from feedsrv.search.opensearch.cluster import LONGEST_FOR_WRITERS, Cluster, Conflict
from feedsrv.search.opensearch.releases import Releases

OR_ELSE = "\x1e"
MOST_PAGED = 1_000_000
"""Releases on all pages of an answer, the first to the last: what is behind them is on none."""
OPEN = 2**62
"""The generation before which a document is valid that nothing has closed."""
_IS_VERSION = re.compile("[0-9a-f]{8}")
_CHECKED = 8  # digits in hexadecimal of a digest that are added up, so that the sum of millions is exact

ANYWHERE = "stems"
"""The field of all stems, wherever they are: to ask one where three would do spares two clauses for each word."""
_STEMS = {
    "type": "text", "analyzer": "keyword", "search_analyzer": "alternatives", "position_increment_gap": 0,
    "copy_to": ANYWHERE,
}  # fmt: skip
_ANYWHERE = {"type": "text", "analyzer": "keyword", "norms": False, "index_options": "docs"}
_FORMS = {
    "type": "text", "analyzer": "keyword", "search_analyzer": "blanks", "position_increment_gap": 0, "norms": False,
    "fields": {"word": {"type": "keyword"}},
}  # fmt: skip
_KEY = {"type": "keyword", "ignore_above": 8_191}  # Lucene takes no longer ones, and nobody asks for such an address
_NUMBER, _FLAG = {"type": "long"}, {"type": "boolean"}

RELEASES: dict[str, Any] = {
    "settings": {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-2",
        "max_result_window": MOST_PAGED,
        "merge.policy.expunge_deletes_allowed": 0,  # of what was withdrawn no byte is to stay
        "refresh_interval": -1,  # the writer does it when it publishes
        "similarity.default": {"type": "BM25", "k1": ranking.SATURATION, "b": ranking.LENGTH},
        "analysis": {
            "tokenizer": {"blank": {"type": "pattern", "pattern": " "}},
            "filter": {"or_else": {"type": "pattern_capture", "preserve_original": False,
                                   "patterns": [f"([^{OR_ELSE}]+)"]}},
            "analyzer": {
                "blanks": {"type": "custom", "tokenizer": "blank"},
                "alternatives": {"type": "custom", "tokenizer": "keyword", "filter": ["or_else"]},
            },
        },
    },
    "mappings": {
        "dynamic": "strict",
        "properties": {
            **dict.fromkeys(("title", "body", "boilerplate"), _STEMS),
            ANYWHERE: _ANYWHERE,
            **dict.fromkeys(("forms", "boilerplate_forms", "title_forms", "contacts"), _FORMS),
            **dict.fromkeys(("reference", "source", "id", "id_key", "dated_id", "alias", "translation", "file"), _KEY),
            **dict.fromkeys(("topic", "year", "lang", "id_lang", "digest"), _KEY),
            **dict.fromkeys(("from", "to", "appeared", "published", "updated", "day", "check"), _NUMBER),
            "title_length": {"type": "integer", "index": False},
            **dict.fromkeys(("is_notice", "is_updated", "is_noindex"), _FLAG),
            "record": {"type": "keyword", "index": False, "doc_values": False},
        },
    },
}  # fmt: skip
STATE: dict[str, Any] = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-2"},
    "mappings": {"dynamic": False, "properties": {}},
}


VERSION = sha256(repr(RELEASES).encode()).hexdigest()[:8]
"""What the names of indices of this form end with: one of another form is made beside them."""


def engine_version() -> str:
    """All that the documents depend on, as one string."""
    return f"schema {SCHEMA_VERSION}, opensearch {VERSION}, pystemmer {version('pystemmer')}"


def make(cluster: Cluster, prefix: str) -> Releases:
    """Have both indices there whose names begin so; that of releases. Raises IndexUnavailable."""
    releases = f"{prefix}-releases-{VERSION}"
    for name, made in ((releases, RELEASES), (f"{prefix}-state", STATE)):
        there = cluster.ask("GET", f"/{name}")
        if there and made is RELEASES and there[name]["mappings"].get("dynamic") != "strict":
            # Somebody has deleted it, and the cluster made another by itself for whoever was writing to it.
            cluster.ask("DELETE", f"/{name}", within=LONGEST_FOR_WRITERS)
            there = None
        if there is None:
            with suppress(Conflict):  # somebody else was quicker
                cluster.ask("PUT", f"/{name}", made, within=LONGEST_FOR_WRITERS)
    return Releases(cluster, releases)


def others(releases: Releases) -> list[str]:
    """The names of the indices of other forms that lie beside this one. Raises IndexUnavailable."""
    begin = releases.name.removesuffix(VERSION)
    there: dict[str, Any] = releases.cluster.ask("GET", f"/{begin}*") or {}
    return [name for name in there if name != releases.name and _IS_VERSION.fullmatch(name.removeprefix(begin))]


def digest_of(record: Release | Withdrawal, newsroom: Newsroom) -> str:
    """What tells one document from another."""
    return documents.digest_of(record, to_json(record), newsroom)


def check_of(digest: str) -> int:
    """What a document adds to the sum of a generation."""
    return int(digest[:_CHECKED], 16)


def name_of(source: str, number: int) -> str:
    """What the document is called that a source has from a generation on."""
    return f"{sha256(source.encode('utf8', 'surrogatepass')).hexdigest()[:32]}-{number}"


def made_of(record: Release | Withdrawal, newsroom: Newsroom, number: int) -> dict[str, Any]:
    """The document of a release or a notice that is valid from a generation on."""
    stored = to_json(record)
    facts, terms = document(record, stored, newsroom)
    appeared, updated = (facts.appeared, facts.updated)
    is_updated = updated is not None and (appeared is None or updated > appeared)
    stated = {
        "from": number,
        "to": OPEN,
        "source": facts.source,
        "id": facts.id,
        "id_key": key(facts.id),
        "dated_id": facts.id if appeared is not None else None,
        "alias": [former_address(alias) for alias in facts.aliases],
        "translation": facts.translation_keys,
        "file": facts.files,
        "topic": facts.topics,
        "year": str(facts.year) if facts.year else None,
        "lang": facts.language,
        "id_lang": facts.id_language or facts.language,
        "day": facts.day,
        "title_length": max(facts.title_length, 1),  # it is divided by
        "appeared": micros(record.appeared),
        "published": micros(record.published),
        "updated": micros(record.updated) if isinstance(record, Release) else None,
        "is_notice": facts.is_withdrawn,
        "is_updated": is_updated,
        "is_noindex": facts.is_noindex,
        "digest": facts.digest,
        "check": check_of(facts.digest),
        "record": stored.decode("utf8"),
    }
    return {**stated, **terms}


def micros(moment: datetime | None) -> int | None:
    """A moment in millionths of a second since 1970."""
    return None if moment is None else round(moment.timestamp() * 1_000_000)
