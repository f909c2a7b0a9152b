"""The chart: a panel a figure, a bar a server, as SVG that follows the reader's light or dark."""

from __future__ import annotations

from html import escape

from msgspec import Struct

from benchmarks.results import Results
from benchmarks.servers import CHECKOUT, KINDS

CHART = CHECKOUT / "docs" / "images" / "performance.svg"
WIDTH, PANEL, LABEL, BAR, ROW = 880, 430, 132, 196, 18
HEAD, GAP = 34, 26
_LONGEST = 12
"""A bar is drawn to scale up to so many times our own. A longer one ends in an arrow, and its figure says the rest; so
does that of a server that was cut before it had finished."""

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; } .note { fill: #656d76; }
.ours { fill: #0969da; } .floor { fill: #8c959f; } .peer { fill: #afb8c1; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .note { fill: #9198a1; }
  .ours { fill: #4493f8; } .floor { fill: #656c76; } .peer { fill: #3d444d; }
}
"""


class Panel(Struct, frozen=True):
    """finished: the figure that tells whether a server came to its end."""

    title: str
    figure: str
    digits: int = 0
    finished: str = ""


PANELS = (
    Panel("First token at 50 streams, added, p50, ms", "first_50_p50_ms"),
    Panel("Process start to ready, s", "ready_s", 2),
    Panel("CPU a token, 20 streams at 50 tokens/s, us", "cpu_paced_20_us"),
    Panel("CPU a token, 50 streams flat out, us", "cpu_flat_50_us"),
    Panel("200 streams at once, wall, s (ideal 4.0)", "overload_wall_s", 1, "overload_finished"),
    Panel("Memory at 200 streams, MB", "memory_200_mb"),
)


def draw(found: Results) -> str:
    servers = [kind for kind in KINDS if kind.name in found.figures]
    tall = HEAD + ROW * len(servers) + GAP
    height = tall * -(-len(PANELS) // 2) + 16
    names = [(kind.name, kind.label) for kind in servers]
    drawn = [
        _panel(found, panel, names, 10 + (at % 2) * (PANEL + 10), (at // 2) * tall) for at, panel in enumerate(PANELS)
    ]
    note = "Medians; shorter is better. Only Tableside signs in, reads history and slices, and keeps the answer."
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="Tableside beside its peers">\n<style>{_STYLE}</style>\n'
        + "\n".join(drawn)
        + f'\n<text class="note" x="10" y="{height - 8}">{escape(note)}</text>\n</svg>\n'
    )


def _panel(found: Results, panel: Panel, servers: list[tuple[str, str]], left: int, top: int) -> str:
    values = {
        name: found.figures[name][panel.figure].median for name, _ in servers if panel.figure in found.figures[name]
    }
    scale = min(max(values.values(), default=1), _LONGEST * values.get("ours", float("inf")))
    lines = [f'<text class="title" x="{left}" y="{top + 20}">{escape(panel.title)}</text>']
    for at, (name, label) in enumerate(servers):
        y = top + HEAD + at * ROW
        lines.append(f'<text x="{left}" y="{y + 11}">{escape(label)}</text>')
        if name in values:
            beyond = values[name] > scale or _was_cut(found, panel, name)
            lines.append(_bar(name, values[name], scale, (left + LABEL, y), f".{panel.digits}f", beyond=beyond))
    return "\n".join(lines)


def _was_cut(found: Results, panel: Panel, server: str) -> bool:
    if not panel.finished:
        return False
    return found.figures[server][panel.finished].median < max(
        of[panel.finished].most for of in found.figures.values() if panel.finished in of
    )


def _bar(name: str, value: float, scale: float, place: tuple[int, int], form: str, *, beyond: bool) -> str:
    x, y = place
    kind = name if name in ("ours", "floor") else "peer"
    long = max(1.0, min(value / scale, 1) * BAR)
    said = f"{value:,{form}}" + (" →" if beyond else "")
    return (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{long:.1f}" height="{ROW - 5}" rx="2"/>'
        f'<text x="{x + long + 5:.1f}" y="{y + 11}">{said}</text>'
    )
