"""Comments in Word files: around exactly the wrong numbers, however their runs are cut; all else as it was."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from budgetcheck import check
from budgetcheck.annotate import annotate, notes_of
from budgetcheck.annotate.docx import annotate_docx
from budgetcheck.annotate.wire import Mark, packed
from budgetcheck.errors import ReadError
from budgetcheck.readers import docx as reader
from budgetcheck.testing import KINDS, report, tamper, write

from .readings import LAYOUT
from .runs import MIXED, hostile, run_of
from .test_annotate_pdf import WRONG, meant
from .test_command import run
from .test_docx import STRICT, TRANSITIONAL, p, package, root, t

docx = pytest.importorskip("docx")

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{KIND}.document.main+xml"/>{{more}}</Types>"""
RELATED = f'<Relationships xmlns="{RELATIONS}">{{inner}}</Relationships>'
LINES = MIXED.splitlines()
BOLD = "<w:rPr><w:b/></w:rPr>"
read_docx = partial(reader.read_docx, layout=LAYOUT)


def relation(key: str, kind: str, target: str, base: str = OFFICE) -> str:
    return f'<Relationship Id="{key}" Type="{base}/{kind}" Target="{target}"/>'


def file(body: str, *, space: str = TRANSITIONAL, **parts: str) -> bytes:
    """A whole Word file; parts by their name: footnotes, comments."""
    main = relation("rId1", "officeDocument", "word/document.xml")
    more = "".join(f'<Override PartName="/word/{each}.xml" ContentType="{KIND}.{each}+xml"/>' for each in parts)
    relations = "".join(relation(f"rId{n}", each, f"{each}.xml") for n, each in enumerate(parts, 1))
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES.format(more=more),
        "_rels/.rels": RELATED.format(inner=main),
        "word/document.xml": root("document", f"<w:body>{body}<w:sectPr/></w:body>", space),
        "word/_rels/document.xml.rels": RELATED.format(inner=relations),
    }
    content |= {f"word/{part}.xml": root(part, inner, space) for part, inner in parts.items()}
    return package(content | {"customXml/item1.xml": "<a/>", "word/media/image1.png": bytes(range(256)) * 40})


@dataclass(frozen=True)
class Comment:
    over: str
    text: str
    author: str


def commented(data: bytes) -> dict[str, Comment]:
    """All comments by their id, with the text between their marks, found without the reader."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
        listed = etree.fromstring(archive.read("word/comments.xml"))
    w = f"{{{etree.QName(body).namespace}}}"
    open_, found = set(), {}
    held: dict[str, list[str]] = {}
    references = set()
    for element in body.iter():
        key = element.get(f"{w}id", "")
        if element.tag == f"{w}commentRangeStart":
            open_.add(key)
            held[key] = []
        elif element.tag == f"{w}commentRangeEnd":
            open_.remove(key)
        elif element.tag == f"{w}commentReference":
            assert key not in open_
            references.add(key)
        elif element.tag in (f"{w}t", f"{w}tab", f"{w}br"):
            for each in open_:
                held[each].append({f"{w}tab": "\t", f"{w}br": "\n"}.get(element.tag, element.text or ""))
    assert not open_
    for comment in listed:
        key = comment.get(f"{w}id")
        paragraphs = ["".join(each.text or "" for each in line.iter(f"{w}t")) for line in comment]
        assert key not in found
        found[key] = Comment("".join(held.get(key, "")), "\n".join(paragraphs), comment.get(f"{w}author"))
    assert references == set(held) <= set(found)
    return found


def others(data: bytes, *changed: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name not in changed}


CHANGED = ("word/document.xml", "word/comments.xml", "[Content_Types].xml", "word/_rels/document.xml.rels")
Write = Callable[..., tuple[bytes, str, str]]


@pytest.fixture
def write_comments(tmp_path: Path) -> Write:
    """Runs the command on the bytes of a file; gives those of the new one and what was said."""

    def wrapped(data: bytes, *options: object) -> tuple[bytes, str, str]:
        source, target = tmp_path / "report.docx", tmp_path / "noted.docx"
        source.write_bytes(data)
        code, out, err = run("annotate", source, "-o", target, "--force", *options)
        assert code == 0, err
        assert source.read_bytes() == data
        after = target.read_bytes()
        # What a reader sees is what it saw: comments are no text.
        assert read_docx(after) == read_docx(data)
        assert others(after, *CHANGED) == others(data, *CHANGED)
        return after, out.replace(str(target), "OUT"), err.replace(str(source), "IN")

    return wrapped


def mixed(line: str = "", number: int = 2) -> str:
    """The report, one of its lines written in another way."""
    return "".join(line if line and n == number else p(text) for n, text in enumerate(LINES))


def bare(comments: dict[str, Comment]) -> list[str]:
    return [comment.over for comment in comments.values()]


def test_comments_stand_around_the_numbers_and_python_docx_reads_them(write_comments: Write) -> None:
    data, out, err = write_comments(file(mixed()))
    assert bare(commented(data)) == WRONG
    assert out == "OUT：3处批注，说明3个问题\n另有1个问题低于所选级别，未写入\n"
    assert err == ""
    read = docx.Document(io.BytesIO(data)).comments
    assert [(each.comment_id, each.author, each.initials) for each in read] == [
        (n, "budgetcheck", "bc") for n in range(3)
    ]
    assert [each.text.splitlines()[0].split()[0] for each in read] == [
        "【错误】BC104",
        "【错误】BC202",
        "【存疑】BC806",
    ]
    assert zipfile.ZipFile(io.BytesIO(data)).namelist()[-1] == "word/comments.xml"


BEFORE, AFTER = LINES[2].split("210.00万元")
WAYS = {
    "three runs": f"{t(BEFORE + '2')}<w:r>{BOLD}<w:t>10.</w:t></w:r>{t('00万元' + AFTER)}",
    "one run of several texts": f"<w:r>{BOLD}<w:t>{BEFORE}21</w:t><w:t>0.00万</w:t><w:t>元{AFTER}</w:t></w:r>",
    "inserted and deleted": (
        f'{t(BEFORE)}<w:del w:id="7"><w:r><w:delText>99</w:delText></w:r></w:del>'
        f'<w:ins w:id="8" w:author="a">{t("210")}</w:ins><w:del w:id="9"><w:r><w:delText>7</w:delText></w:r></w:del>'
        f"{t('.00万元' + AFTER)}"
    ),
    "a link": f'{t(BEFORE)}<w:hyperlink w:anchor="a">{t("210.00万元")}</w:hyperlink>{t(AFTER)}',
    "a content control": (
        f'{t(BEFORE)}<w:sdt><w:sdtPr><w:alias w:val="a"/></w:sdtPr><w:sdtContent>{t("210.00万元")}</w:sdtContent>'
        f"</w:sdt>{t(AFTER)}"
    ),
    "a field": (
        f'{t(BEFORE)}<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =1 </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{t("210.00")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        f"{t('万元' + AFTER)}"
    ),
    "white space that does not count": f"<w:r><w:t>\n  {BEFORE}210.00万元{AFTER}  \n</w:t></w:r>",
    "smart tags and bookmarks": (
        f'<w:bookmarkStart w:id="1" w:name="b"/>{t(BEFORE)}<w:smartTag w:element="e">{t("210")}</w:smartTag>'
        f'<w:bookmarkEnd w:id="1"/>{t(".00万元" + AFTER)}'
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_number_written_in_any_way(way: str, write_comments: Write) -> None:
    data, out, _ = write_comments(file(mixed(f"<w:p>{WAYS[way]}</w:p>")))
    comments = bare(commented(data))
    assert comments[0].strip() == "210.00万元"
    assert comments[1:] == WRONG[1:]
    assert len(out.splitlines()) == 2


def test_runs_that_are_cut_keep_their_properties(write_comments: Write) -> None:
    line = f'<w:p><w:r w:rsidR="00A1">{BOLD}<w:t xml:space="preserve">{LINES[2]}</w:t></w:r></w:p>'
    data, _, _ = write_comments(file(mixed(line)))
    paragraph = docx.Document(io.BytesIO(data)).paragraphs[2]
    runs = [each for each in paragraph.runs if each.text]
    assert [each.text for each in runs] == [BEFORE, "210.00万元", AFTER]
    assert all(each.bold and each._r.get(f"{{{TRANSITIONAL}}}rsidR") == "00A1" for each in runs)


# --- where Word shows no comment -------------------------------------------------------------------------------------

BOX = "<w:r><w:pict><v:shape><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"


def test_a_text_box_has_its_comment_at_the_drawing(write_comments: Write) -> None:
    body = mixed(f"<w:p>{t('见图：')}{BOX.format(inner=p(LINES[2]))}</w:p>")
    data, out, _ = write_comments(file(body))
    assert bare(commented(data)) == [LINES[2], *WRONG[1:]]
    assert out.splitlines()[2] == "1处批注不在数字本身，写在其所在的段落、单元格或表上："
    assert out.splitlines()[3].startswith("  BC104（")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    inside = document.iter(f"{{{TRANSITIONAL}}}txbxContent")
    assert not any("comment" in each.tag for box in inside for each in box.iter())


def test_a_footnote_has_its_comment_at_its_mark(write_comments: Write) -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = f'<w:footnote w:id="2"><w:p>{t(LINES[2])}</w:p></w:footnote>'
    data, out, _ = write_comments(file(mixed(f"<w:p>{t('支出如注')}{mark}</w:p>"), footnotes=notes))
    comments = commented(data)
    assert sorted(bare(comments)) == sorted(["", *WRONG[1:]])
    assert len(out.splitlines()) == 4
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = archive.read("word/document.xml").decode()
    assert f'<w:commentRangeStart w:id="2"/>{mark}<w:commentRangeEnd w:id="2"/>' in document


def test_a_control_bound_to_data_is_not_cut(write_comments: Write) -> None:
    bound = f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{t(LINES[2])}</w:sdtContent></w:sdt>"
    data, out, _ = write_comments(file(mixed(f"<w:p>{bound}</w:p>")))
    assert bare(commented(data))[0] == LINES[2]
    assert "不在数字本身" in out


# --- the rest of the file --------------------------------------------------------------------------------------------


def test_earlier_comments_are_kept(write_comments: Write) -> None:
    earlier = f'<w:comment w:id="5" w:author="someone"><w:p>{t("已阅")}</w:p></w:comment>'
    mark = '<w:r><w:commentReference w:id="5"/></w:r>'
    start, end = (f'<w:commentRange{each} w:id="5"/>' for each in ("Start", "End"))
    line = f"<w:p>{start}{t(BEFORE + '210')}{end}{mark}{t('.00万元' + AFTER)}</w:p>"
    data, _, _ = write_comments(file(mixed(line), comments=earlier))
    comments = commented(data)
    assert list(comments) == ["5", "6", "7", "8"]
    assert comments["5"] == Comment(BEFORE + "210", "已阅", "someone")
    assert [comments[key].over for key in "678"] == WRONG
    assert (
        others(data)["word/_rels/document.xml.rels"]
        == others(file(mixed(line), comments=earlier))["word/_rels/document.xml.rels"]
    )


def test_a_strict_file_stays_strict(write_comments: Write) -> None:
    original = file(mixed(), space=STRICT)
    data, _, _ = write_comments(original)
    assert bare(commented(data)) == WRONG
    assert (
        f'Type="{"http://purl.oclc.org/ooxml/officeDocument/relationships"}/comments"'
        in others(data)["word/_rels/document.xml.rels"].decode()
    )


def test_a_signed_file_and_an_incomplete_one(write_comments: Write, tmp_path: Path) -> None:
    parts = others(file(mixed()))
    _, _, err = write_comments(package(parts | {"_xmlsignatures/sig1.xml": "<a/>"}))
    assert err == "budgetcheck: IN: signed: the signature does not hold for the copy with notes\n"
    path = tmp_path / "incomplete.docx"
    path.write_bytes(package({"word/document.xml": parts["word/document.xml"]}))
    told = "[Content_Types].xml is missing: no program of Office opens this file"
    assert run("annotate", path) == (2, "", f"budgetcheck: {path}: {told}\n")


def test_what_has_no_place_stands_at_the_first_text_and_is_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(file(p("第一段") + mixed()))
    review = hostile()
    notes = notes_of(review, run_of(review), "info")
    written = annotate(path, check(path).document, notes, LAYOUT)
    assert set(written.standing) == {"top"}
    assert [(each.over, each.text) for each in commented(written.data).values()] == [("第一段", n.text) for n in notes]


def test_a_file_with_more_comments_than_word_opens_is_refused() -> None:
    mark = Mark("a", "info", "BC104", 0, None, 0, 1, "一")
    with pytest.raises(ReadError, match="more than 32,767 comments; Word opens no such file"):
        annotate_docx(packed([mark] * 32_768, file(p("一"))), LAYOUT)


# --- any text, cut in any way ----------------------------------------------------------------------------------------

CHARS = st.sampled_from("收支10.5，%　 &<\t")


@st.composite
def written(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    """A paragraph as XML, and ranges of its text."""
    pieces = draw(st.lists(st.text(CHARS, min_size=1, max_size=6), min_size=1, max_size=6))
    parts = [draw(st.sampled_from([plain, bold, inserted, linked]))(piece) for piece in pieces]
    text = "".join(pieces).strip()
    places = st.tuples(st.integers(0, max(len(text) - 1, 0)), st.integers(1, max(len(text), 1)))
    ranges = draw(st.lists(places.filter(lambda each: each[0] < each[1] <= len(text)), max_size=5)) if text else []
    return f"<w:p>{''.join(parts)}</w:p>", ranges


def plain(text: str, properties: str = "") -> str:
    from html import escape

    parts = [f'<w:t xml:space="preserve">{escape(each)}</w:t>' if each else "" for each in text.split("\t")]
    return f"<w:r>{properties}{'<w:tab/>'.join(parts)}</w:r>"


def bold(text: str) -> str:
    return plain(text, BOLD)


def inserted(text: str) -> str:
    return f'<w:ins w:id="1">{plain(text)}</w:ins><w:del w:id="2"><w:r><w:delText>9</w:delText></w:r></w:del>'


def linked(text: str) -> str:
    return f'<w:hyperlink w:anchor="a">{plain(text[:2])}{plain(text[2:]) if text[2:] else ""}</w:hyperlink>'


@given(written())
@settings(max_examples=300, deadline=None)
def test_every_range_is_around_its_own_characters(case: tuple[str, list[tuple[int, int]]]) -> None:
    body, ranges = case
    data = file(body + p("末"))
    block = read_docx(data)[0][0]
    marks = [Mark(f"{n}", "error", "x", 0, None, *each, block.text[each[0] : each[1]]) for n, each in enumerate(ranges)]
    (after, standing), _ = annotate_docx(packed(marks, data), LAYOUT)
    assert set(standing) <= {"exact"}
    assert read_docx(after) == read_docx(data)
    if ranges:
        comments = commented(after)
        assert [comments[str(n)].over for n in range(len(ranges))] == [mark.wanted for mark in marks]


# --- whole reports ---------------------------------------------------------------------------------------------------


def spoiled(form: str, kind: str, folder: Path) -> Sequence[Path]:
    for seed in range(700, 710):
        try:
            return write(tamper(report(seed), kind, seed)[0], form, folder)
        except ValueError:
            continue
    raise AssertionError(f"nothing can be spoiled by {kind}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_culprit_of_a_spoiled_report_has_its_comment(kind: str, tmp_path: Path) -> None:
    (path,) = spoiled("docx", kind, tmp_path)
    review = check(path)
    notes = notes_of(review, run_of(review), "info")
    result = annotate(path, review.document, notes, LAYOUT)
    comments = list(commented(result.data).values()) if notes else []
    for note, comment, standing in zip(notes, comments, result.standing, strict=True):
        assert comment.text == note.text
        if note.place and note.place.start is not None:
            assert (comment.over, standing) == (meant(note, review.document), "exact")


def test_an_empty_cell_has_its_comment_in_it(write_comments: Write, tmp_path: Path) -> None:
    path = write(tamper(report(4), None, 4)[0], "docx", tmp_path)[0]
    data, _, _ = write_comments(path.read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        document = etree.fromstring(archive.read("word/document.xml"))
    (start,) = document.iter(f"{{{TRANSITIONAL}}}commentRangeStart")
    cell = next(start.iterancestors(f"{{{TRANSITIONAL}}}tc"))
    assert "".join(each.text or "" for each in cell.iter(f"{{{TRANSITIONAL}}}t")) == ""


def test_libreoffice_reads_the_comments(write_comments: Write, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: that it reads the comments is not tested here")
    body = mixed(f"<w:p>{WAYS['inserted and deleted']}</w:p>")
    source = tmp_path / "comments.docx"
    source.write_bytes(write_comments(file(body))[0])
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "fodt"]
    subprocess.run([*command, "--outdir", tmp_path, source], check=True, capture_output=True, timeout=120)
    text = etree.parse(tmp_path / "comments.fodt")
    spaces = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    notes = text.findall(".//office:annotation", spaces)
    assert [note.findtext("dc:creator", None, spaces) for note in notes] == ["budgetcheck"] * 3
    assert ["".join(note.find("text:p", spaces).itertext()).split()[0] for note in notes] == [
        "【错误】BC104", "【错误】BC202", "【存疑】BC806",
    ]  # fmt: skip
