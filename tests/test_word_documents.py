"""What Word makes of a text beside its words: changes, remarks, fields, boxes, styles in any language, pictures."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from feedsrv.reading import Reading
from tests.test_documents import WORD, complaint, docx, odt, read

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
SPACES = (
    f'xmlns:w="{WORD}" xmlns:r="{OFFICE}" xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:a="{DRAWING}/main" '
    f'xmlns:pic="{DRAWING}/picture" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
PNG = b"\x89PNG\r\n\x1a\n and so on"


def paragraph(text: str, style: str = "Normal") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run(text)}</w:p>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def style(name: str, properties: str, kind: str = "paragraph") -> str:
    return (
        f'<w:style w:type="{kind}" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>{properties}</w:style>'
    )


def document(
    body: str,
    styles: str = "",
    related: str = "",
    *,
    is_strict: bool = False,
    others: Mapping[str, bytes] | None = None,
) -> bytes:
    """A Word document with a headline and this body, and these other members."""
    head = paragraph("The harbour opens")
    texts = {
        "word/document.xml": f"<w:document {SPACES}><w:body>{head}{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {SPACES}>{styles}</w:styles>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as plain, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in plain.namelist():
            text = texts.get(name, plain.read(name).decode())
            if name.endswith("document.xml.rels"):
                text = text.replace("</Relationships>", f"{related}</Relationships>")
            archive.writestr(name, text.replace(WORD, STRICT) if is_strict else text)
        for name, data in (others or {}).items():
            archive.writestr(name, data)
    return made.getvalue()


def reading(body: str, styles: str = "", *, is_strict: bool = False) -> Reading:
    return read(document(body, styles, is_strict=is_strict), "a.docx")


DELETED = "<w:del><w:r><w:delText>DELETED</w:delText><w:t>DELETED</w:t></w:r></w:del>"
HIDDEN = "<w:rPr><w:vanish/></w:rPr>"
NOTE, SEEN = "<w:rStyle w:val='Noteofaword'/>", "<w:vanish w:val='0'/>"


SHOWN = {
    "deleted": f"<w:p>{run('A')}{DELETED}<w:ins>{run('.')}</w:ins></w:p>",
    "moved": f"<w:p><w:moveFrom>{run('AWAY')}</w:moveFrom><w:moveTo>{run('A.')}</w:moveTo></w:p>",
    "row": f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('ROW')}</w:tc></w:tr></w:tbl>{paragraph('A.')}",
    "cell": f"<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('CELL')}</w:tc>"
    f"<w:tc>{paragraph('A.')}</w:tc></w:tr></w:tbl>",
    "hidden paragraph": f"{paragraph('HIDDEN', 'Note')}{paragraph('A.')}",
    "hidden run": f"<w:p>{run('A.')}{run('HIDDEN', NOTE)}</w:p>",
    "mark": f"<w:p>{run('A', SEEN)}{run('HIDDEN', '<w:vanish/>')}{run('.')}</w:p>",
    "remark": f"<w:p><w:r><w:commentReference w:id='0'/></w:r>{run('A.')}</w:p>",
    "field": f"<w:p><w:fldSimple w:instr=' DATE '>{run('A')}</w:fldSimple>{run('.')}</w:p>",
    "long field": "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>SET secret</w:instrText></w:r>"
    f"<w:r><w:fldChar w:fldCharType='separate'/></w:r>{run('A.')}<w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>",
    "control": f"<w:sdt><w:sdtContent>{paragraph('A.')}</w:sdtContent></w:sdt>",
}
"""Texts that all show ``A.`` and nothing else."""


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("is_strict", [False, True])
def test_what_the_author_took_out_or_remarked_is_not_shown(name: str, is_strict: bool) -> None:
    styles = style("Note", HIDDEN) + style("Note of a word", HIDDEN, "character")
    assert reading(SHOWN[name], styles, is_strict=is_strict).release.text == "A."


def test_a_heading_is_one_in_whatever_language_its_style_is_named() -> None:
    styles = style("Überschrift 1", "") + style("Zwischentitel", '<w:pPr><w:outlineLvl w:val="1"/></w:pPr>')
    body = paragraph("Das Amt antwortet nachts", "Überschrift1") + paragraph("Vom Juni an.")
    found = reading(body + paragraph("Zeiten", "Zwischentitel") + paragraph("Von neun bis fünf."), styles).release
    assert (found.title, "<h2>Zeiten</h2>" in found.body) == ("Das Amt antwortet nachts", True)


@pytest.mark.parametrize("is_embargo", [False, True])
def test_a_text_box_is_read_in_whichever_form_it_is_kept(is_embargo: bool) -> None:
    said = "UNDER EMBARGO" if is_embargo else "Text in a box."
    text = f"<w:txbxContent>{paragraph(said)}</w:txbxContent>"
    new = (
        f"<w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp><wps:txbx>{text}</wps:txbx></wps:wsp></a:graphicData>"
        "</a:graphic></wp:anchor></w:drawing>"
    )
    old = f"<w:pict><v:shape><v:textbox>{text}</v:textbox></v:shape></w:pict>"
    both = f"<mc:Choice Requires='wps'>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    for form in (
        new, old, f"<mc:AlternateContent>{both}</mc:AlternateContent>",
        f"<mc:AlternateContent><mc:Choice Requires='wps'>{new}</mc:Choice></mc:AlternateContent>",
    ):  # fmt: skip
        found = reading(f"<w:p><w:r>{form}</w:r></w:p>{paragraph('Ships come.')}")
        assert found.release.text.count(said) == (0 if is_embargo else 1)
        assert (found.visibility.barred is not None) == is_embargo


RELATED = '<Relationship Id="p" Type="{}/image" Target="{}"{}/>'
SHAPE = "<v:shape alt='The hall' style='height:300pt'><v:imagedata r:id='p'/></v:shape>"
OLD = f"<w:p><w:r><w:pict>{SHAPE}</w:pict></w:r></w:p>"


def blip(kind: str) -> str:
    """A picture that is embedded or linked."""
    graphic = f"<pic:pic><pic:blipFill><a:blip r:{kind}='p'/></pic:blipFill></pic:pic>"
    inline = f"<wp:inline><wp:extent cy='9999999'/><wp:docPr descr='The hall'/><a:graphic><a:graphicData>{graphic}"
    return f"<w:p><w:r><w:drawing>{inline}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"


@pytest.mark.parametrize("body", [OLD, blip("embed")])
def test_pictures_of_old_and_of_new_documents_are_shown(body: str) -> None:
    related = RELATED.format(OFFICE, "media/a.png", "")
    found = read(document(body, related=related, others={"word/media/a.png": PNG}), "a.docx")
    assert found.pictures == ("word/media/a.png",)
    assert '<img alt="The hall" src="word/media/a.png">' in found.release.body


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/a.png", "file:///etc/hostname", "../../../../etc/hostname"])
def test_a_picture_from_elsewhere_is_its_description(target: str) -> None:
    found = read(document(blip("link"), related=RELATED.format(OFFICE, target, ' TargetMode="External"')), "a.docx")
    assert (found.pictures, found.release.body) == ((), "<p>The hall</p>")


def test_what_a_deleted_paragraph_showed_is_not_served() -> None:
    body = f"<w:p><w:del>{blip('embed').removeprefix('<w:p>').removesuffix('</w:p>')}</w:del>{run('A.')}</w:p>"
    related = RELATED.format(OFFICE, "media/a.png", "")
    assert read(document(body, related=related, others={"word/media/a.png": PNG}), "a.docx").pictures == ()


def test_what_other_programs_keep_in_a_document_is_not_looked_at() -> None:
    assert read(document(paragraph("A."), others={"customXml/item1.xml": b"<no"}), "a.docx").release.text == "A."


@pytest.mark.parametrize("name", ["word/header1.xml", "word/styles9.xml", "word/glossary/document.xml"])
def test_a_part_that_defines_entities_is_not_read(name: str) -> None:
    bomb = f'<!DOCTYPE x [<!ENTITY a "{"a" * 99}">]><w:hdr {SPACES}>&a;&a;</w:hdr>'.encode()
    assert "entities" in complaint(document(paragraph("A."), others={name: bomb}), "a.docx")


def test_an_archive_that_is_packed_as_none_is_not_opened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as plain, zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
    assert "packed as no program" in complaint(packed.getvalue(), "a.docx")


@pytest.mark.parametrize(
    "hidden",
    [
        '<text:section text:display="none"><text:p>HIDDEN</text:p></text:section>',
        '<text:section text:display="condition" text:is-hidden="true"><text:p>HIDDEN</text:p></text:section>',
        '<text:p><text:hidden-paragraph text:is-hidden="true"/>HIDDEN</text:p>',
        '<text:p><text:hidden-text text:string-value="HIDDEN">HIDDEN</text:hidden-text></text:p>',
    ],
)
def test_what_is_hidden_in_an_open_document_is_not_shown(hidden: str) -> None:
    body = f"<text:p>The harbour opens</text:p>{hidden}<text:p>Ships come.</text:p>"
    assert read(odt(body), "a.odt").release.text == "Ships come."


MADE = b"<made><created>2026-05-14T10:00:00Z</created><creation-date>2026-05-14T10:00:00.12</creation-date></made>"


@pytest.mark.parametrize(
    ("text", "day", "told"),
    [
        ("Ships come.", "2026-05-14", "no date stands in it, and the day on which it was made was taken, 14 May 2026"),
        ("12 June 2025", "2025-06-12", ""),
        ("03/04/2018", None, "03/04/2018 can be read as two dates"),
        ("Date: TBC", None, "date: TBC is no date, and may hold the release"),
    ],
)
def test_a_document_has_the_day_on_which_it_was_made_where_it_has_no_other(
    text: str, day: str | None, told: str
) -> None:
    made = io.BytesIO(odt(f"<text:p>The harbour opens</text:p><text:p>{text}</text:p><text:p>And go.</text:p>"))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("meta.xml", MADE)
    for data, source in (
        (document(paragraph(text) + paragraph("And go."), others={"docProps/core.xml": MADE}), "a.docx"),
        (made.getvalue(), "a.odt"),
    ):
        found = read(data, source)
        published = found.release.published
        assert (published.date().isoformat() if published else None) == day
        assert [problem.what for problem in found.problems if "there is no date" not in problem.what] == [
            *filter(None, [told])
        ]


def test_what_stands_at_the_head_and_the_foot_of_the_pages_tells_the_date_and_who_answers() -> None:
    head = f"<w:hdr {SPACES}>{paragraph('Press release')}{paragraph('12 May 2024')}</w:hdr>".encode()
    foot = f"<w:ftr {SPACES}>{paragraph('Press contact: Ada Example, 020 7946 0018')}</w:ftr>".encode()
    related = "".join(
        f'<Relationship Id="{kind}1" Type="{OFFICE}/{kind}" Target="{kind}1.xml"/>' for kind in ("header", "footer")
    )
    section = '<w:sectPr><w:headerReference w:type="default" r:id="header1"/></w:sectPr>'
    others = {"word/header1.xml": head, "word/footer1.xml": foot, "docProps/core.xml": MADE}
    release = read(document(paragraph("Ships come.") + section, related=related, others=others), "a.docx").release
    assert release.published
    assert release.published.date().isoformat() == "2024-05-12"
    assert [(one.name, one.phone) for one in release.contacts] == [("Ada Example", "020 7946 0018")]
    assert release.text == "Ships come."


@pytest.mark.parametrize(
    ("called", "title"),
    [
        ("Ships come to us", "Ships come to us"),
        ("The Template Of The Harbour", "The harbour opens"),
        ("", "The harbour opens"),
    ],
)
def test_a_line_that_the_properties_name_is_the_headline(called: str, title: str) -> None:
    properties = f"<made><title>{called}</title></made>".encode()
    text = paragraph("Ships come to us") + paragraph("12 May 2024") + paragraph("And they go.")
    assert read(document(text, others={"docProps/core.xml": properties}), "a.docx").release.title == title


@pytest.mark.parametrize("heads", [(), ("Name", "Phone")])
def test_contacts_in_the_cells_of_a_table_are_one_each(heads: tuple[str, ...]) -> None:
    people = (("Ada Example", "Press Officer", "020 7946 0018"), ("Ben Sample", "Director", "020 7946 0019"))
    cells = "".join(f"<w:tc>{''.join(map(paragraph, person))}</w:tc>" for person in people)
    first = "".join(f"<w:tc>{paragraph(head)}</w:tc>" for head in heads)
    table = f"<w:tbl>{f'<w:tr>{first}</w:tr>' if first else ''}<w:tr>{cells}</w:tr></w:tbl>"
    text = paragraph("12 May 2024") + paragraph("Ships come.") + paragraph("Contacts") + table
    found = read(document(text), "a.docx").release.contacts
    assert [(one.name, one.role, one.phone) for one in found] == list(people)


@pytest.mark.parametrize(
    ("cut", "is_shown"), [("l='25000'", False), ("t='33%'", False), ("r='900'", True), ("l='0' b='0'", True)]
)
def test_a_picture_that_was_cut_is_not_served_for_what_was_cut_off_would_be(cut: str, is_shown: bool) -> None:
    related, others = RELATED.format(OFFICE, "media/a.png", ""), {"word/media/a.png": PNG}
    body = blip("embed").replace("</pic:blipFill>", f"<a:srcRect {cut}/></pic:blipFill>")
    found = read(document(body, related=related, others=others), "a.docx")
    assert (bool(found.pictures), "The hall" in found.release.body) == (is_shown, True)


@pytest.mark.parametrize(
    ("clip", "is_shown"), [("rect(0cm, 3.2cm, 0cm, 0cm)", False), ("rect(0cm, 0cm, 0.00cm, 0in)", True)]
)
def test_a_picture_that_was_clipped_is_not_served(clip: str, is_shown: bool) -> None:
    style = f'<style:style style:name="F"><style:graphic-properties fo:clip="{clip}"/></style:style>'
    frame = '<draw:frame draw:style-name="F"><draw:image xlink:href="Pictures/a.png"/></draw:frame>'
    made = io.BytesIO(odt(f"<text:p>Ships</text:p><text:p>Come.</text:p><text:p>{frame}</text:p>", style))
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("Pictures/a.png", PNG)
    assert bool(read(made.getvalue(), "a.odt").pictures) == is_shown
