"""A small drawing of a layered graph, for machines without Graphviz: cards in columns, with curves between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

PAPER = "#f6f8fa"
INK = "#1f2328"
LINES = "#8b949e"

_HEIGHT, _GAP, _BETWEEN, _MARGIN = 40, 14, 56, 8
_WAYPOINT_HEIGHT = 8
_LABEL_WIDTH = 5.6
_SWEEPS = 6

Card = tuple[str, str, str, bool]


def draw(
    layers: Sequence[Sequence[str]],
    cards: Mapping[str, Card],
    edges: Sequence[tuple[str, str]],
    labels: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """Draws a graph from left to right.

    Args:
        layers: keys of the nodes, each in a layer after those of its sources.
        cards: of each node its title, its caption, the colour of its border, and whether this is dashed.
        edges: source and target.
        labels: what is written beside an edge, where it leaves its source.
    """
    labels = labels or {}
    columns, paths = _with_waypoints(layers, edges)
    _reduce_crossings(columns, [pair for path in paths for pair in pairwise(path)])
    widths = [max((_width(cards[key]) for key in column if key in cards), default=0) for column in columns]
    between = max([_BETWEEN, *(24 + int(len(label) * _LABEL_WIDTH) for label in labels.values())])
    left = [_MARGIN + sum(widths[:place]) + place * between for place in range(len(columns))]
    middles, height = _middles(columns, cards)
    width = (left[-1] + widths[-1] if columns else 0) + _MARGIN
    sides = {key: (left[place], left[place] + widths[place]) for place, column in enumerate(columns) for key in column}
    drawn = [_curve(path, sides, middles) for path in paths]
    drawn += [_label(path, labels, sides, middles) for path in paths if (path[0], path[-1]) in labels]
    drawn += [_card(cards[key], sides[key], middles[key]) for column in columns for key in column if key in cards]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    )
    return f'{opening} font-family="Helvetica,Arial,sans-serif">{"".join(drawn)}</svg>'


def _with_waypoints(
    layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]
) -> tuple[list[list[str]], list[list[str]]]:
    """An edge that passes a layer gets a place of its own in it, so that it runs around the cards."""
    columns = [list(layer) for layer in layers]
    depth = {key: place for place, layer in enumerate(layers) for key in layer}
    paths = []
    for number, (source, target) in enumerate(edges):
        # No key of an asset holds a control character.
        passed = [(place, f"\0{number}/{place}") for place in range(depth[source] + 1, depth[target])]
        for place, name in passed:
            columns[place].append(name)
        paths.append([source, *(name for _, name in passed), target])
    return columns, paths


def _reduce_crossings(columns: list[list[str]], links: Sequence[tuple[str, str]]) -> None:
    """Orders each column by the average place of its neighbours, forward and back."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in links:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    for sweep in range(_SWEEPS):
        neighbours, order = (before, columns[1:]) if sweep % 2 == 0 else (after, columns[-2::-1])
        for column in order:
            places = {key: place / max(len(each) - 1, 1) for each in columns for place, key in enumerate(each)}
            ranks = {
                key: sum(places[one] for one in neighbours[key]) / len(neighbours[key])
                if neighbours.get(key)
                else places[key]
                for key in column
            }
            column.sort(key=ranks.__getitem__)


def _middles(columns: Sequence[Sequence[str]], cards: Mapping[str, Card]) -> tuple[dict[str, float], int]:
    """How far down each middle is, every column centred; and the height of the whole."""
    sizes = [[_HEIGHT if key in cards else _WAYPOINT_HEIGHT for key in column] for column in columns]
    heights = [sum(each) + _GAP * (len(each) - 1) for each in sizes]
    tallest = max(heights, default=0)
    middles: dict[str, float] = {}
    for column, each, height in zip(columns, sizes, heights, strict=True):
        top = _MARGIN + (tallest - height) / 2
        for key, size in zip(column, each, strict=True):
            middles[key] = top + size / 2
            top += size + _GAP
    return middles, tallest + 2 * _MARGIN


def _width(card: Card) -> int:
    return 24 + max(int(len(card[0]) * 7.2), int(len(card[1]) * 6.2))


def _curve(path: Sequence[str], sides: Mapping[str, tuple[int, int]], middles: Mapping[str, float]) -> str:
    x, y = sides[path[0]][1], middles[path[0]]
    parts = [f"M{x},{y:.1f}"]
    for key in path[1:]:
        (left, right), middle = sides[key], middles[key]
        half = (x + left) / 2
        parts.append(f"C{half:.1f},{y:.1f} {half:.1f},{middle:.1f} {left},{middle:.1f}")
        if key != path[-1]:
            parts.append(f"H{right}")
        x, y = right, middle
    return f'<path d="{" ".join(parts)}" fill="none" stroke="{LINES}" stroke-width="1.2"/>'


def _label(
    path: Sequence[str],
    labels: Mapping[tuple[str, str], str],
    sides: Mapping[str, tuple[int, int]],
    middles: Mapping[str, float],
) -> str:
    x, y = (sides[path[0]][1] + sides[path[1]][0]) / 2, (middles[path[0]] + middles[path[1]]) / 2
    text = escape(labels[path[0], path[-1]])
    return f'<text x="{x:.1f}" y="{y - 3:.1f}" font-size="10" text-anchor="middle" fill="{INK}">{text}</text>'


def _card(card: Card, sides: tuple[int, int], middle: float) -> str:
    title, caption, color, is_dashed = card
    left, top = sides[0], middle - _HEIGHT / 2
    dashes = ' stroke-dasharray="4 3"' if is_dashed else ""
    box = f'x="{left}" y="{top:.1f}" width="{sides[1] - left}" height="{_HEIGHT}" rx="4"'
    return (
        f'<g><rect {box} fill="{PAPER}" stroke="{color}"{dashes}/>'
        f'<text x="{left + 12}" y="{top + 17:.1f}" font-size="12" fill="{INK}">{escape(title)}</text>'
        f'<text x="{left + 12}" y="{top + 32:.1f}" font-size="11" fill="{color}">{escape(caption)}</text></g>'
    )
