"""Readers who ask for everything all the time, and compare each answer with the truth."""

from __future__ import annotations

import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from math import inf
from random import Random
from threading import Event, Lock

from feedsrv.files.settling import SETTLED, STEP
from tests.faults.newsdesk import attachment
from tests.faults.truth import ABSENT, WITHDRAWN, Said, Shown, Truth

MENTIONED = re.compile(r"Item (\w+) in edition (\d+)")
WHOLE_LISTS = (
    "/releases.json?limit=200", "/releases.atom?limit=200", "/releases.rss?limit=200",
    "/search.json?limit=200&q=comet", "/years/2026.json?limit=200",
)  # fmt: skip
PARTS = ("/", "/releases", "/releases?page=2", "/search?q=comet", "/search?page=2&q=words+comet")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and when it was asked for and had; status 0 where there was none."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    asked: float
    answered: float


class Client:
    """A client that keeps its connection, and opens another when that is gone."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> Answer:
        """The answer at a path; asked for again where a connection that was kept has ended meanwhile."""
        asked, is_kept = time.time(), self._connection is not None
        try:
            if self._connection is None:
                self._connection = HTTPConnection("localhost", self._port, timeout=30)
            self._connection.request("GET", path, headers={name.replace("_", "-"): headers[name] for name in headers})
            response = self._connection.getresponse()
            return Answer(path, response.status, dict(response.headers), response.read(), asked, time.time())
        except (OSError, HTTPException) as error:
            self.close()
            if is_kept and isinstance(error, ConnectionError):
                return self.get(path, **headers)
            return Answer(path, 0, {}, repr(error).encode(), asked, time.time())

    def close(self) -> None:
        """Let the connection go."""
        if self._connection:
            self._connection.close()
        self._connection = None


@dataclass
class Audit:
    """What was asked, what was wrong with the answers, and how late what should be seen was seen.

    ``whole_lists`` are the addresses of lists that have all the releases of the officers, ``parts`` of others.
    """

    truth: Truth
    whole_lists: Sequence[str] = WHOLE_LISTS
    parts: Sequence[str] = PARTS
    wrong: list[str] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    """Of what was wrongly shown of a release: for how many seconds it had not been so, infinite where it never was.
    Where they are few the newsroom is late, as that of a busy machine may be."""
    doubtful: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    late: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    agreed: int = 0
    busy: int = 0
    """Answers that said to come again, while nothing was damaged: more ask than there are threads."""
    _pending: dict[str, Said] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def read(self, stop: Event, port: int, seed: str, more: float = 0.0) -> None:
        """Read this and that, until told to stop; again with the tag of what was had, sometimes."""
        random, had = Random(seed), dict[str, Answer]()
        with closing(Client(port)) as client:
            while not stop.wait(random.uniform(0.0, 0.15)):
                self._read_one(random, client, had, more)

    def _read_one(self, random: Random, client: Client, had: dict[str, Answer], more: float) -> None:
        path, release = self._choice(random)
        tag = had[path].headers["ETag"] if path in had and random.random() < 0.5 else ""
        answer = client.get(path, **({"If_None_Match": tag} if tag else {}))
        if answer.status == 304:
            old = had[path]
            answer = Answer(path, 200, old.headers, old.body, answer.asked, answer.answered)
            self.statuses[304] += 1
        elif answer.status == 200 and "ETag" in answer.headers:
            had[path] = answer
        self.check(answer, release, more)
        if random.random() < 0.05:
            client.close()

    def check(self, answer: Answer, release: str | None, more: float = 0.0) -> None:
        """Compare an answer with the truth; ``release`` is the one that it is about."""
        self.statuses[answer.status] += 1
        if answer.status == 0:
            if not self.truth.is_hindered(answer.asked - 2, answer.answered, "killed workers", "damage"):
                self._complain(answer, f"no answer: {answer.body!r}")
        elif answer.status >= 500:
            if answer.status != 503 or "Retry-After" not in answer.headers:
                self._complain(answer, f"{answer.status}: {answer.body[:200]!r}")
            elif not self._is_damaged(answer):
                self.busy += 1
        elif release:
            self._check_release(answer, release, more)
        else:
            self._check_list(answer, more)

    def _check_release(self, answer: Answer, release: str, more: float) -> None:
        if answer.path.endswith(".csv"):
            self._check_attachment(answer, release, more)
            return
        shown = shown_of(answer, release)
        if shown is None:
            self._complain(answer, f"is no edition of {release}, or not whole: {answer.body[:2000]!r}")
        else:
            self._judge(answer, f"shows {shown} of {release}", release, more, shown)
        if answer.status == 200:
            self._check_mentions(answer, more)

    def _check_attachment(self, answer: Answer, release: str, more: float) -> None:
        """The file of an edition is there with that edition alone."""
        edition = int(answer.path.rpartition("-")[2].removesuffix(".csv"))
        if answer.status == 200 and answer.body != attachment(release, edition)[1].encode():
            self._complain(answer, f"gives {answer.body!r}, which is another file")
        elif answer.status == 200:
            self._judge(answer, f"gives {edition} of {release}", release, more, edition)

    def _check_list(self, answer: Answer, more: float) -> None:
        if answer.status != 200:
            if answer.status != 404 or "page=2" not in answer.path:  # where few are public there is one page
                self._complain(answer, f"is {answer.status}")
            return
        there = self._check_mentions(answer, more)
        if answer.path in self.whole_lists:
            for release in set(self.truth.releases) - there:
                self._judge(answer, f"has lost {release}", release, more, ABSENT, WITHDRAWN)
            if ".json" in answer.path:
                self._check_total(answer, there)

    def _check_total(self, answer: Answer, there: set[str]) -> None:
        said = json.loads(answer.body)
        addresses = [item["url"] for item in said["items"]]
        counts = (said["_feedsrv"]["total"], len(addresses), len({item["id"] for item in said["items"]}))
        if {*counts} != {len(there)}:
            others = [address for address in addresses if address.rpartition("/")[2] not in there]
            self._complain(answer, f"counts {counts} and shows {len(there)}, and others: {others}")

    def _check_mentions(self, answer: Answer, more: float) -> set[str]:
        """The releases that an answer mentions, each in one edition, and that one right."""
        mentioned = {(name, int(edition)) for name, edition in MENTIONED.findall(answer.body.decode("utf8", "replace"))}
        there = {name for name, _ in mentioned}
        if len(there) < len(mentioned):
            self._complain(answer, f"mixes editions: {sorted(mentioned)}")
        for name, edition in mentioned:
            self._judge(answer, f"mentions {edition} of {name}", name, more, edition)
        return there

    def compare_workers(self, stop: Event, port: int, seed: str) -> None:
        """Ask several connections, and so several workers: of one generation, all say the same."""
        random = Random(seed)
        while not stop.wait(random.uniform(0.3, 1.0)):
            clients = [Client(port) for _ in range(4)]
            paths = [random.choice(self.whole_lists), random.choice(self.parts)]
            before = {generation_of(client.get("/health/ready")) for client in clients}
            answers = [[client.get(path) for path in paths] for client in clients]
            after = {generation_of(client.get("/health/ready")) for client in clients}
            for client in clients:
                client.close()
            if len(before | after) > 1 or None in before:
                continue
            for same in zip(*answers, strict=True):
                said = {
                    (each.headers.get("ETag"), sha256(each.body).hexdigest()) for each in same if each.status == 200
                }
                if len(said) > 1:
                    self._complain(same[0], f"is said in {len(said)} ways in {before}")
            self.agreed += 1

    def expect(self, release: str, said: Said) -> None:
        """Look out for what the file of a release says now."""
        with self._lock:
            self._pending[release] = said

    def forget(self) -> None:
        """Look out for nothing that was said so far."""
        self._pending.clear()

    def look_out(self, stop: Event, port: int) -> None:
        """Ask again and again for what is expected, and note how late it comes."""
        with closing(Client(port)) as client:
            while not stop.wait(0.02):
                with self._lock:
                    pending = dict(self._pending)
                for release, said in pending.items():
                    due = max(said.done, said.opens)
                    if time.time() > due - 0.3:
                        self.look_for(client.get(f"/releases/{release}"), release, said, due)

    def look_for(self, answer: Answer, release: str, said: Said, due: float) -> None:
        """Note how late a release is seen as it was last said to be, if that is what this answer shows."""
        self.check(answer, release)
        if shown_of(answer, release) == said.shown and answer.answered >= due:
            kind = "embargo" if said.opens > said.done + SETTLED + STEP else "change"  # till then the file has to rest
            is_hindered = self.truth.is_hindered(due - 2, answer.answered)
            self.late[f"{kind}, hindered" if is_hindered else kind].append(answer.answered - due)
            with self._lock:
                if self._pending.get(release) is said:
                    del self._pending[release]

    @property
    def pending(self) -> Mapping[str, Said]:
        """What is still expected."""
        return self._pending

    def _choice(self, random: Random) -> tuple[str, str | None]:
        """An address, and the release that it is about."""
        kind = random.randrange(4)
        if kind == 0:
            return random.choice(self.whole_lists), None
        if kind == 1:
            return random.choice(self.parts), None
        release = random.choice(self.truth.releases)
        said = self.truth.latest(release)
        if kind == 2 or isinstance(said.shown, str):
            return f"/releases/{release}", release
        return f"/releases/{release}/{attachment(release, said.shown)[0]}", release

    def _is_damaged(self, answer: Answer) -> bool:
        return self.truth.is_hindered(answer.asked, answer.answered, "damage")

    def _judge(self, answer: Answer, what: str, release: str, more: float, *shown: Shown) -> None:
        """Complain if a release is none of what is shown, and was not a short while ago; ``more`` makes that longer."""
        age = min(self.truth.age(release, each, answer.asked, answer.answered) for each in shown)
        if age > self.truth.patience + more:
            was = "never was so" if age == inf else f"was so {age:.1f} s before"
            self._complain(answer, f"{what}, which {was}: it is {self.truth.latest(release)}")
            if not self._is_damaged(answer):
                self.ages.append(age)

    def _complain(self, answer: Answer, what: str) -> None:
        complaints = self.doubtful if self._is_damaged(answer) else self.wrong
        complaints.append(f"{answer.answered:.3f} (+{answer.answered - answer.asked:.3f}) {answer.path} {what:.500}")


def shown_of(answer: Answer, release: str) -> Shown | None:
    """What an answer shows of a release: an edition, which has to be whole. None where it cannot be told."""
    if answer.status in {404, 410}:
        return ABSENT if answer.status == 404 else WITHDRAWN
    text = answer.body.decode("utf8", "replace")
    editions = {int(edition) for name, edition in MENTIONED.findall(text) if name == release}
    if answer.status != 200 or len(editions) != 1:
        return None
    (edition,) = editions
    marks = (f"opening{edition}", f"closing{edition}")
    is_whole = all(mark in text for mark in marks) and set(re.findall(r"(?:opening|closing)\d+", text)) <= {*marks}
    return edition if is_whole else None


def generation_of(answer: Answer) -> str | None:
    """The generation that a worker says it serves."""
    try:
        generation: str | None = json.loads(answer.body)["generation"]
    except (ValueError, KeyError):
        return None
    return generation
