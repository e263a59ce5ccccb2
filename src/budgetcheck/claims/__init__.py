"""Claims: what each sentence asserts about its numbers, with what it leaves out filled in from context."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..context import Context
from ..lists import Listing
from ..model import Claim
from ..statements import Match
from . import changes, plans, shares, subjects
from .changes import implied_priors

__all__ = ["PARTS", "implied_priors", "read_claims"]

# What the parts and groups of each kind of claim are called, for rules to name.
PARTS: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "share": "percent part whole",
        "shares": "total percents parts",
        "change": "current delta percent prior quoted",
        "completion": "percent actual budget alternative",
        "direction": "actual budget percent delta",
        "breakdown": "total parts",
        "lines": "total parts",
        "carried": "actual budget percent carried",
        "negation": "amount",
        "unplanned": "actual budget percent",
        "enumeration": "count",
        "promised": "count",
        "indicator": "expected actual",
        "form": "budget actual",
    }.items()
}

_BUILDERS: Mapping[str, Callable[[Context, int, Match], Claim | None]] = {
    "share": shares.share,
    "change": changes.change,
    "completion": plans.completion,
    "direction": plans.direction,
    "negation": plans.negation,
    "unplanned": plans.unplanned,
}


def read_claims(context: Context, lists: Sequence[Listing]) -> tuple[Claim, ...]:
    """Every claim of every statement and list, in reading order."""
    claims: list[Claim] = []
    for number, statement in enumerate(context.statements):
        for match in statement.matches:
            builder = _BUILDERS.get(match.kind)
            claim = builder(context, number, match) if builder else None
            if claim is not None:
                claims.append(claim)
            if match.kind == "respective":
                claims.extend(shares.respective(context, number, match))
        claims.extend(plans.carried(context, number))
    claims.extend(_breakdown(context, listing) for listing in lists)
    claims.extend(shares.sibling_shares(context, lists))
    claims.extend(subjects.lines(context))
    return tuple(claims)


def _breakdown(context: Context, listing: Listing) -> Claim:
    parts = tuple(level.fact for level in listing.parts)
    depths = {len(fact.path) for fact in parts}
    words = {
        "form": listing.form,
        "dimension": listing.total.fact.quantity.dimension,
        "name": listing.total.fact.name,
    }
    overlapping = context.namer.wording.table("enumeration")["overlapping"]
    words["overlap"] = "yes" if any(word in fact.name for fact in parts for word in overlapping) else "no"
    words["figure"] = listing.total.fact.figure or ""
    words["subjects"] = str(min(depths)) if len(depths) == 1 else "0"
    total = (listing.total.fact,)
    return Claim("breakdown", {"total": total}, words, listing.total.fact.span, {"parts": parts})
