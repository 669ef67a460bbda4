"""The rules of feeds: what the W3C's feed validator says at its strictest, and what the formats of today say beside it.

A document is read into a tree of `Element`s, JSON too, so that one rule holds for every format that has a thing: a
moment is a moment, an address an address. A rule is a small function, named for what is right, with its source; it
yields what is wrong. `complaints` asks all of them.

Names are "prefix:name", those of RSS and OPML bare, those of JSON Feed "json:name"; "name@attribute" is an attribute.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from html import unescape
from html.entities import html5
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from babel import Locale
from lxml import etree

ATOM, RSS, JSON, OPML, OPENSEARCH = "atom", "rss", "json", "opml", "opensearch"
FEEDS = (ATOM, RSS, JSON)
XML = (ATOM, RSS, OPML, OPENSEARCH)

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "os": "http://a9.com/-/spec/opensearch/1.1/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
"""Those that the validator knows, and that of tombstones, which is younger than it (RFC 6721)."""
PREFIXES = {address: prefix for prefix, address in NAMESPACES.items()}
DECLARED: dict[str, set[str | None]] = {"atom": {None, "atom"}, "os": {None, "opensearch"}, "xhtml": {None}}
"""By which prefix a namespace is declared, where that is not its own alone."""

MEDIA_TYPES = {
    ATOM: "application/atom+xml",
    RSS: "application/rss+xml",
    JSON: "application/feed+json",
    OPML: "text/x-opml",
    OPENSEARCH: "application/opensearchdescription+xml",
}


@dataclass(frozen=True)
class Element:
    """An element of a document in XML, or a member of one in JSON."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple[Element, ...] = ()

    def all(self) -> Iterator[Element]:
        """It, and all below it."""
        yield self
        for child in self.children:
            yield from child.all()

    def found(self, *names: str) -> list[Element]:
        """Its children of these names."""
        return [child for child in self.children if child.name in names]

    def said(self, name: str) -> str:
        """The text of its first child of this name; "" where there is none."""
        return next((child.text.strip() for child in self.found(name)), "")

    def links(self) -> list[Mapping[str, str]]:
        return [link.attributes for link in self.found("atom:link")]


@dataclass(frozen=True)
class Document:
    """What was answered at an address, and when it was asked for."""

    kind: str
    url: str
    content_type: str
    body: bytes
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def root(self) -> Element:
        """The whole tree. Raises what the parsers raise where the document is not well-formed."""
        if self.kind == JSON:
            return _element_of_json("json:feed", json.loads(self.body))
        return _element_of_xml(self.xml)

    @cached_property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body, etree.XMLParser(resolve_entities=False, no_network=True))

    @property
    def feed(self) -> Element:
        """What is said of the feed as a whole: the channel, in RSS."""
        return self.root.found("channel")[0] if self.kind == RSS else self.root

    @property
    def entries(self) -> list[Element]:
        return self.feed.found("atom:entry", "item", "json:items")

    @cached_property
    def values(self) -> list[tuple[str, str, Mapping[str, str]]]:
        """Every text and every attribute, each with its place and the attributes around it."""
        found = []
        for element in self.root.all():
            found.append((element.name, element.text, element.attributes))
            for name, value in element.attributes.items():
                found.append((f"{element.name}@{name}", value, element.attributes))
        return found


def _element_of_xml(node: etree._Element) -> Element:
    attributes = {_name(str(name)): str(value) for name, value in node.attrib.items()}
    own = [node.text or "", *(child.tail or "" for child in node)]
    children = tuple(_element_of_xml(child) for child in node if isinstance(child.tag, str))
    return Element(_name(str(node.tag)), attributes, "".join(own), children)


def _name(qualified: str) -> str:
    namespace, brace, name = qualified.rpartition("}")
    return f"{PREFIXES.get(namespace[1:], namespace)}:{name}" if brace else name


def _element_of_json(name: str, value: Any) -> Element:
    """A value of JSON as an element: its members, or those of its list, are its children; an extension has none."""
    if name.startswith("json:_") or not isinstance(value, dict):
        return Element(name, text="" if value is None else str(value))
    members = []
    for key, member in value.items():
        several = member if isinstance(member, list) else [member]
        members += [_element_of_json(f"json:{key}", one) for one in several]
    return Element(name, children=tuple(members))


@dataclass(frozen=True)
class Rule:
    """What a document has to be: ``check`` yields what is wrong with one of those ``kinds``."""

    name: str
    source: str
    kinds: tuple[str, ...]
    check: Callable[[Document], Iterator[str]]


RULES: dict[str, Rule] = {}
"""Every rule by its name."""

Check = Callable[[Document], Iterator[str]]
Test = Callable[[str], bool]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def rule(source: str, *kinds: str) -> Callable[[Check], Check]:
    """Makes a function a rule for documents of these kinds."""

    def register(check: Check) -> Check:
        name = check.__name__.replace("_", " ")
        RULES[name] = Rule(name, source, kinds, check)
        return check

    return register


def value(source: str, places: str) -> Callable[[Test], Test]:
    """Makes a test of texts a rule for all that stands at these places; "*@name" is an attribute of any element."""
    named = _words(places)

    def register(is_right: Test) -> Test:
        def check(document: Document) -> Iterator[str]:
            for place, text, _ in document.values:
                if {place, f"*@{place.rpartition('@')[2]}"} & named and not is_right(text):
                    yield f"{place}: {text!r}"

        name = is_right.__name__.replace("_", " ")
        RULES[name] = Rule(name, source, (*XML, JSON), check)
        return is_right

    return register


def complaints(document: Document, *besides: str) -> list[str]:
    """What is wrong with a document by all rules but those named ``besides``."""
    try:
        document.root  # noqa: B018 # it is read here
    except (ValueError, etree.XMLSyntaxError) as broken:
        return [f"it can be parsed (XML 1.0, 2.1; RFC 8259, 2): {broken}"]
    return [
        f"{rule.name} ({rule.source}): {wrong}"
        for rule in RULES.values()
        if document.kind in rule.kinds and rule.name not in besides
        for wrong in rule.check(document)
    ]


# The document as bytes.


@rule("RFC 4287, 7; RSS Advisory Board; JSON Feed 1.1; OPML 2.0; OpenSearch 1.1; RFC 7303, 3", *XML, JSON)
def it_is_sent_as_what_it_is(document: Document) -> Iterator[str]:
    media_type, _, charset = document.content_type.partition(";")
    if media_type != MEDIA_TYPES[document.kind] or charset.strip().lower() != "charset=utf-8":
        yield document.content_type


@rule("XML 1.0, 4.3.3; RFC 8259, 8.1", *XML, JSON)
def it_is_in_utf_8_and_says_so(document: Document) -> Iterator[str]:
    try:
        text = document.body.decode("utf-8")
    except UnicodeDecodeError as broken:
        yield str(broken)
        return
    if text.startswith("\ufeff"):
        yield "a byte order mark"
    if document.kind != JSON and not re.match(r"<\?xml version=(['\"])1\.0\1 encoding=(['\"])UTF-8\2\?>", text):
        yield text[:50]


@rule("RSS Advisory Board; the validator's InvalidDoctype, ContainsSystemEntity", *XML)
def it_has_no_document_type(document: Document) -> Iterator[str]:
    if b"<!DOCTYPE" in document.body:
        yield "a document type"


@rule("the validator's BadCharacters", *XML, JSON)
def no_letters_were_broken_on_the_way(document: Document) -> Iterator[str]:
    """What is left of bytes that were taken for another encoding."""
    for place, text, _ in document.values:
        if re.search(r"[\x80-\x9f\ufffd]|[\xc2\xc3][\x80-\xbf]", text):
            yield f"{place}: {text!r}"


# The names of things.


GRAMMAR = {
    "atom:feed": "atom:id atom:title atom:updated atom:subtitle? atom:author* atom:contributor* atom:category*"
    " atom:generator? atom:icon? atom:logo? atom:rights? atom:link* atom:entry* at:deleted-entry* fh:complete?"
    " fh:archive? os:totalResults? os:startIndex? os:itemsPerPage? os:Query* xhtml:div?",
    "atom:entry": "atom:id atom:title atom:updated atom:published? atom:author* atom:contributor* atom:category*"
    " atom:content? atom:summary? atom:rights? atom:link*",
    "atom:author": "atom:name atom:uri? atom:email?",
    "atom:contributor": "atom:name atom:uri? atom:email?",
    "at:deleted-entry": "at:by? at:comment? atom:link*",
    "rss": "channel",
    "channel": "title link description language? copyright? managingEditor? webMaster? pubDate? lastBuildDate?"
    " category* generator? docs? cloud? ttl? image? item* dc:creator* dc:date? dc:language? dc:publisher* dc:rights?"
    " atom:icon? atom:logo? atom:link* fh:complete? fh:archive? os:totalResults? os:startIndex? os:itemsPerPage?"
    " os:Query* xhtml:div?",
    "item": "title? link? description? author? category* comments? enclosure? guid? pubDate? source? content:encoded?"
    " dc:creator* dc:date? dc:subject* dc:source? atom:updated? atom:link*",
    "image": "url title link width? height? description?",
    "xhtml:div": "xhtml:p+ xhtml:ol?",
    "xhtml:p": "xhtml:a? xhtml:bdi?",
    "xhtml:ol": "xhtml:li+",
    "xhtml:li": "xhtml:time xhtml:a",
    "json:feed": "json:version json:title json:home_page_url? json:feed_url? json:description? json:user_comment?"
    " json:next_url? json:icon? json:favicon? json:authors* json:language? json:expired? json:hubs* json:items*"
    " json:_feedsrv?",
    "json:items": "json:id json:url? json:external_url? json:title? json:content_html? json:content_text?"
    " json:summary? json:image? json:banner_image? json:date_published? json:date_modified? json:authors* json:tags*"
    " json:language? json:attachments* json:_feedsrv?",
    "json:authors": "json:name? json:url? json:avatar?",
    "json:attachments": "json:url json:mime_type json:title? json:size_in_bytes? json:duration_in_seconds?",
    "json:hubs": "json:type json:url",
    "opml": "head body",
    "head": "title? dateCreated? dateModified? ownerName? ownerEmail? ownerId? docs?",
    "body": "outline+",
    "outline": "outline*",
    "os:OpenSearchDescription": "os:ShortName os:Description os:Url+ os:Contact? os:Tags? os:LongName? os:Image*"
    " os:Query* os:Developer? os:Attribution? os:SyndicationRight? os:AdultContent? os:Language* os:InputEncoding*"
    " os:OutputEncoding*",
}
"""What each element holds: ? at most once, * as often as one likes, + at least once, else once. Others hold text."""
MIXED = {"xhtml:p"}
"""Elements that hold text beside others."""

ATTRIBUTES = {
    "atom:title": "type?",
    "atom:subtitle": "type?",
    "atom:summary": "type?",
    "atom:rights": "type?",
    "atom:content": "type? src?",
    "atom:link": "href rel? type? hreflang? title? length?",
    "atom:category": "term scheme? label?",
    "atom:generator": "uri? version?",
    "at:deleted-entry": "ref when",
    "rss": "version",
    "category": "domain?",
    "enclosure": "url length type",
    "guid": "isPermaLink?",
    "source": "url",
    "xhtml:a": "href dir?",
    "xhtml:div": "dir?",
    "xhtml:p": "class?",
    "opml": "version",
    "outline": "text type? title? xmlUrl? htmlUrl? description? language? version? category? created? url?"
    " isComment? isBreakpoint?",
    "os:Url": "template type rel? indexOffset? pageOffset?",
    "os:Image": "height width type?",
    "os:Query": "role title? totalResults? searchTerms? count? startIndex? startPage? language? inputEncoding?"
    " outputEncoding?",
}
"""What is said of each element, written in the same way; of others nothing is, and the language of any."""

HOW_OFTEN = {"?": (0, 1), "*": (0, 1_000_000), "+": (1, 1_000_000)}


def _misfits(expected: str, found: list[str]) -> Iterator[str]:
    """What is there too often, too rarely, or not expected at all."""
    counts = Counter(found)
    for word in expected.split():
        name = word.rstrip("?*+")
        least, most = HOW_OFTEN.get(word[len(name) :], (1, 1))
        if not least <= (count := counts.pop(name, 0)) <= most:
            yield f"{name} {count} times"
    yield from counts


@rule("RFC 4287, 4; RFC 6721, 3; RSS 2.0; JSON Feed 1.1; OPML 2.0; OpenSearch 1.1", *XML, JSON)
def elements_are_those_that_there_are(document: Document) -> Iterator[str]:
    for element in document.root.all():
        for misfit in _misfits(GRAMMAR.get(element.name, ""), [child.name for child in element.children]):
            yield f"{element.name}: {misfit}"


@rule("RFC 4287, 4; RFC 6721, 3; RSS 2.0; OPML 2.0; OpenSearch 1.1", *XML)
def attributes_are_those_that_there_are(document: Document) -> Iterator[str]:
    for element in document.root.all():
        for misfit in _misfits(f"{ATTRIBUTES.get(element.name, '')} xml:lang?", [*element.attributes]):
            yield f"{element.name}: {misfit}"


@rule("the validator's UnexpectedText, AtomLinkNotEmpty", *XML)
def text_stands_in_elements_that_hold_text(document: Document) -> Iterator[str]:
    for element in document.root.all():
        is_empty = element.name in {*GRAMMAR, "atom:link", "atom:category", "enclosure", "os:Url", "os:Query"} - MIXED
        if is_empty and element.text.strip():
            yield f"{element.name}: {element.text.strip()!r}"


@rule("RFC 4287, 2; RSS 2.0; JSON Feed 1.1; OPML 2.0; OpenSearch 1.1", *XML, JSON)
def the_version_is_the_one_of_today(document: Document) -> Iterator[str]:
    root = document.root
    found = {
        ATOM: root.name,
        RSS: f"{root.name} {root.attributes.get('version')}",
        JSON: root.said("json:version"),
        OPML: f"{root.name} {root.attributes.get('version')}",
        OPENSEARCH: root.name,
    }
    expected = {
        ATOM: "atom:feed",
        RSS: "rss 2.0",
        JSON: "https://jsonfeed.org/version/1.1",
        OPML: "opml 2.0",
        OPENSEARCH: "os:OpenSearchDescription",
    }
    if found[document.kind] != expected[document.kind]:
        yield found[document.kind]


@rule("the validator's UnknownNamespace, NonstdPrefix, AvoidNamespacePrefix", *XML)
def namespaces_are_known_and_bear_their_usual_prefixes(document: Document) -> Iterator[str]:
    for node in document.xml.iter("*"):
        for prefix, address in node.nsmap.items():
            name = PREFIXES.get(address, "")
            if not name or prefix not in DECLARED.get(name, {name}):
                yield f"{prefix}: {address!r}"


@rule("Namespaces in XML 1.0", *XML)
def namespaces_are_declared_once_and_used(document: Document) -> Iterator[str]:
    used = {str(node.tag).rpartition("}")[0][1:] for node in document.xml.iter("*")}
    yield from (str(address) for address in document.xml.nsmap.values() if address not in used)
    for node in document.xml.iter("*"):
        parent = node.getparent()
        is_html = str(node.tag).startswith(f"{{{NAMESPACES['xhtml']}}}")  # it is declared where it begins
        if parent is not None and node.nsmap != parent.nsmap and not is_html:
            yield f"again at {node.tag!r}"


# What texts are.


@value(
    "RFC 3986, 4.3; RFC 4287, 4.2; RSS 2.0; JSON Feed 1.1; OPML 2.0",
    "atom:uri atom:icon atom:logo atom:link@href atom:category@scheme atom:generator@uri link docs url comments"
    " category@domain enclosure@url source@url outline@xmlUrl outline@htmlUrl outline@url os:Image json:url"
    " json:external_url json:home_page_url json:feed_url json:next_url json:icon json:favicon json:image"
    " json:banner_image json:avatar xhtml:a@href",
)
def an_address_is_absolute_and_of_the_web(text: str) -> bool:
    return bool(URI.fullmatch(text) and re.match(r"https?://[^/?#]", text))


URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[\w:/?\[\]@!$&'()*+,;=.~-]|%[0-9A-Fa-f]{2})+(?:#[^#]*)?", re.ASCII)
"""By the letters that RFC 3986 allows; whatever else is percent-encoded."""
TAG = re.compile(
    r"tag:(?:[a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(?:-\d{2}(?:-\d{2})?)?:(?:[\w:/?@!$&'()*+,;=.~-]|%[0-9A-F]{2})+", re.ASCII
)


@value(
    "RFC 4287, 4.2.6; RFC 6721, 3; RFC 4151, 2; JSON Feed 1.1",
    "atom:id at:deleted-entry@ref guid json:id",
)
def an_id_is_absolute_and_canonical(text: str) -> bool:
    if text.startswith("tag:"):
        return bool(TAG.fullmatch(text))
    parts = urlsplit(text)
    own = f"{parts.scheme.lower()}://{parts.netloc.lower()}" if parts.netloc else f"{parts.scheme.lower()}:"
    return bool(URI.fullmatch(text)) and text.startswith(own)


@value(
    "RFC 3339, 5.6; RFC 4287, 3.3; RFC 6721, 3; JSON Feed 1.1",
    "atom:updated atom:published at:deleted-entry@when json:date_published json:date_modified",
)
def a_moment_is_whole(text: str) -> bool:
    pattern = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})"
    return bool(re.fullmatch(pattern, text, re.ASCII)) and _moment(text) is not None


@value(
    "RFC 822, 5; RSS 2.0; the validator's ProblematicalRFC822Date, IncorrectDOW",
    "pubDate lastBuildDate",
)
def a_date_is_written_as_in_mail_with_four_digits_and_its_weekday(text: str) -> bool:
    is_whole = re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", text, re.ASCII)
    moment = _moment(text) if is_whole else None
    return moment is not None and text.startswith(f"{moment:%a}, ")


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
    except ValueError:
        return None


MOMENTS = _words(
    "atom:updated atom:published at:deleted-entry@when json:date_published json:date_modified pubDate lastBuildDate"
)


@rule("the validator's ImplausibleDate", *FEEDS)
def nothing_is_of_the_future_or_older_than_the_web(document: Document) -> Iterator[str]:
    for place, text, _ in document.values:
        moment = _moment(text) if place in MOMENTS else None
        if moment and (moment.year < 1990 or moment.timestamp() > document.asked.timestamp() + 600):
            yield f"{place}: {text}"


@value(
    "BCP 47; RFC 4287, 2; RSS 2.0; JSON Feed 1.1; OpenSearch 1.1",
    "*@xml:lang atom:link@hreflang language dc:language os:Language json:language",
)
def a_language_is_one(text: str) -> bool:
    language = text.partition("-")[0].lower()
    return text == "*" or (
        bool(re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", text)) and language in Locale("en").languages
    )


@value(
    "RFC 2045, 5.1",
    "atom:link@type enclosure@type json:mime_type os:Url@type os:Image@type",
)
def a_media_type_is_one(text: str) -> bool:
    token = r"[^\s()<>@,;:\\\"/\[\]?=]+"
    return bool(re.fullmatch(rf"{token}/{token}(?:; ?{token}=(?:{token}|\"[^\"]*\"))*", text))


@value(
    "RFC 4287, 4.2.7.6; RSS 2.0; OpenSearch 1.1",
    "atom:link@length enclosure@length ttl width height json:size_in_bytes json:duration_in_seconds"
    " os:totalResults os:startIndex os:itemsPerPage os:Image@width os:Image@height",
)
def a_count_is_a_number(text: str) -> bool:
    return text.isdecimal() and text.isascii()


@value(
    "the validator's NotBlank, AttrNotBlank",
    "atom:title atom:subtitle atom:summary atom:content atom:name atom:generator atom:link@title"
    " atom:category@term atom:category@label atom:generator@version at:comment title category"
    " generator content:encoded dc:creator ownerName outline@text outline@title os:ShortName os:LongName"
    " os:Description json:title json:name json:description json:summary json:content_html json:tags",
)
def what_is_said_is_not_blank(text: str) -> bool:
    return bool(text.strip())


@rule("the validator's UnexpectedWhitespace", *XML, JSON)
def no_space_surrounds_what_programs_read(document: Document) -> Iterator[str]:
    exact = {*MOMENTS, "atom:id", "guid", "link", "url", "language", "json:id", "json:url", "atom:uri", "docs"}
    for place, text, _ in document.values:
        if (place in exact or "@" in place) and text != text.strip():
            yield f"{place}: {text!r}"


@value(
    "the validator's ContainsHTML, ContainsUndeclaredHTML, CharacterData; OpenSearch 1.1",
    "atom:subtitle atom:title atom:summary atom:name atom:link@title atom:category@label title at:comment"
    " category dc:creator ownerName outline@text outline@title os:ShortName os:LongName os:Description json:title"
    " json:summary json:name json:tags json:description",
)
def plain_text_does_not_look_like_html(text: str) -> bool:
    looks = re.search(r"</?[a-zA-Z][^<>]*>|&#[x0-9]", text)
    return not looks and not any(f"{name};" in html5 for name in re.findall(r"&(\w+);", text))


LENGTHS = {"os:ShortName": 16, "os:LongName": 48, "os:Description": 1024, "os:Tags": 256, "os:Contact": 64}


@rule("OpenSearch 1.1", OPENSEARCH)
def names_are_short(document: Document) -> Iterator[str]:
    for place, text, _ in document.values:
        if len(text) > LENGTHS.get(place, 1_000_000):
            yield f"{place}: {len(text)} characters"


@value(
    "RFC 5322, 3.4.1; RFC 4287, 3.2.3",
    "atom:email ownerEmail managingEditor webMaster author os:Contact",
)
def a_mail_address_is_one(text: str) -> bool:
    return bool(re.fullmatch(r"[\w.+'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+(?: \([^()]+\))?", text, re.ASCII))


# HTML within feeds.


HTML_PLACES = {"atom:content", "description", "content:encoded", "json:content_html"}

ELEMENTS = _words(
    "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn"
    " div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p picture pre"
    " q rp rt ruby s samp section small source span strong sub summary sup table tbody td tfoot th thead time tr track"
    " u ul var video wbr"
)
"""What the validator takes for harmless, less what HTML itself has given up (WHATWG HTML, 16.2)."""
VOID = _words("br col hr img source track wbr")
HARMLESS = _words(
    "abbr alt cite class colspan controls datetime dir headers height href hreflang id kind label lang loading open"
    " poster preload rel reversed rowspan scope sizes span src srclang srcset start title type value width"
)
"""Attributes."""


class _Html(HTMLParser):
    """Notes what is wrong with a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.wrong: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.wrong.append(f"<{tag}>")
        if len({name for name, _ in attrs}) < len(attrs):
            self.wrong.append(f"<{tag}> says something twice")
        for name, said in attrs:
            if name not in HARMLESS:
                self.wrong.append(f"<{tag} {name}>")
            if name in {"href", "src", "cite", "poster"} and not _is_absolute(said or ""):
                self.wrong.append(f"<{tag} {name}={said}>")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> ends nothing")

    def handle_entityref(self, name: str) -> None:
        if f"{name};" not in html5:
            self.wrong.append(f"&{name}")

    def handle_comment(self, data: str) -> None:
        self.wrong.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("an instruction")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append("a section")

    def result(self, text: str) -> list[str]:
        self.feed(text)
        self.close()
        return [*self.wrong, *(f"<{tag}> is not closed" for tag in self.open)]


def _is_absolute(address: str) -> bool:
    return bool(re.match(r"(?:https?|ftp)://[^/?#]|mailto:|tel:|sms:|xmpp:|geo:|#", unescape(address).strip()))


@rule("the validator's SecurityRisk, SecurityRiskAttr, DangerousStyleAttr, NotHtml, ContainsRelRef", *FEEDS)
def html_is_whole_and_harmless_and_leads_nowhere_relative(document: Document) -> Iterator[str]:
    for place, text, attributes in document.values:
        if place in HTML_PLACES or attributes.get("type") == "html":
            for wrong in _Html().result(text) if "@" not in place else ():
                yield f"{place}: {wrong}"


@rule("RFC 4287, 4.1.3.1", ATOM)
def the_type_of_a_text_is_text_or_html(document: Document) -> Iterator[str]:
    for place, text, _ in document.values:
        is_text = place in {"atom:title@type", "atom:subtitle@type", "atom:summary@type", "atom:content@type"}
        if is_text and text not in {"text", "html"}:
            yield f"{place}: {text}"


# Links.


RELATIONS = _words(
    "alternate current describedby enclosure first hub icon last license next next-archive prev-archive previous"
    " related replies search self up via"
)
HISTORY = _words("current first last next next-archive prev-archive previous")


@rule("RFC 4287, 4.2.7.2; the validator's UnregisteredAtomLinkRel", ATOM, RSS)
def a_relation_is_registered(document: Document) -> Iterator[str]:
    for place, text, _ in document.values:
        if place == "atom:link@rel" and text not in RELATIONS:
            yield text


@rule("RFC 4287, 4.1.1 and 4.1.2; the validator's DuplicateAtomLink", ATOM)
def an_alternate_is_the_only_one_of_its_type_and_language(document: Document) -> Iterator[str]:
    for element in (document.feed, *document.entries):
        links = [
            (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
            for link in element.links()
            if link.get("rel", "alternate") == "alternate" or element is document.feed
        ]
        for link, count in Counter(links).items():
            if count > 1:
                yield f"{element.name}: {link}"


@rule(
    "RFC 4287, 4.1.1; RSS Advisory Board; JSON Feed 1.1; the validator's MissingSelf, SelfDoesntMatchLocation", *FEEDS
)
def it_says_where_it_is(document: Document) -> Iterator[str]:
    links = [link for link in document.feed.links() if link.get("rel") == "self"]
    places = [document.feed.said("json:feed_url")] if document.kind == JSON else [link.get("href") for link in links]
    if places != [document.url]:
        yield f"{places}, not {document.url}"
    if any(link.get("type") != MEDIA_TYPES[document.kind] for link in links):
        yield f"as {links[0].get('type')}"


@rule("RFC 5005, 2 to 4; the validator's FeedHistoryRelInEntry, FeedRelInCompleteFeed, LinkPastEnd", ATOM, RSS)
def history_is_consistent(document: Document) -> Iterator[str]:
    feed, own = document.feed, document.url
    relations = {link["rel"]: link["href"] for link in feed.links() if link.get("rel") in HISTORY}
    pages, past = relations.keys() & {"next", "previous", "first", "last"}, relations.keys() & {"prev-archive"}
    if feed.found("fh:complete") and (relations or feed.found("fh:archive")):
        yield f"complete, and yet {[*relations]}"
    if feed.found("fh:archive") and relations.get("current", own) == own:
        yield "an archive that names no current feed"
    if pages and past:
        yield f"pages and archives: {pages | past}"
    if own in {relations.get("prev-archive"), relations.get("next-archive")}:
        yield "an archive before or after itself"
    if any(
        relations.get(end) == own and beyond in relations for end, beyond in (("last", "next"), ("first", "previous"))
    ):
        yield "a page past the end"
    for entry in document.entries:
        if inner := {link.get("rel") for link in entry.links()} & HISTORY:
            yield f"an entry: {inner}"


# Entries.


@rule("RFC 4287, 4.1.1; RSS 2.0; the validator's DuplicateEntries, DuplicateIds", *FEEDS)
def an_entry_is_there_once(document: Document) -> Iterator[str]:
    ids = [entry.said("atom:id") or entry.said("guid") or entry.said("json:id") for entry in document.entries]
    yield from (name for name, count in Counter(ids).items() if count > 1)


@rule("RFC 4287, 4.1.2; RSS 2.0, RSS Advisory Board; JSON Feed 1.1; the validator's MissingGuid", *FEEDS)
def an_entry_has_something_to_show_and_an_id(document: Document) -> Iterator[str]:
    for entry in document.entries:
        has_alternate = any(link.get("rel", "alternate") == "alternate" for link in entry.links())
        is_enough = {
            ATOM: bool(entry.found("atom:content") or (has_alternate and entry.found("atom:summary"))),
            RSS: bool(entry.found("guid") and entry.found("link") and entry.found("title", "description")),
            JSON: bool(entry.said("json:id") and entry.found("json:content_html", "json:content_text")),
        }
        if not is_enough[document.kind]:
            yield f"{[child.name for child in entry.children]}"


@rule("RFC 4287, 4.1.1; the validator's MisplacedMetadata, MisplacedItem", ATOM, RSS)
def what_is_said_of_the_feed_stands_before_its_entries(document: Document) -> Iterator[str]:
    names = [child.name for child in document.feed.children]
    if document.entries:
        first = min(names.index(name) for name in ("atom:entry", "item") if name in names)
        yield from (name for name in names[first:] if name not in {"atom:entry", "item", "at:deleted-entry"})


@rule("RFC 4287, 4.1.1 and 4.1.2", ATOM)
def somebody_has_written_each_entry(document: Document) -> Iterator[str]:
    if not document.feed.found("atom:author"):
        yield from (entry.said("atom:id") for entry in document.entries if not entry.found("atom:author"))


@rule("RFC 4287, 4.2.15; the validator's DuplicateUpdated", ATOM)
def two_entries_are_not_updated_at_the_same_moment_of_a_day(document: Document) -> Iterator[str]:
    """Where nothing but the day is known it is its midnight, and of many entries the same: no times are invented."""
    moments = Counter(entry.said("atom:updated") for entry in document.entries)
    yield from (moment for moment, count in moments.items() if count > 1 and "T00:00:00" not in moment)


@rule("RFC 4287, 4.2.15; RSS 2.0, lastBuildDate", ATOM, RSS)
def a_feed_is_as_new_as_its_newest_entry(document: Document) -> Iterator[str]:
    said = _moment(document.feed.said("atom:updated") or document.feed.said("lastBuildDate"))
    newest = [moment for entry in document.entries if (moment := _moment(entry.said("atom:updated")))]
    newest += [
        moment for gone in document.feed.found("at:deleted-entry") if (moment := _moment(gone.attributes["when"]))
    ]
    if said is None or (newest and said != max(newest)):
        yield f"{said}, not {max(newest, default=None)}"


@rule("RFC 6721, 3", ATOM)
def a_tombstone_is_there_once(document: Document) -> Iterator[str]:
    stones = Counter(tuple(stone.attributes.items()) for stone in document.feed.found("at:deleted-entry"))
    yield from (str(stone) for stone, count in stones.items() if count > 1)


# RSS.


@rule("RSS Advisory Board; the validator's UseOfExtensionAttr", RSS)
def it_names_the_specification_that_allows_its_attributes(document: Document) -> Iterator[str]:
    if (docs := document.feed.said("docs")) not in {
        "http://www.rssboard.org/rss-specification",
        "https://www.rssboard.org/rss-specification",
    }:
        yield docs


SAME = {
    "author": "dc:creator",
    "managingEditor": "dc:creator",
    "pubDate": "dc:date",
    "category": "dc:subject",
    "language": "dc:language",
    "copyright": "dc:rights",
    "webMaster": "dc:publisher",
    "source": "dc:source",
}


@rule("the validator's DuplicateSemantics, DuplicateItemSemantics", RSS)
def nothing_is_said_in_two_vocabularies(document: Document) -> Iterator[str]:
    for element in (document.feed, *document.entries):
        names = {child.name for child in element.children}
        yield from (f"{one} and {other}" for one, other in SAME.items() if {one, other} <= names)


@rule("RSS Advisory Board; the validator's NeedDescriptionBeforeContent", RSS)
def the_summary_stands_before_the_content(document: Document) -> Iterator[str]:
    for item in document.entries:
        names = [child.name for child in item.children]
        if "content:encoded" in names and "description" not in names[: names.index("content:encoded")]:
            yield item.said("guid")


@rule("RSS 2.0; the validator's InvalidHttpGUID, InvalidBooleanAttribute, NotSufficientlyUnique", RSS)
def a_guid_says_whether_it_is_an_address(document: Document) -> Iterator[str]:
    for guid in (guid for item in document.entries for guid in item.found("guid")):
        is_address = guid.attributes.get("isPermaLink", "true")
        if is_address not in {"true", "false"} or (is_address == "true" and not guid.text.startswith("http")):
            yield f"{is_address}: {guid.text}"


@rule("RSS 2.0; the validator's ImageTitleDoesntMatch, ImageLinkDoesntMatch, ImageUrlFormat, InvalidWidth", RSS)
def the_picture_is_the_channels(document: Document) -> Iterator[str]:
    for image in document.feed.found("image"):
        for name in ("title", "link"):
            if image.said(name) != document.feed.said(name):
                yield f"{name}: {image.said(name)}"
        if not re.search(r"\.(?:gif|jpe?g|png)$", image.said("url"), re.IGNORECASE):
            yield image.said("url")
        if int(image.said("width") or 88) > 144 or int(image.said("height") or 31) > 400:
            yield f"{image.said('width')} by {image.said('height')}"


# JSON.


JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("items", "authors", "tags", "attachments", "hubs"), list),
    **dict.fromkeys(("size_in_bytes", "duration_in_seconds"), (int, float)),
    "expired": bool,
}


@rule("JSON Feed 1.1", JSON)
def values_are_of_their_types(document: Document) -> Iterator[str]:
    def wrong(holder: dict[str, Any]) -> Iterator[str]:
        for key, member in holder.items():
            if key.startswith("_"):
                if not isinstance(member, dict):
                    yield f"{key}: no object"
                continue
            if not isinstance(member, JSON_TYPES.get(key, str)):
                yield f"{key}: {member!r}"
            for inner in member if isinstance(member, list) else ():
                if isinstance(inner, dict):
                    yield from wrong(inner)
                elif not isinstance(inner, str):
                    yield f"{key}: {inner!r}"

    read = json.loads(document.body)
    if "items" not in read:
        yield "no items"
    yield from wrong(read)


@rule("RFC 8259, 4; JSON Feed 1.1", JSON)
def nothing_is_said_twice(document: Document) -> Iterator[str]:
    doubles: list[str] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        doubles.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return dict(pairs)

    json.loads(document.body, object_pairs_hook=note)
    yield from doubles


@rule("JSON Feed 1.1", JSON)
def somebody_is_an_author_and_the_next_page_another(document: Document) -> Iterator[str]:
    for author in (element for element in document.root.all() if element.name == "json:authors"):
        if not author.children:
            yield "an author of whom nothing is said"
    if document.feed.said("json:next_url") == document.url:
        yield "the next page is this one"


# OPML and OpenSearch.


@rule("OPML 2.0; the validator's MissingXmlURL, MissingTitleAttr, MissingOutlineType, InvalidOutlineVersion", OPML)
def an_outline_of_a_feed_names_it(document: Document) -> Iterator[str]:
    for outline in (element for element in document.root.all() if element.name == "outline"):
        said = outline.attributes.keys()
        is_feed = outline.attributes.get("type", "").lower() == "rss"
        if is_feed and not said >= {"xmlUrl", "title", "text"}:
            yield f"{dict(outline.attributes)}"
        if not is_feed and said & {"xmlUrl", "htmlUrl", "title", "description", "language", "version"}:
            yield f"no type: {dict(outline.attributes)}"
        if outline.attributes.get("version", "RSS") not in {"RSS", "RSS1", "RSS2", "scriptingNews"}:
            yield outline.attributes["version"]


@value(
    "OpenSearch 1.1; the validator's InvalidLocalRole",
    "os:Query@role",
)
def a_role_is_one(text: str) -> bool:
    return text in {"request", "example", "related", "correction", "subset", "superset"}


@value(
    "OpenSearch 1.1; the validator's NotURLEncoded",
    "os:Query@searchTerms",
)
def what_is_searched_for_is_url_encoded(text: str) -> bool:
    return text == quote(unquote(text))


PARAMETERS = {"searchTerms", "count", "startIndex", "startPage", "language", "inputEncoding", "outputEncoding"}


@value(
    "OpenSearch 1.1; the validator's InvalidLocalParameter",
    "os:Url@template",
)
def a_template_has_parameters_that_there_are(text: str) -> bool:
    names = {name.rstrip("?") for name in re.findall(r"\{([^{}]*)\}", text)}
    return names <= PARAMETERS and an_address_is_absolute_and_of_the_web(re.sub(r"[{}]", "", text))


@value(
    "OpenSearch 1.1; the validator's InvalidEncoding",
    "os:InputEncoding os:OutputEncoding",
)
def an_encoding_is_utf_8(text: str) -> bool:
    return text == "UTF-8"


@rule("OpenSearch 1.1; the validator's ShouldIncludeExample", OPENSEARCH)
def it_has_an_example(document: Document) -> Iterator[str]:
    if not any(query.attributes.get("role") == "example" for query in document.root.found("os:Query")):
        yield "none"


@rule("OpenSearch 1.1", OPENSEARCH)
def a_result_can_be_asked_for(document: Document) -> Iterator[str]:
    for url in document.root.found("os:Url"):
        relation, template = url.attributes.get("rel", "results"), url.attributes.get("template", "")
        if relation not in {"results", "suggestions", "self", "collection"}:
            yield relation
        if relation == "results" and "{searchTerms}" not in template:
            yield template
