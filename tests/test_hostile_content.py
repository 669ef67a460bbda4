"""Whatever a release says, its page and its feeds are whole and harmless, as a browser or a feed reader reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from lxml import etree, html
from lxml.html import HtmlElement

from tests.conftest import MakeNewsroom

NAMES = {"a": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/"}
HARMLESS = ("http://", "https://", "mailto:", "tel:", "#")

ISOLATION = "\u202c\u2069"
"""What ends the directions that a title began."""

BODIES = {
    "script": "<script>alert(1)</script>",
    "script in Markdown": "text <script src=//evil.example/x.js></script> text",
    "javascript link": '<a href="javascript:alert(1)">x</a> [y](javascript:alert(1))',
    "javascript link in disguise": '<a href="JaVaScRiPt&#58;alert(1)">x</a> <a href=" java\tscript:alert(1)">y</a>',
    "data and vbscript links": '<a href="data:text/html,<script>alert(1)</script>">x</a> <a href="vbscript:x">y</a>',
    "autolink": "<javascript:alert(1)>",
    "events": '<img src=x onerror=alert(1)> <p onclick="x()">y</p> <b onmouseover=x>z</b>',
    "events without a click": "<details ontoggle=x open>w</details> <p onfocus=x tabindex=0 autofocus>y</p>",
    "svg": '<svg onload=alert(1)><use href="data:image/svg+xml,x"/></svg>',
    "math": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "style": '<style>body{display:none}</style> <p style="background:url(//evil.example)">x</p>',
    "frames": "<iframe src=//evil.example></iframe> <object data=x></object> <embed src=x> <frame src=x>",
    "forms": '<form action=//evil.example><input name=q><button formaction="javascript:x">y</button></form>',
    "base and meta": '<base href=//evil.example/> <meta http-equiv=refresh content="0;url=//x.example">',
    "a stylesheet": "<link rel=stylesheet href=//evil.example/x.css>",
    "template": '<template><script>alert(1)</script></template> <noscript><p title="</noscript><img src=x onerror=x>">',
    "the end of the document": "</div></article></main></body></html><script>alert(1)</script>",
    "comments": "<!--><script>alert(1)</script>--> <!-- x --!><img src=x onerror=alert(1)>",
    "CDATA": "<![CDATA[<script>x</script>]]>",
    "the end of CDATA": "]]> ]]&gt; <b>]]></b>",
    "entities": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]> &e; &xxe; &#0; &#x1F; &#xFFFE; &lt;script&gt;",
    "a picture of data": '<img src="data:image/svg+xml;base64,PHN2Zy8+"> ![x](data:image/png;base64,AAAA)',
    "templates of servers": "{{7*7}} {% raw %} ${7*7} <%= 7*7 %> {{< x >}}",
    "identifiers": '<p id=content name=q class="release">x</p> <a name="subscribe" id="subscribe">y</a>',
}

TITLES = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "]]> &xxe; <!ENTITY",
    "{{7*7}} {% raw %} ${7*7}",
    "Ends in </script>",
    "a\u202eb\u2066c",
    "=cmd()|' /C calc'!A0",
]  # fmt: skip


ALLOWED = {
    "a", "abbr", "article", "b", "bdi", "blockquote", "body", "br", "caption", "code", "dd", "del", "details",
    "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "i", "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul",
}  # fmt: skip
OURS = ["form", "input", "button", "label", "svg", "title", "rect"]
"""Elements of our own around what a release says on its page."""


def published(make_newsroom: MakeNewsroom, files: dict[str, str]) -> Iterator[tuple[str, dict[str, HtmlElement]]]:
    """For each file the elements that show its body: on the page, and in each feed."""
    client = make_newsroom(files).client()
    atom = etree.fromstring(client.get("/releases.atom").data).iterfind("a:entry", NAMES)
    rss = etree.fromstring(client.get("/releases.rss").data).iterfind("channel/item")
    items = json.loads(client.get("/releases.json").data)["items"]
    assert len(items) == len(files)
    for entry, element, item in zip(atom, rss, items, strict=True):
        content = item.get("content_html", "")
        assert entry.findtext("a:content", "", NAMES) == content
        assert element.findtext("content:encoded", element.findtext("description", ""), NAMES) == content
        page = html.document_fromstring(client.get(urlsplit(item["url"]).path).data)
        assert [part.tag for part in page] == ["head", "body"]
        assert page.body is not None
        yield item["title"], {"page": page.body, "feeds": html.fragment_fromstring(content, create_parent="div")}


def harms(shown: HtmlElement, *, is_page: bool) -> Iterator[str]:
    for element in shown.iter("*"):
        tag = str(element.tag)
        if tag not in ALLOWED and not (is_page and tag in OURS):
            yield f"<{tag}>"
        for name in map(str, element.keys()):
            value = element.get(name, "")
            if name.startswith("on") or name in {"style", "formaction", "srcdoc", "srcset", "autofocus"}:
                yield f"<{tag} {name}>"
            if not is_page and name in {"id", "name", "class"}:
                yield f"<{tag} {name}>"
            if name in {"href", "src", "action"} and not value.startswith((*HARMLESS, *("/",) * is_page)):
                yield f"<{tag} {name}={value}>"
    for said in ("49", "root:"):
        if said in shown.text_content():
            yield said


@pytest.mark.parametrize("ending", [".md", ".html", ".txt"])
def test_a_body_is_harmless_wherever_it_is_shown(make_newsroom: MakeNewsroom, ending: str) -> None:
    files = {
        f"x{number}{ending}": f"---\ntitle: {name}\ndate: 2026-01-15\n---\n\nBefore.\n\n{body}\n\nAfter.\n"
        for number, (name, body) in enumerate(BODIES.items())
    }
    found = [
        (title, where, harm)
        for title, shown in published(make_newsroom, files)
        for where, element in shown.items()
        for harm in harms(element, is_page=where == "page")
    ]
    assert found == []


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_text_wherever_it_is_shown(make_newsroom: MakeNewsroom, title: str) -> None:
    head = {"title": title, "date": "2026-01-15", "slug": "x", "topics": [title]}
    client = make_newsroom({"x.md": f"{json.dumps(head)}\n\nText.\n"}).client()
    page = html.document_fromstring(client.get("/releases/x").data)
    stated = json.loads(client.get("/releases.json").data)["items"][0]["title"]
    assert stated.rstrip(ISOLATION) == title
    assert page.xpath("string(//h1/bdi)").rstrip(ISOLATION) == title
    assert title in page.xpath("string(//title)")
    (article,) = page.xpath("//script")
    assert json.loads(article.text)["headline"].rstrip(ISOLATION) == title
    assert etree.fromstring(client.get("/releases.atom").data).findtext("a:entry/a:title", "", NAMES) == stated
    assert etree.fromstring(client.get("/releases.rss").data).findtext("channel/item/title") == stated
    for path in ("/", "/releases", "/topics", "/feeds", "/search?q=text"):
        assert not html.document_fromstring(client.get(path).data).xpath("//script | //img | //*[@onmouseover]"), path
