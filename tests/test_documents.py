"""Documents and mail: .docx, .pdf and .eml files as releases, and documents beside a text."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsrv import readers
from feedsrv.errors import FileUnreadable
from feedsrv.newsroom import Newsroom
from feedsrv.problem import Severity
from feedsrv.publishing.check import check
from feedsrv.readers.formats import documents
from feedsrv.readers.formats.documents import CONVERTERS
from feedsrv.reading import Reading, Status
from tests.conftest import MakeNewsroom, release

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(*paragraphs: tuple[str, str], padding: int = 0) -> bytes:
    """A Word document of paragraphs, each a style and a text."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{style}"/></w:style>'
        for style in {style for style, _ in paragraphs}
    )
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" '
        f'ContentType="{kinds}.document.main+xml"/><Override PartName="/word/styles.xml" '
        f'ContentType="{kinds}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r" '
        f'Type="{relations}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="s" '
        f'Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        if padding:
            archive.writestr("word/padding.bin", bytes(padding))
    return file.getvalue()


def pdf(*pages: tuple[str, ...]) -> bytes:
    """A PDF of pages, each of lines."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        content = f"BT /F1 12 Tf 72 720 Td {shown} ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    text, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return f"{text}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("latin-1")


def read(data: bytes, source: str) -> Reading:
    return readers.read(source, data, Newsroom(languages=("en", "fr")))


def complaint(data: bytes, source: str) -> str:
    with pytest.raises(FileUnreadable) as refusal:
        read(data, source)
    return refusal.value.problem.what


class TestWord:
    def test_a_word_document_reads_like_any_other_release(self) -> None:
        reading = read(
            docx(
                ("Normal", "PRESS RELEASE PR012-2018"),
                ("Normal", "Paris, 23 March 2018"),
                ("Title", "The harbour opens"),
                ("Normal", "Ships &lt;b&gt; &amp; boats come and go."),
                ("Heading1", "Contacts"),
                ("Normal", "Jane Doe, jane@example.org, +33 1 23 45 67 89"),
            ),
            "2018/harbour.docx",
        )
        item = reading.release
        assert (item.id, item.title, item.language) == ("PR012-2018", "The harbour opens", "en")
        assert item.published is not None
        assert item.published.date().isoformat() == "2018-03-23"
        assert item.text == "Ships <b> & boats come and go."
        assert [contact.email for contact in item.contacts] == ["jane@example.org"]
        assert not any(origin.line for origin in reading.origins.values())

    def test_an_embargo_in_a_document_holds_it(self) -> None:
        reading = read(docx(("Normal", "EMBARGOED UNTIL 2031-05-01 10:00"), ("Title", "T")), "a.docx")
        assert reading.visibility.opens is not None
        assert reading.visibility.opens.year == 2031

    def test_what_is_marked_as_hidden_is_not_shown(self) -> None:
        hidden = "Seen.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>HIDDEN</w:t></w:r><w:r><w:t>"
        assert read(docx(("Title", "T"), ("Normal", hidden)), "a.docx").release.text == "Seen."

    def test_an_embargo_at_the_head_of_its_pages_holds_it_and_is_not_shown(self) -> None:
        header = f'<w:hdr xmlns:w="{WORD}"><w:p><w:r><w:t>UNDER EMBARGO</w:t></w:r></w:p></w:hdr>'
        data = io.BytesIO(docx(("Title", "The harbour"), ("Normal", "Ships come.")))
        with zipfile.ZipFile(data, "a") as archive:
            archive.writestr("word/header1.xml", header)
        reading = read(data.getvalue(), "a.docx")
        assert (reading.visibility.barred, reading.release.text) == (Status.HELD, "Ships come.")

    def test_a_bomb_is_not_unpacked(self) -> None:
        bomb = docx(("Normal", "text"), padding=101_000_000)
        assert len(bomb) < 200_000
        assert "it unpacks to more than a release can be" in complaint(bomb, "a.docx")

    def test_what_asks_for_too_much_ends_its_child_alone(self) -> None:
        nested = "<w:smartTag>" * 300_000 + "</w:smartTag>" * 300_000
        assert complaint(docx(("Normal", f"</w:t></w:r>{nested}<w:r><w:t>")), "a.docx")

    def test_no_module_of_the_working_folder_runs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "mammoth.py").write_text("raise SystemExit(9)")
        monkeypatch.chdir(tmp_path)
        assert read(docx(("Title", "The harbour")), "a.docx").release.title == "The harbour"

    @pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"no zip at all", docx()[:300]])
    def test_a_broken_document_is_reported(self, data: bytes) -> None:
        assert "cannot be read" in complaint(data, "a.docx")

    def test_a_document_without_text_is_reported(self) -> None:
        assert complaint(docx(("Normal", " ")), "a.docx") == "there is no text in this document, only pictures perhaps"


OPEN = "urn:oasis:names:tc:opendocument:xmlns"


def odt(body: str, styles: str = "", prolog: str = "") -> bytes:
    """An OpenDocument text of this body and these automatic styles."""
    spaces = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "style", "text", "table"))
    spaces += f' xmlns:draw="{OPEN}:drawing:1.0" xmlns:fo="{OPEN}:xsl-fo-compatible:1.0"'
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = (
        f"{prolog}<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return file.getvalue()


class TestOpenDocument:
    def test_what_was_deleted_hidden_or_remarked_is_not_shown(self) -> None:
        body = (
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>DELETED</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes>"
            '<text:h text:outline-level="1">The harbour opens</text:h><text:p>Ships<office:annotation><text:p>REMARK'
            '</text:p></office:annotation> come <text:span text:style-name="V">HIDDEN</text:span>and'
            '<text:s text:c="2"/><text:a xlink:href="https://x.example/">go</text:a>.</text:p>'
        )
        hidden = '<style:style style:name="V"><style:text-properties text:display="none"/></style:style>'
        release = read(odt(body, hidden), "a.odt").release
        assert (release.title, release.text) == ("The harbour opens", "Ships come and go.")
        assert '<a href="https://x.example/">go</a>' in release.body

    def test_an_embargo_in_it_holds(self) -> None:
        found = read(odt("<text:p>EMBARGOED UNTIL 1 May 2031</text:p><text:p>The harbour</text:p>"), "a.odt")
        assert found.visibility.opens is not None

    @pytest.mark.parametrize(
        ("data", "what"),
        [
            (
                odt("<text:p>&x;</text:p>", prolog='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
                "entities",
            ),
            (odt("<text:p>a</text:p>", prolog='<!DOCTYPE x [<!ENTITY x "a">]>'), "entities"),
            (odt(" " * 101_000_000), "it unpacks to more than a release can be"),
            (odt("<text:section>" * 3_000), "cannot be read"),
            (b"PK", "cannot be read"),
        ],
    )
    def test_a_bomb_is_no_more_than_a_report(self, data: bytes, what: str) -> None:
        assert what in complaint(data, "a.odt")


class TestRestructuredText:
    @pytest.mark.parametrize(
        ("head", "barred"),
        [
            (":status: draft", Status.DRAFT),
            (".. draft: true", Status.DRAFT),
            (":embargo: until the launch", Status.HELD),
            (":status: published", None),
        ],
    )
    def test_fields_and_comments_at_its_top_decide(self, head: str, barred: Status | None) -> None:
        text = f"The harbour\n===========\n\n:date: 2018-03-23\n\n{head}\n\nShips come.\n"
        assert read(text.encode(), "a.rst").visibility.barred is barred

    def test_front_matter_above_it_that_cannot_be_read_holds_it(self) -> None:
        assert "front matter" in complaint(b"---\ntitle: [open\n---\nText", "a.rst")

    def test_beside_an_index_it_is_a_text_and_not_served_as_a_file(self, make_newsroom: MakeNewsroom) -> None:
        draft = "Secret\n======\n\n:date: 2018-03-23\n:status: draft\n\nWords.\n"
        newsroom = make_newsroom({"x/index.md": release("X", body="[It](secret.rst)"), "x/secret.rst": draft})
        assert newsroom.ids() == ["x"]
        assert newsroom.client().get("/releases/x/secret.rst", buffered=True).status_code == 404


class TestPdf:
    def test_a_pdf_reads_like_a_plain_text(self) -> None:
        reading = read(pdf(("Press release", "23 March 2018", "The harbour opens"), ("Ships come.",)), "harbour.pdf")
        assert reading.release.title == "The harbour opens"
        assert reading.release.text.endswith("Ships come.")

    def test_what_heads_or_foots_most_pages_is_no_text(self) -> None:
        reading = read(pdf(*((f"The newsroom of X, {n}"[:17], f"Page {n} text.", "footer") for n in range(4))), "a.pdf")
        assert "footer" not in reading.release.text
        assert "Page 3 text." in reading.release.text

    def test_an_embargo_at_the_head_of_each_page_holds_it(self) -> None:
        pages = [("UNDER EMBARGO", f"Line {n} of the text.", "More of it.", f"Page {n}") for n in range(4)]
        assert read(pdf(*pages), "a.pdf").visibility.barred is Status.HELD

    @pytest.mark.parametrize("data", [b"%PDF-1.4", b"no pdf", pdf(("a",))[:200]])
    def test_a_broken_pdf_is_reported(self, data: bytes) -> None:
        assert complaint(data, "a.pdf")


@settings(max_examples=20)
@given(st.binary(max_size=400), st.sampled_from(sorted(CONVERTERS)), st.booleans())
def test_any_bytes_are_a_document_or_a_report(data: bytes, ending: str, is_mangled: bool) -> None:
    wholes = {".docx": docx(("Title", "A title")), ".odt": odt("<text:p>A title</text:p>"), ".pdf": pdf(("A title",))}
    wholes[".rst"] = b"A title\n=======\n\n:date: 2026-01-15\n\n.. note:: A text with a `link <b.rst>`_ and more.\n"
    whole = wholes[ending]
    with contextlib.suppress(FileUnreadable):
        read(whole[:-40] + data + whole[-40:] if is_mangled else data, f"a{ending}")


def test_a_document_is_converted_once_and_one_that_cannot_be_not_again_until_it_changes(
    make_newsroom: MakeNewsroom, converted: list[bytes]
) -> None:
    newsroom = make_newsroom(
        {"a.docx": b"no document", "b/index.md": release("B"), "b/c.odt": odt("<text:p>C</text:p>")}
    )
    before = len(converted)
    assert before == len(set(converted))
    for _ in range(2):
        documents.CONVERTED.clear()
        assert [problem.path for problem in newsroom.publish().problems] == ["a.docx"]
    assert converted[before:].count(b"no document") == 0
    newsroom.publish({"a.docx": b"no document either"})
    assert converted.count(b"no document either") == 1


class TestMail:
    def test_the_head_of_a_letter_says_title_and_date(self) -> None:
        letter = (
            b"From: press@example.org\r\nSubject: Fwd: =?utf-8?q?L=27=C3=A9t=C3=A9_est_l=C3=A0?=\r\n"
            b"Date: Fri, 23 Mar 2018 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
            b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            b"C'est l'=E9t=E9, et tout le monde est content de l=E0.\r\n-- \r\nJane\r\n"
            b'--b\r\nContent-Type: application/pdf; name="plan.pdf"\r\n'
            b'Content-Disposition: attachment; filename="plan.pdf"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
        )
        reading = read(letter, "ete.eml")
        assert reading.release.title == "L'été est là"
        assert reading.release.text == "C'est l'été, et tout le monde est content de là."
        assert reading.release.published is not None
        assert reading.release.published.isoformat() == "2018-03-23T09:00:00+00:00"
        assert reading.release.language == "fr"
        assert (reading.origins["title"].line, reading.origins["title"].how) == (2, "mail: Subject")
        assert [(problem.severity, problem.what) for problem in reading.problems] == [
            (Severity.NOTE, "what is attached to the mail is left out: plan.pdf")
        ]

    def test_a_letter_of_html_alone_is_read_too(self) -> None:
        reading = read(b"Subject: A\nContent-Type: text/html\n\n<p>One <b>two</b>.<script>x</script></p>", "a.eml")
        assert reading.release.text == "One two."

    def test_an_embargo_in_the_subject_holds(self) -> None:
        reading = read(b"Subject: Under embargo: the harbour\nDate: 23 Mar 2018 10:00:00 +0000\n\nText.", "a.eml")
        assert reading.visibility.barred is Status.HELD

    def test_a_letter_that_is_attached_is_not_published(self) -> None:
        letter = (
            b"Subject: A\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nThe release.\n"
            b"--b\nContent-Type: message/rfc822\n\nSubject: Inside\nContent-Type: text/plain\n\nNot for you.\n--b--\n"
        )
        reading = read(letter, "a.eml")
        assert reading.release.text == "The release."
        assert reading.problems[0].what == "what is attached to the mail is left out: message/rfc822"

    def test_a_header_is_read_to_a_bound_and_a_letter_of_many_parts_not_at_all(self) -> None:
        title = read(b"Subject: " + b"=?utf-8?q?word?= " * 5_000 + b"\n\nText.", "a.eml").release.title
        assert len(title) < 300
        parts = b"--b\nContent-Type: text/plain\n\nText.\n" * 201
        letter = b"Content-Type: multipart/mixed; boundary=b\n\n" + parts
        assert complaint(letter, "a.eml") == "this mail has more than 200 parts"

    def test_a_letter_is_no_longer_than_another_text(self) -> None:
        assert complaint(b"Subject: A\n\n" + b"a" * 5_000_001, "a.eml") == "its text has more than 5,000,000 characters"

    def test_a_letter_with_large_files_takes_little_memory(self) -> None:
        line = b"QUJD" * 19 + b"\r\n"
        attached = b"--b\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        attached += line * 200_000
        start = b"Subject: A\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        start += b"--b\r\nContent-Type: text/plain\r\n\r\nText.\r\n"
        letter = start + attached * 3 + b"--b--\r\n"
        tracemalloc.start()
        reading = read(letter, "a.eml")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert reading.release.text == "Text."
        assert "what is attached to the mail is left out: a.jpg, a.jpg, a.jpg" in {one.what for one in reading.problems}
        assert len(letter) + peak < 200_000_000

    def test_latin_1_in_a_letter_is_windows_1252(self) -> None:
        letter = b"Subject: A\nContent-Type: text/plain; charset=iso-8859-1\n\nIt\x92s 5 \x80."
        assert read(letter, "a.eml").release.text == "It’s 5 €."

    @pytest.mark.parametrize(
        "letter",
        [
            b"Content-Type: multipart/mixed; boundary=b\n\n"
            + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 5000,
            b"Subject: =?utf-8?b?" + b"A" * 100_000 + b"?=\n\n",
            b"Content-Type: text/plain; charset=nonsense\n\n\xff\xfe text",
            b"Date: " + b"(" * 50_000 + b"\n\ntext",
            b"Content-Type: image/png\n\nAAAA",
        ],
    )
    def test_no_letter_is_more_than_a_report(self, letter: bytes) -> None:
        with contextlib.suppress(FileUnreadable):
            read(letter, "a.eml")


class TestCompanions:
    def test_a_document_beside_a_text_is_no_release(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom(
            {
                "launch.md": release("Launch"),
                "launch.pdf": pdf(("The launch",)),
                "port.fr.md": release("Le port"),
                "port.docx": docx(("Title", "The port")),
                "visit/index.md": release("Visit"),
                "visit/plan.pdf": pdf(("The plan",)),
                "alone.pdf": pdf(("On its own",)),
            }
        )
        sources = set(newsroom.catalogue.list().sources)
        assert sources == {"launch.md", "port.fr.md", "visit/index.md", "alone.pdf"}

    @pytest.mark.parametrize("head", ["", "embargo: 2030-01-01\n", "draft: true\n"])
    @pytest.mark.parametrize("name", ["zz.md", "aa.md"])
    def test_a_document_that_a_text_names_is_no_release_whether_the_text_is_public_or_not(
        self, make_newsroom: MakeNewsroom, head: str, name: str
    ) -> None:
        text = f"---\ntitle: Launch\ndate: 2026-01-15\nslug: launch\n{head}---\nSee [the plan](plans/plan.pdf).\n"
        newsroom = make_newsroom({name: text, "plans/plan.pdf": pdf(("The plan",)), "plans/lone.pdf": pdf(("Alone",))})
        assert newsroom.ids() == ([] if head else ["launch"]) + ["lone"]
        checked = check(newsroom.catalogue, newsroom.index, newsroom.now, [], iter)
        assert sum(checked.statuses.values()) == 2
        newsroom.publish({"later.md": release("Later")})
        assert "plan" not in newsroom.ids()
        newsroom.remove(name)
        newsroom.publish()
        assert set(newsroom.ids()) == {"plan", "lone", "later"}

    @pytest.mark.parametrize(("count", "releases"), [(10, 1), (11, 12)])
    def test_a_text_that_names_many_documents_is_a_list_of_releases(
        self, make_newsroom: MakeNewsroom, count: int, releases: int
    ) -> None:
        files: dict[str, str | bytes] = {f"d{number}.docx": docx(("Title", f"D {number}")) for number in range(count)}
        text = "\n".join(f"[{name}]({name})\n" for name in files)
        newsroom = make_newsroom(files | {"list.md": release("All releases", body=text)})
        assert len(newsroom.ids()) == releases

    @pytest.fixture
    def without_libraries(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        def missing(name: str) -> str:
            raise PackageNotFoundError(name)

        monkeypatch.setattr("importlib.metadata.version", missing)
        monkeypatch.setattr(documents, "version", missing)
        documents.converter.cache_clear()
        yield
        documents.converter.cache_clear()

    @pytest.mark.usefixtures("without_libraries")
    def test_without_the_extra_a_document_is_reported_and_the_rest_is_served(self, make_newsroom: MakeNewsroom) -> None:
        newsroom = make_newsroom()
        newsroom.write({"alone.pdf": pdf(("On its own",))})
        listing = newsroom.catalogue.list()
        assert listing.sources == ()
        assert [(problem.path, problem.remedy) for problem in newsroom.publish().problems] == [
            ("alone.pdf", "pip install feedsrv[documents], or save the text beside it as .md")
        ]
        named = {"a.md": release("A", body="[plan](alone.pdf)")}
        assert newsroom.publish(named).problems == ()
        assert check(newsroom.catalogue, newsroom.index, newsroom.now, [], iter).problems == ()
