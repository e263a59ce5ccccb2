"""Reports that belong together: budget and final account of one department, year after year, and units under one.

Last year's figures are what the report of the year before prints, opening balances are its closing balances, the plan
of a final account is the budget that was published; a department is the sum of its units.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .compose import compose
from .figures import Figures, figures
from .habits import Habit, habit
from .manners import manner, manners
from .report import Report
from .truth import Draw, Economic, Expense, Item, Kind, Truth, names

__all__ = ["Department", "Year", "department", "remade", "series", "summed"]

_UNITS = 4
# The most, in per cent of what it spends of its own money, that a department has left of it.
_MOST_LEFT = 30
# Counts that do not change by themselves.
_STAYING = ("vehicles", "staff", "posts")


@dataclass(frozen=True, eq=False)
class Year:
    """The budget and the final account of one year."""

    budget: Report
    final: Report


@dataclass(frozen=True, eq=False)
class Department:
    """A department's report and those of its units, of one kind and year."""

    report: Report
    units: tuple[Report, ...]


def series(seed: int, years: int = 3) -> tuple[Year, ...]:
    """Budgets and final accounts of one department for consecutive years, oldest first."""
    draw = random.Random(f"series {seed}")
    first = draw.randint(2020, 2025 - years)
    manners_of = {kind: draw.choice(manners(kind)) for kind in ("final", "budget")}
    found: list[Year] = []
    finals: list[Truth] = []
    budgets: list[Truth] = []
    for number in range(years):
        at = seed * 100 + number
        finals.append(_next_final(at, first, finals[-1], years) if finals else _first_final(at, first, years))
        budgets.append(_budget_of(at, finals, budgets))
        written = [
            compose(truth, manner(manners_of[truth.kind], truth.kind), _habit(truth))
            for truth in (budgets[-1], finals[-1])
        ]
        found.append(Year(*written))
    return tuple(found)


def remade(report: Report, truth: Truth, known: Figures | None = None) -> Report:
    """Another truth written down as a report is: same manner, same habit."""
    return compose(truth, manner(report.manner, truth.kind), report.habit, known)


def _habit(truth: Truth) -> Habit:
    return habit(truth.seed * 2 + (truth.kind == "budget"))


# --- one year after the other


def _first_final(seed: int, year: int, years: int) -> Truth:
    """A final account of subjects that are in force in all years, with nothing that the years do not link."""
    draw = Draw(seed, "final", year)
    truth = draw.truth()
    later = [Draw(seed, "final", year + n).functions for n in range(years)]
    items = tuple(
        replace(item, plan=item.plan or item.spent)
        for item in truth.items
        if item.basic or all(item.code in functions for functions in later)
    )
    return _balanced(draw, replace(truth, items=items), 0)


def _next_final(seed: int, first: int, last: Truth, years: int) -> Truth:
    draw = Draw(seed, "final", last.year + 1)
    items = [_item_after(draw, item) for item in last.items]
    drawn = draw.made("", items, last.entity)
    known = figures(last)
    truth = replace(
        drawn,
        own_last=sum(item.own for item in last.items),
        opening_last=known["opening"] + known["used"],
        agency_last=last.agency,
        procurement_last=sum(last.procurement),
        public={key: replace(value, last=last.public[key].spent) for key, value in drawn.public.items()},
        counts=_counts_after(drawn, last),
    )
    return _balanced(draw, truth, last.own_closing)


def _item_after(draw: Draw, item: Item) -> Item:
    """The same subject a year later: it spends about as much, and opens with what it closed with."""
    code, grain = item.code, draw.grain
    basic, project, own = (
        max(draw.near(part, 80, 125), grain) if part else 0 for part in (item.basic, item.project, item.own)
    )
    plan, closing = draw.plan(basic + project, project)
    called = tuple(draw.functions[code[:size]].name for size in (3, 5, 7))
    assert len(called) == 3
    return Item(
        code, called, basic, project, own, item.closing, closing if plan else 0, plan or basic + project,
        item.spent, item.fund,
    )  # fmt: skip


def _balanced(draw: Draw, truth: Truth, opening: int) -> Truth:
    """The department's own money: opening and income make spending and closing, nothing is used or distributed."""
    own = sum(item.own for item in truth.items)
    closing = max(draw.near(own, 0, _MOST_LEFT), opening - own)
    received = own + closing - opening
    business = min(truth.business, received)
    return replace(
        truth, own_opening=opening, own_closing=closing, used=0, distributed=0, business=business,
        other=received - business,
    )  # fmt: skip


def _counts_after(truth: Truth, last: Truth) -> Mapping[str, int]:
    """Staff and vehicles stay; a vehicle that was paid for came in."""
    fixed = {key: value for key, value in last.counts.items() if key.partition(".")[0] in _STAYING}
    bought = bool(truth.public["purchase"].spent)
    kind = next(reversed([key for key in fixed if key.startswith("vehicles.")]))
    return {**truth.counts, **fixed, "vehicles": fixed["vehicles"] + bought, kind: fixed[kind] + bought}


# --- the budget of a final account


def _budget_of(seed: int, finals: Sequence[Truth], budgets: Sequence[Truth]) -> Truth:
    """The budget whose figures are the plan of the last final account."""
    final, last = finals[-1], budgets[-1] if budgets else None
    draw = Draw(seed, "budget", final.year)
    before = {item.code: item.spent for item in last.items} if last else {}
    items = [_planned(draw, item, before) for item in final.items]
    drawn = draw.made("", items, final.entity)
    own = sum(item.own for item in items)
    plans = {key: value.plan for key, value in final.public.items()}
    earlier = {key: last.public[key].spent if last else draw.drift(plan) for key, plan in plans.items()}
    counts = finals[-2].counts if len(finals) > 1 else final.counts
    fixed = {key: value for key, value in counts.items() if key.startswith("vehicles")}
    return replace(
        drawn,
        economics=_within(drawn.economics, plans),
        public={key: Expense(plan, plan, earlier[key]) for key, plan in plans.items()},
        own_opening=0, own_closing=0, used=0, distributed=0, opening_last=0,
        business=min(drawn.business, own), other=own - min(drawn.business, own),
        own_last=sum(item.own for item in last.items) if last else drawn.own_last,
        agency_last=last.agency if last else drawn.agency_last,
        procurement_last=sum(last.procurement) if last else drawn.procurement_last,
        counts={**drawn.counts, **fixed},
    )  # fmt: skip


def _planned(draw: Draw, item: Item, before: Mapping[str, int]) -> Item:
    basic, project = (item.plan, 0) if item.basic else (0, item.plan)
    last = before.get(item.code, draw.drift(item.plan))
    return replace(item, basic=basic, project=project, opening=0, closing=0, last=last)


def _within(lines: Sequence[Economic], plans: Mapping[str, int]) -> tuple[Economic, ...]:
    """The lines of basic expenditure, those of public expenses no more than what is planned for these."""
    limits = {code: plans[key] for key, code in names()["public"].items()}
    excess = sum(max(line.amount - limits.get(line.code, line.amount), 0) for line in lines)
    kept = [replace(line, amount=min(line.amount, limits.get(line.code, line.amount))) for line in lines]
    widest = max(
        (line for line in kept if line.code not in limits), key=lambda line: (line.code[:3] == "302", line.amount)
    )
    moved = (replace(line, amount=line.amount + excess) if line is widest else line for line in kept)
    return tuple(line for line in moved if line.amount)


# --- a department and its units


def department(seed: int, units: int = _UNITS, kind: Kind = "final") -> Department:
    """A department and so many units, whose figures make up its own; all show all tables."""
    draw = random.Random(f"department {seed}")
    year = draw.randint(2020, 2024)
    head = draw.choice([d for d in names()["departments"] if d["group"] in Draw(seed, kind, year).functions])
    called = draw.choice(names()["places"])
    truths = []
    for number, unit in enumerate(draw.sample(names()["units"], units)):
        made = Draw(seed * 100 + number, kind, year)
        items = [replace(i, plan=max(i.plan, i.spent + i.closing)) for i in made.all_items(head["group"])]
        truths.append(made.made("", items, called + unit))
    chosen = manner(draw.choice(manners(kind)), kind)
    reports = tuple(compose(truth, chosen, _shown(truth)) for truth in truths)
    truth, known = summed(truths, seed, called + head["name"])
    return Department(compose(truth, chosen, _shown(truth), known), reports)


def _shown(truth: Truth) -> Habit:
    return replace(_habit(truth), tables_shown="all")


def summed(truths: Sequence[Truth], seed: int, entity: str) -> tuple[Truth, Figures]:
    """The truth of a department of so many units, and its figures: the sums of theirs."""
    first = truths[0]
    items: dict[str, Item] = {}
    for item in (item for truth in truths for item in truth.items):
        items[item.code] = _added(items[item.code], item) if item.code in items else item
    lines: dict[str, Economic] = {}
    for line in (line for truth in truths for line in truth.economics):
        before = lines[line.code].amount if line.code in lines else 0
        lines[line.code] = replace(line, amount=before + line.amount)
    each = ("business", "other", "own_opening", "own_closing", "used", "distributed", "own_last", "opening_last",
            "agency", "agency_last", "procurement_last", "small", "micro")  # fmt: skip
    goods, works, services = (sum(truth.procurement[n] for truth in truths) for n in range(3))
    truth = replace(
        first, seed=seed * 100 + 99, entity=entity, items=tuple(items[code] for code in sorted(items)),
        economics=tuple(lines[code] for code in sorted(lines)), public=_expenses(truths),
        projects=first.projects, procurement=(goods, works, services),
        counts={key: sum(truth.counts[key] for truth in truths) for key in first.counts},
        **{name: sum(getattr(truth, name) for truth in truths) for name in each},
    )  # fmt: skip
    own, parts = figures(truth), [figures(each) for each in truths]
    amounts = {name: sum(part[name] for part in parts) for part in parts for name in part.amounts}
    return truth, replace(own, amounts={**own.amounts, **amounts})


def _added(one: Item, other: Item) -> Item:
    each = ("basic", "project", "own", "opening", "closing", "plan", "last")
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in each})


def _expenses(truths: Sequence[Truth]) -> dict[str, Expense]:
    return {
        key: Expense(*(sum(getattr(truth.public[key], name) for truth in truths) for name in ("plan", "spent", "last")))
        for key in truths[0].public
    }
