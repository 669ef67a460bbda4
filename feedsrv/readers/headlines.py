"""Headlines: which lines at the top are the headline, what of a site stands above it, and what it begins with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from feedsrv.newsroom import Newsroom
from feedsrv.readers import contacts, dates
from feedsrv.readers.contact_names import is_person
from feedsrv.readers.dates import Moment
from feedsrv.readers.document import Line, Place
from feedsrv.readers.embargo import FULL_LINE
from feedsrv.readers.furniture import is_furniture, is_office
from feedsrv.readers.phrases import LONGEST_LINE

GENERIC = re.compile(
    r"""[\W_]*+(?:
      (?:press|news|media)[ -]?(?:releases?|statements?|information|notices?|communiqu[eé]s?|advisor(?:y|ies)|alert)
    | (?:official[ ])?statement | for[ ](?:immediate[ ])?(?:release|publication) | immediate[ ]release
    | (?:press|news|media)[ -]?room | latest[ ]news | releases | as[ ]prepared[ ]for[ ]delivery
    | release(?=[ ]n[or°º]\b) | (?:pour|à)[ ](?:diffusion|publication)[ ]imm[eé]diate
    | [àa][ ]diffuser[ ]imm[eé]diatement | communiqu[eé]s?(?:[ ]de[ ]presse)? | dossiers?[ ]de[ ]presse
    | information[ ]presse | note[ ]aux[ ]m[ée]dias | avis[ ]aux[ ]m[ée]dias
    | presse-?(?:mitteilung|information|info|meldung|aussendung|erklärung) | medien-?(?:mitteilung|information)
    | zur[ ]sofortigen[ ]ver(?:ö|oe)ffentlichung | sofort[ ]zur[ ]ver(?:ö|oe)ffentlichung(?:[ ]freigegeben)?
    | comunicati?o?(?:[ ](?:stampa|de[ ](?:premsa|pres[ăa])))? | nota[ ]stampa
    | per[ ](?:la[ ])?pubblicazione[ ]immediata
    | nota[ ](?:de[ ](?:prensa|imprensa)|informativa) | comunicado(?:[ ](?:de|à)[ ](?:prensa|imprensa))?
    | para[ ](?:su[ ])?(?:publicaci[oó]n|difusi[oó]n|publicação|divulgação)[ ](?:inmediata|imediata)
    | persbericht | persmededeling | voor[ ]onmiddellijke[ ](?:publicatie|verspreiding)
    | nota[ ]de[ ]premsa | prentsa[ -]oharra
    | press[ -]?meddelanden?|pressrelease|för[ ]omedelbar[ ]publicering
    | pressemeddelelser?|pressemelding(?:er)?|til[ ]umiddelbar[ ]offentliggørelse | fréttatilkynning
    | (?:lehdistö|media)?tiedote | pressiteade | (?:preses|presei)[ ](?:relīze|paziņojums) | pranešimas[ ]spaudai
    | informacja[ ]prasowa | (?:komunikat|notatka)[ ]prasow[ya] | do[ ]natychmiastowej[ ]publikacji
    | tiskov[áa][ ]zpr[áa]va | tlačov[áa][ ]spr[áa]va | sporočilo[ ]za[ ](?:javnost|medije)
    | priopćenje[ ]za[ ](?:javnost|medije) | saopštenje[ ]za[ ](?:javnost|medije) | саопштење[ ]за[ ](?:јавност|медије)
    | sajtóközlemény | bas[ıi]n[ ](?:b[üu]lteni|aç[ıi]klamas[ıi]|duyurusu) | siaran[ ]pers | thông[ ]cáo[ ]báo[ ]chí
    | пресс?[ -]?релиз | прес[ -]?реліз | прес[ -]?съобщение
    | δελτ[ίι]ο[ ]τ[ύυ]που | הודעה[ ]לעיתונות | بيان[ ]صحفي | प्रेस[ ]विज्ञप्ति
    | プレスリリース | ニュースリリース | 報道発表(?:資料)? | 新闻稿 | 新聞稿 | 新闻发布 | 보도자료
    )(?![^\W_])[\s.:,;|–—-]*""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_A_SITE = re.compile(r".*\b(?:press|news|media)[ ]?(?:rooms?|releases|cent(?:er|re)|office)\W*", re.IGNORECASE)
_BOLD = re.compile(r"\s*<(strong|b)>(?:(?!<\1>).)*</\1>[\s\\]*(?:<br ?/?>\s*)?", re.DOTALL)
_SENTENCE = re.compile(r"[.!?…][\"'”’»)]*$")


def without_generic(text: str) -> tuple[str, int]:
    """A text without the generic words that it begins or ends with, and how often there are some."""
    rest, number = GENERIC.subn("", text, count=2) if GENERIC.match(text) else (text, 0)
    behind = next(
        (at for at in _words_from_behind(rest) if GENERIC.fullmatch(rest, at) or contacts.is_heading(rest[at:])), None
    )
    return (rest, number) if behind is None else (rest[:behind], number + 1)


def _words_from_behind(text: str) -> Iterator[int]:
    """Where the last words of a text begin, one after the other, but for its first."""
    return islice((match.start() for match in reversed(tuple(re.finditer(r"(?<=\s)\w", text)))), _MOST_GENERIC_WORDS)


_MOST_GENERIC_WORDS = 4


def without_names(lines: Sequence[Line]) -> list[Line]:
    """The lines that may be a headline: not the name that stands below "23 March 2018 Contact"."""
    named = {
        below.place
        for line, below in pairwise(lines)
        if is_person(below.text) and any(contacts.is_heading(line.text[at:]) for at in _words_from_behind(line.text))
    }
    return [line for line in lines if line.place not in named]


def furniture(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines of the site or the letterhead that stand above the headline, and the others."""
    end = 0
    for number, line in enumerate(lines[:_MOST_FURNITURE]):
        is_of_page = not line.level and is_furniture(line.text)
        is_of_site = number == end and _OF_A_SITE.fullmatch(line.text) and _is_name(line.text)
        is_letterhead = is_of_page and is_office(line.text) and line.place.block == lines[end].place.block
        if (is_of_page and number == end) or is_of_site or is_letterhead:
            end = number + 1
        elif len(line.text) > _LONGEST_FURNITURE:
            break
    is_alone = end == 1 and not is_furniture(lines[0].text)  # then it may be the headline itself
    is_above = end < len(lines) and (not is_alone or bool(lines[end].level) or len(lines[end].text) <= LONGEST_LINE)
    return (list(lines[:end]), list(lines[end:])) if is_above else ([], list(lines))


def letterhead(lines: Sequence[Line], headline: Sequence[Line], facts: Collection[Place]) -> Iterator[Line]:
    """The lines of a letter above the headline that are short, and above another that says when, or what it is.

    What stands directly above the headline may belong to it.
    """
    last = max((place for place in facts if place < headline[0].place), default=Place(-1, 0))
    return (line for line in lines if line.place < last and line.is_prose and len(line.text) <= _LONGEST_FURNITURE)


_MOST_FURNITURE = 4  # lines
_LONGEST_FURNITURE = 80  # characters


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_FURNITURE and not any(word[0].islower() for word in text.split())


def repeated(headline: Sequence[Line], lines: Sequence[Line]) -> Iterator[Line]:
    """The first line below the headline, if it says the same once more."""
    said = " ".join(line.text for line in headline).casefold()
    for line in islice((line for line in lines if line not in headline), 1):
        if line.is_prose and line.text.casefold() == said:
            yield line


def headline(lines: Sequence[Line]) -> tuple[tuple[Line, ...], bool]:
    """The first heading that no text stands above, with all its lines; else the first lines that are one."""
    above = lines[: next((number for number, line in enumerate(lines) if len(line.text) > LONGEST_LINE), len(lines))]
    has_title = any(line.level == 1 for line in above)
    for number, line in enumerate(lines):
        is_bold = number == 0 and not has_title and _is_bold(line)
        if (line.level or is_bold) and not contacts.is_heading(line.text):
            following = (other for other in lines[number:] if other.place.block == line.place.block)
            return tuple(other for other in following if line.level or _is_bold(other)), True
        if len(line.text) > LONGEST_LINE:
            break
    return (tuple(_wrapped(lines)) if lines and lines[0].is_prose else ()), False


def _is_bold(line: Line) -> bool:
    return line.is_prose and bool(_BOLD.fullmatch(line.html))


def _wrapped(lines: Sequence[Line]) -> Iterator[Line]:
    """The first line, and those that go on with it."""
    block = [line for line in lines if line.place.block == lines[0].place.block]
    width = max(len(line.text) for line in block)
    yield block[0]
    for line, following in pairwise(block):
        if not _goes_on(line.text, following.text, width):
            return
        yield following


def _goes_on(text: str, following: str, width: int) -> bool:
    """Whether a line is shouted as the one before, or goes on in small letters, or for want of room."""
    if _SENTENCE.search(text) or text.isupper():
        return text.isupper() and following.isupper()
    next_word = following.partition(" ")[0]
    is_full = len(text) >= FULL_LINE and len(text) + 1 + len(next_word) > width
    return is_full or following[:1].islower()


def opened(headline: tuple[Line, ...], newsroom: Newsroom) -> tuple[tuple[Line, ...], Moment | None]:
    """The headline without what it only begins with, and the date among that.

    ``PRESS RELEASE: The museum opens`` and ``23 March 2018 – The museum opens`` are of the museum, and so is
    ``Title: The museum opens``.
    """
    moment: Moment | None = None
    rest = headline[0].text if headline else ""
    for _ in range(_MOST_OPENINGS):
        before, (rest, date) = rest, _without_opening(rest, newsroom)
        moment = moment or date
        if rest == before:
            break
    if not headline or rest == headline[0].text or not re.match(r"\W*(?!\d+\W*$)\w", rest) or rest[0].islower():
        return headline, None
    return (replace(headline[0], text=rest, shown=rest), *headline[1:]), moment


_MOST_OPENINGS = 4
_KEY = re.compile(
    r"(?:title|headline|subject|titre|objet|titel|betreff|überschrift|título|asunto|titolo|oggetto|assunto|onderwerp)\s?:\s",
    re.IGNORECASE,
)
_TELLING = re.compile(r"advis|avis|statement|alert|notice|dossier|information|rooms?\b|delivery", re.IGNORECASE)
"""What the headline is the poorer without."""
_OWN_BEGINNING = re.compile(r"\W*(?!\d+\W*$)[^\Wa-zß-ÿ]")
_MARK = re.compile(r"\s?[:|–—]\s|\s-{1,2}\s")
_MARK_AFTER_WORDS = re.compile(r".*(?:[:|–—]|\s-{1,2})\s*", re.DOTALL)
_MOST_WORDS_OF_A_DATE = 6


def parted(text: str) -> tuple[str, str]:
    """What a headline says it is, in generic words that it is no poorer without, and the rest; else twice nothing."""
    generic = GENERIC.match(text)
    mark = _MARK.search(text, 0, _LONGEST_FURNITURE) if generic and not _TELLING.search(generic[0]) else None
    rest = text[mark.end() :].strip() if mark else ""
    return (text[: mark.start()], rest) if mark and _OWN_BEGINNING.match(rest) else ("", "")


def _without_opening(text: str, newsroom: Newsroom) -> tuple[str, Moment | None]:
    """A text without the key, the generic words or the date that it begins with, and that date."""
    if key := _KEY.match(text):
        return text[key.end() :].strip(), None
    mark = _MARK.search(text, 0, _LONGEST_FURNITURE)
    if mark and (moment := dates.read(text[: mark.start()], newsroom)):
        return text[mark.end() :].strip(), moment
    generic = GENERIC.match(text)
    if not generic or _TELLING.search(generic[0]):
        return text, None
    rest = text[generic.end() :]
    if _MARK_AFTER_WORDS.fullmatch(generic[0]):
        return rest, None
    words = rest.split()
    for count in range(min(_MOST_WORDS_OF_A_DATE, len(words) - 1), 0, -1):
        if moment := dates.read(" ".join(words[:count]).rstrip(",.:|–—-"), newsroom):
            return " ".join(words[count:]).lstrip(":|–—- "), moment
    return text, None
