"""Draws a mesh as SVG: a box for each product in its domain's column, a line for each product that reads another.

Run by `make docs` for the reference mesh, so that the README's picture is what is really declared.
"""

import sys
from html import escape
from pathlib import Path

from hansa.model import Mesh, Product
from hansa.names import ProductName
from hansa.wiring import Workplace

WIDTH, HEIGHT = 252, 44
GAP_X, GAP_Y = 96, 26
LEFT, TOP = 24, 64

STYLE = """
  .ground { fill: #ffffff } .domain { font: 600 15px system-ui, sans-serif; fill: #1d2b3a }
  .box { fill: #f4f7fa; stroke: #8aa0b4; stroke-width: 1.2 } .name { font: 600 13px system-ui, sans-serif; fill: #1d2b3a }
  .note { font: 11px system-ui, sans-serif; fill: #566b7f } .edge { fill: none; stroke: #3b7ea1; stroke-width: 1.4; opacity: .75 }
  .tip { fill: #3b7ea1 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #10181f } .domain, .name { fill: #e6edf3 } .box { fill: #1b2733; stroke: #4d6479 } .note { fill: #9fb3c5 }
    .edge { stroke: #6db3d6 } .tip { fill: #6db3d6 }
  }
"""


def draw(mesh: Mesh) -> str:
    """The picture of a mesh as one SVG document."""
    places = _places(mesh)
    width = LEFT + 52 + len(mesh.domains) * WIDTH + (len(mesh.domains) - 1) * GAP_X
    height = max(y for _, y in places.values()) + HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(mesh.title)}">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>',
        f'<rect class="ground" width="{width}" height="{height}" rx="8"/>',
    ]
    for column, domain in enumerate(mesh.domains):
        x = LEFT + column * (WIDTH + GAP_X)
        parts.append(f'<text class="domain" x="{x}" y="38">{escape(domain.title or str(domain.name))}</text>')
    for product in mesh.products:
        parts += [_edge(places[s], places[product.address]) for s in product.suppliers]
    parts += [_box(product, *places[product.address]) for product in mesh.products]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(mesh: Mesh) -> dict[ProductName, tuple[int, int]]:
    """Left upper corners: a column for each domain, within it suppliers above their readers."""
    order = {p.address: n for n, p in enumerate(mesh.in_order())}
    places: dict[ProductName, tuple[int, int]] = {}
    for column, domain in enumerate(mesh.domains):
        for row, product in enumerate(sorted(domain.products, key=lambda p: order[p.address])):
            places[product.address] = (LEFT + column * (WIDTH + GAP_X), TOP + row * (HEIGHT + GAP_Y))
    return places


def _edge(supplier: tuple[int, int], reader: tuple[int, int]) -> str:
    """A curve between the facing sides of two boxes, or between the right sides of two in one column."""
    (x1, y1), (x2, y2) = (supplier[0], supplier[1] + HEIGHT // 2), (reader[0], reader[1] + HEIGHT // 2)
    if x1 == x2:
        start = end = x1 + WIDTH
        bend = start + 34
    else:
        start, end = (x1 + WIDTH, x2) if x1 < x2 else (x1, x2 + WIDTH)
        bend = (start + end) // 2
    curve = f"M{start},{y1} C{bend},{y1} {bend},{y2} {end},{y2}"
    return f'<path class="edge" marker-end="url(#tip)" d="{curve}"/>'


def _box(product: Product, x: int, y: int) -> str:
    ports = ", ".join(o.address.port for o in product.outputs)
    return (
        f'<rect class="box" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text class="name" x="{x + 12}" y="{y + 19}">{escape(product.address.product)}</text>'
        f'<text class="note" x="{x + 12}" y="{y + 35}">{escape(ports)}</text>'
    )


if __name__ == "__main__":
    root, target = Path(sys.argv[1]), Path(sys.argv[2])
    with Workplace.open(root) as workplace:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(draw(workplace.compiled.mesh), encoding="utf-8")
