"""The hidden truth of a report: what was received and spent, to the 分, before anything was rounded or printed.

`truth(seed, kind)` draws one: a department with its subjects, funds, carry-over, staff and vehicles. Everything that a
report prints follows from it (`figures.py`).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..subjects import Subject, subjects
from ..wording import read_toml, rules_folder

__all__ = ["Draw", "Economic", "Expense", "Item", "Kind", "Project", "Truth", "in_force", "names", "truth"]

Kind = Literal["final", "budget"]
_YUAN = 100
# A line of basic expenditure below this, in 分, is no line of its own.
_LEAST = 200_000
# A plan that is not what was spent differs by so much, in 分, that 万元 with two decimals show it.
_SHOWN = 20_000
_CLASS, _GROUP, _ITEM = 3, 5, 7


@dataclass(frozen=True, slots=True)
class Item:
    """One functional subject of the lowest level, in 分: spent of the appropriation, and of the department's own."""

    code: str
    names: tuple[str, str, str]
    basic: int
    project: int
    own: int
    opening: int
    closing: int
    plan: int
    last: int
    fund: bool = False

    @property
    def spent(self) -> int:
        """Spent from the appropriation."""
        return self.basic + self.project


@dataclass(frozen=True, slots=True)
class Economic:
    """One economic subject of basic expenditure from the general budget, in 分."""

    code: str
    names: tuple[str, str]
    amount: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project under evaluation: what it was given in the year, and spent, in 分."""

    name: str
    plan: int
    spent: int


@dataclass(frozen=True, slots=True)
class Expense:
    """One of the three public expenses or a part of one: plan, spent, and spent the year before, in 分."""

    plan: int
    spent: int
    last: int


@dataclass(frozen=True, slots=True)
class Truth:
    """All that a report could say, amounts in 分.

    `public` are the public expenses: abroad, purchase, running, reception. `business` and `other` are the department's
    own income, `used` and `distributed` its own balances. `procurement` is goods, works, services; `small` and `micro`
    the contracts with enterprises of that size. `counts` are people, vehicles and receptions by name.
    """

    seed: int
    kind: Kind
    year: int
    entity: str
    items: tuple[Item, ...]
    economics: tuple[Economic, ...]
    public: Mapping[str, Expense]
    projects: tuple[Project, ...]
    business: int
    other: int
    own_opening: int
    own_closing: int
    used: int
    distributed: int
    own_last: int
    opening_last: int
    agency: int
    agency_last: int
    procurement: tuple[int, int, int]
    procurement_last: int
    small: int
    micro: int
    counts: Mapping[str, int]


@functools.cache
def names() -> Mapping[str, Any]:
    """The made-up names and the subjects that reports are built of, from `rules/manners/names.toml`."""
    return read_toml(rules_folder() / "manners" / "names.toml")


def truth(seed: int, kind: Kind = "final") -> Truth:
    """The truth of one seed; the same seed gives the same truth."""
    return Draw(seed, kind).truth()


@functools.cache
def in_force(classification: str, year: int) -> Mapping[str, Subject]:
    """The subjects of a classification (functions, economics) in a year, by code."""
    return {subject.code: subject for subject in subjects(classification) if subject.in_force(year)}


class Draw:
    """One department, drawn part by part from one random source; `year` is drawn where not given."""

    def __init__(self, seed: int, kind: Kind, year: int = 0) -> None:
        self.seed, self.kind = seed, kind
        self.random = random.Random(f"{kind} {seed}")
        drawn = self.random.randint(2020, 2024)
        self.year = year or drawn
        self.functions = in_force("functions", self.year)
        # Amounts come in 分, in whole 元, or in hundreds of 元, which 万元 with two decimals print exactly.
        self.grain = self.random.choice((1, 1, 1, _YUAN, 100 * _YUAN))
        self.final = kind == "final"

    def truth(self) -> Truth:
        """Everything, from a department of the draw's own choice."""
        department = self.random.choice([d for d in names()["departments"] if d["group"] in self.functions])
        return self.made(department["name"], self.all_items(department["group"]))

    def made(self, name: str, items: Collection[Item], entity: str = "") -> Truth:
        """Everything else of a department, or of the one that is `entity`, that spends on some items."""
        draw = self.random
        items = tuple(sorted(items, key=lambda item: item.code))
        general = [item for item in items if not item.fund]
        economics = self.economics(general)
        own = sum(item.own for item in items)
        own_opening = self.near(own, 0, 30) if own and draw.random() < 0.4 else 0
        used = self.near(own, 0, 10) if own and self.final and draw.random() < 0.2 else 0
        distributed = self.near(own, 0, 10) if own and self.final and draw.random() < 0.2 else 0
        own_closing = self.near(own, 0, 30) if own and self.final and draw.random() < 0.5 else 0
        received = max(own + own_closing + distributed - own_opening - used, 0)
        own_closing += max(own_opening + used - own - own_closing - distributed, 0)
        business = self.near(received, 20, 100) if draw.random() < 0.6 else 0
        business = min(business, received)
        spent = sum(item.spent for item in general)
        operating = sum(e.amount for e in economics if e.code[:3] not in ("301", "303"))
        agency = operating if draw.random() < 0.4 else self.near(operating, 40, 95)
        procurement = self.procurement(spent)
        small = self.near(sum(procurement), 40, 100)
        opening = own_opening + sum(item.opening for item in items)
        last = sum(item.last for item in items)
        return Truth(
            self.seed, self.kind, self.year, entity or draw.choice(names()["places"]) + name, items, economics,
            self.public(economics), self.projects(general), business, received - business, own_opening, own_closing,
            used, distributed, self.drift(own), self.near(last, 0, 8) if opening or draw.random() < 0.3 else 0, agency,
            self.drift(agency), procurement, self.drift(sum(procurement)), small, self.near(small, 30, 100),
            self.counts(),
        )  # fmt: skip

    # --- amounts

    def amount(self, low: int, high: int) -> int:
        """An amount between two in 元, any magnitude as likely."""
        value = low * (high / low) ** self.random.random() * _YUAN
        return max(int(value) // self.grain, 1) * self.grain

    def near(self, whole: int, low: int, high: int) -> int:
        """A part of an amount, between two percentages."""
        return whole * self.random.randint(low * 100, high * 100) // 10_000 // self.grain * self.grain

    def drift(self, now: int) -> int:
        """The same figure a year before: often a little different, sometimes equal, seldom nothing."""
        chance = self.random.random()
        if chance < 0.1 or not now:
            return now
        return 0 if chance < 0.14 else max(self.near(now, 60, 135), self.grain)

    def split(self, whole: int, parts: int) -> list[int]:
        """An amount in so many parts that make it up exactly."""
        steps = whole // self.grain
        cuts = sorted(self.random.randint(0, steps) for _ in range(parts - 1))
        shares = [(b - a) * self.grain for a, b in zip([0, *cuts], [*cuts, steps], strict=True)]
        shares[-1] += whole - sum(shares)
        return shares

    # --- subjects

    def all_items(self, group: str) -> list[Item]:
        """The subjects of a department that spends on the items of a group."""
        draw, fixed = self.random, names()["fixed"]
        under = [code for code in self.functions if len(code) == _ITEM and code.startswith(group)]
        running, special = under[0], under[1:]
        salaries = self.amount(800_000, 60_000_000)
        items = [self.item(running, basic=salaries)]
        chosen = draw.sample(special, min(len(special), draw.randint(2, 8)))
        items += [self.item(code, project=self.amount(20_000, 20_000_000)) for code in chosen]
        for code, low, high, chance in fixed:
            if draw.random() * 100 < chance and code in self.functions:
                items.append(self.item(code, basic=self.near(salaries, low, high) + self.grain))
        funds = [code for code in names()["funds"] if code in self.functions]
        if draw.random() < 0.4:
            count = draw.randint(1, 2)
            drawn = draw.sample(funds, count)
            items += [self.item(code, project=self.amount(100_000, 9_000_000), fund=True) for code in drawn]
        return items

    def item(self, code: str, basic: int = 0, project: int = 0, *, fund: bool = False) -> Item:
        """One subject with its plan, its balances, and what it spent the year before."""
        draw = self.random
        spent = basic + project
        own = self.amount(10_000, 2_000_000) if project and not fund and draw.random() < 0.15 else 0
        plan, closing = self.plan(spent, project)
        opening = min(self.near(spent, 0, 20), spent) if project and self.final and draw.random() < 0.2 else 0
        called = tuple(self.functions[code[:size]].name for size in (_CLASS, _GROUP, _ITEM))
        assert len(called) == 3
        return Item(code, called, basic, project, own, opening, closing, plan, self.drift(spent), fund)

    def plan(self, spent: int, project: int) -> tuple[int, int]:
        """The plan at the start of the year, and what was carried into the next."""
        chance = self.random.random()
        if chance < 0.25 or not self.final:
            return spent, 0
        if chance < 0.32 and project:
            return 0, 0
        plan = max(self.near(spent, 70, 140), self.grain)
        if abs(plan - spent) < _SHOWN:
            return spent, 0
        return plan, plan - spent if plan > spent and project and self.random.random() < 0.5 else 0

    # --- what the appropriation was spent on

    def economics(self, general: Sequence[Item]) -> tuple[Economic, ...]:
        """The lines of basic expenditure of some subjects."""
        known = in_force("economics", self.year)
        basic = {item.code: item.basic for item in general}
        lines: dict[str, int] = {}
        for function, economic in names()["same"]:
            if basic.get(function):
                lines[economic] = lines.get(economic, 0) + basic[function]
        rest = sum(basic.values()) - sum(lines.values())
        operating = self.near(rest, 12, 30)
        pensions = self.near(rest, 0, 6)
        groups = names()["economics"]
        for key, amount in (("staff", rest - operating - pensions), ("pensions", pensions), ("operating", operating)):
            chosen = [code for code in groups[key] if code in known]
            for code, part in zip(chosen, self.split(amount, len(chosen)), strict=True):
                lines[code] = lines.get(code, 0) + part
        kept = {economic for _, economic in names()["same"]}
        small = [code for code, amount in lines.items() if amount < _LEAST and code not in kept]
        for code in small:
            part = lines.pop(code)
            lines[max(lines, key=lambda other: (other[:3] == code[:3], lines[other]))] += part
        called = {code: (known[code[:3]].name, known[code].name) for code in lines}
        return tuple(Economic(code, called[code], lines[code]) for code in sorted(lines) if lines[code])

    def public(self, economics: Sequence[Economic]) -> dict[str, Expense]:
        """The public expenses: never less than what basic expenditure holds of them."""
        within = {line.code: line.amount for line in economics}
        spent = {key: within.get(code, 0) for key, code in names()["public"].items()}
        if self.random.random() < 0.2:
            spent["purchase"] += self.amount(100_000, 250_000)
        if self.random.random() < 0.1:
            spent["abroad"] += self.amount(20_000, 300_000)
        return {key: Expense(self.allowed(value), value, self.drift(value)) for key, value in spent.items()}

    def allowed(self, spent: int) -> int:
        """The plan of what was spent: no less."""
        if not self.final or self.random.random() < 0.2:
            return spent
        plan = self.near(spent, 100, 170)
        return plan if plan - spent >= _SHOWN else spent

    def projects(self, general: Sequence[Item]) -> tuple[Project, ...]:
        """Projects under evaluation."""
        funded = [item for item in general if item.project]
        called = self.random.sample(names()["projects"], min(len(funded), 5))
        spent = [self.near(item.project, 30, 95) for item in funded]
        return tuple(Project(name, self.allowed(part), part) for name, part in zip(called, spent, strict=False))

    def procurement(self, spent: int) -> tuple[int, int, int]:
        """Goods, works and services bought."""
        total = self.near(spent, 0, 12) if self.random.random() < 0.9 else 0
        goods, works, services = self.split(total, 3)
        return goods, works, services

    def counts(self) -> dict[str, int]:
        """People, vehicles and receptions by name."""
        draw = self.random
        counts: dict[str, int] = {f"vehicles.{kind}": draw.choice((0, 0, 1, 1, 2, 5)) for kind in names()["vehicles"]}
        counts["vehicles"] = sum(counts.values())
        counts["staff.administrative"], counts["staff.institutional"] = draw.randint(5, 80), draw.randint(0, 120)
        counts["staff"] = counts["staff.administrative"] + counts["staff.institutional"]
        counts["posts"] = counts["staff"] + draw.randint(0, 12)
        counts["batches"] = draw.randint(1, 90)
        counts["guests"] = counts["batches"] * draw.randint(2, 11) + draw.randint(0, 9)
        counts["equipment"] = draw.randint(0, 3)
        return counts
