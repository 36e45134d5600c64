"""Flame graphs: where a request's time goes, function by function, as one SVG file without a script (Gregg 2016, The
Flame Graph, CACM 59:6)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from harness.analysis.layers.spent import weighed
from harness.analysis.layers.table import Layers, layers
from harness.model.foreign import clean
from harness.model.measured.profile import UNKNOWN, Frame, Profile

WIDTH: Final = 1200
ROW: Final = 17
LETTER: Final = 6.6
FONT: Final = 'font-family="sans-serif" font-size="11"'
DEEPEST: Final = 200
"""Functions of a stack, from the outermost: deeper ones are counted in the last that is drawn."""
NARROWEST: Final = 0.4
"""Pixels: what is narrower is left out; its caller's box shows that something is there."""
COLOURS: Final = {
    "kernel": "#c9c5bb",
    "server": "#f0b27a",
    "event-loop": "#f7dc6f",
    "framework": "#7fb3d5",
    "telemetry": "#d2b4de",
    "validation": "#a3e4d7",
    "serialiser": "#f5b7b1",
    "template-engine": "#aed6f1",
    "orm": "#abebc6",
    "driver": "#82e0aa",
    "standard-library": "#d7dbdd",
    "application": "#ec7063",
    "other": "#e5e7e9",
}

Stacks = Sequence[tuple[tuple[Frame, ...], float]]
"""Each with microseconds per request, outermost function first."""

Looks = Callable[[tuple[Frame, ...], float], tuple[str, str]]
"""The colour of a box and what it says, from the functions down to it, and its microseconds."""


@dataclass
class Node:
    """A function below its callers, and the microseconds of a request in it and in what it calls."""

    us: float = 0.0
    below: "defaultdict[Frame, Node]" = field(default_factory=lambda: defaultdict(Node))

    @property
    def own(self) -> float:
        """Microseconds in the function itself."""
        return self.us - sum(node.us for node in self.below.values())


def flame(title: str, tree: Node) -> str:
    """The SVG of one configuration: a box for each function, as wide as its time, coloured by its layer."""
    table = layers()

    def looks(path: tuple[Frame, ...], us: float) -> tuple[str, str]:
        return COLOURS[table.of(path[-1])], f"{path[-1].function} ({_where(path[-1], table)}): {us:.1f} µs"

    return _svg(title, tree, looks)


def differential(title: str, tree: Node, other: Node) -> str:
    """The SVG of the first. A function is the redder the more it takes in itself than in the second, or the bluer the
    less: what it calls has colours of its own."""
    table = layers()
    most = max((abs(node.own - _at(other, path).own) for path, node in _nodes(tree)), default=0.0) or 1.0

    def looks(path: tuple[Frame, ...], us: float) -> tuple[str, str]:
        more = _at(tree, path).own - _at(other, path).own
        faded = round(255 - 190 * min(1.0, abs(more) / most) ** 0.5)
        colour = f"#ff{faded:02x}{faded:02x}" if more > 0 else f"#{faded:02x}{faded:02x}ff"
        return colour, f"{path[-1].function} ({_where(path[-1], table)}): {us:.1f} µs; in itself {more:+.1f}"

    return _svg(title, tree, looks)


def mean_stacks(profiles: Iterable[Profile]) -> Stacks:
    """Over the blocks; functions that nobody is known to own (the interpreter, the C library) are left out."""
    known = list(profiles)
    found: defaultdict[tuple[Frame, ...], float] = defaultdict(float)
    for profile in known:
        for frames, us in weighed(profile):
            named = tuple(frame for frame in frames if frame.owner != UNKNOWN)[:DEEPEST] or frames[-1:]
            found[named] += us / len(known)
    return sorted(found.items(), key=lambda item: [(frame.function, frame.file) for frame in item[0]])


def tree_of(profiles: Iterable[Profile]) -> Node:
    """What one configuration spends, from the outermost functions inwards."""
    root = Node()
    for frames, us in mean_stacks(profiles):
        node = root
        node.us += us
        for frame in frames:
            node = node.below[frame]
            node.us += us
    return root


def _at(node: Node, path: Sequence[Frame]) -> Node:
    for frame in path:
        if frame not in node.below:
            return Node()
        node = node.below[frame]
    return node


def _nodes(node: Node, path: tuple[Frame, ...] = ()) -> Iterator[tuple[tuple[Frame, ...], Node]]:
    for frame, below in node.below.items():
        yield (*path, frame), below
        yield from _nodes(below, (*path, frame))


def _where(frame: Frame, table: Layers) -> str:
    return f"{frame.file or frame.owner}, {table.named(table.of(frame)).in_a_sentence}"


@dataclass(frozen=True)
class _Box:
    path: tuple[Frame, ...]
    us: float
    left: float
    depth: int


def _boxes(node: Node, scale: float, left: float = 0.0, path: tuple[Frame, ...] = ()) -> Iterator[_Box]:
    for frame, below in node.below.items():
        here = (*path, frame)
        if below.us * scale >= NARROWEST:
            yield _Box(here, below.us, left, len(path))
            yield from _boxes(below, scale, left, here)
        left += below.us * scale


def _svg(title: str, tree: Node, looks: Looks) -> str:
    scale = WIDTH / tree.us if tree.us > 0 else 0.0
    boxes = list(_boxes(tree, scale))
    height = (max((box.depth for box in boxes), default=0) + 1) * ROW + 2 * ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f"<title>{_text(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="4" y="13" font-size="12">{_text(title)}: {tree.us:.1f} µs per request</text>',
    ]
    for box in boxes:
        colour, says = looks(box.path, box.us)
        width, top = box.us * scale, height - (box.depth + 1) * ROW
        lines.append(
            f'<g><title>{_text(says)}</title><rect x="{box.left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 1}"'
            f' fill="{colour}" stroke="#ccc" stroke-width=".4"/>{_label(box, width, top)}</g>'
        )
    return "\n".join([*lines, "</svg>", ""])


def _label(box: _Box, width: float, top: int) -> str:
    letters = int((width - 4) / LETTER)
    if letters < 3:
        return ""
    name = box.path[-1].function
    shown = name if len(name) <= letters else name[: letters - 1] + "…"
    return f'<text x="{box.left + 2:.1f}" y="{top + 12}">{_text(shown)}</text>'


def _text(text: str) -> str:
    return escape(clean(text))
