"""Rows on their way to a page: no more than a browser holds, no faster than they are taken, and never without an end."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from hansa.gateway.asking import GovernedAnswer
from hansa.server.pages.query.streaming import ROWS_A_LINE, first_rows, lines
from hansa.trouble import Trouble, TroubleError

SCHEMA = pa.schema([("n", pa.int64())])


def answered(sizes: list[int], taken: list[int], wrong: bool = False) -> GovernedAnswer:
    """An answer of batches of some sizes; `taken` counts those that were asked for."""

    def made() -> Iterator[pa.RecordBatch]:
        for size in sizes:
            taken.append(size)
            yield pa.record_batch([pa.array(range(size), pa.int64())], schema=SCHEMA)
        if wrong:
            raise TroubleError(Trouble("H706", "the query could not be carried out", mend="change it"))

    return GovernedAnswer("q", SCHEMA, pa.RecordBatchReader.from_batches(SCHEMA, made()), {})


def told(answer: GovernedAnswer, **most: int) -> list[Any]:
    return [json.loads(line) for line in lines(answer, **most)]


def test_lines_are_short_and_the_last_one_says_that_it_is_the_end() -> None:
    head, *batches, end = told(answered([2 * ROWS_A_LINE + 1], []))
    assert [len(b) for b in batches] == [ROWS_A_LINE, ROWS_A_LINE, 1]
    assert end == {"rows": 2 * ROWS_A_LINE + 1, "more": ""}
    assert head["columns"] == [{"name": "n", "type": "BIGINT", "kind": "number"}]


def test_rows_end_at_their_bound_and_it_is_told_whether_there_were_more() -> None:
    assert told(answered([30, 30], []), most_rows=40)[-1] == {"rows": 40, "more": "rows"}
    assert told(answered([40], []), most_rows=40)[-1] == {"rows": 40, "more": ""}
    assert told(answered([40, 1], []), most_rows=40)[-1] == {"rows": 40, "more": "rows"}
    assert told(answered([], []))[-1] == {"rows": 0, "more": ""}


def test_bytes_end_at_their_bound() -> None:
    taken: list[int] = []
    found = list(lines(answered([400] * 100, taken), most_bytes=10_000))
    assert json.loads(found[-1])["more"] == "bytes"
    assert sum(map(len, found[1:-1])) <= 10_000
    assert len(taken) < 10


def test_no_batch_is_computed_before_the_last_was_taken() -> None:
    taken: list[int] = []
    flowing = lines(answered([10] * 50, taken))
    next(flowing)
    assert taken == []
    for _ in range(3):
        next(flowing)
    assert len(taken) == 3


def test_what_goes_wrong_half_way_is_the_last_line() -> None:
    *_, batch, end = told(answered([3], [], wrong=True))
    assert len(batch) == 3
    assert end["trouble"] == {"code": "H706", "detail": "the query could not be carried out", "mend": "change it"}


def test_the_first_rows_are_read_to_the_end_so_that_the_record_is_whole() -> None:
    taken: list[int] = []
    shown = first_rows(answered([150, 51], taken))
    assert (len(shown.rows), shown.more, taken) == (200, True, [150, 51])
    assert not first_rows(answered([200], [])).more
