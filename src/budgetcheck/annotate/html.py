"""Notes in a web page: the characters that are meant are marked, and a list at the end says what of them.

The page is otherwise as it was published, its scripts included; the copy is UTF-8 with a byte order mark, which counts
more than what a page says of its encoding. The lists stand in <nav>, so that who reads the copy reads the same report.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from ..errors import ReadError
from ..readers.html import trace_html
from ..readers.layout import Layout
from .html_texts import Range, Texts
from .wire import AUTHOR, Answer, Mark, Standing, unpacked

__all__ = ["annotate_html"]

_PRIVATE = range(0xE000, 0xF900)
_RANKS = ("error", "warning", "info")
_STYLE = """<style>
mark.budgetcheck{color:inherit;background:#ffe08a;outline:1px solid #8a5a00}
mark.budgetcheck-error{background:#ffd0cc;outline:2px solid #b3261e}
mark.budgetcheck-info{background:#d6e6ff;outline:1px solid #1f5fa8}
mark.budgetcheck[data-note]::after{content:"[" attr(data-note) "]";font-size:75%;vertical-align:super}
nav.budgetcheck{margin:1em;padding:1em;border:2px solid #b3261e;background:#fff;color:#222;font:14px/1.6 sans-serif;
text-align:left;white-space:pre-line}
nav.budgetcheck li{margin:.6em 0}
</style>"""


def annotate_html(payload: bytes, layout: Layout) -> Answer:
    """The page with its notes, where each stands, and no remarks.

    Raises ReadError for a web archive, and where the text of the page cannot be found again.
    """
    marks, data = unpacked(payload)
    trace = trace_html(data, layout)
    texts = Texts(trace)
    placed = [_placed(mark, texts) for mark in marks]
    used = set(trace.tree.html)
    free = [chr(code) for code in _PRIVATE if chr(code) not in used][:2]
    if len(free) < 2:
        raise ReadError("no character is free to mark places with")
    tags, anchors = _cut(marks, placed, texts, free[0], free[1])
    if marks:
        _hold(trace.tree.body, tags, _lists(marks, anchors), free[0], free[1])
    page = re.sub(f"{free[0]}(\\d+){free[1]}", lambda found: tags[int(found[1])], trace.tree.html)
    return (page.encode("utf-8-sig"), tuple(how for how, _ in placed)), ()


def _placed(mark: Mark, texts: Texts) -> tuple[Standing, list[Range]]:
    """Where a note stands: over its characters, over the cell or paragraph that holds them, or at the top."""
    if mark.block is None:
        return "top", []
    if mark.start is not None and texts.text(mark.block, mark.cell)[mark.start : mark.end] == mark.wanted:
        return "exact", texts.ranges(mark.block, mark.cell, mark.start, mark.end)
    return "near", texts.ranges(mark.block, texts.filled(mark.block, mark.cell), None, None)


def _cut(
    marks: Sequence[Mark], placed: Sequence[tuple[Standing, list[Range]]], texts: Texts, opens: str, closes: str
) -> tuple[list[str], Mapping[int, str]]:
    """Write signs for tags into the text nodes: the tags by number, and for each note where its mark begins."""
    held: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    ends = {note: ranges[-1] for note, (_, ranges) in enumerate(placed) if ranges}
    for note, (_, ranges) in enumerate(placed):
        for node, start, end in ranges:
            held[node].append((start, end, note))
    tags: list[str] = ["</mark>"]
    anchors: dict[int, str] = {}
    for node, spans in sorted(held.items()):
        written = []
        for start, end, notes in _segments(spans, len(texts.contents[node])):
            piece = texts.contents[node][start:end]
            if notes:
                key = f"{AUTHOR}-{len(tags)}"
                for note in notes:
                    anchors.setdefault(note, key)
                last = [note for note in notes if ends[note][0] == node and ends[note][2] == end]
                tags.append(_tag(key, [marks[note] for note in notes], last))
                piece = f"{opens}{len(tags) - 1}{closes}{piece}{opens}0{closes}"
            written.append(piece)
        whole = texts.nodes[node].text_content
        texts.nodes[node].replace_with("".join(written) + whole[len(texts.contents[node]) :])
    return tags, anchors


def _segments(spans: Sequence[tuple[int, int, int]], size: int) -> Iterator[tuple[int, int, list[int]]]:
    """A text in pieces, each with the notes that cover all of it."""
    cuts = sorted({0, size, *(at for start, end, _ in spans for at in (start, end))})
    for start, end in pairwise(cuts):
        yield start, end, [note for first, last, note in spans if first <= start and end <= last]


def _tag(key: str, marks: Sequence[Mark], last: Sequence[int]) -> str:
    """What opens a marked piece; the numbers of the notes that end with it stand behind it, and are not its text."""
    severity = min((mark.severity for mark in marks), key=_RANKS.index)
    title = escape("\n\n".join(mark.text for mark in marks))
    number = f' data-note="{",".join(str(note + 1) for note in last)}"' if last else ""
    return f'<mark class="budgetcheck budgetcheck-{severity}" id="{key}" title="{title}"{number}>'


def _hold(body: Any, tags: list[str], lists: tuple[str, str], opens: str, closes: str) -> None:
    """Write signs for what stands before and behind all that the page holds."""
    if body is None:
        raise ReadError("no text in it that a note could stand at")
    tags += lists
    body.insert_child(f"{opens}{len(tags) - 1}{closes}")
    body.child.insert_before(f"{opens}{len(tags) - 2}{closes}")


def _lists(marks: Sequence[Mark], anchors: Mapping[int, str]) -> tuple[str, str]:
    """The notes that have no place, for the top of the page, and all others, for its end."""
    top = [f"<li>{escape(mark.text)}</li>" for note, mark in enumerate(marks) if note not in anchors]
    below = [
        f'<li value="{note + 1}"><a href="#{anchors[note]}">↑</a> {escape(mark.text)}</li>'
        for note, mark in enumerate(marks)
        if note in anchors
    ]
    return _STYLE + _nav("ul", top), _nav("ol", below)


def _nav(kind: str, items: Sequence[str]) -> str:
    listed = f"<{kind}>{''.join(items)}</{kind}>"
    return f'<nav class="budgetcheck"><b>{AUTHOR}</b>{listed}</nav>' if items else ""
