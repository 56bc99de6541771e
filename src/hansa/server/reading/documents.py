"""Rows as one JSON document: columns with their types, the rows, and what the reader should know."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hansa.rows import as_dicts, distinct

if TYPE_CHECKING:
    import pyarrow as pa


def document(
    schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]", notices: Sequence[str], next_page: str | None = None
) -> Iterator[bytes]:
    """`{"columns": …, "notices": …, "rows": [ … ], "next": …}`, a row a line; `next` only where there are pages."""
    columns = [{"name": n, "type": str(f.type)} for n, f in zip(distinct(schema.names), schema, strict=True)]
    head = json.dumps({"columns": columns, "notices": list(notices)}, ensure_ascii=False)
    yield f'{head[:-1]}, "rows": ['.encode()
    before = "\n"
    for batch in batches:
        parts = []
        for row in as_dicts((batch,), schema):
            parts += [before, json.dumps(row, ensure_ascii=False, allow_nan=False)]
            before = ",\n"
        yield "".join(parts).encode()
    tail = "" if next_page is None else f', "next": {json.dumps(next_page or None)}'
    yield f"\n]{tail}}}\n".encode()
