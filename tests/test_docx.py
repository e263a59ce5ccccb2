"""Word files built in memory: what is on the page is read, and a hostile file can only be refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetcheck.errors import ReadError
from budgetcheck.model import Block
from budgetcheck.readers import archive, docx
from budgetcheck.readers.archive import open_archive, parse_xml
from budgetcheck.readers.numbering import format_number

from .readings import LAYOUT

read_docx = partial(docx.read_docx, layout=LAYOUT)

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
SPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:any"'
)


def root(tag: str, inner: str, word: str = TRANSITIONAL) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{tag} xmlns:w="{word}" {SPACES}>{inner}</w:{tag}>'


def package(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for part, content in parts.items():
            target.writestr(part, content)
    return stream.getvalue()


def word(body: str, *, space: str = TRANSITIONAL, **parts: str) -> bytes:
    """A .docx with this body; other parts by their name: styles, numbering, footnotes, endnotes."""
    content: dict[str, str | bytes] = {"word/document.xml": root("document", f"<w:body>{body}</w:body>", space)}
    content |= {f"word/{part}.xml": root(part, inner, space) for part, inner in parts.items()}
    return package(content)


def t(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(inner: str, properties: str = "") -> str:
    inner = inner if inner.startswith("<") or not inner else t(inner)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def item(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def styled(text: str, style: str) -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>')


def lvl(depth: int, style: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def abstract(key: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{key}">{"".join(levels)}</w:abstractNum>'


def num(key: int, base: int, overrides: str = "") -> str:
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{base}"/>{overrides}</w:num>'


def style(key: str, name: str, more: str = "", attributes: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{key}" {attributes}><w:name w:val="{name}"/>{more}</w:style>'


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(inner: str, properties: str = "") -> str:
    inner = inner if inner.startswith("<") else p(inner)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def blocks(data: bytes) -> tuple[Block, ...]:
    return read_docx(data)[0]


def texts(data: bytes) -> list[str]:
    return [block.text for block in blocks(data)]


def notes(data: bytes) -> tuple[str, ...]:
    return read_docx(data)[1]


def test_paragraphs_and_tables_are_numbered_without_the_empty_ones() -> None:
    data = word(p("甲") + p("") + p("  ") + table(cell("乙")) + p("丙"))
    assert blocks(data) == (
        Block("paragraph", "甲", line=1),
        Block("grid", "", line=2, cells=(("乙",),)),
        Block("paragraph", "丙", line=3),
    )
    assert notes(data) == ()


def test_runs_are_joined_and_pretty_printing_is_not_text() -> None:
    inner = "<w:r>\n <w:t>收入\n</w:t>\n</w:r>\n" + t("5.3万元 ") + "<w:r><w:t>&lt;下降&gt;</w:t></w:r>"
    assert texts(word(p(inner))) == ["收入5.3万元 <下降>"]


def test_tabs_breaks_and_hyphens() -> None:
    inner = (
        "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t><w:cr/><w:t>丁</w:t><w:noBreakHyphen/>"
        '<w:t>戊</w:t><w:softHyphen/><w:t>己</w:t><w:br w:type="page"/></w:r>'
    )
    properties = '<w:tabs><w:tab w:val="left" w:pos="420"/></w:tabs>'
    assert texts(word(p(inner, properties))) == ["甲\t乙\n丙\n丁-戊己"]


@pytest.mark.parametrize("space", [TRANSITIONAL, STRICT])
def test_both_namespaces(space: str) -> None:
    numbering = abstract(0, lvl(0, "chineseCounting", "%1、")) + num(1, 0)
    data = word(item("收入") + styled("支出", "a"), space=space, numbering=numbering, styles=style("a", "标题 2"))
    assert [(block.kind, block.text, block.level) for block in blocks(data)] == [
        ("paragraph", "一、收入", None),
        ("heading", "支出", 2),
    ]


def test_heading_levels() -> None:
    styles = (
        style("Normal", "Normal", attributes='w:default="1"')
        + style("1", "heading 1")
        + style("2", "标题 2")
        + style("o", "章", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>')
        + style("child", "小节", '<w:basedOn w:val="o"/>')
        + style("grandchild", "小小节", '<w:basedOn w:val="child"/>')
        + style("body", "正文标题", '<w:basedOn w:val="o"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
        + style("loop", "环", '<w:basedOn w:val="loop2"/>')
        + style("loop2", "环2", '<w:basedOn w:val="loop"/>')
        + style("toc", "toc 1")
    )
    names = ["1", "2", "o", "child", "grandchild", "body", "loop", "toc", "unknown", "Normal"]
    direct = p("直接", '<w:outlineLvl w:val="0"/>')
    off = p("取消", '<w:pStyle w:val="1"/><w:outlineLvl w:val="9"/>')
    data = word("".join(styled(name, name) for name in names) + direct + off + p("无"), styles=styles)
    assert [block.level for block in blocks(data)] == [
        *(1, 2, 3, 3, 3, None, None, None, None, None),
        *(1, None, None),
    ]
    assert {block.kind for block in blocks(data) if block.level} == {"heading"}


@pytest.mark.parametrize(
    ("style", "numbers", "expected"),
    [
        ("decimal", (0, 1, 10), "0 1 10"),
        ("decimalZero", (1, 12), "01 12"),
        ("decimalFullWidth", (1, 20), "１ ２０"),
        ("chineseCounting", (1, 10, 11, 20, 99, 105), "一 十 十一 二十 九十九 一○五"),
        (
            "chineseCountingThousand",
            (10, 21, 100, 101, 110, 1001),
            "十 二十一 一百 一百零一 一百一十 一千零一",
        ),
        ("taiwaneseCountingThousand", (2, 10, 101), "二 十 一百零一"),
        ("japaneseCounting", (10, 101, 110, 1000), "十 百一 百十 千"),
        ("ideographDigital", (1, 10, 12), "一 一〇 一二"),
        ("chineseLegalSimplified", (1, 12), "壹 拾贰"),
        ("ideographTraditional", (1, 10, 11), "甲 癸 11"),
        ("decimalEnclosedCircle", (1, 20, 21, 36, 50, 51), "① ⑳ ㉑ ㊱ ㊿ 51"),
        ("decimalEnclosedParen", (1, 21), "⑴ 21"),
        ("upperLetter", (1, 26, 27, 1000), "A Z AA 1000"),
        ("lowerLetter", (3,), "c"),
        ("upperRoman", (4, 1999, 5000), "IV MCMXCIX 5000"),
        ("lowerRoman", (9,), "ix"),
        ("none", (1,), ""),
        ("bullet", (1,), ""),
    ],
)
def test_number_formats(style: str, numbers: tuple[int, ...], expected: str) -> None:
    assert " ".join(format_number(number, style) or "" for number in numbers) == expected


def test_automatic_numbers_of_a_report() -> None:
    numbering = (
        abstract(0, lvl(0, "chineseCountingThousand", "第%1部分"))
        + abstract(
            1,
            lvl(0, "chineseCountingThousand", "%1、"),
            lvl(1, "taiwaneseCountingThousand", "（%2）"),
            lvl(2, "decimal", "%3."),
            lvl(3, "decimal", "（%4）"),
            lvl(4, "decimalEnclosedCircle", "%5", '<w:suff w:val="nothing"/>'),
            lvl(5, "bullet", "·"),
            lvl(6, "none", "附："),
        )
        + num(1, 0)
        + num(2, 1)
    )
    depths = [0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 1, 2, 0, 1]
    body = item("概况") + "".join(item("x", depth, 2) for depth in depths) + item("情况")
    assert texts(word(body, numbering=numbering)) == [
        *("第一部分 概况", "一、x", "（一）x", "（二）x", "1. x", "2. x", "（1）x", "①x", "②x", "x", "附：x"),
        *("（三）x", "1. x", "二、x", "（一）x", "第二部分 情况"),
    ]


def test_several_levels_in_one_number_and_legal_style() -> None:
    levels = (
        lvl(0, "chineseCounting", "%1、"),
        lvl(1, "decimal", "%1.%2"),
        lvl(2, "decimal", "%1.%2.%3", "<w:isLgl/>"),
    )
    body = item("a") + item("b", 1) + item("c", 1) + item("d", 2) + item("e", 1)
    assert texts(word(body, numbering=abstract(0, *levels) + num(1, 0))) == [
        *("一、a", "一.1 b", "一.2 c", "1.2.1 d", "一.3 e"),
    ]


def test_restart_rules() -> None:
    levels = (
        lvl(0, "decimal", "%1."),
        lvl(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/>'),
        lvl(2, "lowerLetter", "%3)", '<w:lvlRestart w:val="1"/>'),
    )
    body = "".join(item("x", depth) for depth in (0, 1, 2, 1, 2, 0, 1, 2))
    assert texts(word(body, numbering=abstract(0, *levels) + num(1, 0))) == [
        *("1. x", "1)x", "a)x", "2)x", "b)x", "2. x", "3)x", "a)x"),
    ]


def test_lists_share_their_count_until_one_says_where_it_starts() -> None:
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    other = f'<w:lvlOverride w:ilvl="0">{lvl(0, "upperRoman", "%1.")}</w:lvlOverride>'
    numbering = abstract(0, lvl(0, "decimal", "%1.")) + num(1, 0) + num(2, 0) + num(3, 0, again) + num(4, 0, other)
    body = "".join(item("x", 0, number) for number in (1, 1, 2, 3, 3, 1, 4, 9, 0))
    assert texts(word(body, numbering=numbering)) == [
        "1. x",
        "2. x",
        "3. x",
        "5. x",
        "6. x",
        "7. x",
        "VIII. x",
        "x",
        "x",
    ]


def test_numbers_from_styles() -> None:
    numbering = (
        abstract(0, lvl(0, "chineseCounting", "%1、", '<w:pStyle w:val="h1"/>'), lvl(1, "decimal", "%2."))
        + num(1, 0)
        + abstract(7, lvl(0, "decimal", "[%1]"), '<w:styleLink w:val="L"/>')
        + abstract(8, '<w:numStyleLink w:val="L"/>')
        + num(3, 8)
    )
    number = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    second = '<w:basedOn w:val="h1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr>'
    styles = (
        style("h1", "heading 1", number) + style("h2", "heading 2", second) + style("c", "c", '<w:basedOn w:val="h1"/>')
    )
    off = p("无号", '<w:pStyle w:val="h1"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    body = styled("a", "h1") + styled("b", "h2") + styled("c", "c") + off + styled("d", "h2") + item("e", 0, 3)
    assert texts(word(body, numbering=numbering, styles=styles)) == [
        "一、a",
        "1. b",
        "二、c",
        "无号",
        "1. d",
        "[1] e",
    ]


def test_custom_and_unknown_formats() -> None:
    custom = '<mc:AlternateContent><mc:Choice><w:numFmt w:val="custom" w:format="001, 002, ..."/></mc:Choice>'
    custom += '<mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
    padded = f'<w:lvl w:ilvl="0"><w:start w:val="7"/>{custom}<w:lvlText w:val="%1"/></w:lvl>'
    numbering = abstract(0, padded) + num(1, 0) + abstract(1, lvl(0, "hebrew1", "%1")) + num(2, 1)
    data = word(item("甲") + item("乙", 0, 2), numbering=numbering)
    assert texts(data) == ["007 甲", "1 乙"]
    assert notes(data) == ("automatic numbers in the format 'hebrew1': written as 1, 2, 3",)


def test_tracked_changes_are_read_as_accepted() -> None:
    body = p(
        t("下降")
        + f'<w:ins w:id="1">{t("7.68%")}</w:ins>'
        + '<w:del w:id="2"><w:r><w:delText>8%</w:delText></w:r></w:del>'
        + f'<w:moveFrom w:id="3">{t("旧")}</w:moveFrom><w:moveTo w:id="4">{t("。")}</w:moveTo>'
    )
    assert texts(word(body)) == ["下降7.68%。"]
    assert notes(word(body)) == ("tracked deletions: 2 left out",)


def test_deleted_paragraph_mark_joins_and_does_not_count() -> None:
    numbering = abstract(0, lvl(0, "decimal", "%1.")) + num(1, 0)
    gone = '<w:numPr><w:numId w:val="1"/></w:numPr><w:rPr><w:del w:id="1"/></w:rPr>'
    data = word(p("前半，", gone) + item("后半") + p("末", gone), numbering=numbering)
    assert texts(data) == ["1. 前半，后半", "末"]


def test_deleted_rows_and_cells() -> None:
    gone = f'<w:tr><w:trPr><w:del w:id="1"/></w:trPr>{cell("旧")}</w:tr>'
    body = f"<w:tbl><w:tr>{cell('甲')}{cell('乙', '<w:cellDel/>')}</w:tr>{gone}</w:tbl>"
    assert blocks(word(body))[0].cells == (("甲", ""),)


def test_content_controls_links_and_tags_are_passed_through() -> None:
    sdt = '<w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'
    tag = f"<w:smartTag><w:smartTagPr/>{t('乙')}</w:smartTag>"
    inline = f"<w:hyperlink>{t('甲')}</w:hyperlink>{tag}{sdt.format(t('丙'))}"
    rows = (
        table(cell("丁"))
        .replace("<w:tr>", "<w:sdt><w:sdtContent><w:tr>")
        .replace("</w:tr>", "</w:tr></w:sdtContent></w:sdt>")
    )
    data = word(sdt.format(p(inline)) + f"<w:customXml><w:ins>{p('戊')}</w:ins></w:customXml>" + rows)
    assert texts(data) == ["甲乙丙", "戊", ""]
    assert blocks(data)[2].cells == (("丁",),)


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def test_fields_keep_their_result() -> None:
    code = "<w:r><w:instrText> PAGEREF _Toc </w:instrText></w:r>"
    nested = mark("begin") + code + mark("begin") + code + mark("separate") + t("内") + mark("end")
    body = (
        p(t("见") + mark("begin") + code + mark("separate") + t("12") + mark("end") + t("页"))
        + p(nested + mark("separate") + t("外") + mark("end"))
        + p(f'<w:fldSimple w:instr="DATE">{t("2023年")}</w:fldSimple>')
        + p(mark("begin") + code + mark("separate") + t("目录"))
        + p(t("一、收入\t3") + mark("end"))
    )
    assert texts(word(body)) == ["见12页", "外", "2023年", "目录", "一、收入\t3"]
    assert notes(word(body)) == ()
    assert notes(word(p(mark("begin") + t("甲")))) == ("unfinished fields: 1 left out",)


def test_text_boxes_follow_their_paragraph_once() -> None:
    box = f"<w:txbxContent>{p('框内')}{table(cell('框表'))}</w:txbxContent>"
    drawing = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><x:txbx>{box}</x:txbx></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    old = f"<w:r><w:pict><v:textbox><w:txbxContent>{p('旧框')}</w:txbxContent></v:textbox></w:pict></w:r>"
    data = word(p(t("前") + drawing + t("后")) + p(old) + p("末"))
    assert texts(data) == ["前后", "框内", "", "旧框", "末"]
    assert [block.line for block in blocks(data)] == [1, 2, 3, 4, 5]


def test_an_empty_choice_gives_way_to_the_fallback() -> None:
    inner = f"<mc:AlternateContent><mc:Choice/><mc:Fallback>{t('甲')}</mc:Fallback></mc:AlternateContent>"
    assert texts(word(p(inner + "<mc:AlternateContent/>"))) == ["甲"]


def test_notes_come_after_the_text_in_order_of_reference() -> None:
    def refer(kind: str, key: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{key}"/></w:r>'

    body = p(t("甲") + refer("footnote", 3) + refer("footnote", 2) + refer("endnote", 1) + refer("footnote", 9))
    footnotes = (
        f'<w:footnote w:type="separator" w:id="-1">{p("线")}</w:footnote>'
        f'<w:footnote w:id="2">{p("注二")}</w:footnote>'
        f'<w:footnote w:id="3">{p("注三")}</w:footnote>'
    )
    data = word(body + p("乙"), footnotes=footnotes, endnotes=f'<w:endnote w:id="1">{p("尾注")}</w:endnote>')
    assert texts(data) == ["甲", "乙", "注三", "注二", "尾注"]
    assert notes(data) == (
        "missing footnotes: 1 left out",
        "endnotes: 1 put after the text",
        "footnotes: 2 put after the text",
    )


def test_what_cannot_be_kept_is_noted() -> None:
    inner = (
        t("甲")
        + '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r><w:r><w:drawing><pic:pic/></w:drawing></w:r>'
        + f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:object>{t('x')}</w:object></w:r>"
        + '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>显</w:t></w:r>'
        + "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>"
    )
    data = word(p(inner) + "<w:altChunk/>")
    assert texts(data) == ["甲显x+y"]
    assert notes(data) == tuple(
        f"{kind}: 1 left out"
        for kind in ("embedded documents", "embedded objects", "hidden passages", "pictures", "symbols")
    )


def test_merged_cells_keep_the_grid() -> None:
    data = word(
        table(
            cell("项目", '<w:vMerge w:val="restart"/>') + cell("决算数", '<w:gridSpan w:val="2"/>'),
            cell("", "<w:vMerge/>") + cell("2022年") + cell(p("2023") + p("年")),
            cell("合计"),
        )
    )
    assert blocks(data)[0].cells == (("项目", "决算数", ""), ("", "2022年", "2023\n年"), ("合计", "", ""))


def test_rows_that_begin_late_or_end_early() -> None:
    row = '<w:tr><w:trPr><w:gridBefore w:val="1"/><w:gridAfter w:val="1"/></w:trPr>' + cell("甲") + "</w:tr>"
    merged = cell("乙", '<w:hMerge w:val="restart"/>') + cell("", "<w:hMerge/>") + cell("丙")
    assert blocks(word(f"<w:tbl>{row}<w:tr>{merged}</w:tr></w:tbl>"))[0].cells == (
        ("", "甲", ""),
        ("乙", "", "丙"),
    )


def test_numbers_in_table_cells() -> None:
    numbering = abstract(0, lvl(0, "decimal", "%1")) + num(1, 0)
    data = word(table(cell(item("")) + cell("甲"), cell(item("")) + cell("乙")), numbering=numbering)
    assert blocks(data)[0].cells == (("1", "甲"), ("2", "乙"))


def test_nested_tables_and_boxes_in_cells_follow_the_table() -> None:
    box = p(f"<w:r><w:pict><w:txbxContent>{p('框')}</w:txbxContent></w:pict></w:r>")
    inner = table(cell(p("里") + table(cell("最里"))))
    data = word(table(cell(p("外") + inner) + cell(box)) + p("后") + table())
    assert [(block.kind, block.text, block.cells) for block in blocks(data)] == [
        ("grid", "", (("外", ""),)),
        ("grid", "", (("里",),)),
        ("grid", "", (("最里",),)),
        ("paragraph", "框", ()),
        ("paragraph", "后", ()),
    ]


def test_main_part_is_found_by_its_relationship() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relations = "<Relationships>{}</Relationships>"
    main = f'<Relationship Type="{kind}officeDocument" Target="/word/document2.xml"/>'
    lists = f'<Relationship Type="{kind}numbering" Target="n2.xml"/>'
    lists += '<Relationship Type="x" TargetMode="External"/>'
    data = package(
        {
            "_rels/.rels": relations.format(main),
            "word\\document2.xml": root("document", f"<w:body>{item('甲')}</w:body>"),
            "word/_rels/document2.xml.rels": relations.format(lists),
            "word/n2.xml": root("numbering", abstract(0, lvl(0, "decimal", "%1.")) + num(1, 0)),
        }
    )
    assert texts(data) == ["1. 甲"]


def refusal(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read_docx(data)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 250
    return message


VALID = word(
    item("收入") + table(cell("甲") + cell("乙", '<w:gridSpan w:val="2"/>')) + styled("支出", "a"),
    numbering=abstract(0, lvl(0, "chineseCounting", "%1、")) + num(1, 0),
    styles=style("a", "标题 2"),
)


def test_not_a_word_file() -> None:
    assert refusal(b"") == "not a Word file: no zip archive"
    assert refusal("收入支出".encode()) == "not a Word file: no zip archive"
    assert refusal(VALID[: len(VALID) // 2]) == "not a Word file: the zip archive is truncated"
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)) == "not a Word file: no zip archive"
    assert refusal(package({"a.txt": "x"})) == "not a Word file: no word/document.xml"
    assert refusal(package({"word/document.xml": root("styles", "")})).endswith("holds no Word document")
    assert refusal(package({"word/document.xml": root("document", "")})).endswith("holds no Word document")


def test_broken_xml() -> None:
    assert refusal(package({"word/document.xml": "<w:document"})).startswith("word/document.xml: broken XML: ")
    assert refusal(package({"word/document.xml": ""})).startswith("word/document.xml: broken XML: ")
    odd = '<?xml version="1.0" encoding="klingon"?><a/>'
    assert refusal(package({"word/document.xml": odd})).startswith("word/document.xml: broken XML: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_doctype_is_refused(encoding: str) -> None:
    rest = root("document", "<w:body/>").partition("?>")[2]
    bomb = f'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>{rest}'
    data = package({"word/document.xml": f'<?xml version="1.0" encoding="{encoding}"?>{bomb}'.encode(encoding)})
    assert refusal(data) == "word/document.xml: a DOCTYPE is refused"


def test_doctype_in_an_exotic_encoding_is_refused() -> None:
    text = '<?xml version="1.0" encoding="IBM037"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
    with pytest.raises(ReadError, match=r"^a\.xml: "):
        parse_xml(text.encode("cp037"), "a.xml")


@pytest.mark.parametrize("part", ["../evil", "word/../../evil", "/etc/passwd", "C:/evil", "..\\evil"])
def test_unsafe_names(part: str) -> None:
    assert refusal(package({part: "x"})).startswith("unsafe name in the archive: ")


def test_zip_bomb_by_ratio() -> None:
    data = package({"word/document.xml": bytes(20 * 2**20)})
    assert refusal(data) == "zip bomb: word/document.xml expands more than 200 times"


def test_zip_bomb_by_total(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_TOTAL", 1000)
    assert refusal(package({"a": b"x" * 600, "b": b"y" * 600})).startswith("zip bomb: more than ")


def test_zip_bomb_by_count() -> None:
    data = package({str(index): "" for index in range(10_001)})
    assert refusal(data) == "zip bomb: more than 10000 entries"
    lie = data[:-12] + struct.pack("<H", 1) + data[-10:]
    assert refusal(lie) == "zip bomb: more than 10000 entries"


def test_declared_sizes_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The central directory says a small size, and a packed size that hides the ratio."""
    data = bytearray(package({"word/document.xml": bytes(4 * 2**20)}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 16 : at + 28] = struct.pack("<LLL", zlib.crc32(bytes(100)), len(data), 100)
    assert refusal(bytes(data)).startswith("word/document.xml: ")
    opened = open_archive(package({"a": b"x" * 600}))
    monkeypatch.setattr(archive, "_TOTAL", 1000)
    opened.read("a")
    with pytest.raises(ReadError, match="zip bomb"):
        opened.read("a")


def test_encrypted_and_odd_entries() -> None:
    for offset, word_, message in (
        (8, 1, "the file is encrypted: it needs a password"),
        (10, 14, "a: compression method 14 is not supported"),
    ):
        data = bytearray(package({"a": "x"}))
        at = data.rfind(b"PK\x01\x02") + offset
        data[at : at + 2] = struct.pack("<H", word_)
        assert refusal(bytes(data)) == message


def test_archive_lists_its_parts() -> None:
    opened = open_archive(package({"a": "x", "b": "y"}))
    assert list(opened) == ["a", "b"]
    with pytest.raises(ReadError, match="c: missing"):
        opened.read("c")


@pytest.mark.parametrize("depth", [60, 600, 100_000])
def test_deep_nesting_is_read_or_refused(depth: int) -> None:
    for opening, closing in (("<w:ins>", "</w:ins>"), ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>")):
        data = word(opening * depth + p("甲") + closing * depth)
        if depth == 60:
            assert "甲" in str(blocks(data))
        else:
            _read_or_refuse(data)


def test_huge_spans_are_refused() -> None:
    for size in ("2000000000", "9" * 5000):
        wide = cell("甲", f'<w:gridSpan w:val="{size}"/>')
        data = word(table(wide))
        _read_or_refuse(data)
    assert refusal(word(table(cell("甲", '<w:gridSpan w:val="2000000000"/>')))) == "more than 5,000,000 table cells"
    tall = table(cell("甲", '<w:gridSpan w:val="60000"/>'), *[cell("乙")] * 100)
    assert refusal(word(tall)) == "more than 5,000,000 table cells"


def _read_or_refuse(data: bytes) -> None:
    try:
        found, remarks = read_docx(data)
    except ReadError as error:
        message = str(error)
    else:
        message = "read"
        assert [block.line for block in found] == list(range(1, len(found) + 1))
        assert all("\n" not in remark for remark in remarks)
    assert message
    assert "\n" not in message


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"]))
def test_random_bytes_are_refused(data: bytes, start: bytes) -> None:
    _read_or_refuse(start + data)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 7)), min_size=1, max_size=6))
def test_flipped_bits_in_the_container(flips: list[tuple[int, int]]) -> None:
    data = bytearray(VALID)
    for place, bit in flips:
        data[place] ^= 1 << bit
    _read_or_refuse(bytes(data))


PARTS = {part: zipfile.ZipFile(io.BytesIO(VALID)).read(part) for part in zipfile.ZipFile(io.BytesIO(VALID)).namelist()}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(PARTS)), st.data())
def test_flipped_bits_in_the_parts(part: str, data: st.DataObject) -> None:
    content = bytearray(PARTS[part])
    for place in data.draw(st.lists(st.integers(200, len(content) - 1), min_size=1, max_size=3)):
        content[place] ^= 1 << data.draw(st.integers(0, 6))
    _read_or_refuse(package(PARTS | {part: bytes(content)}))


_TAGS = (
    "p",
    "r",
    "t",
    "tbl",
    "tr",
    "tc",
    "ins",
    "del",
    "sdt",
    "sdtContent",
    "txbxContent",
    "pPr",
    "numPr",
    "fldChar",
)


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.sampled_from(["甲", "12.5万元", '<w:numId w:val="1"/>', '<w:ilvl w:val="x"/>', '<w:gridSpan w:val="-3"/>']),
        lambda inner: st.builds(
            lambda tag, parts: f"<w:{tag}>{''.join(parts)}</w:{tag}>",
            st.sampled_from(_TAGS),
            st.lists(inner, max_size=4),
        ),
        max_leaves=30,
    )
)
def test_any_arrangement_of_elements_is_read(body: str) -> None:
    numbering = abstract(0, lvl(0, "chineseCounting", "%1、")) + num(1, 0)
    read_docx(word(body, numbering=numbering))
