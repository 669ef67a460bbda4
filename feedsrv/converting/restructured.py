"""reStructuredText (.rst) -> HTML, with docutils: nothing is inserted, nothing is run, no configuration is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from feedsrv.converting import Converted

_SETTINGS = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "docinfo_xform": False,
    "toc_backlinks": False,
    "report_level": 2,
    "halt_level": 5,
    "warning_stream": False,
    "image_loading": "link",
    "math_output": "LaTeX",
    "syntax_highlight": "none",
    "embed_stylesheet": False,
    "stylesheet_path": "",
    "input_encoding": "utf-8",
    "output_encoding": "unicode",
}
_ROLES = ("abbr", "any", "class", "doc", "download", "file", "func", "menuselection", "numref", "ref", "term")
"""Roles of Sphinx and Pelican that name something; what they call it is shown."""
_OF_CODE = ("linenos", "hl_lines", "emphasize-lines", "linenostart", "lineno-start", "caption", "dedent", "force")
"""Options of Sphinx and Pelican for code."""
_NAMED = re.compile(r"(.+?)\s*<[^<>]*>\s*", re.DOTALL)
_STATED = re.compile(r"([^\W\d_][\w -]{0,40}?):\s*(.*)")
_ASIDE = re.compile(r"<(/?)aside\b")
_MOST_COMPLAINTS = 20


def convert(data: bytes) -> Converted:
    """The HTML of a reStructuredText, the fields at its top, and what of it is not understood."""
    from docutils import nodes
    from docutils.core import publish_doctree, publish_from_doctree
    from docutils.parsers.rst import directives, roles
    from docutils.parsers.rst.directives.body import CodeBlock

    class Code(CodeBlock):  # type: ignore[misc]  # it has no types
        """A block of code with options that only other programs have, which say how it looks."""

        option_spec = CodeBlock.option_spec | dict.fromkeys(_OF_CODE, directives.unchanged)

    def shown(_: str, raw: str, text: str, *__: Any, **___: Any) -> tuple[list[Any], list[Any]]:
        match = _NAMED.fullmatch(text)
        return [nodes.inline(raw, match[1] if match else text)], []

    for name in ("code", "code-block", "sourcecode"):
        directives.register_directive(name, Code)
    for role in _ROLES:
        roles.register_local_role(role, shown)
    tree = publish_doctree(data, settings_overrides=_SETTINGS)
    entries = tuple(_stated(tree, nodes))
    complaints = []
    for message in list(tree.findall(nodes.system_message)):
        if message["level"] > 1 and message.children:
            complaints.append(f"line {message.get('line', 0)}: {message.children[0].astext()}")
        message.parent.remove(message)
    for piece in list(tree.findall(nodes.problematic)):
        piece.parent.replace(piece, nodes.Text(piece.astext()))
    page = publish_from_doctree(tree, writer_name="html5", settings_overrides=_SETTINGS)
    return Converted(_body(page), entries, tuple(complaints[:_MOST_COMPLAINTS]))


def _body(page: Any) -> str:
    """What stands in the body of a page; notes and boxes as sections, for what is in an ``<aside>`` is no text."""
    text = _ASIDE.sub(r"<\1section", page if isinstance(page, str) else page.decode())
    return text.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]


def _stated(tree: Any, nodes: Any) -> Iterator[tuple[str, str, int]]:
    """The fields above the text, which are taken out, and what comments there state, as Nikola has it."""
    for node in list(tree.children):
        if isinstance(node, nodes.field_list):
            for field in node.children:
                name, body = field.children
                yield name.astext(), " ".join(body.astext().split()), field.line or node.line or 0
            tree.remove(node)
        elif isinstance(node, nodes.comment):
            for line in node.astext().split("\n"):
                if match := _STATED.fullmatch(line.strip()):
                    yield match[1], match[2], node.line or 0
        elif not isinstance(node, nodes.Titular | nodes.Invisible | nodes.system_message):
            return
