"""Templates: the shortcodes, Liquid and Jinja of a text -> what they stand for, in Markdown, on the same lines.

Comments and loops are never shown. Pictures, films, links and words that a tag names are; what is left is left out, and
told. Code is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from feedsrv.text.media_types import media_type

_BODY = r"(?:(?!\{\{|\{%)(?s:.)){0,2000}?"
_PIECE = re.compile(
    rf"""^[ ]{{0,3}}(?P<fence>`{{3,}}|~{{3,}})(?s:.*?)(?:^[ ]{{0,3}}(?P=fence)[`~]*[ \t]*$|\Z)
    | (?<!`)(?P<ticks>`{{1,3}})(?!`)[^\n]{{1,500}}?(?<!`)(?P=ticks)(?!`)
    | (?P<comment>\{{\#(?=[\s-]){_BODY}\#\}} | \{{/\*{_BODY}\*/\}} | \{{\{{[<%-]?\s*/\*{_BODY}\*/\s*[>%-]?\}}\}})
    | \{{\{{[<%](?P<shortcode>{_BODY})[%>]\}}\}}
    | \{{%[-+]?(?P<tag>{_BODY})[-+]?%\}}
    | \{{\{{-?(?P<output>{_BODY})-?\}}\}}
    | ^[ ]{{0,3}}--8<--[ ](?P<snippet>"[^"\n]+")
    | ^(?P<indent>[ ]*)===[!+]?[ ]+(?=")""",
    re.MULTILINE | re.VERBOSE,
)
_SIGNS = ("{{", "{%", "{#", "{/*", "--8<--", '=== "', '===! "', '===+ "')
"""One of these is in each piece that means something."""
_ARGUMENT = re.compile(r"""(?:([\w:.-]+)\s*[=:]\s*)?("(?:[^"\\]|\\.)*"|'[^']*'|`[^`]*`|[^\s,|=]+)""")
_LITERAL = re.compile(r"""\s*(["'])(?P<text>[^"'\n]*)\1\s*(?:\|.*)?""", re.DOTALL)
_BASE = re.compile(r"\s*(?:site\.|page\.)?(?:base_?url|url|root|path_prefix)\s*", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"""(?:\]\(\s*<?|=["']|\]:\s*<?)[^\s()"'<>]*\Z""")
_ABOVE = re.compile(r"(?:\A\s*|\n[ \t]*\n[ \t]*)\Z")
_BELOW = re.compile(r"[ \t]*(?:\n[ \t]*(?:\n|\Z)|\Z)")
_NAMED_PICTURE = re.compile(r"img|image|figure|picture|photo", re.IGNORECASE)
_ID = re.compile(r"[\w-]{1,64}")
_HIDDEN = {"comment", "for", "tablerow", "range", "macro"}
_RAW = {"raw", "verbatim"}
_REFERENCES = {"ref", "relref", "link", "post_url"}
_FOREIGN = {
    "youtube": "https://www.youtube.com/watch?v={id}",
    "vimeo": "https://vimeo.com/{id}",
    "tweet": "https://twitter.com/{user}/status/{id}",
    "x": "https://x.com/{user}/status/{id}",
    "instagram": "https://www.instagram.com/p/{id}/",
    "gist": "https://gist.github.com/{user}/{id}",
}
"""Where the films and posts stand of which generators show the frame."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not shown, and on which line of the text, from 0; ``is_told``: whoever wrote it is to know."""

    line: int
    text: str
    is_told: bool


def resolve(text: str) -> tuple[str, tuple[LeftOut, ...]]:
    """The text with what its tags stand for, each line where it was, and what is not shown of it."""
    if not any(map(text.__contains__, _SIGNS)):
        return text, ()
    resolver = _Resolver(text)
    return resolver.resolved(), tuple(resolver.left_out)


class _Resolver:
    """One walk through a text. ``hidden`` are the tags within which nothing is shown."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._shown: list[str] = []
        self._hidden: list[str] = []
        self._raw = ""
        self._line = 0
        self.left_out: list[LeftOut] = []

    def resolved(self) -> str:
        end = 0
        for piece in _PIECE.finditer(self._text):
            self._pass(self._text[end : piece.start()])
            self._take(piece)
            end = piece.end()
        self._pass(self._text[end:])
        return "".join(self._shown)

    def _pass(self, text: str) -> None:
        """Text between tags."""
        if self._hidden:
            self._leave_out(text, is_told=False)
        else:
            self._show(text, text)

    def _show(self, shown: str, written: str) -> None:
        """What stands in the place of what was written, with as many lines."""
        lines = written.count("\n")
        self._line += lines
        self._shown.append(shown + "\n" * (lines - shown.count("\n")))

    def _leave_out(self, written: str, *, is_told: bool) -> None:
        if written.strip():
            self.left_out.append(LeftOut(self._line, written, is_told))
        self._show("", written)

    def _take(self, piece: re.Match[str]) -> None:
        inner = (piece["shortcode"] or piece["tag"] or piece["output"] or "").strip()
        name, _, rest = inner.partition(" ")
        name = name.strip("/\n").split("\n")[0]
        closes = inner.startswith("/") or name.startswith("end")
        if self._raw:
            is_end = closes and name.removeprefix("end") == self._raw
            self._raw = "" if is_end else self._raw
            self._show("" if is_end else piece[0], piece[0])
        elif self._hidden or (name in _HIDDEN and not closes):
            self._hide(name, piece[0], closes=closes)
        elif name:
            self._named(name, rest, piece, closes=closes)
        else:
            self._unnamed(piece)

    def _unnamed(self, piece: re.Match[str]) -> None:
        """A comment, a text from another file, the heading of a tab; code."""
        if piece["comment"]:
            self._leave_out(piece[0], is_told=False)
        elif piece["snippet"]:
            self._show(_Tag("include", piece["snippet"]).as_markdown(is_alone=True), piece[0])
        elif piece["indent"] is not None:
            self._show(f"{piece['indent']}!!! tab ", piece[0])
        else:
            self._show(piece[0], piece[0])

    def _named(self, name: str, rest: str, piece: re.Match[str], *, closes: bool) -> None:
        """A tag, or what would become a value."""
        if piece["output"]:
            self._output(piece["output"].strip(), piece)
        elif name in _RAW and not closes:
            self._raw = name
            self._show("", piece[0])
        elif name.removeprefix("end") == "highlight":
            self._show("```" if closes else f"```{(rest.split() or [''])[0]}", piece[0])
        elif closes:
            self._show("", piece[0])
        else:
            self._tag(_Tag(name, rest.rstrip("/ ")), piece)

    def _hide(self, name: str, written: str, *, closes: bool) -> None:
        """Go on within what is not shown; the first tag of a loop is told."""
        self._leave_out(written, is_told=not self._hidden and name != "comment")
        if closes and self._hidden and name.removeprefix("end") in (self._hidden[-1], ""):
            self._hidden.pop()
        elif not closes and name in _HIDDEN:
            self._hidden.append(name)

    def _output(self, inner: str, piece: re.Match[str]) -> None:
        if literal := _LITERAL.fullmatch(inner):
            self._show(literal["text"], piece[0])
        elif _BASE.fullmatch(inner):
            self._show("", piece[0])
        else:
            self._leave_out_at(piece)

    def _leave_out_at(self, piece: re.Match[str]) -> None:
        """Leave a tag out; a link to it needs a target all the same."""
        if self._text.endswith("](", 0, piece.start()) and self._text.startswith((" ", ")"), piece.end()):
            self._shown.append("<>")
        self._leave_out(piece[0], is_told=True)

    def _tag(self, tag: _Tag, piece: re.Match[str]) -> None:
        before = self._text[max(0, piece.start() - 300) : piece.start()]
        if _IN_ADDRESS.search(before):
            shown = tag.address
        else:
            is_alone = bool(_ABOVE.search(before) and _BELOW.match(self._text, piece.end()))
            shown = tag.as_markdown(is_alone=is_alone)
        if shown:
            self._show(shown, piece[0])
        else:
            self._leave_out_at(piece)


class _Tag:
    """A tag with what it names: by a key, or in its place."""

    def __init__(self, name: str, arguments: str) -> None:
        found = [(key.lower(), " ".join(value.strip("\"'`").split())) for key, value in _ARGUMENT.findall(arguments)]
        self._named = {key: value for key, value in found if key}
        self._placed = [value for key, value in found if not key]
        if name == "include" and not _is_text(self._first):
            name, self._placed = PurePosixPath(self._first).stem, self._placed[1:]
        self._name = name

    @property
    def _first(self) -> str:
        return self._placed[0] if self._placed else ""

    def _of(self, *keys: str) -> str:
        return next((self._named[key] for key in keys if self._named.get(key)), "")

    @property
    def address(self) -> str:
        """Where it leads, as a target of a link in Markdown; "" if nowhere."""
        if place := self._foreign():
            return place
        found = self._of("href", "url", "src", "file", "path", "link") or self._first
        return re.sub(r"[\s()<>\"']", lambda sign: f"%{ord(sign[0]):02X}", found)

    def _foreign(self) -> str:
        if self._name not in _FOREIGN:
            return ""
        user, _, identity = " ".join(self._placed).rpartition(" ")
        names = {"id": self._of("id", "video", "videoid") or identity, "user": self._of("user") or user}
        is_one = all(map(_ID.fullmatch, filter(None, names.values()))) and names["id"]
        return _FOREIGN[self._name].format_map(names) if is_one else ""

    def as_markdown(self, *, is_alone: bool) -> str:
        """What it stands for, "" for nothing; ``is_alone``: it is a paragraph of its own."""
        address = self.address
        if place := self._foreign():
            host = place.split("/")[2].removeprefix("www.")
            title = self._of("title", "caption")
            return f"[{_words(title)} ({host})]({place})" if title else f"[{host}]({place})"
        if self._name in _REFERENCES or (self._name == "include" and _is_text(self._first)):
            return f"[{_words(self._of('text', 'title') or self._first)}]({address})" if address else ""
        if address and (
            media_type(address).startswith("image/") or (_NAMED_PICTURE.search(self._name) and self._of("src", "file"))
        ):
            return self._picture(self._of("src", "file") or self._first, is_alone=is_alone)
        return self._said(address)

    def _picture(self, source: str, *, is_alone: bool) -> str:
        caption = self._of("caption", "title") or next(iter(self._placed[1:]), "")
        credit = self._of("attr", "credit")
        below = _plain(" — ".join(filter(None, (caption, credit))))
        image = f'<img src="{escape(source)}" alt="{escape(self._of("alt"))}">'
        if is_alone:
            return f"<figure>{image}{f'<figcaption>{below}</figcaption>' if below else ''}</figure>"
        return f"{image} {below}".rstrip()

    def _said(self, address: str) -> str:
        """The words that it says, as a link if it names an address."""
        words = self._of("text", "label")
        title = self._of("title", "heading")
        shown = _plain(words or title)
        if not shown:
            return ""
        by = self._of("cite", "author")
        if self._of("href", "url", "src", "file", "path", "link"):
            return f"[{shown}]({address})"
        return f"{shown} — {_plain(by)}" if by else shown if words else f"**{shown.strip('*')}**"


def _is_text(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in {".md", ".markdown", ".mdx", ".txt"}


def _words(text: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", text)


def _plain(text: str) -> str:
    return escape(text, quote=False)
