from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetcheck import ReadError, check
from budgetcheck.readers import layout_of, read_document
from budgetcheck.readers.text import decode, read_text
from budgetcheck.wording import load_wording

from .readings import LAYOUT

REPORT = (
    "2021年度部门决算\n一、支出情况\n"
    "本年支出合计200.00万元，其中：基本支出150.00万元，占75.00%；项目支出50.00万元，占25.00%。\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32"])
def test_a_report_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "report.txt"
    path.write_bytes(REPORT.encode(encoding))
    assert [block.text for block in read_document(path, LAYOUT).blocks] == REPORT.strip().split("\n")


def test_big5_is_told_by_its_words() -> None:
    text = "本年度部門預算收支總計，財政撥款支出情況說明。" * 20
    assert decode(text.encode("big5"), ("預算",)) == text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.txt", b"", "the file is empty"),
        ("binary.txt", bytes(range(256)) * 40, "binary content, not text"),
        ("noise.txt", random.Random(7).randbytes(5000).replace(b"\x00", b"\x01"), "binary content, not text"),
        ("broken.txt", b"\xff\xfe\x00\xd8\x00", "says it is utf-16 but is not"),
        ("invalid.txt", "支出".encode() + b"\xff\xff\xfa" * 9, "neither UTF-8 nor GB18030"),
        (
            "long.txt",
            ("支出" * 2_500_000).encode(),
            "line 1 is 5000000 characters long; at most 200000 are read",
        ),
        ("large.txt", ("支出\n" * 7_200_000).encode(), "48 MB of text; at most 20 MB are read"),
        ("report.docx", b"not a zip at all", "not a Word file"),
        ("report.xyz", b"text", ".xyz is not read"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        check(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        check(tmp_path / "absent.txt")
    with pytest.raises(ReadError, match="no file in it can be read"):
        check(tmp_path)


def test_a_folder_is_one_report_in_several_files(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("2021年度部门决算\n一、支出\n本年支出合计200.00万元。\n", encoding="utf-8")
    (tmp_path / "2.md").write_text("二、其他\n2021年度本年支出合计210.00万元。\n", encoding="utf-8")
    (finding,) = check(tmp_path).findings
    assert finding.rule == "BC112"
    assert {Path(span.source or "").name for span in (side.span for side in (*finding.stated, *finding.computed))} == {
        "1.txt",
        "2.md",
    }


def test_wrapped_lines_are_joined_and_keep_their_line_numbers() -> None:
    sentence = "本年支出合计一项由基本支出和项目支出两个部分共同组成，其中基本支出用于保障机构正常运转和人员工资发放，"
    paragraph = sentence * 6
    lines = [paragraph[i : i + 30] for i in range(0, len(paragraph), 30)]
    text = "\n".join([*lines[:10], "项目支出50.00万元。", "二、其他情况"])
    blocks, _ = read_text(text.encode(), LAYOUT)
    assert len(blocks) == 2
    assert blocks[0].lines[0] == (0, 1)
    assert blocks[0].lines[-1][1] == 11
    assert blocks[1].line == 12


def test_paragraphs_on_lines_of_their_own_stay_apart() -> None:
    blocks, _ = read_text(REPORT.encode(), LAYOUT)
    assert [block.line for block in blocks] == [1, 2, 3]


def test_markdown_headings_keep_their_level() -> None:
    blocks, _ = read_text("# 部门决算\n\n## 一、概况\n\n支出1万元。\n".encode(), LAYOUT)
    assert [(block.text.strip(), block.level) for block in blocks] == [
        ("部门决算", 1),
        ("一、概况", 2),
        ("支出1万元。", None),
    ]


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    refusal = ""
    try:
        read_text(data, LAYOUT)
    except ReadError as error:
        refusal = str(error)
    assert "\n" not in refusal


@pytest.mark.parametrize(
    "begins",
    [
        "第三部分 说明",
        "一、总体",
        "（一）总体",
        "(十二)总体",
        "1．项目",
        "2、项目",
        "①项目",
        "附件1",
        "附表",
        "注：另有",
        "1.2024年",
    ],
)
def test_what_begins_an_item_is_the_same_for_every_reader(begins: str) -> None:
    assert LAYOUT.begins_item(begins)
    assert LAYOUT.begins_item(f"　{begins}")


@pytest.mark.parametrize("runs_on", ["支出一、二项", "12.50万元", "第三季度", "（略）", "附加说明"])
def test_running_text_begins_no_item(runs_on: str) -> None:
    assert not LAYOUT.begins_item(runs_on)


def test_layout_words_come_from_the_rules(tmp_path: Path) -> None:
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "own.toml").write_text("[layout]\nstarts = ['说明事项']\n", encoding="utf-8")
    own = layout_of(load_wording((tmp_path,)))
    assert own.begins_item("说明事项甲")
    assert own.begins_item("附件1")
    assert not LAYOUT.begins_item("说明事项甲")
