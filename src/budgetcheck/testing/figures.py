"""From the truth to every figure that a report may print, by name, and the sums among them.

Names are paths: `spent` is all expenditure of the year, `spent.basic` the basic part of it, `spent.207` that of class
207, `spent.2070101.basic` an item's; `.last` is the year before, `.plan` the plan. A name without value is zero.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .truth import Item, Truth

__all__ = ["Figures", "Sum", "figures"]

_LEVELS = (3, 5, 7)
_PERSONNEL = ("301", "303")
_SAME = (("", "general.basic"), (".personnel", "personnel"), (".operating", "operating"))


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the parts that make it up, by name."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts in 分 by name, the sums that hold among them, and the subjects (code → name) that each tree has."""

    amounts: Mapping[str, int]
    sums: tuple[Sum, ...]
    labels: Mapping[str, str]
    counts: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.amounts.get(name, 0)

    def codes(self, tree: str, size: int = 0) -> list[str]:
        """The codes of a tree of subjects in order: all levels, or those of one length."""
        head = f"{tree}."
        found = (name[len(head) :] for name in self.amounts if name.startswith(head))
        return sorted(code for code in found if code.isdigit() and (not size or len(code) == size))


class _Builder:
    def __init__(self) -> None:
        self.amounts: dict[str, int] = defaultdict(int)
        self.sums: list[Sum] = []
        self.labels: dict[str, str] = {}

    def tree(self, name: str, leaves: Iterable[tuple[str, Mapping[str, int]]], levels: tuple[int, ...]) -> None:
        """A total over levels of subjects, each level the sum of the next, each subject the sum of its columns."""
        parts: dict[str, set[str]] = defaultdict(set)
        for code, columns in leaves:
            path = [name, *(f"{name}.{code[:size]}" for size in levels)]
            for above, below in itertools.pairwise(path):
                parts[above].add(below)
            for place in path:
                for column, value in columns.items():
                    self.amounts[f"{place}.{column}" if column else place] += value
                    if column:
                        self.amounts[place] += value
        columns_used = {column for _, columns in leaves for column in columns}
        for above, inner in parts.items():
            for column in sorted({"", *columns_used}):
                end = f".{column}" if column else ""
                self.sums.append(Sum(above + end, tuple(sorted(part + end for part in inner))))
        if columns_used - {""}:
            for place in {name, *(part for below in parts.values() for part in below)}:
                self.sums.append(Sum(place, tuple(f"{place}.{column}" for column in sorted(columns_used) if column)))

    def total(self, name: str, parts: Mapping[str, int]) -> None:
        """A total and its parts."""
        self.amounts.update(parts)
        self.amounts[name] = sum(parts.values())
        self.sums.append(Sum(name, tuple(parts)))


def figures(truth: Truth) -> Figures:
    """Every figure of a truth."""
    build = _Builder()
    general = [item for item in truth.items if not item.fund]
    funds = [item for item in truth.items if item.fund]
    _spending(build, truth, general, funds)
    _income(build, truth, general, funds)
    _details(build, truth)
    _last_year(build, truth, general, funds)
    for item in truth.items:
        for size, label in zip(_LEVELS, item.names, strict=True):
            build.labels[item.code[:size]] = label
    for line in truth.economics:
        build.labels |= {line.code[:3]: line.names[0], line.code: line.names[1]}
    return Figures(dict(build.amounts), tuple(build.sums), build.labels, truth.counts)


def _spending(build: _Builder, truth: Truth, general: list[Item], funds: list[Item]) -> None:
    whole = [(item.code, {"basic": item.basic, "project": item.project + item.own}) for item in truth.items]
    build.tree("spent", whole, _LEVELS)
    build.tree("general", [(item.code, {"basic": item.basic, "project": item.project}) for item in general], _LEVELS)
    build.tree("fund", [(item.code, {"project": item.project}) for item in funds], _LEVELS)
    fiscal = [(i.code[:3], {"fund" if i.fund else "general": i.spent}) for i in truth.items]
    build.tree("fiscal.spent", fiscal, (3,))
    for item in truth.items:
        name = f"{'fund' if item.fund else 'general'}.{item.code}"
        build.amounts |= {f"{name}.plan": item.plan, f"{name}.last": item.last, f"{name}.closing": item.closing}
    for name, items in (("general", general), ("fund", funds)):
        build.amounts[f"{name}.plan"] = sum(item.plan for item in items)
        build.sums.append(Sum(f"{name}.plan", tuple(f"{name}.{item.code}.plan" for item in items)))
    lines = [(e.code, {"personnel" if e.code[:3] in _PERSONNEL else "operating": e.amount}) for e in truth.economics]
    build.tree("basic", lines, (3, 5))
    parts = {"personnel": build.amounts["basic.personnel"], "operating": build.amounts["basic.operating"]}
    build.total("general.basic", parts)
    build.sums += [Sum(f"basic{end}", (name,)) for end, name in _SAME]


def _income(build: _Builder, truth: Truth, general: list[Item], funds: list[Item]) -> None:
    carried, own = _own(truth)
    leaves = []
    business = truth.business
    for item in truth.items:
        here = min(own[item.code], business)
        business -= here
        fiscal = item.spent + item.closing - item.opening
        leaves.append((item.code, {"fiscal": fiscal, "business": here, "other": own[item.code] - here}))
    build.tree("income", leaves, _LEVELS)
    build.tree("received", [*leaves, *((code, {"opening": part}) for code, part in carried.items())], _LEVELS)
    for name, items in (("general", general), ("fund", funds)):
        opening, closing = (sum(getattr(item, side) for item in items) for side in ("opening", "closing"))
        spent = sum(item.spent for item in items)
        whole = f"fiscal.total.{name}"
        build.total(whole, {f"income.{name}": spent + closing - opening, f"opening.{name}": opening})
        build.total(whole, {f"fiscal.spent.{name}": spent, f"closing.{name}": closing})
    build.sums.append(Sum("income.fiscal", ("income.general", "income.fund")))
    for side in ("opening", "closing"):
        build.sums.append(Sum(f"fiscal.{side}", (f"{side}.general", f"{side}.fund")))
        build.amounts[f"fiscal.{side}"] = build.amounts[f"{side}.general"] + build.amounts[f"{side}.fund"]
    build.amounts["opening"] = build.amounts["fiscal.opening"] + truth.own_opening
    build.amounts["closing"] = build.amounts["fiscal.closing"] + truth.own_closing
    build.amounts |= {"used": truth.used, "distributed": truth.distributed}
    flows = [
        (i.code, {"opening": i.opening, "income": i.spent + i.closing - i.opening, "closing": i.closing}) for i in funds
    ]
    build.tree("flow", flows, _LEVELS)
    build.amounts["total"] = sum(build.amounts[name] for name in ("income", "used", "opening"))
    build.amounts["fiscal.total"] = build.amounts["income.fiscal"] + build.amounts["fiscal.opening"]
    build.sums += [
        Sum("total", ("income", "used", "opening")), Sum("total", ("spent", "distributed", "closing")),
        Sum("fiscal.total", ("income.fiscal", "fiscal.opening")),
        Sum("fiscal.total", ("fiscal.spent", "fiscal.closing")),
    ]  # fmt: skip


def _own(truth: Truth) -> tuple[dict[str, int], dict[str, int]]:
    """Own money by item, carried over and received: what the item spends of it, and what is kept with the last."""
    carried, received = truth.own_opening, truth.business + truth.other
    spenders = [item for item in truth.items if item.own] or list(truth.items[:1])
    opening, income = {}, {item.code: 0 for item in truth.items}
    for item in spenders:
        opening[item.code] = min(item.own, carried)
        income[item.code] = min(item.own - opening[item.code], received)
        carried -= opening[item.code]
        received -= income[item.code]
    income[spenders[-1].code] += received
    opening[spenders[-1].code] += carried
    return opening, income


def _details(build: _Builder, truth: Truth) -> None:
    for end in ("", ".plan", ".last"):
        part = {key: getattr(value, end[1:] or "spent") for key, value in truth.public.items()}
        build.total(f"public.vehicles{end}", {f"public.{key}{end}": part[key] for key in ("purchase", "running")})
        names = tuple(f"public.{key}{end}" for key in ("abroad", "vehicles", "reception"))
        build.amounts |= {names[0]: part["abroad"], names[2]: part["reception"]}
        build.amounts[f"public{end}"] = sum(build.amounts[name] for name in names)
        build.sums.append(Sum(f"public{end}", names))
    build.amounts |= {"agency": truth.agency, "agency.last": truth.agency_last}
    goods, works, services = truth.procurement
    parts = {"procurement.goods": goods, "procurement.works": works, "procurement.services": services}
    build.total("procurement", parts)
    build.amounts |= {"procurement.last": truth.procurement_last, "procurement.small": truth.small}
    build.amounts["procurement.micro"] = truth.micro
    for number, project in enumerate(truth.projects):
        build.amounts |= {f"project.{number}": project.spent, f"project.{number}.plan": project.plan}


def _last_year(build: _Builder, truth: Truth, general: list[Item], funds: list[Item]) -> None:
    """Totals of the year before, consistent among themselves; its closing balance is this year's opening."""
    last = build.amounts
    last["general.last"] = sum(item.last for item in general)
    last["fund.last"] = sum(item.last for item in funds)
    last["fiscal.spent.last"] = last["general.last"] + last["fund.last"]
    last["spent.last"] = last["fiscal.spent.last"] + truth.own_last
    last["total.last"] = last["spent.last"] + last["opening"]
    last["fiscal.total.last"] = last["fiscal.spent.last"] + last["fiscal.opening"]
    last["income.last"] = last["total.last"] - min(truth.opening_last, last["total.last"])
    for name, items in (("general", general), ("fund", funds)):
        build.sums.append(Sum(f"{name}.last", tuple(f"{name}.{item.code}.last" for item in items)))
