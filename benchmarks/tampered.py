"""Real reports, spoiled one number at a time: how many are found, named, named alone, and given back.

    python benchmarks/tampered.py REPORT [REPORT …] [--every N] [--jobs N]

Every amount and percentage that some rule checks is changed once for each kind of slip, in the document as read, and
the report is checked again. A finding counts when the untouched report does not have it. `seen` leaves out numbers
whose true value and whose slip both satisfy every relation, so that no tool could tell them apart.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from budgetcheck.amounts import fold
from budgetcheck.engine import judge
from budgetcheck.model import Block, Document, Fact, Finding, Review
from budgetcheck.pipeline import read_ledger, review
from budgetcheck.readers import layout_of, read_document
from budgetcheck.rulebook import load_rules
from budgetcheck.wording import load_wording

Place = tuple[int, int]
KINDS = ("substituted", "transposed", "dropped", "inserted", "shifted")
COLUMNS = ("tried", "found", "named", "alone", "given", "certain", "wrong")


def spoiled(text: str, kind: str, draw: random.Random) -> str | None:
    """The printed number with one slip of a kind; None where it has no other digits to offer."""
    digits = [index for index, char in enumerate(text) if char.isdigit()]
    at = draw.choice(digits)
    if kind == "substituted":
        return text[:at] + draw.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]
    if kind == "transposed":
        pairs = [(a, b) for a, b in itertools.pairwise(digits) if text[a] != text[b]]
        if not pairs:
            return None
        one, other = draw.choice(pairs)
        chars = list(text)
        chars[one], chars[other] = chars[other], chars[one]
        return "".join(chars)
    if kind == "dropped":
        return text[:at] + text[at + 1 :] if len(digits) > 1 and text[at + 1 : at + 2] != "." else None
    if kind == "inserted":
        return text[:at] + draw.choice("0123456789") + text[at:]
    whole, point, rest = text.partition(".")
    return f"{whole}{rest[0]}.{rest[1:]}" if point and len(rest) > 1 else None


def changed(document: Document, fact: Fact, text: str) -> Document | None:
    """The document with one printed number replaced."""
    span = fact.span
    block = document.blocks[span.block]
    number = fact.quantity.text
    if block.kind == "grid":
        row, column = divmod(span.start, 1000)
        cell = block.cells[row][column]
        if cell.count(number) != 1:
            return None
        cells = list(block.cells)
        line = list(cells[row])
        line[column] = cell.replace(number, text)
        cells[row] = tuple(line)
        spoilt: Block = replace(block, cells=tuple(cells))
    else:
        offsets = fold(block.text).offsets
        start = offsets[span.start]
        if not block.text.startswith(number, start):
            return None
        spoilt = replace(block, text=block.text[:start] + text + block.text[start + len(number) :])
    blocks = (*document.blocks[: span.block], spoilt, *document.blocks[span.block + 1 :])
    return replace(document, blocks=blocks)


def fresh(found: Review, before: set[tuple[str, Place]]) -> list[Finding]:
    """Findings of error or warning that the untouched report does not have."""
    return [f for f in found.findings if f.severity != "info" and (f.rule, first(f)) not in before]


def first(finding: Finding) -> Place:
    side = finding.stated[0]
    span = side.span if isinstance(side, Fact) else side
    return span.block, span.start


def trials(path: Path, every: int) -> Iterator[tuple[Path, Place, str, str]]:
    document = read_document(path, layout_of(load_wording()))
    judgement = judge(read_ledger(document, load_wording()), load_rules())
    wrong = {first(f) for f in judgement.findings} | {
        (c.span.block, c.span.start) for f in judgement.findings for c in f.culprits
    }
    facts = {(f.span.block, f.span.start): f for j in judgement.judged for f in j.facts if not f.derived}
    for number, (place, fact) in enumerate(sorted(facts.items())):
        if number % every or place in wrong or fact.quantity.dimension not in ("money", "percent"):
            continue
        for kind in KINDS:
            draw = random.Random(f"{path.name} {place} {kind}")
            number_text = "".join(c for c in fact.quantity.text if c.isdigit() or c in ".,-")
            text = spoiled(number_text, kind, draw)
            if text is not None and float(text.replace(",", "")) != float(number_text.replace(",", "")):
                yield path, place, kind, text


_read: dict[Path, tuple[Document, set[tuple[str, Place]], dict[Place, Fact]]] = {}


def prepared(path: Path) -> tuple[Document, set[tuple[str, Place]], dict[Place, Fact]]:
    if path not in _read:
        document = read_document(path, layout_of(load_wording()))
        judgement = judge(read_ledger(document, load_wording()), load_rules())
        before = {(f.rule, first(f)) for f in judgement.findings}
        facts = {(f.span.block, f.span.start): f for j in judgement.judged for f in j.facts if not f.derived}
        _read[path] = document, before, facts
    return _read[path]


def tried(trial: tuple[Path, Place, str, str]) -> tuple[str, Counter[str], str]:
    path, place, kind, text = trial
    document, before, facts = prepared(path)
    fact = facts[place]
    original = "".join(c for c in fact.quantity.text if c.isdigit() or c in ".,-")
    printed = fact.quantity.text.replace(original, text)
    spoilt = changed(document, fact, printed)
    counts: Counter[str] = Counter()
    if spoilt is None:
        return kind, counts, ""
    counts["tried"] = 1
    found = fresh(review(spoilt, load_wording(), load_rules()), before)
    counts["found"] = bool(found)
    roots = [f for f in found if f.root is None]
    named = [f for f in roots if any((c.span.block, c.span.start) == place for c in f.culprits)]
    counts["named"] = bool(named)
    alone = [f for f in named if len(f.culprits) == 1]
    counts["alone"] = bool(alone)
    given = [c.suggestion for f in named for c in f.culprits if (c.span.block, c.span.start) == place]
    counts["given"] = any(value is not None and plain(value) == plain(original) for value in given)
    certain = [f for f in roots if f.located == "certain"]
    counts["certain"] = bool(certain)
    counts["wrong"] = any((f.culprits[0].span.block, f.culprits[0].span.start) != place for f in certain)
    said = "; ".join(f"{f.rule} {f.located} {[(c.text, c.suggestion) for c in f.culprits][:4]}" for f in roots[:3])
    return (
        kind,
        counts,
        f"{path.name} {place} {fact.span.table or fact.span.section} {fact.name}: {original} -> {text}: {said}",
    )


def plain(text: str) -> float:
    return float("".join(c for c in text if c.isdigit() or c in ".-"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", choices=("found", "named", "alone", "given", "wrong"))
    options = parser.parse_args()
    table: dict[str, Counter[str]] = defaultdict(Counter)
    all_trials = [trial for path in options.reports for trial in trials(path, options.every)]
    with multiprocessing.Pool(options.jobs) as pool:
        for kind, counts, said in pool.imap(tried, all_trials, chunksize=8):
            table[kind].update(counts)
            table["all"].update(counts)
            missing = options.list and counts["tried"] and (counts[options.list] == (options.list == "wrong"))
            if missing and (options.list in ("found", "wrong") or counts["found"]):
                print(said)
    print(f"{'kind':12}" + "".join(f"{name:>9}" for name in COLUMNS))
    for kind in (*KINDS, "all"):
        counts = table[kind]
        shares = [
            f"{100 * counts[name] / max(counts['tried' if name in ('found',) else 'found'], 1):8.1f}%"
            for name in COLUMNS[1:]
        ]
        print(f"{kind:12}{counts['tried']:9}" + "".join(shares))


if __name__ == "__main__":
    sys.exit(main())
