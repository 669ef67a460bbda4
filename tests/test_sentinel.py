"""The sentinel at the way out: a fault between the gate and the index costs a release its minute, not its embargo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from feedsrv.errors import PublishingFailed, ReleaseNotFound, ReleaseWithdrawn
from feedsrv.publishing import Memory, publish
from feedsrv.publishing.sentinel import Share
from feedsrv.release import Release, Withdrawal
from feedsrv.search.whoosh.index import WhooshIndex
from feedsrv.search.whoosh.update import WhooshUpdate
from tests.conftest import MakeNewsroom, Newsroom, release
from tests.test_publishing import everything_in

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
HELD = {
    "draft.md": release("Zanzibar", draft="true"),
    "held.md": release("Zanzibar", embargo="when the minister says so"),
    "later.md": release("Zanzibar", embargo="2030-01-01"),
    "broken.md": "---\ntitle: [\n---\nZanzibar",
    "withdrawn.md": release("Zanzibar", withdrawn="2026-10-01"),
}


class LeakyIndex(WhooshIndex):
    """An index with a fault: it files what nobody put."""

    leaks: tuple[Release | Withdrawal, ...] = ()
    forgets_to_remove = False

    @contextmanager
    def update(self, *, rebuild: bool = False) -> Iterator[WhooshUpdate]:
        leaks, self.leaks = self.leaks, ()
        with super().update(rebuild=rebuild) as update:
            for leak in leaks:
                update.put(leak, {})
            if self.forgets_to_remove:
                update.__class__ = _Keeping
            yield update


class _Keeping(WhooshUpdate):
    def remove(self, source: str) -> None:
        """Forget to."""


def leaky(newsroom: Newsroom, *sources: str) -> LeakyIndex:
    index = LeakyIndex(newsroom.settings.index)
    index.leaks = tuple(Release(f"leak-{source}", source, "Zanzibar", "en", MOMENT, MOMENT) for source in sources)
    newsroom.index = index
    return index


@pytest.mark.parametrize("source", [*HELD, "nowhere.md"])
def test_what_its_file_holds_is_left_out_and_logged_and_all_else_published(
    make_newsroom: MakeNewsroom, caplog: pytest.LogCaptureFixture, source: str
) -> None:
    newsroom = make_newsroom({"open.md": release("Open")})
    leaky(newsroom, source)
    newsroom.publish({**HELD, "new.md": release("New")})
    with pytest.raises((ReleaseNotFound, ReleaseWithdrawn)):
        newsroom.snapshot().get(f"leak-{source}")
    assert set(newsroom.ids()) == {"open", "new"}
    assert b"zanzibar" not in everything_in(newsroom.settings.index).lower()
    assert f"{source}: its text was about to be published" in caplog.text


def test_the_withdrawal_of_what_is_public_is_left_out_and_the_release_read_again(
    make_newsroom: MakeNewsroom, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom = make_newsroom({"open.md": release("Open"), "other.md": release("Other")})
    index = leaky(newsroom)
    index.leaks = (Withdrawal("open", "open.md", MOMENT, MOMENT),)
    newsroom.publish()
    assert set(newsroom.ids()) == {"other"}
    assert "open.md: the notice of its withdrawal was about to be published, and its file says public" in caplog.text
    index.leaks = ()
    newsroom.publish()
    assert newsroom.snapshot().get("open").title == "Open"


def test_where_it_cannot_be_kept_out_nothing_is_published(make_newsroom: MakeNewsroom) -> None:
    newsroom = make_newsroom({"open.md": release("Open")})
    before = newsroom.snapshot().generation
    index = leaky(newsroom, "draft.md")
    index.forgets_to_remove = True
    with pytest.raises(PublishingFailed, match=r"draft.md: what is not public cannot be kept out"):
        newsroom.publish(HELD)
    assert index.status().published == before


def test_what_nobody_touched_is_reviewed_share_by_share(make_newsroom: MakeNewsroom) -> None:
    newsroom, memory = make_newsroom({**HELD, "open.md": release("Open")}), Memory()

    def ids(review: Share | None) -> list[str]:
        publish(newsroom.catalogue, newsroom.index, newsroom.now, only=frozenset(), memory=memory, review=review)
        return newsroom.ids()

    assert ids(None) == ["open"]
    with newsroom.index.update() as update:
        update.put(Release("leak", "draft.md", "Zanzibar", "en", MOMENT, MOMENT), {})
        update.finish({}, None)
    assert ids(None) == ["leak", "open"]
    (share,) = (number for number in range(4) if Share(number, 4).among(["draft.md"]))
    shares = [number for number in range(4) if number != share]
    assert [ids(Share(number, 4)) for number in shares] == [["leak", "open"]] * 3
    assert ids(Share(share, 4)) == ["open"]
