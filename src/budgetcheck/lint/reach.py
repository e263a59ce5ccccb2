"""What a rulebook does not reach: numbers of reports that no rule touches, and rules that no report needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from ..coverage import list_numbers
from ..engine import judge
from ..errors import ReadError
from ..ledger import Ledger
from ..model import Number
from ..pipeline import read_ledger
from ..readers import layout_of, read_document
from ..rulebook import Rule
from ..shapes import CODES
from ..statements import Statement
from ..wording import Wording
from .remarks import Remark

__all__ = ["judge_reports"]

_KINDS = {code: kind for kind, code in reversed(CODES.items())}
_CLAUSE = ",.;"
_EXAMPLES = 3
_LONGEST = 12  # kinds of tokens of a clause that are shown


def judge_reports(
    reports: Sequence[Path], rules: Sequence[Rule], mine: frozenset[str], wording: Wording
) -> Iterator[Remark]:
    """Gaps of each report, the widest first, and those of the rules `mine` that applied to none of the reports.

    Raises ReadError where a report cannot be read.
    """
    applied: set[str] = set()
    for path in reports:
        ledger = _ledger(path, wording)
        judgement = judge(ledger, rules)
        applied |= {outcome.rule for outcome in judgement.outcomes if outcome.status != "skipped"}
        yield from _gaps(path, ledger, judgement.judged_by)
    for rule in rules if reports else ():
        if rule.id in mine and rule.id not in applied:
            reports_said = "the report" if len(reports) == 1 else f"any of the {len(reports)} reports"
            yield Remark(rule.source, "unused", f"{rule.id} did not apply to {reports_said}", rule.id, advice=True)


def _ledger(path: Path, wording: Wording) -> Ledger:
    try:
        return read_ledger(read_document(path, layout_of(wording)), wording)
    except ReadError as error:
        raise ReadError(f"{path}: {error}") from None


def _gaps(path: Path, ledger: Ledger, touched: Collection[tuple[int, int]]) -> Iterator[Remark]:
    """Numbers that no rule touches, those of one column or of one shape of sentence together."""
    statements = {statement.passage.index: statement for statement in ledger.statements if statement.tokens}
    groups: dict[str, list[Number]] = {}
    for number in list_numbers(ledger, dict.fromkeys(touched, ())):
        if number.fate in ("unconstrained", "unread"):
            groups.setdefault(_home(number, statements.get(number.span.block)), []).append(number)
    for home, numbers in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
        first = numbers[0].span
        place = f"{path}:{first.line}" if first.line else f"{path}, page {first.page}" if first.page else str(path)
        shown = ", ".join(dict.fromkeys(number.span.text.strip() for number in numbers[:_EXAMPLES]))
        unread = sum(number.fate == "unread" for number in numbers)
        how = f"{len(numbers)} numbers, {unread} of them not understood" if unread else f"{len(numbers)} numbers"
        message = f"no rule touches {how}, {home}: {shown}{', …' if len(numbers) > _EXAMPLES else ''}"
        yield Remark(place, "gap", message.replace(" 1 numbers", " 1 number"), advice=True)


def _home(number: Number, statement: Statement | None) -> str:
    """Where a number stands: its table and column, or the kinds of tokens of its clause."""
    span = number.span
    if span.table:
        return f"in 《{span.table}》 column “{span.column}”" if span.column else f"in 《{span.table}》"
    at = [i for i, token in enumerate(statement.tokens) if token.start == span.start] if statement else []
    if statement is None or not at:
        return "in a form or table without a name"
    first = max((statement.codes.rfind(end, 0, at[0]) for end in _CLAUSE), default=-1) + 1
    last = min((place for end in _CLAUSE if (place := statement.codes.find(end, at[0])) >= 0), default=None)
    kinds = [_KINDS.get(code, code) for code in statement.codes[first:last]]
    return f"in clauses like {' '.join(kinds[:_LONGEST])}{' …' if len(kinds) > _LONGEST else ''}"
