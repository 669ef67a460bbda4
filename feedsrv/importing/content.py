"""The text of a post as the text of a release: HTML in which nothing is left of the system that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from feedsrv.importing.post import Post, Site, joined

_BLOCKS = (
    "address article aside blockquote center details dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 "
    "h5 h6 header hr iframe li main nav ol p pre script section style table tbody td tfoot th thead tr ul video audio"
)
_BLOCK = re.compile(rf"\s*(?:</?(?:{_BLOCKS.replace(' ', '|')})\b|<!--)", re.IGNORECASE)
_VERBATIM = re.compile(r"(</?(?:pre|script|style|textarea)\b[^<>]*>)", re.IGNORECASE)
_PARTS_OF_PAGES = re.compile(r"<(/?)(?:article|main|aside|footer|header)\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\[\]]{0,1000}\]\s*((?:<a\s[^<>]*>\s*)?<img\s[^<>]*>(?:\s*</a>)?)((?:(?!\[/).){0,2000})\[/",
    re.DOTALL,
)
_SHORTCODE = re.compile(r"(?<!\[)\[(/?)([a-z][a-z0-9_-]*)((?:[\s=][^\[\]]*)?)\](?!\])", re.IGNORECASE)
_ARGUMENT = re.compile(r"""[a-z_-]+=["']?[^"'\s]|https?://""", re.IGNORECASE)
_ADDRESS = re.compile(r"""https?://[^\s"'<>\[\]]+""")
_BARE = re.compile(r"^[ \t]*(https?://[^\s\"'<>\[\]]+)[ \t]*$", re.MULTILINE)
_OF_WORDPRESS = frozenset({"audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption"})
_TWICE = re.compile(r"&lt;/?(?:p|br|a|div|ul|ol|li|em|strong|b|i|h[1-6]|img|blockquote|table)\b")
_ELSEWHERE = re.compile(r"<!--\s+wp:([a-z0-9/-]+)[^<>]*/-->")
_LINK = re.compile(
    r"""(?P<name>\s(?:href|src|poster|data-src)\s*=\s*)(?P<quote>["'])\s*(?P<address>(?![#"']|(?!https?:)[a-z][a-z0-9+.-]*:)[^"'<>]*)(?P=quote)""",
    re.IGNORECASE,
)


def converted(post: Post, site: Site, to_root: str) -> str:
    """The text of a post as it is to stand in a file.

    Links to posts of the site and its files lead there from here, ``to_root`` being how its file gets to the folder.
    """
    text = post.body.replace("\r\n", "\n").replace("\r", "\n")
    if post.is_raw:
        text = _without_shortcodes(text, post, site)
        text = _BARE.sub(lambda match: f'<p><a href="{match[1]}">{match[1]}</a></p>', text)
        site.left_out.update(f"block {name}" for name in _ELSEWHERE.findall(text))
        text = text if "<!-- wp:" in text else _with_paragraphs(text)
    elif "<" not in text and _TWICE.search(text):  # it was encoded twice
        text = unescape(text)
    text = _PARTS_OF_PAGES.sub(r"<\1div", text)  # a release is one text: all that it says is shown
    return _LINK.sub(lambda match: _led(match, post.base, site, to_root), text)


def _led(match: re.Match[str], base: str, site: Site, to_root: str) -> str:
    address = joined(base, unescape(match["address"]))
    path = site.path(address.partition("#")[0])
    if path and path in site.addresses:
        _, mark, anchor = address.partition("#")
        return _stated(match, path + mark + anchor)
    if file := site.file(address):
        return _stated(match, to_root + quoted(file))
    if match["name"].strip().startswith("src"):
        site.left_out["picture or file from elsewhere"] += 1
    return match[0] if address == unescape(match["address"]).strip() else _stated(match, address)


def _stated(match: re.Match[str], address: str) -> str:
    return f'{match["name"]}"{escape(address)}"'


def quoted(path: str) -> str:
    """A path as it stands in an address."""
    return re.sub(r'[\s%?#"<>]', lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), path)


def _without_shortcodes(text: str, post: Post, site: Site) -> str:
    """The text without WordPress' shortcodes, which stand for what a plug-in would put there."""
    text = _CAPTION.sub(r"<figure>\1<figcaption>\2</figcaption></figure>[/", text)
    closed = {name.lower() for slash, name, _ in _SHORTCODE.findall(text) if slash}

    def replacement(match: re.Match[str]) -> str:
        slash, name, said = match[1], match[2].lower(), match[3]
        if not (name in _OF_WORDPRESS or name in closed or _ARGUMENT.search(said)):
            return match[0]  # "[sic]", "[Berlin]"
        if slash:
            return ""
        if shown := "".join(_shown(name, said, post, site)):
            return shown
        if name not in {"caption", "embed", "wp_caption"}:
            site.left_out[f"shortcode [{name}]"] += 1
        return ""

    return _SHORTCODE.sub(replacement, text)


def _shown(name: str, said: str, post: Post, site: Site) -> Iterator[str]:
    """What stands for a shortcode: the pictures of a gallery, all of the post's if it names none, or a link."""
    if name == "gallery":
        numbers = re.search(r"""\b(?:ids|include)=["']?([\d,\s]+)""", said)
        named = [number.strip() for number in numbers[1].split(",")] if numbers else []
        shown = [site.media[number] for number in named if number in site.media] if numbers else post.gallery
        for address, described in shown:
            yield f'<figure><img src="{escape(address)}" alt="{escape(described)}"></figure>\n'
    elif played := _ADDRESS.search(said):
        yield f'<p><a href="{played[0]}">{played[0]}</a></p>'


def _with_paragraphs(text: str) -> str:
    """The text of the classic editor, in which an empty line ends a paragraph and a line end is one."""
    made, verbatim = [], 0
    for piece in _VERBATIM.split(text):
        if _VERBATIM.fullmatch(piece):
            verbatim = max(0, verbatim + (-1 if piece.startswith("</") else 1))
            made.append(piece)
        else:
            made.append(piece if verbatim else "".join(_paragraphs(piece)))
    return "".join(made)


def _paragraphs(piece: str) -> Iterator[str]:
    for part in re.split(r"\n[ \t]*(?:\n[ \t]*)+", piece):
        if part.strip():
            is_block = _BLOCK.match(part)
            yield f"{part.strip()}\n\n" if is_block else "<p>" + part.strip().replace("\n", "<br>\n") + "</p>\n\n"
