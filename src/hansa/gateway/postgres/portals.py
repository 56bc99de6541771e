"""Prepared statements and portals: what a session keeps of the extended protocol, between one message and the next."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from hansa.gateway.asking import Parameters, Prepared
from hansa.gateway.postgres.answers import Column
from hansa.gateway.postgres.messages import Bind
from hansa.gateway.postgres.reading import Answer
from hansa.gateway.postgres.rows import columns_of, data_rows, pieces
from hansa.gateway.postgres.statements import Ask, Statement
from hansa.gateway.postgres.troubles import WithState
from hansa.gateway.postgres.types import BY_OID, TEXT, type_of
from hansa.gateway.postgres.values import value_of
from hansa.trouble import Trouble, TroubleError

_OPEN = frozenset({0, 705})  # types that leave it to the server to find out


@dataclass(eq=False, slots=True)
class Kept:
    """A prepared statement. `prepared` is what is known of it, once somebody needed it."""

    statement: Statement
    types: tuple[int, ...] = ()
    prepared: Prepared | None = None
    described: bool = False

    def known(self, prepare: Callable[[str], Prepared]) -> Prepared:
        if self.prepared is None:
            assert isinstance(self.statement, Ask)
            self.prepared = prepare(self.statement.text)
        return self.prepared

    def parameter_types(self, prepare: Callable[[str], Prepared]) -> tuple[int, ...]:
        """The types of its parameters: as the client said, else as they were found out."""
        if not isinstance(self.statement, Ask):
            return ()
        found = _numbered(self.known(prepare).parameters)
        count = max([len(self.types), *found])
        said = (*self.types, *[0] * (count - len(self.types)))
        return tuple(found.get(n, TEXT.oid) if oid in _OPEN else oid for n, oid in enumerate(said, start=1))

    def bound(self, bind: Bind, prepare: Callable[[str], Prepared]) -> Parameters:
        """The values as the engine takes them. Raises TroubleError."""
        count = len(bind.values)
        if not count:
            return ()
        if len(bind.formats) not in (0, 1, count):
            raise WithState("08P01", Trouble("H735", f"{len(bind.formats)} formats came with {count} values"))
        types = self.types[:count]
        if len(types) < count or set(types) & _OPEN:
            types = self.parameter_types(prepare)
        if len(types) != count:
            raise WithState("08P01", Trouble("H735", f"the statement has {len(types)} parameters, and {count} values are bound"))
        formats = bind.formats * count if len(bind.formats) == 1 else bind.formats or (0,) * count
        values = tuple(value_of(v, t, binary=bool(f)) for v, t, f in zip(bind.values, types, formats, strict=True))
        names = self.prepared.parameters.names if self.prepared is not None else ()
        return values if all(name.isdigit() for name in names) else dict(zip(names, values, strict=True))


@dataclass(eq=False, slots=True)
class Portal:
    """A statement with values, that is begun when somebody wants to know its columns or its rows."""

    kept: Kept
    parameters: Parameters
    results: tuple[int, ...]
    answer: Answer | None = None
    columns: tuple[Column, ...] = ()
    sent: int = 0
    _rest: list[pa.RecordBatch] = field(default_factory=list)
    _batches: Iterator[pa.RecordBatch] | None = None

    def begin(self, ask: Callable[[str, Parameters], Answer]) -> Answer:
        """Begin it, unless it has. What a client was told of the statement's columns holds for its rows."""
        if self.answer is None:
            assert isinstance(self.kept.statement, Ask)
            answer = ask(self.kept.statement.text, self.parameters)
            try:
                self.columns = self._columns(answer.schema)
            except BaseException:
                answer.close()
                raise
            self.answer, self._batches = answer, answer.batches()
        return self.answer

    def rows(self, most: int) -> Iterator[memoryview]:
        """The next rows, as messages; `most` of them, 0 for all. What is left comes with the next call."""
        left = most or -1
        while left and (batch := self._next()) is not None:
            if 0 < left < batch.num_rows:
                self._rest.insert(0, batch.slice(left))
                batch = batch.slice(0, left)
            if left > 0:
                left -= batch.num_rows
            self.sent += batch.num_rows
            yield data_rows(batch, self.columns)

    @property
    def over(self) -> bool:
        return self._batches is None and not self._rest

    def close(self) -> None:
        self._rest.clear()
        self._batches = None
        if self.answer is not None:
            self.answer.close()

    def _next(self) -> pa.RecordBatch | None:
        """The next piece. Looks, each time, whether it was stopped."""
        if self.answer is not None:
            self.answer.check()
        while not self._rest and self._batches is not None:
            batch = next(self._batches, None)
            if batch is None:
                self._batches = None
                return None
            self._rest = list(pieces(batch))
        return self._rest.pop(0) if self._rest else None

    def _columns(self, schema: pa.Schema) -> tuple[Column, ...]:
        known = self.kept.prepared.schema if self.kept.described and self.kept.prepared is not None else None
        if known is not None and len(known) != len(schema):
            raise TroubleError(Trouble("H716", "the answer has other columns than were described", mend="prepare it again"))
        return columns_of(known if known is not None else schema, self.results)


def _numbered(parameters: pa.Schema) -> Mapping[int, int]:
    """The types of parameters by their numbers; those with names are counted as they come."""
    names: Sequence[str] = parameters.names
    numbers = [int(n) for n in names] if all(n.isdigit() and len(n) < 6 for n in names) else range(1, len(names) + 1)
    return {n: _of(f.type) for n, f in zip(numbers, parameters, strict=True)}


def _of(arrow: pa.DataType) -> int:
    found = type_of(arrow)
    return found.oid if found.oid in BY_OID or found.of is not None else TEXT.oid
