"""Furniture: the lines that a site has around every text: its menu, the way to the page, what invites to share it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from feedsrv.readers.document import Document, Line, Place
from feedsrv.text.html import words_of

_LONGEST = 120
"""Characters of a line."""
_OFFICE = re.compile(
    r"[\W_]*(?:(?:press|news|media)[ -]?(?:rooms?|offices?|cent(?:er|re)s?|relations)|newsrooms?"
    r"|service (?:de )?presse|relations presse|pressestelle|ufficio stampa|(?:gabinete|oficina) de prensa)[\W_]*",
    re.IGNORECASE,
)
_MENU = re.compile(
    r"[\W_]*(?:topics|(?:filter|browse) by|menu|home|(?:latest )?news|latest|site ?map|search|skip to (?:main )?content"
    r")[\W_]*",
    re.IGNORECASE,
)
_WAY = re.compile(
    r"(?:(?:you are here|vous êtes ici|sie (?:sind|befinden sich) hier|estás? aquí|(?:ti trovi|sei) qui)\W+)?"
    r"(?:home(?: ?page)?|accueil|start(?:seite)?|inicio|início|hjem|etusivu|главная)"
    r"(?P<mark>\s*[>›»→]\s*|\s+/\s+)[^>›»→/]{1,60}(?:(?P=mark)[^>›»→/]{1,60}){0,5}",
    re.IGNORECASE,
)
_PLACES = r"facebook|twitter|x|linkedin|whatsapp|telegram|reddit|pinterest|mastodon|bluesky|threads|xing|e-?mail|print"
_SHARE = r"share|tweet|partager|teilen|compartir|condividi|partilhar|delen|jaa"
_INVITATION = re.compile(
    rf"[\W_]*(?:(?:{_SHARE})(?:\s+(?:this|it|on|via|sur|auf|en|su|page|post|article|story|release|cette|diesen?|artikel))*"
    rf"(?:\W+(?:{_PLACES}|copy link))*"
    rf"|(?:{_PLACES})(?:\W+(?:{_PLACES}|{_SHARE}))+"
    r"|e-?mail|print(?:er[ -]friendly(?: version)?)?|(?:print|e-?mail)(?: this)? (?:page|article|release|story)"
    r"|drucken|seite drucken|imprimer(?: (?:la|cette) page)?|imprimir|stampa(?: la pagina)?"
    r"|(?:back to )?top(?: of (?:the )?page)?|(?:retour en )?haut(?: de (?:la )?page)?|nach oben|seitenanfang"
    r"|volver arriba|torna su|current record|questions or comments|all rights reserved|previous|next"
    r"|(?:previous|next) (?:release|article|story|page)|(?:[^\W\d_]{3,9} [0-9]{4} )?(?:press|news) releases"
    r"|(?:back|return|retour|zurück) (?:to|aux?|zur?) (?:the )?(?:list|overview|news|press releases|liste|übersicht)"
    r")[\W_]*",
    re.IGNORECASE,
)


_ADDRESSING = re.compile(
    r"\W*(?P<label>(?P<own>from|to|cc|bcc|sent|reply-to|de|à|cci|envoyé|von|an|gesendet|para|enviado|da|a|inviato|van|aan)"
    r"|subject|date|objet|betreff|datum|asunto|fecha|oggetto|data|assunto|onderwerp)\s?:\s.*",
    re.IGNORECASE,
)
_MOST_ADDRESSING = 6


def addressed(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines at the top of a letter that say from whom to whom it goes, where there are two such lines or more."""
    top = [(line, match) for line in lines[:_MOST_ADDRESSING] if (match := _ADDRESSING.fullmatch(line.text))]
    if len({match["label"].casefold() for _, match in top}) > 1:
        yield from (line for line, match in top if match["own"])


def is_addressing(text: str) -> bool:
    """Whether a line says from whom or to whom a letter goes."""
    match = _ADDRESSING.fullmatch(text)
    return bool(match and match["own"])


def is_office(text: str) -> bool:
    """Whether a line is nothing but what the office is called that publishes."""
    return bool(_OFFICE.fullmatch(text))


def is_furniture(text: str) -> bool:
    """Whether a line may stand above every headline of a site, or in its letterhead."""
    is_short = len(text) <= _LONGEST
    return is_short and any(kind.fullmatch(text) for kind in (_MENU, _OFFICE, _WAY, _INVITATION))


def below(document: Document) -> tuple[Place, ...]:
    """The last lines of a document that may stand below every text of a site; none where there is nothing above."""
    lines = [
        (Place(index, number), html)
        for index, block in reversed(tuple(enumerate(document.blocks)))
        for number, html in reversed(tuple(enumerate(block.parts)))
    ]
    found = tuple(place for place, _ in takewhile(lambda line: _is_below(line[1]), lines))
    return found if len(found) < len(lines) else ()


def _is_below(html: str) -> bool:
    text = words_of(html) if len(html) <= 10 * _LONGEST else html
    return len(text) <= _LONGEST and any(kind.fullmatch(text) for kind in (_MENU, _ROOM, _INVITATION))


_ROOM = re.compile(r"[\W_]*(?:press|news|media)[ -]?rooms?[\W_]*", re.IGNORECASE)
