"""The table of contents against the tables that follow, and titles that call one report a department's and a unit's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from ..amounts import fold
from ..ledger import Ledger
from ..model import Culprit, Span
from ..outline import Passage
from ..rulebook import Rule
from ..tables import Table
from ..verdicts import Draft, Verdict, passed, skipped

__all__ = ["listed_tables", "makers"]

_LONGEST = 60
_ALIKE = 0.85


def listed_tables(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Tables named in the contents that stand nowhere, in a report that holds most of its tables.

    With `option none`, the other way round: a report whose contents name tables and that holds no grid at all.
    """
    listed, behind = _contents(rule, ledger.passages)
    if len(listed) < int(rule.options["at_least"]):
        yield skipped("tables named in the contents")
        return
    if rule.options.get("none", False):
        yield _nowhere(ledger, listed)
        return
    titles = _titles(rule, ledger.tables, behind)
    held = [table for table in ledger.tables if table.spec]
    missing = [p for p, name in listed if not _stands(name, titles, held, rule)]
    if len(missing) * 2 >= len(listed):
        yield skipped("tables")
        return
    for passage in missing:
        name = _bare(rule, passage.text.folded)
        span = _span(passage)
        fields = {"name": name, "count": str(len(listed))}
        yield Verdict("failed", (), (), Draft((span,), (), fields, None, None, (Culprit(name, None, span),), "likely"))
    if not missing:
        yield passed()


def _nowhere(ledger: Ledger, listed: Sequence[tuple[Passage, str]]) -> Verdict:
    if any(passage.block.cells for passage in ledger.passages):
        return passed()
    span = _span(listed[0][0])
    return Verdict("failed", (), (), Draft((span,), (), {"count": str(len(listed)), "name": listed[0][1]}))


def _contents(rule: Rule, passages: Sequence[Passage]) -> tuple[list[tuple[Passage, str]], list[Passage]]:
    """Tables that the contents name, and the passages behind: where an entry stands a second time the contents end."""
    opening = re.compile(rule.options["opening"])
    wanted = re.compile(rule.options["table"])
    start = next((n for n, p in enumerate(passages) if opening.fullmatch(p.text.folded.replace(" ", ""))), None)
    if start is None:
        return [], list(passages)
    seen: set[str] = set()
    end = start + 1
    while end < len(passages) and not passages[end].block.cells:
        name = _bare(rule, passages[end].text.folded)
        if name in seen or len(name) > _LONGEST:
            break
        seen.add(name)
        end += 1
    named = [(passage, _bare(rule, passage.text.folded)) for passage in passages[start + 1 : end]]
    return [(passage, name) for passage, name in named if wanted.fullmatch(name)], list(passages[end:])


def _bare(rule: Rule, text: str) -> str:
    """A title without its number, year, page number and quotation marks."""
    for pattern in rule.options["marks"]:
        text = re.sub(pattern, "", text)
    return text


def _titles(rule: Rule, tables: Sequence[Table], behind: Sequence[Passage]) -> set[str]:
    """Everything behind the contents that may be a table's title: short lines, sheet names, first cells."""
    texts = [passage.text.folded for passage in behind if not passage.block.cells]
    texts += [table.title for table in tables]
    texts += [fold(passage.block.sheet).folded for passage in behind if passage.block.sheet]
    texts += [fold(cell).folded for p in behind for row in p.block.cells[:3] for cell in row if cell]
    return {_bare(rule, text) for text in texts if text and len(text) <= _LONGEST}


def _stands(name: str, titles: set[str], held: Sequence[Table], rule: Rule) -> bool:
    if any(name in title or (len(title) > 5 and title in name) for title in titles):
        return True
    if any(_bare(rule, fold(title).folded) == name for table in held for title in table.spec["titles"]):
        return True
    return any(difflib.SequenceMatcher(None, name, title).ratio() > _ALIKE for title in titles)


def _span(passage: Passage) -> Span:
    text = passage.text.folded[:120]
    label = passage.section.label or None
    return Span(text, text, passage.block.line, passage.block.page, label, block=passage.index, start=0)


def makers(rule: Rule, ledger: Ledger) -> Iterator[Verdict]:
    """Titles of tables and headings that say 部门, beside others that say 单位; running text does not count.

    Where one table stands twice the report holds a department's tables and its units': no finding.
    """
    names = [table.name for table in ledger.tables if table.spec and not table.blank]
    found: dict[str, list[tuple[str, Passage]]] = {}
    patterns = [re.compile(pattern) for pattern in rule.options["patterns"]]
    for text, passage in _headings(ledger):
        match = next((m for pattern in patterns if (m := pattern.search(text))), None)
        if match:
            found.setdefault(match["maker"], []).append((text, passage))
    if not found:
        yield skipped("title that names its maker")
    elif len(found) == 1 or len(set(names)) < len(names):
        yield passed()
    else:
        usual, odd = sorted(found, key=lambda maker: -len(found[maker]))[:2]
        (text, passage), (other, _) = found[odd][0], found[usual][0]
        span = _span(passage)
        fields = {"text": text, "other": other, "odd": odd, "usual": usual}
        yield Verdict("failed", (), (), Draft((span,), (), fields, None, None, (Culprit(odd, None, span),), "likely"))


def _headings(ledger: Ledger) -> Iterator[tuple[str, Passage]]:
    for table in ledger.tables:
        if table.spec and table.title:
            yield table.title, table.passage
    for passage in ledger.passages:
        if passage.heading and len(passage.text.folded) <= _LONGEST and not passage.block.cells:
            yield passage.text.folded, passage
