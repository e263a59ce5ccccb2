"""Break what links reports that belong together, one link at a time, each report staying consistent in itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from .figures import figures
from .report import Report
from .series import Department, Year, remade
from .truth import Item, Truth, in_force

__all__ = ["LINKS", "Planted", "plant"]

# 分 by which a figure is moved at least: more than what any printing may hide.
_LEAST = 500_000
Role = Literal["previous", "budget", "units"]
# From a truth and a source of chance to another truth, or to none where it has nothing to break.
Break = Callable[[Truth, random.Random], Truth | None]


@dataclass(frozen=True, eq=False)
class Planted:
    """A report and those beside it, with one link broken between `this` and the others of a `role`.

    `names` are the figures whose values were moved, in `this` or (with units) in one of the others.
    """

    link: str
    role: Role
    this: Report
    others: tuple[Report, ...]
    names: frozenset[str]

    @property
    def shown(self) -> bool:
        """Whether both sides of some moved figure are printed, so that a reader of the reports can see the break."""
        there = {name for other in self.others for printing in other.printings for name in printing.names}
        here = {name for printing in self.this.printings for name in _compared(printing.names, printing.name)}
        if self.link.endswith("subject"):
            moved = {name for name in self.names if name.startswith("spent.")}
            return bool(moved & here) and bool(moved & there)
        return any(name in here and _counterpart(name, self.role) in there for name in self.names)


def _compared(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The figures that a printing tells: a rate of change alone tells none."""
    return () if " ~ " in name or " / " in name else names


def _counterpart(name: str, role: Role) -> str:
    """What a figure here is called in the other report."""
    if role == "previous" and name.endswith(".last"):
        return name.removesuffix(".last")
    if role == "budget":
        return name.removesuffix(".plan")
    return name.replace("opening", "closing") if role == "previous" else name


def plant(found: tuple[Year, ...] | Department, link: str, seed: int = 0) -> Planted:
    """The newest report of a series, or a department, with one link broken.

    Raises ValueError where there is no such link, or nothing in these reports that it could break.
    """
    if link not in LINKS:
        raise ValueError(f"no link is called {link}; known are {', '.join(LINKS)}")
    draw = random.Random(f"plant {link} {seed}")
    made = _of_units(found, link, draw) if isinstance(found, Department) else _of_years(found, link, draw)
    if made is None:
        raise ValueError(f"these reports have nothing that {link} could break")
    return made


def _of_years(years: tuple[Year, ...], link: str, draw: random.Random) -> Planted | None:
    kind, role, spoil = LINKS[link]
    if role == "units" or len(years) < 2:
        return None
    this = years[-1].budget if kind == "budget" else years[-1].final
    last = years[-2].budget if kind == "budget" else years[-2].final
    other = last if role == "previous" else years[-1].budget
    truth = spoil(this.truth, draw)
    return None if truth is None else Planted(link, role, remade(this, truth), (other,), _moved(this.truth, truth))


def _of_units(found: Department, link: str, draw: random.Random) -> Planted | None:
    """One unit's figures are moved; the department's stay."""
    _, role, spoil = LINKS[link]
    place = draw.randrange(len(found.units))
    before = found.units[place].truth
    truth = spoil(before, draw) if role == "units" else None
    if truth is None:
        return None
    units = [*found.units[:place], remade(found.units[place], truth), *found.units[place + 1 :]]
    return Planted(link, role, found.report, tuple(units), _moved(before, truth))


def _moved(before: Truth, after: Truth) -> frozenset[str]:
    one, two = figures(before), figures(after)
    names = one.amounts.keys() | two.amounts.keys()
    counts = {name for name in one.counts if one.counts[name] != two.counts[name]}
    return frozenset(name for name in names if one[name] != two[name]) | counts


def _step(value: int, draw: random.Random) -> int:
    return max(value * draw.randint(5, 30) // 100, _LEAST)


# --- what is moved


def _some(truth: Truth, draw: random.Random, wanted: Callable[[Item], bool]) -> int | None:
    """The place of an item that fits."""
    places = [place for place, item in enumerate(truth.items) if wanted(item)]
    return draw.choice(places) if places else None


def _with(truth: Truth, place: int, **changed: Any) -> Truth:
    items = list(truth.items)
    items[place] = replace(items[place], **changed)
    return replace(truth, items=tuple(items))


def _own_opening(truth: Truth, draw: random.Random) -> Truth:
    """More own money at the start, and as much more at the end."""
    step = _step(truth.own_opening, draw)
    return replace(truth, own_opening=truth.own_opening + step, own_closing=truth.own_closing + step)


def _opening(*, fund: bool) -> Break:
    def spoil(truth: Truth, draw: random.Random) -> Truth | None:
        place = _some(truth, draw, lambda item: item.fund == fund and item.spent > item.opening + 2 * _LEAST)
        return None if place is None else _with(truth, place, opening=truth.items[place].opening + _LEAST)

    return spoil


def _last(*, fund: bool = False) -> Break:
    def spoil(truth: Truth, draw: random.Random) -> Truth | None:
        place = _some(truth, draw, lambda item: item.fund == fund)
        if place is None:
            return None
        return _with(truth, place, last=truth.items[place].last + _step(truth.items[place].last, draw))

    return spoil


def _plan(truth: Truth, draw: random.Random) -> Truth | None:
    place = _some(truth, draw, lambda item: not item.fund)
    assert place is not None
    item = truth.items[place]
    return _with(truth, place, plan=max(item.plan, item.spent + item.closing) + _step(item.plan, draw))


def _public(part: Literal["plan", "last"]) -> Break:
    def spoil(truth: Truth, draw: random.Random) -> Truth | None:
        key = draw.choice(sorted(truth.public))
        value = getattr(truth.public[key], part)
        moved = replace(truth.public[key], **{part: value + _step(value, draw)})
        return replace(truth, public={**truth.public, key: moved})

    return spoil


def _public_spent(truth: Truth, draw: random.Random) -> Truth | None:
    key = draw.choice(sorted(truth.public))
    old = truth.public[key]
    step = _step(old.spent, draw)
    return replace(truth, public={**truth.public, key: replace(old, spent=old.spent + step, plan=old.plan + step)})


def _amount(name: Literal["agency_last"]) -> Break:
    def spoil(truth: Truth, draw: random.Random) -> Truth | None:
        value = getattr(truth, name)
        return replace(truth, **{name: value + _step(value, draw)}) if value else None

    return spoil


def _less_agency(truth: Truth, draw: random.Random) -> Truth | None:
    step = _step(truth.agency, draw)
    return replace(truth, agency=truth.agency - step) if truth.agency > step else None


def _vehicles(truth: Truth, draw: random.Random) -> Truth | None:
    if truth.public["purchase"].spent:
        return None
    kind = draw.choice([key for key in truth.counts if key.startswith("vehicles.")])
    moved = {"vehicles": truth.counts["vehicles"] + 3, kind: truth.counts[kind] + 3}
    return replace(truth, counts={**truth.counts, **moved})


def _subject(truth: Truth, draw: random.Random) -> Truth | None:
    """A project is put under another item of the same group, which nothing was spent on so far."""
    place = _some(truth, draw, lambda item: not item.basic and not item.fund)
    known = in_force("functions", truth.year)
    taken = {item.code for item in truth.items}
    old = truth.items[place] if place is not None else None
    free = [code for code in known if old and len(code) == 7 and code[:5] == old.code[:5] and code not in taken]
    if place is None or old is None or not free:
        return None
    code = draw.choice(free)
    items = [*truth.items[:place], *truth.items[place + 1 :]]
    items.append(replace(old, code=code, names=(*old.names[:2], known[code].name)))
    return replace(truth, items=tuple(sorted(items, key=lambda item: item.code)))


def _project(truth: Truth, draw: random.Random) -> Truth | None:
    """More was spent on a project, and as much more received."""
    place = _some(truth, draw, lambda item: bool(item.project) and not item.fund)
    if place is None:
        return None
    item = truth.items[place]
    step = _step(item.project, draw)
    return _with(truth, place, project=item.project + step, plan=item.plan + step)


def _other_income(truth: Truth, draw: random.Random) -> Truth | None:
    step = _step(truth.other, draw)
    return replace(truth, other=truth.other + step, own_closing=truth.own_closing + step)


# Link → kind of the report that is checked, role of the other one, what is moved.
LINKS: Mapping[str, tuple[str, Role, Break]] = {
    "opening": ("final", "previous", _own_opening),
    "opening-general": ("final", "previous", _opening(fund=False)),
    "opening-fund": ("final", "previous", _opening(fund=True)),
    "last-spending": ("final", "previous", _last()),
    "last-fund": ("final", "previous", _last(fund=True)),
    "last-public": ("final", "previous", _public("last")),
    "last-agency": ("final", "previous", _amount("agency_last")),
    "vehicles": ("final", "previous", _vehicles),
    "subject": ("final", "previous", _subject),
    "plan": ("final", "budget", _plan),
    "public-plan": ("final", "budget", _public("plan")),
    "last-budget": ("budget", "previous", _last()),
    "last-budget-public": ("budget", "previous", _public("last")),
    "last-budget-agency": ("budget", "previous", _amount("agency_last")),
    "unit-spending": ("final", "units", _project),
    "unit-income": ("final", "units", _other_income),
    "unit-public": ("final", "units", _public_spent),
    "unit-agency": ("final", "units", _less_agency),
    "unit-vehicles": ("final", "units", _vehicles),
    "unit-subject": ("final", "units", _subject),
}
