"""Keys: every key by which a file states something of itself, once.

Front matter of every kind, header lines, ``<meta>``, the headers of a mail, tables within tables, side-car files and
what folders say of their files are read by this table, and nothing else in the project spells a key. A key that is not
in it, but is called like one that decides, is read as one: `effect_of`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from feedsrv.readers.effects import Effect, sound_of
from feedsrv.text.cleaning import without_unseen
from feedsrv.text.folding import strip_accents


@dataclass(frozen=True, slots=True)
class Key:
    """A meaning, the spellings of its key (folded, the most exact first), and what it decides, None for nothing.

    ``in_meta``: the names and properties of ``<meta>`` that mean it. ``headers``: the headers of a mail that do.
    ``is_machinery``: it says how a site is built, and whoever says no means that this is no release.
    """

    name: str
    spellings: tuple[str, ...]
    effect: Effect | None = None
    in_meta: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    is_machinery: bool = False


def _key(
    name: str,
    spellings: str,
    effect: Effect | None = None,
    *,
    in_meta: str = "",
    headers: str = "",
    is_machinery: bool = False,
) -> Key:
    return Key(
        name,
        tuple(spellings.split()),
        effect,
        tuple(in_meta.split()),
        tuple(headers.split()),
        is_machinery=is_machinery,
    )


KEYS = (
    _key("title", "title headline", headers="subject"),
    _key(
        "date",
        "date publishdate pubdate published released publishedat publisheddate publishedon publishedtime datepublished "
        "publicationdate publicationtime dateofpublication datepublication datedepublication issued dateissued "
        "postdate datum fecha publie publicado publicada veroffentlicht pubblicato gepubliceerd опубликовано",
        Effect.DATE,
        in_meta="article:published_time dcterms.issued dc.date.issued dc.date",
        headers="date",
    ),
    _key(
        "updated",
        "lastmod modified updated updateddate updatedat modifieddate lastmodified datemodified lastupdate lastupdated",
        in_meta="article:modified_time",
    ),
    _key(
        "embargo",
        "embargo embargoed embargoeduntil embargountil embargodate sperrfrist notbefore availablefrom holduntil hold "
        "scheduled scheduledfor scheduledat эмбарго",
        Effect.OPENS,
        headers="embargo x-embargo deferred-delivery",
    ),
    _key("opening", "golive releasedate publishat publishon releaseat releaseon", Effect.GOES),
    _key(
        "expires",
        "expirydate unpublishdate expires expiry expirationdate expireson expiresat unpublishat unpublishon "
        "publishdown",
        Effect.CLOSES,
        in_meta="article:expiration_time",
        headers="expires expiry-date",
    ),
    _key(
        "draft",
        "draft isdraft brouillon entwurf borrador bozza rascunho utkast luonnos szkic taslak черновик 下書き",
        Effect.HIDES,
        headers="x-draft x-unsent x-mozilla-draft-info",
    ),
    _key("hidden", "private hidden unpublished unlisted confidential withheld", Effect.HIDES, headers="sensitivity"),
    _key(
        "public",
        "publish public visible approved publishable enabled active freigabe freigegeben approuve valide aprobado "
        "aprobada approvato approvata aprovado aprovada goedgekeurd",
        Effect.SHOWS,
    ),
    _key("status", "status", Effect.STATUS),
    _key("withdrawn", "withdrawn retracted rescinded revoked killed", Effect.WITHDRAWS),
    _key("reason", "reason"),
    _key("render", "render routable", Effect.SHOWS, is_machinery=True),
    _key("listed", "build.list", Effect.BUILDS),
    _key("headless", "headless eleventyexcludefromcollections excludefromcollections", Effect.HIDES, is_machinery=True),
    _key("reference", "ref reference number"),
    _key("id", "id"),
    _key("guid", "guid"),
    _key("slug", "slug"),
    _key("language", "lang language locale", headers="content-language"),
    _key("source", "sourceurl originalurl original externalurl canonicalurl canonical link"),
    _key("summary", "description summary excerpt deck"),
    _key("topics", "topics topic categories category tags tag keywords", in_meta="article:tag"),
    _key("aliases", "aliases redirectfrom url"),
    _key("permalink", "permalink", Effect.BUILDS),
    _key("attachments", "attachments images image"),
    _key("corrections", "corrections"),
    _key("contacts", "contacts contact"),
    _key("translations", "translationkey"),
    _key("robots", "robots noindex", in_meta="robots googlebot"),
    _key("pagination", "pagination"),
    _key(
        "neighbours",
        "approvedby releasedby publisher publishers publishedby publishedin publishername publishresources publication "
        "publications publicationtype publicationtypes publicationname publicationplace publicationtitle releasenumber "
        "releaseno releasenr releasetype releasenotes releasename releasetitle releaseid releaselocation releaseplace "
        "releaseversion releaseurl liveblog liveurl livestream livestreamurl stateprovince statecode stagename",
    ),
)
"""The table. The last row has harmless neighbours of keys that decide: they are what they are called."""

TABLES = frozenset({
    "access", "article", "attributes", "build", "cascade", "cms", "config", "content", "data", "dates", "editorial",
    "extra", "fields", "frontmatter", "lifecycle", "meta", "metadata", "news", "options", "page", "param", "params",
    "post", "press", "properties", "publication", "publishing", "release", "schedule", "seo", "settings", "sys",
    "taxonomies", "visibility", "workflow",
})  # fmt: skip
"""Tables within front matter whose keys count like those at the top; folded."""

BY_NAME = {key.name: key for key in KEYS}
_BY_SPELLING = {fold: key for key in KEYS for fold in key.spellings}


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """A key as keys are compared: ``Redirect_From`` and ``redirect-from`` are ``redirectfrom``."""
    return strip_accents(_SEPARATORS.sub("", without_unseen(key)).lower())


_SEPARATORS = re.compile(r"[\s_-]+")


def key_of(name: str) -> Key | None:
    """The row of the table that a key belongs to by its spelling."""
    return _BY_SPELLING.get(fold(name))


def of_meta(name: str) -> str:
    """The key that a name or a property of ``<meta>`` stands for; the name itself where the table has no other."""
    return next((key.spellings[0] for key in KEYS if name.lower() in key.in_meta), name)


def of_header(name: str) -> str:
    """The key that a header of a mail stands for, "" for headers that say nothing of a release.

    Mail has its own states and dates; of what the table does not have only an embargo can mean the release.
    """
    listed = next((key.spellings[0] for key in KEYS if name.lower() in key.headers), "")
    return listed or (name if (sound := effect_of(name)) and sound.effect is Effect.OPENS else "")


@dataclass(frozen=True, slots=True)
class Decisive:
    """How an entry decides, by the table or by the sound of its key."""

    effect: Effect
    is_weak: bool = False
    is_machinery: bool = False


@lru_cache(maxsize=4096)
def effect_of(name: str, table: str = "") -> Decisive | None:
    """How a key decides, which may stand in a table of front matter (folded); None for one that decides nothing."""
    key = _BY_SPELLING.get(f"{table}.{fold(name)}") or key_of(name)
    if key:
        return Decisive(key.effect, is_machinery=key.is_machinery) if key.effect else None
    sound = sound_of(name)
    return Decisive(sound.effect, is_weak=sound.is_weak) if sound else None


def decides(name: str) -> bool:
    """Whether a key decides when, or whether, a release may be seen."""
    return effect_of(name) is not None
