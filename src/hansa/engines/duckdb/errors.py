"""What DuckDB says when something is wrong, in the words of the engine protocol.

Every connection of ours has `errors_as_json`, so that reason, position and candidates come as fields and no text is guessed at.
"""

import contextlib
import json
import re
from typing import Any

from hansa.engines.protocol import EngineFailed, QueryRefused
from hansa.frozen import dataclass

# The query itself is wrong, whatever the data. Permission is here because a query that reaches outside is a wrong query.
_REFUSED = frozenset({"Parser", "Syntax", "Binder", "Catalog", "Permission", "Not implemented", "Parameter Not Resolved"})
_KINDS = {
    "Out of Memory": "memory",
    "IO": "input",
    "HTTP": "input",
    "Conversion": "data",
    "Out of Range": "data",
    "Mismatch Type": "data",
    "Constraint": "data",
    "Invalid type": "data",
    "Decimal": "data",
    "Divide by Zero": "data",
    "Connection": "connection",
}
_ADVICE = re.compile(
    r"\n\s*\n|\n\s*(Candidate (bindings|functions)|Did you mean|HINT|Possible solutions|Column \w+ is being converted)"
)
# DuckDB puts a CSV's name at the end of its advice.
_CSV = re.compile(r"CSV Error on Line: (?P<line>\d+)\n(Original Line:.*\n)?(?P<what>.+?)\n(?s:.*)\n  file = (?P<file>.+)\n")
_DISK_FULL = re.compile(
    r"no space left|disk full|quota exceeded|file too large|read-only file system|max_temp_directory_size|could not write",
    re.IGNORECASE,
)
_UNREADABLE = re.compile(
    r"magic bytes|parquet|thrift|snappy|zstd|CSV Error|Malformed JSON|No files found|not a valid DuckDB|corrupt|Failed to read|"
    r"end of file|reading file|schema mismatch",
    re.IGNORECASE,
)
# Candidates may be overloads of a function, which help nobody in one line, and DuckDB's own system tables.
_NAME = re.compile(r"[^()\[\]>]+")
_SYSTEM = ("pg_", "sqlite_", "duckdb_", "pragma_")


@dataclass(frozen=True, slots=True)
class Said:
    """DuckDB's error, taken apart. `offset` and `length` count bytes in the statement from 0; -1 when there is no place."""

    kind: str
    message: str
    offset: int = -1
    length: int = 0
    candidates: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The reason in one line: the first paragraph, without DuckDB's advice on its own settings."""
        csv = _CSV.search(self.message)
        if csv is not None:
            return f"{csv['file']}, line {csv['line']}: {csv['what']}"
        return " ".join(_ADVICE.split(self.message, maxsplit=1)[0].split())

    @property
    def refused(self) -> bool:
        return self.kind in _REFUSED


def said(error: Exception) -> Said:
    """Read DuckDB's error, also one that Arrow passes on; text that is not JSON is taken as it stands."""
    kind, _, body = str(error).partition(" Error: ")
    try:
        fields = json.loads(body)
    except ValueError:
        return Said(kind if body else type(error).__name__.removesuffix("Exception"), body or str(error))
    if not isinstance(fields, dict):
        return Said(kind, body)
    return _from_fields(kind, fields)


def _from_fields(kind: str, fields: dict[str, Any]) -> Said:
    inner = re.search(r'\{"exception_type".*\}', str(fields.get("exception_message", "")), re.DOTALL)
    if inner is not None:
        # Errors of background writes come wrapped in another error's message.
        with contextlib.suppress(ValueError):
            return _from_fields(kind, json.loads(inner[0]))
    place = re.fullmatch(r"\[(\d+),(\d+)\]", str(fields.get("location", "")))
    names = [c.strip() for c in str(fields.get("candidates", "")).split(",")]
    return Said(
        kind=str(fields.get("exception_type", kind)),
        message=str(fields.get("exception_message", "")),
        offset=int(place[1]) if place else -1,
        length=int(place[2]) if place else 0,
        candidates=tuple(n.rsplit(".", 1)[-1] for n in names if _NAME.fullmatch(n) and not n.startswith(_SYSTEM)),
    )


def refusal(error: Said, query: str, before: int = 0) -> QueryRefused:
    """A refusal of `query`, which stands `before` bytes into the statement that DuckDB was given."""
    line, column = position(query, error.offset - before) if error.offset >= before else (0, 0)
    reason = f"a query reads its inputs and nothing else: {error.line}" if error.kind == "Permission" else error.line
    return QueryRefused(reason, line, column, error.candidates)


def failure(error: Said, table: str = "") -> EngineFailed:
    """A failure while carrying out a right query."""
    return EngineFailed(error.line, kind_of(error), table)


def kind_of(error: Said) -> str:
    """One of the protocol's kinds. A full disk is told by the system's words, which DuckDB passes on as an IO error."""
    if error.kind in ("IO", "Out of Memory") and _DISK_FULL.search(error.line):
        return "disk"
    if error.kind in ("IO", "Invalid Input", "Conversion", "Serialization") and _UNREADABLE.search(error.message):
        return "input"
    return _KINDS.get(error.kind, "data" if error.kind == "Invalid Input" else "internal")


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1 and in characters, of an offset in bytes of the UTF-8 form; (0, 0) outside the text."""
    data = text.encode()
    if not 0 <= offset <= len(data):
        return 0, 0
    before = data[:offset].decode(errors="ignore")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
