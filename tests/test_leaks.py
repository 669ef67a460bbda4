"""Every way in: what only a release that is not public has occurs in no answer, no generation, no header and no log."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from feedsrv.search import LAG
from tests.conftest import BASE_URL, MakeNewsroom, Newsroom
from tests.test_publishing import everything_in

# --- releases that are not public ---

ROLES = ("title", "body", "summary", "topic", "reference", "alias", "contact", "name", "bytes", "annex")
"""What a release has that nobody else has, each a word of its own; ``name`` is that of its attachment."""

STATES: Mapping[str, str] = {
    "draft": "draft: true",
    "held": "embargo: when the minister agrees",
    "to come": "embargo: 2099-05-02 10:00",
    "soon": "embargo: 2026-11-01 13:00",
    "expired": "expires: 2026-10-01",
    "dated": "date: 2099-05-02",
    "private": "params: {visibility: private}",
    "no page": "permalink: false",
    "unreadable": "tags: [",
    "withdrawn": "withdrawn: 2026-10-01",
    "long withdrawn": "withdrawn: 2012-10-01",
    "held and withdrawn": "draft: true\nwithdrawn: 2026-10-01",
    "words": "",
    "side-car": "",
    "folder": "",
}
NOTICES = {"withdrawn": {"reference", "alias", "topic"}, "long withdrawn": {"reference", "alias"}}
"""The states of which a notice is public, and what it tells."""

NOT_IN_META = {"private", "unreadable", "held and withdrawn", "no page"}
"""The states that ``<meta>`` cannot say; a page that has one is a draft."""

SHAPES = ("markdown", "html", "bundle", "translation")
PUBLIC_DATE, SECRET_DATE = "2026-03-01", "2011-03-01"


def word(seed: object, role: str) -> str:
    """A word that nobody has written, with an ending that no stemmer knows."""
    digest = sha256(f"{seed} {role}".encode()).hexdigest()
    return "q" + "".join("bcdfghjkmnpqrtvx"[int(digit, 16)] for digit in digest[:10])


@dataclass(frozen=True, slots=True)
class Secret:
    """A release that is not public, in a state and a shape; its words are its own."""

    number: int
    state: str
    shape: str

    def __getitem__(self, role: str) -> str:
        return word(self.number, role)

    @property
    def attachment(self) -> bytes:
        return b"%PDF-1.4 " + self["bytes"].encode()

    @property
    def told(self) -> set[str]:
        """What the notice of a withdrawal tells: its id and, while feeds of its topics tell of it, these."""
        return NOTICES.get(self.state, set())

    @property
    def words(self) -> list[str]:
        """What must be nowhere."""
        digests = [sha256(content).hexdigest() for content in self.files(is_public=False).values()]
        return [*(self[role] for role in ROLES if role not in self.told), *digests]

    @property
    def stem(self) -> str:
        return f"{'_drafts/' if self.state == 'folder' else ''}{self['reference']}"

    def files(self, *, is_public: bool) -> dict[str, bytes]:
        """Its files as they are now, or as they would be if it were public."""
        stem = self.stem if not is_public else self["reference"]
        name = f"{stem}/{self['name']}.pdf" if self.shape == "bundle" else f"{stem}.pdf"
        found = {name: self.attachment}
        if self.shape == "bundle":
            found[f"{stem}/index.md"] = self._markdown(is_public).encode()
            found[f"{stem}/annex.md"] = f"# An annex\n\n{self['annex']}\n".encode()
        elif self.shape == "html":
            found[f"{stem}.html"] = self._html(is_public).encode()
        else:
            found[f"{stem}.md"] = self._markdown(is_public).encode()
        if self.state == "side-car" and not is_public:
            found[f"{stem}/index.yaml" if self.shape == "bundle" else f"{stem}.yaml"] = b"draft: true\n"
        return found

    def _state(self, *, is_public: bool) -> str:
        return "" if is_public else STATES[self.state]

    def _markdown(self, is_public: bool) -> str:
        state = self._state(is_public=is_public)
        dated = "" if state.startswith("date:") else f"date: {SECRET_DATE}\n"
        key = "translationKey: crane\n" if self.shape == "translation" else ""
        link = "[the annex](annex.md)" if self.shape == "bundle" else ""
        return (
            f"---\ntitle: The crane of {self['title']}\n{dated}{state}\ntopics: [harbour, {self['topic']}]\n{key}"
            f"ref: {self['reference']}\naliases: [/old/{self['alias']}]\ndescription: About {self['summary']}\n"
            f"contacts: {{name: Jane Doe, email: {self['contact']}@example.org}}\n---\n\n{self._call(is_public)}"
            f"The crane has moved to {self['body']}. {link}\n"
        )

    def _html(self, is_public: bool) -> str:
        pairs = {
            "date": SECRET_DATE, "description": self["summary"], "keywords": f"harbour, {self['topic']}",
            "ref": self["reference"], "aliases": f"/old/{self['alias']}",
        }  # fmt: skip
        state = self._state(is_public=is_public)
        if state and self.state in NOT_IN_META:
            state = "draft: true"
        pairs |= dict([state.split(": ", 1)] if state else [])
        metas = "".join(f'<meta name="{key}" content="{value}">' for key, value in pairs.items())
        text = f"<p>{self._call(is_public)}</p><p>The crane has moved to {self['body']}.</p>"
        title = f"The crane of {self['title']}"
        return f"<html><head><title>{title}</title>{metas}</head><body><h1>{title}</h1>{text}</body></html>"

    def _call(self, is_public: bool) -> str:
        return "EMBARGOED UNTIL 2 MAY 2099\n\n" if self.state == "words" and not is_public else ""


OPEN: Mapping[str, bytes] = {
    "newsroom.toml": b'title = "Harbour"\nlanguages = ["en", "fr"]\n\n[topics.cranes]\nmatch = ["crane"]\n',
    "crane.md": f"---\ntitle: A crane\ndate: {PUBLIC_DATE}\ntranslationKey: crane\ntopics: [harbour]\n---\n\n"
    "The crane has moved.\n".encode(),
    "lighthouse.md": b"---\ntitle: A lighthouse\ndate: 2026-04-01\ntopics: [harbour]\n---\n\nA crane beside it.\n",
    "lighthouse.pdf": b"%PDF-1.4 lighthouse",
    "gone.md": b"---\ntitle: A ferry\ndate: 2026-02-01\nwithdrawn: 2026-10-01\n---\n\nIt has sailed.\n",
}


# --- looking everywhere ---


def application(client: Client) -> Flask:
    assert isinstance(client, FlaskClient)
    return client.application


MOST = 1000
"""Addresses that are looked at; facets of many topics make lists without end."""


@dataclass
class Look:
    """What was seen of a newsroom: a word is told by its beginning, for its end may be taken for an ending."""

    client: Client
    seen: dict[str, bytes] = field(default_factory=dict)
    endpoints: set[str] = field(default_factory=set)

    def at(self, address: str, **headers: str) -> bytes:
        """All that an answer holds, its headers included."""
        with self.client.get(address, headers=headers) as answer:
            found: bytes = f"{answer.status}\n{answer.headers}\n".encode() + answer.data
        self.seen[address] = self.seen.get(address, b"") + found.lower()
        rules, path = application(self.client).url_map.bind(""), urlsplit(address).path
        if rules.test(path, "GET"):
            self.endpoints.add(str(rules.match(path, "GET")[0]))
        return found

    def walk(self, starts: Sequence[str]) -> None:
        """Follow every link within the newsroom from these addresses on, as far as that is not too far."""
        waiting = deque(starts)
        while waiting and len(self.seen) < MOST:
            address = waiting.popleft()
            if address not in self.seen:
                waiting.extend(links_in(self.at(address)))

    def words(self, words: Sequence[str]) -> list[str]:
        """Those of the words that occur in an answer to a question in which they do not occur."""
        return [
            f"{found} at {address}"
            for address, answer in self.seen.items()
            for found in words
            if found[:10].encode() in answer and found[:10] not in address
        ]


_LINK = re.compile(
    r"""(?:(?:href|src|xmlUrl|htmlUrl)="|(?:url|href)>|<loc>|<link>|"(?:home_page_|feed_|next_|)url": ")([^"<]+)"""
)


def links_in(answer: bytes, base_url: str = BASE_URL) -> Iterator[str]:
    for link in _LINK.findall(answer.decode("utf8", "replace")):
        parts = urlsplit(unescape(link.replace("\\/", "/")))
        if parts.netloc in {"", urlsplit(base_url).netloc} and parts.path:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


STARTS = (
    "/", "/releases", "/topics", "/years", "/feeds", "/feeds.opml", "/search", "/opensearch.xml", "/robots.txt",
    "/sitemap.xml", "/sitemap-2011.xml", "/sitemap-undated.xml", "/health/live", "/health/ready", "/feed",
    "/atom.xml", "/nothing", "/releases/nothing", "/releases/nothing/nothing.pdf", "/releases/gone", "/suggest?q=cr",
    "/releases?page=2", "/releases?limit=200", "/releases.json?limit=200", "/releases.atom?limit=200",
    "/releases.rss?limit=200", "/releases.atom?archive=2011-03", "/releases.json?archive=2026-03", "/search?q=crane",
    "/search?q=cranne", "/search.json?q=crane&limit=200", "/search.atom?q=crane", "/search.rss?q=cran*",
    "/search?q=harbour&sort=oldest", "/search?q=The&lang=en", "/search.json?q=before:2020", "/search.json?year=2011",
    "/search.json?from=2010-01-01&to=2012-01-01", "/topics/harbour", "/topics/harbour.json", "/topics/cranes+harbour",
    "/topics/cranes/2011", "/years/2011", "/years/2026", "/favicon.ico",
)  # fmt: skip


OF_A_WORD = (
    "/search?q={}", "/search.json?q={}", "/search.atom?q={}*", "/suggest?q={}", "/search.json?q=crane+AND+NOT+{}",
    "/search.json?q={}x", "/releases/{}", "/topics/{}", "/old/{}",
)  # fmt: skip
OF_A_TOPIC = (
    "/topics/{}", "/topics/{}.atom", "/topics/{}+harbour", "/topics/{}/2011", "/search?topic={}",
    "/search.json?q=topic:{}",
)  # fmt: skip
OF_A_RELEASE = (
    "{0}", "{0}.md", "{0}.html", "{0}.json", "{0}.txt", "{0}.pdf", "{0}/", "{0}/contacts.vcf", "{0}-fr",
    "{0}-2011-03-01",
)  # fmt: skip


def guesses(of: Callable[[str], str]) -> Iterator[str]:
    """Addresses that somebody may guess who knows the words of a release."""
    yield from (path.format(of(role)) for role in ROLES for path in OF_A_WORD)
    yield from (path.format(of("topic")) for path in OF_A_TOPIC)
    yield from (f"/releases/{path.format(of('reference'))}" for path in OF_A_RELEASE)
    for name in (of("name"), "annex", "index", of("reference")):
        for ending in (".pdf", ".md", ".html", ".txt", ".json", ".yaml"):
            yield f"/releases/{name}{ending}"
            yield f"/releases/{of('reference')}/{name}{ending}"
            yield f"/releases/lighthouse/{name}{ending}"
            yield f"/static/{name}{ending}"
        yield from (f"/releases/{name}/contacts{number}.vcf" for number in ("", "-1"))


def look(client: Client) -> Look:
    """Everything there is to see for one who knows nothing."""
    found = Look(client)
    found.walk(STARTS)
    for address in list(found.seen)[::5]:
        found.at(address, **{"Accept-Encoding": "identity", "If-None-Match": '"0"', "Range": "bytes=0-9"})
    return found


def guess(found: Look, secret: Secret) -> Iterator[str]:
    """The addresses at which the words of a secret are answered in another way than words that nobody has written."""
    never: Callable[[str], str] = lambda role: word(f"{secret.number} never", role)  # noqa: E731
    for address, other in zip(guesses(secret.__getitem__), guesses(never), strict=True):
        answers = []
        for asked, words in ((address, secret.__getitem__), (other, never)):
            text = found.at(asked).decode("utf8", "replace")
            for role in ROLES:
                text = re.sub(f"{words(role)}?", role, text, flags=re.IGNORECASE)
            answers.append(re.sub(r"(etag|content-length|last-modified): .*", "", text, flags=re.IGNORECASE))
        if answers[0] != answers[1] and not any(secret[role] in address for role in secret.told):
            yield address


class Logs(logging.Handler):
    """What is logged while it is attached, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def __enter__(self) -> Logs:
        root = logging.getLogger()
        root.addHandler(self)
        self._level, root.level = root.level, logging.DEBUG
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        logging.getLogger().setLevel(self._level)


def generations(newsroom: Newsroom) -> bytes:
    """All that the web may read: the generations, and the words that the publisher leaves beside them."""
    beside = [
        newsroom.settings.index / name for name in ("current", "true-until", "heartbeat", "languages", "degraded")
    ]
    words = [path.read_bytes() for path in beside if path.is_file() and not path.is_symlink()]
    names = "\n".join(str(path) for path in newsroom.settings.index.rglob("*"))
    return (everything_in(newsroom.settings.index) + b"\n".join(words) + names.encode()).lower()


def leaks(newsroom: Newsroom, client: Client, secrets: Sequence[Secret]) -> list[str]:
    """Where anything is found that only these releases have."""
    time.sleep(2 * LAG)
    words = [found for secret in secrets for found in secret.words]
    with Logs() as logs:
        seen = look(client)
        assert len(seen.seen) < MOST, "not all was seen"
        told = [f"{address} tells that it knows" for secret in secrets for address in guess(seen, secret)]
    kept = generations(newsroom)
    filed = [f"{found} in the index" for found in words if found[:10].encode() in kept]
    logged = [f"{found} in a log: {line}" for line in logs.lines for found in words if found in line.lower()]
    assert seen.endpoints == {rule.endpoint for rule in application(client).url_map.iter_rules()}
    return [*seen.words(words), *filed, *told, *logged]


# --- what is shown ---

SECRETS = st.lists(
    st.tuples(st.sampled_from(sorted(STATES)), st.sampled_from(SHAPES)), min_size=1, max_size=5, unique=True
).map(lambda pairs: [Secret(number, *pair) for number, pair in enumerate(pairs)])


EACH_STATE = [Secret(number, state, SHAPES[number % len(SHAPES)]) for number, state in enumerate(STATES)]


def publish(newsroom: Newsroom, secrets: Sequence[Secret], *, is_public: bool) -> None:
    """Let these files be those of the secrets and no others, and publish."""
    for secret in secrets:
        for path in secret.files(is_public=not is_public):
            (newsroom.releases / path).unlink(missing_ok=True)
    newsroom.publish({path: data for secret in secrets for path, data in secret.files(is_public=is_public).items()})


@settings(max_examples=3, derandomize=True, phases=[Phase.explicit, Phase.generate])  # to shrink takes minutes
@given(secrets=SECRETS)
@example(secrets=EACH_STATE)
def test_what_only_a_release_has_that_is_not_public_is_nowhere(secrets: list[Secret]) -> None:
    with TemporaryDirectory() as folder:
        newsroom = Newsroom(Path(folder) / "newsroom")
        newsroom.publish(OPEN)
        client = newsroom.client()
        publish(newsroom, secrets, is_public=False)
        assert leaks(newsroom, client, secrets) == []


def test_what_was_public_and_is_held_again_is_nowhere_again(make_newsroom: MakeNewsroom) -> None:
    states = ("draft", "to come", "folder", "side-car")
    secrets = [Secret(number, *pair) for number, pair in enumerate(zip(states, SHAPES, strict=True))]
    newsroom = make_newsroom(OPEN)
    client = newsroom.client()
    publish(newsroom, secrets, is_public=False)
    look(client)  # what is kept in memory must not outlive what comes

    publish(newsroom, secrets, is_public=True)
    time.sleep(2 * LAG)
    found, kept = " ".join(look(client).words([w for s in secrets for w in s.words])), generations(newsroom)
    for secret in secrets:
        for role in {"title", "body", "topic", "reference"}:
            assert secret[role] in found, f"{role} is not found where it is public"
            assert secret[role][:10].encode() in kept, f"{role} is not found in the index"
        assert sha256(secret.attachment).hexdigest().encode() in kept

    publish(newsroom, secrets, is_public=False)
    assert leaks(newsroom, client, secrets) == []
