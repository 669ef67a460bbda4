"""Effects: what a key can decide about a release, and what one that is in no table decides by its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from feedsrv.text.folding import strip_accents


class Effect(StrEnum):
    """What a key decides about when, or whether, a release may be seen."""

    DATE = "date of publication"  # public from then; where it is no date, but says yes or no, it is as SHOWS
    OPENS = "opens"  # not before then; what is not understood always holds
    GOES = "goes"  # as OPENS, but "no" makes it a draft
    CLOSES = "closes"  # not from then on
    HIDES = "hides"  # "yes" makes it a draft
    SHOWS = "shows"  # "no" makes it a draft; a moment is when it opens
    STATUS = "status"  # a word of a workflow
    BUILDS = "builds"  # "no" makes it no release; any other value has nothing to do with it
    WITHDRAWS = "withdraws"


@dataclass(frozen=True, slots=True)
class _Root:
    """A word that names a state. ``is_weak``: it is also a word of other things, and its value must tell."""

    forms: str
    effect: Effect
    is_weak: bool = False


_ROOTS = (
    _Root("unpublish|unpublished|unpublishing", Effect.CLOSES),
    _Root("draft|drafts|brouillon|brouillons|entwurf|entwurfe|borrador|bozza|rascunho", Effect.HIDES),
    _Root("concept", Effect.HIDES, is_weak=True),
    _Root("embargo|embargoed|embargos|embargoes|sperrfrist|hold|onhold", Effect.OPENS),
    _Root("private|hidden|unlisted|confidential", Effect.HIDES),
    _Root("visible|visibility", Effect.SHOWS),
    _Root("publish|published|publishes|publishing|release|released|releases|releasing|scheduled", Effect.SHOWS),
    _Root("live|schedule", Effect.SHOWS, is_weak=True),
    _Root("expire|expires|expired|expiry|expiration", Effect.CLOSES),
    _Root("status|workflow", Effect.STATUS),
    _Root("state|stage|statut|estado|stato|access", Effect.STATUS, is_weak=True),
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_NOT = frozenset({"not", "no", "non", "dont", "never"})
_OF_LAYOUT = frozenset({"show", "display", "hide", "print", "format", "label", "enable", "disable", "exclude"})
_OF_OTHERS = frozenset({
    "album", "beer", "book", "booking", "car", "comment", "comments", "employment", "event", "film", "game", "health",
    "home", "marital", "movie", "nba", "next", "nfl", "notes", "offer", "order", "ping", "product", "project", "search",
    "sector", "single", "stock", "ticket", "version", "water", "weather",
})  # fmt: skip
"""Words of a name that say that the state is that of something else than the release."""
_GLUE = r"(?:date|time|at|on|until|till|from|by|after|before|start|end|flag|mode|lift|lifts|lifted|state|status)*"
_WHOLE = (
    _Root("golive", Effect.GOES),
    _Root("approval|classification|clearance|confidentiality|signoff", Effect.STATUS, is_weak=True),
    _Root("public|ready|approved|forpublication|distribute", Effect.SHOWS),
    _Root("sperre|sperrvermerk|gesperrtbis", Effect.OPENS),
    _Root(
        "withdrawn|withdrawal|retracted|retraction|rescinded|revoked|killed|retire|retiree|zurue?ckgezogen|retirado"
        "|retirada|ritirato|ritirata|ingetrokken",
        Effect.WITHDRAWS,
    ),
    _Root(
        "withheld|held|suppressed|suspended|paused|blocked|disabled|inactive|offline|deleted|removed|trashed|spiked"
        "|depublished|takendown|archived|unapproved|unreviewed|unreleased|unfinished|incomplete|wip|workinprogress"
        "|inprogress|inreview|underreview|needsreview|needsapproval|pending|pendingreview|pendingapproval"
        "|awaitingreview|awaitingapproval|internal|internalonly|staffonly|membersonly|subscribersonly|password"
        "|passwordprotected|encrypt|encrypted|protected|restricted|secret|ignore|ignored|excluded|skip",
        Effect.HIDES,
    ),
    _Root(
        "gesperrt|geloe?scht|zurue?ckgehalten|vertraulich|privat|intern|bloque|supprime|suspendu|confidentiel|confidentielle"
        "|prive|privee|interne|enattente|avalider|bloqueado|bloqueada|eliminado|eliminada|suspendido|confidencial|privado"
        "|privada|interno|interna|bloccato|bloccata|eliminato|eliminata|sospeso|sospesa|riservato|riservata|privato"
        "|privata|vertrouwelijk|geblokkeerd|verwijderd",
        Effect.HIDES,
    ),
)
"""What a state is only where it is all of the name: ``is_public``, and not ``public_health``."""


def _pattern(root: _Root) -> re.Pattern[str]:
    return re.compile(rf"(not|non|no|dont|donot)?(?:is|has|to|be|do|make|on|as|post|page)*(?:{root.forms}){_GLUE}")


_PATTERNS = tuple((_pattern(root), root) for root in _ROOTS)
_WHOLE_PATTERNS = tuple((_pattern(root), root) for root in _WHOLE)


@dataclass(frozen=True, slots=True)
class Sound:
    """What a key that is not in the table sounds like. ``is_weak``: only a moment or a word of workflow counts."""

    effect: Effect
    is_weak: bool


def sound_of(name: str) -> Sound | None:
    """What a key that nobody knows would decide by its words: ``workflowState``, ``is-published``, ``post_status``.

    The root of a state must be a word of the name: ``stakeholders`` and ``threshold`` hold nothing. "not" turns it.
    """
    words = [word.lower() for word in _WORD.findall(strip_accents(name))]
    if not words or words[0] in _OF_LAYOUT:
        return None
    is_of_another = not _OF_OTHERS.isdisjoint(words)
    whole = "".join(word for word in words if word not in _NOT)
    for patterns, parts in ((_WHOLE_PATTERNS, [whole]), (_PATTERNS, words)):
        for (pattern, root), part in product(patterns, parts):
            if (match := pattern.fullmatch(part)) and (root.effect is Effect.OPENS or not is_of_another):
                is_turned = bool(match[1]) != bool(_NOT.intersection(words))
                return Sound(_TURNED.get(root.effect, root.effect) if is_turned else root.effect, root.is_weak)
    return None


_TURNED = {Effect.HIDES: Effect.SHOWS, Effect.SHOWS: Effect.HIDES}
