"""Percentages as bars, in an SVG that needs no script and no font of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["draw"]

NAMES = ("found", "named", "alone", "suggested")
COLOURS = ("#1b4965", "#5fa8d3", "#8ab17d", "#e9c46a")
WIDTH, LINE, LEFT = 720, 56, 130


def draw(table: Mapping[str, Sequence[float]], path: Path) -> None:
    """One group of four bars for each kind of tampering."""
    keys = (key(number, name) for number, name in enumerate(NAMES))
    groups = (group(number, kind, shares) for number, (kind, shares) in enumerate(table.items()))
    size = f'viewBox="0 0 {WIDTH} {40 + len(table) * LINE}" font-family="sans-serif" font-size="12"'
    body = "".join((*keys, *groups))
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{body}</svg>\n', encoding="utf-8")


def key(number: int, name: str) -> str:
    x = LEFT + 150 * number
    return (
        f'<rect x="{x}" y="9" width="12" height="12" fill="{COLOURS[number]}"/><text x="{x + 18}" y="20">{name}</text>'
    )


def group(number: int, kind: str, shares: Sequence[float]) -> str:
    top = 36 + number * LINE
    bars = "".join(bar(top + 11 * place, share, COLOURS[place]) for place, share in enumerate(shares))
    return f'<text x="{LEFT - 8}" y="{top + 26}" text-anchor="end">{kind}</text>{bars}'


def bar(y: int, share: float, colour: str) -> str:
    length = (WIDTH - LEFT - 60) * share / 100
    shown = f'<text x="{LEFT + length + 5:.1f}" y="{y + 9}" font-size="9">{share:.1f}</text>'
    return f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="10" fill="{colour}"/>{shown}'
