"""A document: the text of a file below its front matter, as blocks that know their lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from feedsrv.readers.entries import Entry
from feedsrv.text.html import as_shown, one_line


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Which part of which block."""

    block: int
    part: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: ``number`` counts in the file, from 1; ``level`` is that of a heading, else 0.

    ``text`` and ``shown`` are on one line, to be understood and to be shown (see `feedsrv.text.html`), ``html`` not
    yet sanitised. ``is_prose`` is false for lists, tables, code.
    """

    place: Place
    number: int
    level: int
    text: str
    shown: str
    html: str
    is_prose: bool


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, a list, a table ...

    ``parts`` is its HTML, not yet sanitised: a part a line of text, to stand in ``tag``, which has
    ``attributes``; where ``tag`` is empty, one part that is the whole of it.
    """

    line: int
    parts: tuple[str, ...]
    tag: str = ""
    attributes: str = ""

    @property
    def level(self) -> int:
        """The level of a heading, 0 for all else."""
        return int(self.tag[1]) if self.tag[:1] == "h" else 0

    @property
    def html(self) -> str:
        """Its HTML, not yet sanitised."""
        content = "".join(self.parts)
        return f"<{self.tag}{self.attributes}>{content}</{self.tag}>" if self.tag else content

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Its parts as they are shown, each on one line; made once, for many look at them."""
        return tuple(map(as_shown, self.parts))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Its parts as they are understood: like `shown`, with all white space folded."""
        return tuple(map(one_line, self.shown))


@dataclass(frozen=True)
class Document:
    """What a format's reader makes of a text.

    ``title`` and ``entries`` are what an HTML page states of itself, ``outside`` what else it shows beside its text,
    and what is not shown of it; ``left_out`` what its author has to know of that, with the lines. ``is_letter``: it is
    a document of an office, or a mail, and what stands above its headline may be a letterhead.
    """

    blocks: tuple[Block, ...]
    title: str = ""
    entries: tuple[Entry, ...] = ()
    outside: tuple[Block, ...] = ()
    left_out: tuple[tuple[int, str], ...] = ()
    is_letter: bool = False

    @cached_property
    def html(self) -> str:
        """The HTML of all blocks, not yet sanitised."""
        return "\n".join(block.html for block in self.blocks)

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[Line]:
        """The lines that have a text, of the blocks from one to another."""
        for index in range(len(self.blocks))[start:end]:
            block = self.blocks[index]
            for part, text in enumerate(block.texts):
                if text:
                    place, number = Place(index, part), block.line + part
                    yield Line(place, number, block.level, text, block.shown[part], block.parts[part], bool(block.tag))

    def only(self, places: Collection[Place]) -> Document:
        """Nothing but these lines of the document."""
        everything = {Place(index, part) for index, block in enumerate(self.blocks) for part in range(len(block.parts))}
        return self.without(everything.difference(places))

    def without(self, places: Collection[Place]) -> Document:
        """The document without these lines."""
        if not places:
            return self
        kept = []
        touched = {place.block for place in places}
        for index, block in enumerate(self.blocks):
            if index not in touched:
                kept.append(block)
            elif parts := tuple(html for part, html in enumerate(block.parts) if Place(index, part) not in places):
                kept.append(replace(block, parts=parts))
        return replace(self, blocks=tuple(kept))


@dataclass(frozen=True, slots=True)
class Conversion:
    """A file of another kind as one of these formats would have it, and what it states of itself beside its text.

    ``left_out`` says what of it is not in the text, ``pictures`` are the names of its members that the text shows,
    ``created`` is when it was made by its own word, or "".
    """

    text: str
    ending: str
    entries: tuple[Entry, ...]
    left_out: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    created: str = ""
