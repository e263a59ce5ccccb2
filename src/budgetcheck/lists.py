"""Lists under a total: inline behind 其中, in brackets, or as numbered and unnumbered paragraphs that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .facts import Level
from .intervals import total as sum_of
from .naming import Namer
from .statements import Statement

__all__ = ["Listing", "group_levels", "inherited_funds", "owned", "read_lists"]

_MOST_UNNUMBERED = 14


@dataclass(frozen=True, slots=True)
class Listing:
    """A total and its parts, all of one measure, year and unit.

    `form` is how the report lists them: "exhaustive" (it says so, or each part has its share of the whole),
    "items" (numbered paragraphs), "inline", or "bracket". `shares` are the parts' percentage tokens.
    """

    total: Level
    parts: tuple[Level, ...]
    form: str
    shares: tuple[tuple[int, int], ...] = ()


def group_levels(levels: Sequence[Level]) -> Mapping[int, list[Level]]:
    """Levels by the number of their statement."""
    grouped: dict[int, list[Level]] = {}
    for level in levels:
        grouped.setdefault(level.statement, []).append(level)
    return grouped


def read_lists(
    statements: Sequence[Statement], levels: Sequence[Level], namer: Namer, least: int = 2
) -> tuple[Listing, ...]:
    """Every list with at least so many parts, in reading order."""
    grouped = group_levels(levels)
    found: list[Listing] = []
    for number, statement in enumerate(statements):
        if number in grouped or "L" in statement.codes or "T" in statement.codes:
            found.extend(_statement_lists(number, statements, grouped))
    return tuple(each for each in found if len(each.parts) >= least and not _restates(each, namer))


def _restates(listing: Listing, namer: Namer) -> bool:
    """Whether a "part" equals the total by definition (收、支总计: 收入总计, 支出总计)."""
    total = listing.total.fact.figure
    return any(namer.same_by_definition(total, part.fact.figure) for part in listing.parts)


def inherited_funds(levels: Sequence[Level], lists: Sequence[Listing], namer: Namer) -> tuple[Level, ...]:
    """Levels in which the parts of a list have the fund of its total where they name none or only 财政拨款."""
    funds = {
        (part.statement, part.token): listing.total.fact.fund
        for listing in lists
        for part in listing.parts
        if listing.total.fact.fund and namer.yields(part.fact.fund) and namer.funded(part.fact.figure)
    }
    return tuple(
        replace(lv, fact=replace(lv.fact, fund=funds[lv.statement, lv.token]))
        if (lv.statement, lv.token) in funds
        else lv
        for lv in levels
    )


def owned(levels: Sequence[Level], lists: Sequence[Listing], namer: Namer) -> tuple[Level, ...]:
    """Levels in which the parts of a list that are only their total's have it as topic: 初中教育…，其中：基本支出…."""
    topics = {
        (part.statement, part.token): listing.total.fact.figure or listing.total.fact.name
        for listing in lists
        for part in listing.parts
        if not part.fact.topic and namer.apart(part.fact.figure, listing.total.fact)
    }
    return tuple(
        replace(lv, fact=replace(lv.fact, topic=topics[lv.statement, lv.token]))
        if (lv.statement, lv.token) in topics
        else lv
        for lv in levels
    )


def _statement_lists(
    number: int, statements: Sequence[Statement], grouped: Mapping[int, list[Level]]
) -> Iterator[Listing]:
    statement = statements[number]
    for index, code in enumerate(statement.codes):
        if code in "TL":
            openers = _openers(number, index, statements, grouped)
            if not openers:
                continue
            end = _range_end(statement, index)
            inside = [lv for lv in grouped.get(number, []) if index < lv.token < end]
            if inside:
                readings = [_segments(statement, index, end, inside, marks) for marks in _marks(statement, index, end)]
                yield from _best(openers, readings, statement, "exhaustive" if code == "L" else "inline")
            elif _ends_open(statement.codes[index:]):
                items, form = _items(number, statements, grouped)
                yield from _listings(openers, items, None, "exhaustive" if code == "L" else form, statements)
        elif code == "(" and index and statement.codes[index - 1] in "MN":
            yield from _bracket(number, index, statement, grouped)


def _ends_open(rest: str) -> bool:
    """Whether a list's opening ends its paragraph, so that the list is what follows."""
    return not any(code in "MNP" for code in rest) and (rest[-1] == ":" or not rest[1:].strip(":,."))


def _bracket(number: int, index: int, statement: Statement, grouped: Mapping[int, list[Level]]) -> Iterator[Listing]:
    end = _closing(statement, index)
    if "T" in statement.codes[index:end]:
        return
    inside = [lv for lv in grouped.get(number, []) if index < lv.token < end]
    opener = [lv for lv in grouped.get(number, []) if lv.token == index - 1]
    yield from _listings(opener, [[lv] for lv in inside if not lv.inherited], None, "bracket")


def _closing(statement: Statement, index: int) -> int:
    depth = statement.depths[index]
    for place in range(index + 1, len(statement.codes)):
        if statement.codes[place] == ")" and statement.depths[place] <= depth:
            return place
    return len(statement.codes)


def _range_end(statement: Statement, index: int) -> int:
    """A list ends with its sentence or with the bracket it stands in."""
    depth = statement.depths[index]
    for place in range(index + 1, len(statement.codes)):
        code = statement.codes[place]
        if code == "." or (code == ")" and statement.depths[place] < depth):
            return place
    return len(statement.codes)


def _openers(
    number: int, index: int, statements: Sequence[Statement], grouped: Mapping[int, list[Level]]
) -> list[Level]:
    """The totals that a list breaks down: for each measure the last level before it in its sentence."""
    statement = statements[number]
    depth, sentence = statement.depths[index], statement.sentences[index]
    own = [lv for lv in grouped.get(number, []) if lv.token < index and lv.depth <= depth]
    same = [lv for lv in own if lv.sentence == sentence]
    same = _before_lists(statement, index, same)
    if same:
        if depth:
            same = [lv for lv in same if lv.depth < depth][-1:] or same[-1:]
        return _last_of_each(same)
    nearest = max((lv.sentence for lv in own if lv.sentence not in statement.reasons), default=-1)
    before = [lv for lv in own if lv.sentence == nearest]
    if before:
        firsts = _first_of_each(before)
        outside = [lv for lv in before if lv.depth == 0]
        return firsts if len(outside) <= len(firsts) else []
    if sentence == 0 and number and not own:
        return _opened_before(number, statements, grouped)
    return []


def _opened_before(number: int, statements: Sequence[Statement], grouped: Mapping[int, list[Level]]) -> list[Level]:
    """A paragraph that starts with 其中 breaks down the opening of the paragraph before it."""
    statement, above = statements[number], statements[number - 1]
    if statement.codes[:1] not in ("T", "L") or above.passage.section.path[:-1] != statement.passage.section.path[:-1]:
        return []
    levels = [lv for lv in grouped.get(number - 1, []) if lv.depth == 0]
    lists = (place for place, code in enumerate(above.codes) if code in "TL")
    end = min(lists, default=len(above.codes))
    opening = [lv for lv in levels if lv.token < end and lv.sentence == levels[0].sentence and not lv.fact.year]
    several = len({lv.fact.identity for lv in opening if lv.fact.quantity.dimension == "money"}) > 1
    return [] if several and len(opening) > len(_first_of_each(opening)) else _first_of_each(levels)


def _before_lists(statement: Statement, index: int, levels: Sequence[Level]) -> list[Level]:
    """Levels behind the last semicolon; where there are none, those before the first list of the sentence."""
    start = statement.sentence_start(index)
    cut = statement.codes.rfind(";", start, index)
    behind = [lv for lv in levels if lv.token > cut]
    if behind or not levels:
        return behind
    first = min((p for p in range(start, index + 1) if statement.codes[p] in "TL"), default=index)
    return [lv for lv in levels if lv.token < first]


def _last_of_each(levels: Sequence[Level]) -> list[Level]:
    return list({(lv.fact.measure, lv.fact.quantity.dimension): lv for lv in levels}.values())


def _first_of_each(levels: Sequence[Level]) -> list[Level]:
    return list({(lv.fact.measure, lv.fact.quantity.dimension): lv for lv in reversed(levels)}.values())


def _marks(statement: Statement, index: int, end: int) -> list[str]:
    """What parts a list's segments, likeliest first: with a colon semicolons; without, commas up to the semicolon."""
    if ";" not in statement.codes[index:end]:
        return [",/"]
    colon = statement.tokens[index].text.endswith("：") or statement.codes[index + 1 : index + 2] == ":"
    return [";", ",/"] if colon else [",/", ";"]


def _best(
    openers: Sequence[Level], readings: Sequence[Sequence[Sequence[Level]]], statement: Statement, form: str
) -> Iterator[Listing]:
    """The first reading of a list whose parts add up to its total; else the likeliest."""
    for total in openers:
        first, *others = [list(_listings([total], reading, statement, form)) for reading in readings]
        adding = [found for listings in (first, *others) for found in listings if _adds_up(found)]
        yield from ([found for found in adding if len(found.parts) > 1] or first)[:1]


def _adds_up(listing: Listing) -> bool:
    parts = sum_of(level.fact.quantity.interval for level in listing.parts)
    return parts.meets(listing.total.fact.quantity.interval)


def _segments(statement: Statement, index: int, end: int, inside: Sequence[Level], marks: str) -> list[list[Level]]:
    """Levels of each list segment, parted by `marks`."""
    depth = statement.depths[index]
    codes = statement.codes
    stop = end
    if marks != ";" and ";" in codes[index:end]:
        stop = codes.index(";", index)
    for place in range(index + 1, stop):
        nested = codes[place] == "T" and statement.depths[place] == depth and marks != ";"
        if codes[place] == "R" or nested:
            stop = place
            break
    segments: list[list[Level]] = [[]]
    place = index + 1
    for level in inside:
        if level.token >= stop:
            break
        if any(codes[i] in marks and statement.depths[i] == depth for i in range(place, level.token)):
            segments.append([])
        if level.depth == depth and not _after_inner_part(statement, place, level.token):
            segments[-1].append(level)
        place = level.token
    return segments


def _after_inner_part(statement: Statement, start: int, end: int) -> bool:
    return "T" in statement.codes[start:end]


def _items(
    number: int, statements: Sequence[Statement], grouped: Mapping[int, list[Level]]
) -> tuple[list[list[Level]], str]:
    """The levels of each paragraph that continues a list opened at the end of statement `number`."""
    if number + 1 >= len(statements):
        return [], "items"
    first = statements[number + 1].passage
    if first.level is None:
        return _unnumbered(number, statements, grouped), "items"
    opener = statements[number].passage
    if first.level <= opener.enclosing:
        return [], "items"
    items: list[list[Level]] = []
    for place in range(number + 1, len(statements)):
        passage = statements[place].passage
        if passage.level is not None and passage.level < first.level:
            break
        if passage.level == first.level:
            items.append([])
        items[-1].extend(lv for lv in grouped.get(place, []) if lv.depth == 0)
    return items, "items"


def _unnumbered(number: int, statements: Sequence[Statement], grouped: Mapping[int, list[Level]]) -> list[list[Level]]:
    items: list[list[Level]] = []
    for place in range(number + 1, min(number + 1 + _MOST_UNNUMBERED, len(statements))):
        passage = statements[place].passage
        own = [lv for lv in grouped.get(place, []) if lv.depth == 0]
        if passage.level is not None or passage.heading or not own or own[0].inherited:
            break
        items.extend(_semicolon_segments(statements[place], own))
    return items


def _semicolon_segments(statement: Statement, own: Sequence[Level]) -> list[list[Level]]:
    """A paragraph's levels, parted where it has semicolons; those behind an inner 其中 are parts of a part."""
    segments: dict[int, list[Level]] = {}
    for level in own:
        start = max(statement.codes.rfind(mark, 0, level.token) for mark in ";.") + 1
        if _after_inner_part(statement, start, level.token):
            continue
        segments.setdefault(statement.codes.count(";", 0, level.token), []).append(level)
    return list(segments.values())


def _listings(
    openers: Sequence[Level],
    segments: Sequence[Sequence[Level]],
    statement: Statement | None,
    form: str,
    statements: Sequence[Statement] = (),
) -> Iterator[Listing]:
    for total in openers:
        parts = [part for part in (_part(total, segment) for segment in segments) if part]
        if not parts:
            continue
        shares = (
            tuple(
                share for part in parts if (share := _share(part, statement or statements[part.statement])) is not None
            )
            if statement or statements
            else ()
        )
        complete = len(shares) == len(parts) and form != "bracket"
        yield Listing(total, tuple(parts), "exhaustive" if complete else form, shares)


def _part(total: Level, segment: Sequence[Level]) -> Level | None:
    for level in segment:
        same_kind = level.fact.quantity.dimension == total.fact.quantity.dimension
        counts = total.fact.quantity.dimension != "count" or level.fact.quantity.unit == total.fact.quantity.unit
        if (
            same_kind
            and counts
            and level.fact.measure == total.fact.measure
            and level.fact.year == total.fact.year
            and level.fact.identity != total.fact.identity
        ):
            return level
    return None


def _share(part: Level, statement: Statement) -> tuple[int, int] | None:
    """The percentage that a part is said to be of its whole: the first one read as a share behind it."""
    for match in statement.matches:
        if match.kind == "share" and match.slots.get("part") == part.token:
            return part.statement, match.slots["percent"]
    return None
