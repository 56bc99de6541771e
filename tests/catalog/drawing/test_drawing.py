"""A graph becomes a drawing in which nothing overlaps and data flows to the right."""

import hashlib
import itertools
import os
import random
import re
import subprocess
import sys

import pytest

from hansa.catalog.drawing import MOST_BOXES, Box, Drawing, Wire, draw


def box(key: str, height: float = 60) -> Box:
    return Box(key, 200, height, {"r": 10, "s": height - 10})


def graph(seed: int) -> tuple[list[Box], list[Wire]]:
    """Any graph: with circles, loops, wires that occur twice, loose boxes and high ones."""
    chance = random.Random(seed)
    boxes = [box(f"b{i}", chance.choice([60, 60, 60, 300])) for i in range(chance.randint(0, 30))]
    ends = (
        [(chance.choice(boxes).key, chance.choice(boxes).key) for _ in range(chance.randint(0, 2 * len(boxes)))] if boxes else []
    )
    return boxes, [Wire(s, t, chance.choice(["", "r"]), chance.choice(["", "s"])) for s, t in ends]


def overlap(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (a.box.key, b.box.key)
        for a, b in itertools.combinations(drawing.boxes, 2)
        if a.x < b.x + b.box.width and b.x < a.x + a.box.width and a.y < b.y + b.box.height and b.y < a.y + a.box.height
    ]


@pytest.mark.parametrize("seed", range(150))
def test_boxes_never_overlap_and_lie_within_the_drawing(seed: int) -> None:
    boxes, wires = graph(seed)
    drawing = draw(boxes, wires)
    assert [p.box for p in drawing.boxes] == boxes
    assert overlap(drawing) == []
    assert {c.wire for c in drawing.curves} == {w for w in wires if w.source != w.target}
    for placed in drawing.boxes:
        assert placed.x >= 0
        assert placed.y >= 0
        assert placed.x + placed.box.width <= drawing.width
        assert placed.y + placed.box.height <= drawing.height


def test_what_feeds_something_stands_left_of_it() -> None:
    chance = random.Random(1)
    boxes = [box(f"b{i}") for i in range(60)]
    wires = [Wire(f"b{chance.randrange(i)}", f"b{i}") for i in range(1, 60) for _ in range(2)]
    drawing = draw(boxes, wires)
    at = {p.box.key: p.x for p in drawing.boxes}
    assert all(at[w.source] + 200 < at[w.target] for w in wires)


def test_a_curve_goes_round_the_boxes_between_its_ends() -> None:
    drawing = draw([box(k) for k in "abc"], [Wire("a", "b"), Wire("b", "c"), Wire("a", "c")])
    middle, long = drawing.place("b"), next(c for c in drawing.curves if c.wire == Wire("a", "c"))
    assert middle is not None
    level = re.search(rf" {middle.x:.0f} (\d+)H{middle.x + middle.box.width:.0f}C", long.path)
    assert level is not None, "it is level for as long as it is beside the box"
    assert not middle.y <= float(level[1]) <= middle.y + middle.box.height


def test_a_curve_ends_at_the_rows_that_it_names() -> None:
    drawing = draw([box("a", 100), box("b", 100)], [Wire("a", "b", "r", "s"), Wire("a", "b", "nothing")])
    left, right = drawing.boxes
    assert drawing.curves[0].path.startswith(f"M{left.x + 200:.0f} {left.y + 10:.0f}")
    assert drawing.curves[0].path.endswith(f"{right.x:.0f} {right.y + 90:.0f}")
    assert drawing.curves[1].path.startswith(f"M{left.x + 200:.0f} {left.y + 50:.0f}")


def test_circles_and_loops_are_drawn() -> None:
    drawing = draw([box(k) for k in "abc"], [Wire("a", "b"), Wire("b", "c"), Wire("c", "a"), Wire("a", "a"), Wire("a", "x")])
    assert len(drawing.curves) == 3
    assert overlap(drawing) == []


def test_few_lines_cross() -> None:
    """Three suppliers of three readers each, told in an order that would tangle them."""
    names = [f"s{i}" for i in range(3)] + [f"r{i}" for i in range(9)]
    drawing = draw([box(n) for n in reversed(names)], [Wire(f"s{i % 3}", f"r{i}") for i in range(9)])
    at = {p.box.key: p.y for p in drawing.boxes}
    ends = [(at[c.wire.source], at[c.wire.target]) for c in drawing.curves]
    assert sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(ends, 2)) == 0


def test_nothing_and_too_much_are_drawn() -> None:
    assert draw([], []).boxes == ()
    many = draw([box(f"b{i}") for i in range(MOST_BOXES + 50)], [Wire("b0", f"b{i}") for i in range(1, MOST_BOXES + 50)])
    assert len(many.boxes) == MOST_BOXES
    assert overlap(many) == []


def test_the_same_graph_is_drawn_the_same_in_every_process() -> None:
    """Browsers keep a page for as long as it is the same."""
    script = "from hansa.catalog.drawing import *\nbs = [Box(f'b{i}', 200, 60) for i in range(40)]\n"
    script += "ws = [Wire(f'b{i * 7 % (i or 1)}', f'b{i}') for i in range(40)] + [Wire('b3', f'b{i}') for i in range(20, 40)]\n"
    script += "print(draw(bs, ws))"
    seen = {
        hashlib.sha256(
            subprocess.run(
                (sys.executable, "-c", script), env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
            ).stdout
        ).hexdigest()
        for seed in ("1", "2", "3")
    }
    assert len(seen) == 1
