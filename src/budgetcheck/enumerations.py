"""Counts beside the list they count: in brackets, in quotes before 等, or as numbered lines that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .context import Context
from .facts import Level
from .model import Claim, Fact
from .statements import span_of
from .tokens import Token
from .wording import Wording

__all__ = ["read_enumerations"]

_BRACKET = re.compile(r"[^，。；、()]{0,12}\(([^()]+(?:\([^()]*\)[^()]*)*)\)")


def read_enumerations(context: Context, wording: Wording) -> Iterator[Claim]:
    """Claims of kind `enumeration` (a count and its list) and `promised` (a count of projects to be described)."""
    table = wording.table("enumeration")
    for number, statement in enumerate(context.statements):
        if statement.passage.section.role != "statement":
            continue
        for level in context.by_statement.get(number, []):
            token = statement.tokens[level.token]
            if level.fact.quantity.dimension == "count" and not level.fact.quantity.approximate:
                yield from _beside(context, number, level, token, table)
        yield from _below(context, number, table)


def _beside(context: Context, number: int, level: Level, token: Token, table: object) -> Iterator[Claim]:
    folded = context.statements[number].passage.text.folded
    assert isinstance(table, dict)
    bracket = _BRACKET.match(folded, token.end)
    if bracket and not re.search(r"\d", bracket[1]):
        items = _split(bracket[1])
        if (
            len(items) > 1
            and not items[-1].endswith(tuple(table["open"]))
            and not bracket[1].startswith(tuple(table["remarks"]))
        ):
            yield _claim(context, number, (level.fact,), items, bracket.start(1), bracket.end(1), "bracket")
    quoted = _quoted(folded[: token.start], table["joints"], table["going_on"])
    if quoted:
        names = re.findall(r'"([^"]+)"', quoted[1])
        if len(names) > 1:
            yield Claim("promised", {"count": (level.fact,)}, {"listed": str(len(names))}, level.fact.span)
            if not (quoted[2] and len(names) < int(level.fact.quantity.value)):
                yield _claim(context, number, (level.fact,), names, quoted.start(1), quoted.end(1), "quoted")


def _quoted(before: str, joints: str, going_on: str) -> re.Match[str] | None:
    """Quoted names that end a text, and the word that says that there are more."""
    # Looked at first: most texts end otherwise, and a search goes over the whole of one.
    if not before.endswith(('"', *joints, going_on)):
        return None
    return re.search(rf'((?:"[^"，。；]+"[{joints}]?)+)({going_on})?$', before)


def _split(text: str) -> list[str]:
    """Items parted by 、 outside brackets."""
    items, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "、" and depth == 0:
            items.append("")
        else:
            items[-1] += char
    return [item for item in items if item]


def _claim(
    context: Context,
    number: int,
    counts: tuple[Fact, ...],
    items: Sequence[str],
    start: int,
    end: int,
    form: str,
    extra: str = "",
) -> Claim:
    span = span_of(context.statements[number], start, end)
    words = {"listed": str(len(items)), "items": "、".join(items), "form": form, "extra": extra}
    return Claim("enumeration", {"count": counts}, words, span)


def _below(context: Context, number: int, table: object) -> Iterator[Claim]:
    """Numbered short lines right behind a passage that counts units."""
    assert isinstance(table, dict)
    statements = context.statements
    here = statements[number].passage
    if number + 1 >= len(statements) or statements[number + 1].passage.level not in (4, 5):
        return
    level = statements[number + 1].passage.level
    if here.level is not None and here.level >= (level or 0):
        return
    if not _leads_in(here.text.folded, table):
        return
    counts = _counts(context, number, table)
    items: list[str] = []
    place = number + 1
    while place < len(statements) and statements[place].passage.level == level:
        passage = statements[place].passage
        rest = passage.text.folded[passage.body :]
        if any(code in "MP" for code in statements[place].codes) or len(rest) > 45:
            return
        items.append(rest.rstrip("；。;"))
        place += 1
    if counts and len(items) > 1:
        own = sum(any(word in item for word in table["own"]) for item in items) or int(_is_maker(items[0], context))
        last = statements[place - 1]
        yield _claim(
            context,
            number,
            counts,
            items,
            0,
            1,
            "numbered",
            ",".join(str(n) for n in range(1, own + 1)) if last else "",
        )


def _leads_in(text: str, table: dict[str, list[str]]) -> bool:
    """Whether a passage announces a list of units, and not one of problems or measures."""
    return any(word in text for word in table["leads"]) and not any(word in text[-30:] for word in table["stops"])


def _is_maker(item: str, context: Context) -> bool:
    return any(item == name for name in context.namer.entities)


def _counts(context: Context, number: int, table: dict[str, list[str]]) -> tuple[Fact, ...]:
    """Counts of units in the passage before a list and in the one above it in the same section."""
    every: list[Fact] = []
    path = context.statements[number].passage.section.path
    for place in (number, number - 1):
        if place < 0 or context.statements[place].passage.section.path != path:
            continue
        statement = context.statements[place]
        text = statement.passage.text.folded
        if not any(word in text for word in table["words"]):
            continue
        found = [
            lv.fact
            for lv in context.by_statement.get(place, [])
            if lv.fact.quantity.dimension == "count" and lv.fact.quantity.unit in table["units"]
        ]
        every.extend(found)
    return tuple(every)
